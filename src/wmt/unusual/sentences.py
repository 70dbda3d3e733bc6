"""An unusual change in sentences: what was seen, what is common, how unusual it is. Nothing of why."""

import calendar
from collections.abc import Mapping
from typing import Any

from wmt.days import written
from wmt.ledger.arithmetic import decimal, grouped
from wmt.rules import RuleSet
from wmt.text import counted
from wmt.unusual import kinds

QUESTION = (
    "This is a question to whoever leads the unit, and says nothing about anybody. Such a change can have "
    "good reasons: a review of all cases, work that moved, records that were put right."
)
#: What a row of `UNUSUAL` is known by.
KEY = ("kind", "level", "code", "day")


def seen(row: Mapping[str, Any], rule: kinds.ChangeRule) -> str:
    """How many of how many, within which nights."""
    nights = counted(row["nights"], "night")
    return f"{row['number']:,} of {row['of']:,} {rule.among}, in {nights} to {written(row['day'])}"


def expected(row: Mapping[str, Any]) -> str:
    """How many were to be expected, with one decimal at most."""
    tenths = (row["expected_milli"] + 50) // 100
    return f"{tenths // 10:,}" if tenths % 10 == 0 else f"{tenths // 10:,}.{tenths % 10}"


def sentences(row: Mapping[str, Any], rule: kinds.ChangeRule, rules: RuleSet) -> list[str]:
    """Everything that is said of a change, without names and cases."""
    said = [f"{rule.name}: {seen(row, rule)}. {expected(row)} were to be expected.", _base(row, rule)]
    one_in = row["one_in"]
    more = "more than " if one_in >= kinds.MOST_ONE_IN else ""
    said.append(
        f"Chance alone would bring so many once in {more}{one_in:,} looks at a unit like this. It is called "
        f"unusual from once in {rules['unusual.one_in'].whole:,}."
    )
    points = decimal(row["points_x100"]) or 0
    what = "available points" if row["kind"] in kinds.OF_TIME else "points"
    teams = f" in {counted(row['teams'], 'team')}" if row["level"] not in ("post", "team") else ""
    said.append(
        f"Together they changed {what} by {grouped(points)}. They are of "
        f"{counted(row['posts'], 'person', 'people')}{teams}."
    )
    return [*said, *_about_then(row, rules)]


def _base(row: Mapping[str, Any], rule: kinds.ChangeRule) -> str:
    own, others = row["own_rate"], row["others_rate"]
    of = f"of 100,000 {rule.among}"
    here = (
        "There are no earlier days to compare with here"
        if own is None
        else f"Before, it was {own:,} {of} here"
    )
    there = "and nothing elsewhere to compare with" if others is None else f"and {others:,} elsewhere"
    return (
        f"{here}, {there}; {rule.least_rate:,} are taken to be common anyhow. The highest of these is what "
        "was to be expected."
    )


def _about_then(row: Mapping[str, Any], rules: RuleSet) -> list[str]:
    """Pressure and days that matter, as facts beside the change."""
    found = []
    if (capacity := decimal(row["capacity_x100"])) is not None:
        found.append(f"Capacity was {grouped(capacity)}% on the day before.")
    if row["near"]:
        days = counted(rules["unusual.near_days"].whole, "day")
        who = counted(row["near"], "person was", "people were")
        found.append(f"{who} within {days} of four weeks in a row over the threshold.")
    day, last = row["day"], rules["unusual.month_end_days"].whole
    if day.day > calendar.monthrange(day.year, day.month)[1] - last:
        found.append(f"It was within the last {last} days of a month.")
    return found
