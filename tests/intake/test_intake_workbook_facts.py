"""What a workbook means: the facts that come out of it, and what was only looked like a trap."""

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
from intake_books import ASH, OAK, TWO, Draft, ordinary_book
from intake_reading import cases, facts_of, result_of, rows

from wmt.facts import Facts


def test_the_ordinary_workbook_as_facts(tmp_path: Path) -> None:
    facts = facts_of(ordinary_book(), tmp_path)
    assert facts.as_at == datetime(2024, 6, 14, 0, 32, 14, 443000)
    assert cases(facts, ASH) == {
        ("standard", "community", "B2", 0, "active"): 3,
        ("standard", "community", "B2", 0, "warrant"): 1,
        ("standard", "licence", "C1", 0, "active"): 2,
        ("t2a", "community", "B2", 0, "active"): 1,
    }
    assert cases(facts, OAK) == {("standard", "custody", "D2", 0, "active"): 2}
    assert cases(facts, TWO) == {("standard", "licence", "D1", 0, "active"): 7}
    assert cases(facts, "N01OMI:N01A003") == {("omic", "custody", "C1", 0, "active"): 9}
    assert {(r["report"], r["reports"]) for r in rows(facts, "report", OAK)} == {
        ("sdr", 2),
        ("fdr", 1),
        ("oral", 4),
    }
    contact = facts.contact.row(0, named=True)
    assert contact["contact_ref"] == "1756376536"
    assert (contact["age_days"], contact["by_grade"]) == (0, "PSO")
    posts = rows(facts, "post")
    assert posts[contact["by_post_no"]]["post"] == OAK
    assert posts[contact["om_post_no"]]["post"] == ASH


def test_where_teams_stand_and_which_are_omic(tmp_path: Path) -> None:
    facts = facts_of(ordinary_book(), tmp_path)
    team = facts.team.row(0, named=True)
    assert team == {
        "team_no": 0,
        "team_code": "N01AAA",
        "team_name": "Team N01AAA",
        "pdu_code": "N01APD",
        "pdu_name": "Unit N01APD",
        "region_code": "N01",
        "region_name": "Region N01",
        "provider": "PS",
        "is_omic": 0,
    }
    assert dict(facts.team.select("team_code", "is_omic").iter_rows()) == {
        "N01AAA": 0,
        "N01BBB": 0,
        "N01OMI": 1,
    }


def test_people_have_names_and_grades_unless_names_are_off(tmp_path: Path) -> None:
    book = ordinary_book()
    book.officer("WMT_Extract", "N01AAA", "N01A010", " ", surname="Staff", forename="Unallocated")
    book.officer("WMT_Extract", "N01AAA", "N01A011", "PSO", surname="Staff", forename="Ann")
    posts = {row["post"]: row for row in rows(facts_of(book, tmp_path), "post")}
    assert posts[ASH]["name"] == "ForeN01A001 SurN01A001"
    assert (posts[ASH]["grade_code"], posts[ASH]["grade"]) == ("NPSM", "PO")
    assert (posts["N01AAA:N01A010"]["grade"], posts["N01AAA:N01A010"]["is_placeholder"]) == ("DMY", 1)
    assert (posts["N01AAA:N01A011"]["grade"], posts["N01AAA:N01A011"]["is_placeholder"]) == ("PO", 0)
    book["T2A"].rows[0]["OM_Surname"] = "Whoever"
    quiet = result_of(book, tmp_path, names=False)
    assert quiet.facts is not None
    assert quiet.facts.post["name"].null_count() == len(quiet.facts.post)
    everything = " ".join(fault.message for fault in quiet.faults) + " ".join(
        str(f.to_dicts()) for f in quiet.canonical.values()
    )
    assert "SurN01" not in everything
    assert "Whoever" not in everything
    assert quiet.facts.post["is_placeholder"].sum() == 1


