"""Several rule books at once: each column is what its rules alone give, and the lines add up to it."""

from datetime import date

import pytest

from wmt import rules
from wmt.ledger import Ledger, LedgerError, rule_books
from worlds import World

OLD, NEW = date(2023, 1, 5), date(2023, 1, 6)
TREE = rules.shipped()


def world() -> World:
    found = World().post("N1A:S1").post("N1A:S2").post("N1B:S3")
    found.cases("N1A:S1", "community", "A3", 2).cases("N1A:S1", "licence", "C2", 3)
    return found.cases("N1A:S2", "community", "C2", 4).cases("N1B:S3", "custody", "A3", 1)


def test_columns_and_lines_of_a_post_by_hand() -> None:
    ledger = Ledger(world().facts(), TREE.at(NEW))
    rows = rule_books.rule_books(ledger, [TREE.at(OLD), TREE.at(NEW)]).filter(post_code="N1A:S1")
    # 2 × 206 + 3 × 65 before; 2 × 128 + 3 × 65 after; targets 2,176 and 2,200
    assert rule_books.moment(rows, 0) == (60_700, 217_600)
    assert rule_books.moment(rows, 1) == (45_100, 220_000)
    said = [(each.side, each.component, each.tier, each.amounts) for each in rule_books.lines(rows, 2)]
    assert said == [
        ("work", "community", "A3", [(2_000_000, 41_200), (2_000_000, 25_600)]),
        ("work", "licence", "C2", [(3_000_000, 19_500), (3_000_000, 19_500)]),
        ("time", "", "", [(37_000_000, 217_600), (37_000_000, 220_000)]),
    ]
    assert [each.quantity_micro for each in rule_books.lines(rows, 2)] == [2_000_000, 3_000_000, 37_000_000]
    assert ledger.rules == TREE.at(NEW)
    hours = rule_books.BookLine("time", "contracted_hours", "", "", False, [(37, 1), (35, 1), (0, 0)])
    assert hours.quantity_micro is None


def test_every_column_is_the_totals_of_its_rules_at_every_level() -> None:
    ledger = Ledger(world().facts(), TREE.at(NEW))
    draft = rules.Overlay("draft", "a test", (("tier_points.pc16.community.C2", NEW, 82),))
    sets = [TREE.at(NEW), TREE.at(OLD), TREE.at(NEW, [draft])]
    rows = rule_books.rule_books(ledger, sets)
    for at, rule_set in enumerate(sets):
        ledger.reprice(rule_set)
        totals = ledger.totals()
        for level, code, stream, points, available in totals.select(
            "level", "code", "stream", "points_x100", "available_x100"
        ).iter_rows():
            own = rows.filter(**{f"{level}_code": code, "post_stream": stream})
            assert rule_books.moment(own, at) == (points, available)
            lines = rule_books.lines(own, len(sets))
            assert sum(each.amounts[at][1] for each in lines if each.side == "work") == points


def test_rules_without_a_price_are_refused_and_the_ledger_keeps_its_own() -> None:
    ledger = Ledger(world().facts(), TREE.at(NEW))
    with pytest.raises(LedgerError):
        rule_books.rule_books(ledger, [TREE.at(OLD), TREE.at(date(2019, 1, 1))])
    assert ledger.rules == TREE.at(NEW)
