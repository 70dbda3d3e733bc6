"""One small world written as a workbook and as tidy tables reads back to equal facts."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_books import STAMP, Book, empty_book, headers_of
from intake_tidy import Row, Tidy, contact, post_of, staff, team

from how_many import examples
from wmt.facts import Facts
from wmt.intake import read

TEAMS = ("N01AAA", "N01BBB", "N02CCC")
STAFF = ("N01A001", "N01A002", "N01A003")
GRADES = ("NPSM", "NPSQ", "NPSP", "PSO", None)
LOCATIONS = ("community", "custody", "licence")
TIERS = ("0", "A3", "B2", "C1", "D0", "A3S", "D2S")
NUMBERS = {"0": "0", "A3": "1", "B2": "6", "C1": "11", "D0": "16", "A3S": "17", "D2S": "30"}
SHEETS = {"all": "WMT_Extract", "active": "WMT_Extract_Filtered", "t2a": "T2A"}
MEASURES = {"com_first_16_weeks": "ComIn1st16Weeks", "lic_first_16_weeks": "LicIn1st16Weeks"}
REPORTS = {
    "sdr_last_30": "SDR_Last_30",
    "sdr_conv_last_30": "SDR_Conv_Last_30",
    "oral_reports": "Oral_Reports",
}
FLAG_SHEETS = {
    "W": "Flag_Warr_4_N",
    "N": "Flag_Warr_4_N",
    "U": "Flag_Upw",
    "O": "Flag_O_Due",
    "P": "Flag_Priority",
    "L": "Suspended_Lifers",
}

Cells = dict[tuple[str, str], int]


@dataclass
class Officer:
    """A post with its counts by basis, its measures and its reports."""

    name: str
    grade: str | None
    counts: dict[str, Cells]
    measures: dict[str, int]
    reports: dict[str, int]


@dataclass
class World:
    """A night: officers, flags (letter, case, post, location, tier) and contacts (id, case, by, om, age)."""

    officers: list[Officer]
    flags: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    contacts: list[tuple[int, str, str, str, int]] = field(default_factory=list)


def names() -> st.SearchStrategy[list[str]]:
    every = [f"{team}:{staff}" for team in TEAMS for staff in STAFF]
    return st.lists(st.sampled_from(every), min_size=1, max_size=5, unique=True)


def cells() -> st.SearchStrategy[Cells]:
    return st.dictionaries(
        st.tuples(st.sampled_from(LOCATIONS), st.sampled_from(TIERS)), st.integers(0, 4), max_size=4
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    posts = draw(names())
    officers = [draw(officer(name)) for name in posts]
    officers[0].counts["active"][("custody", "B2")] = 500  # so that T2A stays below
    for one in officers:  # active cases are among all cases
        both = one.counts["all"], one.counts["active"]
        one.counts["all"] = {
            where: sum(cells.get(where, 0) for cells in both) for where in {**both[0], **both[1]}
        }
    post, case = st.sampled_from(posts), st.integers(1, 30).map(lambda n: f"X{n:06}")
    where = (st.sampled_from(LOCATIONS), st.sampled_from(TIERS))
    flags = draw(st.lists(st.tuples(st.sampled_from(sorted(FLAG_SHEETS)), case, post, *where), max_size=8))
    seen = st.tuples(st.integers(1, 20), case, post, post, st.integers(-1, 9))
    contacts = draw(st.lists(seen, max_size=6, unique_by=lambda row: row[:2]))
    return World(officers, sorted(flags), contacts)


@st.composite
def officer(draw: st.DrawFn, name: str) -> Officer:
    few = st.integers(0, 5)
    return Officer(
        name,
        draw(st.sampled_from(GRADES)),
        {basis: draw(cells()) for basis in SHEETS},
        draw(st.dictionaries(st.sampled_from(sorted(MEASURES)), few, max_size=2)),
        draw(st.dictionaries(st.sampled_from(sorted(REPORTS)), few, max_size=3)),
    )


def as_book(world: World) -> Book:
    book = empty_book()
    for one in world.officers:
        team_code, staff_code = one.name.split(":")
        for basis, sheet in SHEETS.items():
            measures = {MEASURES[name]: value for name, value in one.measures.items()}
            book.officer(sheet, team_code, staff_code, one.grade or " ", counts=one.counts[basis], **measures)
        if one.reports:
            reports = {REPORTS[name]: value for name, value in one.reports.items()}
            book.officer("Court_Reports", team_code, staff_code, one.grade or " ", **reports)
    grades = {one.name: one.grade for one in world.officers}
    for letter, case, post, location, tier in world.flags:
        more = {
            "Location": location.title(),
            "Tier_Code": NUMBERS[tier],
            "OM_Grade_Code": grades[post] or " ",
        }
        book.flag(FLAG_SHEETS[letter], letter, case, post, **more)
    for number, case, by, om, days in world.contacts:
        day = STAMP.date() - timedelta(days=days)
        more = {"CRN": case, "Contact_Date": day, "Contact_Staff_Grade": grades[by], "OM_Grade": grades[om]}
        book.contact(number, by, om, **more)
    return book


def as_tidy(world: World) -> Tidy:
    counts, measures = [], []
    for one in world.officers:
        key = post_of(one.name)
        for basis, found in one.counts.items():
            counts += [
                {**key, "basis": basis, **cell(*where), "cases": cases} for where, cases in found.items()
            ]
            values = {**one.measures, "crn_control": sum(found.values())}
            measures += [
                {**key, "basis": basis, "measure": name, "value": value} for name, value in values.items()
            ]
        measures += [
            {**key, "basis": "reports", "measure": name, "value": n} for name, n in one.reports.items()
        ]
    grades = {one.name: one.grade for one in world.officers}
    tables = {
        "team": [team(code) for code in sorted({one.name.split(":")[0] for one in world.officers})],
        "staff": [staff(one.name, one.grade) for one in world.officers],
        "caseload_count": counts,
        "measure": measures,
        "case_flag": [
            {
                "case_ref": case,
                **post_of(post),
                "flag": letter,
                "seq": n,
                **cell(location, tier),
                "grade_code": grades[post],
            }
            for n, (letter, case, post, location, tier) in enumerate(world.flags)
        ],
        "contact": [
            contact(
                str(number),
                by,
                om,
                case_ref=case,
                contact_date=before(days),
                by_grade_code=grades[by],
                om_grade_code=grades[om],
            )
            for number, case, by, om, days in world.contacts
        ],
    }
    return Tidy({name: rows for name, rows in tables.items() if rows}, case_list="none")


def before(days: int) -> date:
    return STAMP.date() - timedelta(days=days)


def cell(location: str, tier: str) -> Row:
    return {"location": location, "tier": tier.removesuffix("S"), "suspended": tier.endswith("S")}


def facts(path: Path, **options: Any) -> Facts:
    result = read([path], **options)
    assert result.facts is not None, [fault.message for fault in result.faults]
    return result.facts


@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(world=worlds(), suffix=st.sampled_from(["csv", "parquet"]))
def test_both_doors_tell_the_same_of_one_world(world: World, suffix: str) -> None:
    with TemporaryDirectory() as folder:
        book = facts(as_book(world).write(Path(folder) / "extract.xlsx"))
        tidy = facts(as_tidy(world).write(Path(folder) / "tidy", suffix))
    assert book.as_at == tidy.as_at
    for name, table in book.tables().items():
        assert table.equals(tidy.table(name)), (name, table, tidy.table(name))


def test_the_world_uses_headers_that_exist() -> None:
    headers = headers_of("WMT_Extract", "L2024")
    assert set(MEASURES.values()) <= set(headers)
    assert set(REPORTS.values()) <= set(headers_of("Court_Reports", "L2024"))
