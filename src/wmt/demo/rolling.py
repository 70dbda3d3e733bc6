"""What comes and goes around the cases between two nights: reports, contacts, assessments, hours, reductions.

Each function takes the table of one night and gives the next night's with the events that made it.
A row that merely grows older, or a reduction that begins or ends on its date, is no event. To a post that is
`spared` nothing new happens.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl

from wmt.demo.leave import REDUCTION_SCHEMA, in_force, reduction_row
from wmt.demo.people_files import hundredths
from wmt.demo.size import FULL_TIME, Ints, Rng
from wmt.demo.work import (
    CONTACT_DAYS,
    CONTACTS_A_POST_A_DAY,
    REPORT_SCHEMA,
    SHARE_AHEAD,
    WINDOW,
    build_assessments_of_a_day,
    contacts_between,
    reports_of_a_day,
)

EVENT_COLUMNS = ("ref", "kind", "before", "after")
OLDEST_REPORT = 90
HOURS_CHANGE, REDUCTIONS_START, REDUCTIONS_END = 1 / 2000, 1 / 700, 1 / 900  # a night, for every post


def _events(rows: pl.DataFrame, kind: str, ref: str, before: pl.Expr, after: pl.Expr) -> pl.DataFrame:
    return rows.select(
        pl.col(ref).cast(pl.String).alias("ref"),
        pl.lit(kind).alias("kind"),
        before.cast(pl.String).alias("before"),
        after.cast(pl.String).alias("after"),
    )


NOTHING = pl.lit("")


def _but(spared: int | None, rows: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Rows without those of the post that is spared."""
    if spared is None:
        return rows
    return rows.filter(pl.all_horizontal(pl.col(name) != spared for name in columns or ("post_no",)))


