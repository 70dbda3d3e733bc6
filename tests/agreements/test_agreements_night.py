"""What packs read of a night is what its ledger has: the same sums, post by post and unit by unit."""

from fractions import Fraction

import pytest

from wmt import rules
from wmt.agreements.expressions import FigureName
from wmt.agreements.measured import MeasuredUnit
from wmt.agreements.night import units_of
from wmt.ledger import Ledger
from worlds import AS_AT, World


@pytest.fixture(scope="module")
def made() -> Ledger:
    world = World()
    world.post("T1:A").post("T1:B", grade="PSO", hours="18.5").post("T2:C").post(
        "NOT-KNOWN:NOT-KNOWN", "DMY", None
    )
    world.cases("T1:A", "community", "C2", 12).cases("T1:A", "licence", "A3", 3).cases(
        "T1:B", "community", "D0", 9
    )
    world.cases("T2:C", "custody", "B1", 5).report("T1:A", "sdr", 2).report("T1:A", "fdr", 1)
    return Ledger(world.facts(), rules.load().at(AS_AT.date()))


def by_code(found: list[MeasuredUnit]) -> dict[str, MeasuredUnit]:
    return {unit.total["code"]: unit for unit in found}


def test_figures_of_posts_and_teams_are_those_of_the_lines(made: Ledger) -> None:
    units = by_code(list(units_of(made, ["post", "team"])))
    assert set(units) == {"T1:A", "T1:B", "T2:C", "T1", "T2"}
    asked = {
        "cases": {}, "cases ": {"tier": ("C",)}, "reports": {}, "fte": {}, "unpaid_work_only_cases": {},
    }  # fmt: skip
    found = {
        code: [units[code].figure(FigureName(name.strip(), only)) for name, only in asked.items()]
        for code in ("T1:A", "T1:B", "T1")
    }
    assert found == {
        "T1:A": [15, 12, 3, 1, 0],
        "T1:B": [9, 0, 0, Fraction(1, 2), 9],
        "T1": [24, 12, 3, Fraction(3, 2), 9],
    }
    points = made.totals(["post"]).filter(code="T1:A")["points_x100"][0]
    assert units["T1:A"].figure(FigureName("points")) == Fraction(points, 100)
    # 12 × 74 of community C2 and 3 × 158 of licence A3
    assert units["T1:A"].figure(FigureName("points", {"type": ("community",)})) == 888
    assert units["T1"].figure(FigureName("points", {"type": ("licence",)})) == 474


def test_days_before_and_counted_figures_go_to_their_unit(made: Ledger) -> None:
    runs = {"post": {"T1:A": 30}, "team": None}
    counted = {"T1": {"hours": [Fraction(4)]}}
    units = by_code(list(units_of(made, ["post", "team"], days_over=runs.get, collected=counted)))
    assert [units[code].days_over for code in ("T1:A", "T1:B", "T1")] == [30, 0, None]
    assert units["T1"].collected == {"hours": [4]}
    assert units["T2"].collected == {}
    assert set(by_code(list(units_of(made, ["post"])))) == {"T1:A", "T1:B", "T2:C"}
    assert by_code(list(units_of(made, ["nation"])))["nation"].figure(FigureName("posts")) == 4
