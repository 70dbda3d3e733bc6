"""When duties open, close and reopen, by the figures alone."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from duties_fixtures import CLOCK, FIRST, NO_TIME, judge, on, post, story

from wmt.site.duties.labels import closed_words, fell_words, sentence
from wmt.site.duties.models import Duty, Step
from wmt.site.duties.projection import fold

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
A = "T1:A"


def nights(figures, first: int, last: int, code: str = A) -> None:
    """Every night of some days, one after the other."""
    for number in range(first, last + 1):
        judge({code: figures}, on(number))


def only() -> Duty:
    return Duty.objects.get()


def test_the_twenty_eighth_day_opens_and_the_one_before_does_not() -> None:
    nights([111] * 40, 1, 27)
    assert not Duty.objects.exists()
    nights([111] * 40, 28, 28)
    duty = only()
    assert (duty.opened_on, duty.run_since, duty.excess_since) == (on(28), FIRST, on(28))
    assert (duty.name, duty.team_name, duty.pdu_code, duty.region_code) == (
        "Officer A",
        "Team T1",
        "P1",
        "R1",
    )


def test_at_the_mark_is_not_over_it() -> None:
    nights([110] * 40, 28, 40)
    assert not Duty.objects.exists()


# fmt: off
CLOSES = {
    "at the mark": ([120] * 30 + [110], 31, "under", "110.0% on 31 January 2026, not over 110%"),
    "under it": ([120] * 30 + [95], 31, "under", "95.0% on 31 January 2026, not over 110%"),
    "seven days without time": ([120] * 30 + [NO_TIME] * 7, 37, "", ""),
    "eight days without time": ([120] * 30 + [NO_TIME] * 8, 38, "no time",
                                "no working hours for more than 7 days, up to 7 February 2026"),
    "three days without figures": ([120] * 30 + [None] * 3, 33, "", ""),
    "forty days without figures": ([120] * 30 + [None] * 40, 70, "", ""),
    "on a later day": ([120] * 30 + [99, 130, 130], 33, "under",
                       "99.0% on 31 January 2026, not over 110%"),
}
# fmt: on


@pytest.mark.parametrize("name", CLOSES)
def test_it_closes_itself_with_the_reason(name) -> None:
    figures, last, why, words = CLOSES[name]
    nights(figures, 28, 30)
    judge({A: figures}, on(last))
    duty = only()
    assert duty.closed_why == why
    assert (duty.closed_on is None) == (why == "")
    if why:
        step = duty.steps.get(kind="closed")
        assert closed_words(step.data) == words
        assert sentence(step) == f"Closed: {words}"


def test_a_post_that_is_gone_waits_for_a_manager() -> None:
    judge({A: [120] * 30, "T1:B": [90] * 40}, on(30))
    found = judge({"T1:B": [90] * 40}, on(31))
    assert (only().is_open, only().confirm_why, found.fell) == (True, "gone", [only()])
    assert "no longer in the figures of 31 January 2026" in fell_words(only().steps.last().data)
    assert judge({"T1:B": [90] * 40}, on(32)).is_nothing


@pytest.mark.both_databases
def test_the_same_night_twice_changes_nothing() -> None:
    for figures in ([130] * 40, [130] * 40, [130] * 39 + [80]):
        judge({A: figures}, on(40))
        before = list(Step.objects.values_list("pk", "kind"))
        assert judge({A: figures}, on(40)).is_nothing
        assert list(Step.objects.values_list("pk", "kind")) == before


def test_figures_of_an_earlier_day_change_nothing() -> None:
    judge({A: [130] * 40}, on(40))
    assert judge({A: [90] * 39}, on(39)).is_nothing
    assert only().is_open


def test_years_behind_it_open_today_with_since_when_it_has_been_so() -> None:
    judge({A: [130] * 1_000}, on(1_000))
    duty = only()
    assert duty.opened_on == duty.clock_from == on(1_000)
    assert (duty.run_since, duty.excess_since, duty.raised_since) == (FIRST, on(28), on(28))
    assert story(duty) == ["opened", "raised"]


def test_double_red_raises_it_once() -> None:
    figures = [115] * 28 + [125] * 40
    nights(figures, 28, 60)
    assert story(only()) == ["opened", "raised"]
    assert only().raised_since == on(56)


def test_again_soon_after_closing_it_is_the_same_duty_with_a_new_clock() -> None:
    figures = [120] * 30 + [100] + [120] * 40
    nights(figures, 28, 70)
    duty = only()
    assert story(duty) == ["opened", "closed", "reopened"]
    assert (duty.reopened, duty.opened_on, duty.clock_from) == (1, on(28), on(59))
    assert duty.steps.get(kind="reopened").data["why"] == "again"


@pytest.mark.parametrize(("pause", "number"), [(CLOCK.reopen_days, 1), (CLOCK.reopen_days + 1, 2)])
def test_how_soon_is_a_rule(pause, number) -> None:
    """The pause is from the figure that broke the run to the first day of the next."""
    figures = [120] * 30 + [100] * pause + [120] * 30
    nights(figures, 28, len(figures))
    assert Duty.objects.count() == number
    assert Duty.objects.filter(closed_on=None).count() == 1


def test_a_correction_that_never_broke_the_run_reopens_it() -> None:
    judge({A: [120] * 30}, on(30))
    judge({A: [120] * 30 + [100]}, on(31))
    assert not only().is_open
    judge({A: [120] * 31}, on(31))
    duty = only()
    assert duty.is_open
    assert story(duty) == ["opened", "closed", "reopened"]
    assert duty.steps.last().data["why"] == "never broken"
    assert duty.run_since == FIRST


def test_a_correction_that_breaks_the_run_waits_for_a_manager() -> None:
    judge({A: [120] * 40}, on(40))
    judge({A: [120] * 35 + [100] + [120] * 4}, on(40))
    duty = only()
    assert (duty.is_open, duty.confirm_why) == (True, "corrected")
    assert fell_words(duty.steps.last().data) == (
        "100.0% on 5 February 2026, not over 110%. Earlier figures were corrected or arrived late"
    )


def test_a_correction_that_moves_the_beginning_is_a_step() -> None:
    judge({A: [120] * 40}, on(40))
    judge({A: [120] * 5 + [100] + [120] * 35}, on(41))
    duty = only()
    assert story(duty) == ["opened", "moved"]
    assert duty.run_since == on(7)
    assert duty.is_open


def test_a_break_that_no_night_saw_closes_and_reopens_it() -> None:
    judge({A: [120] * 30}, on(30))
    figures = [120] * 32 + [100] + [120] * 30
    judge({A: figures}, on(len(figures)))
    assert story(only()) == ["opened", "closed", "reopened"]
    assert closed_words(only().steps.get(kind="closed").data).startswith("100.0% on 2 February 2026")


@pytest.mark.both_databases
def test_nobody_s_posts_open_nothing() -> None:
    judge({A: [130] * 40}, on(40), there={})
    assert not Duty.objects.exists()


def test_a_post_that_was_nobody_s_opens_when_it_is_somebody_s() -> None:
    judge({A: [130] * 40}, on(40), there={})
    judge({A: [130] * 41}, on(41), there={A: post(A)})
    assert only().run_since == FIRST


def test_a_post_has_one_open_duty() -> None:
    judge({A: [130] * 40}, on(40))
    duty = only()
    duty.pk = None
    duty._state.adding = True
    with pytest.raises(IntegrityError):
        duty.save()


@pytest.mark.both_databases
def test_steps_are_only_added() -> None:
    judge({A: [130] * 40}, on(40))
    step = only().steps.first()
    assert step is not None
    for change in (step.save, step.delete):
        with pytest.raises(ValueError, match="never"):
            change()


def test_the_clock_is_in_working_days() -> None:
    judge({A: [115] * 28}, on(28), today=on(28) + timedelta(days=64))
    duty = only()
    assert f"{duty.opened_on:%A %d %B}" == "Thursday 02 April"
    # Good Friday and Easter Monday lie between
    assert f"{duty.acknowledge_by:%A %d %B}" == "Monday 13 April"
    assert f"{duty.decide_by:%A %d %B}" == "Monday 20 April"


def test_columns_are_what_the_steps_come_to() -> None:
    figures = [120] * 30 + [100] + [125] * 60 + [90]
    nights(figures, 28, len(figures))
    duty = only()
    for name, value in fold(duty.steps.order_by("number")).items():
        assert getattr(duty, name) == value, name
