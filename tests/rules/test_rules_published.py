"""The packaged tree against the published figures, cell by cell, on the days at which the tables changed."""

from datetime import date
from decimal import Decimal

import pytest
from rules_published import COMMUNITY, CONTACTS, CUSTODY, LICENCE, TIERS

from wmt import rules
from wmt.rules.formulas import cms_annual_hours, points_f1

TREE = rules.load()
OLD_FIRST, OLD_LAST = date(2021, 5, 1), date(2023, 1, 5)
NEW_FIRST, TODAY = date(2023, 1, 6), date(2026, 7, 1)
ALL_LEAVES = {"0", *TIERS, *(tier + "S" for tier in TIERS)}


def found(path: str, *days: date) -> list[object]:
    """The values of a path on some days; None where none is in force."""
    values = [TREE.at(day).get(path) for day in days]
    return [value and value.value for value in values]


@pytest.mark.parametrize(("location", "table"), [("community", COMMUNITY), ("licence", LICENCE)])
@pytest.mark.parametrize("tier", TIERS)
def test_tier_points(location, table, tier) -> None:
    row = table[tier]
    path = f"tier_points.pc16.{location}.{tier}"
    assert found(path, date(2021, 4, 30)) == [None]
    assert found(path, OLD_FIRST, OLD_LAST) == [row.old] * 2
    assert found(path, NEW_FIRST, TODAY) == [row.new] * 2
    assert TREE.at(TODAY)[path].valid_from == NEW_FIRST


@pytest.mark.parametrize(("location", "table"), [("community", COMMUNITY), ("licence", LICENCE)])
@pytest.mark.parametrize("tier", TIERS)
def test_tier_hours(location, table, tier) -> None:
    row = table[tier]
    assert found(f"annual_hours.pc16.{location}.{tier}", OLD_LAST, NEW_FIRST) == [None, row.annual]
    assert found(f"monthly_hours.pc16.{location}.{tier}", OLD_LAST, NEW_FIRST) == [None, row.monthly]


@pytest.mark.parametrize("tier", TIERS)
def test_custody_never_changed_and_transition_cases_earn_the_same_everywhere(tier) -> None:
    paths = [f"tier_points.pc16.custody.{tier}"]
    paths += [f"t2a_points.pc16.{location}.{tier}" for location in ("community", "licence", "custody")]
    for path in paths:
        assert found(path, OLD_FIRST, NEW_FIRST) == [CUSTODY[tier]] * 2
        assert TREE.at(TODAY)[path].valid_from == OLD_FIRST


@pytest.mark.parametrize("table", ["tier_points", "t2a_points"])
@pytest.mark.parametrize("location", ["community", "licence", "custody"])
def test_untiered_and_suspended_earn_nothing(table, location) -> None:
    leaves = TREE.at(TODAY).under(f"{table}.pc16.{location}")
    assert set(leaves) == ALL_LEAVES
    assert {leaves[leaf].value for leaf in ALL_LEAVES - set(TIERS)} == {0}
    assert leaves["0"].status == "rule"
    assert {leaves[tier + "S"].status for tier in TIERS} == {"default"}


def test_no_other_scheme_has_points() -> None:
    assert {path.split(".")[1] for path in TREE.paths if path.startswith("tier_points.")} == {"pc16"}


@pytest.mark.parametrize("activity", CONTACTS)
def test_contacts(activity) -> None:
    row = CONTACTS[activity]
    levels = zip(row.old_codes, row.old_minutes, row.old_points, ("low", "medium", "high"), strict=True)
    for code, minutes, points, level in levels:
        assert found(f"cms_points.{code}", OLD_FIRST, OLD_LAST, NEW_FIRST) == [points, points, row.f1]
        assert found(f"cms_minutes.{code}", OLD_LAST, NEW_FIRST) == [minutes, row.new_minutes]
        assert found(f"cms_level.{code}", TODAY) == [level]
        assert found(f"cms_priced_as.{code}", OLD_LAST, NEW_FIRST) == [None, row.new_code]
        assert found(f"cms_activity.{code}", TODAY) == [activity]
    assert found(f"cms_points.{row.new_code}", OLD_LAST, NEW_FIRST) == [None, row.f1]
    assert found(f"cms_minutes.{row.new_code}", OLD_LAST, NEW_FIRST) == [None, row.new_minutes]
    # the codes of one value for an activity began with the points of 2023
    assert found(f"cms_activity.{row.new_code}", OLD_LAST, NEW_FIRST) == [None, activity]
    assert found(f"cms_level.{row.new_code}", OLD_LAST, NEW_FIRST) == [None, "none"]


