"""The example overlays that come with the program fit the tree and say what their comments say."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from wmt import rules
from wmt.rules.formulas import monthly_hours, points_f1, points_f2

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "overlays"
PAGE = (ROOT / "docs" / "rules-data.md").read_text(encoding="utf-8")
FRAGMENTS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
TREE = rules.load()
PC = "tier_points.pc16.community"
AMBER = "priority_factors.amber"


def changes(name: str, day: date) -> dict[str, object]:
    """What an example changes on a day: path and new value."""
    overlay = rules.load_overlay(EXAMPLES / name, TREE)
    found = rules.diff(TREE.at(day), TREE.at(day, [overlay]))
    return {change.path: change.after and change.after.value for change in found}


def test_there_are_four() -> None:
    names = [file.name for file in sorted(EXAMPLES.iterdir())]
    assert names == [
        "draft-reform-community-c2.yaml", "pdu-at-amber.yaml", "private-provider-10-minutes.yaml",
        "private-provider-12-weeks.yaml",
    ]  # fmt: skip


@pytest.mark.parametrize("file", sorted(EXAMPLES.iterdir()), ids=lambda file: file.stem)
def test_example_is_without_faults(file) -> None:
    assert rules.validate(file) == []
    assert rules.load_overlay(file).description


@pytest.mark.parametrize("day", [date(2023, 1, 6), date(2026, 7, 1)])
def test_draft_reform(day) -> None:
    assert changes("draft-reform-community-c2.yaml", day) == {
        f"{PC}.C2": 82,
        "annual_hours.pc16.community.C2": Decimal("61.5"),
        "monthly_hours.pc16.community.C2": Decimal("4.72"),
    }
    hours = Decimal("61.5")
    assert (points_f1(hours), points_f2(hours), monthly_hours(hours)) == (82, 82, Decimal("4.72"))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 3, 3), {}),
        (date(2024, 3, 4), {f"{AMBER}.planned_contact": Decimal("0.75"), f"{AMBER}.services_referral": 0}),
    ],
)
def test_a_matrix_for_amber_moves_no_points_of_business_as_usual(day, expected) -> None:
    assert changes("pdu-at-amber.yaml", day) == expected


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=range(len(FRAGMENTS)))
def test_what_the_page_about_rules_shows_can_be_used(tmp_path, fragment) -> None:
    (tmp_path / "shown.txt").write_text(fragment, encoding="utf-8")
    assert rules.validate(tmp_path / "shown.txt") == []


def test_the_page_about_rules_shows_two_entries_and_an_overlay() -> None:
    assert [fragment.split(":")[0] for fragment in FRAGMENTS] == ["- parameter", "- group", "name"]


def test_a_private_provider_gave_custody_no_points_before_its_last_12_weeks() -> None:
    day = date(2026, 7, 1)
    custody = TREE.at(day).under("tier_points.pc16.custody")
    with_points = [f"tier_points.pc16.custody.{tier}" for tier, value in custody.items() if value.value]
    assert changes("private-provider-12-weeks.yaml", day) == dict.fromkeys(with_points, 0)


def test_a_private_provider_allowed_10_minutes_with_the_person() -> None:
    planned = "activity_timings.planned_contact"
    assert changes("private-provider-10-minutes.yaml", date(2026, 7, 1)) == {
        f"{planned}.with_the_person": 10,
        f"{planned}.total": 40,
    }
