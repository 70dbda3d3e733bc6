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
#: Rarer than once in so many is said to be so, and no more.
_MOST_TOLD = 1_000_000_000
_UNITS = {"team": "team", "pdu": "PDU", "region": "region", "nation": "nation"}
#: What a row of `UNUSUAL` is known by.
KEY = ("kind", "level", "code", "day")


def seen(row: Mapping[str, Any], rule: kinds.ChangeRule) -> str:
    """How many of how many, within which nights."""
    nights = counted(row["nights"], "night")
    whose = f"the {_UNITS[row['judged']]}’s " if row["level"] == "post" else ""
    return f"{row['number']:,} of {whose}{row['of']:,} {rule.among}, in {nights} to {written(row['day'])}"


def expected(row: Mapping[str, Any]) -> str:
    """How many were to be expected, with one decimal at most."""
    tenths = (row["expected_milli"] + 50) // 100
    return f"{tenths // 10:,}" if tenths % 10 == 0 else f"{tenths // 10:,}.{tenths % 10}"


def sentences(row: Mapping[str, Any], rule: kinds.ChangeRule, rules: RuleSet) -> list[str]:
    """Everything that is said of a change, without names and cases."""
    here = _here(row)
    said = [
        f"{rule.name}: {seen(row, rule)}. {expected(row)} were to be expected{here}.",
        _base(row, rule, rules),
    ]
    # nobody can tell one in a trillion from one in a billion
    one_in = min(row["one_in"], _MOST_TOLD)
    more = "more than " if row["one_in"] >= _MOST_TOLD else ""
    said.append(
        f"Chance alone would bring so many{here} once in {more}{one_in:,} looks at a unit like this. It is "
        f"called unusual from once in {rules['unusual.one_in'].whole:,}."
    )
    points = decimal(row["points_x100"]) or 0
    what = "available points" if row["kind"] in kinds.OF_TIME else "points"
    teams = f" in {counted(row['teams'], 'team')}" if row["level"] not in ("post", "team") else ""
    said.append(
        f"Together they changed {what} by {grouped(points)}. They are of "
        f"{counted(row['posts'], 'person', 'people')}{teams}."
    )
    return [*said, *_about_then(row, rules)]


def _here(row: Mapping[str, Any]) -> str:
    """Where what is said of a whole unit holds; empty where it is the unit that the change is about."""
    return f" in the {_UNITS[row['judged']]}" if row["level"] == "post" else ""


def compared_among(kind: str, rules: RuleSet) -> str:
    """What the rates of a kind are of: where others are looked at, these."""
    return kinds.change_rules(rules)[str(kinds.BASE_OF.get(kinds.ChangeKind(kind), kind))].among


def _base(row: Mapping[str, Any], rule: kinds.ChangeRule, rules: RuleSet) -> str:
    own, others = row["own_rate"], row["others_rate"]
    a_day = "" if row["kind"] in kinds.THAT_CAME else " a day"
    here, among = _here(row) or " here", compared_among(row["kind"], rules)
    before = (
        f"There are no earlier days to compare with{here}"
        if own is None
        else f"Before, it was {own:,}{a_day} of 100,000 {among}{here}"
    )
    if others is None:
        there = "and nothing elsewhere to compare with"
    else:
        there = f"and {others:,}{a_day} of 100,000 elsewhere" if own is None else f"and {others:,} elsewhere"
    return (
        f"{before}, {there}; {rule.least_rate:,} of 100,000 are taken to be common anyhow. "
        f"{row['expected_rate']:,} of 100,000 were to be expected: the highest of these, where a rate of "
        "which little is known is taken nearer to the common one."
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
