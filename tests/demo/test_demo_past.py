"""The nation's past: exact sums, the same for the same seed, and a smooth way into the first night."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from wmt import rules
from wmt.demo import write_nation
from wmt.demo.past import write_past
from wmt.demo.stays import stays_of
from wmt.history import FIGURE, SUMMED
from wmt.intake import read
from wmt.ledger import COMPONENTS, Ledger

DAYS = 200


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, pl.DataFrame, date]:
    folder: Path = tmp_path_factory.mktemp("nation")
    truth = write_nation(folder, posts=80, cases=2000, seed=11, formats=("tidy", "people"))
    place = folder / truth.nights[0].folder
    facts = read([place / "tidy"], people=place / "people", names=True).facts
    assert facts
    ledger = Ledger(facts, rules.load().at(facts.day))
    return ledger.totals(), ledger.lines(), facts.day


@pytest.fixture(scope="module")
def past(night: tuple[pl.DataFrame, date], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_past(tmp_path_factory.mktemp("past"), *night, DAYS, 1)


@pytest.fixture(scope="module")
def whole(past: list[Path]) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(path) for path in past])


def test_a_file_a_month_up_to_the_day_before(past: list[Path], whole: pl.DataFrame, night) -> None:
    *_, day = night
    assert [path.stem for path in past] == sorted({f"{found:%Y-%m}" for found in whole["day"]})
    assert whole.schema == FIGURE
    assert whole["day"].max() == day - timedelta(1)
    assert (day - whole["day"].min()).days == DAYS  # type: ignore[operator]
    missing = DAYS - whole["day"].n_unique()
    assert 1 <= missing < DAYS // 20
    assert whole.select("day", "level", "code", "stream").is_duplicated().sum() == 0


def test_units_are_the_exact_sums_of_their_posts(whole: pl.DataFrame, night) -> None:
    totals, *_ = night
    posts, keys = whole.filter(level="post"), ["day", "stream", "code"]
    for level in ("team", "pdu", "region", "nation"):
        key = pl.lit("nation") if level == "nation" else pl.col(f"{level}_code")
        sums = posts.group_by("day", "stream", code=key).agg(pl.col(name).sum() for name in SUMMED)
        units = whole.filter(level=level)
        assert units.select(*keys, *SUMMED).sort(keys).equals(sums.select(*keys, *SUMMED).sort(keys))
        names = dict(totals.filter(level=level).select("code", "name").rows())
        assert dict(units.select("code", "name").unique().rows()).items() <= names.items()


def test_points_are_the_sum_of_their_parts_and_time_is_never_negative(whole: pl.DataFrame) -> None:
    parts = pl.sum_horizontal(f"{name}_x100" for name in COMPONENTS)
    assert whole.select((parts == pl.col("points_x100")).all()).item()
    assert whole["available_x100"].min() == 0
    assert whole.select((pl.col("points_x100") % 100 == 0).all()).item()


def test_it_runs_smoothly_into_the_first_night(whole: pl.DataFrame, night) -> None:
    totals, _, day = night
    by_day = whole.filter(level="nation").group_by("day").agg(pl.col("points_x100").sum())
    nation = by_day.sort("day")["points_x100"].to_list()
    real = totals.filter(level="nation")["points_x100"].sum()
    steps = [abs(after - before) for before, after in zip(nation, [*nation[1:], real], strict=True)]
    assert steps[-1] <= max(steps[:-1])
    assert 100 * max(steps) < 8 * real
    eve = whole.filter(day=day - timedelta(1))
    assert eve.filter(level="post").height >= totals.filter(level="post").height - 2


def test_hours_off_are_counted_as_those_of_the_first_night(whole: pl.DataFrame, night) -> None:
    """Who is away and was on the day before has the same reductions, also those beyond the contract."""
    totals, _, day = night
    kinds = ["code", "contracted_hours_micro", "reduction_hours_micro", "available_x100"]
    now = totals.filter(pl.col("level") == "post", pl.col("available_x100") == 0).select(kinds)
    beyond = now.filter(pl.col("reduction_hours_micro") > pl.col("contracted_hours_micro"))
    assert len(beyond) >= 1
    before = whole.filter(pl.col("day") == day - timedelta(1), level="post").select(kinds)
    away = beyond.join(before.filter(pl.col("available_x100") == 0), on="code", suffix="_before")
    assert len(away) >= 1
    assert (away["reduction_hours_micro"] == away["reduction_hours_micro_before"]).all()


def test_it_is_made_of_events_and_not_of_waves(whole: pl.DataFrame) -> None:
    """What a fortnight added says nothing of what the next one adds: no tide carries cases."""
    wide = whole.filter(level="post").select("day", "code", "cases_all").pivot("code", index="day")
    wide = wide.sort("day").drop("day")
    kept = [column for column in wide.get_columns() if column.null_count() == 0 and column.max() > 5]
    changes = [column.gather_every(14).diff().drop_nulls().to_numpy() for column in kept]
    first, then = (
        np.concatenate([change[part] for change in changes]) for part in (slice(-1), slice(1, None))
    )
    assert len(first) > 300
    assert np.corrcoef(first, then)[0, 1] < 0.1
    # a case at a time: on most days a post's cases are what they were the day before
    assert np.mean(np.concatenate([np.diff(column.to_numpy()) == 0 for column in kept])) > 0.5


def test_it_grew_by_two_to_four_in_a_hundred_a_year(night) -> None:
    """The stays of forty thousand cases, without the people who join and leave."""
    _, lines, _ = night
    case = lines.filter(kind="case", stream="standard").with_columns(at=pl.lit(0, pl.Int64))
    many = pl.concat(
        [case.with_columns(ref=pl.col("ref") + f"/{copy}") for copy in range(40_000 // len(case))]
    )
    stays = stays_of(many, ["cases_all"], 365, np.random.default_rng(3))
    grown = -stays.change(1, 365, 1)["cases_all"].sum() / len(many)
    assert 0.01 < grown < 0.05  # 3% and what the dice make of it


def test_people_join_leave_and_are_away(whole: pl.DataFrame, night) -> None:
    totals, *_ = night
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
