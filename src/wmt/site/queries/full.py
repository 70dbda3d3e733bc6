"""Whether a unit is full by the figures shown: its lines summed as they are now, and the days before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, Sum
from django.db.models.functions import Cast

from wmt import ledger, nights
from wmt.grades import DUMMY
from wmt.history import History
from wmt.plan import full, full_certificate, full_history, full_pool, full_present, full_state
from wmt.rules import load
from wmt.site.allocation import protection
from wmt.site.figures import line_queries, units
from wmt.site.figures.placeholders import placeholders
from wmt.site.queries import histories
from wmt.site.queries.periods import KeyedHistory
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State, rules_of
from wmt.text import counted

#: So many nights are worked out while somebody waits for a page; more are left to the process beside it.
_MOST_NIGHTS = 3


@dataclass(frozen=True)
class UnitFull:
    """A unit: what its figures say, what the days before do (None where no history can be read), what would
    free most. `waits`: the days before are being worked out. `notes`: what has to be known beside it."""

    unit: Unit
    state: full_state.FullState
    outlook: full_history.FullOutlook | None
    reliefs: list[full_state.Relief]
    notes: list[str]
    waits: bool = False


def full_of(state: State, unit: Unit) -> UnitFull:
    """A team, PDU, region or the nation, by its headline."""
    found = states_of(state, [unit])[unit.code]
    less = largest_reductions(state, unit) if unit.level in full_state.REDUCTION_LEVELS else {}
    reliefs = full_state.reliefs(found, less)
    notes = [*full_present.notes_of(found), *_protected(state, unit)]
    try:
        return UnitFull(unit, found, outlook_of(state, unit, found), reliefs, notes)
    except full_history.NotWorkedOutError:
        return UnitFull(unit, found, None, reliefs, notes, waits=True)


def _protected(state: State, unit: Unit) -> list[str]:
    """How many posts are protected, of which figures know nothing. Everybody may read that, no limit."""
    posts = units.below(state, unit, "post").order_by().values("code")
    number = protection.in_force(state, posts).values("post").distinct().count()
    if not number:
        return []
    are = (
        "is protected from new cases and counts" if number == 1 else "are protected from new cases and count"
    )
    return [f"{counted(number, 'person', 'people')} here {are} as if cases could be given to them."]


def states_of(state: State, of: list[Unit]) -> dict[str, full_state.FullState]:
    """What the figures of units of one level say, by code."""
    rules = full_pool.FullRules(rules_of(state))
    sums = {unit.code: full_pool.UnitSums() for unit in of} | _sums(rules, state, of)
    posts, means = _fit(state, of), means_of(state)
    return {code: full_state.state_of(rules, each, posts.get(code, []), means) for code, each in sums.items()}


def means_of(state: State) -> Mapping[str, Fraction]:
    """The average case of each kind in England and Wales, for units that have none."""
    return _means(KeyedFigures(state))


class KeyedFigures:
    """Figures beside a key that says which: what is kept of a load moves with every change and with the rules
    in force, which say what the night's own do not."""

    def __init__(self, state: State) -> None:
        self.state, self._rules = state, load()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyedFigures) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[Any, ...]:
        return *self.state.of_load, self.state.revision, self._rules


@lru_cache(maxsize=8)
def _means(keyed: KeyedFigures) -> Mapping[str, Fraction]:
    nation = Unit.objects.filter(load_id=keyed.state.load_id, level=units.NATION, whole=True)
    rules = full_pool.FullRules(rules_of(keyed.state))
    (found,) = _sums(rules, keyed.state, list(nation)).values() or (full_pool.UnitSums(),)
    return found.means()