def test_suspended_and_untiered_cases(tmp_path: Path) -> None:
    book = ordinary_book()
    book.officer("WMT_Extract", "N01AAA", "N01A020", counts={("licence", "C2S"): 3, ("community", "0"): 2})
    book.officer(
        "WMT_Extract_Filtered", "N01AAA", "N01A020", counts={("licence", "C2S"): 3, ("community", "0"): 2}
    )
    assert cases(facts_of(book, tmp_path), "N01AAA:N01A020") == {
        ("standard", "licence", "C2", 1, "active"): 3,
        ("standard", "community", "0", 0, "active"): 2,
    }


def test_s_headers_with_an_underscore_are_the_same_columns(tmp_path: Path) -> None:
    book = ordinary_book()
    for name in ("WMT_Extract", "WMT_Extract_Filtered", "T2A", "OMIC_Teams"):
        book[name].headers = [
            h[:-1] + "_s" if "Tier" in h and h.endswith("S") else h for h in book[name].headers
        ]
    assert result_of(book, tmp_path).layout == "L2024"


def test_headers_and_sheet_names_with_line_breaks_spaces_and_hyphens(tmp_path: Path) -> None:
    book = ordinary_book()
    plain = facts_of(ordinary_book(), tmp_path)
    book["WMT_Extract"].rename("CommTierB2", "Comm-TierB2\r\n")
    book["WMT_Extract"].rename("OM_Key", "\xa0OM_KEY ")
    book["CMS"].rename("Contact_ID", "contact_id_x000D_")
    book["T2A"].name = " t2a"
    assert_same(facts_of(book, tmp_path), plain)


def assert_same(one: Facts, other: Facts) -> None:
    for name, table in one.tables().items():
        assert table.equals(other.table(name)), name


def test_blank_cells_are_no_cases_and_spaces_are_blank(tmp_path: Path) -> None:
    book = ordinary_book()
    book["WMT_Extract_Filtered"].rows[1].update(CommTierA3=" ", CustTierA3="\xa0", LicenceTierA3=0)
    facts = facts_of(book, tmp_path)
    assert cases(facts, OAK) == {("standard", "custody", "D2", 0, "active"): 2}


def test_blank_and_nought_differ_in_what_is_kept(tmp_path: Path) -> None:
    book = ordinary_book()
    book["WMT_Extract_Filtered"].rows[1].update(LicenceTierA3=0)
    kept = result_of(book, tmp_path).canonical["caseload_count"].filter(pl.col("cases") == 0)
    assert kept.select(pl.col("basis", "location", "tier").cast(pl.String)).rows() == [
        ("active", "licence", "A3")
    ]


def test_keys_that_are_numbers_are_their_digits(tmp_path: Path) -> None:
    book = ordinary_book()
    book.officer("WMT_Extract", "N01AAA", 1234567, counts={("community", "A3"): 1})
    book.officer("WMT_Extract_Filtered", "N01AAA", "1234567 ", counts={("community", "A3"): 1})
    assert (
        cases(facts_of(book, tmp_path), "N01AAA:1234567")[("standard", "community", "A3", 0, "active")] == 1
    )


def test_an_officer_known_only_from_t2a_is_kept(tmp_path: Path) -> None:
    book = ordinary_book()
    book.officer("T2A", "N01BBB", "N01T001", counts={("licence", "D2"): 2})
    facts = facts_of(book, tmp_path)
    assert cases(facts, "N01BBB:N01T001") == {("t2a", "licence", "D2", 0, "active"): 2}


def test_an_officer_known_only_from_flags_or_contacts_is_kept(tmp_path: Path) -> None:
    book = ordinary_book()
    book.flag("Flag_Upw", "U", "X2", "N02ZZZ:N02A001", OM_Grade_Code="NPSQ")
    book.contact(9, "N03YYY:N03A001", ASH, Contact_Staff_Name="Doe, Wilma")
    facts = facts_of(book, tmp_path)
    posts = {row["post"]: row for row in rows(facts, "post")}
    assert posts["N02ZZZ:N02A001"]["grade"] == "PSO"
    assert posts["N03YYY:N03A001"]["name"] == "Wilma Doe"
    team = facts.team.filter(pl.col("team_code") == "N03YYY").row(0, named=True)
    assert (team["team_name"], team["pdu_code"], team["region_name"]) == ("N03YYY", "NOT-KNOWN", "Not known")


