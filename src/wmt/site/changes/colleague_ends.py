"""How long somebody stays beside the holder of a case, and how that ends: by its days, by the return of the
holder, by what becomes of the case, or because the colleague has left.

The days are told by what is entered, as with hours and reductions: when an absence is made longer, its cover
is. What becomes of the case is written down when it happens, with the allocation or the extract it was.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from wmt.site.allocation.access import codes
from wmt.site.allocation.models import CaseAllocation, CaseColleague
from wmt.site.audit.record import record
from wmt.site.availability.queries import plans_of
from wmt.site.availability.records import PostRecords
from wmt.site.changes import colleague_messages
from wmt.site.changes.case_deltas import case_lines
from wmt.site.changes.deltas import is_fresh
from wmt.site.changes.weeks_ahead import contracted_on
from wmt.site.figures import line_queries
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted

_End, _COVER = CaseColleague.End, CaseColleague.Role.COVER
_WHOLE = 10_000
_OPEN = {
    "end": "", "ended_on": None, "ended_at": None, "ended_by": "", "allocation": None, "settled_as_at": None,
}  # fmt: skip


class ColleagueOnDay(NamedTuple):
    """Somebody beside the holder of a case as it stands on the day of the figures.

    `until` is the last day, as far as it is known; `end` of `CaseColleague.End`, '' while it is open.
    """

    row: CaseColleague
    until: date | None
    end: str

    def in_force(self, day: date) -> bool:
        """Whether it has begun and not ended."""
        return not self.end and self.row.first_day <= day


def return_day(plan: PostRecords, post: Unit, day: date) -> date | None:
    """The first day from a day on that somebody is not away entirely; None where none is known.

    Away entirely is who has a reduction that takes all of the contracted hours: 100%, or as many hours.
    """
    for turn in [day, *(each for each in plan.days() if each > day)]:
        hours = contracted_on(plan, post, turn)
        cuts = plan.reductions_on(turn)
        if not any(cut.percent_x100 == _WHOLE or 0 < hours <= cut.taken_off(hours) for cut in cuts):
            return turn
    return None


def judged(state: State, rows: Iterable[CaseColleague]) -> list[ColleagueOnDay]:
    """How some of them stand on the day of the figures, in the same order."""
    if not (rows := list(rows)):
        return []
    away = {row.holder for row in rows if row.role == _COVER and not row.end}
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, code__in=away)
    posts = {unit.code: unit for unit in units}
    plans = plans_of([codes(code) for code in posts])
    found = []
    for row in rows:
        until, end = (row.ended_on, row.end) if row.end else (row.last_day, _End.OVER)
        if row.holder in posts and row.role == _COVER and not row.end:
            back = return_day(plans[codes(row.holder)], posts[row.holder], row.first_day)
            if back is not None and (until is None or back <= until):
                until, end = back - timedelta(1), _End.RETURNED
        is_over = bool(row.end) or (until is not None and until < state.day)
        found.append(ColleagueOnDay(row, until, str(end) if is_over else ""))
    return found


def still(state: State, rows: Iterable[CaseColleague]) -> list[ColleagueOnDay]:
    """Those of some that have not ended, be it that they begin later."""
    return [each for each in judged(state, rows) if not each.end]


def were_given(state: State, rows: Sequence[CaseAllocation]) -> None:
    """Cases go to somebody else: nobody is beside their former holder now. The caller holds the journal."""
    given = {row.ref: row for row in rows}
    ended = [each.row for each in still(state, CaseColleague.objects.filter(ref__in=given, end=""))]
    for row in ended:
        row.allocation = given[row.ref]
        _end(row, _End.GIVEN, given[row.ref].first_day, given[row.ref].who)
    if ended:
        colleague_messages.tell_ended(state, ended)


def were_taken_back(state: State, rows: Sequence[CaseAllocation], who: str) -> None:
    """Allocations came to nothing: who was named beside the new holder is not any more, who was beside the
    former one is again. The caller holds the journal."""
    ended = [
        each.row for row in rows
        for each in still(state, CaseColleague.objects.filter(ref=row.ref, holder=row.to_post, end=""))
    ]  # fmt: skip
    for beside in ended:
        _end(beside, _End.GIVEN, state.day, who)
    again = CaseColleague.objects.filter(allocation__in=list(rows), end=_End.GIVEN)
    numbers = list(again.values_list("pk", flat=True))
    again.update(**_OPEN)
    if ended:
        colleague_messages.tell_ended(state, ended)
    if numbers:
        reopened = still(state, CaseColleague.objects.filter(pk__in=numbers))
        colleague_messages.tell_again(state, [each.row for each in reopened])


def settle_colleagues(state: State, as_at: datetime, moved: Mapping[str, str], who: str) -> None:
    """Judge all of them by the figures of a load that has just been shown. `moved` are codes of posts that
    are gone, and those under which they go on. The caller holds the journal."""
    # an extract that is taken back says nothing any more, neither of a case nor that a day was over
    taken_back = CaseColleague.objects.filter(settled_as_at__gte=as_at).exclude(ref="")
    were_over = set(taken_back.values_list("pk", flat=True))
    taken_back.update(**_OPEN)
    rows = list(CaseColleague.objects.filter(end="").exclude(ref="").order_by("pk"))
    for row in rows:
        row.holder, row.post = moved.get(row.holder, row.holder), moved.get(row.post, row.post)
    CaseColleague.objects.bulk_update(rows, ["holder", "post"], batch_size=500)
    said, told = _said_by_extract(state, rows), Counter[str]()
    for each in judged(state, rows):
        if end := each.end or said[each.row.pk]:
            each.row.settled_as_at = as_at
            last = each.until if each.end and each.until else state.day
            _end(each.row, end, last, who)
            told[end] += 1
    # an extract that comes again says the same again: nobody is told twice
    colleague_messages.tell_ended(state, [row for row in rows if row.end and row.pk not in were_over])
    colleague_messages.tell_again(state, [row for row in rows if not row.end and row.pk in were_over])
    if told:
        parts = ", ".join(f"{number:,} because {_End(end).label}" for end, number in told.items())
        number = counted(told.total(), "cover or co-working of a case", "covers or co-workings of cases")
        record("colleague", f"{number} ended with the data of {as_at:%-d %B %Y}: {parts}.", who=who)


def _said_by_extract(state: State, rows: Sequence[CaseColleague]) -> dict[int, str]:
    """Why each of some has ended by the cases and posts of the figures; '' where it has not."""
    codes_of = {code for row in rows for code in (row.holder, row.post)}
    found = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, code__in=codes_of)
    posts = {unit.code: unit for unit in found}
    codes_by = {unit.number: code for code, unit in posts.items()}
    of_cases = frozenset(line_queries.of_kind(state, "case"))
    lines = [line for line in case_lines(state, {row.ref for row in rows}) if line.pricing in of_cases]
    held = {line.ref for line in lines}
    here = {(line.ref, codes_by.get(line.post_no, "")) for line in lines}
    said = {}
    for row in rows:
        # who has no figures of this night may hold it still
        unknown = row.ref not in held and row.holder in posts and not is_fresh(posts[row.holder])
        if row.post not in posts:
            said[row.pk] = str(_End.LEFT)
        elif (row.ref, row.holder) in here or unknown:
            said[row.pk] = ""
        else:
            said[row.pk] = str(_End.MOVED if row.ref in held else _End.GONE)
    return said


def _end(row: CaseColleague, end: str, last: date, who: str) -> None:
    row.end, row.ended_on, row.ended_at, row.ended_by = end, last, timezone.now(), who
    row.save()
