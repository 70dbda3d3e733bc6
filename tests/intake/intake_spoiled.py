"""Ways to spoil the ordinary workbook, and the fault each must give."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intake_books import ASH, OAK, Book, ordinary_book

from wmt.intake import InputFault, read
from wmt.intake.remedies import REMEDIES

EXTRACT, FILTERED = "WMT_Extract", "WMT_Extract_Filtered"


@dataclass(frozen=True)
class Case:
    """One way to spoil the ordinary workbook, and the fault that must be found."""

    name: str
    severity: str
    code: str
    spoil: Callable[[Book], Any]
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    layout: str = "L2024"
    posts: tuple[str, ...] = ()


def put(sheet: str, index: int, **cells: Any) -> Callable[[Book], Any]:
    """Overwrite cells of a row; index 0 is Excel's row 2."""
    return lambda book: book[sheet].rows[index].update(cells)


def add(sheet: str, **cells: Any) -> Callable[[Book], Any]:
    """Add a row of just these cells."""
    return lambda book: book[sheet].add(**cells)


def bad_count(name: str, value: Any) -> Case:
    """A cell that is no count, in the second officer's row of the filtered sheet."""
    spoil = put(FILTERED, 1, CommTierA3=value)
    return Case(
        f"a count that is {name}", "refuse", "BAD_COUNT", spoil, FILTERED, 3, "CommTierA3", posts=(OAK,)
    )


def nothing(book: Book) -> None:
    """Leave the workbook as it is."""


def suspended_and_controlled(book: Book) -> None:
    put(FILTERED, 0, CommTierB2S=4)(book)
    put(EXTRACT, 0, **{"CommTierB2": 8, "V-CRN_Count": 10})(book)


def bare_letters(book: Book) -> None:
    for name in ("WMT_Extract", "WMT_Extract_Filtered", "T2A", "OMIC_Teams"):
        draft = book[name]
        plain = [header for header in draft.headers if "Tier" not in header]
        draft.headers = [
            *plain,
            *(f"{prefix}Tier{tier}" for prefix in ("Comm", "Cust", "Licence") for tier in "ABCDEFG"),
        ]


def old_t2a(book: Book) -> None:
    book.sheets["T2A"] = ordinary_book("L2017")["T2A"]


def narrow_omic(book: Book) -> None:
    book["OMIC_Teams"].headers = [
        h for h in book["OMIC_Teams"].headers if not ("Tier" in h and h.endswith("S"))
    ]


def twice(sheet: str, index: int) -> Callable[[Book], Any]:
    return lambda book: book[sheet].rows.append(dict(book[sheet].rows[index]))


def many_mismatches(book: Book) -> None:
    for number in range(25):
        book.officer(
            FILTERED, "N01AAA", f"N01X{number:03}", counts={("community", "B2"): 1}, **{"V-CRN_Count": 5}
        )


def no_stamps(book: Book) -> None:
    for draft in book.sheets.values():
        for row in draft.rows:
            row.pop("Datestamp", None)


def swap_t2a(book: Book) -> None:
    book["T2A"].rows[0]["V-CRN_Count"] = 14


def without(sheet: str) -> Callable[[Book], Any]:
    return lambda book: book.sheets.pop(sheet)


def contact(**cells: Any) -> Callable[[Book], Any]:
    return lambda book: book.contact(77, OAK, ASH, **{"Contact_Staff_Grade": "NPSQ", **cells})


def two_contacts(**cells: Any) -> Callable[[Book], Any]:
    return lambda book: book.contact(1756376536, OAK, ASH, **{"Contact_Staff_Grade": "NPSQ", **cells})


def faults_of(case: Case, folder: Path) -> tuple[bool, list[InputFault]]:
    book = ordinary_book(case.layout)
    case.spoil(book)
    result = read([book.write(folder / "extract.xlsx")])
    return result.accepted, result.faults


def assert_named(case: Case, folder: Path) -> None:
    """The fault is found where it should be, with what to do, and refuses the workbook or does not."""
    accepted, faults = faults_of(case, folder)
    assert accepted is (case.severity == "warn")
    found = [fault for fault in faults if (fault.severity, fault.code) == (case.severity, case.code)]
    assert found, [(fault.code, fault.message) for fault in faults]
    place = (case.sheet, case.row, case.column)
    assert place in [(fault.sheet, fault.row, fault.column) for fault in found], found
    fault = next(fault for fault in found if (fault.sheet, fault.row, fault.column) == place)
    assert fault.message.endswith(REMEDIES[case.code])
    assert tuple(":".join(post) for post in fault.posts) == case.posts
