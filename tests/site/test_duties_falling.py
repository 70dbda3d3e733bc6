"""What came off, who confirms, and that a duty follows its person."""

# ruff: noqa: F811 - fixtures come by import
from dataclasses import replace
from datetime import date

import pytest
from duties_fixtures import Scene, judge, on, post, scene, story  # noqa: F401
from hours_fixtures import somebody, words  # noqa: F401

from wmt.site.accounts.models import RoleGrant, User
from wmt.site.duties.came_off import CameOff
from wmt.site.duties.judged import Undone
from wmt.site.duties.labels import came_off_words, closed_words, fell_words, sentence
from wmt.site.duties.models import Duty, Notice, Request, Step
from wmt.site.duties.projection import PLACE, as_of, fold
from wmt.site.duties.taken_back import moves_back

pytestmark = pytest.mark.django_db
A, NEW = "T1:A", "T9:A"


def fall(work: int, repriced: int, time: int = 0) -> CameOff:
    """What came off a capacity of 130%, in hundredths of percentage points."""
    return CameOff(
        since=on(20), before_x100=13_000, after_x100=13_000 - work - repriced - time,
        work_x100=work, repriced_x100=repriced, time_x100=time,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fell", "confirms"),
    [
        (fall(1_500, 1_500), False),
        (fall(1_499, 1_501), True),
        (fall(0, 3_000), True),
        (fall(-1_000, 2_000), True),
        (fall(4_000, -1_000), False),
        (fall(500, 1_000, 700), False),
        (None, False),
    ],
)
def test_most_of_the_fall_repriced_waits_for_the_manager(fell: CameOff | None, confirms: bool) -> None:
    judge({A: [130] * 30}, on(30))
    judge({A: [130] * 30 + [100]}, on(31), came_off={A: fell} if fell else {})
    duty = Duty.objects.get()
    assert (duty.is_open, duty.confirm_why) == ((True, "repriced") if confirms else (False, ""))


def test_what_came_off_is_said() -> None:
    judge({A: [130] * 30}, on(30))
    judge({A: [130] * 30 + [100]}, on(31), came_off={A: fall(-250, 3_000, 250)})
    data = Duty.objects.get().steps.get(kind="fell").data
    said = "From 130.00% on 20 January 2026 to 100.00%, in percentage points: new work +2.50, "
    assert came_off_words(data) == f"{said}work given different points −30.00, time added −2.50."
    assert fell_words(data).startswith(
        "100.0% on 31 January 2026, not over 110%. Most of the fall is the same work with different points. "
    )
    judge({"T1:B": [130] * 31}, on(31))
    judge({"T1:B": [130] * 31 + [100]}, on(32), came_off={"T1:B": fall(3_000, 0)})
    data = Duty.objects.get(staff_code="B").steps.get(kind="closed").data
    assert closed_words(data).endswith("in percentage points: work moved or ended −30.00")


def test_to_confirm_goes_on_when_it_is_over_again_and_kept_stays() -> None:
    figures = [130] * 30 + [100, 100] + [130] * 40
    came = {A: fall(0, 3_000)}
    judge({A: figures}, on(30))
    judge({A: figures}, on(31), came_off=came)
    assert judge({A: figures}, on(32), came_off=came).is_nothing
    judge({A: figures}, on(61))
    duty = Duty.objects.get()
    assert (story(duty), duty.confirm_by, duty.is_open) == (["opened", "raised", "fell", "moved"], None, True)
    assert duty.run_since == on(33)
    for name, value in fold(duty.steps.order_by("number")).items():
        assert getattr(duty, name) == value, name


def test_a_withdrawn_night_closes_nothing() -> None:
    judge({A: [130] * 28}, on(28))
    judge({A: [130] * 27}, on(27), undone=Undone(on(28), restored=False))
    duty = Duty.objects.get()
    assert (duty.is_open, duty.confirm_why) == (True, "withdrawn")
    assert "were withdrawn" in fell_words(duty.steps.last().data)


def test_a_post_that_moved_to_omic_closes_with_its_own_reason() -> None:
    """Eight nights without a figure in a stream that has one; before that a hole, after it a closed duty."""
    figures = [130] * 30 + [None] * 10
    there = {A: replace(post(A), has_capacity=False)}
    judge({A: figures}, on(30))
    judge({A: figures}, on(37), there=there)
    assert Duty.objects.get().is_open
    judge({A: figures}, on(38), there={A: post(A)})
    assert Duty.objects.get().is_open, "a hole of its own stream closes nothing"
    judge({A: figures}, on(39), there=there)
    duty = Duty.objects.get()
    assert (duty.is_open, duty.closed_why) == (False, "omic")
    step = duty.steps.get(kind="closed")
    assert step.data["keeps_request"]
    assert closed_words(step.data) == (
        "the post moved to OMiC work, which has no capacity figure, and has been there for more than 7 days, "
        "up to 8 February 2026"
    )


def test_who_moves_to_a_team_in_omic_is_there_as_long_as_a_hole_before_it_closes() -> None:
    """Such a move brings a new code, of which there is no run at all: not even one of no days."""
    figures = {A: [130] * 30 + [None] * 20}
    there = {NEW: replace(post(NEW), has_capacity=False)}
    judge(figures, on(30))

    def night(number: int) -> Duty:
        days = [on(each) for each in range(31, number + 1)]
        judge(figures, on(number), there=there, followed={A: NEW}, omic={NEW: days})
        return Duty.objects.get()

    assert (night(31).is_open, night(31).code) == (True, NEW)
    assert night(37).is_open, "seven nights"
    duty = night(38)
    assert (duty.is_open, duty.closed_why) == (False, "omic")


