"""People tables: hours and reductions as facts, and every fault in them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from intake_tidy import ASH, OAK, TWO, Row, csv_of, ordinary_tidy, post_of

from wmt import rules
from wmt.facts import Facts
from wmt.intake import Import, read
from wmt.intake.people_model import add_months
from wmt.intake.remedies import REMEDIES


def hours(post: str = ASH, number: str | None = "22.2", **more: Any) -> Row:
    return {**post_of(post), "hours": number, **more}


def reduction(post: str = ASH, reason: str = "5", **more: Any) -> Row:
    """A maternity reduction with its fixed share, in force on the night of 14 June 2024."""
    return {**post_of(post), "reason": reason, "first_day": "2024-06-01", **more}


def read_with(folder: Path, contracted: list[Row], reductions: list[Row], **options: Any) -> Import:
    """Read the ordinary night with these people tables; an empty list means no file."""
    people = folder / "people"
    people.mkdir(exist_ok=True)
    for name, rows in (("contracted_hours", contracted), ("reductions", reductions)):
        if rows:
            (people / f"{name}.csv").write_bytes(csv_of(rows))
    return read([ordinary_tidy().write(folder / "tidy")], people=people, **options)


def facts_of(folder: Path, contracted: list[Row], reductions: list[Row]) -> Facts:
    result = read_with(folder, contracted, reductions)
    assert result.facts is not None, [fault.message for fault in result.faults]
    return result.facts


def test_hours_are_those_in_force_on_the_day(tmp_path: Path) -> None:
    rows = [
        hours(ASH, "18.5", valid_from=None),
        hours(ASH, "22.25", valid_from="2024-06-14"),
        hours(ASH, "37", valid_from="2024-06-15"),
        hours(OAK, "14.8", valid_from="2024-07-01"),
        hours(TWO, "0", valid_from=None),
    ]
    post = facts_of(tmp_path, rows, []).post
    assert post["contracted_micro"].to_list() == [22_250_000, None, 0, None]
    assert post["hours_source"].to_list() == ["entered", None, "entered", None]


def test_hours_entered_win_over_hours_supplied(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    for row in tidy.tables["staff"]:
        row["contracted_hours"] = "30"
    people = tmp_path / "people"
    people.mkdir()
    pl.DataFrame([hours(ASH, "22.2")]).write_parquet(people / "contracted_hours.parquet")
    result = read([tidy.write(tmp_path / "tidy")], people=people)
    assert result.facts is not None
    assert result.facts.post["contracted_micro"].to_list() == [22_200_000, *[30_000_000] * 3]
    assert result.facts.post["hours_source"].to_list() == ["entered", *["supplied"] * 3]
    assert [source.name for source in result.sources if source.name.startswith("people/")] == [
        "people/contracted_hours.parquet"
    ]


def test_reductions_by_share_by_hours_and_by_percent(tmp_path: Path) -> None:
    rows = [
        reduction(reduction_id="r1"),
        reduction(OAK, "Disability", reduction_id="r2", hours="0.925", last_day="2024-06-30"),
        reduction(OAK, "pqip - 1st 6 months", reduction_id="r3", percent="80"),
        reduction(TWO, "11", reduction_id="r4", hours="1", deleted="true"),
        reduction(TWO, "11", reduction_id="r5", percent="12.5", notes="anything, really"),
    ]
    found = facts_of(tmp_path, [], rows).reduction
    assert found.select(pl.exclude("post_no", "first_day")).rows() == [
        ("r1", "5", None, 10_000, None),
        ("r2", "1", 925_000, None, date(2024, 6, 30)),
        ("r3", "12", None, 8_000, None),
        ("r5", "11", None, 1_250, None),
    ]
    assert found["post_no"].to_list() == [0, 1, 1, 2]


def test_a_reduction_without_an_id_has_a_reference_that_lasts(tmp_path: Path) -> None:
    rows = [
        reduction(ASH, "26", hours="1"),
        reduction(ASH, "26", hours="0.5"),
        reduction(OAK, "26", hours="1"),
    ]
    first = facts_of(tmp_path, [], rows).reduction["reduction_ref"].to_list()
    assert first == [f"{ASH}:26:2024-06-01", f"{ASH}:26:2024-06-01+", f"{OAK}:26:2024-06-01"]


def test_months_end_where_the_month_does() -> None:
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2024, 1, 15), 12) == date(2025, 1, 15)


@dataclass(frozen=True)
class Case:
    """Rows of people tables and the fault they must give."""

    name: str
    code: str
    table: str
    row: int | None
    column: str | None
    contracted: tuple[Row, ...] = ()
    reductions: tuple[Row, ...] = ()
    severity: str = "refuse"
    posts: tuple[str, ...] = (ASH,)


def in_hours(name: str, code: str, column: str | None, *rows: Row, row: int = 2, **more: Any) -> Case:
    return Case(name, code, "contracted_hours", row, column, contracted=rows, **more)


def in_reductions(
    name: str, code: str, column: str | None, *rows: Row, row: int | None = 2, **more: Any
) -> Case:
    return Case(name, code, "reductions", row, column, reductions=rows, **more)


def warned(case: Case) -> Case:
    return replace(case, severity="warn", posts=())


STAGES = (
    reduction(ASH, "12", first_day="2023-06-01", last_day="2023-11-30"),
    reduction(ASH, "13", first_day="2023-12-02", last_day="2024-05-31"),
)
CASES = [
    in_hours("no hours", "PEOPLE_MISSING_VALUE", "hours", hours(number=None)),
    in_hours("no team", "PEOPLE_MISSING_VALUE", "team_code", hours(":N01A001"), posts=()),
    in_hours("hours in words", "PEOPLE_BAD_NUMBER", "hours", hours(number="full time")),
    in_hours("three decimals", "PEOPLE_BAD_NUMBER", "hours", hours(number="18.555")),
    in_hours("negative", "PEOPLE_BAD_NUMBER", "hours", hours(number="-1")),
    in_hours("too many", "PEOPLE_BAD_NUMBER", "hours", hours(number="168.5")),
    in_hours("scientific", "PEOPLE_BAD_NUMBER", "hours", hours(number="1e1")),
    in_hours("other digits", "PEOPLE_BAD_NUMBER", "hours", hours(number="٣٧")),
    in_hours("a day in words", "PEOPLE_BAD_DATE", "valid_from", hours(valid_from="June")),
    in_hours("twice", "PEOPLE_DUPLICATE", "valid_from", hours(), hours(number="37"), row=3),
    in_hours("no column", "PEOPLE_MISSING_COLUMNS", "hours", post_of(ASH), row=1, posts=()),
    warned(in_hours("a column of names", "PEOPLE_NAME_COLUMN", "name", hours(name="A B"), row=1)),
    warned(in_hours("a column too many", "PEOPLE_UNKNOWN_COLUMN", "mood", hours(mood="fair"), row=1)),
    warned(
        Case(
            "a post of another night",
            "PEOPLE_UNKNOWN_POST",
            "contracted_hours",
            None,
            None,
            (hours("N09:X"),),
        )
    ),
    warned(in_reductions("a post of another night", "PEOPLE_UNKNOWN_POST", None, reduction("N09:X"))),
    in_reductions("no reason", "PEOPLE_MISSING_VALUE", "reason", reduction(reason="")),
    in_reductions("no first day", "PEOPLE_MISSING_VALUE", "first_day", reduction(first_day=None)),
    in_reductions("no day at all", "PEOPLE_BAD_DATE", "last_day", reduction(last_day="2024-02-31")),
    in_reductions("a reason of no list", "PEOPLE_UNKNOWN_REASON", "reason", reduction(reason="Gardening")),
    in_reductions("hours and percent", "PEOPLE_HOURS_OR_PERCENT", "hours", reduction(hours="1", percent="5")),
    in_reductions("neither, and no share", "PEOPLE_HOURS_OR_PERCENT", "hours", reduction(reason="11")),
    in_reductions("seven decimals", "PEOPLE_BAD_NUMBER", "hours", reduction(hours="1.0000001")),
    in_reductions("over a hundred", "PEOPLE_BAD_NUMBER", "percent", reduction(percent="101")),
    in_reductions(
        "over its most in percent", "PEOPLE_OVER_MAXIMUM", "percent", reduction(reason="8", percent="50.01")
    ),
    in_reductions(
        "over its most in hours", "PEOPLE_OVER_MAXIMUM", "hours", reduction(reason="8", hours="18.51")
    ),
    in_reductions(
        "last before first", "PEOPLE_LAST_BEFORE_FIRST", "last_day", reduction(last_day="2024-05-31")
    ),
    in_reductions(
        "one id twice",
        "PEOPLE_DUPLICATE",
        "reduction_id",
        reduction(reduction_id="r"),
        reduction(OAK, reduction_id="r"),
        row=3,
        posts=(OAK,),
    ),
    in_reductions(
        "the same twice",
        "PEOPLE_DUPLICATE",
        "reduction_id",
        reduction(reduction_id="r"),
        reduction(reduction_id="s"),
        row=3,
    ),
    in_reductions("deleted or not", "PEOPLE_BAD_VALUE", "deleted", reduction(deleted="perhaps")),
    warned(in_reductions("another share", "PEOPLE_SHARE_DIFFERS", "percent", reduction(percent="90"))),
    warned(in_reductions("too long", "PEOPLE_EXPIRED", "last_day", reduction(first_day="2023-12-14"))),
    warned(
        in_reductions(
            "more than the hours",
            "REDUCTIONS_ABOVE_HOURS",
            None,
            reduction(),
            reduction(reason="11", hours="0.000001"),
            row=None,
        )
    ),
    warned(in_reductions("a day between two stages", "STAGE_GAP", "first_day", *STAGES, row=3)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.name}")
def test_the_fault_is_named_with_its_place_and_remedy(case: Case, tmp_path: Path) -> None:
    result = read_with(tmp_path, list(case.contracted), list(case.reductions))
    assert result.accepted is (case.severity == "warn"), [fault.message for fault in result.faults]
    found = [fault for fault in result.faults if (fault.severity, fault.code) == (case.severity, case.code)]
    assert [(fault.sheet, fault.row, fault.column) for fault in found] == [
        (case.table, case.row, case.column)
    ]
    assert found[0].message.endswith(REMEDIES[case.code])
    assert tuple(":".join(post) for post in found[0].posts) == case.posts


def test_a_reason_that_is_switched_off_still_counts_and_says_so(tmp_path: Path) -> None:
    tree = rules.load()
    off = replace_value(tree, "reduction_reasons.5.enabled", False)
    result = read_with(tmp_path, [], [reduction()], tree=off)
    assert result.facts is not None
    assert len(result.facts.reduction) == 1
    found = [fault for fault in result.faults if fault.code == "PEOPLE_REASON_OFF"]
    assert [(fault.severity, fault.row, fault.column) for fault in found] == [("warn", 2, "reason")]


def replace_value(tree: rules.Tree, path: str, value: Any) -> rules.Tree:
    """The tree with another value of one parameter, for ever."""
    parameters = {name: tree.parameter(name) for name in tree.paths}
    old = parameters[path]
    parameters[path] = replace(old, values=tuple(replace(entry, value=value) for entry in old.values))
    return rules.Tree(parameters)


def test_stages_that_follow_each_other_or_lie_far_apart_are_no_gap(tmp_path: Path) -> None:
    for first_day in ("2023-12-01", "2023-12-05"):
        rows = [STAGES[0], {**STAGES[1], "first_day": first_day}]
        result = read_with(tmp_path, [], rows)
        assert "STAGE_GAP" not in {fault.code for fault in result.faults}


def test_an_expired_reduction_is_only_said_where_it_still_runs(tmp_path: Path) -> None:
    for more in ({"first_day": "2023-12-15"}, {"first_day": "2023-01-01", "last_day": "2024-06-13"}):
        result = read_with(tmp_path, [], [reduction(**more)])
        assert "PEOPLE_EXPIRED" not in {fault.code for fault in result.faults}


def test_a_fault_of_a_post_can_be_set_aside(tmp_path: Path) -> None:
    rows = [reduction(reason="Gardening"), reduction(OAK, "11", hours="2")]
    result = read_with(tmp_path, [], rows, set_aside=True)
    assert result.facts is not None
    assert [(aside.staff_code, aside.code) for aside in result.set_aside] == [
        ("N01A001", "PEOPLE_UNKNOWN_REASON")
    ]
    assert result.facts.post["unmeasured"].to_list() == [1, 0, 0, 0, 0]  # the last is NOT-KNOWN
    assert result.facts.reduction["post_no"].to_list() == [1]


def write_no_folder(folder: Path) -> None:
    """Leave the path empty."""


def write_nothing(folder: Path) -> None:
    folder.mkdir()


def write_noise(folder: Path) -> None:
    folder.mkdir()
    (folder / "reductions.csv").write_bytes(b'a,"b\n\x00')


def write_parquet_noise(folder: Path) -> None:
    folder.mkdir()
    (folder / "contracted_hours.parquet").write_bytes(b"PAR1")


@pytest.mark.parametrize("write", [write_nothing, write_noise, write_parquet_noise, write_no_folder])
def test_people_tables_that_are_none(write: Callable[[Path], None], tmp_path: Path) -> None:
    write(tmp_path / "people")
    result = read([ordinary_tidy().write(tmp_path / "tidy")], people=tmp_path / "people")
    assert not result.accepted
    assert [fault.code for fault in result.faults if fault.severity == "refuse"] == ["PEOPLE_NOT_A_TABLE"]
