"""Calibration finds the defaults that the rules carry, and says where the highest share cannot hold."""

from datetime import date
from fractions import Fraction

import pytest

from wmt import rules
from wmt.rules import activities
from wmt.rules.calibrate import Fit, calibrate

NOW = rules.load().at(date(2026, 11, 20))


@pytest.fixture(scope="module")
def fit() -> Fit:
    return calibrate(NOW)


def test_the_rules_carry_what_calibration_finds(fit: Fit) -> None:
    assert {path: Fraction(str(NOW[path].value)) for path in fit.chosen} == fit.chosen
    for tier in fit.tiers:
        assert NOW[f"responsive_time.percent.{tier.case_type}.{tier.tier}"].value == tier.percent


def test_all_tiers_hold_and_what_is_left_is_the_remainder_of_the_tier(fit: Fit) -> None:
    assert len(fit.tiers) == 28
    for tier in fit.tiers:
        found = activities.tier_activities(NOW, tier.case_type, tier.tier)
        assert found is not None
        assert tier.short == 0
        assert (tier.mandatory, tier.remainder) == (found.hours_of("mandatory"), found.hours_of("remainder"))


def test_no_other_contacts_of_community_d_leave_less(fit: Fit) -> None:
    # tried anew by hand: contacts, the IOM cohort and whole shares; all other hours of D1 to D3 are as found
    best = sum(t.remainder for t in fit.tiers if t.case_type == "community" and t.tier in ("D1", "D2", "D3"))
    others = {"D1": Fraction("22.07"), "D2": Fraction("25.07"), "D3": Fraction("28.07")}
    published = {"D1": Fraction("36.5"), "D2": Fraction("38.5"), "D3": Fraction("49.5")}

    def left(contacts: int, cohort: int) -> Fraction | None:
        total = Fraction(0)
        for tier, rest in others.items():
            extra = (Fraction("52.14") - contacts) * cohort / 100 if tier == "D3" else 0
            mandatory = contacts + rest + extra
            if mandatory > published[tier]:
                return None
            share = next(r for r in range(30, -1, -1) if mandatory * (100 + r) / 100 <= published[tier])
            total += published[tier] - mandatory * (100 + share) / 100
        return total

    tried = [left(contacts, cohort) for contacts in range(6, 14) for cohort in range(10, 61, 5)]
    assert best == min(each for each in tried if each is not None)


def test_weekly_contact_leaves_9_78_hours_in_community_b1(fit: Fit) -> None:
    """At 30%: 80.5 / 1.3 = 61.92 mandatory hours, of which 52.14 are weekly contacts of an hour."""
    b1 = next(t for t in fit.tiers if (t.case_type, t.tier) == ("community", "B1"))
    assert round(b1.left, 2) == Fraction("9.78")
    assert b1.left == Fraction("80.5") / Fraction("1.3") - Fraction("52.14")
    assert not b1.holds_highest
    assert b1.others > b1.left


def test_the_highest_share_holds_where_the_share_found_is_the_highest(fit: Fit) -> None:
    assert {(t.case_type, t.tier) for t in fit.tiers if t.holds_highest} == {
        ("community", "A0"), ("community", "B0"), ("licence", "A3"), ("licence", "B3"),
    }  # fmt: skip


def test_hours_that_no_choice_can_hold_are_told() -> None:
    less = rules.Overlay("test", "a test", (("annual_hours.pc16.community.D0", rules.ALWAYS, 10),))
    found = calibrate(rules.load().at(NOW.day, [less]))
    d0 = next(t for t in found.tiers if (t.case_type, t.tier) == ("community", "D0"))
    # a plan, a review and a termination take 8.75 + 3 + 1.5 hours
    assert (d0.short, d0.percent, d0.remainder) == (Fraction("3.25"), 0, 0)


def test_before_there_were_hours_there_is_nothing_to_calibrate() -> None:
    with pytest.raises(rules.NoRuleError, match=r"responsive_time\.max_percent"):
        calibrate(rules.load().at(date(2022, 1, 1)))