def test_contact_columns_and_codes() -> None:
    levelled = [code for row in CONTACTS.values() for code in row.old_codes]
    single = [row.new_code for row in CONTACTS.values()]
    group = [f"NGS{number:03}" for number in range(1, 11)]
    old, new = TREE.at(OLD_LAST), TREE.at(NEW_FIRST)
    sums = [
        sum(old[f"cms_minutes.{row.old_codes[level]}"].value for row in CONTACTS.values())
        for level in range(3)
    ]
    assert sums == [330, 555, 795]
    assert sum(new[f"cms_minutes.{code}"].value for code in single) == 485
    assert set(new.under("cms_points")) == {*levelled, *single, *group, "(other)"}
    assert {new[f"cms_points.{code}"].value for code in [*group, "(other)"]} == {0}
    assert set(new.under("cms_activity")) == set(new.under("cms_level")) == {*levelled, *single, *group}


def test_contact_points_are_worked_out_from_their_minutes() -> None:
    new = TREE.at(NEW_FIRST)
    for code, minutes in new.under("cms_minutes").items():
        periods = new["cms_periods_per_year"].value
        assert new[f"cms_points.{code}"].value == points_f1(cms_annual_hours(minutes.value, periods))
        assert new[f"cms_points.{code}"].status == "worked out"


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("report_points.sdr", 138, 138),
        ("report_points.fdr", 65, 65),
        ("report_points.parom", 120, 0),
        ("report_points.arms_community", 69, 0),
        ("report_points.arms_licence", 35, 0),
        ("report_points.sdr_due", 0, 0),
        ("report_points.parom_due", 0, 0),
        ("report_points.oral", 0, 0),
        *(
            (f"report_window_days.{report}", 30, 30)
            for report in ("sdr", "fdr", "parom", "sdr_due", "parom_due")
        ),
        ("report_window_days.oral", 30, 30),
        *((f"nominal_target.{grade}", 2176, 2200) for grade in ("PO", "PSO", "TPO", "SPO", "DMY")),
        *((f"full_time_hours.{grade}", 37, 37) for grade in ("PO", "PSO", "TPO", "SPO", "DMY")),
        *((f"default_hours.{grade}", 37, 37) for grade in ("PO", "PSO", "TPO")),
        *((f"default_hours.{grade}", 0, 0) for grade in ("SPO", "DMY")),
        ("nat_percent", 16, 14),
        ("net_percent", 20, 20),
        ("weeks_per_year", Decimal("52.14"), Decimal("52.14")),
        ("periods_per_year", None, Decimal("13.04")),
        ("points_formula", None, "F1"),
        ("hours_for_target_f2", None, 1650),
        ("case_weighting.warrant", 0, 0),
        ("case_weighting.overdue", 0, 0),
        ("case_weighting.suspended_lifer", 0, 0),
        ("case_weighting.unpaid_work", 100, 100),
        ("cms_window_days", 7, 7),
        ("responsive_time.max_percent", None, 30),
        ("four_week_rule.days", 28, 28),
        ("four_week_rule.absent_nights", 7, 7),
        ("four_week_rule.no_available_time_days", 7, 7),
        ("four_week_rule.reading", "every day", "every day"),
        ("tier_scheme", "pc16", "pc16"),
        ("mentoring_hours_per_trainee", 0, 0),
    ],
)
def test_scalars(path, old, new) -> None:
    assert found(path, OLD_LAST, NEW_FIRST) == [old, new]


def test_tier_scheme_through_time() -> None:
    assert found("tier_scheme", date(2017, 4, 30), date(2017, 5, 1), date(2021, 4, 30), OLD_FIRST) == [
        None,
        "t7",
        "t7",
        "pc16",
    ]
    schemes = TREE.at(TODAY).children("tier_schemes")
    assert schemes == ("t7", "pc16", "ag7")
    assert [TREE.at(TODAY)[f"tier_schemes.{name}.has_points"].value for name in schemes] == [
        False,
        True,
        False,
    ]


def test_hours_left_of_a_full_week() -> None:
    for day, hours in ((date(2021, 3, 31), "31.08"), (TODAY, "31.82")):
        in_force = TREE.at(day)
        left = in_force["full_time_hours.PO"].value * (100 - in_force["nat_percent"].value)
        assert left == Decimal(hours) * 100


def test_every_value_names_where_it_comes_from() -> None:
    for path in TREE.paths:
        for value in TREE.parameter(path).values:
            assert value.source
            assert value.status in rules.STATUSES
            assert "{" not in value.description
            assert not any(word in f"{value.source}{value.note}" for word in ("seed", ".txt", "/work", ".."))
