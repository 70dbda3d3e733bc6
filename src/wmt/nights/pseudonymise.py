"""Facts and lines without personal data, worth exactly what they were worth with it."""

from dataclasses import replace

import polars as pl

from wmt.facts import KIND_SCHEMA, SCHEMAS, Facts
from wmt.facts import kinds as facts_kinds
from wmt.ledger.lines import LINE
from wmt.ledger.measures import NO_MANDATE

#: Amounts of a line that add up when lines are put together.
_AMOUNTS = ("quantity_micro", "points_x100", "beside_x100", "active_cases", "listed_cases")
_KINDS_OF_CASES = ("case", "omic_licence", "unpaid_only", "unpaid_work", "iom", "report")


def without_references(
    facts: Facts, report_price: pl.DataFrame, scalar: pl.DataFrame, trainees: pl.DataFrame
) -> Facts:
    """Names, references and dates taken off everything but the cases.

    Reports and contacts outside their windows earn nothing and go, as does what was done on a day of
    `trainees`; those inside stay as if of the day. Whoever is a trainee on it keeps the days of contacts done
    before: these earn.
    """
    window = scalar["cms_window"].item()
    inside = facts.contact.filter(pl.col("age_days").is_between(0, window, closed="left"))
    done = ["by_post_no", "age_days"]
    earning = inside.join(trainees, left_on=done, right_on=["trainee_no", "trainee_age"], how="anti")
    today = trainees.filter(pl.col("trainee_age") == 0)["trainee_no"]
    contact = earning.sort("contact_ref").with_columns(
        contact_ref=_numbers(),
        case_ref=pl.lit(None, pl.String),
        age_days=pl.when(pl.col("by_post_no").is_in(today.implode()))
        .then("age_days")
        .otherwise(pl.lit(0, pl.Int64)),
    )
    return replace(
        facts,
        post=facts.post.with_columns(name=pl.lit(None, pl.String)),
        report=_counted_reports(facts.report, report_price),
        contact=contact,
        reduction=facts.reduction.sort("reduction_ref").with_columns(reduction_ref=_numbers()),
    )


def _numbers() -> pl.Expr:
    """References that sort as those sorted that they replace."""
    return pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(9)


def _counted_reports(report: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """How many reports of each kind each post has inside the window."""
    priced = report.join(prices.select("report", "window_days", "sign"), on="report", how="left")
    age = pl.col("age_days") * pl.col("sign")
    open_end = pl.col("age_days").is_null() | pl.col("window_days").is_null()
    inside = priced.filter(open_end | ((age >= 0) & (age < pl.col("window_days"))))
    counted = inside.group_by("post_no", "report").agg(pl.col("reports").sum())
    blank = counted.with_columns(report_ref=pl.lit(None, pl.String), age_days=pl.lit(None, pl.Int64))
    return blank.select(SCHEMAS["report"].names()).cast(SCHEMAS["report"])


def counted_cases(facts: Facts) -> Facts:
    """Cases as counts of each kind a post has, and of flags only those that count, under a number each."""
    counted = facts.caseload.group_by("post_no", "kind_no").agg(pl.col("cases").sum())
    caseload = counted.with_columns(case_ref=pl.lit(None, pl.String)).select(SCHEMAS["caseload"].names())
    # flags of unpaid work in the community whose tier does not say so, as what their case is counted as
    kinds = pl.DataFrame(facts_kinds(facts.tier_scheme), schema=KIND_SCHEMA, orient="row")
    listed = facts.caseload.filter(pl.col("case_ref").is_not_null()).join(kinds, on="kind_no")
    words = ("location", "tier", "suspended")
    listed = listed.select("post_no", "case_ref", "status", "stream", *words)
    flagged = facts.flag.filter(pl.col("flag") == "U").unique(["post_no", "case_ref"], maintain_order=True)
    flagged = flagged.join(listed, on=["post_no", "case_ref"], how="left", suffix="_of_case")
    of_case = pl.col("status").is_not_null()
    flagged = flagged.with_columns(
        pl.when(of_case).then(f"{word}_of_case").otherwise(word).alias(word) for word in words
    )
    counts = ~of_case | ((pl.col("status") == "active") & (pl.col("stream") == "standard"))
    kept = flagged.filter(
        counts & (pl.col("location") == "community") & ~pl.col("tier").is_in(NO_MANDATE)
    ).sort("post_no", *words)
    return replace(
        facts, caseload=caseload, flag=kept.with_columns(case_ref=_numbers()).select(SCHEMAS["flag"].names())
    )


def renumbered_cases(facts: Facts) -> Facts:
    """Cases and their flags under numbers that lead nowhere, where a figure needs them one by one."""
    refs = pl.concat([facts.caseload["case_ref"], facts.flag["case_ref"]]).drop_nulls().unique().sort()
    numbers = {ref: f"{number:09}" for number, ref in enumerate(refs, 1)}

    def renumbered(table: pl.DataFrame) -> pl.DataFrame:
        return table.with_columns(
            pl.col("case_ref").replace_strict(numbers, default=None, return_dtype=pl.String)
        )

    return replace(facts, caseload=renumbered(facts.caseload), flag=renumbered(facts.flag))


def reduced_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines that posts keep from an earlier night, put together where only their references differed."""
    of_cases = pl.col("kind").is_in(_KINDS_OF_CASES)
    keys = [name for name in lines.columns if name not in (*_AMOUNTS, "ref")]
    together = (
        lines.filter(of_cases)
        .group_by(keys, maintain_order=True)
        .agg(pl.col(name).sum() for name in _AMOUNTS)
    )
    together = together.with_columns(ref=pl.lit(None, pl.String)).select(lines.columns)
    numbered = pl.col("kind").is_in(["contact", "reduction"])
    others = lines.filter(~of_cases).sort("ref", maintain_order=True)
    others = others.with_columns(ref=pl.when(numbered).then(pl.lit("former ") + _numbers()).otherwise("ref"))
    return pl.concat([together, others]).sort(lines.columns, nulls_last=False)


assert set(_AMOUNTS) < set(LINE)
