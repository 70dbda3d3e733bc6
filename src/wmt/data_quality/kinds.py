"""Kinds of things to put right: their words and owners are dated rules, their shape is a table."""

from dataclasses import dataclass
from enum import StrEnum, unique

import polars as pl

from wmt.facts import table_of
from wmt.rules import RuleSet


@unique
class QualityKind(StrEnum):
    """What may be wrong with a record. A case with several counts once in a sum: by the first of these."""

    UNTIERED = "untiered"
    UNCOMMENCED = "uncommenced"
    NO_REQUIREMENTS = "no_requirements"
    OVERDUE_TERMINATION = "overdue_termination"
    RISK_DIFFERS = "risk_differs"
    TIER_DIFFERS = "tier_differs"
    SUSPENSION_DIFFERS = "suspension_differs"
    LATE_RECORDING = "late_recording"
    NO_GRADE = "no_grade"
    HOURS_ASSUMED = "hours_assumed"
    CONTACT_CODE = "contact_code"
    CONTACT_POST = "contact_post"
    DUPLICATE = "duplicate"
    ACTIVE_AND_INACTIVE = "active_and_inactive"
    IN_BREACH = "in_breach"


OWNERS = ("practitioner", "admin", "manager", "other_office")

#: A way in which a record is wrong, before it has a price.
DRAFT = table_of(
    {
        "draft_no": pl.Int64,
        "kind": pl.String,
        "post_no": pl.Int64,
        "ref": pl.String,  # case or contact; null of a post, and of cases that are only counted
        "cases": pl.Int64,
        "kind_no": pl.Int64,  # of a case: what it is recorded as
        "recorded": pl.String,  # what the record says, in words
        "instead": pl.String,  # what it may be, in words
    }
)
#: What the record may turn out to be: one row for each way. `kind_no` null: no case any more.
CANDIDATE = table_of({"draft_no": pl.Int64, "kind_no": pl.Int64, "weight": pl.Int64})
#: What each way changes: points of work, and points of available time.
EFFECT = table_of(
    {"draft_no": pl.Int64, "points_x100": pl.Int64, "available_x100": pl.Int64, "weight": pl.Int64}
)

_AMOUNTS = ("least_x100", "most_x100", "expected_x100")
_TIMES = ("least_available_x100", "most_available_x100", "expected_available_x100")
#: One thing to put right. Amounts are what points or available points would change by, in hundredths;
#: `in_sum` is 0 where the same case stands here with another kind that counts first.
FINDING = table_of(
    {
        "kind": pl.String,
        "team_code": pl.String,
        "staff_code": pl.String,
        "ref": pl.String,
        "cases": pl.Int64,
        "recorded": pl.String,
        "instead": pl.String,
        **dict.fromkeys((*_AMOUNTS, *_TIMES), pl.Int64),
        "in_sum": pl.Int64,
        "since": pl.Date,
    }
)
AMOUNTS = (*_AMOUNTS, *_TIMES)


@dataclass(frozen=True)
class KindRule:
    """A kind in words: its name, who can put it right and how, and whether it is a fault or information."""

    kind: str
    name: str
    owner: str
    mended: str
    is_fault: bool


def kind_rules(rules: RuleSet) -> dict[str, KindRule]:
    """The kinds in their order. Raises NoRuleError where the rules lack one: nothing is without an owner."""
    return {kind.value: _kind_rule(rules, kind.value) for kind in QualityKind}


def _kind_rule(rules: RuleSet, kind: str) -> KindRule:
    path = f"data_quality_kinds.{kind}"
    name, owner, mended = (str(rules[f"{path}.{word}"].value) for word in ("name", "owner", "mended"))
    return KindRule(kind, name, owner, mended, bool(rules[f"{path}.fault"].value))
