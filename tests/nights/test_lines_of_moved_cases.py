"""The lines of a night with cases that people gave or changed laid over it: those of a whole ledger."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from wmt import rules
from wmt.allocation.transfers import CaseTransfer, with_transfers
from wmt.facts import Facts
from wmt.ledger import Ledger
from wmt.nights.case_lines import lines_led
from worlds import World

RULES = rules.load().at(date(2023, 6, 14))


def night_of(facts: Facts, folder: Path) -> Any:
    """What is asked of a night's folder by those who lay cases over it."""
    (folder / "facts").mkdir()
    for name, frame in facts.tables().items():
        frame.write_parquet(folder / "facts" / f"{name}.parquet")
    (folder / "rules.yaml").write_text(RULES.to_yaml())
    manifest = SimpleNamespace(as_at=facts.as_at, tier_scheme=facts.tier_scheme, files={})
    return SimpleNamespace(
        path=folder, manifest=manifest, table=lambda name: pl.read_parquet(folder / f"{name}.parquet")
    )


def test_a_flag_with_somebody_who_only_has_counts_stays_when_the_case_is_changed(tmp_path: Path) -> None:
    """A workbook may list the cases of one post and only count those of another that has a flag of one."""
    world = World().post("N1A:S1").post("N1A:S2").post("N1A:S3").cases("N1A:S1", "community", "B2", ref="X1")
    world.cases("N1A:S2", "community", "B2", 3).flag("N1A:S2", "X1", "U", "community", "B2")
    facts = world.facts()
    given = CaseTransfer("k1", "X1", "N1A:S1", "N1A:S3", None)
    turned = CaseTransfer("k2", "X1", "N1A:S1", "N1A:S1", None, "pc16", "community:B2", "custody:A1")
    lines = Ledger(facts, RULES).lines()
    assert lines.filter(kind="unpaid_only")["staff_code"].to_list() == ["S2"]
    night = night_of(facts, tmp_path)
    for transfers in ([given], [turned], [given, turned]):
        moved, counted = with_transfers(facts, transfers)
        assert counted == transfers
        expected, found = Ledger(moved, RULES).lines(), lines_led(night, lines, transfers)
        assert_frame_equal(found.sort(found.columns), expected.sort(found.columns), check_column_order=False)
