"""Setting posts aside: a fault confined to named posts costs those posts, and nobody else's figures."""

from pathlib import Path

import polars as pl
from intake_books import ASH, OAK, TWO, Book, ordinary_book

from wmt.facts import NOT_KNOWN, Facts
from wmt.intake import Import, read

FILTERED = "WMT_Extract_Filtered"


def aside(book: Book, folder: Path) -> Import:
    return read([book.write(folder / "extract.xlsx")], set_aside=True)


def number_of(facts: Facts, post: str) -> int:
    team, staff = post.split(":")
    return int(facts.post.filter(team_code=team, staff_code=staff)["post_no"].item())


def of_post(facts: Facts, table: str, post: str) -> pl.DataFrame:
    return facts.table(table).filter(pl.col("post_no") == number_of(facts, post)).drop("post_no")


def test_without_the_wish_the_file_is_refused(tmp_path: Path) -> None:
    book = ordinary_book()
    book[FILTERED].rows[0]["CommTierA3"] = "two"
    result = read([book.write(tmp_path / "extract.xlsx")])
    assert not result.accepted
    assert result.facts is None
    assert result.canonical == {}
    assert result.set_aside == []


def test_a_bad_count_costs_its_post_and_nobody_else(tmp_path: Path) -> None:
    plain = aside(ordinary_book(), tmp_path).facts
    book = ordinary_book()
    book[FILTERED].rows[0]["CommTierA3"] = "two"
    result = aside(book, tmp_path)
    assert result.facts is not None
    assert plain is not None
    assert [(a.team_code, a.staff_code, a.code) for a in result.set_aside] == [
        ("N01AAA", "N01A001", "BAD_COUNT")
    ]
    assert "two" in result.set_aside[0].message
    for table in ("caseload", "report", "flag", "measure"):
        assert of_post(result.facts, table, ASH).is_empty()
        for post in (OAK, TWO):
            assert of_post(result.facts, table, post).equals(of_post(plain, table, post))
    marked = result.facts.post.filter(pl.col("unmeasured") == 1)
    assert marked.select("team_code", "staff_code").rows() == [("N01AAA", "N01A001")]


def test_the_other_side_of_a_contact_keeps_it(tmp_path: Path) -> None:
    book = ordinary_book()
    book[FILTERED].rows[0]["CommTierA3"] = "two"
    facts = aside(book, tmp_path).facts
    assert facts is not None
    row = facts.contact.row(0, named=True)
    assert row["by_post_no"] == number_of(facts, OAK)
    assert row["om_post_no"] == number_of(facts, f"{NOT_KNOWN}:{NOT_KNOWN}")


def test_a_contact_between_posts_set_aside_is_gone(tmp_path: Path) -> None:
    book = ordinary_book()
    for row in (0, 1):
        book[FILTERED].rows[row]["CommTierA3"] = "two"
    facts = aside(book, tmp_path).facts
    assert facts is not None
    assert facts.contact.is_empty()


def test_a_doubled_row_costs_its_post(tmp_path: Path) -> None:
    book = ordinary_book()
    book[FILTERED].rows.append(dict(book[FILTERED].rows[1]))
    result = aside(book, tmp_path)
    assert [(a.staff_code, a.code) for a in result.set_aside] == [("N01A002", "DUPLICATE_OFFICER_ROW")]
    assert result.facts is not None
    assert of_post(result.facts, "caseload", OAK).is_empty()


def test_a_fault_found_later_sets_aside_too(tmp_path: Path) -> None:
    book = ordinary_book()
    book[FILTERED].rows[2]["CommTierA3"] = "two"
    book.contact(1756376536, OAK, ASH, Contact_Type_Code="CMS46")
    result = aside(book, tmp_path)
    assert {(a.team_code, a.staff_code): a.code for a in result.set_aside} == {
        ("N01BBB", "N01A001"): "BAD_COUNT",
        ("N01AAA", "N01A001"): "DUPLICATE_CONTACT_ID",
        ("N01AAA", "N01A002"): "DUPLICATE_CONTACT_ID",
    }


def test_a_fault_that_may_touch_anyone_still_refuses(tmp_path: Path) -> None:
    book = ordinary_book()
    book[FILTERED].rows[0]["CommTierA3"] = "two"
    book[FILTERED].rows[1]["OM_Key"] = "#REF!"
    result = aside(book, tmp_path)
    assert not result.accepted
    assert result.set_aside == []
    assert {fault.code for fault in result.faults if fault.severity == "refuse"} == {"BAD_COUNT", "BAD_KEY"}


def test_more_posts_than_are_named_singly_are_all_set_aside(tmp_path: Path) -> None:
    book = ordinary_book()
    for number in range(60):
        book.officer(FILTERED, "N01AAA", f"N01X{number:03}", CommTierA3="x")
    result = aside(book, tmp_path)
    assert len(result.set_aside) == 60
    assert result.facts is not None
    assert result.facts.post["unmeasured"].sum() == 60
