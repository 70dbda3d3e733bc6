"""Every fault of a tidy input: code, place, remedy, and the posts it is confined to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from intake_tidy import ASH, OAK, Tidy, case, contact, ordinary_tidy, post_of, staff

from wmt.intake import read
from wmt.intake.remedies import REMEDIES


@dataclass(frozen=True)
class Case:
    """One way to spoil the ordinary tables, and the fault that must be found."""

    name: str
    code: str
    spoil: Callable[[Tidy], Any]
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    severity: str = "refuse"
    posts: tuple[str, ...] = ()


def put(table: str, index: int, **cells: Any) -> Callable[[Tidy], Any]:
    return lambda tidy: tidy.tables[table][index].update(cells)


def add(table: str, row: dict[str, Any]) -> Callable[[Tidy], Any]:
    return lambda tidy: tidy.tables.setdefault(table, []).append(row)


def drop(table: str, column: str) -> Callable[[Tidy], Any]:
    return lambda tidy: [row.pop(column, None) for row in tidy.tables[table]]


def manifest(**parts: Any) -> Callable[[Tidy], Any]:
    return lambda tidy: tidy.manifest.update(parts)


def counts(**cells: Any) -> Callable[[Tidy], Any]:
    row = {
        **post_of(OAK),
        "basis": "t2a",
        "location": "custody",
        "tier": "D2",
        "suspended": False,
        "cases": 1,
        **cells,
    }
    return add("caseload_count", row)


def measure(**cells: Any) -> Callable[[Tidy], Any]:
    return add(
        "measure", {**post_of(OAK), "basis": "reports", "measure": "oral_reports", "value": 1, **cells}
    )


def as_alone(tidy: Tidy) -> None:
    tidy.case_list = "none"


CASES = [
    Case("format", "MANIFEST_FORMAT", manifest(format="workload-input/2"), "manifest.json"),
    Case("moment", "MANIFEST_BAD", manifest(as_at="last night"), "manifest.json", None, "as_at"),
    Case("long ago", "MANIFEST_BAD", manifest(as_at="1900-01-01"), "manifest.json", None, "as_at"),
    Case("scheme", "MANIFEST_BAD", manifest(tier_scheme="pc17"), "manifest.json", None, "tier_scheme"),
    Case("tables", "MANIFEST_BAD", manifest(tables="all"), "manifest.json", None, "tables"),
    Case(
        "time zone",
        "MANIFEST_TIME_ZONE",
        manifest(as_at="2024-06-14T00:32:14Z"),
        "manifest.json",
        None,
        "as_at",
    ),
    Case("no staff", "MISSING_SHEETS", lambda tidy: tidy.tables.pop("staff"), "staff"),
    Case("no cases", "MISSING_SHEETS", lambda tidy: tidy.tables.pop("case"), "case"),
    Case("neither list nor counts", "MISSING_SHEETS", as_alone, "caseload_count"),
    Case("no counted_active", "MISSING_COLUMNS", drop("case", "counted_active"), "case", 1, "counted_active"),
    Case("no grade at all", "MISSING_COLUMNS", drop("staff", "grade_code"), "staff", 1, "grade_code"),
    Case("no location", "MISSING_COLUMNS", drop("case", "location"), "case", 1, "location"),
    Case(
        "a column twice",
        "DUPLICATE_SHEET_OR_COLUMN",
        add("team", {"team_code": "N09", "TEAM_CODE ": "x"}),
        "team",
        1,
        "team_code",
    ),
    Case("a column nobody knows", "UNKNOWN_COLUMN", put("team", 0, mood="fair"), "team", 1, "mood", "warn"),
    Case(
        "a case counted how",
        "BAD_VALUE",
        put("case", 0, counted_active="yes"),
        "case",
        2,
        "counted_active",
        posts=(ASH,),
    ),
    Case("a tier of no scheme", "BAD_VALUE", put("case", 6, tier="E1"), "case", 8, "tier", posts=(OAK,)),
    Case(
        "a place of no list",
        "BAD_VALUE",
        put("case", 6, location="moon"),
        "case",
        8,
        "location",
        posts=(OAK,),
    ),
    Case(
        "a stream of no list", "BAD_VALUE", put("case", 6, stream="other"), "case", 8, "stream", posts=(OAK,)
    ),
    Case(
        "a day that is none",
        "BAD_VALUE",
        put("case", 6, starts_on="2024-02-31"),
        "case",
        8,
        "starts_on",
        posts=(OAK,),
    ),
    Case(
        "a day in another form",
        "BAD_VALUE",
        put("case", 6, starts_on="1/2/2024"),
        "case",
        8,
        "starts_on",
        posts=(OAK,),
    ),
    Case(
        "hours in words",
        "BAD_VALUE",
        put("staff", 1, contracted_hours="full"),
        "staff",
        3,
        "contracted_hours",
        posts=(OAK,),
    ),
    Case(
        "more hours than a week",
        "BAD_VALUE",
        put("staff", 1, contracted_hours="169"),
        "staff",
        3,
        "contracted_hours",
        posts=(OAK,),
    ),
    Case("a grade of no list", "BAD_VALUE", put("staff", 1, grade="BOSS"), "staff", 3, "grade", posts=(OAK,)),
    Case(
        "a report of no list", "BAD_VALUE", put("report", 0, type="letter"), "report", 2, "type", posts=(OAK,)
    ),
    Case(
        "a flag of no list", "BAD_VALUE", put("case_flag", 0, flag="X"), "case_flag", 2, "flag", posts=(ASH,)
    ),
    Case(
        "a contact of no kind",
        "BAD_VALUE",
        put("contact", 0, kind="fax"),
        "contact",
        2,
        "kind",
        posts=(OAK, ASH),
    ),
    Case("a count below nought", "BAD_COUNT", counts(cases=-1), "caseload_count", 2, "cases", posts=(OAK,)),
    Case(
        "a count with a fraction",
        "BAD_COUNT",
        counts(cases="1.5"),
        "caseload_count",
        2,
        "cases",
        posts=(OAK,),
    ),
    Case("a measure in words", "BAD_COUNT", measure(value="many"), "measure", 2, "value", posts=(OAK,)),
    Case(
        "an ordinary case that does not say",
        "MISSING_VALUE",
        put("case", 6, counted_active=None),
        "case",
        8,
        "counted_active",
        posts=(OAK,),
    ),
    Case("a case without a tier", "MISSING_VALUE", put("case", 6, tier=" "), "case", 8, "tier", posts=(OAK,)),
    Case(
        "a contact without a date",
        "MISSING_VALUE",
        put("contact", 0, contact_date=None),
        "contact",
        2,
        "contact_date",
        posts=(OAK, ASH),
    ),
    Case(
        "a staff row without a team",
        "MISSING_VALUE",
        put("staff", 1, team_code=None),
        "staff",
        3,
        "team_code",
    ),
    Case(
        "a case twice",
        "DUPLICATE_KEY",
        add("case", case("X100000", OAK, "custody", "D2")),
        "case",
        27,
        "case_ref",
        posts=(OAK,),
    ),
    Case(
        "a case twice at one post, in two streams",
        "DUPLICATE_KEY",
        add("case", case("X100000", ASH, "custody", "D2", stream="omic")),
        "case",
        27,
        "case_ref",
        posts=(ASH,),
    ),
    Case(
        "an active case on warrant",
        "ACTIVE_AND_INACTIVE",
        put("case_flag", 0, case_ref="X100001"),
        "case_flag",
        2,
        severity="warn",
    ),
    Case("a post twice", "DUPLICATE_KEY", add("staff", staff(OAK)), "staff", 6, "team_code", posts=(OAK,)),
    Case(
        "a flag tier of no scheme",
        "UNKNOWN_TIER_CODE",
        put("case_flag", 0, tier="E1"),
        "case_flag",
        2,
        "tier",
        "warn",
    ),
    Case("cases against counts", "CASES_AND_COUNTS_DIFFER", counts(), "case", None, None, posts=(OAK,)),
    Case(
        "reports against counts",
        "REPORTS_AND_COUNTS_DIFFER",
        measure(measure="sdr_last_30"),
        "report",
        None,
        None,
        posts=(OAK,),
    ),
    Case(
        "a contact told twice",
        "DUPLICATE_CONTACT_ID",
        add("contact", contact("1756376536", OAK, ASH, type_code="CMS46")),
        "contact",
        2,
        posts=(OAK, ASH),
    ),
    Case(
        "a post on cases only",
        "UNMATCHED_OFFICER",
        add("case", case("X9", "N01AAA:N01Z", "custody", "D2")),
        "case",
        27,
        None,
        "warn",
    ),
    Case(
        "a post with cases and on no list",
        "POST_ONLY_MENTIONED",
        add("case", case("X9", "N01AAA:N01Z", "custody", "D2")),
        "case",
        27,
        None,
        "warn",
    ),
    Case(
        "a fast report due", "REPORT_NOT_COUNTED", put("report", 2, state="due"), "report", 4, "state", "warn"
    ),
]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("spoiled", CASES, ids=lambda case: f"{case.code} {case.name}")
def test_the_fault_is_named_with_its_place_and_remedy(spoiled: Case, suffix: str, tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    spoiled.spoil(tidy)
    result = read([tidy.write(tmp_path / "tidy", suffix)])
    assert result.accepted is (spoiled.severity == "warn"), [fault.message for fault in result.faults]
    found = [
        fault for fault in result.faults if (fault.severity, fault.code) == (spoiled.severity, spoiled.code)
    ]
    place = (spoiled.sheet, spoiled.row, spoiled.column)
    assert place in [(fault.sheet, fault.row, fault.column) for fault in found], result.faults
    fault = next(fault for fault in found if (fault.sheet, fault.row, fault.column) == place)
    assert fault.message.endswith(REMEDIES[spoiled.code])
    posts = [fault.posts for fault in found if (fault.sheet, fault.row, fault.column) == place]
    assert spoiled.posts in [tuple(":".join(post) for post in named) for named in posts]


def test_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "tidy").mkdir()
    assert codes(tmp_path / "tidy") == ["MANIFEST_MISSING"]


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 100_000])
def test_a_manifest_that_is_none(text: bytes, tmp_path: Path) -> None:
    folder = ordinary_tidy().write(tmp_path / "tidy")
    (folder / "manifest.json").write_bytes(text)
    assert codes(folder) == ["MANIFEST_BAD"]


def codes(folder: Path) -> list[str]:
    """The codes of the refusals of a folder."""
    result = read([folder])
    assert not result.accepted
    return [fault.code for fault in result.faults if fault.severity == "refuse"]


def test_a_file_that_was_changed_after_the_manifest(tmp_path: Path) -> None:
    folder = ordinary_tidy().write(tmp_path / "tidy")
    path = folder / "case.csv"
    path.write_bytes(path.read_bytes().replace(b"custody", b"licence", 1))
    assert codes(folder) == ["MANIFEST_SHA256"]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert codes(folder) == ["MANIFEST_SHA256", "MANIFEST_ROWS"]


def test_files_and_list_must_agree(tmp_path: Path) -> None:
    folder = ordinary_tidy().write(tmp_path / "tidy")
    (folder / "report.csv").rename(folder / "other.csv")
    assert codes(folder) == ["MANIFEST_TABLE", "MANIFEST_TABLE"]
    tidy = ordinary_tidy()
    twice = {"name": "team", "file": "team.csv", "rows": 3, "sha256": "0"}
    tidy.manifest = {"tables": [twice, twice]}
    assert "MANIFEST_TABLE" in codes(tidy.write(tmp_path / "twice"))


def test_a_listed_file_outside_the_folder_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "team.csv").write_text("team_code\nN01AAA\n")
    tidy = ordinary_tidy()
    tidy.manifest = {"tables": [{"name": "team", "file": "../team.csv", "rows": 1, "sha256": "0"}]}
    assert "MANIFEST_TABLE" in codes(tidy.write(tmp_path / "tidy"))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\x00\x01\x02",
        b"team_code,team_name\nN01AAA,x,y\n",
        b'team_code\n"N01AAA\n',
        b"team_code,team_name\n\xff,x\n",
        b"team_code,\nN01AAA,x\n",
    ],
)
def test_a_file_that_is_no_table(text: bytes, tmp_path: Path) -> None:
    folder = ordinary_tidy().write(tmp_path / "tidy")
    (folder / "team.csv").write_bytes(text)
    assert "NOT_A_TABLE" in codes(folder)


def test_a_parquet_file_that_is_none(tmp_path: Path) -> None:
    folder = ordinary_tidy().write(tmp_path / "tidy", "parquet")
    (folder / "team.parquet").write_bytes(b"PAR1 and nothing more")
    assert "NOT_A_TABLE" in codes(folder)


def test_a_table_nobody_knows_is_passed_over(tmp_path: Path) -> None:
    folder = ordinary_tidy().write(tmp_path / "tidy")
    text = b"a\n1\n"
    (folder / "extra.csv").write_bytes(text)
    import hashlib
    import json

    listed = json.loads((folder / "manifest.json").read_text())
    listed["tables"].append(
        {"name": "extra", "file": "extra.csv", "rows": 1, "sha256": hashlib.sha256(text).hexdigest()}
    )
    (folder / "manifest.json").write_text(json.dumps(listed))
    result = read([folder])
    assert result.accepted
    assert [(fault.code, fault.sheet) for fault in result.faults if fault.code == "UNKNOWN_SHEET"] == [
        ("UNKNOWN_SHEET", "extra")
    ]


def test_a_fault_confined_to_a_post_sets_it_aside_even_if_nothing_else_names_it(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["staff"].append(staff("N01AAA:N01A050", contracted_hours="many"))
    result = read([tidy.write(tmp_path / "tidy")], set_aside=True)
    assert result.facts is not None
    assert [(a.staff_code, a.code) for a in result.set_aside] == [("N01A050", "BAD_VALUE")]
    row = result.facts.post.filter(staff_code="N01A050").row(0, named=True)
    assert row["unmeasured"] == 1
