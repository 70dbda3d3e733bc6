"""People tables in a night: hours, reductions and grades that no extract holds, beside what it does hold."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from wmt.days import written
from wmt.facts import micro_hours
from wmt.facts.enums import MICRO
from wmt.facts.schema import REDUCTION
from wmt.intake import people_model
from wmt.intake.codes import Codes
from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.model import Post
from wmt.text import counted, fold

#: Days without a reduction between two stages of the trainee route that look like a slip.
GAP_DAYS = 3


def hours_entered(posts: pl.DataFrame, people: people_model.People) -> pl.DataFrame:
    """POST with the hours that people entered in place of those supplied."""
    if not people.hours_micro:
        return posts
    rows = [(*post, hours) for post, hours in people.hours_micro.items()]
    entered = pl.DataFrame(
        rows, schema={"team_code": pl.String, "staff_code": pl.String, "entered": pl.Int64}, orient="row"
    )
    given = pl.col("entered").is_not_null()
    return (
        posts.join(entered, on=["team_code", "staff_code"], how="left", maintain_order="left")
        .with_columns(
            contracted_micro=pl.coalesce("entered", "contracted_micro"),
            hours_source=pl.when(given).then(pl.lit("entered")).otherwise("hours_source"),
        )
        .drop("entered")
    )


def grades_corrected(posts: pl.DataFrame, people: people_model.People) -> pl.DataFrame:
    """POST, numbered or not, with the grades that people corrected; grade codes stay as they were written."""
    if not people.grades:
        return posts
    rows = [(*post, grade) for post, grade in people.grades.items()]
    corrected = pl.DataFrame(
        rows, schema={"team_code": pl.String, "staff_code": pl.String, "corrected": pl.String}, orient="row"
    )
    return (
        posts.join(corrected, on=["team_code", "staff_code"], how="left", maintain_order="left")
        .with_columns(grade=pl.coalesce("corrected", "grade"))
        .drop("corrected")
    )


def warn_assumed_twice(posts: pl.DataFrame, codes: Codes, faults: Faults) -> None:
    """Warn of people in several teams for whom more than one full week is assumed. POST as facts have it."""
    usual = {grade: micro_hours(hours) for grade, hours in codes.default_hours.items()}
    taken = posts.filter(pl.col("is_placeholder") == 0, pl.col("unmeasured") == 0).with_columns(
        assumed=pl.col("contracted_micro").is_null(),
        hours=pl.coalesce("contracted_micro", pl.col("grade").replace_strict(usual, return_dtype=pl.Int64)),
    )
    people = (
        taken.filter(pl.col("hours") > 0)
        .group_by("staff_code", maintain_order=True)
        .agg(
            pl.concat_str("team_code", pl.lit(":"), "staff_code").alias("posts"),
            pl.col("hours").sum(),
            pl.col("assumed").any(),
        )
        .filter("assumed", pl.col("posts").list.len() > 1, pl.col("hours") > max(usual.values()))
    )
    hits = [
        FaultPlace(None, None, f"{' and '.join(row['posts'])}: {_hours(row['hours'])} hours")
        for row in people.iter_rows(named=True)
    ]
    what = "{n} people stand in several teams, and the hours assumed for them come to more than a full week"
    faults.warn_once("HOURS_ASSUMED_TWICE", None, hits, what)


def reductions_of(
    people: people_model.People,
    posts: pl.DataFrame,
    codes: Codes,
    day: date,
    faults: Faults,
    aside: Collection[Post],
) -> pl.DataFrame:
    """REDUCTION of the posts of this night. Rows of posts it does not have are warned of and left out."""
    numbers = {
        (team, staff): number
        for team, staff, number in posts.select("team_code", "staff_code", "post_no").iter_rows()
    }
    _warn_strangers(people, numbers, faults)
    _refuse_alike(people, numbers, faults)
    known = [
        reduction
        for reduction in people.reductions
        if reduction.post in numbers and reduction.post not in aside
    ]
    over = _check_amounts(known, _contracted(posts, codes), day, faults)
    if people.stands:
        what = "{n} reductions take off more than the reason allows of the hours of this night"
        faults.warn_once("PEOPLE_OVER_MAXIMUM", "reductions", over, what)
    else:
        faults.refuse_each("PEOPLE_OVER_MAXIMUM", "reductions", over)
    _check_stages(known, codes.trainee_stages, faults)
    rows = [
        (
            numbers[r.post],
            r.reference,
            r.reason.reason_id,
            r.hours_micro,
            r.percent_x100,
            r.first_day,
            r.last_day,
        )
        for r in known
    ]
    return pl.DataFrame(rows, schema=REDUCTION, orient="row").sort(REDUCTION.names())


def _warn_strangers(people: people_model.People, numbers: Mapping[Post, int], faults: Faults) -> None:
    hours = [FaultPlace(None, None, ":".join(post)) for post in people.hours_micro if post not in numbers]
    what = "{n} posts with contracted hours are not in this night"
    faults.warn_once("PEOPLE_UNKNOWN_POST", "contracted_hours", hours, what)
    rows = [FaultPlace(r.row, None, ":".join(r.post)) for r in people.reductions if r.post not in numbers]
    what = "{n} reductions name a post that is not in this night"
    faults.warn_once("PEOPLE_UNKNOWN_POST", "reductions", rows, what)
    rows = [
        FaultPlace(c.row, None, ":".join(c.post)) for c in people.grade_corrections if c.post not in numbers
    ]
    what = "{n} corrections of grade name a post that is not in this night"
    faults.warn_once("PEOPLE_UNKNOWN_POST", "grade_corrections", rows, what)


def _refuse_alike(people: people_model.People, numbers: Mapping[Post, int], faults: Faults) -> None:
    """Refuse rows of a post that is not in the night and is written like one that is."""
    if people.stands:
        return
    known = {_folded(post): post for post in numbers}
    rows: list[people_model.DatedHours | people_model.ReductionRow | people_model.GradeCorrection] = [
        *people.dated_hours,
        *people.reductions,
        *people.grade_corrections,
    ]
    tables = {
        people_model.DatedHours: "contracted_hours",
        people_model.ReductionRow: "reductions",
        people_model.GradeCorrection: "grade_corrections",
    }
    for row in rows:
        like = known.get(_folded(row.post)) if row.post not in numbers else None
        if like is not None:
            table = tables[type(row)]
            what = f"{table} row {row.row}: {':'.join(row.post)} looks like the post {':'.join(like)}"
            faults.refuse(
                "PEOPLE_LOOKS_ALIKE", what, sheet=table, row=row.row, column="staff_code", posts=[like]
            )


def _folded(post: Post) -> Post:
    return fold(post[0]), fold(post[1])


def _contracted(posts: pl.DataFrame, codes: Codes) -> dict[Post, int]:
    default = {grade: micro_hours(hours) for grade, hours in codes.default_hours.items()}
    return {
        (team, staff): default[grade] if hours is None else hours
        for team, staff, grade, hours in posts.select(
            "team_code", "staff_code", "grade", "contracted_micro"
        ).iter_rows()
    }


def _check_amounts(
    reductions: Sequence[people_model.ReductionRow], contracted: Mapping[Post, int], day: date, faults: Faults
) -> list[FaultPlace]:
    """Warns of what looks odd; what is over the maximum of its reason is given back."""
    total: dict[Post, int] = {}
    over, expired = [], []
    for reduction in reductions:
        row, reason = reduction.row, reduction.reason.short_name
        hours, most = contracted[reduction.post], reduction.reason.max_percent
        # these are the hours of the night's day: one given in hours that is over, or to come, was or will be
        # a share of others
        is_judged = reduction.hours_micro is None or reduction.in_force(day)
        if most is not None and is_judged and reduction.taken_off(hours) * 100 > most * hours:
            column = "percent" if reduction.hours_micro is None else "hours"
            what = f"reductions row {row}: the reason {reason} allows at most {most}% of the contracted hours"
            over.append(FaultPlace(row, column, what, (reduction.post,)))
        if reduction.in_force(day):
            total[reduction.post] = total.get(reduction.post, 0) + reduction.taken_off(hours)
            months = reduction.reason.months_to_expiry
            if months is not None and day > people_model.last_of_months(reduction.first_day, months):
                expired.append(FaultPlace(row, "last_day", f"{':'.join(reduction.post)} {reason}"))
    what = "{n} reductions run longer than the reason usually does"
    faults.warn_once("PEOPLE_EXPIRED", "reductions", expired, what)
    above = [
        FaultPlace(None, None, f"{':'.join(post)}: {_hours(off)} hours off {_hours(contracted[post])} hours")
        for post, off in total.items()
        if off > contracted[post]
    ]
    what = "the reductions of {n} posts add up to more than their contracted hours; they are cut there"
    faults.warn_once("REDUCTIONS_ABOVE_HOURS", "reductions", above, what)
    return over


def _hours(micro: int) -> str:
    return f"{micro / MICRO:g}"


def _check_stages(
    reductions: Sequence[people_model.ReductionRow], route: Collection[str], faults: Faults
) -> None:
    stages: dict[Post, list[people_model.ReductionRow]] = {}
    for reduction in reductions:
        if reduction.reason.reason_id in route:
            stages.setdefault(reduction.post, []).append(reduction)
    hits = []
    for post, found in stages.items():
        for former, later in pairwise(sorted(found, key=lambda r: (r.first_day, r.row))):
            ended = former.last_day or later.first_day
            days = (later.first_day - ended - timedelta(1)).days
            if 0 < days <= GAP_DAYS:
                where = f"{':'.join(post)}: {counted(days, 'day')} from {written(ended)}"
                hits.append(FaultPlace(later.row, "first_day", where))
    faults.warn_once(
        "STAGE_GAP", "reductions", hits, "{n} times two trainee stages leave a few days between them"
    )
