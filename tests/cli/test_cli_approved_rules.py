"""A night with values that an installation approved, measured anew by a program that does not know them."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from wmt import rules
from wmt.cli import console
from wmt.cli.inputs import Opened
from wmt.rules import Overlay
from wmt.rules.amendments import Amendment, amended

DAY, C2, NAT = date(2026, 11, 1), "tier_points.pc16.community.C2", "nat_percent"


@pytest.fixture
def opened() -> Opened:
    laid = Overlay("Reform", "Letter 7", ((C2, date(2026, 9, 1), 82),))
    by = Amendment(number=3, overlay=laid, proposed_by="Ann", approved_by="Bob")
    facts: Any = SimpleNamespace(day=DAY)
    return Opened(facts, None, amended(rules.shipped(), [by]).at(DAY))


def test_an_overlay_is_laid_over_the_nights_own_rules(opened: Opened) -> None:
    draft = Overlay("Draft", "Letter 8", ((NAT, DAY, 15),))
    found = opened.rule_set(None, [draft])
    assert (found[C2].value, found[NAT].value, found.overlays) == (82, 15, ("Draft",))
    assert opened.rule_set(None, ()) is opened.own_rules


def test_the_rules_of_a_day_do_not_drop_what_was_approved_without_a_word(opened: Opened) -> None:
    with pytest.raises(console.RefusedInput, match=rf"approved where it was made \({C2}\)"):
        opened.rule_set(DAY, ())
    before = opened.rule_set(date(2023, 1, 6), ())  # nothing was approved for that day
    assert before[C2].value == 74
    again = Overlay("Reform", "Letter 7", ((C2, date(2026, 9, 1), 82),))
    assert opened.rule_set(DAY, [again])[C2].value == 82


def test_a_night_by_the_rules_of_the_program_is_measured_as_before(opened: Opened) -> None:
    plain = replace(opened, own_rules=rules.shipped().at(DAY))
    draft = Overlay("Draft", "Letter 8", ((NAT, DAY, 15),))
    assert plain.rule_set(DAY, [draft]) == rules.shipped().at(DAY, [draft])
