"""What a rule is for: whether it prices anything, binds anybody today, and whether its start is published."""

from datetime import date

from wmt.rules.values import DatedValue

#: The month of the first extract that we know. What begins on it has no published start.
NO_START = date(2017, 5, 1)

#: Local agreements and practice that were published once and bind nobody now.
_HISTORICAL = ("thresholds.local_", "activity_timings.local.")
#: Published for information: no figure is worked out from them.
_PRICES_NOTHING = (
    "activities.", "activity_bounds.", "activity_case_months.", "activity_review.", "activity_share.",
    "activity_times.", "activity_timings.", "priority_examples.", "responsive_time.", "staffing.",
)  # fmt: skip


def is_historical(path: str) -> bool:
    """Whether a rule is a local or historical value, in force nowhere today."""
    return path.startswith(_HISTORICAL)


def prices_nothing(path: str) -> bool:
    """Whether a rule is published for information only."""
    return path.startswith(_PRICES_NOTHING)


def has_start(value: DatedValue) -> bool:
    """Whether the day from which a value is in force was published."""
    return value.valid_from != NO_START
