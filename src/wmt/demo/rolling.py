"""What comes and goes around the cases between two nights: reports, contacts, assessments, hours, reductions.

Each function takes the table of one night and gives the next night's with the events that made it.
A row that merely grows older, or a reduction that begins or ends on its date, is no event. To a post that is
`spared` nothing new happens.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl

from wmt.demo import leave, size, work
from wmt.demo.people_files import hundredths

OLDEST_REPORT = 90
HOURS_CHANGE, REDUCTIONS_END = 1 / 2000, 1 / 900  # a night, for every post
FOUR_DAYS = 2960  # hours of four days a week, in hundredths
SHORTEST_REDUCTION = timedelta(days=14)


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
    rng: size.Rng,
    reports: pl.DataFrame,
    posts: pl.DataFrame,
    post_codes: list[str],
    time_left: size.Ints,
    today: int,
    spared: int | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Due ones are completed on their day, old ones leave the window, new ones come in."""
    age = today - pl.col("on_day")
    due_now = (pl.col("state") == "due") & (age >= 0)
    leaves = (pl.col("state") == "completed") & ((age == work.WINDOW) | (age > OLDEST_REPORT))
    new = _but(spared, work.reports_of_a_day(rng, posts, time_left, reports.filter(~leaves), today))
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
    return pl.concat([stay, new.select(work.REPORT_SCHEMA.names())]), pl.concat(events)


