"""Hours entered late: the past stays as it was, and pages over time say so."""

# ruff: noqa: F811 - fixtures come by import, and some need only be there
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from tabs_fixtures import in_sight
from time_fixtures import Two, _loaded_two, two  # noqa: F401

from wmt.days import written
from wmt.site.availability.change_requests import Change
from wmt.site.availability.late_entries import late_words
from wmt.site.availability.models import Grade, Hours, Reduction
from wmt.site.changes.actions import save
from wmt.site.links import unit_url
from wmt.site.queries.late_entries import late_of
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
FAR = (date(2000, 1, 1), date(2100, 1, 1))


def entered(post: Any, first: date, last: date | None = None) -> None:
    change = Change(
        kind="reduction", post=(post.team_code, post.staff_code), first_day=first, last_day=last, reason="3",
        percent_x100=2_500,
    )  # fmt: skip
    save(actor=None, who="a test", changes=[change], why="a test")


def of(two: Two, unit: Any) -> list[Any]:
    state = current_state()
    assert state is not None
    return late_of(two.history, state, unit, *FAR)


def units_of(two: Two, post: Any) -> dict[str, Any]:
    units = Unit.objects.filter(load=two.load, whole=True)
    codes = {level: getattr(post, f"{level}_code") for level in ("team", "pdu", "region")}
    return {
        level: units.get(level=level, code=code) for level, code in (codes | {"nation": "nation"}).items()
    }


def test_nothing_is_late_before_somebody_enters_it(two: Two) -> None:
    assert of(two, Unit.objects.get(load=two.load, level="nation", whole=True)) == []
    assert late_words([]) == ""


@pytest.mark.both_databases
@pytest.mark.parametrize("tab", ["over-time", "why", "archive"])
def test_every_page_over_time_says_it(two: Two, signed_in: SignIn, tab: str) -> None:
    first = two.nights[0].manifest.as_at.date()
    post = two.unit("post", available_x100__gt=0, unmeasured_posts=0, stale_posts=0)
    other = Unit.objects.filter(load=two.load, level="team", whole=True, posts__gt=0)
    other = other.exclude(code=post.team_code).order_by("code").first()
    before = two.history.series("post", post.code, *FAR).rows()
    entered(post, first)
    (late,) = of(two, post)
    assert (late.post, late.first, late.last) == (post.code, first, two.nights[1].manifest.as_at.date())
    said = f"for days from {written(first)} do not change these figures."
    client = signed_in()
    for level, unit in units_of(two, post).items():
        assert said in in_sight(client.get(unit_url(level, unit.code, tab)).text), level
    assert said in in_sight(client.get(unit_url("post", post.code, tab)).text)
    assert other is not None
    assert said not in in_sight(client.get(unit_url("team", other.code, tab)).text)
    assert two.history.series("post", post.code, *FAR).rows() == before


def test_what_begins_later_is_not_late(two: Two) -> None:
    post = two.unit("post", available_x100__gt=0, unmeasured_posts=0, stale_posts=0)
    entered(post, two.nights[1].manifest.as_at.date() + timedelta(1))
    assert of(two, post) == []


def test_only_the_days_that_differ_are_told(two: Two) -> None:
    """A reduction of the first night's day alone leaves the second as it is."""
    first = two.nights[0].manifest.as_at.date()
    post = two.unit("post", available_x100__gt=0, unmeasured_posts=0, stale_posts=0)
    entered(post, first - timedelta(5), first)
    (late,) = of(two, post)
    assert (late.first, late.last) == (first, first)
    assert late_words([late]).startswith("Hours entered on ")
    assert post.name not in late_words([late])


