"""Published tables: what is taken, and what is refused by name."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO

import pytest

from ods_books import COVER, PUBLISHED, QUARTERS, OdsCell, caseload_rows, ods, packed, truth, workforce_rows
from wmt.intake import statistics_cells
from wmt.intake.cells import BadCell, PercentCell
from wmt.intake.remedies import REMEDIES
from wmt.intake.statistics import StatisticsRead, read_statistics
from wmt.intake.statistics_layouts import TABLES
from wmt.staffing import series

TODAY = date(2026, 11, 30)
Rows = list[list[OdsCell]]
HEAD, FIRST = 2, 3


def read(rows: Rows, cover: Rows | None = None, said: date | None = None) -> StatisticsRead:
    return read_statistics(ods({"Cover": cover or COVER, "Table_1": rows}), "tables.ods", TODAY, said)


def taken(found: StatisticsRead) -> dict[tuple[str, date], float]:
    assert not found.is_refused, [fault.message for fault in found.faults.items]
    return {(each.series, each.as_at): each.value for each in found.values}


def codes(found: StatisticsRead) -> set[str]:
    for fault in found.faults.items:
        assert fault.message.endswith(REMEDIES[fault.code])
    return {fault.code for fault in found.faults.items}


def changed(row: int, column: int, cell: OdsCell) -> Rows:
    rows = caseload_rows()
    rows[row] += [None] * (column + 1 - len(rows[row]))
    rows[row][column] = cell
    return rows


def test_a_published_caseload_is_taken_whole() -> None:
    found = read(caseload_rows())
    assert taken(found) == truth()
    assert (found.sheet, found.published_on) == ("Table_1", PUBLISHED)
    assert next(each.cell for each in found.values if each.as_at == QUARTERS[4]) == "F4"


def test_staff_in_post_is_taken_and_other_grades_are_named() -> None:
    found = read(workforce_rows(), [["Publication date", date(2025, 8, 21)]])
    assert taken(found)["officers", date(2025, 6, 30)] == 5519
    assert taken(found)["officers", date(2024, 6, 30)] == 5160.2
    assert taken(found)["probation-staff", date(2024, 12, 31)] == 20555
    assert (found.left_out, found.published_on) == (["Administrative officer"], date(2025, 8, 21))


def test_series_of_all_tables_have_a_title() -> None:
    assert {each for table in TABLES for each in table.series()} <= set(series.names())


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (240362.0, 240362),
        (240362, 240362),
        ("240,362", 240362),
        ("240 362", 240362),
        ("240\u202f362", 240362),
        ("240,362 [r]", 240362),
        ("240,362(r)", 240362),
        ("240362²", 240362),
        ("240,362 [note 12]", 240362),
        ("0", 0),
        ("..", None),
        ("[x]", None),
        ("[z]", None),
        ("-", None),
        ("–", None),
        ("[c]", None),
        (":", None),
    ],
)
def test_a_number_as_tables_have_it(cell: str | float, value: float | None) -> None:
    assert statistics_cells.number_of(cell, whole=True) == value


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("12%", "percentage"),
        (PercentCell(0.5), "percentage"),
        (-3.0, "negative"),
        ("-3", "negative"),
        ("−3", "negative"),
        (0.5, "no whole number"),
        ("240.362", "no whole number"),
        ("240,36", "no number"),
        ("240,3621", "no number"),
        ("1.234.567", "no number"),
        (float("nan"), "no number"),
        (float("inf"), "no number"),
        ("nan", "no number"),
        ("1e5", "no number"),
        (1e9, "more than there are people"),
        (True, "no number"),
        (date(2025, 6, 30), "no number"),
        (BadCell("an error"), "an error"),
        ("(240)", "no number"),
        ("240,362 [x]", "no number"),
        ("about 3", "no number"),
    ],
)
def test_what_is_no_number_is_said(cell: str | float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        statistics_cells.number_of(cell, whole=True)


@pytest.mark.parametrize(
    "cell",
    [
        "30 June 2025",
        "30 Jun 2025",
        "30-Jun-25",
        "Jun-25",
        "Jun 2025",
        "June 2025",
        "30/06/2025",
        "2025-06-30",
        "As at 30 June 2025",
        "As at 30 Jun 2025 [r]",
        "30 June 2025 (p)",
        "30 June 2025¹",
        "30 Jun 2025 [note 3]",
        date(2025, 6, 30),
        datetime(2025, 6, 30),
    ],
)
def test_a_quarter_as_tables_head_it(cell: str | date) -> None:
    assert statistics_cells.day_of(cell) == date(2025, 6, 30)


@pytest.mark.parametrize(
    "cell", ["2025", 2025.0, "Q2 2025", "Jan-Mar 2025", "30 Jun 20251", "total", "", "31 Jun 2025"]
)
def test_what_is_no_day_of_a_quarter(cell: str | float) -> None:
    assert statistics_cells.day_of(cell) is None


SPOILED: list[tuple[str, Callable[[], StatisticsRead], str, str]] = [
    (
        "another title",
        lambda: read(changed(0, 0, "Table 2: Recalls")),
        "STATISTICS_WRONG_TABLE",
        "no sheet of",
    ),
    (
        "two sheets",
        lambda: read_statistics(ods({"A": caseload_rows(), "B": caseload_rows()}), "t.ods", TODAY, PUBLISHED),
        "STATISTICS_WRONG_TABLE",
        "‘A’, ‘B’",
    ),
    (
        "no sheets",
        lambda: read_statistics(ods({}), "t.ods", TODAY),
        "STATISTICS_WRONG_TABLE",
        "sheets are none",
    ),
    (
        "days in one cell",
        lambda: read([*caseload_rows()[:2], ["x"], *caseload_rows()[3:]]),
        "STATISTICS_LAYOUT",
        "no row of quarters",
    ),
    (
        "two heads",
        lambda: read([*caseload_rows(), caseload_rows()[HEAD]]),
        "STATISTICS_LAYOUT",
        "more than one row",
    ),
    ("one more column", lambda: read(changed(HEAD, 6, "Sex")), "STATISTICS_LAYOUT", "headed ‘Sex’"),
    (
        "a head before a value",
        lambda: read(changed(FIRST, 7, 5.0)),
        "STATISTICS_LAYOUT",
        "a value in H, which no quarter heads",
    ),
    (
        "a head above nothing",
        lambda: read(changed(HEAD, 6, "30 June 2026")),
        "STATISTICS_LAYOUT",
        "heads no values",
    ),
    (
        "days out of order",
        lambda: read(changed(HEAD, 1, "30 June 2027")),
        "STATISTICS_LAYOUT",
        "not in order",
    ),
    (
        "values above the head",
        lambda: read(
            [*caseload_rows()[:2], caseload_rows()[FIRST], caseload_rows()[HEAD], *caseload_rows()[4:]]
        ),
        "STATISTICS_LAYOUT",
        "values above the row of quarters",
    ),
    (
        "no quarter",
        lambda: read(changed(HEAD, 1, "25 June 2024")),
        "STATISTICS_DAY",
        "25 June 2024 is not the last day",
    ),
    ("a year far off", lambda: read(changed(HEAD, 1, "31 March 1925")), "STATISTICS_DAY", "outside 1990"),
    (
        "a new row",
        lambda: read([*caseload_rows(), ["Sentence of another kind", *[5.0] * 5]]),
        "STATISTICS_ROW_NAME",
        "‘Sentence of another kind’ is no known row",
    ),
    (
        "a row without a name",
        lambda: read([*caseload_rows(), [None, *[5.0] * 5]]),
        "STATISTICS_ROW_NAME",
        "without a name",
    ),
    (
        "a row twice",
        lambda: read([*caseload_rows(), caseload_rows()[FIRST]]),
        "STATISTICS_ROW_NAME",
        "stands twice",
    ),
    (
        "a row less",
        lambda: read(caseload_rows()[:FIRST] + caseload_rows()[FIRST + 1 :]),
        "STATISTICS_ROW_NAME",
        "‘all supervision’ is missing",
    ),
    (
        "a percentage",
        lambda: read(changed(FIRST, 1, ("percentage", 0.24))),
        "STATISTICS_VALUE",
        "is a percentage",
    ),
    (
        "money",
        lambda: read(changed(FIRST, 1, ("currency", 242397.0))),
        "STATISTICS_VALUE",
        "an amount of money",
    ),
    (
        "nothing",
        lambda: read(changed(FIRST, 1, None)),
        "STATISTICS_VALUE",
        "all supervision at 31 March 2025 is empty",
    ),
    (
        "a digit less",
        lambda: read(changed(FIRST + 8, 1, 7699.0)),
        "STATISTICS_ADDS_UP",
        "(139,401) is more than",
    ),
    (
        "no day of publication",
        lambda: read(caseload_rows(), [["Tables"]]),
        "STATISTICS_PUBLISHED",
        "does not say when",
    ),
    (
        "two days",
        lambda: read(caseload_rows(), [["Published 30 July 2026"], ["Published 31 July 2026"]]),
        "STATISTICS_PUBLISHED",
        "several days",
    ),
    (
        "another day",
        lambda: read(caseload_rows(), said=date(2026, 8, 1)),
        "STATISTICS_PUBLISHED",
        "the file says 30 July 2026",
    ),
    (
        "published before",
        lambda: read(caseload_rows(), [["x"]], date(2026, 3, 31)),
        "STATISTICS_PUBLISHED",
        "has values of 31 March 2026",
    ),
    (
        "published ahead",
        lambda: read(caseload_rows(), [["x"]], date(2027, 1, 1)),
        "STATISTICS_PUBLISHED",
        "has not come",
    ),
    (
        "no archive",
        lambda: read_statistics(b"as_at,value", "t.ods", TODAY),
        "NOT_A_WORKBOOK",
        "is not an OpenDocument",
    ),
    (
        "a workbook of Excel",
        lambda: read_statistics(other_archive(), "t.ods", TODAY),
        "NOT_A_WORKBOOK",
        "is not an OpenDocument",
    ),
    (
        "a password",
        lambda: read_statistics(
            packed("", **{"META-INF__manifest.xml": "<encryption-data/>"}), "t.ods", TODAY
        ),
        "PROTECTED_FILE",
        "password",
    ),
    (
        "a value a million times",
        lambda: read_statistics(
            packed(
                '<table:table table:name="A"><table:table-row table:number-rows-repeated="900000">'
                '<table:table-cell table:number-columns-repeated="900" office:value-type="float" '
                'office:value="5"/>'
                "</table:table-row></table:table>"
            ),
            "t.ods",
            TODAY,
        ),
        "TOO_LARGE",
        "rows",
    ),
    (
        "a number of rows that is none",
        lambda: read_statistics(
            packed(
                '<table:table table:name="A"><table:table-row table:number-rows-repeated="x"/></table:table>'
            ),
            "t.ods",
            TODAY,
        ),
        "DAMAGED_FILE",
        "is no number of rows",
    ),
    (
        "a table in a table",
        lambda: read_statistics(
            packed('<table:table table:name="A"><table:table table:name="B"/></table:table>'), "t.ods", TODAY
        ),
        "UNSAFE_ARCHIVE",
        "inside",
    ),
]


def other_archive() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return stream.getvalue()


@pytest.mark.parametrize(("case", "reading", "code", "words"), SPOILED, ids=[each[0] for each in SPOILED])
def test_what_does_not_fit_is_refused_by_name(
    case: str, reading: Callable[[], StatisticsRead], code: str, words: str
) -> None:
    found = reading()
    assert found.is_refused, case
    assert code in codes(found)
    assert any(words in fault.message for fault in found.faults.items), [
        each.message for each in found.faults.items
    ]
    assert found.values == []


def test_a_marker_leaves_a_gap_and_is_told() -> None:
    found = read(changed(FIRST, 2, "[x]"))
    assert codes(found) == {"STATISTICS_NO_VALUE"}
    assert ("caseload", QUARTERS[1]) not in taken(found)
    assert found.markers == ["all supervision, 30 June 2025 ([x])"]


def test_what_lies_under_a_merged_cell_is_not_taken_for_a_value() -> None:
    hidden = '<table:covered-table-cell office:value-type="float" office:value="5"/>'
    found = read_statistics(ods({"Table_1": caseload_rows()}), "t.ods", TODAY, PUBLISHED)
    assert taken(found) == truth()
    with zipfile.ZipFile(BytesIO(ods({"Table_1": caseload_rows()}))) as archive:
        content = archive.read("content.xml").decode()
    table = content[content.index("<table:table ") : content.index("</office:spreadsheet>")]
    one = '<table:table-cell office:value-type="float" office:value="242397.0"/>'
    spoiled = read_statistics(packed(table.replace(one, hidden)), "t.ods", TODAY, PUBLISHED)
    assert "STATISTICS_VALUE" in codes(spoiled)
    assert "merged cell" in spoiled.faults.items[0].message
