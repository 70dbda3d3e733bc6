"""How rules are said: the groups they are shown in, values with their units, days, changes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from wmt import rules
from wmt.rules import uses


@dataclass(frozen=True)
class RuleFamily:
    """A family of rules, as a person would name it. `roots` are the first segments of their paths."""

    key: str
    title: str
    roots: tuple[str, ...]


GROUPS = (
    RuleFamily("points", "Points of a case, by tier", ("tier_points", "t2a_points")),
    RuleFamily(
        "hours",
        "Hours behind the points",
        (
            "annual_hours",
            "monthly_hours",
            "weeks_per_year",
            "periods_per_year",
            "points_formula",
            "hours_for_target_f2",
        ),
    ),
    RuleFamily("reports", "Reports", ("report_points", "report_window_days")),
    RuleFamily(
        "contacts",
        "Case management support (CMS contacts)",
        (
            "cms_points",
            "cms_minutes",
            "cms_activity",
            "cms_level",
            "cms_priced_as",
            "cms_window_days",
            "cms_trainee_coworking_counts",
            "cms_periods_per_year",
        ),
    ),
    RuleFamily(
        "time",
        "Time available",
        ("nominal_target", "full_time_hours", "default_hours", "nat_percent", "nat_contents", "net_percent"),
    ),
    RuleFamily(
        "reductions",
        "Reductions of hours",
        (
            "reduction_reasons",
            "mentoring_hours_per_trainee",
            "pqip_stage_longest_months",
            "pqip_route_months",
            "reduction_reason_for",
        ),
    ),
    RuleFamily("grades", "Grades", ("grade_codes",)),
    RuleFamily("cases", "Which cases count", ("case_weighting", "omic_weighting", "flags", "cohorts")),
    RuleFamily("tiers", "Tiers and their schemes", ("tier_scheme", "tier_schemes", "tier_numbers")),
    RuleFamily(
        "tiering",
        "How a case gets its tier",
        (
            "tiering_schemes",
            "tiering_registers",
            "tiering_mappa_level_from",
            "tiering_factors",
            "tiering_v2",
            "tiering_needs",
            "tiering_severity",
            "tiering_answers",
            "tiering_answers_of_frequency",
            "tiering_ag",
        ),
    ),
    RuleFamily(
        "thresholds",
        "Thresholds and the four-week rule",
        ("thresholds", "low_capacity_percent", "four_week_rule"),
    ),
    RuleFamily(
        "allocation",
        "Who may hold which case",
        ("eligibility", "eligibility_stage", "protection_reasons", "cover", "allocation"),
    ),
    RuleFamily("full", "Whether a unit is full", ("full", "full_kinds")),
    RuleFamily("data-quality", "Data quality", ("data_quality_kinds", "data_quality")),
    RuleFamily("challenges", "Challenged figures", ("challenge_facts",)),
    RuleFamily("unusual", "Unusual changes", ("unusual_kinds", "unusual")),
    RuleFamily("extra-work", "Extra work on cases, not in the points", ("extra_work",)),
    RuleFamily("advice", "Advice to courts", ("court_advice", "court_advice_examples")),
    RuleFamily("duties", "Duties of managers where workload is excessive", ("duties",)),
    RuleFamily(
        "activities",
        "Activities, their minutes and how often",
        (
            "activities",
            "activity_timings",
            "activity_times",
            "activity_share",
            "activity_case_months",
            "activity_review",
            "activity_bounds",
            "responsive_time",
        ),
    ),
    RuleFamily("priorities", "What is expected at amber and red", ("priority_factors", "priority_examples")),
    RuleFamily("staffing", "Staffing", ("staffing",)),
)
OTHER = RuleFamily("other", "Other rules", ())
_OF_ROOT = {root: group for group in GROUPS for root in group.roots}


def group_of(path: str) -> RuleFamily:
    """The group a path is shown in."""
    return _OF_ROOT.get(path.partition(".")[0], OTHER)


def day_words(day: date) -> str:
    """A day in full, such as 6 January 2023; 'always' for the value that holds on any day."""
    return "always" if day == rules.ALWAYS else f"{day.day} {day:%B} {day.year}"


def start_words(value: rules.DatedValue) -> str:
    """From when a value is in force, or that nobody published it."""
    return day_words(value.valid_from) if uses.has_start(value) else NO_START_WORDS


#: Of a value whose start was not published; it is used from the month of the first extract on.
NO_START_WORDS = "date not published"


def standing(path: str) -> str:
    """What the value of today is: in force, or only published."""
    if uses.is_historical(path):
        return "local and historical, not in force"
    return "for information, prices nothing" if uses.prices_nothing(path) else "in force"


def plain(number: int | Decimal) -> str:
    """A number with thousands separated and without idle zeros."""
    shown = f"{number:,f}" if isinstance(number, Decimal) else f"{number:,}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def worth(value: rules.Scalar) -> str:
    """A value without its unit; 'none' for an empty one."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return COMPARED.get(value, value) if isinstance(value, str) else plain(value)


def worth_with_unit(value: rules.DatedValue | None) -> str:
    """A value as it stands in a sentence; 'not in force' where there is none."""
    if value is None:
        return "not in force"
    if not is_number(value.value):
        return worth(value.value)
    if value.unit in ("percent", "percent change"):
        return f"{worth(value.value)}%"
    if value.unit.startswith("percent of "):
        return f"{worth(value.value)}% {value.unit.removeprefix('percent ')}"
    return f"{worth(value.value)} {value.unit}"


def is_number(value: rules.Scalar) -> bool:
    """Whether a value can be counted."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def number(value: rules.DatedValue | None) -> Decimal | None:
    """The value as a decimal number; None where it is no number or not in force."""
    return as_number(value.value if value else None)


def as_number(found: rules.Scalar) -> Decimal | None:
    """A value as a decimal number; None where it is none."""
    return Decimal(found) if isinstance(found, int | Decimal) and not isinstance(found, bool) else None


def difference(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    """After less before; None unless both are numbers."""
    return None if before is None or after is None else after - before


def signed(change: Decimal | None) -> str:
    """A difference with its sign; empty where there is none to tell."""
    if change is None:
        return ""
    return "no difference" if change == 0 else f"{'+' if change > 0 else '−'}{plain(abs(change))}"


def share_words(before: Decimal | None, after: Decimal | None) -> str:
    """A difference as a share of what was before, to one decimal, half up; empty where there is no share."""
    change = difference(before, after)
    if change is None or before is None or before == 0:
        return ""
    tenths = int((abs(change) * 2000 + abs(before)) // (2 * abs(before)))
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return f"{sign}{tenths // 10}.{tenths % 10}%"


#: Signs of comparison as people say them.
COMPARED = {">": "more than", ">=": "at least", "=": "exactly", "<=": "at most", "<": "less than"}


def readable(name: str) -> str:
    """A segment of a path as words."""
    return name.replace("_", " ")