@pytest.mark.both_databases
def test_that_a_reason_was_changed_is_nobody_s_to_know(two: Two) -> None:
    """Another reason takes off the same hours: no figure would be another, and reasons are private."""
    first = two.nights[0].manifest.as_at.date()
    post = two.unit("post", available_x100__gt=0, unmeasured_posts=0, stale_posts=0)
    entered(post, first)
    row = Reduction.objects.get(team_code=post.team_code, staff_code=post.staff_code, who="a test")
    change = Change(
        kind="reduction", post=row.post, key=row.key, version=row.version, first_day=first, last_day=None,
        reason="1", percent_x100=2_500,
    )  # fmt: skip
    save(actor=None, who="a test", changes=[change], why="a test")
    assert Reduction.objects.filter(key=row.key).count() == 2
    assert len(of(two, post)) == 1


def test_what_was_entered_late_and_withdrawn_again_is_not_told(two: Two) -> None:
    """It changes no figure by now, and withdrawn reductions are for those who may read the reasons."""
    first = two.nights[0].manifest.as_at.date()
    post = two.unit("post", available_x100__gt=0, unmeasured_posts=0, stale_posts=0)
    entered(post, first)
    assert len(of(two, post)) == 1
    row = Reduction.objects.get(team_code=post.team_code, staff_code=post.staff_code, who="a test")
    change = Change(kind="reduction", post=row.post, key=row.key, version=row.version, withdraw=True)
    save(actor=None, who="a test", changes=[change], why="a test")
    assert of(two, post) == []


def hours(post: Any, first: date, micro: int, **more: Any) -> None:
    change = Change(
        kind="hours", post=(post.team_code, post.staff_code), first_day=first, hours_micro=micro, **more
    )
    save(actor=None, who="a test", changes=[change], why="a test")


def test_hours_say_only_the_days_until_the_next_ones(two: Two) -> None:
    """Hours of the second night's day stand already: hours from earlier on change the first day alone."""
    first, second = (night.manifest.as_at.date() for night in two.nights)
    post = two.unit("post", available_x100__gt=0, unmeasured_posts=0, stale_posts=0)
    hours(post, first + timedelta(1), 20_000_000)
    assert [(late.first, late.last) for late in of(two, post)] == [(second, second)]
    Hours.objects.update(change=0)  # as if it had been entered before both nights
    hours(post, first - timedelta(30), 30_000_000)
    assert [(late.first, late.last) for late in of(two, post)] == [(first, first)]


def test_a_later_first_day_says_nothing_of_the_days_it_still_counts_on(two: Two) -> None:
    """A reduction that begins on the second day instead of the first: only the first is another."""
    first, second = (night.manifest.as_at.date() for night in two.nights)
    post = two.unit("post", available_x100__gt=0, unmeasured_posts=0, stale_posts=0)
    entered(post, first)
    row = Reduction.objects.get(team_code=post.team_code, staff_code=post.staff_code, who="a test")
    Reduction.objects.filter(pk=row.pk).update(change=0)
    change = Change(
        kind="reduction", post=row.post, key=row.key, version=row.version, first_day=second, last_day=None,
        reason="3", percent_x100=2_500,
    )  # fmt: skip
    save(actor=None, who="a test", changes=[change], why="a test")
    assert [(late.first, late.last) for late in of(two, post)] == [(first, first)]


def test_of_two_grades_from_one_day_the_one_that_counts_is_told(two: Two) -> None:
    """Of two corrections with the same first day the later key counts: the other one makes no difference."""
    first = two.nights[0].manifest.as_at.date()
    post = two.unit("post", available_x100__gt=0, unmeasured_posts=0, stale_posts=0)
    change = Change(kind="grade", post=(post.team_code, post.staff_code), first_day=first, grade="SPO")
    save(actor=None, who="a test", changes=[change], why="a test")
    counts = Grade.objects.get(team_code=post.team_code, staff_code=post.staff_code)
    Grade.objects.filter(pk=counts.pk).update(change=0, key="b")  # as if it had been there before both nights
    told = []
    for key in ("a", "c"):
        counts.pk, counts.key, counts.grade = None, key, "TPO"
        counts.save(force_insert=True)
        told.append(len(of(two, post)))
        Grade.objects.filter(key=key).delete()
    assert told == [0, 1]
