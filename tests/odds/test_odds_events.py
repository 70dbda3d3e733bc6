"""Odds by events: what happened to work between nights, odds worked out by hand, and a look back."""

from datetime import date, timedelta
from functools import partial

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odds_paths import FIRST, MARK, OVER, of_logs
from odds_world import SmallWorld, marks, small_world

from how_many import examples
from wmt.history.day_steps import DayCut, Runs
from wmt.odds import DailyRatios, KnownAhead, by_events, hindcast, work_events
from wmt.odds.events import DRAWS, _how_many
from wmt.odds.work_events import WORK, EventRates, events_between, own_rate, rates_by_grade

TODAY = FIRST + timedelta(99)
CERTAIN, NEVER = 1 - 0.5 / DRAWS, 0.5 / DRAWS


def _work(*rows: tuple[str, str, str, int, date | None]) -> pl.DataFrame:
    """Post, kind, reference, points in hundredths, first day on which it does not count any more."""
    return pl.DataFrame(
        [(post, "PO", kind, ref, points, ends) for post, kind, ref, points, ends in rows], WORK, orient="row"
    )


def _in(days: int) -> date:
    return TODAY + timedelta(days)


def _ratios(*runs: int, days: int = 100) -> DailyRatios:
    """Posts that stand at 120%, so many days over."""
    found = of_logs(np.full((days, len(runs)), OVER - 1.0))
    found.run[-1], found.full[-1] = runs, False
    return found


def _known(work: pl.DataFrame, **more: object) -> KnownAhead:
    codes = work["code"].unique().to_list()
    values: dict[str, object] = {
        "day": TODAY,
        "points_x100": {code: int(work.filter(code=code)["points_x100"].sum()) for code in codes},
        "available_x100": {code: [(TODAY, 100_000)] for code in codes},
        "work": work,
        "rates": {},
        "arrivals": {},
        "days": 91,
        "steps_x100": {},
    }
    return KnownAhead(**{**values, **more})  # type: ignore[arg-type]


def _odds(ratios: DailyRatios, known: KnownAhead, weeks: int = 4) -> list[float]:
    open_for_all = np.full(len(ratios.codes), 0.5)
    return by_events(ratios, len(ratios.days) - 1, weeks, open_for_all, known, marks).tolist()  # type: ignore[arg-type]


# ------------------------------------------------------------ what happened between two nights


def test_what_happened_to_work_between_two_nights_by_hand() -> None:
    """Ten days: B ends as planned, C leaves early, D changes by −20, E comes for 90 days, a report comes."""
    earlier = _work(
        ("T:1", "case", "A", 100, _in(200)),
        ("T:1", "case", "B", 100, _in(5)),
        ("T:1", "case", "C", 100, _in(11)),
        ("T:2", "case", "D", 100, None),
        ("T:2", "report", "R", 50, _in(3)),
    )
    later = _work(
        ("T:1", "case", "A", 100, _in(200)),
        ("T:2", "case", "D", 80, None),
        ("T:2", "case", "E", 70, _in(100)),
        ("T:2", "report", "S", 60, _in(35)),
    )
    found = events_between(TODAY, earlier, _in(10), later)
    came = {row["kind"]: (row["code"], row["points_x100"], row["lasts"]) for row in found.came.to_dicts()}
    assert came == {"case": ("T:2", 70, 90), "report": ("T:2", 60, 25)}
    assert found.by_grade.to_dicts() == [{"grade": "PO", "case_days": 30, "left": 1}]
    assert found.changed["by_x100"].to_list() == [-20]
    rates = rates_by_grade([found])["PO"]
    assert rates.came == {"case": 1 / 20, "report": 1 / 20}, "two posts, ten days"
    assert (rates.left, rates.changed) == (1 / 30, 1 / 30)
    assert work_events.arrivals_of([found]) == {("T:2", "case"): 1, ("T:2", "report"): 1}


