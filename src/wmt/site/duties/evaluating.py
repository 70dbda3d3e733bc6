"""From runs to duties: which open, reopen, are raised or close, by the figures of the last day there are.

A duty stands exactly as long as the run of its post is as long as the mark asks. Judged twice by the same
figures nothing happens the second time; figures of an earlier day than those judged last change nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

import polars as pl
from django.db.models import Max

from wmt.ledger import is_over, shown_capacity
from wmt.site.duties import workdays
from wmt.site.duties.clock import Clock
from wmt.site.duties.facts import fold
from wmt.site.duties.models import Duty, Step
from wmt.site.duties.steps import put, stepped

Kind = Step.Kind
MAIN, RAISED = "excessive_workload", "double_red"


class Mark(Protocol):
    """A mark of the rule, as `wmt.history.Mark` is one."""

    @property
    def name(self) -> str: ...
    @property
    def percent_x100(self) -> int: ...
    @property
    def days(self) -> int: ...
    @property
    def longest_absence(self) -> int: ...
    @property
    def longest_pause(self) -> int: ...


class Figures(Protocol):
    """Figures day by day, as `wmt.history.History` has them."""

    def series(self, level: str, code: str, first: date, last: date, grade: str = "") -> pl.DataFrame:
        """A row a day."""


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post of the figures shown, for which a duty may open: no placeholder, and measured."""

    team_code: str
    staff_code: str
    name: str
    grade: str
    team_name: str
    pdu_code: str
    region_code: str


@dataclass(frozen=True)
class Undone:
    """That a night was withdrawn, or restored: what it brought is taken back, or stands again.

    `day` is that of the night.
    """

    day: date
    restored: bool


@dataclass(frozen=True)
class Outcome:
    """What came of judging, by what happened."""

    opened: list[Duty] = field(default_factory=list)
    reopened: list[Duty] = field(default_factory=list)
    raised: list[Duty] = field(default_factory=list)
    moved: list[Duty] = field(default_factory=list)
    closed: list[Duty] = field(default_factory=list)
    resumed: list[Duty] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        """Whether everything is as it was."""
        return not (self.opened or self.reopened or self.raised or self.moved or self.closed or self.resumed)


def evaluate(
    *,
    runs: pl.DataFrame,
    day: date,
    marks: Sequence[Mark],
    figures: Figures,
    posts: Mapping[str, Post],
    clock: Clock,
    seen: date,
    undone: Undone | None = None,
) -> Outcome:
    """Judge all posts by their runs (`wmt.history.RUN`) on the day `seen`, the last that has figures.

    `day` is today: clocks start on it. The caller holds a transaction. Nothing is told to anybody here.
    With `undone`, figures of an earlier day count too: duties go back to what they would be.
    """
    last = Duty.objects.aggregate(last=Max("seen_on"))["last"]
    if undone is None and last is not None and seen < last:
        return Outcome()
    found = _Judge(runs, day, marks, figures, posts, clock, seen, undone).all()
    if undone is not None:  # or the figures of the days between would not be judged
        Duty.objects.filter(seen_on__gt=seen).update(seen_on=seen)
    return found