def test_a_duty_follows_the_person_and_the_past_stays() -> None:
    judge({A: [130] * 30}, on(30))
    both = {A: [130] * 30 + [None] * 5, NEW: [130] * 35}
    there = {NEW: post(NEW)}
    judge(both, on(32), there=there, followed={A: NEW})
    duty = Duty.objects.get()
    assert (duty.code, duty.team_name, duty.is_open) == (NEW, "Team T9", True)
    assert story(duty) == ["opened", "raised", "followed"]
    assert judge(both, on(33), there=there, followed={A: NEW}).is_nothing
    steps = list(duty.steps.order_by("number"))
    assert as_of(duty, steps, on(31))
    assert (duty.code, duty.team_name) == (A, "Team T1")


@pytest.mark.parametrize("is_shown", [True, False])
def test_a_duty_goes_back_where_the_figures_that_moved_it_are_withdrawn(is_shown: bool) -> None:
    """With its clock, and no second one opens; restored it follows again."""
    both = {A: [130] * 30, NEW: [130] * 31}
    judge({A: both[A]}, on(30))
    judge(both, on(31), there={NEW: post(NEW)}, followed={A: NEW})
    clock = Duty.objects.get().decide_by
    left = {A: both[A]} if is_shown else {}
    judge(left, on(30), there=None if is_shown else {}, undone=Undone(on(31), restored=False))
    duty = Duty.objects.get()
    assert (duty.code, duty.team_name, duty.decide_by) == (A, "Team T1", clock)
    said = sentence(duty.steps.filter(kind="followed").last())
    assert said == "Data was withdrawn, so this is back in team Team T1 (was Team T9)"
    judge(both, on(31), there={NEW: post(NEW)}, followed={A: NEW}, undone=Undone(on(31), restored=True))
    assert [duty.code for duty in Duty.objects.all()] == [NEW]


@pytest.mark.parametrize(
    ("code", "formers", "followed", "there", "back"),
    [
        ("B", ["A"], {"A": "B"}, {"A"}, 0),  # its figures are still kept
        ("B", ["A"], {}, {"A"}, 1),
        ("B", ["A"], {}, {"A", "B"}, 0),  # the figures shown have it there
        ("B", ["A"], {}, {"X"}, 0),  # and not at its former code
        ("B", ["A"], {}, None, 1),
        ("C", ["A", "B"], {"A": "B"}, {"B"}, 1),
        ("C", ["A", "B"], {}, {"A"}, 2),
        ("C", ["A", "B"], {}, {"A", "B"}, 1),
        ("C", ["A", "B"], {"B": "C"}, {"A"}, 0),
    ],
)
def test_how_far_something_goes_back(
    code: str, formers: list[str], followed: dict[str, str], there: set[str] | None, back: int
) -> None:
    assert moves_back(code, formers, followed, there) == back


def test_a_new_name_or_grade_is_a_step() -> None:
    judge({A: [130] * 30}, on(30))
    judge({A: [130] * 31}, on(31), there={A: replace(post(A), name="Another Name", pdu_code="P2")})
    duty = Duty.objects.get()
    assert (duty.name, duty.pdu_code, story(duty)) == ("Another Name", "P2", ["opened", "raised", "followed"])


def test_a_manager_confirms_and_head_and_practitioner_hear(scene: Scene) -> None:
    head = User.objects.create_user("hal@example.org", name="Hal Head")
    RoleGrant.objects.create(
        user=head, role="head", level="pdu", code=scene.duty.pdu_code, first_day=date(2020, 1, 1)
    )
    scene.practitioner.post(f"{scene.href}ask/", {"said": "x"})
    scene.breaks({scene.duty.code: fall(0, 3_000)})
    duty = Duty.objects.get()
    assert (duty.is_open, duty.confirm_why) == (True, "repriced")
    assert set(Notice.objects.filter(kind="to confirm").values_list("user__name", flat=True)) == {
        "Ann Manager", "Hal Head", "Pia Practitioner",
    }  # fmt: skip
    page = words(scene.manager.get(scene.href))
    assert "Confirm whether it can close by" in page
    assert "Most of the fall is the same work with different points" in page
    assert "Confirm whether it can close" in words(scene.practitioner.get(scene.href))
    assert scene.practitioner.post(f"{scene.href}close/", {"said": "x"}).status_code == 403
    assert scene.manager.post(f"{scene.href}close/", {"said": ""}).status_code == 422
    sent = {"said": "The work is still there", "version": str(duty.steps_count)}
    page = words(scene.manager.post(f"{scene.href}keep/", sent, follow=True))
    assert "The action stays open. The practitioner was notified." in page
    duty.refresh_from_db()
    assert (duty.is_open, duty.confirm_by, duty.kept_on) == (True, None, scene.state.day)
    scene.breaks({scene.duty.code: fall(0, 3_000)})
    duty.refresh_from_db()
    assert duty.is_open, "kept is kept"
    sent = {"said": "Done now", "version": str(duty.steps_count)}
    assert scene.manager.post(f"{scene.href}close/", sent).status_code == 302
    duty.refresh_from_db()
    assert (duty.closed_why, Request.objects.get().is_open) == ("confirmed", True)
    assert Notice.objects.filter(kind="closed", user=head).count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "B New"}, "The details of the post changed"),
        ({"name": "B New", "grade": "SPO"}, "The grade changed"),
        ({"name": "B New", "region_code": "R2"}, "The region changed"),
        ({"staff_code": "B"}, "The staff code changed"),
    ],
)
def test_the_history_that_everybody_reads_does_not_tell_of_a_new_name(
    changed: dict[str, str], said: str
) -> None:
    before = dict.fromkeys(PLACE, "x")
    step = Step(kind=Step.Kind.FOLLOWED, data={"before": before, "after": before | changed})
    assert sentence(step) == said
