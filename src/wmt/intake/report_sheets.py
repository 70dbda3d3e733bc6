"""Report sheets: numbers of court and parole reports per officer."""

import polars as pl

from wmt.intake.faults import Faults
from wmt.intake.sheet import Sheet
from wmt.intake.staging import MEASURE
from wmt.intake.tier_sheets import read_counts, refuse_doubles
from wmt.intake.workbook_schema import REPORTS


def read_reports(sheet: Sheet, faults: Faults) -> pl.DataFrame:
    """MEASURE rows of Court_Reports or Inst_Reports, basis 'reports'; blank cells give no row."""
    posts = pl.DataFrame({"team_code": sheet.text("team_code"), "staff_code": sheet.text("om_key")})
    measures = REPORTS[sheet.known]
    counts = read_counts(sheet, list(measures), list(posts.iter_rows()), faults)
    refuse_doubles(sheet, posts, faults)
    wide = posts.with_columns(**{name: counts[header] for header, name in measures.items()})
    long = wide.unpivot(index=["team_code", "staff_code"], variable_name="measure", value_name="value")
    return long.drop_nulls("value").with_columns(basis=pl.lit("reports")).select(MEASURE.names())
