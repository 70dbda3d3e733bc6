"""People needed: the need of a unit's work by grade, the people who are there, the lines behind every FTE."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from wmt.facts import NOT_KNOWN
from wmt.ledger import HEADLINE
from wmt.ledger.arithmetic import MINUS
from wmt.site import tables
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries import staffing as query
from wmt.site.queries import staffing_words
from wmt.site.queries.establishment import establishment_of
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import ChoiceOrDefault, QueryForm
from wmt.site.web.staffing import establishment_form, establishment_tables
from wmt.site.workload.models import Unit
from wmt.staffing import establishment, gap
from wmt.staffing.rates import StaffingError
from wmt.text import counted

TITLE = "People needed"
TEMPLATE = "unit/staffing.jinja"
_BELOW = {"nation": "region", "region": "pdu", "pdu": "team"}


class StaffingForm(QueryForm):
    """How the need is worked out."""

    by = ChoiceOrDefault(
        [("points", "Points of the measure"), ("hours", "Published hours of tiers")], initial="points"
    )
    chain = ChoiceOrDefault(
        [("product", "One after the other (product)"), ("sum", "Together (sum)")], initial="product"
    )


def applies(unit: Unit) -> bool:
    """Units above posts."""
    return unit.level != "post"


def content(question: UnitRequest) -> dict[str, Any]:
    """Need and people by grade; the work by kind, down to its lines; where reductions went; units below."""
    question = question.in_stream(HEADLINE)
    if not applies(question.unit):
        return {"tables": {}, "why_not": "level"}
    form = StaffingForm(question.request.GET)
    form.is_valid()
    asked = {"chain": form.found("chain"), "by": form.found("by")}
    try:
        found = query.staffing_of(question.state, question.unit, **asked)
    except StaffingError as error:
        return {"tables": {}, "why_not": "rules", "refused": str(error)}
    by_reason = query.reads(question.user, question.unit, question.state)
    known = establishment_of(question.state)
    entries = known.of(question.unit)
    told = gap.present(found) if by_reason else gap.present_open(found)
    told |= {"establishment": establishment.present(entries, found)}
    level = _BELOW.get(question.unit.level) if not question.listing else None
    return {
        "why_not": "",
        "form": form,
        "told": told,
        "trainees": found.need.rates.value("staffing.trainees_count_as").value,
        "carries": counted(round(told["points_of_one_fte"]), "point"),
        "trainees_href": unit_url(question.unit.level, question.unit.code, "trainees")
        if question.unit.level in ("nation", "region")
        else "",
        "officers": _officer_words(question.unit.name, told),
        "days": staffing_words.days_words(found),
        "enter_href": establishment_form.enter_href(question.user, question.state, question.unit),
        "odd_entries": establishment_tables.odd_words(told),
        "entered_later": known.later(question.unit),
        "why": staffing_words.why_words(told),
        "scenario_href": unit_url(question.unit.level, question.unit.code, "scenario"),
        "first": _first_sentence(question.unit.name, told),
        "tables": {
            "staffing": _grades(question.unit, told),
            **(
                establishment_tables.establishment_tables(question.unit, known, entries, told)
                if entries
                else {}
            ),
            "kinds": _kinds(question.unit, told),
            **({"below": _below(question, level, asked)} if level else {}),
            "in_post": _in_post(told) if by_reason else _open_in_post(told),
            "readings": _readings(told),
            "lines": _lines(question.unit, told),
        },
    }


def _officer_words(name: str, told: Mapping[str, Any]) -> str:
    """How many probation officers are short; nothing where no work is theirs."""
    row = next((each for each in told["grades"] if each["grade"] == "PO"), None)
    if row is None:
        return ""
    if told["reasons"]:
        how = "short" if row["short"] > 0 else "over what its work needs"
        return f"Of probation officers, {name} is {_tenths(abs(row['short']))} {how}."
    least, most = (_tenths(max(row[f"{end}_short"], Decimal())) for end in ("least", "most"))
    between = f"between {least} and {most}" if least != most else least
    return f"Of probation officers, {name} is {between} short."


def _first_sentence(name: str, told: Mapping[str, Any]) -> str:
    """What is needed, who is there, and what is short: a range where reasons of reductions are private."""
    row = told["all"]
    needs = f"{name} needs {_tenths(row['need'])} full-time people (FTE) for its work"
    if not told["reasons"]:
        least, most = row["least_short"], row["most_short"]
        has = f"has {_tenths(row['contracted'])} by contract, {_tenths(row['left'])} after all reductions"
        if most <= 0:
            return f"{needs} and {has}: no fewer than its work needs.{staffing_words.unmet_words(told)}"
        between = f"between {_tenths(max(least, Decimal()))} and {_tenths(most)} short"
        said = f"{between}, depending on what the reductions are for.{staffing_words.unmet_words(told)}"
        return f"{needs} and {has}: {said}"
    short = _tenths(abs(row["short"]))
    how = f"{short} short" if row["short"] > 0 else f"{short} more than its work needs"
    shortest = told["binding_grade"]
    said = f" The grade that is shortest of people is {shortest}." if shortest else ""
    return f"{needs} and has {_tenths(row['in_post'])}: {how}.{staffing_words.unmet_words(told)}{said}"


def _tenths(value: Decimal) -> str:
    """FTE as people read them."""
    return f"{value:,.1f}"


def _fte(value: Decimal | None, decimals: int = 1) -> tables.Value:
    if value is None:
        return tables.Value(None)
    return tables.Value(value, f"{value:z,.{decimals}f}".replace("-", MINUS))


def _ratio(value: Decimal | None) -> tables.Value:
    if value is None:
        return tables.Value(None, "–")
    return tables.Value(value * 100, f"{value * 100:,.1f}%")


def _row_columns(told: Mapping[str, Any]) -> list[tables.Column]:
    """The columns of need and people: by reason, or the range that everybody reads."""
    needed = tables.Column("need", "Needed (FTE)", "number")
    if told["reasons"]:
        return [
            needed,
            tables.Column(
                "in_post", "There (FTE)", "number", "Contracted and agency, less learning and other work."
            ),
            tables.Column("short", "Short (FTE)", "number", "Below zero: more than the work needs."),
            tables.Column("ratio", "There ÷ needed", "number"),
        ]
    return [
        needed,
        tables.Column("contracted", "Contracted (FTE)", "number", "With agency staff."),
        tables.Column("left", "After all reductions (FTE)", "number"),
        tables.Column("least_short", "Short, at least (FTE)", "number", "If all reductions are absences."),
        tables.Column("most_short", "Short, at most (FTE)", "number", "If none of them is an absence."),
    ]


def _row_values(row: Mapping[str, Any], columns: Iterable[tables.Column]) -> dict[str, tables.Value]:
    return {
        column.key: _ratio(row["ratio"]) if column.key == "ratio" else _fte(row[column.key])
        for column in columns
    }


def _grades(unit: Unit, told: Mapping[str, Any]) -> tables.Table:
    of_people = _row_columns(told)
    columns = [
        tables.Column("grade", "Grade"),
        tables.Column("work", "For the work (FTE)", "number"),
        tables.Column(
            "roles", "For roles (FTE)", "number", "Single points of contact, and mentoring of trainees."
        ),
        *of_people,
    ]
    rows = [
        tables.Row(
            {
                "grade": tables.text(each["grade"]),
                "work": _fte(each["work"]),
                "roles": _fte(sum(each["roles"].values(), Decimal())),
                **_row_values(each, of_people),
            }
        )
        for each in told["grades"]
    ]
    nothing = {"grade": tables.text("All"), "work": _fte(None), "roles": _fte(None)}
    values = _row_values(told["all"], of_people)
    for key in {"short", "least_short", "most_short"} & values.keys():
        if (lacking := staffing_words.unmet(told, key)) is not None:
            values[key] = replace(values[key], note=f"{_tenths(lacking)} of the grades that are short")
    total = tables.Row({**nothing, **values})
    return tables.Table("staffing", f"People needed by grade: {unit.name}", columns, rows, total)


def _kinds(unit: Unit, told: Mapping[str, Any]) -> tables.Table:
    grades = list(dict.fromkeys(grade for each in told["kinds"] for grade in each["shares_percent"]))
    columns = [
        tables.Column("kind", "Kind of work"),
        tables.Column("points", "Points", "points"),
        tables.Column("hours", "Hours a year", "number"),
        tables.Column("by_points", "FTE by points", "number"),
        tables.Column("by_hours", "FTE by hours", "number"),
        *(
            tables.Column(f"share_{grade}", f"Done by {grade}", "number", "Ours: no source says.")
            for grade in grades
        ),
    ]
    rows = [
        tables.Row(
            {
                "kind": tables.text(staffing_words.KINDS.get(each["kind"], each["kind"])),
                "points": tables.Value(each["points"], f"{each['points']:,.0f}".replace("-", MINUS)),
                "hours": _fte(each["hours"], 0),
                "by_points": _fte(each["fte_by_points"]),
                "by_hours": _fte(each["fte_by_hours"]),
                **{
                    f"share_{grade}": tables.Value(share, f"{share.normalize():f}%")
                    for grade, share in each["shares_percent"].items()
                },
            }
        )
        for each in told["kinds"]
    ]
    return tables.Table("kinds", f"Work by kind: {unit.name}", columns, rows)


def _lines(unit: Unit, told: Mapping[str, Any]) -> tables.Table:
    columns = [
        tables.Column("kind", "Kind of work"),
        tables.Column("line", "What"),
        tables.Column("type", "Type"),
        tables.Column("tier", "Tier"),
        tables.Column("cases", "Active cases", "count"),
        tables.Column("points", "Points", "points"),
        tables.Column("hours", "Hours a year", "number"),
        tables.Column("from", "Hours from", "text", "Published for a tier, or worked out from points."),
        tables.Column("fte", "FTE", "number"),
    ]
    rows = [
        tables.Row(
            {
                "kind": tables.text(staffing_words.KINDS.get(kind["kind"], kind["kind"])),
                "line": tables.text(staffing_words.line_words(each)),
                "type": tables.text(each["type"] or each["rule"].partition("report_points.")[2].upper()),
                "tier": tables.text("untiered" if each["tier"] == "0" else each["tier"]),
                "cases": tables.count(each["active_cases"]),
                "points": tables.Value(each["points"], f"{each['points']:,.0f}".replace("-", MINUS)),
                "hours": _fte(each["hours"]),
                "from": tables.text("published" if each["hours_from"] == "hours" else "points"),
                "fte": _fte(each["fte"], 2),
            }
        )
        for kind in told["kinds"]
        for each in kind["lines"]
    ]
    return tables.Table("lines", f"Work behind the people needed: {unit.name}", columns, rows)


def _in_post(told: Mapping[str, Any]) -> tables.Table:
    categories = dict.fromkeys(name for each in told["in_post"].values() for name in each["taken_off"])
    columns = [
        tables.Column("grade", "Grade"),
        tables.Column("posts", "Posts", "count"),
        tables.Column("assumed", "With assumed hours", "count"),
        tables.Column("contracted", "Contracted (FTE)", "number"),
        *(tables.Column(f"off_{n}", f"Less: {name}", "number") for n, name in enumerate(categories)),
        tables.Column("agency", "Agency (FTE)", "number"),
        tables.Column("there", "For the work (FTE)", "number"),
    ]
    rows = [
        tables.Row(
            {
                "grade": tables.text(grade),
                "posts": tables.count(each["posts"]),
                "assumed": tables.count(each["posts_with_assumed_hours"]),
                "contracted": _fte(each["contracted"]),
                **{
                    f"off_{n}": _fte(each["taken_off"].get(name, Decimal()))
                    for n, name in enumerate(categories)
                },
                "agency": _fte(each["agency"]),
                "there": _fte(each["for_the_work"]),
            }
        )
        for grade, each in told["in_post"].items()
    ]
    return tables.Table("in_post", "People in post, and what is taken off", columns, rows)


def _readings(told: Mapping[str, Any]) -> tables.Table:
    """The same work in every reading, and what published reports say the tables leave out."""
    work, line = told["work"], told["reconciliation"]
    found: list[tuple[str, Decimal, str]] = [
        ("By points, NET and NAT one after the other", work["fte_by_points_product"], ""),
        ("By points, NET and NAT together", work["fte_by_points_sum"], "No source says which one holds."),
        ("By published hours, one after the other", work["fte_by_hours_product"], "Points are rounded."),
        ("By published hours, together", work["fte_by_hours_sum"], ""),
        (
            "By full targets of the daily measure", line["fte_by_full_targets"],
            "A target is 2,200 points, not 2,220: a rounded number.",
        ),
        *(
            (
                f"If {each['share_missing_percent']:.0f}% of the true need is missing from the tables",
                each["work"], f"{each['source']}. To be checked before use.",
            )
            for each in told["by_measured_time"]
        ),
    ]  # fmt: skip
    columns = [
        tables.Column("reading", "Reading"),
        tables.Column("fte", "FTE for the work", "number"),
        tables.Column("note", "Note", "words"),
    ]
    rows = [
        tables.Row({"reading": tables.text(name), "fte": _fte(fte), "note": tables.text(note)})
        for name, fte, note in found
    ]
    return tables.Table("readings", "The same work in every reading", columns, rows)


def _open_in_post(told: Mapping[str, Any]) -> tables.Table:
    columns = [
        tables.Column("grade", "Grade"),
        tables.Column("posts", "Posts", "count"),
        tables.Column("assumed", "With assumed hours", "count"),
        tables.Column("contracted", "Contracted (FTE)", "number"),
        tables.Column("reductions", "Less: all reductions", "number"),
        tables.Column("agency", "Agency (FTE)", "number"),
        tables.Column("left", "Left (FTE)", "number"),
    ]
    rows = [
        tables.Row(
            {
                "grade": tables.text(grade),
                "posts": tables.count(each["posts"]),
                "assumed": tables.count(each["posts_with_assumed_hours"]),
                **{name: _fte(each[name]) for name in ("contracted", "reductions", "agency", "left")},
            }
        )
        for grade, each in told["in_post"].items()
    ]
    return tables.Table("in_post", "People in post, and all reductions", columns, rows)


def _below(question: UnitRequest, level: str, asked: Mapping[str, Any]) -> tables.Table:
    """The units below, from figures that everybody reads."""
    of_people = _row_columns({"reasons": False})
    columns = [tables.Column("name", units.TITLES[level]), *of_people]
    below = [unit for unit in units.below(question.state, question.unit, level) if unit.code != NOT_KNOWN]
    staffings = query.staffings_of(question.state, below, **asked)
    rows = [
        tables.Row(
            {
                "name": tables.text(unit.name, unit_url(unit.level, unit.code, "staffing")),
                **_row_values(gap.present_open_row(staffings[unit.code]), of_people),
            },
            unit.level,
            unit.code,
        )
        for unit in below
    ]
    title = f"{units.PLURALS[level]} of {question.unit.name}: people needed and in post"
    return tables.Table("below", title, columns, rows)
