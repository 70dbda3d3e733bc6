"""The tables of people: their columns, and what a row of each must be, as dataframely checks it."""

import dataframely as dy
import polars as pl

from wmt.facts import GRADES


def _number(decimals: int, most: int, *, least: int = 0, nullable: bool = True) -> dy.Decimal:
    return dy.Decimal(38, 6, nullable=nullable, min=least, max=most, metadata={"decimals": decimals})


def _in_order(_: type[dy.Schema]) -> pl.Expr:
    """No last day is before the first."""
    return ~(pl.col("last_day") < pl.col("first_day"))


class ContractedHours(dy.Schema):
    team_code = dy.String(nullable=False)
    staff_code = dy.String(nullable=False)
    hours = _number(2, 168, nullable=False)
    valid_from = dy.Date(nullable=True)
    row = dy.Int64()


class Reductions(dy.Schema):
    """reductions; the reason, and which amount it asks for, are checked when the reasons are known."""

    reduction_id = dy.String(nullable=True)
    team_code = dy.String(nullable=False)
    staff_code = dy.String(nullable=False)
    reason = dy.String(nullable=False)
    hours = _number(6, 168)
    percent = _number(2, 100)
    first_day = dy.Date(nullable=False)
    last_day = dy.Date(nullable=True)
    deleted = dy.Bool(nullable=True)
    notes = dy.String(nullable=True)
    row = dy.Int64()
    days_in_order = dy.rule()(_in_order)


class GradeCorrections(dy.Schema):
    team_code = dy.String(nullable=False)
    staff_code = dy.String(nullable=False)
    grade = dy.String(nullable=False, check=lambda grade: grade.str.to_uppercase().is_in(GRADES))
    first_day = dy.Date(nullable=False)
    last_day = dy.Date(nullable=True)
    why = dy.String(nullable=True)
    row = dy.Int64()
    days_in_order = dy.rule()(_in_order)


class ReductionReasons(dy.Schema):
    id = dy.String(nullable=False)
    name = dy.String(nullable=False)
    short_name = dy.String(nullable=False)
    category = dy.String(nullable=False)
    allowance_percent = _number(2, 100)
    max_percent = _number(2, 100)
    months_to_expiry = _number(0, 600, least=1)
    enabled = dy.Bool(nullable=True)
    first_day = dy.Date(nullable=True)
    row = dy.Int64()


class StaffDetailsTable(dy.Schema):
    """staff_details: how people are called and written to. An empty cell says that nobody knows."""

    staff_code = dy.String(nullable=False)
    forename = dy.String(nullable=True, max_length=100)
    middle_name = dy.String(nullable=True, max_length=100)
    surname = dy.String(nullable=True, max_length=100)
    email = dy.String(nullable=True, max_length=254, regex=r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")
    row = dy.Int64()


class EstablishmentTable(dy.Schema):
    """establishment: what a unit should have, and people whom no extract tells apart, by grade and day."""

    level = dy.String(nullable=False)
    code = dy.String(nullable=False)
    grade = dy.String(nullable=False, check=lambda grade: grade.str.to_uppercase().is_in(GRADES))
    kind = dy.String(nullable=False)
    fte = _number(2, 99_999, nullable=False)
    first_day = dy.Date(nullable=False)
    last_day = dy.Date(nullable=True)
    why = dy.String(nullable=True, max_length=200)
    deleted = dy.Bool(nullable=True)
    row = dy.Int64()
    days_in_order = dy.rule()(_in_order)


#: What a row of the establishment may be of: units, and what there is of a grade there.
ESTABLISHMENT_LEVELS = ("nation", "region", "pdu", "team")
TARGET, AGENCY, FIXED_TERM, RETURNER, VACANCY = ESTABLISHMENT_KINDS = (
    "target", "agency", "fixed_term", "returner", "vacancy",
)  # fmt: skip

HOURS_FILE, REDUCTIONS_FILE = "contracted_hours", "reductions"
GRADES_FILE, REASONS_FILE = "grade_corrections", "reduction_reasons"
#: About people and not their posts: it is in no figure, and no night keeps it.
STAFF_FILE = "staff_details"
#: About units: it is in no line, and no night keeps it.
ESTABLISHMENT_FILE = "establishment"
TABLES: dict[str, type[dy.Schema]] = {
    HOURS_FILE: ContractedHours,
    REDUCTIONS_FILE: Reductions,
    GRADES_FILE: GradeCorrections,
    REASONS_FILE: ReductionReasons,
    STAFF_FILE: StaffDetailsTable,
    ESTABLISHMENT_FILE: EstablishmentTable,
}
#: The columns that a file may have, for each table.
COLUMNS = {
    name: [column for column in table.column_names() if column != "row"] for name, table in TABLES.items()
}
