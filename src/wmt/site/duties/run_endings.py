"""Why a run ended, and whether its duty may close by itself.

A hole is nobody's work: a night that is missing or withdrawn, a post that was set aside or has left the
figures never closes a duty. A post that works in OMiC for longer than a hole has no capacity to be over: its
duty closes. Where the workload fell because the same work has other points, or a figure was
corrected, a manager confirms first.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from wmt import ledger
from wmt.site.duties.judged import DutyThreshold, Judged
from wmt.site.duties.models import Duty


@dataclass(frozen=True)
class Broken:
    """The end of a run: the day, what the step keeps, and whether a manager has to confirm that it closes."""

    on: date
    data: dict[str, Any]
    must_confirm: bool = False


def broken_by(by: Judged, duty: Duty, run: dict[str, Any] | None, mark: DutyThreshold) -> Broken | None:
    """Why the run of a duty is not long enough any more; None where only figures are missing."""
    if by.undone is not None and not by.undone.restored:
        return Broken(by.undone.day, {"why": "withdrawn", "on": by.undone.day}, must_confirm=True)
    if is_gone(by, duty, run, mark):
        return Broken(by.seen, {"why": "gone", "on": by.seen}, must_confirm=True)
    if is_elsewhere(by, duty, run, mark):
        return Broken(by.seen, {"why": "omic", "on": by.seen, "longest": mark.longest_absence})
    if run is None:
        return None
    if run["paused"] > mark.longest_pause:
        return Broken(by.seen, {"why": "no time", "on": by.seen, "longest": mark.longest_pause})
    until = by.seen if run["since"] is None else run["since"] - timedelta(days=1)
    row = _last_under(by, duty, until, mark)
    return None if row is None else _under(by, duty, row, mark)


def is_gone(by: Judged, duty: Duty, run: dict[str, Any] | None, mark: DutyThreshold) -> bool:
    """Whether the figures shown have not this post, and there was none of it for longer than a hole."""
    return duty.code not in by.posts and _is_absent(run, mark)


def is_elsewhere(by: Judged, duty: Duty, run: dict[str, Any] | None, mark: DutyThreshold) -> bool:
    """Whether the post has been in a stream without a capacity for longer than a hole."""
    post = by.posts.get(duty.code)
    if post is None or post.has_capacity:
        return False
    # who came to such a team got another code: the run is that of the former one, and says nothing of this
    return _is_absent(run, mark) if run is not None else _nights_in_omic(by, duty) > mark.longest_absence


def _nights_in_omic(by: Judged, duty: Duty) -> int:
    """On how many of the last days with figures the post was in OMiC, without a day elsewhere between."""
    rows = by.figures.series("post", duty.code, min(duty.run_since, by.seen), by.seen)
    if rows.is_empty():
        return 0
    elsewhere = rows.filter(pl.col("stream") != ledger.OMIC)["day"].max()
    return rows.filter(pl.col("day") > elsewhere)["day"].n_unique() if elsewhere else rows["day"].n_unique()


def _is_absent(run: dict[str, Any] | None, mark: DutyThreshold) -> bool:
    return run is None or run.get("absent", run["missing"]) > mark.longest_absence


def _last_under(by: Judged, duty: Duty, until: date, mark: DutyThreshold) -> dict[str, Any] | None:
    first = min(duty.run_since, until)
    for row in reversed(by.figures.series("post", duty.code, first, until).to_dicts()):
        points, available = row["points_x100"], row["available_x100"]
        if available and not ledger.is_over(points, available, mark.percent_x100):
            return dict(row)
    return None


def _under(by: Judged, duty: Duty, row: dict[str, Any], mark: DutyThreshold) -> Broken:
    """A figure at or under the mark: of a day judged before it was corrected, or came late."""
    data: dict[str, Any] = {
        "why": "under",
        "on": row["day"],
        "capacity": ledger.shown_capacity(row["points_x100"], row["available_x100"]),
        "percent_x100": mark.percent_x100,
    }
    fall = by.came_off.get(duty.code)
    if fall is not None:
        data["came_off"] = fall.data
    if row["day"] <= duty.seen_on and (by.undone is None):
        return Broken(row["day"], {**data, "why": "corrected"}, must_confirm=True)
    if fall is not None and fall.mostly_repriced:
        return Broken(row["day"], {**data, "why": "repriced"}, must_confirm=True)
    return Broken(row["day"], data)
