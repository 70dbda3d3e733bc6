"""Kept plans that this version cannot read whole: nothing is lost, and each fault has its step."""

import pytest

from wmt.plan.kept_plan import UnreadStep, read_kept
from wmt.plan.plan_file import Plan, plan_of

_SWAP = {"do": "swap", "cases": ["X1"], "share": "007", "days": [1, None, True]}


def test_a_step_that_is_unknown_stays_in_the_plan_and_says_why_and_the_others_are_read() -> None:
    hours = {"do": "hours", "post": "A:B", "hours": 20}
    whole = plan_of({"name": "A plan", "note": "Why", "steps": [hours, hours]})
    wrong = {**hours, "hours": 900}
    kept = whole.model_copy(
        update={"steps": [whole.steps[0], UnreadStep(_SWAP, "?"), UnreadStep(wrong, "?"), whole.steps[1]]}
    )
    found = read_kept(kept.text, "A plan")
    assert found == kept
    assert [type(step) is UnreadStep for step in found.steps] == [False, True, True, False]
    unknown, out_of_range = found.steps[1:3]
    assert isinstance(unknown, UnreadStep)
    assert isinstance(out_of_range, UnreadStep)
    assert unknown.words == "a step that this version cannot read (swap)"
    assert "do should be one of move, become" in unknown.remedy(is_owner=True)
    assert out_of_range.remedy(is_owner=True).startswith("hours: ")
    assert "remove it" in unknown.remedy(is_owner=True)
    assert "hours" not in out_of_range.remedy(is_owner=False)
    assert (found.places, found.refs) == ({"A:B"}, set())


@pytest.mark.parametrize(
    "text",
    ["name: x\nsteps: [", "", "- a\n- b\n", "name: x\n", "name: x\nsteps: []\ngoals: [1]\n", "a: &b 1"],
)
def test_what_is_no_plan_at_all_is_kept_as_it_is_in_one_step(text: str) -> None:
    found = read_kept(text, "Broken")
    (step,) = found.steps
    assert isinstance(step, UnreadStep)
    assert (found.name, step.content) == ("Broken", text)
    assert step.words == "the file of this plan, which this version cannot read"
    assert step.why != ""
    assert read_kept(found.text, "Broken") == found


def test_what_somebody_typed_as_the_name_of_a_step_is_not_repeated() -> None:
    for do in ("X123456", 5, None, "a" * 41):
        assert UnreadStep({"do": do}, "").words == "a step that this version cannot read"


def test_a_plan_that_is_whole_is_read_as_before() -> None:
    plan = plan_of({"name": "x", "steps": [{"do": "leave", "post": "A:B"}]})
    assert read_kept(plan.text, "other") == plan
    assert Plan(name="x", steps=[]).text == "name: x\nsteps: []\n"
