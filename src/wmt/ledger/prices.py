"""What each kind of case, report, contact and hour is worth under one set of rules.

This is the only place where the ledger reads parameters. Everything after is lookup and sum.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import polars as pl

from wmt import facts
from wmt.days import written
from wmt.facts import kinds
from wmt.ledger.enums import LedgerError, LineReason
from wmt.rules import ALWAYS, DatedValue, RuleSet

#: One row per kind. `each_x100` is the worth of one case, `points_x100` what it earns in its post,
#: `beside_x100` what is shown beside the figure (OMiC), `licence_x100` what an OMiC case would earn on
#: licence, `unpaid_x100` and
#: `iom_x100` what a flag of unpaid work or of IOM adds (0 while such cases count in full, and no more).
#: `active` and `listed` say whether it counts among the active cases and among all cases.
PRICE = facts.table_of(
    {
        **facts.KIND_SCHEMA,
        "component": pl.String,
        "each_x100": pl.Int64,
        "points_x100": pl.Int64,
        "beside_x100": pl.Int64,
        "licence_x100": pl.Int64,
        "unpaid_x100": pl.Int64,
        "iom_x100": pl.Int64,
        "active": pl.Int64,
        "listed": pl.Int64,
        "counted": pl.Int64,
        "reason": pl.String,
        "rule": pl.String,
        "rule_from": pl.String,
        "licence_rule": pl.String,
        "licence_rule_from": pl.String,
    }
)
REPORT_PRICE = facts.table_of(
    {
        "report": pl.String,
        "each_x100": pl.Int64,
        "window_days": pl.Int64,
        "sign": pl.Int64,  # 1: counts backwards from the as-at date, -1: forwards (reports due)
        "earns": pl.Int64,
        "reason": pl.String,
        "rule": pl.String,
        "rule_from": pl.String,
        "window_rule": pl.String,
        "window_rule_from": pl.String,
    }
)
CONTACT_PRICE = facts.table_of(
    {
        "code": pl.String,
        "each_x100": pl.Int64,
        "reason": pl.String,
        "rule": pl.String,
        "rule_from": pl.String,
    }
)
GRADE_PRICE = facts.table_of(
    {
        "grade": pl.String,
        "target_x100": pl.Int64,
        "full_time_micro": pl.Int64,
        "default_micro": pl.Int64,
        "rule": pl.String,
        "rule_from": pl.String,
    }
)  #: One row: what belongs to the night or to all contacts.
SCALAR = facts.table_of(
    {
        "day": pl.Date,
        "cms_window": pl.Int64,
        "cms_window_rule": pl.String,
        "cms_window_from": pl.String,
        "other_x100": pl.Int64,
        "other_rule": pl.String,
        "other_from": pl.String,
        "unpaid_work_rule": pl.String,
        "unpaid_work_from": pl.String,
        "iom_rule": pl.String,
        "iom_from": pl.String,
        "coworking_rule": pl.String,
        "coworking_from": pl.String,
        "over_x100": pl.Int64,  # the threshold of excessive workload, in hundredths of a per cent
    }
)
#: Posts and ages of contacts on whose day the post was a trainee whose co-working earns nothing.
TRAINEE_DAY = facts.table_of({"trainee_no": pl.Int64, "trainee_age": pl.Int64})

PRICE_SCHEMAS = {
    "price": PRICE,
    "report_price": REPORT_PRICE,
    "contact_price": CONTACT_PRICE,
    "grade_price": GRADE_PRICE,
    "scalar": SCALAR,
}

_COWORKING = "cms_trainee_coworking_counts"

_STATUS_REASON = {
    "warrant": LineReason.WARRANT,
    "overdue": LineReason.OVERDUE,
    "suspended_lifer": LineReason.SUSPENDED_LIFER,
    "filtered": LineReason.FILTERED,
    "difference": LineReason.DIFFERENCE,
    "uncommenced": LineReason.UNCOMMENCED,
}


@dataclass(frozen=True)
class Prices:
    """The price tables of one rule set for one tier scheme, by name (`PRICE_SCHEMAS`)."""

    tables: dict[str, pl.DataFrame]
    weighs: tuple[str, ...]  # flags with a weighting of their own (`lines.WEIGHTED_FLAGS`)


@lru_cache(maxsize=16)
def price(rules: RuleSet, tier_scheme: str, day: date) -> Prices:
    """Price everything under `rules` for a night of `day`.

    Raises LedgerError when the tier scheme should have weights and has none in force.

    Schemes without published points (t7, ag7) are priced 0 with that reason, never with other weights.
    """
    if tier_scheme == "pc16" and not rules.under("tier_points.pc16"):
        raise LedgerError(
            f"no tier points of scheme pc16 are in force on {written(rules.day)}; choose a later rules date "
            "(--rules-date), or lay an overlay with tier points over the rules"
        )
    tables = {
        "price": (_kind_row(rules, tier_scheme, kind) for kind in kinds(tier_scheme)),
        "report_price": (_report_row(rules, report) for report in facts.REPORTS),
        "contact_price": _contact_rows(rules),
        "grade_price": (_grade_row(rules, grade) for grade in facts.GRADES),
        "scalar": [_scalars(rules, day)],
    }
    return Prices(
        {name: pl.DataFrame(list(rows), PRICE_SCHEMAS[name], orient="row") for name, rows in tables.items()},
        tuple(flag for flag in FLAGS if _of_flag(rules, flag).hundredths != 10_000),
    )


def price_alike(one: RuleSet, other: RuleSet, tier_scheme: str, day: date) -> bool:
    """Whether two rule sets give the same lines of any facts: they may differ in what prices nothing.

    Raises LedgerError as `price` does.
    """
    both = [
        (price(each, tier_scheme, day), trainee_stages(each), each["cms_window_days"].whole)
        for each in (one, other)
    ]
    (mine, *others), (theirs, *their_others) = both
    return (
        (mine.weighs, others) == (theirs.weighs, their_others)
        and mine.tables.keys() == theirs.tables.keys()
        and all(mine.tables[name].equals(theirs.tables[name]) for name in mine.tables)
    )


def price_time(rules: RuleSet) -> pl.DataFrame:
    """What hours are worth in each grade: `grade_price` alone."""
    rows = [_grade_row(rules, grade) for grade in facts.GRADES]
    return pl.DataFrame(rows, GRADE_PRICE, orient="row")


def scalars(rules: RuleSet, day: date) -> pl.DataFrame:
    return pl.DataFrame([_scalars(rules, day)], SCALAR, orient="row")


def _scalars(rules: RuleSet, day: date) -> tuple[object, ...]:
    window, other = rules["cms_window_days"], rules["cms_points.(other)"]
    coworking = rules.get(_COWORKING)
    return (
        day,
        window.whole,
        *_named(window),
        other.hundredths,
        *_named(other),
        *_named(_of_flag(rules, "unpaid_work")),
        *_named(_of_flag(rules, "iom")),
        *(_named(coworking) if coworking else ("", "")),
        rules["thresholds.excessive_workload.percent"].hundredths,
    )


#: Flags that weigh an active case, by their rule in `case_weighting`.
FLAGS = ("unpaid_work", "iom")


def _of_flag(rules: RuleSet, flag: str) -> DatedValue:
    """The weighting of cases with a flag: neutral in nights that were saved before there was one."""
    path = f"case_weighting.{flag}"
    return rules.get(path) or replace(rules["case_weighting.warrant"], path=path, value=100)


def trainee_stages(rules: RuleSet) -> frozenset[str]:
    """The reasons of reductions during which a contact earns nothing; none where the rules let all count."""
    counts = rules.get(_COWORKING)
    if counts is None or counts.value is not False:
        return frozenset()
    return stage_reasons(rules)


def stage_reasons(rules: RuleSet) -> frozenset[str]:
    """The reasons of reductions that are stages of the trainee route."""
    return frozenset(rules.under("pqip_stage_longest_months"))


def trainee_days(reduction: pl.DataFrame, rules: RuleSet, as_at: date) -> pl.DataFrame:
    """The days of the window on which posts are in a stage of the trainee route: `TRAINEE_DAY`.

    Judged on the contact's own day: who qualifies tomorrow did today's co-working as a trainee.
    """
    stages = sorted(trainee_stages(rules))
    ages = pl.DataFrame({"trainee_age": range(rules["cms_window_days"].whole)}, {"trainee_age": pl.Int64})
    day = pl.lit(as_at) - pl.duration(days=pl.col("trainee_age"))
    found = reduction.filter(pl.col("reason").is_in(stages)).join(ages, how="cross")
    lasts = pl.col("last_day").is_null() | (pl.col("last_day") >= day)
    found = found.filter((pl.col("first_day") <= day) & lasts)
    return found.select(trainee_no="post_no", trainee_age="trainee_age").unique().sort(TRAINEE_DAY.names())


def _named(rule: DatedValue) -> tuple[str, str]:
    return rule.path, _since(rule)


def _kind_row(rules: RuleSet, scheme: str, kind: facts.CaseKind) -> tuple[object, ...]:
    worth = _worth(rules, scheme, kind, kind.location)
    licence = _worth(rules, scheme, kind, "licence") if kind.stream == "omic" else None
    is_omic, is_active = kind.stream == "omic", kind.status == "active"
    each, rule = _weighted(rules, kind, worth)
    return (
        *kind,
        "t2a" if kind.stream == "t2a" else kind.location,
        each,
        0 if is_omic else each,
        each if is_omic else 0,
        licence.hundredths if licence else 0,
        *(share(each, _of_flag(rules, flag)) - each if is_active and not is_omic else 0 for flag in FLAGS),
        int(is_active and not is_omic),
        int(not is_omic),
        int(not is_omic and (is_active or each != 0)),
        _reason(kind, worth, each),
        rule.path,
        _since(rule),
        licence.path if licence else None,
        _since(licence) if licence else None,
    )


def _worth(rules: RuleSet, scheme: str, kind: facts.CaseKind, location: str) -> DatedValue | None:
    """The table value of a kind of case in a location; None where no table has one."""
    table = "t2a_points" if kind.stream == "t2a" else "tier_points"
    return rules.get(f"{table}.{scheme}.{location}.{kind.tier}{'S' if kind.suspended else ''}")


def _weighted(rules: RuleSet, kind: facts.CaseKind, worth: DatedValue | None) -> tuple[int, DatedValue]:
    """What one case earns, in hundredths, and the rule that says so."""
    if kind.status == "active":
        if not worth:
            return 0, rules["tier_scheme"]
        # of OMiC cases the rules of their place say how much is shown; the rules of nights saved before there
        # was such a share do not have it: their cases show all points
        shown = rules.get(f"omic_weighting.{kind.location}") if kind.stream == "omic" else None
        return worth.hundredths if shown is None else share(worth.hundredths, shown), worth
    # the rules of nights saved before a status was known do not weigh it, and their facts do not have it
    weighting = rules.get(f"case_weighting.{kind.status}") or rules["case_weighting.filtered"]
    return share(worth.hundredths if worth else 0, weighting), weighting


def share(hundredths: int, percent: DatedValue) -> int:
    """A percentage of a number of hundredths, exactly. Raises LedgerError when it is not whole."""
    if not hundredths:
        return 0
    whole, rest = divmod(hundredths * percent.hundredths, 10_000)
    if rest:
        raise LedgerError(
            f"{percent.path} of {percent.value}% makes fractions of a hundredth of a point; "
            "choose a percentage that gives whole hundredths of every tier's points"
        )
    return whole


def _reason(kind: facts.CaseKind, worth: DatedValue | None, each: int) -> str | None:
    if kind.status != "active":
        return _STATUS_REASON[kind.status]
    if kind.stream == "omic":
        return LineReason.OMIC
    if kind.tier == "0":
        return LineReason.UNTIERED
    if worth is None:
        return LineReason.NO_WEIGHTS
    if each:
        return None
    return LineReason.SUSPENDED if kind.suspended else LineReason.ZERO_TIER


def _report_row(rules: RuleSet, report: str) -> tuple[object, ...]:
    worth = rules.get(f"report_points.{report}")
    window = rules.get(f"report_window_days.{report}")
    each = worth.hundredths if worth else 0
    rule = worth or rules["tier_scheme"]
    why_none = LineReason.INSIDE_TIER if worth else LineReason.NO_WEIGHTS
    if report in ("sdr_due", "parom_due", "oral"):
        why_none = LineReason.SHOWN_ONLY
    return (
        report,
        each,
        None if window is None else window.whole,
        -1 if report.endswith("_due") else 1,
        int(each != 0),
        None if each else why_none,
        rule.path,
        _since(rule),
        window.path if window else None,
        _since(window) if window else None,
    )


def contact_prices(rules: RuleSet) -> pl.DataFrame:
    """What the codes of contacts are worth: `contact_price` alone."""
    return pl.DataFrame(list(_contact_rows(rules)), CONTACT_PRICE, orient="row")


def _contact_rows(rules: RuleSet) -> Iterable[tuple[object, ...]]:
    for code, worth in rules.under("cms_points").items():
        reason = (
            LineReason.UNKNOWN_CODE
            if code == "(other)"
            else None
            if worth.hundredths
            else LineReason.ZERO_CODE
        )
        yield code, worth.hundredths, reason, worth.path, _since(worth)


def _grade_row(rules: RuleSet, grade: str) -> tuple[object, ...]:
    target = rules[f"nominal_target.{grade}"]
    return (
        grade,
        target.hundredths,
        _micro(rules[f"full_time_hours.{grade}"]),
        _micro(rules[f"default_hours.{grade}"]),
        target.path,
        _since(target),
    )


def _micro(hours: DatedValue) -> int:
    # hours go no finer than hundredths, so that a percentage of them is whole millionths
    return hours.hundredths * 10_000


def _since(rule: DatedValue) -> str:
    """From when a rule is in force; a value laid over all dates is in force since its overlay was laid."""
    return f"overlay {rule.overlay}" if rule.valid_from == ALWAYS else rule.valid_from.isoformat()
