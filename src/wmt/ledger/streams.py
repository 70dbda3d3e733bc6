"""Streams: sentence management, courts and OMiC, each with its own posts, work and time, never added up.

A post is in exactly one stream on a day. Which one follows from its lines, from the sheets that list it and
from its team, so that nights kept before there were streams have them too.
"""

from typing import Any

import ibis

from wmt.ledger import enums

Table = Any  # an Ibis table expression

_TIER_SHEETS = ("all", "active", "t2a", "omic")
_COURT_REPORTS = ("sdr", "fdr", "oral", "sdr_due")
#: What prices a court report, or keeps it outside the days that count.
_COURT_RULES = tuple(f"{group}.{kind}" for group in ("report_points", "report_window_days")
                     for kind in _COURT_REPORTS)  # fmt: skip
#: The columns of the sheet of court reports.
_COURT_COLUMNS = ("sdr_last_30", "sdr_conv_last_30", "oral_reports", "sdr_due_next_30")

#: What decides the stream of a post beside its team, 1 or 0: what its lines say, and which sheets list it.
_OF_LINES = ("has_community_case", "has_case", "has_court_report")
_OF_SHEETS = ("on_tier_sheet", "on_court_sheet")


def marks_of_lines(lines: Table) -> dict[str, Table]:
    """What the lines of a post say of its stream, to be aggregated by post."""
    is_case = lines.kind == "case"
    of_community = lines.location.isin(("community", "licence")) & (lines.stream != "omic")
    return {
        "has_community_case": _any(is_case & of_community & (lines.status != "difference")),
        "has_case": _any(is_case),
        "has_court_report": _any((lines.kind == "report") & lines.rule.isin(_COURT_RULES)),
    }


def with_stream(posts: Table, team: Table, measure: Table) -> Table:
    """Post rows that have the marks of their lines, with the column `stream` in place of these."""
    teams = team.select(team_of_stream="team_no", is_omic="is_omic")
    sheets = measure.group_by(post_on_sheet=measure.post_no).aggregate(
        on_tier_sheet=_any(measure.basis.isin(_TIER_SHEETS)),
        on_court_sheet=_any((measure.basis == "reports") & measure["measure"].isin(_COURT_COLUMNS)),
    )
    joined = posts.inner_join(teams, posts.team_no == teams.team_of_stream)
    joined = joined.left_join(sheets, joined.post_no == sheets.post_on_sheet)
    has = {name: joined[name].fill_null(0) == 1 for name in (*_OF_LINES, *_OF_SHEETS)}
    is_omic = (joined.is_omic == 1) & ~has["has_community_case"]
    writes_reports = has["has_court_report"] | has["on_court_sheet"]
    is_court = ~has["has_case"] & ~has["on_tier_sheet"] & writes_reports
    stream = ibis.cases((is_omic, enums.OMIC), (is_court, enums.COURTS), else_=enums.HEADLINE)
    used = ("team_of_stream", "is_omic", "post_on_sheet", *_OF_LINES, *_OF_SHEETS)
    return joined.mutate(stream=stream).drop(*used)


def post_streams(lines: Table, tables: dict[str, Table]) -> Table:
    """Every post with its stream: columns `post_no` and `post_stream`."""
    marks = lines.group_by("post_no").aggregate(**marks_of_lines(lines))
    posts = tables["post"].select("post_no", "team_no").left_join(marks, "post_no").drop("post_no_right")
    found = with_stream(posts, tables["team"], tables["measure"])
    return found.select("post_no", post_stream="stream")


def _any(condition: Table) -> Table:
    return ibis.ifelse(condition, 1, 0).max().cast("int64")
