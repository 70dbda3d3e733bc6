"""A post under several rule sets side by side, and the ledger as it was afterwards."""

from datetime import date
from decimal import Decimal

from wmt import rules
from wmt.ledger import Ledger
from wmt.ledger.side_by_side import side_by_side
from worlds import World

OLD, NEW = date(2022, 2, 2), date(2023, 6, 14)


def test_one_post_under_three_rule_sets() -> None:
    world = World().post("N1A:S1").cases("N1A:S1", "community", "A3", 2).cases("N1A:S1", "licence", "C2", 3)
    draft = rules.Overlay("draft", "test", (("tier_points.pc16.community.A3", NEW, Decimal("130.5")),))
    tree = rules.load()
    ledger = Ledger(world.facts(), tree.at(NEW))
    found = side_by_side(ledger, {"2021": tree.at(OLD), "2023": tree.at(NEW), "draft": tree.at(NEW, [draft])})
    # 2 × 206 + 3 × 65, 2 × 128 + 3 × 65, 2 × 130.5 + 3 × 65; targets 2,176 and 2,200
    assert dict(zip(found["rule_set"], found["points_x100"], strict=True)) == {
        "2021": 60_700,
        "2023": 45_100,
        "draft": 45_600,
    }
    assert found["available_x100"].to_list() == [217_600, 220_000, 220_000]
    assert ledger.rules == tree.at(NEW)
    assert ledger.totals(["post"])["points_x100"].to_list() == [45_100]
