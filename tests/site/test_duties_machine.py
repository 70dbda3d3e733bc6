"""A state machine over nights with holes, renames, re-tiering, requests and answers.

Whatever happens in whatever order: a duty closes on a figure at or under the threshold, on days without
working hours, or by a manager, and never because figures are missing; an open request always has an owner.
"""

import os
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.db import transaction
from duties_fixtures import FIRST, NO_TIME, Figure, judge, on, post
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from wmt.site.accounts.models import RoleGrant, User
from wmt.site.duties import actions, requests
from wmt.site.duties.actor import DutyActor
from wmt.site.duties.came_off import CameOff
from wmt.site.duties.judged import Undone
from wmt.site.duties.models import Duty, Request
from wmt.site.duties.projection import PLACE, fold
from wmt.site.duties.recipients import responsible
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

SOAK = bool(os.environ.get("WMT_SOAK"))
PEOPLE = ("A", "B")


def came(repriced: int) -> CameOff:
    """A fall of thirty points, so much of it with different points."""
    return CameOff(
        since=FIRST, before_x100=13_000, after_x100=10_000, work_x100=3_000 - repriced,
        repriced_x100=repriced, time_x100=0,
    )  # fmt: skip


class Life(RuleBasedStateMachine):
    """Two people, whose posts get other codes; every night what each has."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()

    def teardown(self) -> None:
        """Whatever happened is undone."""
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        """Both have been over the threshold for four weeks."""
        self.code = {person: f"T1:{person}" for person in PEOPLE}
        self.figures: dict[str, list[Figure]] = {person: [130] * 28 for person in PEOPLE}
        self.there = set(PEOPLE)
        self.followed: dict[str, str] = {}
        self.repriced: dict[str, int] = {}
        self.renames = 0
        self.asked: dict[int, bool] = {}
        self.users = {}
        for name, role, level, code in (
            ("Ada", "administrator", "nation", "nation"), ("Max", "manager", "team", "T1"),
            ("Hal", "head", "pdu", "P1"),
        ):  # fmt: skip
            user = User.objects.create_user(f"{name}@example.org", name=name)
            RoleGrant.objects.create(user=user, role=role, level=level, code=code, first_day=date(2020, 1, 1))
            self.users[name] = user
        self.own = {
            person: User.objects.create_user(f"{person}@example.org", name=person, staff_code=person)
            for person in PEOPLE
        }
        self.load()

    def day(self) -> date:
        """The last day there is."""
        return on(len(self.figures["A"]))

    def load(self, undone: Undone | None = None) -> None:
        """A night is judged, as a load does."""
        by_code = {self.code[person]: self.figures[person] for person in PEOPLE}
        there = {self.code[person]: post(self.code[person]) for person in self.there}
        off = {self.code[person]: came(share) for person, share in self.repriced.items()}
        found = judge(by_code, self.day(), there=there, came_off=off, followed=self.followed, undone=undone)
        places = {}
        for former, code in (*self.followed.items(), *((code, code) for code in there)):
            if code in there:
                team, _, staff = former.partition(":")
                places[team, staff] = {name: getattr(there[code], name) for name in PLACE if name != "grade"}
        requests.follow(places)
        requests.attach([*found.opened, *found.reopened], self.day())
        requests.turn(self.day())
        self.repriced = {}

    @rule(
        figures=st.tuples(*[st.sampled_from([130, 130, 111, 110, 90, NO_TIME, None])] * 2),
        days=st.integers(1, 30), repriced=st.tuples(*[st.sampled_from([0, 1_400, 1_600, 3_000])] * 2),
    )  # fmt: skip
    def nights(self, figures: tuple[Figure, ...], days: int, repriced: tuple[int, ...]) -> None:
        """Some nights of the same kind, of which the last is judged; who has no figure was set aside."""
        for number, person in enumerate(PEOPLE):
            self.figures[person] += [figures[number]] * days
            self.repriced[person] = repriced[number]
        if figures != (None, None):  # nothing was loaded: nothing is judged
            self.load()

    @rule(person=st.sampled_from(PEOPLE), back=st.integers(1, 20), figure=st.sampled_from([130, 90, None]))
    def correct(self, person: str, back: int, figure: Figure) -> None:
        """A night of some days ago is corrected, comes late, or turns out not to be there."""
        self.figures[person][-back] = figure
        self.load()

    @rule(figure=st.sampled_from([130, 90]))
    def withdraw(self, figure: Figure) -> None:
        """The last night is withdrawn: nobody has a figure of it any more."""
        del figure
        for person in PEOPLE:
            self.figures[person][-1] = None
        self.load(Undone(self.day(), restored=False))

    @rule(person=st.sampled_from(PEOPLE), team=st.sampled_from(["T1", "T2", "T7"]))
    def rename(self, person: str, team: str) -> None:
        """A post gets another code: its figures are those of the person."""
        self.renames += 1
        new = f"{team}:{person}"
        if new != self.code[person]:
            self.followed = {former: code for former, code in self.followed.items() if former != new}
            self.followed = {
                former: new if code == self.code[person] else code for former, code in self.followed.items()
            } | {self.code[person]: new}
            self.code[person] = new
        self.load()

    @rule(person=st.sampled_from(PEOPLE))
    def leave(self, person: str) -> None:
        """A post is not in the figures shown, or is there again."""
        self.there ^= {person}
        self.load()

    @rule(person=st.sampled_from(PEOPLE))
    def ask(self, person: str) -> None:
        """The practitioner asks, with a duty or without."""
        team, _, staff = self.code[person].partition(":")
        if requests.open_relief(team, staff) is not None:
            return
        place = {name: getattr(post(self.code[person]), name) for name in PLACE if name != "grade"}
        duty = Duty.objects.filter(team_code=team, staff_code=staff, closed_on=None).first()
        made = requests._ask(self.asker(self.own[person]), place, duty, "Too much")
        self.asked[made.pk] = True

    @rule(team=st.sampled_from(["T1", "T2"]))
    def worry(self, team: str) -> None:
        """The manager has a concern about a team."""
        unit = Unit(level="team", code=team, name=team, pdu_code="P1", region_code="R1", load_id=0)
        made = requests.raise_concern(asker=self.asker(self.users["Max"]), unit=unit, said="Few")
        self.asked[made.pk] = True

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        """Somebody who may answers one."""
        waiting = sorted(number for number, is_open in self.asked.items() if is_open)
        if waiting:
            number = data.draw(st.sampled_from(waiting))
            asker = self.asker(self.users["Ada"])
            requests.answer(asker=asker, number=number, answer="part", said="Some of it")
            self.asked[number] = False

    @rule(keep=st.booleans())
    def confirm(self, keep: bool) -> None:
        """A manager says what becomes of a duty that waits for it."""
        duty = Duty.objects.filter(closed_on=None, confirm_by__isnull=False).first()
        if duty is not None:
            do: Any = actions.keep if keep else actions.close
            asker = self.asker(self.users["Ada"])
            do(asker=asker, number=duty.pk, version=duty.steps_count, said="Looked at")

    @rule(name=st.sampled_from(["Max", "Hal"]))
    def role(self, name: str) -> None:
        """A role ends, or is held again."""
        grant = RoleGrant.objects.get(user=self.users[name])
        grant.last_day = None if grant.last_day else date(2020, 2, 1)
        grant.save()

    def asker(self, user: User) -> DutyActor:
        """Somebody, today, by the rules of the program (there is no night)."""
        now = datetime.combine(self.day(), time(18, 30), tzinfo=UTC)
        state = State(
            load_id=0, as_at=now, loaded_at=now, rules_date=self.day(), tier_scheme="", overlays=(),
            over_x100=11_000, night="none", day=self.day(), revision=0,
        )  # fmt: skip
        user = User.objects.get(pk=user.pk)  # roles are read anew
        return DutyActor(user=user, state=state)

    @invariant()
    def no_hole_closed_anything(self) -> None:
        """Every closing has a figure, days without hours, or a manager."""
        for duty in Duty.objects.all():
            steps = list(duty.steps.order_by("number"))
            for step in steps:
                if step.kind == "closed":
                    assert step.data["why"] in ("under", "no time", "confirmed")
                    assert step.data["why"] != "under" or float(step.data["capacity"].rstrip("%")) <= 110
                    off = step.data.get("came_off")
                    assert not (step.data["why"] == "under" and off and off["repriced_x100"] * 2 > 3_000)
                    assert (step.user is not None) == (step.data["why"] == "confirmed")
            for name, value in fold(steps).items():
                assert getattr(duty, name) == value, name

    @invariant()
    def open_duties_stand_at_the_person_s_post(self) -> None:
        """Where the post is in the figures, the open duty is about that post."""
        for duty in Duty.objects.filter(closed_on=None):
            if duty.staff_code in self.there:
                assert duty.code == self.code[duty.staff_code]

    @invariant()
    def every_open_request_has_an_owner(self) -> None:
        """Nobody but an answer ends a request, and while it is open somebody has to answer it."""
        assert {each.pk: each.is_open for each in Request.objects.all()} == self.asked
        for each in Request.objects.filter(answered_on=None):
            owners = responsible(each).owners
            assert owners
            assert each.asked_by_id not in [user.pk for user in owners]


@pytest.mark.django_db
def test_no_hole_closes_a_duty_and_no_open_request_is_without_an_owner() -> None:
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=200 if SOAK else 6, stateful_step_count=40 if SOAK else 18, deadline=None,
            suppress_health_check=checks,
        ),
    )  # fmt: skip
