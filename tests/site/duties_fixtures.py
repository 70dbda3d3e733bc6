"""What tests of duties share: figures written down day by day, and the rule counted plainly from them.

A figure of a day is a capacity in per cent (of 1,000 available points), `NO_TIME`, or `None` where there is
none. The counter here is written anew from the words of the rule; it shares nothing with `wmt.history`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from django.db import transaction
from django.test import Client
from hours_fixtures import day

from wmt.ledger import HEADLINE, OMIC
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.duties.came_off import CameOff
from wmt.site.duties.due_dates import Clock
from wmt.site.duties.evaluate import Judgement, evaluate
from wmt.site.duties.judged import Judged, Post, Undone
from wmt.site.duties.models import Duty
from wmt.site.duties.scheduled import announce, posts_of
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

FIRST = date(2026, 1, 1)
NO_TIME = -1
Figure = int | None
CLOCK = Clock(acknowledge_days=5, decide_days=10, answer_days=5, review_days=28, reopen_days=28)


@dataclass(frozen=True)
class Rule:
    """A mark as the evaluation needs one."""

    name: str
    percent_x100: int
    days: int
    longest_absence: int = 7
    longest_pause: int = 7


MARKS = (Rule("excessive_workload", 11_000, 28), Rule("double_red", 12_000, 28))


@dataclass(frozen=True)
class Run:
    """How a run stands at the end of a day."""

    length: int = 0
    since: date | None = None
    excess_since: date | None = None
    paused: int = 0
    missing: int = 0


def counted(figures: Sequence[Figure], rule: Rule, first: date = FIRST) -> list[Run]:
    """The run after each day, by counting. Days without figures neither count nor end it."""
    found: list[Run] = []
    length, since, excess, paused, missing = 0, None, None, 0, 0
    for number, figure in enumerate(figures):
        day = first + timedelta(number)
        missing = missing + 1 if figure is None else 0
        if figure is not None:
            paused = paused + 1 if figure == NO_TIME else 0
            if paused > rule.longest_pause or (figure != NO_TIME and figure * 100 <= rule.percent_x100):
                length, since, excess = 0, None, None
            elif figure != NO_TIME:
                length, since = length + 1, since or day
                excess = excess or (day if length >= rule.days else None)
        found.append(Run(length, since, excess, paused, missing))
    return found


def runs_of(posts: Mapping[str, Sequence[Figure]], day: date, rules: Sequence[Rule] = MARKS) -> pl.DataFrame:
    """The frame that `wmt.history.runs_on` gives for a day."""
    rows: list[dict[str, Any]] = []
    for code, figures in posts.items():
        until = figures[: (day - FIRST).days + 1]
        for rule in rules:
            run = counted(until, rule)[-1]
            if all(figure is None for figure in until):
                continue  # it was never there
            rows.append(
                {
                    "level": "post", "code": code, "mark": rule.name, "day": day, "over": run.length > 0,
                    "length": run.length, "since": run.since, "excess_since": run.excess_since,
                    "full_on": None, "paused": run.paused, "missing": run.missing,
                }
            )  # fmt: skip
    schema = {
        "level": pl.String, "code": pl.String, "mark": pl.String, "day": pl.Date, "over": pl.Boolean,
        "length": pl.Int64, "since": pl.Date, "excess_since": pl.Date, "full_on": pl.Date,
        "paused": pl.Int64, "missing": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


@dataclass(frozen=True)
class Figures:
    """Figures as a history gives them."""

    posts: Mapping[str, Sequence[Figure]]
    omic: Mapping[str, Sequence[date]] = field(default_factory=dict)

    def series(self, level: str, code: str, first: date, last: date, grade: str = "") -> pl.DataFrame:
        """A row for each day that has a figure."""
        assert (level, grade) == ("post", "")
        rows = []
        for number, figure in enumerate(self.posts.get(code, ())):
            day = FIRST + timedelta(number)
            if figure is not None and first <= day <= last:
                points, available = (50_000, 0) if figure == NO_TIME else (figure * 1_000, 100_000)
                rows.append((day, points, available, HEADLINE))
        rows += [(day, 0, 100_000, OMIC) for day in self.omic.get(code, ()) if first <= day <= last]
        schema = {"day": pl.Date, "points_x100": pl.Int64, "available_x100": pl.Int64, "stream": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")


def post(code: str) -> Post:
    """A post of the figures shown."""
    team, _, staff = code.partition(":")
    return Post(
        team_code=team, staff_code=staff, name=f"Officer {staff}", grade="PO", team_name=f"Team {team}",
        pdu_code="P1", region_code="R1",
    )  # fmt: skip


def judge(
    posts: Mapping[str, Sequence[Figure]],
    day: date,
    *,
    today: date | None = None,
    there: Mapping[str, Post] | None = None,
    clock: Clock = CLOCK,
    came_off: Mapping[str, CameOff] | None = None,
    followed: Mapping[str, str] | None = None,
    undone: Undone | None = None,
    omic: Mapping[str, Sequence[date]] | None = None,
) -> Judgement:
    """What the night of a day brings. `there` are the posts of the figures shown; all unless told.

    `omic` are the days with figures of posts in OMiC, which no run counts.
    """
    with transaction.atomic():
        return evaluate(Judged(
            runs=runs_of(posts, day), day=today or day, marks=MARKS, figures=Figures(posts, omic or {}),
            posts={code: post(code) for code in posts} if there is None else there, clock=clock,
            seen=day, came_off=came_off or {}, followed=followed or {}, undone=undone,
        ))  # fmt: skip


def on(number: int) -> date:
    """The day with a number, from 1."""
    return FIRST + timedelta(number - 1)


def story(duty: Duty) -> list[str]:
    """What happened to a duty, step by step."""
    return [step.kind for step in duty.steps.order_by("number")]


def a_duty(code: str, *, over: int = 130, days: int = 30, today: date | None = None) -> Duty:
    """An open duty of a post that has been over the mark for so many days."""
    judge({code: [over] * days}, on(days), today=today)
    return Duty.objects.get(
        team_code=code.partition(":")[0], staff_code=code.partition(":")[2], closed_on=None
    )


@dataclass
class Scene:
    """An open duty in the nation that is shown, its manager, and the practitioner it is about."""

    duty: Duty
    state: Any
    manager: Client
    practitioner: Client
    elsewhere: Any
    days: int

    @property
    def href(self) -> str:
        """The page of the duty."""
        return f"/duty/{self.duty.pk}/"

    @property
    def post_href(self) -> str:
        """The page of the post."""
        return f"/post/{self.duty.code}/"

    def breaks(self, came_off: Mapping[str, CameOff] | None = None) -> None:
        """The next night, whose figure is under the mark."""
        last = self.duty.seen_on + timedelta(days=1)
        shift = (last - FIRST).days
        figures: list[Figure] = [*[None] * (shift - self.days), *[130] * self.days, 95]
        with transaction.atomic():
            found = evaluate(Judged(
                runs=runs_of({self.duty.code: figures}, last, MARKS[:1]), day=self.state.day, marks=MARKS,
                figures=Figures({self.duty.code: figures}), posts=posts_of(self.state), clock=CLOCK,
                seen=last, came_off=came_off or {},
            ))  # fmt: skip
            announce(found, self.state.day)


@pytest.fixture
def scene(nation: Any) -> Scene:
    """A post that has been at 130% for thirty days."""
    return scene_in(nation)


def scene_in(nation: Any) -> Scene:
    """The same, made here and now."""
    state = current_state()
    posts = Unit.objects.filter(load=nation.load, level="post", whole=True, grade="PO", stale_since=None)
    unit = posts.filter(available_x100__gt=0).order_by("code").first()
    assert unit is not None
    elsewhere = Unit.objects.filter(load=nation.load, level="team", whole=True)
    far = elsewhere.exclude(region_code=unit.region_code).order_by("code").first()
    manager = signed_in_as("Ann Manager", "manager", "team", unit.team_code)
    practitioner = signed_in_as("Pia Practitioner", "practitioner", "team", unit.team_code, unit.staff_code)
    figures: list[Figure] = [*[None] * ((state.day - FIRST).days - 29), *[130] * 30]
    with transaction.atomic():
        found = evaluate(Judged(
            runs=runs_of({unit.code: figures}, state.day, MARKS[:1]), day=state.day, marks=MARKS,
            figures=Figures({unit.code: figures}), posts=posts_of(state), clock=CLOCK,
            seen=state.day,
        ))  # fmt: skip
        announce(found, state.day)
    return Scene(Duty.objects.get(), state, manager, practitioner, far, 30)


def signed_in_as(name: str, role: str, level: str, code: str, staff_code: str = "") -> Client:
    """A client of a new person with a role, held long since."""
    email = f"{name.split(maxsplit=1)[0].lower()}@example.org"
    user = User.objects.create_user(email, name=name, staff_code=staff_code)
    RoleGrant.objects.create(user=user, role=role, level=level, code=code, first_day=date(2020, 1, 1))
    client = Client()
    client.force_login(user)
    return client


def typed(today: date, **more: Any) -> dict[str, str]:
    """The form of a decision as a browser sends it."""
    values: dict[str, Any] = {
        "decision": "reallocate", "said": "Five cases go to colleagues", "done_by": today + timedelta(7),
        "review_on": today + timedelta(28), "version": "1", **more,
    }  # fmt: skip
    days = day("done_by", values.pop("done_by")) | day("review_on", values.pop("review_on"))
    return {**values, **days}
