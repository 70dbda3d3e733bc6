"""How recorded waiting cases end: somebody gives them, or an extract has them with a practitioner."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.audit.record import record
from wmt.site.availability.records import Post
from wmt.site.changes.actions import Actor
from wmt.site.changes.deltas import is_fresh
from wmt.site.changes.waiting_cases import practitioner_lines, put_details
from wmt.site.changes.waiting_details import details_of
from wmt.site.figures.placeholders import placeholders
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import SEPARATOR, counted

_Now = WaitingCase.State
#: Of allocations after which a case may be with nobody: one that left has no `found_post`.
_NOT_THERE = (CaseAllocation.State.LEFT, CaseAllocation.State.ELSEWHERE)


def were_given(rows: Iterable[CaseAllocation]) -> None:
    """The cases of allocations wait no more; each allocation keeps since when it had been there."""
    by_ref = {row.ref: row for row in rows}
    for each in WaitingCase.objects.filter(ref__in=by_ref, state=_Now.WAITING).order_by("arrived_on"):
        row = by_ref[each.ref]
        each.state, each.allocation = _Now.GIVEN, row
        each.closed_at, each.closed_by = row.recorded_at, row.who
        each.save(update_fields=["state", "allocation", "closed_at", "closed_by"])
        own = each.team_code == row.from_post.partition(":")[0]
        if row.was_waiting and row.arrived_on is None and own:
            row.arrived_on = each.arrived_on
            row.save(update_fields=["arrived_on"])


def wait_again(rows: Iterable[CaseAllocation]) -> None:
    """The cases of allocations that came to nothing wait as they did."""
    _open(WaitingCase.objects.filter(allocation__in=list(rows), state=_Now.GIVEN))


def say_as_before(rows: Iterable[CaseAllocation], asker: Actor) -> None:
    """Records of cases that were given with another tier or type say what they said before that. Asked while
    they count as given: what was recorded anew of such a case is another record, and stays as it is."""
    for each in WaitingCase.objects.filter(allocation__in=list(rows), state=_Now.GIVEN):
        former = WaitingCase.objects.filter(key=each.key, version=each.version - 1).first()
        if former is not None:
            put_details(each, details_of(former), asker, former.source, former.as_at)


def follow_teams(
    state: State, before: State | None, former: Collection[Post], codes: Mapping[str, str], who: str
) -> None:
    """Records of a team that is gone go to the one in which all of its officers go on, and to no other.

    `former` are the posts of the figures `before`, `codes` those that are gone and under which they go on.
    """
    there = Unit.objects.filter(load_id=state.load_id, level="team", whole=True).values("code")
    rows = WaitingCase.objects.exclude(state=_Now.REPLACED).exclude(team_code__in=there)
    found = dict(rows.order_by().values_list("team_code").annotate(Count("pk")))
    nobody = placeholders(before) if found and before else ()
    then: dict[str, set[str]] = defaultdict(set)
    for team, staff in former:
        if staff and f"{team}:{staff}" not in nobody:
            then[team].add(codes.get(f"{team}:{staff}", "").partition(":")[0])
    for team, number in found.items():
        new = "".join(then[team]) if len(then[team]) == 1 else ""
        if new:
            rows.filter(team_code=team).update(team_code=new)
            came = CaseAllocation.objects.filter(from_post=f"{team}{SEPARATOR}")
            came.update(from_post=f"{new}{SEPARATOR}")
            said = counted(number, "record of a waiting case", "records of waiting cases")
            words = f"{said} of team {team} went to team {new}, where all its officers are now."
            record("waiting case", words, who=who, level="team", code=new)


def settle_waiting(state: State, as_at: datetime, who: str) -> None:
    """Judge every recorded waiting case by the figures of a load that has just been shown, with everything
    that was given laid over them: one that somebody holds there waits no more."""
    _open(WaitingCase.objects.filter(state=_Now.HELD, settled_as_at__gte=as_at))
    ended, nobody = CaseAllocation.objects.filter(settled_as_at=as_at).exclude(ref=""), placeholders(state)
    # a record hangs on the first allocation of a way, what the extract says of it on the last
    not_there = [
        row.ref for row in ended.filter(state__in=_NOT_THERE) if nobody.issuperset(row.found_post.split())
    ]
    # that a case which the data never had is not in it is no end of the case
    came = ended.filter(from_post__endswith=SEPARATOR).values("ref")
    not_there += ended.filter(state=CaseAllocation.State.ENDED, ref__in=came).values_list("ref", flat=True)
    wait_again(ended.filter(ref__in=not_there))
    waiting = WaitingCase.objects.filter(state=_Now.WAITING).exclude(ref="")
    # what a withdrawn extract had contradicted counts as given again
    given = CaseAllocation.objects.filter(is_open=True, was_waiting=True, ref__in=waiting.values("ref"))
    were_given(given.order_by("change", "pk"))
    open_ones = list(waiting.all())
    lines = {line.ref: line for line in practitioner_lines(state, {row.ref for row in open_ones})}
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
    holders = units.filter(number__in={line.post_no for line in lines.values()})
    # not those that keep earlier lines: what the extract would say of them is not known
    codes = {unit.number: unit.code for unit in holders if is_fresh(unit)}
    found = [row for row in open_ones if row.ref in lines and lines[row.ref].post_no in codes]
    for row in found:
        line = lines[row.ref]
        row.state, row.held_by, row.held_since = _Now.HELD, codes[line.post_no], line.since
        row.closed_at, row.closed_by, row.settled_as_at = timezone.now(), who, as_at
    names = ("state", "held_by", "held_since", "closed_at", "closed_by", "settled_as_at")
    WaitingCase.objects.bulk_update(found, names, batch_size=500)
    if found:
        said = counted(len(found), "recorded waiting case is", "recorded waiting cases are")
        record("waiting case", f"{said} held by somebody in the data of {as_at:%-d %B %Y}.", who=who)


def _open(rows: Iterable[WaitingCase]) -> None:
    """Let cases wait again, but for those that were recorded anew meanwhile."""
    for row in rows:
        anew = WaitingCase.objects.filter(
            ref=row.ref, event_number=row.event_number, state=_Now.WAITING
        ).exists()
        if row.ref and not anew:
            row.state, row.allocation, row.held_by, row.held_since = _Now.WAITING, None, "", None
            row.closed_at, row.closed_by, row.settled_as_at = None, "", None
            row.save()
