"""Why did it move: the story of 77 and 111, what people are told, and a part of a night against the whole."""

import sys
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from wmt import rules
from wmt.demo import Truth, write_nation
from wmt.ledger import LEVELS, Cause, Ledger, Moment, engine, is_over
from wmt.ledger.arithmetic import percentage_points_x100
from wmt.ledger.compare import compare
from wmt.ledger.explain_change import Side, UnitMove, Why, why
from wmt.ledger.narrative import say
from wmt.ledger.why_posts import why_of_posts
from wmt.nights import Night, Order
from wmt.nights.load import load
from wmt.nights.unit_slice import part_of, sides_of
from worlds import World

OLD = date(2022, 2, 2)
BEFORE, AFTER = datetime(2022, 2, 2, 18, 30), datetime(2022, 2, 3, 18, 30)


def story(status: str, as_at: datetime) -> Side:
    """An officer with 1,675 points of 2,176, and forty cases worth 18.5 points each once they commence.

    The weight of such a case is laid over the rules of 2021. A colleague of the team has 2,300 of 2,176.
    """
    overlay = rules.Overlay("story", "seed", (("tier_points.pc16.community.D0", OLD, Decimal("18.5")),))
    world = World(as_at).post("N1A:S1").post("N1A:S2")
    world.cases("N1A:S2", "community", "C1", 46)  # 46 × 50
    for number in range(5):
        world.cases("N1A:S1", "community", "A3", ref=f"A{number:06d}")  # 5 × 206 = 1,030
    for number in range(11):
        world.cases("N1A:S1", "community", "C1", ref=f"B{number:06d}")  # 11 × 50 = 550
    world.cases("N1A:S1", "custody", "B2", ref="C000001")  # 48
    world.cases("N1A:S1", "custody", "B1", ref="C000002")  # 47: 1,675 in all
    for number in range(40):
        world.cases("N1A:S1", "community", "D0", status=status, ref=f"U{number:06d}")
    return Side(world.facts(), rules.load().at(OLD, [overlay]))


def test_forty_cases_whose_requirements_commence_take_an_officer_from_77_to_111_percent() -> None:
    found = why(story("uncommenced", BEFORE), story("active", AFTER), "post", "N1A:S1")
    assert (found.before, found.after) == (Moment(167_500, 217_600), Moment(241_500, 217_600))
    assert [(moved.cause, moved.points_x100, moved.lines) for moved in found.causes] == [
        (Cause.COMMENCED, 74_000, 40)
    ]
    assert found.causes[0].percentage_points_x100 == 11_098 - 7_698  # all of it
    assert say(found, "S1") == (
        "Up 34.0 percentage points: 40 cases whose requirements had not been commenced now count "
        "(+740 points)."
    )
    lines = found.lines_of(Cause.COMMENCED)
    assert set(lines["ref"]) == {f"U{number:06d}" for number in range(40)}
    assert lines.select("status_before", "status_after", "points_x100").unique().rows() == [
        ("uncommenced", "active", 1_850)
    ]
    assert set(lines["post_before"]) == set(lines["post_after"]) == {"N1A:S1"}


