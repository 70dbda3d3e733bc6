"""Codes: the lists of the rules that reading needs, as plain mappings for one day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from wmt import rules
from wmt.facts.cohorts import CaseCohort, named_cohorts


@dataclass(frozen=True)
class ReductionReason:
    """A reason for a reduction; percentages of contracted hours, None where the rules set none."""

    reason_id: str
    name: str
    short_name: str
    allowance_percent: Decimal | None
    max_percent: Decimal | None
    months_to_expiry: int | None
    enabled: bool


@dataclass(frozen=True)
class Codes:
    """Grade of each raw code, tier of each number, known contact codes, reasons by id, days of reports.

    `cohorts` are those that have a name.
    """

    grades: Mapping[str, str]
    blank_grade: str
    other_grade: str
    tier_numbers: Mapping[str, Mapping[str, str]]
    contact_codes: frozenset[str]
    flag_letters: frozenset[str]
    reasons: Mapping[str, ReductionReason]
    trainee_stages: frozenset[str]
    default_hours: Mapping[str, Decimal]
    report_windows: Mapping[str, int]
    cohorts: Mapping[str, CaseCohort]


def codes_at(tree: rules.Tree, day: date) -> Codes:
    """The codes in force on a day. A list the tree starts later than that is taken from its first days."""
    now, last = tree.at(day), tree.at(max(tree.days))

    def listed(prefix: str) -> dict[str, object]:
        found = now.under(prefix) or last.under(prefix)
        return {code: value.value for code, value in found.items()}

    grades = {code: str(grade) for code, grade in listed("grade_codes").items()}
    reasons = listed("reduction_reasons")
    return Codes(
        grades={code: grade for code, grade in grades.items() if not code.startswith("(")},
        blank_grade=grades["(blank)"],
        other_grade=grades["(other)"],
        tier_numbers={
            scheme: {number: str(tier) for number, tier in listed(f"tier_numbers.{scheme}").items()}
            for scheme in ("pc16", "t7")
        },
        contact_codes=frozenset(listed("cms_activity")),
        flag_letters=frozenset(path.split(".")[0] for path in listed("flags")),
        reasons={each: _reason(each, reasons) for each in dict.fromkeys(p.split(".")[0] for p in reasons)},
        trainee_stages=frozenset(listed("pqip_stage_longest_months")),
        default_hours={grade: Decimal(str(hours)) for grade, hours in listed("default_hours").items()},
        report_windows={kind: int(str(days)) for kind, days in listed("report_window_days").items()},
        cohorts=named_cohorts(listed("cohorts")),
    )


def _reason(reason_id: str, listed: Mapping[str, object]) -> ReductionReason:
    def of(part: str) -> object:
        return listed.get(f"{reason_id}.{part}")

    months = of("months_to_expiry")
    return ReductionReason(
        reason_id=reason_id,
        name=str(of("name")),
        short_name=str(of("short_name")),
        allowance_percent=_percent(of("allowance_percent")),
        max_percent=_percent(of("max_percent")),
        months_to_expiry=None if months is None else int(str(months)),
        enabled=of("enabled") is not False,
    )


def _percent(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))
