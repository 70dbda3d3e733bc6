"""Words about initiatives."""

from fractions import Fraction

from django.utils import timezone

from wmt.days import moment_words, written
from wmt.site.initiatives import register
from wmt.site.initiatives.models import Initiative
from wmt.site.web.rules.activity_tables import plain
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_NUMBERS = {f"x{number}": f"tiers with the number {number}" for number in range(4)}


def place(state: State, row: Initiative) -> str:
    """The name of the unit that an initiative is of; its code where it is not in the figures."""
    unit = Unit.objects.filter(load_id=state.load_id, level=row.level, code=row.code, whole=True).first()
    return unit.name if unit else row.code


def each(row: Initiative) -> str:
    """What it asks of each case: '30 minutes × 12 times a year in 20% of them'."""
    minutes, times = (plain(Fraction(number, 100)) for number in (row.minutes_x100, row.times_x100))
    share = "" if row.share_x100 == 10_000 else f" in {plain(Fraction(row.share_x100, 100))}% of them"
    return f"{minutes} minutes × {times} a year{share}"


def cases(row: Initiative) -> str:
    """Which cases it is for: 'licence cases, tiers C'."""
    of_type = "all cases" if row.case_type == "any" else f"{row.case_type} cases"
    return of_type if row.tiers == "all" else f"{of_type}, {tier_words(row.tiers)}"


def tier_words(key: str) -> str:
    """The tiers of a key, in words."""
    if key == "all":
        return "all tiers"
    return _NUMBERS.get(key) or (f"tiers {key}" if len(key) == 1 else f"tier {key}")


def state_words(row: Initiative, state: State) -> str:
    """Whether it is in force, to begin, over or withdrawn; of a day in the past, as it stood then."""
    if row.withdrawn_at is not None and register.is_withdrawn(row, state):
        when = moment_words(timezone.localtime(row.withdrawn_at))
        return f"withdrawn {when}, by {staff_names.person(row.withdrawn_by)}: {row.withdrawn_why}"
    if row.last_day is not None and register.is_over(row, state):
        return f"over: its last day was {written(row.last_day)}"
    return "in force" if row.first_day <= state.day else "not begun"
