"""The file of a plan: what it may say, and every fault of one with its step and remedy."""

from pathlib import Path
from typing import Any

import pytest

from wmt.cli.plan import _EXAMPLE
from wmt.plan.plan_file import MOST_STEPS, STEPS, PlanError, load_plan, plan_of


def faults(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError) as refused:
        load_plan(path)
    return str(refused.value).splitlines()


def test_the_example_has_every_kind_of_step(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(_EXAMPLE, encoding="utf-8")
    assert {step.do for step in load_plan(path).steps} == set(STEPS)


def test_every_fault_is_told_with_its_step(tmp_path: Path) -> None:
    assert faults(
        tmp_path,
        """\
name: faults
steps:
  - {do: mve, cases: [X000001], to: A:B}
  - {do: move, cases: [X000001], number: 3, to: A:B}
  - {do: move, number: 3, kind: community:C2, to: A:B}
  - {do: move, cases: [X000001], to: AB}
  - {do: hours, post: A:B, hours: 169}
  - {do: hours, post: A:B, hours: many}
  - {do: reduce, post: A:B, hours: 3, percent: 3}
  - {do: reduce, post: A:B, percent: 101}
  - {do: arrive, kind: community:C2, to: A, a_week: 3}
  - {do: grade, post: A:B, grade: XYZ}
  - {do: leave, pst: A:B}
""",
    ) == [
        "plan.yaml: step 1: do should be one of move, become, end, arrive, hours, reduce, end_reductions, "
        "grade, leave, start, rules, priority, demand",
        "plan.yaml: step 2: name the cases, or give number, kind and from; not both",
        "plan.yaml: step 3: name the cases, or give number, kind and from; not both",
        "plan.yaml: step 4 > to > 0: 'AB' is no post (TEAM:STAFF) or team",
        "plan.yaml: step 5 > hours: cannot be read: input should be less than or equal to 168; mend it",
        "plan.yaml: step 6 > hours: cannot be read: input should be a valid decimal; mend it",
        "plan.yaml: step 7: give hours or percent, one of the two",
        "plan.yaml: step 8 > percent: cannot be read: input should be less than or equal to 100; mend it",
        "plan.yaml: step 9: give number, or a_week and weeks; not both",
        "plan.yaml: step 10 > grade: cannot be read: input should be 'PO', 'PSO', 'TPO' or 'SPO'; mend it",
        "plan.yaml: step 11 > post: is missing; add it",
        "plan.yaml: step 11 > pst: is not a key known here; use one of do, post, to",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a list", "should be a mapping with name and steps"),
        ("name: nothing", "steps: is missing; add it"),
        ("name: ''\nsteps: []", "name: cannot be read: string should have at least 1 character"),
        ("name: [", "is not readable as YAML"),
        ("name: x\nsteps: &a\n  - *a", "refers back to an anchor"),
        (f"name: x\nsteps:\n  - {{do: end, cases: [{'9' * 5000}]}}", "a number of 5000 digits"),
        ('name: x\nsteps:\n  - {do: end, cases: ["a\\0b"]}', "'a\\x00b' is no reference of a case"),
        ('name: x\nsteps:\n  - {do: leave, post: "a\\0:b"}', "is no post (TEAM:STAFF) or team"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in "\n".join(faults(tmp_path, text))


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="cannot be read as a plan"):
        load_plan(tmp_path / "none.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PlanError, match="cannot be read as a plan"):
        load_plan(tmp_path / "binary.yaml")


def test_too_many_steps_are_refused() -> None:
    step: dict[str, Any] = {"do": "leave", "post": "A:B"}
    with pytest.raises(PlanError, match=f"at most {MOST_STEPS} items"):
        plan_of({"name": "long", "steps": [step] * (MOST_STEPS + 1)})


def test_who_leaves_does_not_keep_the_cases() -> None:
    step = {"do": "leave", "post": "N1A:S1", "to": ["N1A:S2", "N1A:S1"]}
    with pytest.raises(PlanError, match=r"step 1.*who leaves takes no cases"):
        plan_of({"name": "one", "steps": [step]})
