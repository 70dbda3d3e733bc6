"""Writing a nation: the same bytes for the same seed, a stated layout on disk, plain refusals."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from demo_nations import Written

from wmt.demo import Size, write_nation

SMALL = {"scale": 0.01, "nights": 2, "faults": True}


def fingerprints(folder: Path) -> dict[str, str]:
    """sha256 of every file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    write_nation(tmp_path / "one", seed=3, **SMALL)  # type: ignore[arg-type]
    write_nation(tmp_path / "two", seed=3, **SMALL)  # type: ignore[arg-type]
    one = fingerprints(tmp_path / "one")
    assert one == fingerprints(tmp_path / "two")
    assert "2026-11-21T183000/extract.xlsx" in one


def test_another_seed_writes_another_nation(tmp_path: Path) -> None:
    for seed in (3, 4):
        write_nation(tmp_path / str(seed), seed=seed, scale=0.01, formats=("tidy",))
    three, four = fingerprints(tmp_path / "3"), fingerprints(tmp_path / "4")
    assert three.keys() == four.keys()
    assert not set(three.values()) & (set(four.values()) - {fingerprint_of_no_events(tmp_path / "3")})


def fingerprint_of_no_events(folder: Path) -> str:
    return hashlib.sha256((folder / "events.csv").read_bytes()).hexdigest()


def test_one_folder_for_each_night(nation: Written) -> None:
    nights = [night.folder for night in nation.truth.nights]
    assert nights == [f"2026-11-{day}T183000" for day in (20, 21, 22, 23)]
    for number in range(4):
        names = {path.name for path in nation.night(number).iterdir()}
        assert names == {"extract.xlsx", "tidy", "people"}
    assert {path.name for path in nation.folder.iterdir()} == {*nights, "truth.json", "events.csv"}


def test_the_manifest_is_true_of_its_tables(nation: Written) -> None:
    folder = nation.night(0) / "tidy"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["format"] == "workload-input/1"
    assert datetime.fromisoformat(manifest["as_at"]) == nation.truth.nights[0].as_at
    assert (manifest["tier_scheme"], manifest["case_list"]) == ("pc16", "complete")
    for table in manifest["tables"]:
        data = (folder / table["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == table["sha256"]
        assert len(pl.read_parquet(folder / table["file"])) == table["rows"]


def test_csv_says_the_same_as_parquet(nation: Written, tmp_path: Path) -> None:
    write_nation(tmp_path, seed=7, scale=0.02, formats=("tidy",), tidy_as="csv")
    folder = tmp_path / nation.truth.nights[0].folder / "tidy"
    for table in nation.truth.nights[0].tidy_rows:
        expected = nation.tidy(0, table)
        assert pl.read_csv(folder / f"{table}.csv", schema=expected.schema).equals(expected), table


def test_progress_runs_from_nothing_to_all(tmp_path: Path) -> None:
    shares: list[float] = []
    write_nation(tmp_path, scale=0.01, nights=2, progress=lambda _word, share: shares.append(share))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"layout": "L2017"}, "no layout 'L2017'; known are L2021, L2023, L2024"),
        ({"formats": ("pdf",)}, "no format 'pdf'"),
        ({"tidy_as": "xml"}, "no tidy file type 'xml'"),
        ({"nights": 0}, "at least one night"),
        ({"faults": {0: ("gremlin",)}, "scale": 0.01}, "no such fault: gremlin"),
        ({"scale": 0.001}, "a nation needs 60 posts"),
    ],
)
def test_refusals_say_what_is_known(given: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=said):
        write_nation(tmp_path, **given)  # type: ignore[arg-type]


def test_posts_and_cases_overrule_the_scale() -> None:
    assert Size.of(0.5) == Size(4000, 125_000)
    assert Size.of(1.0, cases=2_500_000) == Size(8000, 2_500_000)


def test_ten_times_the_cases(tmp_path: Path) -> None:
    truth = write_nation(tmp_path, posts=80, cases=25_000, formats=("tidy",))
    assert truth.nights[0].counts["cases"] == 25_000
    assert truth.nights[0].tidy_rows["case"] == 25_000


def test_truth_on_disk_is_the_truth_returned(nation: Written) -> None:
    assert nation.json["seed"] == 7
    assert [night["counts"] for night in nation.json["nights"]] == [n.counts for n in nation.truth.nights]
    events = pl.read_csv(nation.folder / "events.csv", infer_schema=False)
    assert len(events) == len(nation.truth.events) == nation.json["events"]
