"""What a reviewer found: moments within a second, corrections, stale posts and the sum of the nation."""

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from night_tools import write_facts
from wmt import rules
from wmt.ledger import Ledger
from wmt.nights import NightError, keep_former, night_name, open_night
from worlds import AS_AT, World

RULES = rules.load().at(AS_AT.date())


def test_moments_within_one_second_have_names_of_their_own() -> None:
    moment = datetime(2026, 7, 2, 0, 32, 14)
    names = [night_name(moment + timedelta(milliseconds=ms)) for ms in (0, 100, 443, 900, 1000)]
    assert len(set(names)) == len(names)
    assert names == sorted(names)


def helped(as_at: datetime, *, ash_is_aside: bool, contact: bool = True) -> World:
    """ASH helps OAK; with ASH set aside, intake sends ASH's side to the post not known."""
    world = World(as_at).post("N1A:OAK").cases("N1A:OAK", "community", "B2", 4)
    world.post("N1A:ASH", unmeasured=int(ash_is_aside))
    if not ash_is_aside:
        world.cases("N1A:ASH", "community", "A3", 2)
    if contact:
        world.contact("CMS47", by=None if ash_is_aside else "N1A:ASH", om="N1A:OAK", age_days=1)
    return world


@pytest.mark.parametrize("contact_still_counts", [True, False])
def test_contacts_of_a_stale_post_leave_the_nation_at_zero(
    tmp_path: Path, contact_still_counts: bool
) -> None:
    first = helped(AS_AT, ash_is_aside=False).facts()
    night = open_night(write_facts(tmp_path / "nights", RULES, first))
    later = AS_AT + timedelta(days=1)
    second = helped(later, ash_is_aside=True, contact=contact_still_counts).facts()
    facts, former = keep_former(second, night)
    totals = Ledger(facts, RULES, former=former).totals()
    posts = dict(zip(totals["code"], totals["points_x100"], strict=True))
    assert posts["N1A:ASH"] == (2 * 128 + 17) * 100  # as it was
    assert posts["N1A:OAK"] == (4 * 112 - (17 if contact_still_counts else 0)) * 100
    nation = totals.filter(pl.col("level") == "nation").row(0, named=True)
    assert nation["contacts_x100"] == 0
    assert nation["points_x100"] == (2 * 128 + 4 * 112) * 100
    assert (nation["stale_posts"], nation["unmeasured_posts"]) == (1, 0)
    assert nation["stale_since"] == AS_AT


def test_no_post_keeps_figures_from_the_future(tmp_path: Path) -> None:
    later = helped(AS_AT + timedelta(days=10), ash_is_aside=False).facts()
    night = open_night(write_facts(tmp_path / "nights", RULES, later))
    with pytest.raises(NightError, match="later than this extract"):
        keep_former(helped(AS_AT, ash_is_aside=True).facts(), night)
