"""Sheets with one row per case, contact or assessment, as tables with text keys."""

import polars as pl

from wmt.intake import staging
from wmt.intake.cells import date_column, plain_crns
from wmt.intake.codes import Codes
from wmt.intake.contacts import placed
from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.sheet import Sheet
from wmt.intake.workbook_schema import LETTERS, definition

LOCATIONS = {"community": "community", "custody": "custody", "licence": "licence", "license": "licence"}


def table_of(sheet: Sheet, faults: Faults, dates: tuple[str, ...] = ()) -> pl.DataFrame:
    """The known columns of a sheet under their table names, as text, the columns in `dates` as days.

    A date that cannot be read is null and warned of; sheet and row stand beside every row.
    """
    names = {header: name for header, name in definition(sheet.known).columns.items() if sheet.has(header)}
    texts = sheet.texts(header for header in names if header not in dates)
    found = {}
    for header, name in names.items():
        if header in texts:
            found[name] = texts[header]
            continue
        found[name], odd = date_column(sheet.column(header))
        heading = sheet.heading(header)
        hits = [FaultPlace(sheet.rows[at], heading, f"{why} where a date is expected") for at, why in odd]
        what = "{n} cells of " + f"{sheet.name}, column {heading}, hold no date: left empty"
        faults.warn_once("BAD_DATE", sheet.name, hits, what)
    frame = plain_crns(pl.DataFrame(found)) if found else pl.DataFrame()
    return frame.with_columns(sheet=pl.lit(sheet.name), row=pl.Series(sheet.rows, dtype=pl.Int64))


def read_flags(sheet: Sheet, scheme: str, codes: Codes, faults: Faults) -> pl.DataFrame:
    """CASE_FLAG rows of a flag sheet. Unknown letters, tiers and locations are warned of and kept."""
    frame = table_of(sheet, faults, ("registration_date", "next_review_date", "deregistration_date"))
    letters = LETTERS[sheet.known]
    if "flag" not in frame.columns:
        frame = frame.with_columns(flag=pl.lit(letters))
    flags = frame["flag"]
    strange = (~flags.is_in(list(letters)) | flags.is_null()).fill_null(True)
    hits = [
        FaultPlace(sheet.rows[i], sheet.heading("row_type"), f"letter {flags[i] or '(none)'}")
        for i in strange.arg_true()
    ]
    what = (
        "{n} rows of the sheet "
        + f"{sheet.name} have a letter that does not belong to it ({' or '.join(letters)} does)"
    )
    faults.warn_once("FLAG_LETTER_CONFLICT", sheet.name, hits, what)
    numbers = frame["tier_code"]
    tiers = numbers.replace_strict(dict(codes.tier_numbers[scheme]), default=None, return_dtype=pl.String)
    hits = [
        FaultPlace(sheet.rows[i], sheet.heading("tier_code"), f"tier code {numbers[i] or '(none)'}")
        for i in tiers.is_null().arg_true()
    ]
    what = "{n} rows of the sheet " + f"{sheet.name} have a tier code of no known meaning"
    faults.warn_once("UNKNOWN_TIER_CODE", sheet.name, hits, what)
    places = _locations(sheet, frame["location"], faults)
    frame = frame.with_columns(
        location=places,
        tier=tiers.str.strip_suffix("S"),
        suspended=tiers.str.ends_with("S"),
        seq=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
    )
    return staging.shaped(frame, staging.CASE_FLAG)


def _locations(sheet: Sheet, written: pl.Series, faults: Faults, header: str = "location") -> pl.Series:
    places = written.str.to_lowercase().replace_strict(LOCATIONS, default=None, return_dtype=pl.String)
    hits = [
        FaultPlace(sheet.rows[i], sheet.heading(header), f"'{written[i] or ''}'")
        for i in places.is_null().arg_true()
    ]
    what = "{n} rows of the sheet " + f"{sheet.name} have a {header} of no known meaning"
    faults.warn_once("UNKNOWN_LOCATION", sheet.name, hits, what)
    return places


def read_contacts(sheet: Sheet, kind: str, faults: Faults) -> pl.DataFrame:
    """CONTACT rows of CMS or GS. A CMS row whose date cannot be read is refused, confined to its posts."""
    frame = table_of(sheet, faults)
    days, odd = date_column(sheet.column("contact_date"))
    frame = staging.shaped(frame.with_columns(contact_date=days, kind=pl.lit(kind)), staging.CONTACT)
    if kind == "cms":
        blank = [(index, "nothing") for index in days.is_null().arg_true() if index not in dict(odd)]
        for index, why in sorted([*odd, *blank]):
            row = frame.row(index, named=True)
            sides = [(row["by_team_code"], row["by_staff_code"]), (row["om_team_code"], row["om_staff_code"])]
            what = f"{sheet.name} row {sheet.rows[index]}: the contact's date holds {why}"
            column = sheet.heading("contact_date")
            posts = [post for post in sides if all(post)]
            faults.refuse(
                "BAD_DATE", what, sheet=sheet.name, row=sheet.rows[index], column=column, posts=posts
            )
    return placed(frame, faults)


def read_assessments(sheet: Sheet, faults: Faults) -> pl.DataFrame:
    """ASSESSMENT rows of ARMS, not yet numbered."""
    dates = ("assessment_date", "completed_date", "disposal_or_release_date", "so_registration_date")
    frame = table_of(sheet, faults, dates)
    places = _locations(sheet, sheet.text("sentence_type"), faults, "sentence_type")
    return staging.shaped(frame.with_columns(sentence_type=places), staging.ASSESSMENT)


def number_assessments(frame: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """All ASSESSMENT rows of a night, numbered. Those that repeat another word for word are left out.

    Rows that name no case may be of several, and each counts.
    """
    content = [name for name in staging.ASSESSMENT if name not in ("seq", "sheet", "row")]
    again = pl.col("case_ref").is_not_null() & ~pl.struct(content).is_first_distinct()
    for (sheet,), group in frame.filter(again).group_by("sheet", maintain_order=True):
        hits = [
            FaultPlace(row, None, f"case {ref}") for row, ref in group.select("row", "case_ref").iter_rows()
        ]
        what = "{n} rows repeat an assessment word for word, and it counts once"
        faults.warn_once("DUPLICATE_ASSESSMENT", str(sheet), hits, what)
    return frame.filter(~again).with_columns(seq=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))


def read_t2a_cases(sheet: Sheet, faults: Faults) -> pl.DataFrame:
    """T2A_CASE rows of T2A_Detail; they earn nothing."""
    return staging.shaped(table_of(sheet, faults, ("allocation_date",)), staging.T2A_CASE)
