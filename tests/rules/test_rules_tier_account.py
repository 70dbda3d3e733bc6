"""What the points of a tier buy, rounded so that what is shown adds up to what is published."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules_published import COMMUNITY, LICENCE

from wmt import rules
from wmt.rules import ALWAYS, Overlay, RuleSet, tier_account

NOW = rules.load().at(date(2026, 11, 20))
PUBLISHED = [
    (case_type, tier, row)
    for case_type, table in (("community", COMMUNITY), ("licence", LICENCE))
    for tier, row in table.items()
    if row.annual
]


def laid(path: str, value: object) -> RuleSet:
    entries = ((path, ALWAYS, value),)
    return rules.load().at(NOW.day, [Overlay("test", "a test", entries)])  # type: ignore[arg-type]


def of(case_type: str, tier: str, ruleset: RuleSet = NOW) -> tier_account.TierAccount:
    found = tier_account.account(ruleset, case_type, tier, NOW)
    assert found is not None
    return found


@pytest.mark.parametrize(("case_type", "tier", "row"), PUBLISHED)
def test_what_is_shown_adds_up_to_what_was_published(case_type, tier, row) -> None:
    found = of(case_type, tier)
    assert (found.points, found.annual, found.monthly) == (row.new, row.annual, row.monthly)
    for lines in (found.lines, found.kinds):
        assert sum(line.annual for line in lines) == row.annual
        assert sum(line.monthly for line in lines) == row.monthly
        assert sum(line.points for line in lines) == row.new


def test_supervision_of_community_a3() -> None:
    # 52.14 of 95.5 hours are 54.6% of 128 points
    line = of("community", "A3").lines[0]
    assert (line.of.id, line.annual, line.monthly) == ("planned_contact", Decimal("52.14"), Decimal("4.00"))
    assert line.points == Decimal("69.9")


def test_nothing_where_no_hours_were_published() -> None:
    assert tier_account.account(NOW, "custody", "A3") is None


@pytest.mark.parametrize(
    ("formula", "points"),
    # twice the minutes of a review are 3 hours more in C1 and 15% of them: 54.95 hours
    [("F1", 74), ("F2", 74)],
)
def test_points_of_other_minutes_come_from_the_formula(formula: str, points: int) -> None:
    entries = (("activity_timings.oasys_review", ALWAYS, 360), ("points_formula", ALWAYS, formula))
    longer = rules.load().at(NOW.day, [Overlay("test", "a test", entries)])
    found = of("community", "C1", longer)
    assert (found.annual, found.points) == (Decimal("54.95"), points)


@given(st.integers(0, 3000), st.sampled_from(PUBLISHED))
def test_lines_add_up_whatever_the_minutes(minutes: int, cell) -> None:
    case_type, tier, _ = cell
    found = of(case_type, tier, laid("activity_timings.oasys_termination", minutes))
    assert sum(line.annual for line in found.lines) == found.annual
    assert sum(line.points for line in found.lines) == found.points


def test_what_was_published_of_a_line() -> None:
    found = {line.of.id: tier_account.basis(line.of) for line in of("licence", "A3").lines}
    assert found["planned_contact"] == "published"
    assert found["parole_report"] == "minutes published, how often a default"
    assert found["recall_review"] == "default, not published"
    assert found["responsive"] == "default, not published"
    assert found["remainder"] == "a difference, not published"
    assert found["oasys_plan"] == "minutes published, how often a default", (
        "nobody says how long a case lasts"
    )


def test_an_account_as_json_has_it() -> None:
    shown = tier_account.presented(of("licence", "A3"))
    assert (shown["points"], shown["annual_hours"], shown["responsive_percent"]) == (158, 118, 30)
    assert shown["mandatory_hours"] + shown["responsive_hours"] + shown["remainder_hours"] == 118
    hearing = next(line for line in shown["lines"] if line["id"] == "oral_hearing")
    assert (hearing["minutes"], hearing["share_percent"]) == (300, 40)
    assert "two days" in hearing["spread"]
    assert shown["not_in_points"] == ["work on a case with a warrant"]
    remainder = shown["lines"][-1]
    assert (remainder["minutes"], remainder["times_a_year"], remainder["rules"]) == (None, None, [])


def test_only_tiers_with_other_hours_are_priced_anew() -> None:
    assert tier_account.repriced(NOW, NOW) == []
    changed = tier_account.repriced(laid("activity_times.licence.planned_contact.D", 24), NOW)
    # twice as many contacts: 12 hours, and 6, 22 and 11% of them, on top of 47, 34.5 and 31.5
    assert [(after.tier, after.annual) for _, after in changed] == [
        ("D3", Decimal("54.63")), ("D2", Decimal("49.14")), ("D1", Decimal("44.82")),
    ]  # fmt: skip


def test_hours_that_an_overlay_gives_are_the_hours_of_the_tier() -> None:
    # 6.5 hours more in C2, of which no activity says what they are for: 61.5 x 1.33808 = 82.29
    found = of("community", "C2", laid("annual_hours.pc16.community.C2", Decimal("61.5")))
    rest = {line.of.kind: line.annual for line in found.kinds}["remainder"]
    before = {line.of.kind: line.annual for line in of("community", "C2").kinds}["remainder"]
    assert (found.annual, found.points, rest - before) == (Decimal("61.50"), 82, Decimal("6.50"))
    both = (
        ("annual_hours.pc16.community.C2", ALWAYS, Decimal("61.5")),
        ("tier_points.pc16.community.C2", ALWAYS, 85),
    )
    given = rules.load().at(NOW.day, [Overlay("test", "a test", both)])
    assert of("community", "C2", given).points == 85
    moved = tier_account.repriced(given, NOW)
    assert [(before.points, after.points) for before, after in moved] == [(74, 85)]
