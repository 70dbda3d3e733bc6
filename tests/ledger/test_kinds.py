"""Kinds keep their numbers: nights that were saved before a status came go on meaning what they meant."""

from itertools import product

import pytest

from wmt.facts import LOCATIONS, STREAMS, TIERS, UNKNOWN_LOCATION, kind_number, kinds

FIRST = ("active", "warrant", "overdue", "suspended_lifer", "filtered", "difference")


@pytest.mark.parametrize("scheme", TIERS)
def test_the_first_statuses_have_the_numbers_they_always_had(scheme: str) -> None:
    places = (*LOCATIONS, UNKNOWN_LOCATION)
    always = list(product(STREAMS, places, TIERS[scheme], (0, 1), FIRST))
    assert [tuple(kind[1:]) for kind in kinds(scheme)[: len(always)]] == always
    later = kinds(scheme)[len(always) :]
    assert {kind.status for kind in later} == {"uncommenced"}
    assert len(later) * len(FIRST) == len(always)


def test_a_number_is_the_place_in_the_list() -> None:
    assert [kind.kind_no for kind in kinds("pc16")] == list(range(len(kinds("pc16"))))
    assert kind_number("pc16", "standard", "community", "A3", 0, "active") == 12