def test_all_less_active_is_the_listed_inactive_and_an_unexplained_difference(tmp_path: Path) -> None:
    book = ordinary_book()
    book["WMT_Extract"].rows[1]["CustTierD2"] = 6  # OAK: 2 active, so 4 are inactive
    book["WMT_Extract"].rows[1]["V-CRN_Count"] = 6
    book.flag("Flag_O_Due", "O", "X31", OAK, Tier_Code="14", Location="Custody")
    book.flag(
        "Flag_Warr_4_N", "W", "X31", OAK, Tier_Code="14", Location="Custody"
    )  # one case, the warrant first
    book.flag("Suspended_Lifers", "L", "X32", OAK, Tier_Code="99", Location="Moon")
    assert cases(facts_of(book, tmp_path), OAK) == {
        ("standard", "custody", "D2", 0, "active"): 2,
        ("standard", "custody", "D2", 0, "warrant"): 1,
        ("standard", "unknown", "0", 0, "suspended_lifer"): 1,
        ("standard", "unknown", "0", 0, "difference"): 2,
    }


def test_the_difference_may_be_negative(tmp_path: Path) -> None:
    book = ordinary_book()
    book.flag("Flag_O_Due", "O", "X31", OAK)
    assert cases(facts_of(book, tmp_path), OAK)[("standard", "unknown", "0", 0, "difference")] == -1


def test_letters_p_and_u_and_s_take_nothing_from_the_active_cases(tmp_path: Path) -> None:
    book = ordinary_book()
    book.flag("Flag_Priority", "P", "X100000", ASH)
    book.flag("Flag_Upw", "U", "X100001", ASH)
    book.flag("WMT_Extract_SA", "S", "X100002", ASH, Tier_Code="22")
    facts = facts_of(book, tmp_path)
    plain = facts_of(ordinary_book(), tmp_path)
    assert facts.caseload.equals(plain.caseload)
    assert {(r["flag"], r["suspended"]) for r in rows(facts, "flag", ASH)} >= {("P", 0), ("U", 0), ("S", 1)}


def test_a_whole_case_list_names_cases_and_a_partial_one_does_not(tmp_path: Path) -> None:
    facts = facts_of(ordinary_book(), tmp_path)
    named = [row["case_ref"] for row in rows(facts, "caseload", ASH) if row["case_ref"]]
    assert sorted(named) == ["X100000", "X100001", "X100002", "X100003", "X100004", "X100009"]
    for spoil in (
        {"Location": "Custody"},
        {"Tier_Code": "7"},
        {"Tier_Code": "99"},
        {"Case_Ref_No": "X100001"},
    ):
        book = ordinary_book()
        book["Flag_Warr_4_N"].rows[0].update(spoil)
        partial = facts_of(book, tmp_path)
        assert [row["case_ref"] for row in rows(partial, "caseload", ASH) if row["case_ref"]] == [
            "X100009"
        ], spoil
        assert cases(partial, ASH) == cases(facts, ASH)


def test_contacts_on_day_six_seven_and_tomorrow_keep_their_age(tmp_path: Path) -> None:
    book = ordinary_book()
    for number, days in ((1, 6), (2, 7), (3, -1)):
        moment = book.stamp.replace(hour=23) - timedelta(days=days)
        book.contact(number, OAK, ASH, Contact_Date=moment, Contact_Staff_Grade="NPSQ")
    facts = facts_of(book, tmp_path)
    assert dict(facts.contact.select("contact_ref", "age_days").iter_rows()) == {
        "1": 6,
        "2": 7,
        "3": -1,
        "1756376536": 0,
    }


def test_a_contact_of_one_side_goes_to_the_post_nobody_knows(tmp_path: Path) -> None:
    book = ordinary_book()
    assert "NOT-KNOWN:NOT-KNOWN" not in {row["post"] for row in rows(facts_of(book, tmp_path), "post")}
    book.contact(5, OAK, ASH, OM_Team_Key=" ")
    facts = facts_of(book, tmp_path)
    posts = rows(facts, "post")
    row = facts.contact.filter(pl.col("contact_ref") == "5").row(0, named=True)
    assert posts[row["om_post_no"]]["post"] == "NOT-KNOWN:NOT-KNOWN"
    assert posts[row["by_post_no"]]["post"] == OAK


