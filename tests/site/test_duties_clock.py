"""The clock: working days, what is owed when, what is late, who hears of it, once."""

# ruff: noqa: F811 - fixtures come by import
from datetime import date, timedelta

import pytest
from duties_fixtures import Scene, a_duty, on, scene, story  # noqa: F401
from hours_fixtures import somebody  # noqa: F401

from wmt import rules
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.duties import actions, due_dates, workdays
from wmt.site.duties.actor import DutyActor
from wmt.site.duties.due_dates import Deadline, clock_of, deadlines, is_late, late_on, stage_of
from wmt.site.duties.labels import owed
from wmt.site.duties.models import Duty, Notice
from wmt.site.duties.scheduled import turn

# fmt: off
#: Bank holidays of England and Wales as the government published them.
PUBLISHED = {
    2022: ["01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27"],
    2023: ["01-02", "04-07", "04-10", "05-01", "05-08", "05-29", "08-28", "12-25", "12-26"],
    2024: ["01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26"],
    2025: ["01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"],
    2026: ["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"],
    2027: ["01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"],
}
# fmt: on


@pytest.mark.parametrize("year", PUBLISHED)
def test_bank_holidays_are_those_published(year) -> None:
    assert sorted(f"{day:%m-%d}" for day in workdays.bank_holidays(year)) == PUBLISHED[year]


def test_working_days_are_counted_from_the_next_one() -> None:
    friday = date(2026, 12, 18)
    assert workdays.after(friday, 1) == date(2026, 12, 21)
    assert workdays.after(friday, 5) == date(2026, 12, 29)  # Christmas, and Monday for Boxing Day
    assert workdays.after(friday, 0) == friday
    for number in range(30):
        assert workdays.between(friday, workdays.after(friday, number)) == number


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 11, 30), "Acknowledge by 3 December 2026: 3 working days left"),
        (date(2026, 12, 2), "Acknowledge by 3 December 2026: 1 working day left"),
        (date(2026, 12, 3), "Acknowledge by 3 December 2026: due today"),
        (date(2026, 12, 4), "Acknowledge by 3 December 2026: 1 working day late"),
        (date(2026, 12, 7), "Acknowledge by 3 December 2026: 2 working days late"),
    ],
)
def test_a_deadline_in_words(today, said) -> None:
    assert owed(Deadline("acknowledge", date(2026, 12, 3), today)) == said


def test_a_deadline_before_a_weekend_in_words() -> None:
    assert owed(Deadline("review", date(2026, 12, 4), date(2026, 12, 5))).endswith(": late")


def test_the_rules_give_the_clock() -> None:
    found = clock_of(rules.load().at(date(2026, 11, 23)))
    assert found == due_dates.Clock(
        acknowledge_days=5, decide_days=10, answer_days=5, review_days=28, reopen_days=28
    )
    for name in due_dates.Clock.__dataclass_fields__:
        value = rules.load().at(date(2026, 11, 23))[f"duties.{name}"]
        assert value.status == "default"
        assert value.source.startswith("our choice")


@pytest.mark.django_db
def test_stages_and_lateness_follow_the_days() -> None:
    duty = a_duty("T1:A", days=28)
    opened, decide_by = duty.opened_on, duty.decide_by
    assert stage_of(duty, opened) == "to be acknowledged"
    duty.acknowledged_on = opened
    assert stage_of(duty, opened) == "to be decided"
    assert not is_late(duty, decide_by)
    assert is_late(duty, decide_by + timedelta(1))
    duty.decided_on, duty.review_on = opened, opened + timedelta(28)
    assert stage_of(duty, opened + timedelta(27)) == "under review"
    assert stage_of(duty, opened + timedelta(28)) == "review due"
    assert not is_late(duty, opened + timedelta(28))
    duty.relief_by = opened + timedelta(3)
    assert [each.what for each in deadlines(duty, opened)] == ["answer", "review"]
    duty.closed_on = opened
    assert stage_of(duty, opened) == "closed"
    assert [each.what for each in deadlines(duty, opened)] == ["answer"], "a request outlives its duty"
    duty.closed_on, duty.confirm_by = None, opened + timedelta(7)
    assert stage_of(duty, opened) == "to be confirmed"
    assert [each.what for each in deadlines(duty, opened)] == ["answer", "confirm"]