class _Judge:
    def __init__(
        self,
        runs: pl.DataFrame,
        day: date,
        marks: Sequence[Mark],
        figures: Figures,
        posts: Mapping[str, Post],
        clock: Clock,
        seen: date,
        undone: Undone | None = None,
    ) -> None:
        self.undone = undone
        self.day, self.figures, self.posts, self.clock, self.seen = day, figures, posts, clock, seen
        self.marks = {mark.name: mark for mark in marks}
        self.runs: dict[str, dict[str, Any]] = {}
        self.raised: dict[str, dict[str, Any]] = {}
        for run in runs.filter(pl.col("level") == "post").iter_rows(named=True):
            if run["mark"] == MAIN:
                self.runs[run["code"]] = run
            elif run["mark"] == RAISED and run["excess_since"] is not None:
                self.raised[run["code"]] = run
        self.outcome = Outcome()
        self.closing: list[Step] = []
        self.others: list[Step] = []

    def all(self) -> Outcome:
        """Every post that has a duty or should have one."""
        standing = {
            duty.code: duty for duty in Duty.objects.select_for_update().filter(closed_on__isnull=True)
        }
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
            and (code not in standing or code in broken)
        ]
        former = self._former([code for code in wanted if code not in broken]) | broken
        for code in wanted:
            self._open(code, former.get(code))
        put(self.closing)  # only one duty of a post is open at any moment
        put(self.others)
        Duty.objects.filter(closed_on__isnull=True).exclude(seen_on=self.seen).update(seen_on=self.seen)
        return self.outcome

    # ---- those that stand --------------------------------------------------------------------------------

    def _stands(self, duty: Duty, code: str) -> date | None:
        """Whether a duty goes on (None), or the day on which its run was broken; then it is closed."""
        run = self.runs.get(code)
        goes_on = run is not None and run["excess_since"] is not None
        # long enough again, but not all the time since it was judged last: broken meanwhile, unseen
        unseen = goes_on and self.undone is None and run is not None and run["excess_since"] > duty.seen_on
        if run is None or not goes_on or unseen:
            return self._close(duty, run)
        duty.seen_on = self.seen
        lowered = self.undone is not None and duty.raised_since is not None and code not in self.raised
        if lowered or (run["since"], run["excess_since"]) != (duty.run_since, duty.excess_since):
            data = {**_dates(run), "before": duty.run_since, **({"raised_since": None} if lowered else {})}
            self.others.append(stepped(duty, Kind.MOVED, self.day, data=data))
            self.outcome.moved.append(duty)
        self._raise(duty, code)
        return None

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

    def _close(self, duty: Duty, run: dict[str, Any] | None) -> date:
        data = self._why(duty, run)
        data["corrected"] = data["on"] <= duty.seen_on
        duty.seen_on = self.seen
        self.closing.append(stepped(duty, Kind.CLOSED, self.day, data=data))
        self.outcome.closed.append(duty)
        on: date = data["on"]
        return on

    def _why(self, duty: Duty, run: dict[str, Any] | None) -> dict[str, Any]:
        """Why a run is not long enough any more: the figure and its day, or what there was none of."""
        mark = self.marks[MAIN]
        if self.undone is not None and not self.undone.restored:
            return {"why": "withdrawn", "on": self.undone.day}
        if run is None:  # nights missing for everybody never come to this
            why = "gone" if duty.code not in self.posts else "no figures"
            return {"why": why, "on": self.seen, "longest": mark.longest_absence}
        if run["paused"] > mark.longest_pause:
            return {"why": "no time", "on": self.seen, "longest": mark.longest_pause}
        until = self.seen if run["since"] is None else run["since"] - timedelta(days=1)
        row = self._last_under(duty.code, min(duty.run_since, until), until, mark)
        if row is None:  # it was broken by days without figures or time, before it began again
            return {"why": "no figures", "on": until, "longest": mark.longest_absence}
        capacity = shown_capacity(row["points_x100"], row["available_x100"])
        return {"why": "under", "on": row["day"], "capacity": capacity, "percent_x100": mark.percent_x100}

    def _last_under(self, code: str, first: date, last: date, mark: Mark) -> dict[str, Any] | None:
        for row in reversed(self.figures.series("post", code, first, last).to_dicts()):
            points, available = row["points_x100"], row["available_x100"]
            if available and not is_over(points, available, mark.percent_x100):
                return dict(row)
        return None

    # ---- those that should be there ----------------------------------------------------------------------

    def _former(self, codes: Sequence[str]) -> dict[str, tuple[Duty, date]]:
        """The last duty of each post that may reopen, and the day on which its run was broken."""
        if not codes:
            return {}
        asked = set(codes)
        earliest = min(self.runs[code]["since"] for code in codes) - timedelta(self.clock.reopen_days)
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
            "acknowledge_by": workdays.after(self.day, self.clock.acknowledge_days),
            "decide_by": workdays.after(self.day, self.clock.decide_days),
            **({"why": why} if why else {}),
        }
        self.others.append(stepped(duty, kind, self.day, data=data))
        self._raise(duty, code)

    def _resume(self, duty: Duty, run: Mapping[str, Any]) -> None:
        """It stands again as it did: with its clock, and what was done."""
        assert self.undone is not None
        before = list(duty.steps.order_by("number"))
        last = max(step.number for step in before if step.kind == Kind.CLOSED)
        relief = fold(step for step in before if step.number < last)["relief_by"]
        why = "restored" if self.undone.restored else "withdrawn"
        data = {**_dates(run), "why": why, "night": self.undone.day, "relief_by": relief}
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
        near = run["since"] <= broken_on + timedelta(self.clock.reopen_days)
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
