"""Marks of cohorts: what the table may say, what is refused, when a mark counts, how one is weighed."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from intake_tidy import ASH, Row, case, flag, ordinary_tidy

from wmt import rules
from wmt.facts import SCHEMAS
from wmt.facts.cohorts import MARK, CaseCohort, marked, named_cohorts, names
from wmt.intake import read
from wmt.intake.model import Import
from wmt.ledger import Ledger
from wmt.rules.overlays import read_overlay

REF, DAY = "X777701", date(2024, 6, 14)
MARKED: Row = {"case_ref": REF, "cohort": "iom", "first_day": date(2024, 1, 1), "last_day": None}
NSD = CaseCohort("nsd", "NSD", "", private=True, flag="", weighed=False)
IOM = CaseCohort("iom", "IOM", "", private=False, flag="I", weighed=True)


def load_with(folder: Path, *rows: Row, flagged: bool = False) -> Import:
    tidy = ordinary_tidy()
    tidy.tables["case"] = [*tidy.tables["case"], case(REF, ASH, "community", "B2")]
    if flagged:
        tidy.tables["case_flag"] = [*tidy.tables.get("case_flag", []), flag(REF, ASH, "I")]
    if rows:
        tidy.tables["case_cohort"] = list(rows)
    return read([tidy.write(folder / "tidy")])


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"cohort": "moon"}, "COHORT_UNKNOWN", "cohort"),
        ({"cohort": "other_1"}, "COHORT_UNKNOWN", "cohort"),  # nobody gave it a name
        ({"cohort": None}, "MISSING_VALUE", "cohort"),
        ({"first_day": None}, "MISSING_VALUE", "first_day"),
        ({"first_day": "1/1/2024"}, "BAD_VALUE", "first_day"),
        ({"last_day": date(2023, 12, 31)}, "BAD_VALUE", "last_day"),
    ],
)
def test_what_is_wrong_with_a_mark_is_refused_by_name(
    cells: dict[str, Any], code: str, column: str, tmp_path: Path
) -> None:
    result = load_with(tmp_path, {**MARKED, "cohort": "nsd"}, {**MARKED, **cells})
    told = {
        (each.code, each.sheet, each.row, each.column) for each in result.faults if each.severity == "refuse"
    }
    assert told == {(code, "case_cohort", 3, column)}
    if code == "COHORT_UNKNOWN":
        [said] = [each.message for each in result.faults if each.code == code]
        assert "there are iirms, iom, nsd, lifer" in said


def test_the_same_mark_twice_is_refused_and_one_of_no_case_is_told(tmp_path: Path) -> None:
    twice = load_with(tmp_path / "twice", MARKED, {**MARKED, "last_day": DAY})
    assert {each.code for each in twice.faults if each.severity == "refuse"} == {"DUPLICATE_KEY"}
    ended = {**MARKED, "case_ref": "X777799", "last_day": DAY - timedelta(1)}
    alone = load_with(tmp_path / "alone", {**MARKED, "case_ref": "X777798"}, ended)
    assert alone.accepted
    told = [(each.row, each.rows) for each in alone.faults if each.code == "COHORT_WITHOUT_CASE"]
    assert told == [(2, 1)]


def test_an_iom_mark_is_weighed_as_the_flag_is_and_moves_nothing_as_shipped(tmp_path: Path) -> None:
    plain = load_with(tmp_path / "plain").facts
    by_mark = load_with(tmp_path / "mark", MARKED, {**MARKED, "cohort": "lifer"}).facts
    by_flag = load_with(tmp_path / "flag", flagged=True).facts
    both = load_with(tmp_path / "both", MARKED, flagged=True).facts
    over = load_with(tmp_path / "over", {**MARKED, "last_day": DAY - timedelta(1)}).facts
    assert plain and by_mark and by_flag and both and over  # noqa: PT018
    for name in SCHEMAS:
        assert by_mark.table(name).equals(by_flag.table(name)), name
        assert both.table(name).equals(by_flag.table(name)), name
        assert over.table(name).equals(plain.table(name)), name
    ruleset = rules.load().at(DAY)
    assert Ledger(by_mark, ruleset).totals().equals(Ledger(plain, ruleset).totals())
    heavier = rules.load().at(
        DAY, [read_overlay("name: a\nreference: b\nvalues: {case_weighting.iom: 150}", "a")]
    )
    weighed = Ledger(by_mark, heavier).lines().filter(kind="iom")
    [own] = Ledger(by_mark, heavier).lines().filter(kind="case", ref=REF)["points_x100"]
    assert weighed.select("ref", "points_x100").rows() == [(REF, own // 2)]


@pytest.mark.parametrize(
    ("first", "last", "is_in"), [(0, None, True), (1, None, False), (-5, 0, True), (-5, -1, False)]
)
def test_both_days_of_a_mark_count(first: int, last: int | None, is_in: bool) -> None:
    days = DAY + timedelta(first), None if last is None else DAY + timedelta(last)
    marks = pl.DataFrame([(REF, "nsd", *days)], MARK, orient="row")
    found = marked(marks, pl.DataFrame(schema=SCHEMAS["flag"]), {"nsd": NSD}, DAY)
    assert found.rows() == ([(REF, "nsd")] if is_in else [])


def test_a_case_has_each_cohort_once_in_their_order_from_marks_and_flags() -> None:
    long_ago = date(2020, 1, 1)
    rows = [(REF, "nsd", long_ago, None), (REF, "nsd", DAY, None), (REF, "gone", long_ago, None)]
    flags = [
        (1, REF, "I", "licence", "A1", 0),
        (2, REF, "I", "licence", "A1", 0),
        (1, "Y", "U", "licence", "A1", 0),
    ]
    found = marked(
        pl.DataFrame(rows, MARK, orient="row"),
        pl.DataFrame(flags, SCHEMAS["flag"], orient="row"),
        {"iom": IOM, "nsd": NSD},
        DAY,
    )
    assert found.rows() == [(REF, "iom nsd")]
    assert names("iom nsd gone", {"iom": IOM, "nsd": NSD}) == ["IOM", "NSD", "gone"]


def test_a_cohort_that_an_organisation_names_is_known_and_private_until_it_says_otherwise() -> None:
    ruleset = rules.load().at(
        DAY, [read_overlay("name: a\nreference: b\nvalues: {cohorts.other_2.name: Stalking}", "a")]
    )
    found = named_cohorts({path: value.value for path, value in ruleset.under("cohorts").items()})
    assert list(found) == ["iirms", "iom", "nsd", "lifer", "other_2"]
    assert (found["other_2"].name, found["other_2"].private) == ("Stalking", True)
    assert [code for code, each in found.items() if each.private] == ["nsd", "other_2"]
