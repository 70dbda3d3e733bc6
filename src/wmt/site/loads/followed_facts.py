"""A night whose team got another code, before it is worked out: what is entered for its officers counts.

The records themselves follow when the night is shown (`people_tables.follow`). The night that is kept, and
with it the history, holds the hours and reductions of the new posts from its first day.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings

from wmt.facts import SCHEMAS, Facts
from wmt.intake.people_files import KEPT
from wmt.nights.load import Known
from wmt.site.availability import records
from wmt.site.availability.queries import plans_of
from wmt.site.changes.follow_officer import followed, running
from wmt.site.loads.people_tables import posts_of
from wmt.site.workload.models import Load

_KEYS = ["team_code", "staff_code"]
_MOVED = {"team_code": pl.String, "staff_code": pl.String, "new_team": pl.String, "new_staff": pl.String}
_ENTERED = {"team_code": pl.String, "staff_code": pl.String, "hours": pl.Int64, "other": pl.String}


def followed_facts(shown: Load | None) -> Known:
    """What makes the facts and kept tables of a night those with the records that follow from `shown`."""

    def known(facts: Facts, inputs: Mapping[str, pl.DataFrame]) -> tuple[Facts, Mapping[str, pl.DataFrame]]:
        plans = plans_of()
        moves = _moves(shown, facts, plans)
        if not moves:
            return facts, inputs
        return _with_records(facts, moves, plans), _with_new_posts(inputs, moves)

    return known


def _moves(
    shown: Load | None, facts: Facts, plans: Mapping[records.Post, records.PostRecords]
) -> dict[records.Post, records.Post]:
    """New posts and the former ones whose records follow. None where the night will not be the one shown."""
    if shown is None or shown.as_at is None:
        return {}
    if facts.as_at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)) < shown.as_at:
        return {}
    found = followed(posts_of(shown), _posts(facts.post), plans, facts.as_at.date())
    cut = facts.post.join(facts.reduction, on="post_no", how="semi")
    told = pl.col("hours_source").eq_missing("entered") | (pl.col("unmeasured") == 1)
    taken = _posts(facts.post.filter(told)) | _posts(cut)  # tables that came with the extract tell of them
    return {new: old for old, new in found.moves if new not in taken}


def _posts(post: pl.DataFrame) -> set[records.Post]:
    return set(post.select(_KEYS).iter_rows())


def _with_records(
    facts: Facts,
    moves: Mapping[records.Post, records.Post],
    plans: Mapping[records.Post, records.PostRecords],
) -> Facts:
    day = facts.as_at.date()
    entered = pl.DataFrame(
        [(*new, *_entered(plans[old], day)) for new, old in moves.items()], _ENTERED, orient="row"
    )
    post = facts.post.join(entered, on=_KEYS, how="left", maintain_order="left")
    has_hours = pl.col("hours").is_not_null()
    post = post.with_columns(
        contracted_micro=pl.coalesce("hours", "contracted_micro"),
        hours_source=pl.when(has_hours).then(pl.lit("entered")).otherwise("hours_source"),
        grade=pl.coalesce("other", "grade"),
    ).select(SCHEMAS["post"].names())
    numbers = {(team, staff): number for team, staff, number in post.select(*_KEYS, "post_no").iter_rows()}
    cuts = [
        (numbers[new], cut.key, cut.reason, cut.hours_micro, cut.percent_x100, cut.first_day, cut.last_day)
        for new, old in moves.items()
        for cut in running(plans[old], day)
        if isinstance(cut, records.ReductionRecord)
    ]
    shape = SCHEMAS["reduction"]
    reduction = pl.concat([facts.reduction, pl.DataFrame(cuts, shape, orient="row")]).sort(shape.names())
    return replace(facts, post=post, reduction=reduction)


def _entered(plan: records.PostRecords, day: date) -> tuple[int | None, str | None]:
    hours, grade = plan.hours_on(day), plan.grade_on(day)
    return hours.hours_micro if hours else None, grade.grade if grade else None


def _with_new_posts(
    inputs: Mapping[str, pl.DataFrame], moves: Mapping[records.Post, records.Post]
) -> Mapping[str, pl.DataFrame]:
    """The tables of people that a night keeps, for the posts it has."""
    moved = pl.DataFrame([(*old, *new) for new, old in moves.items()], _MOVED, orient="row")
    return {
        name: _renamed(frame, moved)
        if name.startswith(KEPT) and (set(_KEYS) <= set(frame.columns))
        else frame
        for name, frame in inputs.items()
    }


def _renamed(frame: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    found = frame.join(moved, on=_KEYS, how="left", maintain_order="left")
    team, staff = pl.coalesce("new_team", "team_code"), pl.coalesce("new_staff", "staff_code")
    return found.with_columns(team_code=team, staff_code=staff).select(frame.columns)
