"""The lines behind figures: of a post one by one, of a unit summed by what priced them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.db.models import BigIntegerField, Count, Sum
from django.db.models.functions import Cast

from wmt.ledger import AMOUNTS, PRICING, SHARES, Share
from wmt.site.workload.current import State
from wmt.site.workload.models import Cell, Line, Pricing, Unit
from wmt.site.workload.rows import CELL_LEVELS


@dataclass(frozen=True)
class Lines:
    """Lines of one unit and grade that were priced alike: how many, and their amounts together.

    `pricing` is what they have in common; amounts as in `wmt.ledger.AMOUNTS`.
    """

    code: str
    grade: str
    pricing: Pricing
    lines: int
    quantity_micro: int
    points_x100: int
    beside_x100: int
    active_cases: int
    listed_cases: int

    def with_more(self, more: "Lines") -> "Lines":
        """These lines and others of the same pricing, whatever their grade, together."""
        added = {name: getattr(self, name) + getattr(more, name) for name in ("lines", *AMOUNTS)}
        return replace(self, grade="", **added)


@lru_cache(maxsize=4)
def _pricing(load_id: int) -> dict[int, Pricing]:
    return {row.number: row for row in Pricing.objects.filter(load_id=load_id)}


def pricing_of(state: State) -> dict[int, Pricing]:
    """What lines of the shown figures were priced by, by number. Kept: a load's rows never change."""
    return _pricing(state.load_id)


def belongs(pricing: Pricing, share: Share) -> bool:
    """Whether lines priced so are among those a measure sums."""
    return share.holds({name: getattr(pricing, name) for name in PRICING})


def numbers_of(state: State, share: Share) -> list[int]:
    """The pricings whose lines a measure sums."""
    return [number for number, pricing in pricing_of(state).items() if belongs(pricing, share)]


def summed(lines: Iterable[Lines | Line], share: Share) -> int:
    """The measure of some lines, all of which belong to it: their sum, as `Share` says."""
    return share.sign * sum(getattr(line, share.column) for line in lines) // share.scale


def sums_of(state: State, units: Sequence[Unit], *, grade: str = "") -> dict[str, list[Lines]]:
    """The lines of units of one level, by the unit's code, summed by what priced them and by grade.

    With a grade, only lines of posts of it.
    """
    if not units:
        return {}
    level = units[0].level
    rows = _cells(state, level, units) if level in CELL_LEVELS else _from_lines(state, level, units)
    pricing = pricing_of(state)
    found: dict[str, list[Lines]] = defaultdict(list)
    for code, row_grade, number, *amounts in rows:
        if not grade or row_grade == grade:
            found[code].append(Lines(code, row_grade, pricing[number], *amounts))
    return found


_COLUMNS = ("grade", "pricing")


def _cells(state: State, level: str, units: Sequence[Unit]) -> Iterable[tuple]:  # type: ignore[type-arg]
    codes = [unit.code for unit in units]
    cells = Cell.objects.filter(load_id=state.load_id, level=level, code__in=codes)
    return cells.order_by("code", "pricing").values_list("code", *_COLUMNS, "lines", *AMOUNTS)


def _from_lines(state: State, level: str, units: Sequence[Unit]) -> Iterable[tuple]:  # type: ignore[type-arg]
    """Teams and posts have few enough lines to group them when they are asked for."""
    key = f"{level}_no"
    codes = {unit.number: unit.code for unit in units}
    lines = Line.objects.filter(load_id=state.load_id, **{f"{key}__in": list(codes)})
    grouped = lines.values(key, *_COLUMNS).annotate(
        lines=Count("pk"),
        # PostgreSQL sums whole numbers to decimals
        **{f"sum_{name}": Cast(Sum(name), BigIntegerField()) for name in AMOUNTS},
    )
    rows = grouped.order_by(key, "pricing").values_list(
        key, *_COLUMNS, "lines", *(f"sum_{name}" for name in AMOUNTS)
    )
    return ((codes[number], *rest) for number, *rest in rows)


def lines_of(state: State, post: Unit) -> list[Line]:
    """All lines of a post, in the order of the ledger."""
    return list(Line.objects.filter(load_id=state.load_id, post_no=post.number).order_by("pk"))


def share_of(measure: str) -> Share:
    """Which lines a measure sums. Raises KeyError for an unknown one."""
    return SHARES[measure]
