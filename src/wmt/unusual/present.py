"""An unusual change as plain data, for commands and the API."""

from collections.abc import Mapping
from typing import Any

from wmt.ledger.arithmetic import decimal
from wmt.rules import RuleSet
from wmt.unusual.kinds import ChangeRule
from wmt.unusual.sentences import compared_among, sentences

_SAME = (
    "kind", "level", "code", "day", "first_day", "nights", "number", "of", "judged", "expected_rate",
    "own_rate", "others_rate", "one_in", "posts", "teams", "near",
)  # fmt: skip


def present_change(row: Mapping[str, Any], rule: ChangeRule, rules: RuleSet) -> dict[str, Any]:
    """A row of `UNUSUAL`: amounts as decimals, rates of 100,000, and the sentences."""
    capacity = row["capacity_x100"]
    return {
        **{name: row[name] for name in _SAME},
        "name": rule.name,
        "among": rule.among,
        "compared_among": compared_among(row["kind"], rules),
        "expected": decimal(row["expected_milli"] // 10),
        "points": decimal(row["points_x100"]),
        "capacity": None if capacity is None else decimal(capacity),
        "said": sentences(row, rule, rules),
    }
