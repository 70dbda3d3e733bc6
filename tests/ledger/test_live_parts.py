"""Parts of a ledger that live changes work out alone: they say what the whole ledger says."""

from datetime import date

import polars as pl
from hypothesis import HealthCheck, Phase, given, settings
from polars.testing import assert_frame_equal

from how_many import examples
from wmt import rules
from wmt.ledger import Ledger
from wmt.ledger.available_points import TimeSide, warm_up
from wmt.ledger.cells import PRICING
from wmt.ledger.contact_prices import every_contact_pricing
from wmt.ledger.engine import DuckDBEngine
from worlds import World, worlds

SETTINGS = settings(
    max_examples=examples(30),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
OLD, NEW = date(2022, 2, 2), date(2023, 6, 14)
TREE = rules.load()
TIME = {day: TimeSide(TREE.at(day)) for day in (OLD, NEW)}
ENGINE = DuckDBEngine(threads=1, few_rows=True)


def whole(world: World, day: date) -> pl.DataFrame:
    """The lines of a whole ledger under the rules of a day."""
    return Ledger(world.facts(), TREE.at(day), engine=ENGINE).lines()


@SETTINGS
@given(worlds())
def test_the_time_of_posts_is_that_of_the_whole_ledger(world: World) -> None:
    facts = world.facts()
    for day, side in TIME.items():
        expected = whole(world, day).filter(pl.col("side") == "time")
        found = side.lines(facts.post, facts.reduction, facts.day)
        at = ["team_code", "staff_code", "kind", "ref"]
        assert_frame_equal(found.sort(at), expected.sort(at))


@SETTINGS
@given(worlds())
def test_whatever_prices_time_or_a_contact_was_known_beforehand(world: World) -> None:
    facts = world.facts()
    for day, side in TIME.items():
        lines = whole(world, day).filter(pl.col("rule").is_not_null())
        time = lines.filter(pl.col("side") == "time").select(PRICING)
        assert set(time.rows()) <= set(side.every_pricing(facts.day).rows())
        # a contact that is out of the window is so in every stage of whoever did it
        inside = (pl.col("kind") == "contact") & (pl.col("rule") != "cms_window_days")
        contacts = lines.filter(inside).select(PRICING)
        if day == NEW:
            assert set(contacts.rows()) <= set(every_contact_pricing(TREE.at(day), facts.day).rows())


def test_a_day_that_is_another_moves_what_ends_and_begins() -> None:
    world = (
        World()
        .post("N1A:S1")
        .reduction("N1A:S1", hours="7.4", first_day=date(2023, 6, 1), last_day=date(2023, 6, 14))
    )
    facts = world.facts()
    available = [
        TIME[NEW].lines(facts.post, facts.reduction, day)["points_x100"].sum()
        for day in (date(2023, 5, 31), date(2023, 6, 14), date(2023, 6, 15))
    ]
    # 2,200 points of 37 hours; 29.6 of 37 hours are 1,760
    assert available == [220_000, 176_000, 220_000]


def test_where_trainees_contacts_count_no_live_change_moves_one() -> None:
    assert every_contact_pricing(TREE.at(OLD), OLD).is_empty()
    known = every_contact_pricing(TREE.at(NEW), NEW)
    assert known.columns == list(PRICING)
    assert set(known["counted"]) == {0, 1}


def test_making_the_sql_beforehand_changes_nothing() -> None:
    facts = World().post("N1A:S1", hours="18.5").facts()
    warm_up()
    assert (
        TimeSide(TREE.at(NEW)).lines(facts.post, facts.reduction, facts.day)["points_x100"].sum() == 110_000
    )
