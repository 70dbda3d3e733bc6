"""Two rule sets price alike where they differ in what prices nothing, and not where a line could differ."""

from datetime import date

import pytest

from wmt import rules
from wmt.ledger.prices import price_alike

DAY = date(2026, 11, 20)


def laid(**values: object) -> rules.RuleSet:
    entries = tuple((path.replace("__", "."), DAY, value) for path, value in values.items())
    return rules.load().at(DAY, [rules.Overlay("a test", "test", entries)] if entries else [])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "value", "alike"),
    [
        ("full__ceiling_percent", 105, True),
        ("tier_points__pc16__community__C1", 40, False),
        ("case_weighting__iom", 110, False),
        ("cms_window_days", 27, False),
    ],
)
def test_only_what_prices_lines_tells_two_rule_sets_apart(path: str, value: int, alike: bool) -> None:
    assert price_alike(laid(), laid(**{path: value}), "pc16", DAY) is alike
    assert price_alike(laid(**{path: value}), laid(**{path: value}), "pc16", DAY)