def roll_reports(
    rng: Rng,
    reports: pl.DataFrame,
    posts: pl.DataFrame,
    post_codes: list[str],
    time_left: Ints,
    today: int,
    spared: int | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Due ones are completed on their day, old ones leave the window, new ones come in."""
    age = today - pl.col("on_day")
    due_now = (pl.col("state") == "due") & (age >= 0)
    leaves = (pl.col("state") == "completed") & ((age == WINDOW) | (age > OLDEST_REPORT))
    new = _but(spared, reports_of_a_day(rng, posts, time_left, reports.filter(~leaves), today))
    state = pl.format("{} {} {}", pl.lit(pl.Series(post_codes)).gather("post_no"), "type", "state")
    events = [
        _events(reports.filter(leaves), "report_out", "report_id", state, NOTHING),
        _events(
            reports.filter(due_now),
            "report_completed",
            "report_id",
            state,
            state.str.replace("due", "completed"),
        ),
        _events(new, "report_in", "report_id", NOTHING, state),
    ]
    stay = reports.filter(~leaves).with_columns(
        state=pl.when(due_now).then(pl.lit("completed")).otherwise("state")
    )
    return pl.concat([stay, new.select(REPORT_SCHEMA.names())]), pl.concat(events)


def roll_contacts(
    rng: Rng,
    contacts: pl.DataFrame,
    posts: pl.DataFrame,
    cases: pl.DataFrame,
    today: int,
    *,
    spared: int | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Contacts of today come in; those ten days old leave."""
    number = max(1, round(len(posts) * CONTACTS_A_POST_A_DAY))
    first_id = int(contacts["contact_id"].to_numpy().max())
    new = contacts_between(rng, posts, cases, today, today, number, first_id)
    ahead = rng.random(number) < SHARE_AHEAD
    new = new.with_columns(on_day=pl.Series(np.where(ahead, today + rng.integers(1, 4, number), today)))
    new = _but(spared, new, "by_post", "om_post")
    old = today - pl.col("on_day") >= CONTACT_DAYS
    state = pl.format("{} {}", "code", "case_ref")
    events = [
        _events(contacts.filter(old), "contact_out", "contact_id", state, NOTHING),
        _events(new, "contact_in", "contact_id", NOTHING, state),
    ]
    return pl.concat([contacts.filter(~old), new]), pl.concat(events)


def roll_assessments(
    rng: Rng,
    assessments: pl.DataFrame,
    posts: pl.DataFrame,
    cases: pl.DataFrame,
    today: int,
    *,
    spared: int | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """ARMS assessments of today come in; those thirty days old leave."""
    first = int(assessments["seq"].to_numpy().max(initial=0)) + 1
    new = _but(spared, build_assessments_of_a_day(rng, posts, cases, today, first))
    old = today - pl.col("assessed") >= WINDOW
    events = [
        _events(assessments.filter(old), "assessment_out", "seq", pl.col("case_ref"), NOTHING),
        _events(new, "assessment_in", "seq", NOTHING, pl.col("case_ref")),
    ]
    return pl.concat([assessments.filter(~old), new]), pl.concat(events)


def change_hours(
    rng: Rng,
    posts: pl.DataFrame,
    contracts: pl.DataFrame,
    post_codes: list[str],
    day: date,
    *,
    spared: int | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """A few people go part-time or back to full time from today. Gives posts, contracts and events."""
    single = posts["staff_code"].is_unique()
    working = posts.filter(single, pl.col("grade").is_in(["PO", "PSO"]), pl.col("hours") > 0)
    able = _but(spared, working)["post_no"].to_numpy()
    number = max(1, round(len(posts) * HOURS_CHANGE))
    chosen = np.sort(rng.choice(able, number, replace=False))
    hours = posts["hours"].to_numpy().copy()
    before = hours[chosen]
    hours[chosen] = np.where(before == FULL_TIME, 2960, FULL_TIME)
    rows = pl.DataFrame({"post_no": chosen, "before": before, "after": hours[chosen]}).with_columns(
        post=pl.lit(pl.Series(post_codes)).gather("post_no")
    )
    events = _events(rows, "hours", "post", hundredths("before"), hundredths("after"))
    entry = rows.select("post_no", pl.col("after").alias("hours"), pl.lit(day).alias("valid_from"))
    return posts.with_columns(hours=pl.Series(hours)), pl.concat([contracts, entry]), events


def change_reductions(
    rng: Rng,
    reductions: pl.DataFrame,
    posts: pl.DataFrame,
    post_codes: list[str],
    day: date,
    *,
    spared: int | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Some go sick from today; some reductions are ended early, yesterday being their last day."""
    running = in_force(reductions, day).filter(pl.col("first_day") < day)
    current = running["reduction_id"].to_list()
    number = min(len(current), max(1, round(len(posts) * REDUCTIONS_END)))
    ended = pl.col("reduction_id").is_in(rng.choice(current, number, replace=False).tolist())
    before = reductions.filter(ended).with_columns(last=pl.lit(day - timedelta(days=1)))
    busy = set(in_force(reductions, day)["post_no"].to_list())
    well = [p for p in posts.filter(pl.col("hours") > 0)["post_no"].to_list() if p not in busy | {spared}]
    new = _sick(rng, well, max(1, round(len(posts) * REDUCTIONS_START)), len(reductions), day)
    what = pl.format("{} {} 100%", pl.lit(pl.Series(post_codes)).gather("post_no"), "reason")
    events = [
        _events(before, "reduction_ended", "reduction_id", _day_or_open("last_day"), _day_or_open("last")),
        _events(new, "reduction_started", "reduction_id", NOTHING, what),
    ]
    stay = reductions.with_columns(
        last_day=pl.when(ended).then(pl.lit(day - timedelta(days=1))).otherwise("last_day")
    )
    return pl.concat([stay, new]), pl.concat(events)


def _sick(rng: Rng, well: list[int], number: int, known: int, day: date) -> pl.DataFrame:
    chosen = np.sort(rng.choice(well, min(number, len(well)), replace=False)).tolist()
    rows = [
        {**reduction_row(post, "2", 0, 100, day, None, False, None), "reduction_id": f"R{known + at:07d}"}
        for at, post in enumerate(chosen, start=1)
    ]
    return pl.DataFrame(rows, schema=REDUCTION_SCHEMA)


def _day_or_open(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).fill_null("open")
