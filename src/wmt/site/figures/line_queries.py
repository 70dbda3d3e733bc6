"""The lines behind figures: of a post one by one, of a unit summed by what priced them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Count, F, QuerySet, Sum, Value
from django.db.models.functions import Cast

from wmt import ledger
from wmt.days import written
from wmt.site.audit.reads import note_read
from wmt.site.figures.withheld import Withholding
from wmt.site.workload import models
from wmt.site.workload.night_rows import CELL_LEVELS
from wmt.site.workload.state import OfLoad, State


class Lines(NamedTuple):
    """Lines of one unit and grade that were priced alike: how many, and their amounts together.

    A page of the nation reads thousands of them, so they are plain tuples. `pricing` is what they have in
    common; amounts as in `wmt.ledger.AMOUNTS`.
    """

    code: str
    grade: str
    pricing: models.Pricing
    lines: int
    quantity_micro: int
    points_x100: int
    beside_x100: int
    active_cases: int
    listed_cases: int


class Amounts(NamedTuple):
    """What some lines carry together, whatever priced them; amounts as in `wmt.ledger.AMOUNTS`."""

    lines: int
    quantity_micro: int
    points_x100: int
    beside_x100: int
    active_cases: int
    listed_cases: int


@lru_cache(maxsize=8)
def priced(of_load: OfLoad) -> dict[int, models.Pricing]:
    """What lines of a load were priced by, by number."""
    return {row.number: row for row in models.Pricing.objects.filter(load_id=of_load[0])}


def pricing_of(state: State) -> dict[int, models.Pricing]:
    """What lines of the shown figures were priced by, by number. Kept: a load's rows never change."""
    return priced(state.of_load)


def belongs(pricing: models.Pricing, share: ledger.MeasureDefinition) -> bool:
    """Whether lines priced so are among those a measure sums."""
    return share.holds({name: getattr(pricing, name) for name in ledger.PRICING})


def numbers_of(state: State, measure: str) -> frozenset[int]:
    """The pricings whose lines a measure (of `wmt.ledger.SHARES`) sums."""
    return _numbers(state.of_load, measure)


@lru_cache(maxsize=400)
def _numbers(of_load: OfLoad, measure: str) -> frozenset[int]:
    found = priced(of_load).items()
    return frozenset(number for number, pricing in found if belongs(pricing, ledger.SHARES[measure]))


def summed(lines: Iterable[Lines | Amounts | models.Line], share: ledger.MeasureDefinition) -> int:
    """The measure of some lines, all of which belong to it: their sum, as `Share` says."""
    found: int = sum(getattr(line, share.column) for line in lines)
    return share.sign * found // share.scale


def sums_of(
    state: State, units: Sequence[models.Unit], *, grade: str = "", kind: str = "", by_grade: bool = True
) -> dict[str, list[Lines]]:
    """The lines of units of one level and stream, by the unit's code, summed by pricing and by grade.

    With a grade, only lines of posts of it; with a kind, only lines of that kind. Without `by_grade` the
    grades are taken together, which is a third of the rows of a nation.
    """
    if not units:
        return {}
    level = units[0].level
    of_cells = level in CELL_LEVELS
    rows = _cells(state, level, units) if of_cells else _lines(state, level, units)
    rows = rows.filter(grade=grade) if grade else rows
    rows = rows.filter(pricing__in=of_kind(state, kind)) if kind else rows
    names = {} if of_cells else {unit.number: unit.code for unit in units}
    pricing = pricing_of(state)
    found: dict[str, list[Lines]] = defaultdict(list)
    for key, row_grade, number, *amounts in _grouped(rows, "code" if of_cells else f"{level}_no", by_grade):
        code = names.get(key, key)
        found[code].append(Lines(code, row_grade, pricing[number], *amounts))
    return found


def of_kind(state: State, kind: str) -> list[int]:
    return [number for number, pricing in pricing_of(state).items() if pricing.kind == kind]


