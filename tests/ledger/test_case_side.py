"""Lines of cases alone are those of the whole ledger; every price a case could have is among those kept."""

from dataclasses import replace
from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from how_many import examples
from wmt import rules
from wmt.allocation.cases import MOVES
from wmt.facts.kinds import kinds
from wmt.ledger import OMIC, CaseSide, Ledger, case_side
from wmt.ledger.lines import LINE
from wmt.ledger.prices import price
from worlds import World, worlds

IN_2023 = datetime(2023, 6, 14, 18, 30)


def _rules(*values: tuple[str, date, int]) -> rules.RuleSet:
    overlays = [rules.Overlay("a test", "test", values)] if values else []
    return rules.load().at(IN_2023.date(), overlays)


def _same(world: World, ruleset: rules.RuleSet) -> None:
    facts = world.facts()
    whole = Ledger(facts, ruleset).lines().filter(pl.col("kind").is_in(MOVES)).select(LINE.names())
    alone = CaseSide(ruleset, facts.tier_scheme, facts.day).lines(facts.caseload, facts.flag)
    assert alone.sort(LINE.names()).equals(whole.sort(LINE.names()))


@settings(max_examples=examples(100), deadline=None)
@given(world=worlds(as_at=IN_2023))
def test_lines_are_those_of_the_whole_ledger(world: World) -> None:
    _same(world, _rules())


@settings(max_examples=examples(60), deadline=None)
@given(asked=st.lists(worlds(as_at=IN_2023), min_size=2, max_size=3))
def test_what_was_asked_before_changes_nothing(asked: list[World]) -> None:
    """A kind without flags is asked for once; later cases of it, and others between, get their own lines."""
    ruleset, kept = _rules(), dict[str, CaseSide]()
    for world in asked:
        facts = world.facts()
        for flag in (facts.flag, facts.flag.clear()):
            side = kept.setdefault(facts.tier_scheme, CaseSide(ruleset, facts.tier_scheme, facts.day))
            alone = side.lines(facts.caseload, flag)
            whole = Ledger(replace(facts, flag=flag), ruleset).lines().filter(pl.col("kind").is_in(MOVES))
            listed = whole.filter(pl.lit(not flag.is_empty()) | (pl.col("kind") == "case"))
            assert alone.sort(LINE.names()).equals(listed.select(LINE.names()).sort(LINE.names()))


def test_a_kind_whose_query_failed_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(IN_2023).post("N1A:S1").cases("N1A:S1", "community", "C1", ref="X000001")
    facts = world.facts()
    side = CaseSide(_rules(), facts.tier_scheme, facts.day)
    with monkeypatch.context() as patched:
        patched.setattr(side, "_engine", None)
        with pytest.raises(AttributeError):
            side.lines(facts.caseload, facts.flag)
    assert side.lines(facts.caseload, facts.flag)["points_x100"].sum() > 0


@pytest.mark.parametrize("values", [(), (("case_weighting.iom", date(2023, 1, 6), 110),)])
def test_flags_weigh_as_they_do_there(values: tuple[tuple[str, date, int], ...]) -> None:
    world = World(IN_2023).post("N1A:S1").cases("N1A:S1", "community", "C1", ref="X000001")
    world.flag("N1A:S1", "X000001", "I", "community", "C1").cases("N1A:S1", "licence", "B2", cases=4)
    _same(world.flag("N1A:S1", "X000001", "U", "community", "C1"), _rules(*values))


def test_every_kind_of_case_has_its_price_among_those_kept() -> None:
    ruleset = _rules()
    pairs = [("standard", "active"), ("t2a", "active"), (OMIC, "active")]
    found = CaseSide(ruleset, "pc16", IN_2023.date()).every_pricing(pairs).filter(kind="case")
    keys = ("stream", "location", "tier", "suspended", "status")
    kept = {tuple(row[:5]): row[5] for row in found.select(*keys, "each_x100").rows()}
    wanted = [kind for kind in kinds("pc16") if (kind.stream, kind.status) in pairs and kind.stream != OMIC]
    worth = dict(
        price(ruleset, "pc16", IN_2023.date()).tables["price"].select("kind_no", "points_x100").rows()
    )
    assert len(kept) == len(wanted)
    for kind in wanted:
        key = (kind.stream, kind.location, kind.tier, kind.suspended, kind.status)
        assert kept[key] == worth[kind.kind_no], kind


def test_making_the_sql_beforehand_changes_nothing() -> None:
    case_side.warm_up()
    _same(World(IN_2023).post("N1A:S1").cases("N1A:S1", "custody", "A3", ref="X000001"), _rules())