def test_a_case_that_goes_to_a_colleague_leaves_one_and_comes_to_the_other() -> None:
    before, after = _work(("T:1", "case", "A", 100, _in(90))), _work(("T:2", "case", "A", 100, _in(90)))
    found = events_between(TODAY, before, _in(7), after)
    assert found.by_grade["left"].to_list() == [1]
    assert found.came["code"].to_list() == ["T:2"]


@pytest.mark.parametrize(
    ("arrivals", "of_grade", "expected"), [(0, 0.1, 4 / 131), (10, 0.1, 14 / 131), (3, 0.0, 0.0)]
)
def test_a_post_has_its_own_arrivals_and_four_at_the_rate_of_its_grade(
    arrivals: int, of_grade: float, expected: float
) -> None:
    """91 days, and four at one in ten days are 40 more."""
    assert own_rate(arrivals, 91, of_grade) == pytest.approx(expected)


# ------------------------------------------------------------ odds where nothing is thrown


@pytest.mark.parametrize(
    ("run", "ends_in", "expected"),
    [
        (8, None, CERTAIN),  # 120% for the 20 days it lacks
        (8, 21, CERTAIN),  # the run is full on the 20th day ahead; on the 21st the case counts no more
        (8, 20, NEVER),  # on the 20th it is at 100%: a day short
        (0, 28, NEVER),  # of 28 days 27 are over
        (0, None, CERTAIN),
    ],
)
def test_a_planned_end_decides(run: int, ends_in: int | None, expected: float) -> None:
    last = _in(300) if ends_in is None else _in(ends_in)
    work = _work(("T:0000", "case", "A", 100_000, _in(300)), ("T:0000", "case", "B", 20_000, last))
    assert _odds(_ratios(run), _known(work)) == [expected]


def test_a_report_that_stops_counting_and_time_that_comes_back() -> None:
    work = _work(
        ("T:0000", "report", "A", 120_000, _in(10)),
        ("T:0001", "report", "B", 120_000, _in(60)),
        ("T:0002", "report", "C", 120_000, _in(60)),
    )
    # the second has a quarter more time from the fifth day on; the third none for a week, which is a pause
    available = {
        "T:0000": [(TODAY, 100_000)],
        "T:0001": [(TODAY, 100_000), (_in(5), 125_000)],
        "T:0002": [(TODAY, 100_000), (_in(3), 0), (_in(10), 100_000)],
    }
    assert _odds(_ratios(8, 8, 8), _known(work, available_x100=available)) == [NEVER, NEVER, CERTAIN]
    longer = {**available, "T:0002": [(TODAY, 100_000), (_in(3), 0), (_in(11), 100_000)]}
    assert _odds(_ratios(8, 8, 8), _known(work, available_x100=longer))[2] == NEVER, "eight days break a run"


def test_other_rules_on_a_day_ahead_are_a_step() -> None:
    work = _work(("T:0000", "case", "A", 120_000, _in(300)))
    assert _odds(_ratios(8), _known(work, steps_x100={"T:0000": [(_in(15), -10_001)]})) == [NEVER]
    assert _odds(_ratios(8), _known(work, steps_x100={"T:0000": [(_in(15), -9_999)]})) == [CERTAIN]
    assert _odds(_ratios(8), _known(work, steps_x100={"T:0000": [(_in(40), -50_000)]})) == [CERTAIN]


def test_within_eight_weeks_a_run_that_begins_later_counts() -> None:
    work = _work(("T:0000", "case", "A", 100_000, _in(300)))
    rise = _known(work, steps_x100={"T:0000": [(_in(29), 20_000)]})
    assert _odds(_ratios(0), rise, weeks=8) == [CERTAIN]
    too_late = _known(work, steps_x100={"T:0000": [(_in(30), 20_000)]})
    assert _odds(_ratios(0), too_late, weeks=8) == [NEVER]


