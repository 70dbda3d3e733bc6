"""The activities behind the points of a tier: from minutes, how often and how many cases to hours a year.

Annual hours of a tier = what its mandatory activities take x (1 + r) + a remainder. `r` is the responsive
share of the tier. The remainder is what the published hours hold beyond both: nobody published what it is,
and it is a line like any other. Exact: fractions of hours, nothing is rounded. Source: WMT FAQ, 6 January
2023. The rules are in `hmpps/activities.yaml` and beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from wmt.rules.ruleset import RuleSet
from wmt.rules.values import DatedValue

MANDATORY = "mandatory"
RESPONSIVE = "responsive"
#: Kind and id of the line that the published hours hold and no activity explains.
REMAINDER = "remainder"
#: Done on cases that earn nothing: recorded, and in no points.
BESIDE = "beside"
#: The minutes of all parts together, where they are printed too.
TOTAL = "total"
CASE_TYPES = ("community", "licence")
_NOTHING: Mapping[str, Fraction] = {}


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity of the library.

    `parts` are minutes by part, one part where no more is known, none for what the responsive share covers.
    `texts` are the other fields by name: per, whom, made_of, spread, phase, up_to. `timings` are the rules of
    the parts.
    """

    id: str
    name: str
    kind: str
    parts: Mapping[str, Fraction]
    texts: Mapping[str, str]
    timings: tuple[DatedValue, ...]

    @property
    def minutes(self) -> Fraction | None:
        """All parts together; None where the activity has no minutes of its own."""
        return sum(self.parts.values(), Fraction(0)) if self.parts else None


@dataclass(frozen=True, slots=True)
class ActivityHours:
    """One line of a tier: an activity, the responsive share or the remainder, in hours a year of a case.

    `times_a_year` and `share` (0 to 1) are those of a mandatory activity. `values` are the rules behind it.
    """

    id: str
    name: str
    kind: str
    annual_hours: Fraction
    activity: Activity | None = None
    times_a_year: Fraction | None = None
    share: Fraction | None = None
    values: tuple[DatedValue, ...] = ()

    @property
    def is_published(self) -> bool:
        """Whether everything it is worked out from was published."""
        return is_published(self.values)


@dataclass(frozen=True, slots=True)
class TierActivities:
    """What the points of a tier and type of case buy. The lines add up to the published hours, exactly."""

    case_type: str
    tier: str
    lines: tuple[ActivityHours, ...]
    responsive_percent: Fraction

    @property
    def annual_hours(self) -> Fraction:
        """All lines together, in hours a year."""
        return sum((line.annual_hours for line in self.lines), Fraction(0))

    def hours_of(self, kind: str) -> Fraction:
        """The hours a year of the lines of a kind."""
        return sum((line.annual_hours for line in self.lines if line.kind == kind), Fraction(0))


def is_published(values: Sequence[DatedValue]) -> bool:
    """Whether there are values and all of them were published."""
    return bool(values) and all(value.status == "published" for value in values)


def library(ruleset: RuleSet) -> dict[str, Activity]:
    """The activities in force, by id, in the order of the rules; none before there was a library."""
    fields: dict[str, dict[str, DatedValue]] = {}
    for rest, value in ruleset.under("activities").items():
        activity, _, field = rest.partition(".")
        fields.setdefault(activity, {})[field] = value
    timings: dict[str, dict[str, DatedValue]] = {}
    for rest, value in ruleset.under("activity_timings").items():
        timing, _, part = rest.partition(".")
        timings.setdefault(timing, {})[part or TOTAL] = value
    return {activity: _activity(timings, activity, found) for activity, found in fields.items()}


def _activity(
    known: Mapping[str, Mapping[str, DatedValue]], activity: str, fields: Mapping[str, DatedValue]
) -> Activity:
    texts = {field: str(value.value) for field, value in fields.items()}
    timings = known.get(texts.pop("timing", activity), {})
    parts = {part: exact(value) for part, value in timings.items()}
    if len(parts) > 1:
        parts.pop(TOTAL, None)
    name, kind = texts.pop("name", activity), texts.pop("kind", "")
    return Activity(activity, name, kind, parts, texts, tuple(timings.values()))


def tier_activities(
    ruleset: RuleSet, case_type: str, tier: str, base: RuleSet | None = None
) -> TierActivities | None:
    """The lines behind the points of a tier: mandatory activities, the responsive share, the remainder.

    None where no hours are known: custody, tiers that earn nothing, days before hours were published. With
    `base`, the rules without an overlay, the remainder is theirs, so that changed minutes change the hours;
    where an overlay gives the hours of the tier itself, those are its hours, and the remainder is the rest.
    """
    if published_hours(ruleset, case_type, tier) is None:
        return None
    lines = tuple(mandatory_lines(ruleset, case_type, tier))
    responsive = _responsive(ruleset, case_type, tier, lines)
    if base is None or not has_hours_of(base, ruleset, case_type, tier):
        left = _remainder(ruleset, case_type, tier, (*lines, responsive))
    else:
        before = tuple(mandatory_lines(base, case_type, tier))
        left = _remainder(base, case_type, tier, (*before, _responsive(base, case_type, tier, before)))
    percent = exact(responsive_percent(ruleset, case_type, tier))
    return TierActivities(case_type, tier, (*lines, responsive, left), percent)


