"""Events: reports, flags and measures of a night in the shape of the facts."""

from datetime import date

import polars as pl

from wmt.facts import UNKNOWN_LOCATION, cohorts
from wmt.intake.codes import Codes
from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.staging import Gathered

#: Measures that number reports, and the report each stands for.
COUNTED = {
    "sdr_last_30": "sdr",
    "sdr_conv_last_30": "fdr",
    "parom_comp_last_30": "parom",
    "sdr_due_next_30": "sdr_due",
    "parom_due_next_30": "parom_due",
    "oral_reports": "oral",
}
#: Reports given one by one, by type and state; those left out earn nothing and have no name in the facts.
DATED = {
    ("sdr", "completed"): "sdr",
    ("fdr", "completed"): "fdr",
    ("parom", "completed"): "parom",
    ("oral", "completed"): "oral",
    ("sdr", "due"): "sdr_due",
    ("parom", "due"): "parom_due",
}
_POST = ["team_code", "staff_code"]
_ROW = [*_POST, "report", "report_ref", "reports", "age_days"]


def report_rows(night: Gathered, day: date, codes: Codes, faults: Faults) -> pl.DataFrame:
    """REPORT with text keys. Counts stand where no single reports of the kind are given; both must agree."""
    kinds = pl.DataFrame(
        [(*key, name) for key, name in DATED.items()], schema=["type", "state", "report"], orient="row"
    )
    rest = night.report.join(kinds, on=["type", "state"], how="anti", maintain_order="left")
    hits = [
        FaultPlace(row["row"], "state", f"{row['type']} {row['state']}") for row in rest.iter_rows(named=True)
    ]
    faults.warn_once(
        "REPORT_NOT_COUNTED", "report", hits, "{n} reports are of a kind and state that nothing shows"
    )
    single = night.report.join(kinds, on=["type", "state"], how="inner").select(
        *_POST,
        "report",
        report_ref="report_id",
        reports=pl.lit(1, dtype=pl.Int64),
        age_days=(pl.lit(day) - pl.col("on_date")).dt.total_days(),
    )
    counted = night.measure.filter(pl.col("basis") == "reports").select(
        *_POST,
        report=pl.col("measure").replace_strict(COUNTED, default=None, return_dtype=pl.String),
        report_ref="measure",
        reports="value",
        age_days=pl.lit(None, dtype=pl.Int64),
    )
    given = single["report"].unique()
    _reconcile(single, counted.filter(pl.col("report").is_in(given.implode())), codes, faults)
    rest = counted.filter(~pl.col("report").is_in(given.implode()), pl.col("reports") > 0)
    rest = rest.drop_nulls("report")
    return pl.concat([single, rest.select(_ROW), _assessed(night.assessment)])


def _reconcile(single: pl.DataFrame, counted: pl.DataFrame, codes: Codes, faults: Faults) -> None:
    """Refuse, post by post, counts that the single reports inside the window do not give."""
    earning = pl.col("report").is_in(["sdr", "fdr", "parom"])
    days = pl.col("report").replace_strict(codes.report_windows, default=None, return_dtype=pl.Int64)
    window = (pl.col("age_days") >= 0) & (pl.col("age_days") < days)
    listed = single.filter(earning & window).group_by(*_POST, "report").agg(listed=pl.col("reports").sum())
    counts = counted.filter(earning).group_by(*_POST, "report").agg(counted=pl.col("reports").sum())
    if not len(counts):
        return
    both = counts.join(listed, on=[*_POST, "report"], how="full", coalesce=True).fill_null(0)
    hits = [
        FaultPlace(
            None,
            None,
            f"reports {report} of the post {team}:{staff}: {found} one by one, {said} in the counts",
            ((team, staff),),
        )
        for team, staff, report, said, found in both.filter(pl.col("counted") != pl.col("listed"))
        .sort(_POST)
        .iter_rows()
    ]
    faults.refuse_each("REPORTS_AND_COUNTS_DIFFER", "report", hits)


def _assessed(assessments: pl.DataFrame) -> pl.DataFrame:
    """ARMS assessments, each to the post of its assessor. Custody and unknown sentences are left out."""
    kinds = {"community": "arms_community", "licence": "arms_licence"}
    return (
        assessments.with_columns(
            team_code="assessor_team_code",
            staff_code="assessor_staff_code",
            report=pl.col("sentence_type").replace_strict(kinds, default=None, return_dtype=pl.String),
            report_ref=pl.coalesce("case_ref", pl.format("ARMS {}", "seq")),
            reports=pl.lit(1, dtype=pl.Int64),
            age_days=pl.lit(None, dtype=pl.Int64),
        )
        .drop_nulls([*_POST, "report"])
        .select(_ROW)
    )


def flag_rows(night: Gathered, codes: Codes, day: date) -> pl.DataFrame:
    """FLAG with text keys, of the letters that the rules know; and of cases in cohorts weighed as flagged."""
    flags = night.case_flag
    letters = cohorts.weighed_flags(codes.cohorts.values())
    marks = cohorts.in_force(night.case_cohort, day).filter(pl.col("cohort").is_in(list(letters)))
    if not marks.is_empty():
        marked = marks.select("case_ref", flag=pl.col("cohort").replace_strict(letters)).unique()
        cases = night.case.join(marked, on="case_ref", maintain_order="left_right")
        new = cases.join(flags, on=[*_POST, "case_ref", "flag"], how="anti", maintain_order="left")
        flags = pl.concat([flags, new], how="diagonal").select(flags.columns)
    if night.case["case_ref"].null_count():
        # some cases are counted and none of these is flagged: a flag must not weigh on one of them
        flags = flags.join(night.case, on=[*_POST, "case_ref"], how="semi", maintain_order="left")
    return flags.filter(pl.col("flag").is_in(list(codes.flag_letters))).with_columns(
        pl.col("location").fill_null(UNKNOWN_LOCATION),
        pl.col("tier").fill_null("0"),
        pl.col("suspended").fill_null(False).cast(pl.Int64),
    )


def numbered(rows: pl.DataFrame, posts: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """The rows with post numbers in place of codes, in the shape of the schema, sorted by all columns."""
    table = rows.join(posts.select("post_no", *_POST), on=_POST, how="left")
    return table.select(pl.col(name).cast(kind) for name, kind in schema.items()).sort(schema.names())
