"""Cells and totals by grade: the same lines, summed another way, on every engine."""

from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from how_many import examples
from wmt import rules
from wmt.ledger import LEVELS, MEASURES, POST_COUNTS, SHARES, Ledger
from worlds import World, worlds

EXAMPLES = {"duckdb": 40, "postgres": 8, "sail": 3}


def measured(cells: list[dict[str, Any]], measure: str) -> int:
    """What a measure is, by its share, from cells."""
    share = SHARES[measure]
    return share.sign * sum(cell[share.column] for cell in cells if share.holds(cell)) // share.scale


@pytest.mark.parametrize("name", EXAMPLES)
def test_cells_and_grades_add_up_to_the_totals(engines: dict[str, Any], name: str) -> None:
    @settings(
        max_examples=examples(EXAMPLES[name]),
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(worlds())
    def check(world: World) -> None:
        facts = world.facts()
        ledger = Ledger(facts, rules.load().at(facts.day), engine=engines[name])
        cells, by_grade = ledger.cells(LEVELS), ledger.totals_by_grade(LEVELS[1:])
        for total in ledger.totals().iter_rows(named=True):
            unit = pl.col("level").eq(total["level"]) & pl.col("code").eq(total["code"])
            mine = cells.filter(unit, pl.col("post_stream") == total["stream"]).to_dicts()
            found = {measure: measured(mine, measure) for measure in MEASURES}
            assert found == {measure: total[measure] for measure in MEASURES}
            if total["level"] != "post":
                grades = by_grade.filter(unit, pl.col("stream") == total["stream"])
                counted = (*MEASURES, *POST_COUNTS)
                assert {name: grades[name].sum() for name in counted} == {n: total[n] for n in counted}
                assert grades["grade"].is_unique().all()

    check()


def test_a_cell_counts_the_lines_it_sums(engines: dict[str, Any]) -> None:
    @settings(
        max_examples=examples(20), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(worlds())
    def check(world: World) -> None:
        facts = world.facts()
        ledger = Ledger(facts, rules.load().at(facts.day), engine=engines["duckdb"])
        assert ledger.cells(["nation"])["lines"].sum() == ledger.lines().height

    check()
