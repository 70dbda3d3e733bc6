"""Mentions: every place of a workbook that names an officer or a team, in order of authority."""

from collections.abc import Iterable

import polars as pl

from wmt.intake import staging, workbook_schema
from wmt.intake.sheet import Sheet

_OFFICIAL = (*workbook_schema.BASES, *workbook_schema.REPORTS)
LONE_RANKS = tuple(_OFFICIAL.index(known) for known in workbook_schema.LONE)
#: Sheets that list officers, or reports of theirs; the others only mention them.
LISTING_RANKS = tuple(range(len(_OFFICIAL)))
_FLAGS, _CONTACTS, _ASSESSMENTS, CASE_RANK = (len(_OFFICIAL) + later for later in range(4))


def people_of(official: Iterable[Sheet], night: staging.Gathered) -> list[pl.DataFrame]:
    """PERSON tables of a workbook: the tier and report sheets first, then flags, contacts and assessments."""
    found = []
    for sheet in official:
        frame = _identity(sheet)
        if sheet.has("om_name"):
            frame = frame.with_columns(**_parts_of_name(sheet.text("om_name")))
        if sheet.has("om_team_staff_grade") and not sheet.has("om_grade_code"):
            # the grade of 'team|staff|grade', null where there is none; a text of other form is no grade
            grade = sheet.text("om_team_staff_grade").str.extract(r"\|([^|]*)\z", 1).str.strip_chars()
            frame = frame.with_columns(grade_code=grade.set(grade.str.len_bytes().fill_null(0) == 0, None))
        found.append(staging.shaped(frame, staging.PERSON))
    return [*found, *people_in_rows(night)]


def people_in_rows(night: staging.Gathered) -> list[pl.DataFrame]:
    """PERSON tables of the posts that flags, contacts and assessments name."""
    sides = [(night.contact.filter(pl.col("kind") == "cms"), side, _CONTACTS) for side in ("by", "om")]
    sides += [(night.assessment, "assessor", _ASSESSMENTS)]
    found = [mentioned(night.case_flag, _FLAGS)]
    for frame, side, rank in sides:
        columns = {f"{side}_{name}": name for name in ("team_code", "staff_code", "grade_code", "name")}
        found.append(mentioned(frame.select("sheet", "row", *columns).rename(columns), rank))
    return found


def teams_of(official: Iterable[Sheet]) -> list[pl.DataFrame]:
    """TEAM tables of the tier and report sheets. Before 2021 the LDU stood where the PDU is."""
    found = []
    columns = [name for name in staging.TEAM if name != "row"]
    for sheet in official:
        omic = {workbook_schema.MAIN: False, "omic_teams": True}.get(sheet.known)
        frame = _identity(sheet).with_columns(is_omic=pl.lit(omic, dtype=pl.Boolean))
        frame = staging.shaped(frame, staging.TEAM)
        found.append(frame.unique(columns, keep="first", maintain_order=True))
    return found


def _identity(sheet: Sheet) -> pl.DataFrame:
    texts = sheet.texts(header for header in workbook_schema.IDENTITY if sheet.has(header))
    found = {workbook_schema.IDENTITY[header]: text for header, text in texts.items()}
    if "pdu_code" not in found and "ldu_code" in found:
        found["pdu_code"] = found["ldu_code"]
        found["pdu_name"] = sheet.text("ldu_desc")
    return pl.DataFrame(found).with_columns(
        rank=pl.lit(_OFFICIAL.index(sheet.known), dtype=pl.Int64),
        sheet=pl.lit(sheet.name),
        row=pl.Series(sheet.rows, dtype=pl.Int64),
    )


def _parts_of_name(names: pl.Series) -> dict[str, pl.Series]:
    """'Surname, Forename' as its two parts."""
    parts = names.str.split_exact(", ", 1)
    return {"surname": parts.struct.field("field_0"), "forename": parts.struct.field("field_1")}


def mentioned(frame: pl.DataFrame, rank: int) -> pl.DataFrame:
    """PERSON rows: the first row of each post, grade and sheet, of the rows that name a post."""
    keys = [name for name in ("team_code", "staff_code", "grade_code", "sheet") if name in frame.columns]
    first = frame.drop_nulls(["team_code", "staff_code"]).unique(keys, keep="first", maintain_order=True)
    named = first.with_columns(**_parts_of_name(first["name"])) if "name" in first.columns else first
    return staging.shaped(named.with_columns(rank=pl.lit(rank, dtype=pl.Int64)), staging.PERSON)