def roll_contacts(
    rng: size.Rng,
    contacts: pl.DataFrame,
    posts: pl.DataFrame,
    cases: pl.DataFrame,
    today: int,
    *,
    spared: int | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Contacts of today come in; those ten days old leave."""
    number = max(1, round(len(posts) * work.CONTACTS_A_POST_A_DAY))
    first_id = int(contacts["contact_id"].to_numpy().max())
    new = work.contacts_between(rng, posts, cases, today, today, number, first_id)
    ahead = rng.random(number) < work.SHARE_AHEAD
    new = new.with_columns(on_day=pl.Series(np.where(ahead, today + rng.integers(1, 4, number), today)))
    new = _but(spared, new, "by_post", "om_post")
    old = today - pl.col("on_day") >= work.CONTACT_DAYS
    state = pl.format("{} {}", "code", "case_ref")
    events = [
        _events(contacts.filter(old), "contact_out", "contact_id", state, NOTHING),
        _events(new, "contact_in", "contact_id", NOTHING, state),
    ]
    return pl.concat([contacts.filter(~old), new]), pl.concat(events)


def roll_assessments(
    rng: size.Rng,
    assessments: pl.DataFrame,
    posts: pl.DataFrame,
    cases: pl.DataFrame,
    today: int,
    *,
    spared: int | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """ARMS assessments of today come in; those thirty days old leave."""
    first = int(assessments["seq"].to_numpy().max(initial=0)) + 1
    new = _but(spared, work.build_assessments_of_a_day(rng, posts, cases, today, first))
    old = today - pl.col("assessed") >= work.WINDOW
    events = [
        _events(assessments.filter(old), "assessment_out", "seq", pl.col("case_ref"), NOTHING),
        _events(new, "assessment_in", "seq", NOTHING, pl.col("case_ref")),
    ]
    return pl.concat([assessments.filter(~old), new]), pl.concat(events)


def change_hours(
    rng: size.Rng,
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
    able = _but(spared, working)
    number = max(1, round(len(posts) * HOURS_CHANGE))
    hours = posts["hours"].to_numpy().copy()
    # as many go back to full time as leave it, so that the hours of the nation stay what they were
    sides = [
        able.filter(pl.col("hours") == side)["post_no"].to_numpy() for side in (size.FULL_TIME, FOUR_DAYS)
    ]
    back = min(int(rng.binomial(number, 0.5)), len(sides[1]))
    parts = zip(sides, (number - back, back), strict=True)
    chosen: size.Ints = np.sort(
        np.concatenate([rng.choice(side, some, replace=False) for side, some in parts])
    )
    before = hours[chosen]
    hours[chosen] = np.where(before == size.FULL_TIME, FOUR_DAYS, size.FULL_TIME)
    rows = pl.DataFrame({"post_no": chosen, "before": before, "after": hours[chosen]}).with_columns(
        post=pl.lit(pl.Series(post_codes)).gather("post_no")
    )
    events = _events(rows, "hours", "post", hundredths("before"), hundredths("after"))
    entry = rows.select("post_no", pl.col("after").alias("hours"), pl.lit(day).alias("valid_from"))
    return posts.with_columns(hours=pl.Series(hours)), pl.concat([contracts, entry]), events


def change_reductions(
    rng: size.Rng,
    reductions: pl.DataFrame,
    posts: pl.DataFrame,
    post_codes: list[str],
    day: date,
    *,
    spared: int | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Some reductions end early, yesterday being their last day; colleagues begin as many as have ended."""
    running = leave.in_force(reductions, day).filter(pl.col("first_day") < day)
    current = _but(spared, running)["reduction_id"].to_list()
    number = min(len(current), max(1, round(len(posts) * REDUCTIONS_END)))
    ended = pl.col("reduction_id").is_in(rng.choice(current, number, replace=False).tolist())
    yesterday = day - timedelta(days=1)
    before = reductions.filter(ended).with_columns(last=pl.lit(yesterday))
    stay = reductions.with_columns(last_day=pl.when(ended).then(pl.lit(yesterday)).otherwise("last_day"))
    # reductions whose last day, by plan, is this one
    over = reductions.filter(~ended, pl.col("last_day") == yesterday, pl.col("first_day") <= yesterday)
    models = pl.concat([before.drop("last"), over])
    new = _in_their_place(rng, models, reductions, posts, day, spared)
    in_hours, percent = pl.format("{} h", hundredths("hours_x100")), pl.col("percent_x100")
    amount = pl.when(percent.is_null()).then(in_hours).otherwise(pl.format("{}%", percent // 100))
    what = pl.format("{} {} {}", pl.lit(pl.Series(post_codes)).gather("post_no"), "reason", amount)
    events = [
        _events(before, "reduction_ended", "reduction_id", _day_or_open("last_day"), _day_or_open("last")),
        _events(new, "reduction_started", "reduction_id", NOTHING, what),
    ]
    return pl.concat([stay, new]), pl.concat(events)


def _in_their_place(
    rng: size.Rng,
    models: pl.DataFrame,
    reductions: pl.DataFrame,
    posts: pl.DataFrame,
    day: date,
    spared: int | None,
) -> pl.DataFrame:
    """Reductions that begin today, each like one that is over, less those that begin by plan.

    For the time that trainees gain with a stage somebody is sick: the time of the nation stays what it was.
    """
    of_trainee = pl.col("reason").is_in([reason for reason, _ in leave.STAGES])
    begun = reductions.filter(pl.col("first_day") == day)
    gained = _percent(models.filter(of_trainee)) - _percent(begun.filter(of_trainee))
    usual = models.filter(~of_trainee)
    wanted = usual.head(max(0, len(usual) - len(begun.filter(~of_trainee)))).to_dicts()
    officer = int(posts.filter(grade="PO")["post_no"][0])
    sick = leave.reduction_row(officer, "2", 0, 100, day, None, False, None)
    wanted += [sick] * max(0, int(gained / 10_000 + rng.random()))
    busy = [*leave.in_force(reductions, day)["post_no"].to_list(), -1 if spared is None else spared]
    well = posts.filter(pl.col("hours") > 0, ~pl.col("post_no").is_in(busy))["post_no"].to_list()
    grade = posts["grade"].to_list()
    rows: list[dict[str, object]] = []
    for model in wanted:
        alike = [post for post in well if grade[post] == grade[model["post_no"]]]
        if alike:
            well.remove(post := int(rng.choice(alike)))
            # one that begins today and lasts as long
            last, number = model["last_day"], len(reductions) + len(rows) + 1
            lasts = None if last is None else day + max(last - model["first_day"], SHORTEST_REDUCTION)
            begun_now = {"post_no": post, "first_day": day, "last_day": lasts}
            rows.append({**model, **begun_now, "reduction_id": f"R{number:07d}"})
    return pl.DataFrame(rows, schema=leave.REDUCTION_SCHEMA)


def _percent(reductions: pl.DataFrame) -> int:
    """What these take together, in hundredths of a percent."""
    return int(reductions["percent_x100"].to_numpy().sum())


def _day_or_open(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String).fill_null("open")
