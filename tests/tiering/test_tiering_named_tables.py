"""Tables as an extract has them become a tier's inputs: joined by case, and none is not an empty one."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from wmt.tiering.calculate import tiers
from wmt.tiering.named_tables import SHAPE_OF, tier_input
from wmt.tiering.needs import ANSWERS
from wmt.tiering.tables import SHAPES

CASES: list[dict[str, Any]] = [
    {"case_ref": "X000002", "as_of": date(2024, 6, 14), "gender": "Male", "rsr": Decimal("3.5"), "ogrs": 12},
    {"case_ref": "X000001", "as_of": date(2024, 6, 14), "gender": "Male", "rsr": Decimal("7"), "ogrs": 12},
]


def _table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """A table with every column that intake gives it, empty where a row says nothing."""
    shape = SHAPES[SHAPE_OF[name]]
    columns: dict[str, Any] = {
        column: kind
        for column, kind in shape.items()
        if column not in ("case_no", "crn") and not column.startswith("gives_")
    }
    if name == "need":
        columns |= {"section": pl.String, "severity": pl.String, **dict.fromkeys(ANSWERS, pl.String)}
    columns["case_ref"] = pl.String
    return pl.DataFrame([dict.fromkeys(columns) | row for row in rows], schema=columns, orient="row")


def test_rows_find_their_case_by_its_reference() -> None:
    read = {
        "tier_case": _table("tier_case", CASES),
        "registration": _table(
            "registration", [{"case_ref": "X000001", "code": "RHRH", "date": date(2024, 1, 5)}]
        ),
        "conviction": _table("conviction", [{"case_ref": "X000002", "sentence_type": "SP"}]),
    }
    found = tier_input(read)
    assert found.case.select("case_no", "crn").rows() == [(0, "X000002"), (1, "X000001")]
    assert found.registration.select("case_no", "code").rows() == [(1, "RHRH")]
    assert found.conviction["case_no"].to_list() == [0]
    for name, shape in SHAPES.items():
        assert getattr(found, name).schema == shape, name


def test_a_table_that_is_not_there_is_not_an_empty_one() -> None:
    alone = tier_input({"tier_case": _table("tier_case", CASES)})
    said = ["gives_registrations", "gives_convictions", "gives_enforcement"]
    assert alone.case.select(said).unique().rows() == [(False, False, False)]
    assert alone.registration.is_empty()
    given = tier_input(
        {
            "tier_case": _table("tier_case", CASES),
            "registration": _table("registration", []),
            "enforcement": _table("enforcement", []),
        }
    )
    assert given.case.select(said).unique().rows() == [(True, False, True)]
    # RSR 7.00 is high: 20 points, so B; RSR 3.5 is not
    assert dict(zip(given.case["crn"], tiers(given, "v2")["tier"].str.head(1), strict=True))["X000001"] == "B"


def test_needs_in_words_and_answers_become_severities_and_scores() -> None:
    answered = {"case_ref": "X000001", "assessment_no": 1, "section": "accommodation"}
    rows = [answered | {"severity": "severe"}, answered | {ANSWERS[1]: "some", ANSWERS[2]: "significant"}]
    found = tier_input({"tier_case": _table("tier_case", CASES), "need": _table("need", rows)}).need
    assert found["case_no"].to_list() == [1, 1]
    assert found["section_no"].n_unique() == 1
    assert found["severity"].to_list() == [2, None]
    assert found["score"].to_list() == [None, 3]
