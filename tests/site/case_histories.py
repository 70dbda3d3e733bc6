"""What happens to cases in random histories: given, turned, undone, shown by extracts, held to a model."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from wmt.site.allocation.models import CaseAllocation, CaseKindChange, WaitingCase
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import allocate, allocation_preview, case_kinds, spread, waiting_cases
from wmt.site.changes.waiting_details import WaitingDetails
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import current_state

#: What cases are made of: (type, tier, suspended).
KINDS = (
    ("community", "B1", False), ("custody", "A3", False), ("licence", "C1", True), ("licence", "C1", False),
    ("community", "0", False), ("community", "D0", False),
)  # fmt: skip


class CaseHistories:
    """The rules of `live_histories.Histories` that are about cases."""

    posts: tuple[tuple[str, str], ...] = ()
    nobody: frozenset[str] = frozenset()
    extracts: tuple[dict[str, str], ...] = ()  # of every night, who holds which of the cases given here
    kinds: tuple[dict[str, Any], ...] = ()  # and what each is: (type, tier, suspended)
    new: tuple[str, ...] = ()  # cases that the first night does not have, the others may
    team: str = ""  # where they are recorded as waiting
    t2a: frozenset[str] = frozenset()
    first: Any

    def begin(self) -> None:
        """As the first extract has it."""
        # where each case is, and the way it came since an extract had it elsewhere
        self.shown = 0
        self.held = dict(self.extracts[0])
        self.ways: dict[str, list[tuple[str, Any]]] = {}
        # what each is, and what it was since an extract had it so
        self.now = dict(self.kinds[0])
        self.turns: dict[str, list[tuple[Any, Any]]] = {}
        self.refs = sorted({*self.extracts[0], *self.new})

    @rule(which=st.integers(0, 40), post=st.integers(0, 3))
    def give_a_case(self, which: int, post: int) -> None:
        self._give(self.refs[which % len(self.refs)], ":".join(self.posts[post]))

    @rule(which=st.integers(0, 40), post=st.integers(0, 3), kind=st.sampled_from(KINDS))
    def give_what_the_data_does_not_have(self, which: int, post: int, kind: tuple[str, str, bool]) -> None:
        ref, (location, tier, _) = self.new[which % len(self.new)], kind
        if ref not in self.held and ref not in self._recorded():
            wanted = WaitingDetails(
                ref=ref, team_code=self.team, location=location, tier="" if tier == "0" else tier,
                no_tier_why="a history", arrived_on=self.first,
            )  # fmt: skip
            waiting_cases.record_case(actor=None, who="a history", wanted=wanted)
        self._give(ref, ":".join(self.posts[post]))

    def _recorded(self) -> dict[str, tuple[str, str, bool]]:
        """The recorded cases that wait, and what each is by its record."""
        rows = WaitingCase.objects.filter(state=WaitingCase.State.WAITING)
        return {row.ref: (row.location, row.tier or "0", False) for row in rows}

    def _give(self, ref: str, to: str) -> None:
        recorded = {} if ref in self.held else self._recorded()
        waits = ref in recorded or self.held.get(ref) in self.nobody
        reason = "initial_allocation" if waits else "other"
        wanted = allocation_preview.AllocationRequest(
            ref=ref, to_post=to, reason=reason, why_over="a history", why_not_eligible="a history"
        )
        try:
            row, _ = allocate.allocate(actor=None, who="a history", wanted=wanted)
        except RefusedError as refused:
            (fault,) = refused.faults
            expected = "HELD_ALREADY" if ref in self.held else "CASE_UNKNOWN"
            assert fault.code in (expected, "POST_CANNOT"), fault
            assert fault.code != "HELD_ALREADY" or self.held[ref] == to
            assert fault.code != "CASE_UNKNOWN" or ref not in recorded
            return
        self.ways.setdefault(ref, []).append((self.held.get(ref), row))
        self.held[ref] = to
        if ref in recorded:
            self.now[ref] = recorded[ref]

    @rule(
        which=st.integers(0, 40),
        number=st.integers(1, 6),
        to=st.lists(st.integers(0, 3), min_size=1, max_size=3),
    )
    def give_several(self, which: int, number: int, to: list[int]) -> None:
        holders = sorted(set(self.held.values()))
        if not holders:
            return
        holder = holders[which % len(holders)]
        refs = sorted(ref for ref, post in self.held.items() if post == holder)[:number]
        given = [
            spread.CaseGiven(ref, ":".join(self.posts[to[place % len(to)]])) for place, ref in enumerate(refs)
        ]
        wanted = spread.SpreadRequest(
            from_post=holder, given=given, why_over="a history", why_not_eligible="a history",
            reason="initial_allocation" if holder in self.nobody else "other",
        )  # fmt: skip
        try:
            rows, _ = spread.spread(actor=None, who="a history", wanted=wanted)
        except RefusedError as refused:
            (fault,) = refused.faults
            assert fault.code in ("HELD_ALREADY", "POST_CANNOT"), fault
            assert (fault.code == "HELD_ALREADY") <= (holder in {each.to_post for each in given})
            return
        for row in rows:
            self.ways.setdefault(row.ref, []).append((holder, row))
            self.held[row.ref] = row.to_post

    @rule(which=st.integers(0, 40), kind=st.sampled_from(KINDS))
    def another_tier_or_type(self, which: int, kind: tuple[str, str, bool]) -> None:
        ref, (location, tier, suspended) = self.refs[which % len(self.refs)], kind
        wanted = case_kinds.KindChangeRequest(
            ref=ref, location=location, tier=tier, suspended=suspended, reason="assessed_again"
        )
        try:
            row, _ = case_kinds.change_kind(actor=None, who="a history", wanted=wanted)
        except RefusedError as refused:
            (fault,) = refused.faults
            expected = "T2A" if ref in self.t2a else "SAME"
            if ref not in self.held:
                expected = "NOT_IN_DATA" if ref in self._recorded() else "CASE_UNKNOWN"
            assert fault.code == expected, fault
            assert expected != "SAME" or self.now[ref] == kind
            return
        self.turns.setdefault(ref, []).append((self.now[ref], row))
        self.now[ref] = kind

    @rule(which=st.integers(0, 40))
    def undo_a_tier_or_type(self, which: int) -> None:
        changed = sorted(self.turns)
        if not changed:
            return
        ref = changed[which % len(changed)]
        before, row = self.turns[ref][-1]
        done, told = True, ""
        try:
            case_kinds.undo_kind(actor=None, who="a history", row=row)
        except RefusedError as refused:
            done, told = False, refused.faults[0].code
        assert (done, told) == ((True, "") if row.first_day == current_state().day else (False, "DAY_OVER"))
        if done:
            self.turns[ref].pop()
            self.now[ref] = before
            if not self.turns[ref]:
                del self.turns[ref]

    @rule(which=st.integers(0, 40))
    def undo_several(self, which: int) -> None:
        batches = sorted({row.batch for way in self.ways.values() for _, row in way if row.batch})
        if not batches:
            return
        batch = batches[which % len(batches)]
        rows = [row for row in spread.batch_of(batch) if row.state != CaseAllocation.State.UNDONE]
        last = {ref: way[-1] for ref, way in self.ways.items()}
        can = all(row.ref in last and row.pk == last[row.ref][1].pk for row in rows)
        can = can and all(row.first_day == current_state().day or self._came(row.ref) for row in rows)
        try:
            spread.undo_batch(actor=None, who="a history", batch=batch)
        except RefusedError:
            done = False
        else:
            done = True
        assert done == can
        if not done:
            return
        for row in rows:
            self.held[row.ref], _ = self.ways[row.ref].pop()
            if not self.ways[row.ref]:
                del self.ways[row.ref]

    @rule(which=st.integers(0, 40))
    def undo_it(self, which: int) -> None:
        given = sorted(self.ways)
        if not given:
            return
        ref = given[which % len(given)]
        before, row = self.ways[ref][-1]
        try:
            allocate.undo(actor=None, who="a history", allocation=row)
        except RefusedError as refused:
            told = refused.faults[0].code, row.first_day != current_state().day and not self._came(ref)
        else:
            told = "", False
        if told != ("", False):
            assert told == ("DAY_OVER", True)
            return
        if len(self.ways[ref]) == 1 and self._came(ref):
            # what was said of its tier goes with it
            self.turns.pop(ref, None)
            self.now.pop(ref)
            if before is not None:
                self.now[ref] = self.kinds[self.shown][ref]
        self.ways[ref].pop()
        self.held[ref] = before
        if before is None:
            del self.held[ref]
        if not self.ways[ref]:
            del self.ways[ref]

    def _came(self, ref: str) -> bool:
        """Whether the data did not have a case when its way began."""
        return bool(self.ways[ref][0][1].from_post.endswith(":"))

    def follow(self, which: int) -> None:
        """A later extract is shown."""
        self.shown = which
        not_there = set()
        for ref in self.refs:
            here, way = self.extracts[which].get(ref), self.ways.get(ref, [])
            if way and self._came(ref) and (here is None or here in self.nobody):
                way[0] = (here, way[0][1])  # nobody has it: it is with who got it, and taken back there
                not_there |= {ref} if here is None else set()
                continue
            if here is not None and here != self.held.get(ref) and here in [before for before, _ in way]:
                continue  # not seen yet: it stays where it was given
            self.ways.pop(ref, None)
            self.held.pop(ref, None)
            if here is not None:
                self.held[ref] = here
        for ref in self.refs:
            if ref in not_there:
                continue
            kind, turns = self.kinds[which].get(ref), self.turns.get(ref, [])
            if kind is not None and kind != self.now.get(ref) and kind in [before for before, _ in turns]:
                continue
            self.turns.pop(ref, None)
            self.now.pop(ref, None)
            if kind is not None:
                self.now[ref] = kind

    @invariant()
    def every_case_has_one_holder_or_waits(self) -> None:
        state, refs = current_state(), self.refs
        own = Pricing.objects.filter(load_id=state.load_id, kind="case").exclude(stream="omic")
        lines = Line.objects.filter(load_id=state.load_id, ref__in=refs, pricing__in=own.values("number"))
        found = sorted(lines.values_list("ref", "post_no"))
        numbers = dict(
            Unit.objects.filter(load_id=state.load_id, level="post", whole=True).values_list("number", "code")
        )
        assert [(ref, numbers[post]) for ref, post in found] == sorted(self.held.items())
        open_ones = CaseAllocation.objects.filter(is_open=True, state=CaseAllocation.State.GIVEN)
        assert sorted(open_ones.values_list("ref", flat=True)) == sorted(self.ways)

    @invariant()
    def every_case_is_what_it_was_made(self) -> None:
        state, refs = current_state(), self.refs
        own = Pricing.objects.filter(load_id=state.load_id, kind="case").exclude(stream="omic")
        kinds = {by.number: (by.location, by.tier, by.suspended) for by in own}
        lines = Line.objects.filter(load_id=state.load_id, ref__in=refs, pricing__in=list(kinds))
        assert {line.ref: kinds[line.pricing] for line in lines} == self.now
        open_ones = CaseKindChange.objects.filter(is_open=True, state=CaseKindChange.State.GIVEN)
        assert sorted(open_ones.values_list("ref", flat=True)) == sorted(self.turns)