def mandatory_lines(ruleset: RuleSet, case_type: str, tier: str) -> Iterator[ActivityHours]:
    """The mandatory activities of an average case, each with its hours a year; none that take no time."""
    for activity in library(ruleset).values():
        line = line_of(ruleset, activity, case_type, tier) if activity.kind == MANDATORY else None
        if line is not None and line.annual_hours:
            yield line


def line_of(
    ruleset: RuleSet, activity: Activity, case_type: str, tier: str, tried: Mapping[str, Fraction] = _NOTHING
) -> ActivityHours | None:
    """An activity in an average case of a tier; None where it is not done there.

    `tried` are numbers to take instead of those of the rules, by `times.<id>` and `share.<id>`.
    """
    times = for_tier(ruleset, "activity_times", activity.id, case_type, tier)
    if activity.minutes is None or (times is None and f"times.{activity.id}" not in tried):
        return None
    per = activity.texts.get("per", "")
    months = months_of(ruleset, case_type, tier)
    share = for_tier(ruleset, "activity_share", activity.id, case_type, tier)
    a_year = times_a_year(ruleset, tried.get(f"times.{activity.id}", exact(times)), per, exact(months))
    filled = activity.texts.get("up_to")
    if filled:
        already = for_tier(ruleset, "activity_times", filled, case_type, tier)
        a_year = max(Fraction(0), a_year - tried.get(f"times.{filled}", exact(already)))
    part = tried.get(f"share.{activity.id}", exact(share, 100)) / 100
    values = (*activity.timings, times, share, months if per == "case" else None)
    return ActivityHours(
        activity.id,
        activity.name,
        MANDATORY,
        activity.minutes * a_year * part / 60,
        activity,
        a_year,
        part,
        tuple(value for value in values if value is not None),
    )


def times_a_year(ruleset: RuleSet, times: Fraction, per: str, case_months: Fraction) -> Fraction:
    """Times in a period as times a year. What happens once a case is spread over the months of the case."""
    if per == "case":
        return times * 12 / case_months
    if per == "week":
        return times * exact(ruleset["weeks_per_year"])
    if per == "four-week month":
        return times * exact(ruleset["periods_per_year"])
    return times


def _responsive(
    ruleset: RuleSet, case_type: str, tier: str, lines: tuple[ActivityHours, ...]
) -> ActivityHours:
    percent = responsive_percent(ruleset, case_type, tier)
    hours = sum((line.annual_hours for line in lines), Fraction(0)) * exact(percent) / 100
    values = () if percent is None else (percent,)
    return ActivityHours(RESPONSIVE, "responsive activities", RESPONSIVE, hours, values=values)


def responsive_percent(ruleset: RuleSet, case_type: str, tier: str) -> DatedValue | None:
    """What responsive activities add to the mandatory hours of a tier, in %; None where no rule says."""
    return ruleset.get(f"responsive_time.percent.{case_type}.{tier}")


def _remainder(
    ruleset: RuleSet, case_type: str, tier: str, known: tuple[ActivityHours, ...]
) -> ActivityHours:
    """What the published hours hold beyond the known lines. It comes from no rule: it is a difference."""
    published = exact(published_hours(ruleset, case_type, tier))
    hours = published - sum((line.annual_hours for line in known), Fraction(0))
    return ActivityHours(REMAINDER, "remainder, not published", REMAINDER, hours)


def published_hours(ruleset: RuleSet, case_type: str, tier: str) -> DatedValue | None:
    """The published hours a year of a tier; None where there are none or they are 0."""
    scheme = ruleset.get("tier_scheme")
    hours = ruleset.get(f"annual_hours.{scheme.value}.{case_type}.{tier}") if scheme else None
    return hours if hours and hours.value else None


def has_hours_of(base: RuleSet, ruleset: RuleSet, case_type: str, tier: str) -> bool:
    """Whether the published hours of a tier are those of other rules."""
    one, other = (published_hours(each, case_type, tier) for each in (base, ruleset))
    return exact(one) == exact(other)


def for_tier(ruleset: RuleSet, root: str, activity: str, case_type: str, tier: str) -> DatedValue | None:
    """The value of an activity for a tier: the narrowest key first, and for each its own type before any."""
    return _first(ruleset, root, f"{activity}.", case_type, tier)


def months_of(ruleset: RuleSet, case_type: str, tier: str) -> DatedValue:
    """How many months an average case of the tier lasts. Raises NoRuleError where no rule says."""
    found = _first(ruleset, "activity_case_months", "", case_type, tier)
    return found or ruleset["activity_case_months.any.all"]


def _first(ruleset: RuleSet, root: str, middle: str, case_type: str, tier: str) -> DatedValue | None:
    paths = (f"{root}.{of}.{middle}{key}" for key, of in product(keys_of(tier), (case_type, "any")))
    return next(filter(None, map(ruleset.get, paths)), None)


def keys_of(tier: str) -> tuple[str, ...]:
    """The keys that a value for a tier may stand under, the narrowest first."""
    return tier, f"x{tier[1:]}", tier[:1], "all"


def exact(value: DatedValue | None, otherwise: int = 0) -> Fraction:
    """The number of a rule as a fraction; another number where there is no rule."""
    return Fraction(otherwise) if value is None else Fraction(str(value.value))
