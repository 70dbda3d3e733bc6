"""Duties over time: how many opened and closed in each month, how long they stood, how they were handled."""

from collections.abc import Sequence
from datetime import date

from wmt.ledger import decimal
from wmt.ledger.arithmetic import divide_half_up
from wmt.site import tables
from wmt.site.duties import labels
from wmt.site.duties.queries import Stay
from wmt.site.workload.models import Unit


def months(stood: Sequence[Stay], unit: Unit) -> tables.Table:
    """A row for each month from the first opening on, the latest first. Empty months are there too."""
    columns = [
        tables.Column("month", "Month", "date"),
        tables.Column("opened", "Opened", "count", "including reopened"),
        tables.Column("closed", "Closed", "count"),
        tables.Column("standing", "Open at its end", "count"),
        tables.Column("median", "Days open, median", "number", "of those that closed in the month"),
        tables.Column("longest", "Days open, longest", "count", "of those that closed in the month"),
    ]
    rows = []
    for first in reversed(_months_of(stood)):
        after = _next(first)
        closed = [stay for stay in stood if stay.ended is not None and first <= stay.ended < after]
        lengths = sorted(stay.days(after) for stay in closed)
        opened = sum(first <= stay.began < after for stay in stood)
        standing = sum(stay.began < after and (stay.ended is None or stay.ended >= after) for stay in stood)
        rows.append(
            tables.Row(
                {
                    "month": tables.Value(first, f"{first:%B %Y}"),
                    "opened": tables.count(opened),
                    "closed": tables.count(len(closed)),
                    "standing": tables.count(standing),
                    "median": median_value(lengths),
                    "longest": tables.count(lengths[-1]) if lengths else tables.Value(None, "–"),
                }
            )
        )
    caption = f"Actions by month, {unit.name}"
    return tables.Table("months", caption, columns, rows, empty="No actions have opened here yet.")


def _months_of(stood: Sequence[Stay]) -> list[date]:
    days = [stay.began for stay in stood] + [stay.ended for stay in stood if stay.ended]
    if not days:
        return []
    found = [min(days).replace(day=1)]
    while (after := _next(found[-1])) <= max(days):
        found.append(after)
    return found


def _next(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def median_value(lengths: Sequence[int]) -> tables.Value:
    """The middle of sorted numbers, or half-way between the two in the middle; a dash where there is none."""
    if not lengths:
        return tables.Value(None, "–")
    middle = len(lengths) // 2
    twice = lengths[middle] + lengths[-middle - 1]
    raw = decimal(divide_half_up(twice * 100, 2))
    return tables.Value(raw, f"{twice // 2:,}" + (".5" if twice % 2 else ""))


def handled(stood: Sequence[Stay], day: date, unit: Unit) -> tables.Table:
    """A row for each thing that can be decided: how often, and how long duties with it stood."""
    columns = [
        tables.Column("decision", "Decision"),
        tables.Column("number", "Actions", "count", "counted once each time an action was open"),
        tables.Column("open", "Open now", "count"),
        tables.Column("closed", "Closed", "count"),
        tables.Column("median", "Days until closed, median", "number"),
        tables.Column("longest", "Days until closed, longest", "count"),
    ]
    rows = []
    for name, said in labels.DECIDED.items():
        found = [stay for stay in stood if stay.decision == name]
        lengths = sorted((stay.ended - stay.began).days for stay in found if stay.ended is not None)
        rows.append(
            tables.Row(
                {
                    "decision": tables.text(said.capitalize()),
                    "number": tables.count(len(found)),
                    "open": tables.count(len(found) - len(lengths)),
                    "closed": tables.count(len(lengths)),
                    "median": median_value(lengths),
                    "longest": tables.count(lengths[-1]) if lengths else tables.Value(None, "–"),
                }
            )
        )
    caption = f"How actions were handled, {unit.name}"
    notes = [f"The last decision on each action before it closed, or by {day:%-d %B %Y}."]
    return tables.Table(
        "handled", caption, columns, rows if stood else [], notes=notes, empty="No actions yet."
    )


def longest_open(stood: Sequence[Stay], day: date) -> int:
    """For how many days the oldest of those that stand has stood."""
    return max((stay.days(day) for stay in stood if stay.ended is None), default=0)
