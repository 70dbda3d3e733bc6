"""The work that goes by itself: planned ends of cases, reports that stop counting, the figure then.

Planned ends are those of the case list of the night; data without one, or without ends in it, tells none.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings

from wmt.ledger.prices import price
from wmt.site.changes import weeks_ahead
from wmt.site.figures import line_queries
from wmt.site.queries import case_nights
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import State, rules_of

#: What a case earns beside its tier goes with it.
OF_CASE = ("case", "unpaid_work", "iom")


class LeavingDays:
    """On which day work does not count any more, after the day of the figures and up to another."""

    def __init__(self, state: State, last: date) -> None:
        self.state, self.last = state, last

    def day(self, by: Pricing, ref: str, since: date | None) -> date | None:
        """The first such day of a line; None where none is known. A case ends with its planned end."""
        found = None
        if by.kind in OF_CASE:
            found = self.ends.get(ref)
        elif by.kind == "report" and since is not None and self._windows.get(by.rule) is not None:
            found = since + timedelta(self._windows[by.rule])
        return found if found and self.state.day < found <= self.last else None

    @cached_property
    def ends(self) -> Mapping[str, date]:
        """Planned ends of active cases, by their references."""
        return case_nights.planned_ends(
            self.state.night, settings.CONFIG.nights, self.state.day, self.last
        )  # fmt: skip

    @cached_property
    def _windows(self) -> Mapping[str, int]:
        """So many days count reports, by their rules."""
        prices = price(rules_of(self.state), self.state.tier_scheme, self.state.day).tables["report_price"]
        return {row["rule"]: row["window_days"] for row in prices.iter_rows(named=True) if row["sign"] > 0}


@dataclass(frozen=True)
class WorkGone:
    """A case or report that goes on a day, by its line; points in hundredths: its own, and those
    that are left of the post after that day, beside what is available then."""

    day: date
    line: Line
    by: Pricing
    points_x100: int
    left_x100: int
    available_x100: int


@dataclass(frozen=True)
class PostLeaving:
    """What goes of a post, the first day first. `knows_ends`: whether the data has planned ends of cases;
    `withheld`: cases or reports whose days the reader may not read, which may go too."""

    gone: list[WorkGone]
    knows_ends: bool
    withheld: int


def leaving_of(state: State, post: Unit, user: Any, last: date) -> PostLeaving:
    """What goes of a post by itself up to a day, as far as somebody may read its cases.

    The figure then is that of the lines that are left, and of the time that is entered so far.
    """
    days, pricing = LeavingDays(state, last), line_queries.pricing_of(state)
    lines = [
        line
        for line in line_queries.lines_of(state, post, user)
        # a case goes without points too: where its supervision is suspended, as it is near the end
        if pricing[line.pricing].kind == "case"
        or (line.points_x100 and pricing[line.pricing].kind in (*OF_CASE, "report"))
    ]
    found = defaultdict[tuple[date, str], list[Line]](list)
    for line in lines:
        if day := days.day(pricing[line.pricing], line.ref or "", line.since):
            # reports that are only counted have no reference of their own
            one = line.ref if pricing[line.pricing].kind in OF_CASE else f"report {line.pk}"
            found[day, one].append(line)
    off = defaultdict[date, int](int)
    for (day, _), of in found.items():
        off[day] += sum(line.points_x100 for line in of)
    available = weeks_ahead.available_ahead(state, [post], last)[post.code] if found else []
    gone = [
        WorkGone(
            day, of[0], pricing[of[0].pricing], sum(line.points_x100 for line in of),
            post.points_x100 - sum(points for each, points in off.items() if each <= day),
            [x100 for first, x100 in available if first <= day][-1],
        )
        for (day, _), of in sorted(found.items(), key=lambda each: each[0])
    ]  # fmt: skip
    return PostLeaving(gone, bool(days.ends), sum(line.withheld for line in lines))