@pytest.mark.django_db
def test_the_question_to_the_database_agrees_with_the_clock() -> None:
    duty = a_duty("T1:A", days=28)
    opened = duty.opened_on
    shapes = [
        {},
        {"acknowledged_on": opened},
        {"acknowledged_on": opened, "decided_on": opened, "review_on": opened + timedelta(28)},
        {"acknowledged_on": opened, "relief_by": opened + timedelta(3)},
        {"closed_on": opened + timedelta(2)},
        {"confirm_by": opened + timedelta(7)},
    ]
    for shape in shapes:
        columns = dict.fromkeys(
            ("acknowledged_on", "decided_on", "review_on", "relief_by", "closed_on", "confirm_by"), None
        )
        Duty.objects.update(**{**columns, **shape})
        duty.refresh_from_db()
        for number in range(50):
            day = opened + timedelta(number)
            assert Duty.objects.filter(late_on(day)).exists() == is_late(duty, day), (shape, day)


@pytest.mark.django_db
def test_what_is_late_is_told_once_to_the_head(scene: Scene) -> None:
    head = User.objects.create_user("hal@example.org", name="Hal Head")
    RoleGrant.objects.create(
        user=head, role="head", level="pdu", code=scene.duty.pdu_code, first_day=date(2020, 1, 1)
    )
    by = scene.duty.acknowledge_by
    assert turn(by) == 0
    assert turn(by + timedelta(1)) == 1
    assert turn(by + timedelta(1)) == turn(by + timedelta(2)) == 0
    assert story(scene.duty) == ["opened", "escalated"]
    told = Notice.objects.filter(kind="late")
    assert {notice.user.name for notice in told} == {"Hal Head", "Ann Manager"}
    assert "acknowledge by" in told.get(user=head).words
    assert turn(scene.duty.decide_by + timedelta(1)) == 1
    assert story(scene.duty) == ["opened", "escalated", "escalated"]


@pytest.mark.django_db
def test_the_head_hears_that_nobody_is_manager(scene: Scene) -> None:
    RoleGrant.objects.filter(role="manager").delete()
    head = User.objects.create_user("hal@example.org", name="Hal Head")
    RoleGrant.objects.create(
        user=head, role="head", level="pdu", code=scene.duty.pdu_code, first_day=date(2020, 1, 1)
    )
    turn(scene.duty.acknowledge_by + timedelta(1))
    assert "No manager assigned to this team." in Notice.objects.get(user=head).words


@pytest.mark.django_db
def test_a_review_that_is_due_is_told_to_the_manager_then_to_the_head(scene: Scene) -> None:
    manager = User.objects.get(name="Ann Manager")
    review = scene.state.day + timedelta(14)
    actions.decide(
        asker=DutyActor(user=manager, state=scene.state), number=scene.duty.pk, version=1, decision="accept",
        said="It ends with the inspection", done_by=None, review_on=review,
    )  # fmt: skip
    assert turn(review - timedelta(1)) == 0
    assert turn(review) == 1
    assert turn(review) == 0
    assert Notice.objects.filter(user=manager, kind="review due").count() == 1
    assert turn(review + timedelta(1)) == 1
    assert story(scene.duty) == ["opened", "decided", "due", "escalated"]


@pytest.mark.django_db
def test_a_reopened_duty_is_told_of_anew(scene: Scene) -> None:
    by = scene.duty.acknowledge_by
    turn(by + timedelta(1))
    scene.duty.refresh_from_db()
    assert scene.duty.told == [f"escalated acknowledge {by}"]
    scene.breaks()
    assert turn(by + timedelta(90)) == 0
    assert on(1) < by