def test_days_of_the_week_that_never_have_figures_have_none_ahead() -> None:
    """Nights on weekdays alone: of 28 days 20 count, so that a run of 7 days is not full and one of 8 is."""
    calendar = [day for number in range(160) if (day := FIRST + timedelta(number)).weekday() < 5]
    today = calendar[-1]
    codes = ("T:0000", "T:0001")
    work = _work(*((code, "case", code, 120_000, date(2030, 1, 1)) for code in codes))
    ratios = of_logs(np.full((len(calendar), 2), OVER - 1.0), calendar=calendar)
    ratios.run[-1] = [7, 8]
    known = _known(work, day=today, available_x100={code: [(today, 100_000)] for code in codes})
    assert _odds(ratios, known) == [NEVER, CERTAIN]


# ------------------------------------------------------------ who is asked about


def test_where_too_little_is_known_nothing_is_said() -> None:
    """No planned end of any case, no work, no figure, no time: and what analogy does not leave open."""
    ends = date(2030, 1, 1)
    work = _work(
        ("T:0000", "case", "A", 120_000, None),
        ("T:0002", "case", "B", 120_000, ends),
        ("T:0003", "case", "C", 120_000, ends),
        ("T:0004", "case", "D", 120_000, ends),
        ("T:0005", "case", "E", 120_000, ends),
    )
    known = _known(work)
    del known.points_x100["T:0002"]  # type: ignore[attr-defined]
    del known.available_x100["T:0003"]  # type: ignore[attr-defined]
    raw = np.array([0.5, 0.5, 0.5, 0.5, 0.005, 0.0051, np.nan])
    found = by_events(_ratios(*[8] * 7), 99, 4, raw, known, marks)  # type: ignore[arg-type]
    assert np.isnan(found).tolist() == [True, True, True, True, True, False, True]


def test_the_dice_of_a_post_are_its_own(world: SmallWorld, ratios: DailyRatios) -> None:
    """Equal input gives equal odds, whoever else is asked about, and in whatever order work comes."""
    raw = np.full(world.posts, 0.5)
    known = world.known(150)
    assert known is not None
    every = by_events(ratios, 150, 4, raw, known, marks)  # type: ignore[arg-type]
    alone = np.where(np.arange(world.posts) % 7 == 3, raw, np.nan)
    shuffled = KnownAhead(**{**vars(known), "work": known.work.sample(fraction=1, shuffle=True, seed=5)})
    some = by_events(ratios, 150, 4, alone, shuffled, marks)  # type: ignore[arg-type]
    asked = ~np.isnan(alone)
    assert (np.isfinite(every) & (every > NEVER) & (every < CERTAIN)).sum() > 10
    np.testing.assert_array_equal(some[asked], every[asked])
    assert np.isnan(some[~asked]).all()


@settings(max_examples=examples(60))
@given(st.floats(0.01, 12), st.integers(0, 1_000))
def test_numbers_that_are_thrown_have_the_mean_and_spread_they_should(mean: float, seed: int) -> None:
    """Of a Poisson number both are the same: within five deviations of what 4,000 throws may differ by."""
    dice = np.random.Generator(np.random.PCG64(seed))
    found = np.concatenate([_how_many(dice, mean) for _ in range(10)])
    assert found.min() >= 0
    assert abs(found.mean() - mean) < 5 * np.sqrt(mean / len(found))
    assert abs(found.var() - mean) < 5 * np.sqrt((mean + 2 * mean**2) / len(found))


def test_nothing_is_known_of_a_grade() -> None:
    none = EventRates.nothing()
    assert (none.left, none.changed, set(none.came.values())) == (0.0, 0.0, {0.0})


# ------------------------------------------------------------ looked back


@pytest.fixture(scope="module")
def world() -> SmallWorld:
    return small_world()


@pytest.fixture(scope="module")
def ratios(world: SmallWorld) -> DailyRatios:
    return world.ratios()


