"""Random histories of what happens to a site's figures, each step held to everything worked out anew.

A machine of Hypothesis keeps the records it made, plain, and a plain calculator tells what the time of a post
must be from them; the site must agree with both, on every day it is asked for.
"""

from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from case_histories import CaseHistories
from django.conf import settings
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from wmt.site.availability.change_requests import Change, RefusedError
from wmt.site.availability.queries import plans_of
from wmt.site.changes import actions
from wmt.site.changes.impact import timeline_of as timeline
from wmt.site.changes.recalculate import turn_day
from wmt.site.changes.reconcile import differences
from wmt.site.loads import loading
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

Post = tuple[str, str]
FULL = {"5": 10_000, "2": 10_000, "12": 8_000}  # reasons with a fixed share, in hundredths of a per cent
FREE = ("1", "3", "22")
TARGET, FULL_TIME = 2_200, 37_000_000  # of every grade, on the days of the demonstration
DEFAULT = {"PO": 37_000_000, "PSO": 37_000_000, "TPO": 37_000_000, "SPO": 0, "DMY": 0}
DAYS = st.integers(-20, 40)
HOURS = st.integers(0, 4_800).map(lambda hundredths: hundredths * 10_000)


class Histories(CaseHistories, RuleBasedStateMachine):
    """Loads, hours, reductions, grades, withdrawals, cases given and days that pass, in any order."""

    nights: tuple[Any, ...] = ()  # the wishes of the two nights, the first of which is shown
    engine: Any = None
    records: Any = Bundle("records")

    def __init__(self) -> None:
        super().__init__()
        self.undone = ExitStack()
        self.undone.enter_context(transaction.atomic())
        settings.CONFIG = replace(settings.CONFIG, today="extract")
        self.first = current_state().day
        self.plain: dict[str, dict[str, Any]] = {
            entry.key: {**vars(entry), "kind": kind, "post": post}
            for post, plan in plans_of(self.posts).items()
            for kind, entries in (
                ("hours", plan.hours),
                ("reduction", plan.reductions),
                ("grade", plan.grades),
            )
            for entry in entries
        }
        self.touched: set[Post] = set()
        self.begin()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.close()

    # ---- what people do ------------------------------------------------------------------------------------

    @rule(target=records, post=st.integers(0, 3), first=DAYS, hours=HOURS)
    def enter_hours(self, post: int, first: int, hours: int) -> Any:
        return self._new(kind="hours", post=self.posts[post], first_day=self._day(first), hours_micro=hours)

    @rule(
        target=records,
        post=st.integers(0, 3),
        first=DAYS,
        length=st.none() | st.integers(0, 30),
        amount=st.sampled_from(sorted(FULL)) | st.integers(0, 2_000) | st.integers(0, 100).map(float),
    )
    def enter_reduction(self, post: int, first: int, length: int | None, amount: Any) -> Any:
        day = self._day(first)
        last = None if length is None else day + timedelta(length)
        more: dict[str, Any] = {
            "kind": "reduction",
            "post": self.posts[post],
            "first_day": day,
            "last_day": last,
        }
        if isinstance(amount, str):
            last = last or day + timedelta(100)  # maternity leave lasts six months at most
            return self._new(**more | {"last_day": last}, reason=amount, percent_x100=FULL[amount])
        if isinstance(amount, float):
            return self._new(**more, reason=FREE[0], percent_x100=int(amount) * 100)
        return self._new(**more, reason=FREE[1], hours_micro=amount * 10_000)

    @rule(target=records, post=st.integers(0, 3), first=DAYS, grade=st.sampled_from(sorted(DEFAULT)))
    def correct_grade(self, post: int, first: int, grade: str) -> Any:
        return self._new(kind="grade", post=self.posts[post], first_day=self._day(first), grade=grade)

    @rule(key=records, hours=HOURS)
    def change(self, key: str, hours: int) -> None:
        record = self.plain[key]
        if record["kind"] == "hours":
            self._change(key, record | {"hours_micro": hours})
        elif record["kind"] == "reduction" and record.get("hours_micro") is not None:
            self._change(key, record | {"hours_micro": hours // 4 // 10_000 * 10_000})

    @rule(key=records, length=st.integers(0, 20))
    def end(self, key: str, length: int) -> None:
        record = self.plain[key]
        if record["kind"] != "hours":
            self._change(key, record | {"last_day": record["first_day"] + timedelta(length)})

    @rule(key=consumes(records))
    def withdraw(self, key: str) -> None:
        record = self.plain[key]
        self._save([Change(kind=record["kind"], post=record["post"], key=key, withdraw=True)], {key: None})

    # ---- what happens --------------------------------------------------------------------------------------

    @rule(days=st.integers(0, 45))
    def days_pass(self, days: int) -> None:
        day = max(current_state().as_at.date(), self.first + timedelta(days))
        settings.CONFIG = replace(settings.CONFIG, today=f"{day}")
        turn_day()
        assert current_state().day == day

    @rule(which=st.integers(0, 2))
    def an_extract_is_loaded(self, which: int) -> None:
        done = loading.perform(loading.ask(wish=self.nights[which], who="a history"))
        faults = [fault.message for fault in done.faults.filter(severity="refuse")]
        # what is older than the data shown may wait for somebody to decide
        held = done.state == "held" and which < self.shown
        assert held or done.state in ("loaded", "unchanged"), (done.message, faults)
        if done.state == "unchanged" or which < self.shown:
            return
        self.follow(which)

    # ---- what must hold ------------------------------------------------------------------------------------

    @invariant()
    def the_figures_are_as_if_worked_out_anew(self) -> None:
        assert differences(current_state(), self.engine) == []

    @invariant()
    def a_plain_calculator_agrees_on_every_day(self) -> None:
        state = current_state()
        for post in sorted(self.touched):
            unit = Unit.objects.get(load_id=state.load_id, level="post", code=":".join(post), whole=True)
            assert unit.available_x100 == self._available(unit, post, state.day), (post, state.day)
            for moment in timeline(state, post):
                assert moment.figures.available_x100 == self._available(unit, post, moment.day), moment

    def _available(self, unit: Unit, post: Post, day: date) -> int:
        """Target × hours left ÷ full-time hours, cut: measure, rule 2."""
        mine = [each for each in self.plain.values() if each["post"] == post and each["first_day"] <= day]
        lasting = [each for each in mine if each.get("last_day") is None or day <= each["last_day"]]
        grades = [each for each in lasting if each["kind"] == "grade"]
        hours = [each for each in mine if each["kind"] == "hours"]
        newest = max(grades, key=lambda each: (each["first_day"], each["key"]), default=None)
        grade = newest["grade"] if newest else unit.supplied_grade
        contract = max(hours, key=lambda each: each["first_day"], default=None)
        assumed = DEFAULT[grade] if unit.supplied_micro is None else unit.supplied_micro
        has = contract["hours_micro"] if contract else assumed
        for cut in (each for each in lasting if each["kind"] == "reduction"):
            share = cut.get("percent_x100")
            has_left = (
                cut["hours_micro"] if share is None else contract_of(contract, assumed) * share // 10_000
            )
            has -= has_left
        return TARGET * max(0, has) // FULL_TIME * 100

    # ---- doing it ------------------------------------------------------------------------------------------

    def _day(self, offset: int) -> date:
        return self.first + timedelta(offset)

    def _new(self, **record: Any) -> Any:
        saved = self._save([Change(**record)], {})
        if saved is None:
            return multiple()
        key = saved.entries[0].key
        self.plain[key] = record | {"key": key}
        self.touched.add(record["post"])
        return key

    def _change(self, key: str, record: dict[str, Any]) -> None:
        self._save([Change(**record)], {key: record})

    def _save(self, changes: list[Change], then: dict[str, Any]) -> Any:
        saved, refused = saved_or_refused(changes)
        if saved is None:
            assert refused <= REFUSALS
            return None
        for key, record in then.items():
            if record is None:
                del self.plain[key]
            else:
                self.plain[key] = record
        return saved


def saved_or_refused(changes: list[Change]) -> tuple[Any, set[str]]:
    """What was saved; or nothing, and the codes of why not."""
    try:
        return actions.save(actor=None, who="a history", changes=changes), set()
    except RefusedError as refused:
        return None, {fault.code for fault in refused.faults}


def contract_of(contract: dict[str, Any] | None, assumed: int) -> int:
    """The hours a share is a share of."""
    return contract["hours_micro"] if contract else assumed


#: What may be refused of what these histories try; nothing else may.
REFUSALS = {"ABOVE_HOURS", "HOURS_TWICE", "REDUCTION_TWICE", "EXPIRY", "LAST_BEFORE_FIRST", "GRADE_TWICE",
            "SHARE_FIXED"}  # fmt: skip
