"""The tables of facts about one night: what the ledger needs, and nothing it must look up elsewhere.

Numbers are whole: hours in millionths (`*_micro`), percentages in hundredths (`*_x100`), ages in days.
A key `post_no` or `team_no` is the row's number in its own table, 0 upwards, sorted by code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

import polars as pl


def table_of(columns: Mapping[str, type[pl.DataType] | pl.DataType]) -> pl.Schema:
    """A table's columns and their types."""
    return pl.Schema(columns)


TEAM = table_of(
    {
        "team_no": pl.Int64,
        "team_code": pl.String,
        "team_name": pl.String,
        "pdu_code": pl.String,
        "pdu_name": pl.String,
        "region_code": pl.String,
        "region_name": pl.String,
        "provider": pl.String,  # nullable
        "is_omic": pl.Int64,  # 1 or 0
    }
)

POST = table_of(
    {
        "post_no": pl.Int64,
        "team_no": pl.Int64,
        "team_code": pl.String,
        "staff_code": pl.String,
        "name": pl.String,  # nullable: names are kept only where that is switched on
        "grade_code": pl.String,  # nullable: as written in the input
        "grade": pl.String,  # one of GRADES
        "contracted_micro": pl.Int64,  # nullable: then the grade's default, marked as assumed
        "hours_source": pl.String,  # nullable; 'entered' (people table), 'supplied' (extract)
        # or 'none' (MENTIONED: 0 hours, the extract gives none and lists no such officer; until entered)
        "is_placeholder": pl.Int64,  # 1 for 'Unallocated' and the like
        "stale_since": pl.Datetime("us"),  # nullable: the as-at whose figures this post keeps
        "unmeasured": pl.Int64,  # 1 when set aside and no former figures exist
    }
)

#: One row per case, or per cell of counted cases (then case_ref is null). Cases may be negative only in
#: the status 'difference'.
CASELOAD = table_of({"post_no": pl.Int64, "kind_no": pl.Int64, "case_ref": pl.String, "cases": pl.Int64})

#: Counted reports (age_days null: the extract has applied the window) or single ones (age_days from the
#: as-at date, negative when still ahead).
REPORT = table_of(
    {
        "post_no": pl.Int64,
        "report": pl.String,
        "report_ref": pl.String,
        "reports": pl.Int64,
        "age_days": pl.Int64,
    }
)

#: Help on a colleague's case. Both posts are always given; the one nobody could name is NOT-KNOWN.
#: contact_ref is unique: the contact id, with '/2', '/3' … where an id came with several CRNs.
CONTACT = table_of(
    {
        "contact_ref": pl.String,
        "case_ref": pl.String,  # nullable before 2020
        "code": pl.String,
        "age_days": pl.Int64,  # as-at date less contact date; negative when dated ahead
        "by_post_no": pl.Int64,  # who did it
        "om_post_no": pl.Int64,  # whose case it is
        "by_grade": pl.String,
    }
)

#: Reductions that were not deleted, whatever their dates; either hours_micro or percent_x100 is given.
REDUCTION = table_of(
    {
        "post_no": pl.Int64,
        "reduction_ref": pl.String,
        "reason": pl.String,  # id of the reason in the parameter tree
        "hours_micro": pl.Int64,
        "percent_x100": pl.Int64,
        "first_day": pl.Date,
        "last_day": pl.Date,  # nullable: until ended
    }
)

#: Flags of cases as the input lists them; information and data quality. Tier and location may be unknown.
FLAG = table_of(
    {
        "post_no": pl.Int64,
        "case_ref": pl.String,
        "flag": pl.String,
        "location": pl.String,
        "tier": pl.String,
        "suspended": pl.Int64,
    }
)

#: Counts beside the measure: first 16 weeks, control totals, oral reports … as the input gives them.
MEASURE = table_of({"post_no": pl.Int64, "basis": pl.String, "measure": pl.String, "value": pl.Int64})

SCHEMAS: dict[str, pl.Schema] = {
    "team": TEAM,
    "post": POST,
    "caseload": CASELOAD,
    "report": REPORT,
    "contact": CONTACT,
    "reduction": REDUCTION,
    "flag": FLAG,
    "measure": MEASURE,
}


class FactsError(ValueError):
    """A table of facts does not have its shape: a fault of the program, not of the input."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts of one night. Tables follow `SCHEMAS` to the letter, rows in a stated order.

    Order: team by team_code, post by (team_code, staff_code), all others by all their columns, so that
    the same night always makes the same bytes.
    """

    as_at: datetime
    tier_scheme: str
    team: pl.DataFrame
    post: pl.DataFrame
    caseload: pl.DataFrame
    report: pl.DataFrame
    contact: pl.DataFrame
    reduction: pl.DataFrame
    flag: pl.DataFrame
    measure: pl.DataFrame

    def __post_init__(self) -> None:
        """Check the shape of every table. Raises FactsError naming the table and its columns."""
        for name, schema in SCHEMAS.items():
            found = self.table(name).schema
            if found != schema:
                raise FactsError(f"facts table '{name}' should have columns {schema}, but has {found}")

    @property
    def day(self) -> date:
        """The calendar day the night describes; windows and reductions are judged on it."""
        return self.as_at.date()

    def table(self, name: str) -> pl.DataFrame:
        frame: pl.DataFrame = getattr(self, name)
        return frame

    def tables(self) -> dict[str, pl.DataFrame]:
        return {name: self.table(name) for name in SCHEMAS}


assert {f.name for f in fields(Facts)} == {"as_at", "tier_scheme", *SCHEMAS}
