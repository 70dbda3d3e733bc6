"""Cases that people gave to somebody or changed, when the next extract comes: does it show them so?

A night that will be shown is worked out with every case where and what people made it, and keeps which ones.
When it is shown, each decision is judged by it: seen, not seen yet, otherwise in nDelius, or gone.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings
from django.db.models import Q, QuerySet

from wmt.allocation.case_rows import counts
from wmt.allocation.transfers import CASE_TRANSFER, kind_text, with_transfers
from wmt.facts import Facts
from wmt.history import moved_posts
from wmt.nights import Night
from wmt.nights.kept_transfers import TRANSFERS
from wmt.nights.load import Known
from wmt.site.allocation import access
from wmt.site.allocation.models import DECISIONS, CaseAllocation, CaseKindChange
from wmt.site.allocation.queries import kept_by, open_transfers, transfers_back
from wmt.site.audit.record import record
from wmt.site.availability.records import Post
from wmt.site.changes import challenges, extra_work, protect
from wmt.site.changes.case_deltas import case_lines, put_transfers
from wmt.site.changes.colleague_ends import settle_colleagues
from wmt.site.changes.coming_cases import counts_cases
from wmt.site.changes.deltas import is_fresh
from wmt.site.changes.waiting_ends import follow_teams, settle_waiting
from wmt.site.figures import line_queries
from wmt.site.figures.placeholders import placeholders
from wmt.site.loads.people_tables import posts_of
from wmt.site.workload.models import Fault as LoadFault
from wmt.site.workload.models import Load, Unit
from wmt.site.workload.night_rows import first_days
from wmt.site.workload.state import State, current_state
from wmt.text import counted

_Now = CaseAllocation.State
_Decisions = type[CaseAllocation] | type[CaseKindChange]


def given_cases(shown: Load | None, known: Known) -> Known:
    """What else makes the facts of a night: every case where and what people made it until its day. Kept with
    its tables; what was decided later counts beside it."""

    def with_given(
        facts: Facts, inputs: Mapping[str, pl.DataFrame]
    ) -> tuple[Facts, Mapping[str, pl.DataFrame]]:
        facts, inputs = known(facts, inputs)
        as_at = facts.as_at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
        if shown is None or shown.as_at is None or as_at < shown.as_at:
            return facts, inputs
        there = set(facts.post.select("team_code", "staff_code").rows())
        codes = _followed(posts_of(shown), there)
        decided = [
            _open_beside(model, as_at).filter(first_day__lte=facts.as_at.date()) for model in DECISIONS
        ]
        ways = [row.transfer for rows in decided for row in _recoded(rows, codes)]
        # what was given on to somebody who left is where the extract has it, not half of its way there
        last = {way.ref: access.codes(way.to_post) for way in ways if way.is_move}
        stay = [way for way in ways if not way.is_move or last[way.ref] in there]
        if counts(facts):  # among cases that are only counted one that came would count twice
            came = {way.ref for way in ways if way.comes}
            stay = [way for way in stay if way.ref not in came]
        facts, counted_ones = with_transfers(facts, stay)
        if not counted_ones:
            return facts, inputs
        return facts, {**inputs, TRANSFERS: pl.DataFrame(counted_ones, CASE_TRANSFER, orient="row")}

    return with_given


#: What an extract settles of an allocation.
_SETTLED = ["held_since", "is_open", "settled_as_at", "state", "found_post", "there_on"]


def settle_allocations(
    load: Load, night: Night, number: int, former: Collection[Post], before: State | None
) -> None:
    """Judge every decision about a case by the figures of a load that has just been shown, and let those it
    does not have yet count beside it. `former` are the posts shown `before`. The caller holds the journal."""
    assert load.as_at is not None
    codes = _followed(former, posts_of(load))
    for model in DECISIONS:
        _reopen(model, load.as_at)
    rows = _recoded(CaseAllocation.objects.filter(is_open=True), codes)
    CaseAllocation.objects.bulk_update(rows, ["from_post", "to_post"], batch_size=500)
    state = current_state()
    back = transfers_back(state)
    put_transfers(state, back, number, standing=back)
    ways: dict[str, list[CaseAllocation]] = defaultdict(list)
    for row in rows:
        ways[row.ref].append(row)
    kept = {each.key: each for each in kept_by(state)}
    here = {ref: [post for post, _ in found] for ref, found in _listed(state, ways).items()}
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
    posts = {unit.code: is_fresh(unit) for unit in units.only("code", "stale_since", "unmeasured_posts")}
    told: Counter[str] = Counter()
    nobody = placeholders(state)

    def judge(ref: str, way: Sequence[CaseAllocation]) -> str:
        if way[-1].key in kept:
            return _Now.GIVEN
        if way[0].transfer.comes:
            may_come = not counts_cases(state.of_load)
            return _judged_new(way, here[ref], posts, nobody, state.tier_scheme, may_come=may_come)
        return _judged(way, here[ref], posts)

    found = {ref: judge(ref, way) for ref, way in ways.items()}
    # what the data does not have yet is what it was made, as long as it counts
    coming = {ref for ref, way in ways.items() if way[0].transfer.comes and found[ref] == _Now.GIVEN}
    changed = _settle_kinds(state, load.as_at, kept, codes, ways, posts, coming)
    for ref, way in ways.items():
        judged = found[ref]
        told[judged] += 1
        for row in way:
            if judged != _Now.GIVEN:
                row.is_open, row.settled_as_at = False, load.as_at
        way[-1].state = judged
        way[-1].found_post = " ".join(here[ref]) if judged == _Now.ELSEWHERE else ""
        laid = kept.get(way[0].key)  # over the extract, which may lack the case
        way[0].note_there(load.as_at.date(), has=not laid.comes if laid else bool(here[ref]))
    undone = CaseAllocation.objects.filter(key__in=kept, state=_Now.UNDONE)
    rows += undone
    days = first_days(night, {row.ref for row in rows})
    for row in rows:
        row.held_since = days.get((row.from_post, row.ref), row.held_since)
    CaseAllocation.objects.bulk_update(rows, _SETTLED, batch_size=500)
    put_transfers(state, [each for each in open_transfers() if each.key not in kept], number)
    follow_teams(state, before, former, codes, load.who)
    for room in (protect, extra_work, challenges):
        room.follow_posts(codes)
    settle_colleagues(state, load.as_at, codes, load.who)
    settle_waiting(state, load.as_at, load.who)
    _tell(load, told, "Allocations", "ALLOCATIONS_CONTRADICTED")
    _tell(load, changed, "Changes of tier or type", "CASE_CHANGES_CONTRADICTED")


def _open_beside(model: _Decisions, as_at: datetime) -> QuerySet[Any]:
    """What counts beside an extract: what no earlier one has settled. Forgotten references lead nowhere."""
    later = Q(settled_as_at__gte=as_at) & ~Q(state=_Now.UNDONE)
    found = model._default_manager.filter(Q(is_open=True) | later)
    return found.exclude(ref="").order_by("change", "pk")


def _reopen(model: _Decisions, as_at: datetime) -> None:
    """What only a later extract had settled counts again: that extract is not the one shown."""
    rows = list(_open_beside(model, as_at))
    last = {row.ref: row for row in rows}
    for row in rows:
        row.state = _Now.GIVEN if last[row.ref] is row else _Now.PASSED_ON
        row.is_open, row.settled_as_at = True, None
    # those that were passed on first: of the open ones of a case one is given
    rows.sort(key=lambda row: row.state == _Now.GIVEN)
    model._default_manager.bulk_update(rows, ["state", "is_open", "settled_as_at"], batch_size=500)


def _followed(former: Collection[Post], now: Collection[Post]) -> dict[str, str]:
    """Codes of posts that are gone, and those under which their officers go on."""
    return {":".join(old): ":".join(new) for new, old in moved_posts(former, now).items()}


def _recoded(rows: QuerySet[Any], codes: Mapping[str, str]) -> list[Any]:
    """Decisions in order, under the codes that posts have now."""
    found = list(rows.order_by("change", "pk"))
    for row in found:
        for name in ("post",) if isinstance(row, CaseKindChange) else ("from_post", "to_post"):
            setattr(row, name, codes.get(getattr(row, name), getattr(row, name)))
    return found


def _listed(state: State, refs: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """The posts that hold cases by the extract of a load, and what each is there (`kind_text`), by reference:
    not those that keep earlier lines."""
    pricing = line_queries.pricing_of(state)
    lines = [line for line in case_lines(state, refs) if pricing[line.pricing].kind == "case"]
    numbers = {line.post_no for line in lines}
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, number__in=numbers)
    codes = {unit.number: unit.code for unit in units if is_fresh(unit)}
    found: dict[str, list[tuple[str, str]]] = {ref: [] for ref in refs}
    for line in lines:
        if line.post_no in codes:
            by = pricing[line.pricing]
            kind = kind_text(by.location, by.tier, by.suspended)
            found[line.ref].append((codes[line.post_no], kind))
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
        return _Now.ENDED if all(posts.get(code, True) for code in (*before, to)) else _Now.GIVEN
    if before.isdisjoint(here):
        return _Now.ELSEWHERE
    return _Now.GIVEN if way[-1].to_post in posts else _Now.LEFT


def _judged_new(
    way: Sequence[CaseAllocation],
    here: Sequence[str],
    posts: Mapping[str, bool],
    nobody: Collection[str],
    tier_scheme: str,
    *,
    may_come: bool = True,
) -> str:
    """The same of a case that the data did not have: that nobody has it is no news. One of another tier
    scheme cannot be priced: it has to be recorded anew. Where the data only counts cases none may come."""
    if here and not set(here) <= set(nobody):
        return _judged(way, here, posts)
    if way[-1].to_post not in posts:
        return _Now.LEFT
    is_there = bool(here) or (may_come and way[0].tier_scheme == tier_scheme)
    return _Now.GIVEN if is_there else _Now.ENDED


def _settle_kinds(
    state: State,
    as_at: datetime,
    kept: Collection[str],
    codes: Mapping[str, str],
    moved: Mapping[str, Sequence[CaseAllocation]],
    posts: Mapping[str, bool],
    coming: Collection[str],
) -> Counter[str]:
    """Judge changes of tier and type by what the rows of a load say their cases are. `kept` are the keys that
    its night was worked out with, `moved` the allocations of cases, `posts` those that have figures, `coming`
    the cases that the data need not have."""
    rows = _recoded(CaseKindChange.objects.filter(is_open=True), codes)
    ways: dict[str, list[CaseKindChange]] = defaultdict(list)
    for row in rows:
        ways[row.ref].append(row)
    here = {ref: {kind for _, kind in found} for ref, found in _listed(state, ways).items()}
    told: Counter[str] = Counter()
    for ref, way in ways.items():
        on_way = {code for row in moved.get(ref, ()) for code in (row.from_post, row.to_post)}
        may_hold = any(not posts.get(code, True) for code in on_way.union(row.post for row in way))
        may_hold = may_hold or ref in coming
        same = way[-1].tier_scheme == state.tier_scheme
        judged = _Now.GIVEN if way[-1].key in kept else _judged_kind(way, here[ref], same, may_hold)
        told[judged] += 1
        for row in way:
            if judged != _Now.GIVEN:
                row.is_open, row.settled_as_at = False, as_at
        way[-1].state = judged
        way[-1].found_kind = " ".join(sorted(here[ref])) if judged == _Now.ELSEWHERE else ""
    names = ["post", "is_open", "settled_as_at", "state", "found_kind"]
    CaseKindChange.objects.bulk_update(rows, names, batch_size=500)
    return told


def _judged_kind(way: Sequence[CaseKindChange], here: Collection[str], same: bool, may_hold: bool) -> str:
    """What the rows of a load say of what a case was made: `here` is what they have. `same`: its tiers are of
    the scheme of then; `may_hold`: somebody without figures of this night may hold it still."""
    if not here:
        return _Now.GIVEN if may_hold else _Now.ENDED
    if same and way[-1].to_kind in here:
        return _Now.CONFIRMED
    before = {row.from_kind for row in way}
    return _Now.ELSEWHERE if not same or before.isdisjoint(here) else _Now.GIVEN


def _tell(load: Load, told: Counter[str], what: str, code: str) -> None:
    """What the extract says of decisions, counted: in the report of the load and the audit."""
    if not told:
        return
    words = {
        _Now.CONFIRMED: "as nDelius has it now",
        _Now.GIVEN: "not seen in nDelius yet",
        _Now.ELSEWHERE: "otherwise in nDelius",
        _Now.ENDED: "of a case that is no longer in the data",
        _Now.LEFT: "to somebody who is no longer in the data",
    }
    parts = [f"{told[state]:,} {said}" for state, said in words.items() if told[state]]
    record("allocation", f"{what} in data of {load.as_at:%-d %B %Y}: {', '.join(parts)}.", who=load.who)
    amiss = sum(told[state] for state in (_Now.ELSEWHERE, _Now.ENDED, _Now.LEFT))
    if amiss:
        message = (
            f"{what}: {counted(amiss, 'is', 'are')} not as decided in this data. The list of allocations of "
            "each team and PDU names them for their managers."
        )
        LoadFault.objects.create(load=load, severity="warn", code=code, rows=amiss, message=message)
        load.warnings += 1
