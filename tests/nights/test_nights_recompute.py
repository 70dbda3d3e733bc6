"""A night must give the same bytes again, anywhere; and damage is found and named."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from wmt.history.figures import of_night
from wmt.ledger.engine import DuckDBEngine
from wmt.nights import Night, NightError, is_night, open_night
from wmt.nights.recompute import recompute
from wmt.nights.write import TOTALS, table_bytes


@pytest.fixture
def copy(clean: list[Night], tmp_path: Path) -> Night:
    return open_night(shutil.copytree(clean[0].path, tmp_path / "a copy"))


def test_the_same_bytes_again(clean: list[Night]) -> None:
    for night in clean:
        found = recompute(night)
        assert (found.damaged, found.differing, found.files) == ([], [], 2)
        assert found.same


def test_a_copy_elsewhere_gives_them_too(copy: Night) -> None:
    assert recompute(copy).same


@pytest.mark.parametrize("threads", [1, 3])
def test_whatever_the_number_of_threads(
    clean: list[Night], monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    monkeypatch.setattr("wmt.ledger.ledger.in_process", lambda _rows: DuckDBEngine(threads))
    assert recompute(clean[1]).same


def test_the_history_of_a_night_without_streams_is_worked_out_from_its_facts(
    copy: Night, tmp_path: Path
) -> None:
    """Such a night added all streams in one total: those are never taken for a stream's."""
    true = of_night(copy).sort("level", "code", "stream", "grade")
    assert set(true["stream"]) == {"sentence_management", "courts", "omic"}
    path, kept = copy.path / "results/totals.parquet", tmp_path / "by-stream/night.parquet"
    totals = pl.read_parquet(path)
    (totals.filter(stream="sentence_management").drop("stream").with_columns(points_x100=1)).write_parquet(
        path
    )
    for _ in range(2):  # worked out, and then as it was kept
        assert of_night(copy, kept).sort("level", "code", "stream", "grade").equals(true)
        assert kept.is_file()
    kept.write_bytes(b"damaged")
    assert of_night(copy, kept).sort("level", "code", "stream", "grade").equals(true)


def append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("facts/caseload.parquet", append),
        ("facts/post.parquet", Path.unlink),
        ("results/lines.parquet", Path.unlink),
        ("results/totals.parquet", append),
        ("report.json", append),
        ("rules.yaml", Path.unlink),
        ("manifest.json", append),
        ("loaded.json", Path.unlink),
        ("facts/extra.parquet", Path.touch),
        ("results/.hidden", Path.touch),
    ],
)
def test_damage_is_found_and_named(copy: Night, name: str, harm: Callable[[Path], None]) -> None:
    harm(copy.path / name)
    assert copy.damage() == [name]
    found = recompute(copy)
    assert found.damaged == [name]
    assert not found.same
    decides = name.startswith("facts/") or name in ("rules.yaml", "manifest.json")
    assert found.files == (0 if decides else 2)


def test_results_that_do_not_follow_from_the_facts_are_named(copy: Night) -> None:
    """Somebody who forges a result and its checksums still cannot make it follow from the facts."""
    shutil.copy(copy.path / "results/totals.parquet", copy.path / "results/lines.parquet")
    totals = copy.manifest.files["results/totals.parquet"]
    forged = copy.manifest.model_copy(
        update={"files": {**copy.manifest.files, "results/lines.parquet": totals}}
    )
    assert recompute(Night(copy.path, forged)).differing == ["results/lines.parquet"]


@pytest.mark.parametrize("text", [None, "", "{}", '{"format": "wmt-night/1"}', "\x00\xff"])
def test_what_is_no_night(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(NightError, match=str(tmp_path)):
        open_night(tmp_path)


def test_a_file_is_no_night(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not is_night(tmp_path / "file")
    with pytest.raises(NightError, match="is not saved data, which is a folder"):
        open_night(tmp_path / "file")


def test_a_night_that_counted_hours_not_entered_otherwise_is_the_same_again(copy: Night) -> None:
    """It counted every post without time whose hours are assumed, with hours or without."""
    totals, lines = copy.table(TOTALS), copy.table("results/lines")
    assumed = lines.filter(kind="contracted_hours", ref="assumed").select("team_code", "staff_code")
    was = totals.filter(level="post", posts_without_time=1).join(assumed, on=["team_code", "staff_code"])
    was = was.with_columns(post_code="code", nation_code=pl.lit("nation"))

    def counted(row: dict[str, Any]) -> int:
        return was.filter(pl.col(f"{row['level']}_code") == row["code"], stream=row["stream"]).height

    counts = [counted(row) for row in totals.to_dicts()]
    assert counts != totals["unentered_posts_without_time"].to_list()
    old = totals.with_columns(unentered_posts_without_time=pl.Series(counts, dtype=pl.Int64))
    content = table_bytes(old)
    (copy.path / f"{TOTALS}.parquet").write_bytes(content)
    manifest = json.loads((copy.path / "manifest.json").read_text())
    manifest["files"][f"{TOTALS}.parquet"] = hashlib.sha256(content).hexdigest()
    (copy.path / "manifest.json").write_text(json.dumps(manifest))
    seal = hashlib.sha256((copy.path / "manifest.json").read_bytes()).hexdigest()
    (copy.path / "loaded.json").write_text(json.dumps({"manifest": seal}))
    assert recompute(open_night(copy.path)).same
