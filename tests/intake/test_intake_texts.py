"""Codes that look alike are one key or a fault; names are kept as they can be shown."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_tidy import Tidy, case, ordinary_tidy, staff, team

from wmt import text
from wmt.facts import SCHEMAS
from wmt.intake import read
from wmt.intake.model import Import

#: A code, and ways in which somebody's eye takes another for it.
ALIKE = [
    ("N01A005", "n01a005", "letter case"),
    ("N01A005", "N01A005\u200b", "a blank of no width"),
    ("N01A005", "N01\u00adA005", "a soft hyphen"),
    ("N01A005", "\ufeffN01A005", "a byte order mark"),
    ("N01A005", "N01A005\u00a0", "a blank that does not break, behind it"),
    ("N01A005", "N01A005\t", "a tab behind it"),
    ("N01A005", "N01\u0410005", "a Cyrillic A"),
    ("N01A005", "\u039d01A005", "a Greek N"),
    ("N01A005", "\uff2e01A005", "a full-width N"),
    ("N01A005", "N01A00\uff15", "a full-width digit"),
    ("N01A005", "N01A\u202e005", "a turn of direction"),
    ("N01A005", "N01A\x00005", "a NUL"),
    ("N01-A5", "N01\u2013A5", "an en dash"),
    ("N01-A5", "N01\u2011A5", "a hyphen that does not break"),
    ("N01 A5", "N01  A5", "two blanks"),
    ("N01 A5", "N01\u2003A5", "a wide blank"),
    ("00123", "123", "zeros lost"),
]


def night(*codes: str) -> Tidy:
    """The ordinary night with one more case for each code, on a post of its own."""
    tidy = ordinary_tidy()
    for number, code in enumerate(codes):
        tidy.tables["staff"].append(staff("N01AAA:", staff_code=code))
        tidy.tables["case"].append(case(f"X9{number:05}", "N01AAA:", "community", "A3", staff_code=code))
    return tidy


def posts_with_work(result: Import) -> list[str]:
    """The staff codes of posts of one team that have cases."""
    assert result.facts is not None
    worked = result.facts.caseload.select("post_no").unique().join(result.facts.post, on="post_no")
    return sorted(worked.filter(team_code="N01AAA")["staff_code"])


@pytest.mark.parametrize(("code", "other"), [pair[:2] for pair in ALIKE], ids=[pair[2] for pair in ALIKE])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_two_codes_that_look_alike_are_one_post_or_refused(
    code: str, other: str, suffix: str, tmp_path: Path
) -> None:
    result = read([night(code, other).write(tmp_path / "tidy", suffix)])
    told = [fault for fault in result.faults if fault.severity == "refuse"]
    if result.accepted:
        assert posts_with_work(result).count(code) == 1
        assert other not in posts_with_work(result) or other == code
    else:
        assert {fault.code for fault in told} <= {"KEYS_LOOK_ALIKE", "BAD_KEY", "DUPLICATE_KEY"}
        assert all(fault.row for fault in told)


@pytest.mark.parametrize("column", ["team_code", "pdu_code", "region_code"])
def test_a_unit_written_in_two_ways_is_refused(column: str, tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    more = team("N01ccc") if column == "team_code" else team("N01CCC")
    more[column] = {"team_code": "N01aaa", "pdu_code": "n01APD", "region_code": "n01"}[column]
    tidy.tables["team"].append(more)
    tidy.tables["staff"].append(staff(f"{more['team_code']}:N01A009"))
    result = read([tidy.write(tmp_path / "tidy")])
    assert (column, "KEYS_LOOK_ALIKE") in [(fault.column, fault.code) for fault in result.faults]
    assert not result.accepted


def test_a_case_written_in_two_ways_is_refused_for_its_posts(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    first, rest = tidy.tables["case"][:2]
    # a CRN is one in either letter case, and twice in the table; of other references nobody knows
    for number, (ref, again, code) in enumerate(
        [("X100000", " x100 000", "DUPLICATE_KEY"), ("ref-a1", "REF-A1", "KEYS_LOOK_ALIKE")]
    ):
        tidy.tables["case"] = [rest, {**first, "case_ref": ref}, {**first, "case_ref": again}]
        result = read([tidy.write(tmp_path / f"tidy {number}")])
        told = [fault for fault in result.faults if fault.severity == "refuse"]
        assert {fault.code for fault in told} == {code}
        assert {fault.posts for fault in told} == {(("N01AAA", "N01A001"),)}


def test_a_crn_in_small_letters_is_the_case_of_its_flags_and_contacts(tmp_path: Path) -> None:
    """The facts are those of the same input in capitals, to the last row."""
    tidy = ordinary_tidy()
    whole = read([tidy.write(tmp_path / "capitals")]).facts
    for name in ("case", "case_flag", "contact", "assessment", "t2a_case"):
        for row in tidy.tables.get(name, [])[::2]:
            row["case_ref"] = row["case_ref"] and f"  {row['case_ref'].lower()}"
    small = read([tidy.write(tmp_path / "small")]).facts
    assert whole is not None
    assert small is not None
    for name in SCHEMAS:
        assert getattr(small, name).equals(getattr(whole, name)), name


def test_the_separator_inside_a_code_is_refused(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["staff"] += [
        staff("N01AAA:B", team_code="N01", staff_code="A:B"),
        staff("N01:A", staff_code="B"),
    ]
    result = read([tidy.write(tmp_path / "tidy")])
    assert ("BAD_KEY", "staff", 6, "staff_code") in [
        (fault.code, fault.sheet, fault.row, fault.column) for fault in result.faults
    ]


def test_a_name_is_kept_as_it_can_be_shown(tmp_path: Path) -> None:
    tidy = ordinary_tidy()
    tidy.tables["staff"][0].update(surname="O\x01Ne\u202eill", forename="Zo\u200be\tAnn" + "n" * 300)
    result = read([tidy.write(tmp_path / "tidy")])
    assert result.facts is not None
    name = result.facts.post.filter(staff_code="N01A001")["name"][0]
    assert name.endswith("O Neill")
    assert name.startswith("Zoe Annn")
    assert len(name) == 200 + 1 + len("O Neill")
    assert ("TEXT_MENDED", 2) in [(fault.code, fault.row) for fault in result.faults]


def test_a_fault_shows_what_cannot_be_shown_as_numbers(tmp_path: Path) -> None:
    result = read([night("A\u202eB").write(tmp_path / "tidy")])
    (message,) = {fault.message for fault in result.faults if fault.code == "BAD_KEY"}
    assert "U+202E" in message
    assert message.isprintable()


CODES = st.text(
    st.sampled_from("AaBb0123 -:\u00a0\u200b\u00ad\u0410\u0391\uff21\u2013\x00\u202e\u00c5"),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CODES, min_size=2, max_size=4, unique=True))
def test_keys_that_fold_alike_never_become_two_posts(
    tmp_path_factory: pytest.TempPathFactory, codes: list[str]
) -> None:
    result = read([night(*codes).write(tmp_path_factory.mktemp("night"))])
    if result.accepted:
        folded = [text.fold(code) for code in posts_with_work(result)]
        assert len(folded) == len(set(folded))
        assert all(text.CODE.why_not(code) is None for code in posts_with_work(result))


@given(st.text(max_size=30))
def test_what_is_mended_holds_nothing_odd_and_is_mended_once(value: str) -> None:
    for kind in (text.NAME, text.NOTE):
        mended = kind.mended(value)
        assert kind.why_not(mended) is None
        assert kind.mended(mended) == mended


@given(st.text(max_size=12))
def test_fold_sees_no_form_of_a_text(value: str) -> None:
    assert text.fold(unicodedata.normalize("NFC", value)) == text.fold(unicodedata.normalize("NFD", value))
    assert text.fold(f"\u200b {value}\u00a0") == text.fold(value)


@pytest.mark.parametrize("staff_code", ["n01a001", "N01\u0410001", "N01A001\x01", "N01:A001", "N" * 41])
def test_people_tables_name_posts_as_the_extract_does(staff_code: str, tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    table = f"team_code,staff_code,hours\nN01AAA,{staff_code},18.5\n"
    (tmp_path / "people" / "contracted_hours.csv").write_text(table, encoding="utf-8")
    result = read([ordinary_tidy().write(tmp_path / "tidy")], people=tmp_path / "people")
    (fault,) = (fault for fault in result.faults if fault.severity == "refuse")
    assert fault.code == ("PEOPLE_LOOKS_ALIKE" if staff_code == "n01a001" else "PEOPLE_BAD_CELL")
    assert (fault.sheet, fault.row, fault.column) == ("contracted_hours", 2, "staff_code")
