"""Canonical tables: what the input held, with text keys, for a night to keep beside its facts."""

import polars as pl

from wmt.intake import staging

#: Columns that name or describe a person; kept only where names are switched on.
PERSONAL = frozenset(
    [
        "surname",
        "forename",
        "name",
        "by_name",
        "om_name",
        "order_manager_name",
        "offender_manager_name",
        "assessor_name",
        "birth_date",
        "age",
        "appointment_with",
    ]
)


def canonical_tables(
    night: staging.Gathered, supplied: pl.DataFrame, *, names: bool
) -> dict[str, pl.DataFrame]:
    """The tables by name. Without names, personal columns are left out and raw text loses its value.

    `supplied` are the posts with the grade and hours of the extract, whatever people entered.
    """
    staff = supplied.select(
        "team_code",
        "staff_code",
        "name",
        "grade_code",
        "grade",
        "is_placeholder",
        "contracted_micro",
        "hours_source",
    )
    tables = {
        "source_row": night.person,
        "team": night.team,
        "staff": staff,
        "caseload_count": night.count if night.cell.is_empty() else night.cell,
        "measure": night.measure,
        "case": night.case.select(name for name in staging.CASE if name != "cases"),
        "case_flag": night.case_flag,
        "report": night.report,
        "contact": night.contact,
        "assessment": night.assessment,
        "t2a_case": night.t2a_case,
        "raw_cell": pl.DataFrame(night.raw, schema=staging.RAW_CELL, orient="row"),
    }
    if night.waiting_case is not None:
        tables["waiting_case"] = night.waiting_case
    if not night.case_cohort.is_empty():
        tables["case_cohort"] = night.case_cohort
    tables |= night.tier_tables
    if names:
        return tables
    tables["raw_cell"] = tables["raw_cell"].with_columns(
        pl.when(pl.col("type") != "text").then("value").alias("value")
    )
    return {name: frame.drop(PERSONAL & set(frame.columns)) for name, frame in tables.items()}
