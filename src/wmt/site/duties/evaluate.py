"""From runs to duties: which open, reopen, are raised or close, by the figures of the last day there are.

A duty opens when the run of its post is as long as the mark asks. It closes by itself only on a figure at or
under the mark, and only where work or time made it so: see `run_endings`. Judged twice by the same figures
nothing happens the second time; figures of an earlier day than those judged last change nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import attrgetter
from typing import Any

import polars as pl
from django.db.models import Max, Q

from wmt.site.duties import run_endings, taken_back, workdays
from wmt.site.duties.judged import Judged, Post, Undone
from wmt.site.duties.models import Duty, Step
from wmt.site.duties.projection import PLACE
from wmt.site.duties.steps import put, stepped

Kind = Step.Kind
MAIN, RAISED = "excessive_workload", "double_red"


@dataclass(frozen=True)
class Judgement:
    """What came of judging, by what happened."""

    opened: list[Duty] = field(default_factory=list)
    reopened: list[Duty] = field(default_factory=list)
    raised: list[Duty] = field(default_factory=list)
    moved: list[Duty] = field(default_factory=list)
    followed: list[Duty] = field(default_factory=list)
    fell: list[Duty] = field(default_factory=list)  # a manager has to confirm
    closed: list[Duty] = field(default_factory=list)
    resumed: list[Duty] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        """Whether everything is as it was."""
        return not any(vars(self).values())


def evaluate(judged: Judged) -> Judgement:
    """Judge all posts. The caller holds a transaction. Nothing is told to anybody here."""
    last = Duty.objects.aggregate(last=Max("seen_on"))["last"]
    if judged.undone is None and last is not None and judged.seen < last:
        return Judgement()
    found = _Judge(judged).all()
    if judged.undone is not None:  # or the figures of the days between would not be judged
        Duty.objects.filter(seen_on__gt=judged.seen).update(seen_on=judged.seen)
    return found


class _Judge:
    def __init__(self, judged: Judged) -> None:
        self.by = judged
        self.undone, self.day, self.posts, self.seen = judged.undone, judged.day, judged.posts, judged.seen
        self.marks = {mark.name: mark for mark in judged.marks}
        self.runs: dict[str, dict[str, Any]] = {}
        self.raised: dict[str, dict[str, Any]] = {}
        for run in judged.runs.filter(pl.col("level") == "post").iter_rows(named=True):
            if run["mark"] == MAIN:
                self.runs[run["code"]] = run
            elif run["mark"] == RAISED and run["excess_since"] is not None:
                self.raised[run["code"]] = run
        self.outcome = Judgement()
        self.closing: list[Step] = []
        self.others: list[Step] = []

    def all(self) -> Judgement:
        """Every post that has a duty or should have one."""
        if self.undone is not None:
            self._take_back(self.undone)
        standing = self._standing()
        broken: dict[str, tuple[Duty, date]] = {}
        for code, duty in standing.items():
            on = self._stands(duty, code)
            if on is not None:
                broken[code] = duty, on
        wanted = [
            code
            for code, run in self.runs.items()
            if run["excess_since"] is not None
            and code in self.posts
            and self.posts[code].has_capacity
            and (code not in standing or code in broken)
        ]
        former = self._former([code for code in wanted if code not in broken]) | broken
        for code in wanted:
            self._open(code, former.get(code))
        put(self.closing)  # only one duty of a post is open at any moment
        put(self.others)
        Duty.objects.filter(closed_on__isnull=True).exclude(seen_on=self.seen).update(seen_on=self.seen)
        return self.outcome

    def _take_back(self, undone: Undone) -> None:
        """Duties, open or closed since, that only withdrawn figures brought to another code go back.

        One that opened under such a code goes to the one post of its staff code.
        """
        one_post = taken_back.only_posts(self.posts)
        lasting = Q(closed_on__isnull=True) | Q(closed_on__gte=undone.day)
        duties = list(Duty.objects.select_for_update().filter(lasting).order_by("pk"))
        taken = {duty.code for duty in duties if duty.is_open}
        for duty in duties:
            if duty.code in self.posts:
                continue
            moves = taken_back.moves_of(duty.steps.order_by("number"))
            codes = [taken_back.code_of(before) for before in moves]
            back = taken_back.moves_back(duty.code, codes, self.by.followed, self.posts or None)
            opened_there = not undone.restored and duty.opened_on >= undone.day
            code = codes[-back] if back else one_post.get(duty.staff_code, "") if opened_there else ""
            if not code or (duty.is_open and code in taken):
                continue
            place = attrgetter(*PLACE)
            after = dict(zip(PLACE, place(self.posts[code]), strict=True)) if self.posts else moves[-back]
            before = dict(zip(PLACE, place(duty), strict=True))
            data = {"before": before, "after": dict(after), "why": taken_back.WITHDRAWN}
            taken = taken - {duty.code} | {code}
            put([stepped(duty, Kind.FOLLOWED, self.day, data=data)])
            if duty.is_open:
                self.outcome.followed.append(duty)

    # ---- those that stand --------------------------------------------------------------------------------

    def _standing(self) -> dict[str, Duty]:
        """The open duties by the code that their post has now: they follow the person."""
        found = {duty.code: duty for duty in Duty.objects.select_for_update().filter(closed_on__isnull=True)}
        for code in list(found):
            new = code if code in self.posts else self.by.followed.get(code, code)
            if new in self.posts and (new == code or new not in found):
                found[new] = found.pop(code)
                self._follow(found[new], self.posts[new])
        return found

    def _follow(self, duty: Duty, post: Post) -> None:
        place = attrgetter(*PLACE)
        if place(duty) == place(post):
            return
        before, after = (dict(zip(PLACE, place(each), strict=True)) for each in (duty, post))
        data = {"before": before, "after": after}
        self.others.append(stepped(duty, Kind.FOLLOWED, self.day, data=data))
        self.outcome.followed.append(duty)

    def _stands(self, duty: Duty, code: str) -> date | None:
        """Whether a duty goes on (None), or the day on which its run was broken; then it is closed."""
        run = self.runs.get(code)
        waits = duty.confirm_by is not None or duty.kept_on is not None
        goes_on = run is not None and run["excess_since"] is not None
        # long enough again, but not all the time since it was judged last: broken meanwhile, unseen
        unseen = goes_on and self.undone is None and run is not None and run["excess_since"] > duty.seen_on
        if (
            run is None
            or not goes_on
            or (unseen and not waits)
            or run_endings.is_gone(self.by, duty, run, self.marks[MAIN])
            or run_endings.is_elsewhere(self.by, duty, run, self.marks[MAIN])
        ):
            return None if waits else self._broken(duty, run, is_over=goes_on)
        self._goes_on(duty, run, again=waits)
        return None

    def _goes_on(self, duty: Duty, run: dict[str, Any], *, again: bool) -> None:
        duty.seen_on = self.seen
        lowered = self.undone is not None and duty.raised_since is not None and duty.code not in self.raised
        if again or lowered or (run["since"], run["excess_since"]) != (duty.run_since, duty.excess_since):
            more: dict[str, Any] = {"raised_since": None} if lowered else {}
            data = {**_dates(run), "before": duty.run_since, **more, **({"again": True} if again else {})}
            self.others.append(stepped(duty, Kind.MOVED, self.day, data=data))
            self.outcome.moved.append(duty)
        self._raise(duty, duty.code)

    def _raise(self, duty: Duty, code: str) -> None:
        run = self.raised.get(code)
        if run is None or duty.raised_since is not None:
            return
        mark = self.marks[RAISED]
        data = {
            "mark": RAISED,
            "since": run["excess_since"],
            "percent_x100": mark.percent_x100,
            "days": mark.days,
        }
        self.others.append(stepped(duty, Kind.RAISED, self.day, data=data))
        self.outcome.raised.append(duty)

    def _broken(self, duty: Duty, run: dict[str, Any] | None, *, is_over: bool) -> date | None:
        """Closes it, or has a manager confirm; the day of its end where it closed."""
        found = run_endings.broken_by(self.by, duty, run, self.marks[MAIN])
        gone = run_endings.is_gone(self.by, duty, run, self.marks[MAIN])
        if run is not None and is_over and not gone and (found is None or found.must_confirm):
            self._goes_on(duty, run, again=False)  # over for long enough again, whatever was between
            return None
        duty.seen_on = self.seen
        if found is None:
            return None
        if found.must_confirm:
            data = {**found.data, "confirm_by": workdays.after(self.day, self.by.clock.answer_days)}
            self.others.append(stepped(duty, Kind.FELL, self.day, data=data))
            self.outcome.fell.append(duty)
            return None
        self.closing.append(stepped(duty, Kind.CLOSED, self.day, data=found.data | {"keeps_request": True}))
        self.outcome.closed.append(duty)
        return found.on

    # ---- those that should be there ----------------------------------------------------------------------

    def _former(self, codes: Sequence[str]) -> dict[str, tuple[Duty, date]]:
        """The last duty of each post that may reopen, and the day on which its run was broken."""
        if not codes:
            return {}
        asked = set(codes)
        earliest = min(self.runs[code]["since"] for code in codes) - timedelta(self.by.clock.reopen_days)
        closed = Duty.objects.select_for_update().filter(closed_on__gte=earliest).order_by("pk")
        last = {duty.code: duty for duty in closed if duty.code in asked}
        steps = Step.objects.filter(duty_id__in=[duty.pk for duty in last.values()], kind=Kind.CLOSED)
        on = {step.duty_id: step.day_in("on") for step in steps.order_by("number")}
        return {code: (duty, on[duty.pk] or duty.seen_on) for code, duty in last.items()}

    def _open(self, code: str, former: tuple[Duty, date] | None) -> None:
        run = self.runs[code]
        why = self._why_again(run, former[1]) if former else ""
        if former and why == "never broken" and self.undone is not None:
            self._resume(former[0], run)
            return
        if former and why:
            duty, kind = former[0], Kind.REOPENED
            self.outcome.reopened.append(duty)
        else:
            duty, kind = self._new(code), Kind.OPENED
            self.outcome.opened.append(duty)
        duty.seen_on = self.seen
        mark = self.marks[MAIN]
        duty.mark, duty.percent_x100, duty.days = MAIN, mark.percent_x100, mark.days
        data = {
            **_dates(run),
            "mark": MAIN,
            "percent_x100": mark.percent_x100,
            "days": mark.days,
            "acknowledge_by": workdays.after(self.day, self.by.clock.acknowledge_days),
            "decide_by": workdays.after(self.day, self.by.clock.decide_days),
            **({"why": why} if why else {}),
        }
        self.others.append(stepped(duty, kind, self.day, data=data))
        self._raise(duty, code)

    def _resume(self, duty: Duty, run: Mapping[str, Any]) -> None:
        """It stands again as it did: with its clock, and what was done."""
        assert self.undone is not None
        why = "restored" if self.undone.restored else "withdrawn"
        data = {**_dates(run), "why": why, "night": self.undone.day}
        duty.seen_on = self.seen
        self.others.append(stepped(duty, Kind.RESUMED, self.day, data=data))
        self.outcome.resumed.append(duty)
        if duty.raised_since is not None and duty.code not in self.raised:
            lowered = {**_dates(run), "before": run["since"], "raised_since": None}
            self.others.append(stepped(duty, Kind.MOVED, self.day, data=lowered))
        self._raise(duty, duty.code)

    def _why_again(self, run: dict[str, Any], broken_on: date) -> str:
        if run["since"] <= broken_on:
            return "never broken"
        near = run["since"] <= broken_on + timedelta(self.by.clock.reopen_days)
        return "again" if near else ""

    def _new(self, code: str) -> Duty:
        post = self.posts[code]
        return Duty(
            team_code=post.team_code, staff_code=post.staff_code, name=post.name, grade=post.grade,
            team_name=post.team_name, pdu_code=post.pdu_code, region_code=post.region_code,
            opened_on=self.day,
        )  # fmt: skip


def _dates(run: Mapping[str, Any]) -> dict[str, date]:
    return {"run_since": run["since"], "excess_since": run["excess_since"]}
