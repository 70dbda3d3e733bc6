"""Nights before the first: made of the same events, and the officers of the stories as they are told."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from demo_nations import Written

from wmt import rules
from wmt.cli.console import RefusedInput
from wmt.cli.nation import nation as nation_command
from wmt.demo import DEFAULT_AS_AT, write_nation
from wmt.history import FIGURE
from wmt.intake import read
from wmt.ledger import Ledger

EARLIER = 6


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("nation")
    formats = ("tidy", "people")
    return Written(
        folder, write_nation(folder, seed=7, scale=0.02, nights=2, earlier=EARLIER, formats=formats)
    )


def every_night(nation: Written) -> list[Path]:
    return [*sorted((nation.folder / "earlier").iterdir()), nation.night(0), nation.night(1)]


def test_they_come_one_a_day_up_to_the_first(nation: Written) -> None:
    moments = [
        datetime.fromisoformat(json.loads((night / "tidy" / "manifest.json").read_text())["as_at"])
        for night in every_night(nation)
    ]
    first = DEFAULT_AS_AT - timedelta(days=EARLIER)
    assert moments == [first + timedelta(days=number) for number in range(EARLIER + 2)]
    assert [night.as_at for night in nation.truth.nights] == moments[-2:]


def test_a_night_changes_a_few_cases_in_a_hundred(nation: Written) -> None:
    cases = [pl.read_parquet(night / "tidy" / "case.parquet") for night in every_night(nation)]
    for before, after in pairwise(cases[:-1]):
        both = before.join(after, on="case_ref")
        assert 0.99 < len(both) / len(before) <= 1
        assert abs(len(after) / len(before) - 1) < 0.001
    refs = [set(found["case_ref"]) for found in cases]
    assert len(refs[0] - refs[-1]) > 30


def test_the_forty_cases_wait_all_the_while(nation: Written) -> None:
    """Nothing happens to the officer whose figure jumps until it does."""
    post = nation.truth.stories[1]["post"]
    found = []
    for night in every_night(nation):
        taken = read([night / "tidy"], people=night / "people").facts
        assert taken is not None
        totals = Ledger(taken, rules.load().at(taken.day)).totals(["post"]).filter(code=post)
        found.append(totals.select("points_x100", "available_x100").row(0))
    assert len(set(found[:-1])) == 1
    assert found[-1][0] - found[0][0] == 74_800


@pytest.mark.parametrize("night", [0, 1])
def test_the_ledger_finds_the_truth_by_stream(nation: Written, night: int) -> None:
    """The truth adds up tables by lookup; the ledger prices lines. Help is left out: it sums to nothing."""
    folder = nation.night(night)
    facts = read([folder / "tidy"], people=folder / "people").facts
    assert facts is not None
    totals = Ledger(facts, rules.load().at(facts.day)).totals(["nation"])
    for name, told in nation.truth.nights[night].streams.items():
        row = totals.filter(stream=name).row(0, named=True)
        found = (row["points_x100"] - row["contacts_x100"], row["available_x100"])
        assert found == (told.points * 100, told.available * 100), name
    [written] = [each for each in nation.json["nights"] if each["number"] == night]
    assert set(written["streams"]) == {"sentence_management", "courts", "omic"}


def test_earlier_nights_cannot_be_fewer_than_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nights before the first"):
        write_nation(tmp_path, scale=0.01, earlier=-1)


# ------------------------------------------------------------ days before, rolled night by night


def test_nights_that_are_only_taken_are_those_that_would_be_kept(tmp_path: Path) -> None:
    """Two nights that are taken and one that is kept, beside three that are kept: the same tables."""
    taken: list[dict[str, bytes]] = []

    def take(night: Path) -> None:
        taken.append(_tables(night))

    wanted = {"seed": 7, "scale": 0.01, "formats": ("tidy",)}
    write_nation(tmp_path / "taken", before=2, earlier=1, take=take, **wanted)  # type: ignore[arg-type]
    write_nation(tmp_path / "kept", earlier=3, **wanted)  # type: ignore[arg-type]
    kept = [_tables(night) for night in sorted((tmp_path / "kept" / "earlier").iterdir())]
    rest = [_tables(night) for night in sorted((tmp_path / "taken" / "earlier").iterdir())]
    assert [*taken, *rest] == kept
    first = DEFAULT_AS_AT.strftime("%Y-%m-%dT%H%M%S")
    assert _tables(tmp_path / "taken" / first) == _tables(tmp_path / "kept" / first)


def _tables(night: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in night.rglob("*.*")}


def test_a_past_of_events_has_the_figures_of_each_night(tmp_path: Path) -> None:
    """They are what the ledger makes of the night, and join the history as those of stays do."""
    nation_command(tmp_path, scale=0.01, seed=7, earlier=18, formats=["tidy"], past_days=3, past="events")
    files = sorted((tmp_path / "past").iterdir())
    assert [file.name for file in files] == ["2026-10.parquet", "2026-11.parquet"]
    figures = pl.concat([pl.read_parquet(file) for file in files])
    assert figures.schema == FIGURE
    days = figures["day"].unique().sort().to_list()
    last = DEFAULT_AS_AT.date() - timedelta(19)  # 1 November
    assert days == [last - timedelta(2), last - timedelta(1), last]
    posts, nation = (figures.filter(day=last, level=level) for level in ("post", "nation"))
    assert posts["points_x100"].sum() == nation["points_x100"].sum()
    # the next day is a night that was kept: within a day hardly anything changes
    night = min((tmp_path / "earlier").iterdir())
    facts = read([night / "tidy"], people=night / "people").facts
    assert facts is not None
    after = Ledger(facts, rules.load().at(facts.day)).totals().filter(level="nation")
    assert facts.day == last + timedelta(1)
    assert 0.99 < after["points_x100"].sum() / nation["points_x100"].sum() < 1.01
    with pytest.raises(RefusedInput, match="--past guesses: choose stays or events"):
        nation_command(tmp_path / "none", past="guesses")
    assert not (tmp_path / "none").exists()