def _cells(state: State, level: str, units: Sequence[models.Unit]) -> QuerySet[Any]:
    codes = [unit.code for unit in units]
    return models.Cell.objects.filter(
        load_id=state.load_id, level=level, code__in=codes, post_stream=units[0].stream
    )


def _lines(state: State, level: str, units: Sequence[models.Unit]) -> QuerySet[Any]:
    """Teams and posts have few enough lines to group them when they are asked for."""
    numbers = [unit.number for unit in units]
    lines = models.Line.objects.filter(load_id=state.load_id, **{f"{level}_no__in": numbers})
    return lines if level == "post" else _in_stream(state, lines, units)


def _in_stream(
    state: State, lines: QuerySet[models.Line], teams: Sequence[models.Unit]
) -> QuerySet[models.Line]:
    """The lines of teams whose posts are of the stream that the teams' figures are of."""
    posts = models.Unit.objects.filter(load_id=state.load_id, level="post", stream=teams[0].stream)
    posts = posts.filter(team_code__in=[team.code for team in teams])
    return lines.filter(post_no__in=list(posts.values_list("number", flat=True)))


def _grouped(rows: QuerySet[Any], key: str, by_grade: bool) -> Iterable[tuple[Any, ...]]:
    """Rows of key, grade, pricing, lines and amounts, in the order of key and pricing."""
    found: Iterable[tuple[Any, ...]]
    if rows.model is models.Cell and by_grade:  # cells are grouped so already
        found = rows.order_by(key, "pricing").values_list(key, "grade", "pricing", "lines", *ledger.AMOUNTS)
        return found
    grade = F("grade") if by_grade else Value("")
    many = Sum("lines") if rows.model is models.Cell else Count("pk")
    # PostgreSQL sums whole numbers to decimals
    sums = {f"sum_{name}": Cast(Sum(name), BigIntegerField()) for name in ledger.AMOUNTS}
    grouped = rows.values(key, "pricing", **({"of_grade": grade} if by_grade else {}))
    grouped = grouped.annotate(many=Cast(many, BigIntegerField()), **sums).order_by(key, "pricing")
    if not by_grade:
        grouped = grouped.annotate(of_grade=grade)
    found = grouped.values_list(key, "of_grade", "pricing", "many", *sums)
    return found


def lines_of(state: State, unit: models.Unit, user: Any, *, kind: str = "") -> list[models.Line]:
    """The lines of a post or a team one by one, in the order of the ledger; with a kind, only those.

    As far as `user` may read them; that they were read is written down (`audit.reads`).
    """
    lines = models.Line.objects.filter(load_id=state.load_id, **{f"{unit.level}_no": unit.number})
    lines = lines if unit.level == "post" else _in_stream(state, lines, [unit])
    lines = lines.filter(pricing__in=of_kind(state, kind)) if kind else lines
    pricing, withholding = pricing_of(state), Withholding(state, user, unit)
    note_read(user, unit)
    return [withholding.line(line, pricing[line.pricing]) for line in lines.order_by("pk")]


def put_together(
    code: str, lines: Iterable[models.Line], priced: Mapping[int, models.Pricing]
) -> list[Lines]:
    """Lines of a unit, read one by one, as `sums_of` has them: by grade and what priced them."""
    found: dict[tuple[int, str], list[models.Line]] = defaultdict(list)
    for line in lines:
        found[line.pricing, line.grade].append(line)
    return [
        Lines(
            code,
            grade,
            priced[number],
            len(alike),
            *(sum(getattr(line, name) for line in alike) for name in ledger.AMOUNTS),
        )
        for (number, grade), alike in sorted(found.items(), key=lambda each: each[0])
    ]


def about_text(line: models.Line, pricing: models.Pricing) -> str:
    """What a table says of a line beside its amounts: of a reduction its reason and its days."""
    if pricing.kind != "reduction" or line.since is None:
        return line.about
    until = f" to {written(line.until)}" if line.until else " until ended"
    return f"{line.about}, {written(line.since)}{until}"
