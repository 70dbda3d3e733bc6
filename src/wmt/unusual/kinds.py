"""Kinds of changes that are counted each night, their words as dated rules, and the shapes of the tables."""

from dataclasses import dataclass
from enum import StrEnum, unique

import polars as pl

from wmt.facts import table_of
from wmt.rules import RuleSet


@unique
class ChangeKind(StrEnum):
    """What is counted. Falls and rises are kinds of their own and are judged alike."""

    TIER_DOWN = "tier_down"
    TIER_UP = "tier_up"
    HIGH_TIER_DOWN = "high_tier_down"
    HIGH_TIER_UP = "high_tier_up"
    RISK_DOWN = "risk_down"
    RISK_UP = "risk_up"
    SUSPENDED = "suspended"
    SUSPENSION_ENDED = "suspension_ended"
    ENDED = "ended"
    BEGUN = "begun"
    WITHOUT_TIME = "without_time"
    LATE_LOWERS = "late_lowers"
    LATE_RAISES = "late_raises"
    BOTH_WAYS = "both_ways"
    TIME_LESS_NEAR = "time_less_near"
    TIME_MORE_NEAR = "time_more_near"
    TIME_LESS = "time_less"
    TIME_MORE = "time_more"


#: Changes of available time that others are compared with: what is found of these alone is no question.
BASE_OF = {
    ChangeKind.TIME_LESS_NEAR: ChangeKind.TIME_LESS,
    ChangeKind.TIME_MORE_NEAR: ChangeKind.TIME_MORE,
}
ASKED = tuple(kind for kind in ChangeKind if kind not in BASE_OF.values())
#: Kinds whose single cases can be listed.
OF_CASES = tuple(
    kind
    for kind in ASKED[: ASKED.index(ChangeKind.WITHOUT_TIME)]
    if kind not in (ChangeKind.RISK_DOWN, ChangeKind.RISK_UP)
)
#: Kinds whose points are points of available time.
OF_TIME = (ChangeKind.TIME_LESS_NEAR, ChangeKind.TIME_MORE_NEAR)
#: Kinds that are counted among what came between two nights, not among what is there on any day.
THAT_CAME = (ChangeKind.WITHOUT_TIME, ChangeKind.LATE_LOWERS, ChangeKind.LATE_RAISES, ChangeKind.BOTH_WAYS)
#: From the nearest: a question is about one of these, or about one post.
LEVELS = ("team", "pdu", "region", "nation")

#: What was counted on one night: of a team (`staff_code` null) with what could have changed, or of a post.
COUNT = table_of(
    {
        "kind": pl.String,
        "team_code": pl.String,
        "staff_code": pl.String,
        "number": pl.Int64,
        "of": pl.Int64,  # cases, posts or contacts that it could have happened to; 0 in rows of posts
        "exposure": pl.Int64,  # the same, times the days since the night before where it can happen any day
        "points_x100": pl.Int64,
    }
)

#: One unusual change. `number` of `of` in `nights` nights up to `day`; rates are per 100,000 of the exposure.
#: Of a post, `number`, points and what follows `one_in` are its own; `of`, what was to be expected, rates and
#: chance are those of the unit at which it was found (`judged`).
UNUSUAL = table_of(
    {
        "kind": pl.String,
        "level": pl.String,
        "code": pl.String,
        "judged": pl.String,  # the level of the unit whose counts are unusual; of a post, of one it is in
        "team_code": pl.String,  # empty above a team
        "pdu_code": pl.String,
        "region_code": pl.String,
        "day": pl.Date,
        "first_day": pl.Date,  # of the first of these nights
        "nights": pl.Int64,
        "number": pl.Int64,
        "of": pl.Int64,  # on the last of the nights, or of all that came in them (`THAT_CAME`)
        "expected_milli": pl.Int64,  # thousandths of one: how many were to be expected
        "expected_rate": pl.Int64,  # the rate by which they were
        "own_rate": pl.Int64,  # as seen at the unit before; null without a past
        "others_rate": pl.Int64,  # the higher of as seen elsewhere before and meanwhile; null without others
        "one_in": pl.Int64,  # by chance once in so many such looks, at most `MOST_ONE_IN`
        "points_x100": pl.Int64,
        "posts": pl.Int64,
        "teams": pl.Int64,
        "capacity_x100": pl.Int64,  # of the unit on the night before; null without available time
        "near": pl.Int64,  # posts of the unit whose days in a row over the threshold were nearly full
    }
)
MOST_ONE_IN = 10**15


@dataclass(frozen=True)
class ChangeRule:
    """A kind in words: its name, what it is counted among, and how often it is common at the least."""

    kind: str
    name: str
    among: str
    least_rate: int


def change_rules(rules: RuleSet) -> dict[str, ChangeRule]:
    """The kinds in their order. Raises NoRuleError where the rules lack one."""
    return {kind.value: _change_rule(rules, kind.value) for kind in ChangeKind}


def _change_rule(rules: RuleSet, kind: str) -> ChangeRule:
    path = f"unusual_kinds.{kind}"
    name, among = (str(rules[f"{path}.{word}"].value) for word in ("name", "among"))
    return ChangeRule(kind, name, among, rules[f"{path}.rate"].whole)
