"""Contacts: whose help counted for whom, each contact once."""

from datetime import date

import polars as pl

from wmt.facts import NOT_KNOWN
from wmt.facts.schema import CONTACT
from wmt.intake.codes import Codes
from wmt.intake.faults import FaultPlace, Faults

SIDES = ("by", "om")
_CONTENT = [
    "contact_id", "case_ref", "contact_date", "type_code", "by_team_code", "by_staff_code", "by_grade_code",
    "by_provider_code", "om_team_code", "om_staff_code", "om_grade_code", "om_provider_code",
]  # fmt: skip


def knows(side: str) -> pl.Expr:
    """Whether both keys of a side are given."""
    return pl.col(f"{side}_team_code").is_not_null() & pl.col(f"{side}_staff_code").is_not_null()


def placed(frame: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """The contacts that name at least one post. The others are orphans; a half-known one is warned of."""
    cms = pl.col("kind") == "cms"
    named = knows("by") | knows("om")
    _warn(
        "ORPHAN_ROW",
        frame.filter(cms & ~named),
        "{n} contacts name neither the post that did it nor the case's",
        faults,
    )
    half = frame.filter(cms & named & ~(knows("by") & knows("om")))
    _warn("CONTACT_SIDE_UNKNOWN", half, "{n} contacts name one post only", faults)
    return frame.filter(~cms | named)


def _warn(code: str, frame: pl.DataFrame, what: str, faults: Faults) -> None:
    for (sheet,), group in frame.group_by("sheet", maintain_order=True):
        hits = [
            FaultPlace(row["row"], None, f"contact {row['contact_id']}")
            for row in group.iter_rows(named=True)
        ]
        faults.warn_once(code, str(sheet), hits, what)


def contact_rows(
    frame: pl.DataFrame, day: date, codes: Codes, posts: pl.DataFrame, faults: Faults
) -> pl.DataFrame:
    """CONTACT without post numbers: contacts of kind cms, each once, ages counted from `day`."""
    cms = _once(frame.filter(pl.col("kind") == "cms", pl.col("contact_date").is_not_null()), faults)
    grades = posts.select(by_team_code="team_code", by_staff_code="staff_code", post_grade="grade")
    known = pl.col("by_grade_code").replace_strict(
        dict(codes.grades), default=codes.other_grade, return_dtype=pl.String
    )
    told = pl.when(pl.col("by_grade_code").is_not_null()).then(known)
    # the id, with '/2', '/3' … for its further cases in the order of their references
    place = pl.col("case_ref").rank("ordinal").over("contact_id").fill_null(1)
    suffix = pl.when(place > 1).then(pl.format("/{}", place)).otherwise(pl.lit(""))
    table = (
        cms.with_columns(contact_ref=pl.concat_str("contact_id", suffix))
        .join(grades, on=["by_team_code", "by_staff_code"], how="left", maintain_order="left")
        .with_columns(
            code=pl.col("type_code").fill_null(""),
            age_days=(pl.lit(day) - pl.col("contact_date")).dt.total_days(),
            by_grade=pl.coalesce(told, "post_grade", pl.lit(codes.blank_grade)),
        )
    )
    ahead, by_trainees = table.filter(pl.col("age_days") < 0), table.filter(pl.col("by_grade") == "TPO")
    _warn("CONTACT_AHEAD", ahead, "{n} contacts are dated after the extract", faults)
    strange = table.filter(~pl.col("code").is_in(list(codes.contact_codes)))
    _warn("UNKNOWN_CONTACT_CODE", strange, "{n} contacts have a code of no known meaning", faults)
    _warn("TRAINEE_CONTACT", by_trainees, "{n} contacts were done by trainees", faults)
    return table


def _once(frame: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """Identical rows once. Rows of one id and one case that differ otherwise are refused."""
    alone = frame.unique(_CONTENT, keep="first", maintain_order=True)
    again = frame.filter(frame.select(_CONTENT).is_duplicated())
    several = alone.filter(pl.col("contact_id").is_duplicated())
    _warn(
        "DUPLICATE_CONTACT_ID", again, "{n} rows repeat a contact word for word, and it counts once", faults
    )
    _warn(
        "DUPLICATE_CONTACT_ID",
        several,
        "{n} contacts share an id with another case's, and each counts",
        faults,
    )
    unclear = alone.filter(pl.struct("contact_id", "case_ref").is_duplicated())
    for row in unclear.iter_rows(named=True):
        what = f"the contact {row['contact_id']} on one case stands on several rows that differ"
        posts = [(row[f"{side}_team_code"], row[f"{side}_staff_code"]) for side in SIDES]
        named = [post for post in posts if all(post)]
        faults.refuse("DUPLICATE_CONTACT_ID", what, sheet=row["sheet"], row=row["row"], posts=named)
    return alone


def number_contacts(rows: pl.DataFrame, posts: pl.DataFrame) -> pl.DataFrame:
    """CONTACT, sorted; a side that nobody could be named for is the post NOT-KNOWN."""
    for side in SIDES:
        keys = [f"{side}_team_code", f"{side}_staff_code"]
        numbers = posts.select(
            pl.col("team_code").alias(keys[0]),
            pl.col("staff_code").alias(keys[1]),
            pl.col("post_no").alias(f"{side}_post_no"),
        )
        known = [
            pl.when(knows(side)).then(pl.col(key)).otherwise(pl.lit(NOT_KNOWN)).alias(key) for key in keys
        ]
        rows = rows.with_columns(known).join(numbers, on=keys, how="left")
    return rows.select(pl.col(name).cast(kind) for name, kind in CONTACT.items()).sort(CONTACT.names())
