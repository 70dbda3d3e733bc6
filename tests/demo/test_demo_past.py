"""The nation's past: exact sums, the same for the same seed, and a smooth way into the first night."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from wmt import rules
from wmt.demo import write_nation
from wmt.demo.past import write_past
from wmt.history import FIGURE, SUMMED
from wmt.intake import read
from wmt.ledger import COMPONENTS, Ledger

DAYS = 200


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, date]:
    folder: Path = tmp_path_factory.mktemp("nation")
    truth = write_nation(folder, posts=80, cases=2000, seed=11, formats=("tidy", "people"))
    place = folder / truth.nights[0].folder
    facts = read([place / "tidy"], people=place / "people", names=True).facts
    assert facts
    return Ledger(facts, rules.load().at(facts.day)).totals(), facts.day


@pytest.fixture(scope="module")
def past(night: tuple[pl.DataFrame, date], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_past(tmp_path_factory.mktemp("past"), *night, DAYS, 1)


@pytest.fixture(scope="module")
def whole(past: list[Path]) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(path) for path in past])


def test_a_file_a_month_up_to_the_day_before(past: list[Path], whole: pl.DataFrame, night) -> None:
    _, day = night
    assert [path.stem for path in past] == sorted({f"{found:%Y-%m}" for found in whole["day"]})
    assert whole.schema == FIGURE
    assert whole["day"].max() == day - timedelta(1)
    assert (day - whole["day"].min()).days == DAYS  # type: ignore[operator]
    missing = DAYS - whole["day"].n_unique()
    assert 1 <= missing < DAYS // 20
    assert whole.select("day", "level", "code", "stream").is_duplicated().sum() == 0


def test_units_are_the_exact_sums_of_their_posts(whole: pl.DataFrame, night) -> None:
    totals, _ = night
    posts = whole.filter(level="post")
    for level in ("team", "pdu", "region", "nation"):
        key = pl.lit("nation") if level == "nation" else pl.col(f"{level}_code")
        sums = posts.group_by("day", "stream", code=key).agg(pl.col(name).sum() for name in SUMMED)
        units = whole.filter(level=level)
        keys = ["day", "code", "stream"]
        assert units.select(*keys, *SUMMED).sort(keys).equals(sums.select(*keys, *SUMMED).sort(keys))
        names = dict(totals.filter(level=level).select("code", "name").rows())
        assert dict(units.select("code", "name").unique().rows()).items() <= names.items()


def test_points_are_the_sum_of_their_parts_and_time_is_never_negative(whole: pl.DataFrame) -> None:
    parts = pl.sum_horizontal(f"{name}_x100" for name in COMPONENTS)
    assert whole.select((parts == pl.col("points_x100")).all()).item()
    assert whole["available_x100"].min() == 0
    assert whole.select((pl.col("points_x100") % 100 == 0).all()).item()


def test_it_runs_smoothly_into_the_first_night(whole: pl.DataFrame, night) -> None:
    totals, day = night
    nation = whole.filter(level="nation").sort("day")["points_x100"].to_list()
    real = totals.filter(level="nation")["points_x100"].item()
    steps = [abs(after - before) for before, after in zip(nation, [*nation[1:], real], strict=True)]
    assert 100 * steps[-1] < 2 * real
    assert 100 * max(steps) < 8 * real
    eve = whole.filter(day=day - timedelta(1))
    assert eve.filter(level="post").height >= totals.filter(level="post").height - 2


def test_people_join_leave_and_are_away(whole: pl.DataFrame, night) -> None:
    totals, _ = night
    now = set(totals.filter(level="post")["code"])
    posts = whole.filter(level="post")
    assert set(posts["code"]) - now
    assert posts["code"].n_unique() > posts.filter(pl.col("day") == posts["day"].min())["code"].n_unique()
    working = set(totals.filter(pl.col("level") == "post", pl.col("available_x100") > 0)["code"])
    away = posts.filter(pl.col("code").is_in(working), pl.col("available_x100") == 0)
    assert 1 <= away["code"].n_unique() < len(working) // 2
    assert (away["reduction_hours_micro"] == away["contracted_hours_micro"]).all()


def test_the_same_seed_writes_the_same(night, past: list[Path], tmp_path: Path) -> None:
    again = write_past(tmp_path / "again", *night, DAYS, 1)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in past]
    other = write_past(tmp_path / "other", *night, DAYS, 2)
    assert [path.read_bytes() for path in other] != [path.read_bytes() for path in past]