def test_one_contact_id_on_several_cases_and_twice_on_one(tmp_path: Path) -> None:
    book = ordinary_book()
    for case in ("X3", "X2", "X2"):
        book.contact(5, OAK, ASH, CRN=case)
    facts = facts_of(book, tmp_path)
    found = facts.contact.filter(pl.col("contact_ref").str.starts_with("5"))
    assert found.select("contact_ref", "case_ref").rows() == [("5", "X2"), ("5/2", "X3")]


def test_a_long_contact_id_keeps_its_digits(tmp_path: Path) -> None:
    book = ordinary_book()
    book.contact(123456789012, OAK, ASH)
    assert "123456789012" in facts_of(book, tmp_path).contact["contact_ref"].to_list()


def test_the_year_9999_means_no_date(tmp_path: Path) -> None:
    book = ordinary_book()
    book.flag(
        "Suspended_Lifers",
        "L",
        "X32",
        OAK,
        Deregistration_Date=date(9999, 12, 31),
        Registration_Date=date(2017, 2, 8),
    )
    result = result_of(book, tmp_path)
    lifer = result.canonical["case_flag"].filter(pl.col("flag") == "L").row(0, named=True)
    assert (lifer["deregistered_on"], lifer["registered_on"]) == (None, date(2017, 2, 8))
    assert not [fault for fault in result.faults if fault.code == "BAD_DATE"]


def test_orphan_rows_unknown_columns_and_sheets_are_kept_as_raw_cells(tmp_path: Path) -> None:
    book = ordinary_book()
    book["WMT_Extract"].add(CommTierB2=7, Trust="PS")
    book["CMS"].headers.append("Mood")
    book["CMS"].rows[0]["Mood"] = "fair"
    book.sheets["Notes"] = Draft("Notes", ["remember"])
    result = result_of(book, tmp_path)
    raw = result.canonical["raw_cell"].rows()
    assert ("WMT_Extract", 5, "U", "number", "7") in raw
    assert ("CMS", 2, "P", "text", "fair") in raw
    assert ("Notes", 1, "A", "text", "remember") in raw
    assert cases(result.facts, ASH)[("standard", "community", "B2", 0, "active")] == 3  # type: ignore[arg-type]


def test_a_post_that_is_only_mentioned_brings_no_hours(tmp_path: Path) -> None:
    """On no sheet of officers and without reports: its work counts, its time waits until entered."""
    book = ordinary_book()
    book.contact(77, by="N01AAA:N01X001", om=ASH, Contact_Staff_Grade="NPSM")
    book.flag("Flag_Upw", "U", "X900001", "N01AAA:N01X002")
    book.officer("T2A", "N01AAA", "N01X003", counts={})
    result = result_of(book, tmp_path)
    assert result.facts is not None
    posts = {
        row["post"]: (row["contracted_micro"], row["hours_source"]) for row in rows(result.facts, "post")
    }
    assert posts["N01AAA:N01X001"] == posts["N01AAA:N01X002"] == (0, "none")
    assert posts["N01AAA:N01X003"] == posts[ASH] == (None, None)
    told = [fault for fault in result.faults if fault.code == "POST_ONLY_MENTIONED"]
    assert {"CMS", "Flag_Upw"} == {fault.sheet for fault in told}
    assert "N01AAA:N01X001" in " ".join(fault.message for fault in told)
    # the tables that are kept say the same to the other door
    staff = {row["staff_code"]: row["contracted_micro"] for row in result.canonical["staff"].to_dicts()}
    assert (staff["N01X001"], staff["N01X003"]) == (0, None)
    entered = facts_of(book, tmp_path, people=_entered(tmp_path))
    again = {row["post"]: (row["contracted_micro"], row["hours_source"]) for row in rows(entered, "post")}
    assert again["N01AAA:N01X001"] == (30_000_000, "entered")


def _entered(folder: Path) -> Path:
    people = folder / "people"
    people.mkdir()
    (people / "contracted_hours.csv").write_text("team_code,staff_code,hours\nN01AAA,N01X001,30\n")
    return people