@pytest.mark.parametrize("most", [engine.FEW_ROWS, 0])
def test_their_team_goes_over_too(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Told by an engine that is kept for few rows, and by one of its own for many."""
    monkeypatch.setattr(engine, "FEW_ROWS", most)
    found = why(story("uncommenced", BEFORE), story("active", AFTER), "team", "N1A")
    assert not is_over(*found.before, 10_000)
    assert is_over(*found.after, 10_000)
    assert [moved.cause for moved in found.causes] == [Cause.COMMENCED]
    assert found.causes[0].points_x100 == found.after.points_x100 - found.before.points_x100 == 74_000


def told(
    before: Moment,
    after: Moment,
    *causes: tuple[Cause, int, int, int | None, int],
    there: tuple[bool, bool] = (True, True),
) -> str:
    """What is said of some causes: points, available points, percentage points (hundredths) and how many."""
    moved = tuple(UnitMove(c, points, time, share, n, n) for c, points, time, share, n in causes)
    nothing = pl.DataFrame()
    return say(
        Why(
            "post", "T:S", "sentence_management", "Sam", *there, BEFORE, AFTER, before, after, moved, nothing
        ),
        "Sam",
    )


SENTENCES = [
    (
        told(Moment(100_000, 200_000), Moment(100_000, 200_000)),
        "No change: capacity is still 50.0%.",
    ),
    (
        told(
            Moment(200_000, 200_000),
            Moment(180_000, 200_000),
            (Cause.ENDED, -30_000, 0, -1_500, 3),
            (Cause.NEW_CASE, 10_000, 0, 500, 1),
        ),
        "Down 10.0 percentage points: 3 cases ended (−300 points); and 1 new case (+100 points).",
    ),
    (
        told(
            Moment(100_000, 200_000),
            Moment(120_000, 200_000),
            (Cause.NEW_CASE, 15_000, 0, 750, 2),
            (Cause.RETIERED, 9_000, 0, 450, 1),
            (Cause.REPORTS, -6_900, 0, -345, 1),
            (Cause.HELP_GIVEN, 1_900, 0, 95, 1),
            (Cause.HELP_RECEIVED, 1_000, 0, 50, 1),
        ),
        "Up 10.0 percentage points: 2 new cases (+150 points); 1 case was re-tiered (+90 points); "
        "reports changed (−69 points); and 2 smaller causes (+29 points).",
    ),
    (
        told(
            Moment(100_000, 200_000), Moment(100_000, 100_000), (Cause.HOURS, 0, -100_000, 5_000, 1)
        ),
        "Up 50.0 percentage points: contracted hours changed (−1,000 available points).",
    ),
    (
        told(Moment(100_000, 0), Moment(107_400, 200_000), (Cause.NEW_CASE, 7_400, 0, None, 1)),
        "Up 74 points (no percentage, as there were no available hours before): 1 new case "
        "(+74 points).",
    ),
    (
        told(
            Moment(100_000, 200_000), Moment(100_000, 0), (Cause.REDUCTION, 0, -200_000, None, 1)
        ),
        "No change in points, and no percentage as there are no available hours now: a reduction "
        "changed (−2,000 available points).",
    ),
    (
        told(
            Moment(100_000, 200_000),
            Moment(100_000, 200_000),
            (Cause.ALLOCATED_IN, 5_000, 0, 250, 1),
            (Cause.MOVED_OUT, -5_000, 0, -250, 1),
        ),
        "Unchanged at 50.0%, although some work or hours changed: 1 case allocated in (+50 points); and 1 "
        "case moved out (−50 points).",
    ),
    (
        told(Moment(0, 0), Moment(100, 200_000), (Cause.HOURS, 0, 200_000, None, 1), there=(False, True)),
        "Sam is new, at 0.1%: contracted hours changed (+2,000 available points).",
    ),
    (
        told(Moment(150, 0), Moment(0, 0), (Cause.ENDED, -150, 0, None, 1), there=(True, False)),
        "Sam is no longer in the figures (was 1.5 points with no available hours): 1 case ended "
        "(−1.5 points).",
    ),
    (told(Moment(0, 0), Moment(0, 0), there=(False, False)), "Sam is not in the figures for either date."),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), SENTENCES)
def test_what_a_person_would_say(said: str, expected: str) -> None:
    assert said == expected


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Night, Night, Truth]:
    """Two nights of a small nation, loaded."""
    folder = tmp_path_factory.mktemp("nation")
    truth = write_nation(folder, scale=0.02, nights=2, formats=("tidy", "people"))
    saved = tmp_path_factory.mktemp("nights")
    loaded = []
    for night in truth.nights:
        place = folder / night.folder
        done = load(Path(saved), Order(paths=[place / "tidy"], people=place / "people"))
        assert done.night is not None
        loaded.append(done.night)
    return loaded[0], loaded[1], truth


def units(night: Night, level: str, wanted: int) -> list[str]:
    """Some codes of a level, those that moved most first."""
    totals = night.table("results/totals").filter(level=level).sort("points_x100", descending=True)
    return totals["code"].to_list()[:wanted]


def test_a_part_of_a_night_says_what_the_whole_says(nights: tuple[Night, Night, Truth]) -> None:
    """Causes and moves of a unit are the same whether only its lines are read or all of the nation's."""
    first, last, _ = nights
    whole = [Side(night.facts(), night.rules(), night.former()) for night in (first, last)]
    a, b = (Ledger(side.facts, side.rules, prefix="a_") for side in whole)
    b = Ledger(whole[1].facts, whole[1].rules, engine=a.engine, prefix="b_")
    found_rows = compare(a, b, LEVELS)
    usual = (row for row in found_rows if row["level"] == "post" or row["stream"] == "sentence_management")
    rows = {(row["level"], row["code"]): row for row in usual}
    for level, number in (("post", 12), ("team", 4), ("pdu", 2), ("region", 2), ("nation", 1)):
        for code in units(first, level, number):
            found = why(*sides_of(first, last, level, code), level, code)
            row = rows[level, code]
            assert {
                (str(moved.cause), Decimal(moved.points_x100).scaleb(-2), moved.lines)
                for moved in found.causes
            } == {(cause["cause"], cause["points"], cause["lines"]) for cause in row["causes"]}
            assert found.moves.select(pl.col("points_x100").sum()).item() == (
                found.after.points_x100 - found.before.points_x100
            )
            if level == "team":
                assert_frame_equal(found.moves, why(*whole, level, code).moves)


def test_cases_that_stayed_as_they_were_move_nothing(
    nights: tuple[Night, Night, Truth], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving them out before anything is compared gives what comparing every line gives."""
    first, last, _ = nights
    for level in ("nation", "region", "post"):
        for code in units(first, level, 2):
            found = why(*sides_of(first, last, level, code), level, code)
            with monkeypatch.context() as patch:
                patch.setattr(sys.modules[Side.__module__], "_where_they_differ", lambda *sides: sides)
                plain = why(*sides_of(first, last, level, code), level, code)
            assert_frame_equal(found.moves, plain.moves)
            assert (found.before, found.after, found.causes) == (plain.before, plain.after, plain.causes)


def test_what_tells_of_a_change_is_compared_with_it(
    nights: tuple[Night, Night, Truth], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One half of a contact changes and the other does not; reductions change where no hours are left."""
    before, _ = sides_of(*nights[:2], "nation", "nation")
    assert before.lines is not None
    is_reduction = pl.col("kind") == "reduction"
    timed = before.lines.filter(is_reduction)["staff_code"].implode()
    no_hours = (pl.col("kind") == "contracted_hours") & pl.col("staff_code").is_in(timed)
    half = (pl.col("kind") == "contact") & (pl.col("points_x100") > 0)
    micro, points = pl.col("quantity_micro"), pl.col("points_x100")
    first = before.lines.with_columns(pl.when(no_hours).then(0).otherwise(micro).alias("quantity_micro"))
    last = first.with_columns(
        pl.when(is_reduction).then(micro + 1).otherwise(micro).alias("quantity_micro"),
        pl.when(is_reduction).then(pl.lit("2020-01-01")).otherwise("rule_from").alias("rule_from"),
        points + (half | is_reduction).cast(pl.Int64),
    )
    sides = [replace(before, lines=lines) for lines in (first, last)]
    found = why(*sides, "nation", "nation").moves
    monkeypatch.setattr(sys.modules[Side.__module__], "_where_they_differ", lambda *sides: sides)
    assert set(found["kind"]) == {"contact", "reduction"}
    assert_frame_equal(found, why(*sides, "nation", "nation").moves)


def test_many_posts_asked_at_once_say_what_each_says_alone(nights: tuple[Night, Night, Truth]) -> None:
    first, last, truth = nights
    moved = truth.events.filter(kind="moved").row(0, named=True)
    both = [moved[side].split()[0] for side in ("before", "after")]  # one gives the other a case
    codes = [*dict.fromkeys((*both, *units(first, "post", 10))), "NO:ONE"]
    found = why_of_posts(*sides_of(first, last, "post", codes))
    assert {*both} <= found.keys()
    for code in codes:
        alone = why(*sides_of(first, last, "post", code), "post", code)
        shares = percentage_points_x100(alone.before, alone.after, [])
        assert (code in found) == (alone.was_there and alone.is_there and shares is not None)
        if code in found:
            causes = {each.cause: each.percentage_points_x100 for each in alone.causes}
            assert found[code] == (alone.before, alone.after, causes), code


def test_the_jump_of_the_demonstration_is_one_cause(nights: tuple[Night, Night, Truth]) -> None:
    first, last, truth = nights
    code = truth.stories[1]["post"]
    found = why(*sides_of(first, last, "post", code), "post", code)
    assert [(moved.cause, moved.points_x100, moved.lines) for moved in found.causes] == [
        (Cause.COMMENCED, 74_800, 40)
    ]
    assert say(found, "They").startswith("Up 34.0 percentage points: 40 cases whose requirements")


def test_other_rules_are_told_apart_from_what_happened(nights: tuple[Night, Night, Truth]) -> None:
    first, last, truth = nights
    code = truth.stories[1]["post"]
    before, after = sides_of(first, last, "post", code)
    old = replace(before, rules=rules.load().at(OLD), lines=None, facts=part_of(first, "post", code).facts)
    new = replace(after, lines=None, facts=part_of(last, "post", code).facts)
    found = why(old, new, "post", code)
    assert {moved.cause for moved in found.causes} >= {Cause.COMMENCED, Cause.RULE}
    assert sum(moved.points_x100 for moved in found.causes) == (
        found.after.points_x100 - found.before.points_x100
    )
    assert sum(moved.available_x100 for moved in found.causes) == 2_400  # 2,200 less 2,176


def test_where_a_case_came_from_and_went_to(nights: tuple[Night, Night, Truth]) -> None:
    first, last, truth = nights
    moved = truth.events.filter(kind="moved").row(0, named=True)
    giver, taker = (moved[side].split()[0] for side in ("before", "after"))
    out = why(*sides_of(first, last, "post", giver), "post", giver).lines_of(Cause.MOVED_OUT)
    came = why(*sides_of(first, last, "post", taker), "post", taker).lines_of(Cause.ALLOCATED_IN)
    for lines in (out, came):
        (row,) = lines.filter(ref=moved["ref"]).iter_rows(named=True)
        assert (row["post_before"], row["post_after"]) == (giver, taker)


def test_a_unit_that_no_night_has_is_said_to_be_nowhere(nights: tuple[Night, Night, Truth]) -> None:
    first, last, _ = nights
    found = why(*sides_of(first, last, "post", "NO:ONE"), "post", "NO:ONE")
    assert (found.name, found.was_there, found.is_there, found.causes) == (None, False, False, ())
    assert say(found, "NO:ONE") == "NO:ONE is not in the figures for either date."
