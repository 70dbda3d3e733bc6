"""The figures of one person: by day as the history has them, and the lines they are made of today."""

from typing import Any

from wmt.history import HistoryError
from wmt.ledger import HEADLINE, STREAM_NAMES, STREAMS, decimal
from wmt.site.accounts.models import User
from wmt.site.figures import line_queries, units
from wmt.site.queries.histories import history_for_nobody
from wmt.site.web.own_data.held import HeldTable
from wmt.site.web.units import labels
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State

_DAYS = ("points_x100", "available_x100", "cases", "contracted_hours_micro", "reduction_hours_micro")


def figures_of(user: User, state: State | None) -> list[HeldTable]:
    """Figures today with their lines, and every day before; none of somebody without a staff code or post."""
    if state is None or not user.staff_code:
        return []
    posts = list(units.of_level(state, "post").filter(staff_code=user.staff_code))
    days = (_days(user.staff_code, stream) for stream in STREAMS)
    tables = [_now(posts), *(_lines(state, post, user) for post in posts), *days]
    return [table for table in tables if table.rows]


def _now(posts: list[Unit]) -> HeldTable:
    rows = [
        (post.code, post.grade, decimal(post.points_x100), decimal(post.available_x100), post.cases)
        for post in posts
    ]
    columns = ("post", "grade", "points", "available points", "active cases")
    return HeldTable("figures_now", "Your figures in the data shown", columns, rows)


def _lines(state: State, post: Unit, user: User) -> HeldTable:
    pricing = line_queries.pricing_of(state)
    rows = [_line(line, pricing[line.pricing]) for line in line_queries.lines_of(state, post, user)]
    columns = ("what", "reference", "about", "points", "rule", "effective from", "notes")
    name = f"lines_{post.code.replace(':', '_')}"
    return HeldTable(name, f"What the figure of {post.code} is made of", columns, rows)


def _line(line: Line, pricing: Any) -> tuple[Any, ...]:
    return (
        labels.what(pricing), line.ref or "", line_queries.about_text(line, pricing) or "",
        decimal(line.points_x100), pricing.rule, pricing.rule_from or "",
        labels.reason(pricing.reason) if pricing.reason else "",
    )  # fmt: skip


def _days(staff_code: str, stream: str) -> HeldTable:
    """Every day with a figure in a stream: all posts of the person in it together."""
    columns = ("day", "points", "available points", "active cases", "contracted hours", "hours of reductions")
    rows: list[tuple[Any, ...]] = []
    try:
        past = history_for_nobody()  # the rows of this person are taken out of it
        if past.first is not None and past.last is not None:
            found = past.series(
                "person", staff_code, past.first, past.last, columns=("day", *_DAYS), stream=stream
            )
            rows = [
                (day.isoformat(), decimal(points), decimal(time), cases, hours / 1_000_000, less / 1_000_000)
                for day, points, time, cases, hours, less in found.iter_rows()
            ]
    except HistoryError as away:
        rows = [(str(away), *[""] * 5)] if stream == HEADLINE else []
    name, of = "figures_by_day", "all your posts together"
    if stream != HEADLINE:
        name, of = f"{name}_{stream}", f"your posts in {STREAM_NAMES[stream]} together"
    return HeldTable(name, f"Your figures by day, {of}", columns, rows)
