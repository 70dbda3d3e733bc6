"""Cases that people gave to somebody, when the next extract comes: does it show them where they were given?

A night that will be shown is worked out with every case where people put it, and keeps which ones. When it is
shown, each allocation is judged by it: seen, not seen yet, with somebody else, or gone.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings

from wmt.allocation.transfers import CASE_TRANSFER, with_transfers
from wmt.facts import Facts
from wmt.nights import Night
from wmt.nights.load import Known
from wmt.site.allocation.models import CaseAllocation
from wmt.site.allocation.queries import open_transfers, transfers_since
from wmt.site.audit.record import record
from wmt.site.changes.case_deltas import case_lines, put_transfers
from wmt.site.changes.deltas import is_fresh
from wmt.site.figures import line_queries
from wmt.site.workload.models import Fault as LoadFault
from wmt.site.workload.models import Load, Unit
from wmt.site.workload.night_rows import TRANSFERS, first_days, kept_transfers
from wmt.site.workload.state import State, current_state
from wmt.text import counted

_Now = CaseAllocation.State


def given_cases(shown: Load | None, known: Known) -> Known:
    """What else makes the facts of a night: every case where people put it. Kept with the night's tables."""

    def with_given(
        facts: Facts, inputs: Mapping[str, pl.DataFrame]
    ) -> tuple[Facts, Mapping[str, pl.DataFrame]]:
        facts, inputs = known(facts, inputs)
        as_at = facts.as_at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
        if shown is None or shown.as_at is None or as_at < shown.as_at:
            return facts, inputs
        facts, counted_ones = with_transfers(facts, open_transfers())
        if not counted_ones:
            return facts, inputs
        return facts, {**inputs, TRANSFERS: pl.DataFrame(counted_ones, CASE_TRANSFER, orient="row")}

    return with_given


def settle_allocations(load: Load, night: Night, number: int) -> None:
    """Judge every allocation by the figures of a load that has just been shown, and let those it does not
    have yet count beside it. The caller holds the journal."""
    _reopen(load)
    state = current_state()
    kept = {each.key for each in kept_transfers(night)}
    ways: dict[str, list[CaseAllocation]] = defaultdict(list)
    for row in CaseAllocation.objects.filter(is_open=True).order_by("change", "pk"):
        ways[row.ref].append(row)
    here = _holders(state, ways)
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
    posts = {unit.code: is_fresh(unit) for unit in units.only("code", "stale_since", "unmeasured_posts")}
    days = first_days(night, [*ways, *(each.ref for each in kept_transfers(night))])
    told: Counter[str] = Counter()
    for ref, way in ways.items():
        judged = _Now.GIVEN if way[-1].key in kept else _judged(way, here[ref], posts)
        told[judged] += 1
        for row in way:
            row.held_since = days.get((row.from_post, ref), row.held_since)
            if judged != _Now.GIVEN:
                row.is_open, row.settled_as_at = False, load.as_at
        way[-1].state = judged
        way[-1].found_post = " ".join(here[ref]) if judged == _Now.ELSEWHERE else ""
    rows = [row for way in ways.values() for row in way]
    for row in CaseAllocation.objects.filter(key__in=kept, state=_Now.UNDONE):
        row.held_since = days.get((row.from_post, row.ref), row.held_since)
        rows.append(row)
    names = ["held_since", "is_open", "settled_as_at", "state", "found_post"]
    CaseAllocation.objects.bulk_update(rows, names, batch_size=500)
    put_transfers(state, transfers_since(state), number)
    _tell(load, told)


def _reopen(load: Load) -> None:
    """What only a later extract had settled counts again: that extract is not the one shown."""
    settled = CaseAllocation.objects.filter(settled_as_at__gte=load.as_at).exclude(state=_Now.UNDONE)
    rows = list(settled.order_by("change", "pk"))
    since = set(CaseAllocation.objects.filter(is_open=True).values_list("ref", flat=True))
    last = {row.ref: row for row in rows}
    for row in rows:
        is_last = last[row.ref] is row and row.ref not in since
        row.state = _Now.GIVEN if is_last else _Now.PASSED_ON
        row.is_open, row.settled_as_at, row.found_post = True, None, ""
    CaseAllocation.objects.bulk_update(rows, ["state", "is_open", "settled_as_at", "found_post"])


def _holders(state: State, refs: Collection[str]) -> dict[str, list[str]]:
    """The posts that hold cases in the rows of a load, by reference."""
    pricing = line_queries.pricing_of(state)
    lines = [line for line in case_lines(state, refs) if pricing[line.pricing].kind == "case"]
    numbers = {line.post_no for line in lines}
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, number__in=numbers)
    codes = dict(units.values_list("number", "code"))
    found: dict[str, list[str]] = {ref: [] for ref in refs}
    for line in lines:
        found[line.ref].append(codes[line.post_no])
    return found


def _judged(way: Sequence[CaseAllocation], here: Sequence[str], posts: Mapping[str, bool]) -> str:
    """What the rows of a load say of where a case was given: `here` are those who hold it there."""
    before = {row.from_post for row in way}
    # an officer whose team got another code, or who has several posts, is the same person
    to, elsewhere = way[-1].to_post, set(here) - before
    if to in here or to.split(":")[-1] in {code.split(":")[-1] for code in elsewhere}:
        return _Now.CONFIRMED
    if not here:
        # who has no figures of this night may hold it still
        return _Now.ENDED if all(posts.get(code, True) for code in before) else _Now.GIVEN
    if before.isdisjoint(here):
        return _Now.ELSEWHERE
    return _Now.GIVEN if way[-1].to_post in posts else _Now.LEFT


def _tell(load: Load, told: Counter[str]) -> None:
    """What the extract says of allocations, counted: in the report of the load and the audit."""
    if not told:
        return
    words = {
        _Now.CONFIRMED: "as nDelius has it now",
        _Now.GIVEN: "not seen in nDelius yet",
        _Now.ELSEWHERE: "with somebody else in nDelius",
        _Now.ENDED: "of a case that is no longer in the data",
        _Now.LEFT: "to somebody who is no longer in the data",
    }
    parts = [f"{told[state]:,} {said}" for state, said in words.items() if told[state]]
    record("allocation", f"Allocations in data of {load.as_at:%-d %B %Y}: {', '.join(parts)}.", who=load.who)
    amiss = sum(told[state] for state in (_Now.ELSEWHERE, _Now.ENDED, _Now.LEFT))
    if amiss:
        message = (
            f"{counted(amiss, 'allocation is', 'allocations are')} not as decided in this data. The list of "
            "allocations of each team and PDU names them for their managers."
        )
        LoadFault.objects.create(
            load=load, severity="warn", code="ALLOCATIONS_CONTRADICTED", rows=amiss, message=message
        )
        load.warnings += 1