def _sums(rules: full_pool.FullRules, state: State, of: list[Unit]) -> dict[str, full_pool.UnitSums]:
    return {
        code: full_pool.sums_of(
            rules,
            (
                full_pool.LineSum(
                    each.grade,
                    each.pricing.side,
                    each.pricing.kind,
                    each.pricing.location,
                    each.pricing.tier,
                    each.pricing.suspended,
                    each.points_x100,
                    each.active_cases,
                )
                for each in lines
            ),
        )
        for code, lines in line_queries.sums_of(state, of).items()
    }


def _fit(state: State, of: list[Unit]) -> dict[str, list[full.PostTime]]:
    """The posts that could be given cases, by the code of their unit."""
    level, nobody = of[0].level if of else units.NATION, placeholders(state)
    rows = Unit.objects.filter(
        load_id=state.load_id, level="post", stream=ledger.HEADLINE, stale_since=None, unmeasured_posts=0,
        available_x100__gt=0,
    ).exclude(grade=DUMMY)  # fmt: skip
    if level != units.NATION:
        rows = rows.filter(**{f"{level}_code__in": [unit.code for unit in of]})
    key = "load_id" if level == units.NATION else f"{level}_code"
    found: dict[str, list[full.PostTime]] = {}
    columns = ("code", key, "grade", "points_x100", "available_x100")
    for code, place, *post in rows.order_by().values_list(*columns):
        if code not in nobody:
            found.setdefault(units.NATION if level == units.NATION else place, []).append(
                full.PostTime(*post)
            )
    return found


def largest_reductions(state: State, unit: Unit) -> dict[str, int]:
    """The most that all reductions of one post take, by grade: of posts that could be given cases."""
    nobody = placeholders(state)
    posts = units.below(state, unit, "post").filter(stale_since=None, available_x100__gt=0)
    numbers = [post.number or 0 for post in posts if post.code not in nobody]
    largest: dict[str, int] = {}
    for start in range(0, len(numbers), 500):
        lines = Line.objects.filter(load_id=state.load_id, post_no__in=numbers[start : start + 500])
        lines = lines.filter(pricing__in=line_queries.of_kind(state, "reduction")).order_by()
        less = Cast(Sum("points_x100"), BigIntegerField())
        for _, grade, x100 in (
            lines.values("post_no", "grade").annotate(less=less).values_list("post_no", "grade", "less")
        ):
            largest[grade] = max(largest.get(grade, 0), -x100)
    return {grade: x100 for grade, x100 in largest.items() if x100}


def outlook_of(state: State, unit: Unit, found: full_state.FullState) -> full_history.FullOutlook | None:
    """What the days before say; None where the history, or a night of it, cannot be read.

    Raises NotWorkedOutError.
    """
    try:
        days = past_of(histories.history_of(unit), unit, state)
    except full_history.NotWorkedOutError:
        raise
    except nights.NightError:
        return None
    return full_history.outlook(found, days, state.as_at.date())


def past_of(past: History, unit: Unit, state: State) -> full_history.FullPast:
    """The days of a unit up to the data shown. Raises NightError where one of its nights is damaged."""
    return _past(KeyedHistory(past), unit.level, unit.code, state.as_at.date())


@lru_cache(maxsize=1000)
def _past(held: KeyedHistory, level: str, code: str, last: date) -> full_history.FullPast:
    return full_history.past_of(held.past, level, code, last, most=_MOST_NIGHTS)


def certified(state: State, unit: Unit, found: full_state.FullState) -> dict[str, Any]:
    """The figures of a unit's certificate. Raises NightError where the night is not there."""
    night = nights.open_night(settings.CONFIG.nights / state.night)
    about = full_certificate.Certified(unit.level, unit.code, night.name, night.manifest.inputs)
    return full_certificate.figures_of(about, found)


def is_of_night(state: State, unit: Unit, sha256: str) -> bool:
    """Whether a checksum is what the night alone gives: no change since then moved the unit's figures."""
    night = nights.open_night(settings.CONFIG.nights / state.night)
    found = full_history.state_of_night(night, unit.level, unit.code)
    return found is not None and full_certificate.checksum(certified(state, unit, found)) == sha256
