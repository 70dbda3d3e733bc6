"""Lines put side by side in tables by what priced them. The ledger summed them; nothing new is worked out."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from wmt.facts import TIERS
from wmt.grades import GRADES
from wmt.ledger import MeasureDefinition
from wmt.site import links, tables
from wmt.site.figures import units
from wmt.site.figures.line_queries import Lines
from wmt.site.queries.measures import CASE_GROUPS
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import FilterForm, OneOf
from wmt.site.web.units import pricing_ids
from wmt.site.workload.models import Pricing, Unit

Key = TypeVar("Key")

ACTIVE = MeasureDefinition("active_cases")
LISTED = MeasureDefinition("listed_cases")
NUMBER = MeasureDefinition("quantity_micro", scale=1_000_000)
POINTS = MeasureDefinition("points_x100")
BESIDE = MeasureDefinition("beside_x100")


def group(pricing: Pricing) -> str:
    """Which of `CASE_GROUPS` a case that counts belongs to."""
    if pricing.tier == "0":
        return "untiered"
    return "suspended" if pricing.suspended else place(pricing)


def place(pricing: Pricing) -> str:
    """The type of a case, T2A being one."""
    return "t2a" if pricing.stream == "t2a" else pricing.location


def tier_row(pricing: Pricing) -> str:
    """Which row of a table of tiers a case is in: its tier, or a row of its own."""
    found = group(pricing)
    return found if found in ("suspended", "untiered") else pricing.tier


def tier_rows(scheme: str) -> list[tuple[str, str]]:
    """The rows of a table of tiers: key and words; tiers in the order of the scheme, then the others."""
    tiers = [(tier, tier) for tier in TIERS.get(scheme, ()) if tier != "0"]
    return [*tiers, ("suspended", CASE_GROUPS["suspended"]), ("untiered", CASE_GROUPS["untiered"])]


def sort_out(lines: Iterable[Lines], key: Callable[[Pricing], Key]) -> defaultdict[Key, list[Lines]]:
    """Lines apart by something of their pricing; what is not there has none."""
    found: defaultdict[Key, list[Lines]] = defaultdict(list)
    for line in lines:
        found[key(line.pricing)].append(line)
    return found


def below(question: UnitRequest) -> list[Unit]:
    """The units right under a unit, of the grade asked for; of a post, none."""
    if question.is_post:
        return []
    level = units.child_level(question.unit.level)
    return list(units.below(question.state, question.unit, level, question.grade))


def grade_of(question: UnitRequest) -> str:
    """The grade that lines are narrowed to. A post has one grade; asking for another makes no sense."""
    return "" if question.is_post else question.grade


def pricing_url(question: UnitRequest, lines: Iterable[Lines], figure: str) -> str:
    return those_url(question, question.unit, figure, lines)


def those_url(question: UnitRequest, unit: Unit, figure: str, lines: Iterable[Lines]) -> str:
    """The way to some lines of a unit below, or of the unit itself; empty where there are none."""
    of = pricing_ids.written(line.pricing.number for line in lines)
    return lines_url(question, unit, figure, of) if of else ""


def child_url(question: UnitRequest, unit: Unit, tab: str, **query: str) -> str:
    """A tab of a unit below, with the grade that was asked for."""
    return links.unit_url(
        unit.level, unit.code, tab, grade=_grade(question, unit), stream=stream_of(unit), **query
    )


def lines_url(question: UnitRequest, unit: Unit, figure: str, of: str = "") -> str:
    """The lines behind a figure of a unit below, or of the unit itself."""
    narrowed = {"grade": _grade(question, unit), "stream": stream_of(unit)}
    return links.unit_url(unit.level, unit.code, "working", figure=figure, of=of, **narrowed)


def stream_of(unit: Unit) -> str:
    return links.stream_of(unit.level, unit.stream)


def _grade(question: UnitRequest, unit: Unit) -> str:
    return "" if unit.level == "post" else question.grade


def name_columns(question: UnitRequest) -> list[tables.Column]:
    """The first columns of a table of the units below."""
    level = units.child_level(question.unit.level)
    grade = [tables.Column("grade", "Grade")] if level == "post" else []
    return [tables.Column("name", units.TITLES[level]), tables.Column("code", "Code", "code"), *grade]


def caption(question: UnitRequest, what: str) -> str:
    """The caption of a table of the units below, and of which grade they are."""
    level, grade = units.child_level(question.unit.level), grade_of(question)
    said = f" (grade {grade})" if grade else ""
    return f"{what}: {units.PLURALS[level]} of {question.unit.name}{said}"


def listed_total(
    columns: Sequence[tables.Column], rows: Sequence[tables.Row], **sums: tables.Value
) -> tables.Row | None:
    """The last row of lines listed one by one: their sums, and nothing in the other columns."""
    if not rows:
        return None
    first = columns[0].key
    return tables.Row(
        {column.key: tables.text("") for column in columns} | {first: tables.text("Total")} | sums
    )


def name_row(question: UnitRequest, unit: Unit, tab: str, values: dict[str, tables.Value]) -> tables.Row:
    """A row of a unit below: it leads to the same tab there."""
    names = {
        "name": tables.text(unit.name, child_url(question, unit, tab)),
        "code": tables.text(unit.code),
        "grade": tables.text(unit.grade),
    }
    return tables.Row(names | values, unit.level, unit.code)


def total_row(values: dict[str, tables.Value], first: str = "name") -> tables.Row:
    """The row of the unit itself under those of its parts."""
    empty = {name: tables.text("") for name in ("name", "code", "grade")}
    return tables.Row(empty | {first: tables.text("Total")} | values)


def grade_field() -> OneOf:
    """The choice that narrows a page to posts of one grade."""
    return OneOf("Grade", [("", "All grades"), *((grade, grade) for grade in GRADES)])


def grade_filter(question: UnitRequest) -> FilterForm | None:
    """The form of a page with no other filter; a post has one grade."""
    return None if question.is_post else FilterForm(question.request.GET, grade=grade_field())