@pytest.mark.parametrize("weeks", [4, 8])
def test_events_are_better_than_the_same_as_today_and_than_analogy(
    world: SmallWorld, ratios: DailyRatios, weeks: int
) -> None:
    """Where work ends as planned, knowing when is worth much: a fifth less error than 'the same as today' is
    the goal."""
    past = hindcast(ratios, weeks, events=partial(world.by_events, ratios, weeks))
    by_analogy = hindcast(ratios, weeks)
    own = past.by_events
    assert own.sum() > 100
    assert past.better_by is not None
    assert past.better_by > 0.2
    assert past.brier is not None
    assert by_analogy.brier is not None
    assert past.brier < by_analogy.brier
    np.testing.assert_array_equal(past.analogy, by_analogy.raw)
    np.testing.assert_array_equal(past.raw[~own], past.analogy[~own])
    assert ((past.analogy[own] > 0.005) & (past.analogy[own] < 0.995)).all()


def test_nothing_from_after_the_day_is_used(world: SmallWorld, ratios: DailyRatios) -> None:
    """Whatever comes, ends early or changes after a day, what is said on it stays the same."""
    day, dice = 147, np.random.default_rng(3)
    later = world.came > day
    gone = np.where(world.gone > day, day + 1 + dice.integers(0, 30, len(world.gone)), world.gone)
    other = SmallWorld(
        world.days, world.posts,
        np.where(later, dice.permutation(world.post), world.post),
        np.where(later, np.minimum(world.days + 1, day + 1 + dice.integers(0, 40, len(later))), world.came),
        np.where(later, world.ends + 17, world.ends), gone,
        np.where(later, world.points * 3, world.points),
    )  # fmt: skip
    changed = other.ratios()
    assert not np.array_equal(changed.capacity[day + 1 :], ratios.capacity[day + 1 :])
    for weeks in (4, 8):
        before = hindcast(ratios, weeks, FIRST + timedelta(day), partial(world.by_events, ratios, weeks))
        after = hindcast(changed, weeks, FIRST + timedelta(day), partial(other.by_events, changed, weeks))
        np.testing.assert_array_equal(before.stated, after.stated)
        raw = np.full(world.posts, 0.5)
        np.testing.assert_array_equal(
            world.by_events(ratios, weeks, day, raw), other.by_events(changed, weeks, day, raw)
        )


def test_each_way_is_put_right_by_what_became_of_its_own(ratios: DailyRatios) -> None:
    """What is said by events, all of it too high: that alone is put down, and analogy stays as it was."""

    def too_high(row: int, raw: np.ndarray) -> np.ndarray:
        return np.where(np.arange(len(raw)) % 2 == 0, 0.9, np.nan) + 0 * raw + 0 * row

    past, plain = hindcast(ratios, 4, events=too_high), hindcast(ratios, 4)
    corrections = past.calibration()
    assert corrections.analogy == plain.calibration().analogy
    asked = corrections.corrected(np.array([0.9, 0.9, np.nan]), np.array([True, False, True]))
    assert asked[0] == pytest.approx(past.happened[past.by_events].mean(), abs=0.02)
    assert asked[1] == pytest.approx(plain.calibration().analogy.corrected(np.array([0.9]))[0])
    assert np.isnan(asked[2])


def test_the_small_world_is_one_worth_looking_at(ratios: DailyRatios) -> None:
    assert 0.05 < (ratios.capacity > OVER).mean() < 0.4


def test_units_that_alone_are_followed_go_on_as_among_all() -> None:
    dice, units = np.random.default_rng(4), 40
    points = dice.choice([100_000, 120_000], (30, units), p=[0.1, 0.9])
    every, some, there = Runs(units), Runs(units), np.ones(units, np.bool_)
    kept = np.ones(units, np.bool_)
    for number in range(30):
        if number == 10:
            kept = every.length > 4
            some.keep(kept)
        of_all = DayCut(800_000 + number, True, there, points[number], np.full(units, 100_000))
        every.step(of_all, MARK)
        some.step(DayCut(*of_all[:2], *(each[kept] for each in of_all[2:])), MARK)
    assert 0 < kept.sum() < units
    assert all(np.array_equal(vars(every)[name][kept], vector) for name, vector in vars(some).items())
