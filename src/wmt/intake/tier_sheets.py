"""Tier sheets: counts per officer, location and tier, and the proofs that they are what they seem."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from wmt.intake.cells import count_column
from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.headers import TierSet
from wmt.intake.model import Post
from wmt.intake.sheet import Sheet
from wmt.intake.staging import CELL, MEASURE
from wmt.intake.workbook_schema import BASES, MEASURES, REPORTS, SHEETS
from wmt.text import counted

#: A wrong control total here and there is warned of; beyond both marks the sheet is not believed.
MISMATCH_PERCENT = 5
MISMATCH_ROWS = 20


class TierTable(NamedTuple):
    """One tier sheet as tables: the posts in row order, counts by tier column, control totals."""

    sheet: Sheet
    tiers: TierSet
    posts: pl.DataFrame
    counts: pl.DataFrame
    control: pl.Series
    extra: dict[str, pl.Series]

    @property
    def basis(self) -> str:
        return BASES[self.sheet.known]


def read_tier_sheet(sheet: Sheet, tiers: TierSet, faults: Faults) -> TierTable:
    """Counts and control totals of the keyed rows. Bad counts and officers listed twice are refused."""
    posts = pl.DataFrame({"team_code": sheet.text("team_code"), "staff_code": sheet.text("om_key")})
    keys = list(posts.iter_rows())
    columns = [column.header for column in tiers.columns]
    series = read_counts(sheet, [*columns, *MEASURES], keys, faults)
    refuse_doubles(sheet, posts, faults)
    counts = pl.DataFrame({str(number): series[header] for number, header in enumerate(columns)})
    extra = {name: series[header] for header, name in MEASURES.items()}
    return TierTable(sheet, tiers, posts, counts, extra["crn_control"], extra)


def read_counts(
    sheet: Sheet, headers: Sequence[str], keys: Sequence[Post], faults: Faults
) -> dict[str, pl.Series]:
    """Columns of counts by header, null where blank. What is no count is refused, confined to its post."""
    found, hits = {}, []
    for header in headers:
        found[header], odd = count_column(sheet.column(header))
        for index, why in odd:
            where = f"{sheet.name} row {sheet.rows[index]}, column {sheet.heading(header)}"
            what = f"{where}: a count is expected, not {why}"
            hits.append(FaultPlace(sheet.rows[index], sheet.heading(header), what, (keys[index],)))
    faults.refuse_each("BAD_COUNT", sheet.name, hits)
    return found


def refuse_doubles(sheet: Sheet, posts: pl.DataFrame, faults: Faults) -> None:
    """Refuse every second row of the same officer and team, confined to that post."""
    again = posts.select(~pl.struct("team_code", "staff_code").is_first_distinct()).to_series()
    hits = []
    for index in again.arg_true():
        team, staff = posts.row(index)
        what = (
            f"{sheet.name} row {sheet.rows[index]} is a second row of the officer {staff} in the team {team}"
        )
        hits.append(FaultPlace(sheet.rows[index], sheet.heading("om_key"), what, ((team, staff),)))
    faults.refuse_each("DUPLICATE_OFFICER_ROW", sheet.name, hits)


def counts_of(table: TierTable) -> pl.DataFrame:
    """CELL rows of a tier sheet: one for each cell that is not blank, zeros among them."""
    if not table.tiers.columns:
        return CELL.to_frame()
    columns = pl.DataFrame(
        {
            "variable": [str(number) for number in range(len(table.tiers.columns))],
            "location": [column.location for column in table.tiers.columns],
            "tier": [column.tier for column in table.tiers.columns],
            "suspended": [column.suspended for column in table.tiers.columns],
        },
        schema_overrides={name: CELL[name] for name in ("location", "tier", "suspended")},
    )
    long = (
        pl.concat([table.posts, table.counts], how="horizontal")
        .unpivot(index=["team_code", "staff_code"], value_name="cases")
        .drop_nulls("cases")
    )
    return (
        long.join(columns, on="variable", how="left")
        .with_columns(basis=pl.lit(table.basis, dtype=CELL["basis"]))
        .select(CELL.names())
    )


def measures_of(table: TierTable) -> pl.DataFrame:
    """MEASURE rows of a tier sheet: first 16 weeks and control totals that are not blank."""
    wide = table.posts.with_columns(**table.extra)
    long = wide.unpivot(index=["team_code", "staff_code"], variable_name="measure", value_name="value")
    return long.drop_nulls("value").with_columns(basis=pl.lit(table.basis)).select(MEASURE.names())


def check_control_totals(table: TierTable, faults: Faults, share: float) -> None:
    """Compare V-CRN_Count with the row's tiers; with suspended cases in it either sum will do.

    `share` is the percentage of rows that may differ before the sheet is refused.
    """
    control = table.control
    if control.null_count() == len(control):
        return
    places: dict[bool, list[str]] = {False: [], True: []}
    for number, column in enumerate(table.tiers.columns):
        places[column.suspended].append(str(number))
    zero = pl.Series([0] * len(table.posts), dtype=pl.Int64)
    plain, suspended = (
        table.counts.select(pl.sum_horizontal(names)).to_series() if names else zero
        for names in places.values()
    )
    control = control.fill_null(0)
    fits_without, fits_with = control == plain, control == plain + suspended
    wrong = (~(fits_without | fits_with)).arg_true().to_list()
    heading, hits = table.sheet.heading("vcrn_count"), []
    for index in wrong:
        row, tiers = table.sheet.rows[index], int(plain[index] + suspended[index])
        what = f"row {row} of {table.sheet.name}: control total {int(control[index])}, tiers {tiers}"
        hits.append(FaultPlace(row, heading, what, (table.posts.row(index),)))
    sheet, affected = table.sheet.name, suspended > 0
    if len(wrong) >= MISMATCH_ROWS and 100 * len(wrong) > share * len(control):
        faults.refuse_each("CONTROL_TOTAL_MISMATCH", sheet, hits)
    else:
        what = "{n} rows of the sheet " + sheet + " have a control total that is not the sum of the tiers"
        faults.warn_once("CONTROL_TOTAL_MISMATCH", sheet, hits, what)
    if affected.any():
        counts, leaves = (affected & fits_with).sum(), (affected & fits_without).sum()
        what = (
            f"the sheet {sheet} has {counted(int(affected.sum()), 'row')} with suspended tiers: the control "
            f"total counts them in {counted(int(counts), 'row')} and leaves them out in {leaves}"
        )
        faults.warn("CONTROL_TOTAL_READING", what, sheet=sheet, column=heading)


def refuse_doubles_across(sheets: Sequence[Sheet], faults: Faults) -> None:
    """Refuse an officer and team that two workbooks of one night both have on the same sheet."""
    for known in (*BASES, *REPORTS):
        seen: set[Post] = set()
        hits = []
        for sheet in sheets:
            if sheet.known == known:
                pairs = zip(sheet.text("team_code"), sheet.text("om_key"), strict=True)
                posts = {(str(team), str(staff)) for team, staff in pairs}
                for team, staff in sorted(posts & seen):
                    what = f"{sheet.name} counts the officer {staff} of the team {team} again"
                    hits.append(FaultPlace(None, None, what, ((team, staff),)))
                seen |= posts
        faults.refuse_each("DUPLICATE_OFFICER_ROW", None, hits)


def check_t2a_below_active(tables: Sequence[TierTable], faults: Faults) -> None:
    """Refuse a night whose T2A cases are not fewer than its active cases: the sheets were surely mixed up."""
    totals: dict[str, list[int]] = {"t2a": [], "active": []}
    for table in tables:
        if table.basis in totals:
            control = table.control
            given = [control] if control.null_count() < len(control) else table.counts
            totals[table.basis].append(sum(int(series.sum() or 0) for series in given))
    if not all(totals.values()):
        return
    t2a, active = sum(totals["t2a"]), sum(totals["active"])
    if t2a >= active:
        what = (
            f"the sheet T2A holds {counted(t2a, 'case')} and {SHEETS['wmt_extract_filtered']} only {active}"
        )
        faults.refuse("T2A_NOT_BELOW_ACTIVE", what, sheet=SHEETS["t2a"])
