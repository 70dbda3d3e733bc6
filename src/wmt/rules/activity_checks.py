"""Whether the activity library holds together: what single values cannot show, as it lies between them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from wmt.rules import activities
from wmt.rules.errors import RuleFault
from wmt.rules.ruleset import RuleSet
from wmt.rules.values import Parameter

#: What the library is made of.
ROOTS = ("activities.", "activity_", "responsive_time.")


def faults(parameters: Mapping[str, Parameter], files: Mapping[str, str]) -> list[RuleFault]:
    """Every fault of the library on a day on which values of it begin; `files` has the file of each path."""
    days = {v.valid_from for path, p in parameters.items() if path.startswith(ROOTS) for v in p.values}
    found: dict[tuple[str, str], RuleFault] = {}
    for day in sorted(days):
        for path, message in _on(_at(parameters, day)):
            found.setdefault((path, message), RuleFault(files.get(path, ""), f"{path} at {day}", message))
    return list(found.values())


def overlay_faults(ruleset: RuleSet, paths: Iterable[str], file: str) -> list[RuleFault]:
    """What an overlay with these paths breaks in the library of the rules it is laid over."""
    if not any(path.startswith(ROOTS) for path in paths):
        return []
    broken = dict.fromkeys([*_library(ruleset), *_responsive(ruleset)])
    return [RuleFault(file, path, message) for path, message in broken]


def _at(parameters: Mapping[str, Parameter], day: date) -> RuleSet:
    in_force = ((path, parameter.at(day)) for path, parameter in parameters.items())
    return RuleSet(day, {path: value for path, value in in_force if value is not None})


def _on(ruleset: RuleSet) -> Iterator[tuple[str, str]]:
    broken = [*_library(ruleset), *_names(ruleset), *_responsive(ruleset)]
    yield from broken
    if not broken:
        yield from _hours(ruleset)


def _library(ruleset: RuleSet) -> Iterator[tuple[str, str]]:
    """Activities without what their kind needs, and parts that do not add up to their total."""
    known = activities.library(ruleset)
    for activity in known.values():
        path = f"activities.{activity.id}"
        if activity.kind not in (activities.MANDATORY, activities.RESPONSIVE, activities.BESIDE):
            yield f"{path}.kind", "is missing; say whether the activity is mandatory, responsive or beside"
        if activity.kind == activities.MANDATORY and activity.minutes is None:
            yield path, "has no minutes; add them to activity_timings, or name them under 'timing'"
        if activity.kind == activities.MANDATORY and "per" not in activity.texts:
            yield f"{path}.per", "is missing; say by what the activity is counted"
        filled = activity.texts.get("up_to")
        if filled is not None and filled not in known:
            yield f"{path}.up_to", f"'{filled}' is no activity; use an id of the library"
        total = next((v for v in activity.timings if v.path.endswith(f".{activities.TOTAL}")), None)
        if total and len(activity.timings) > 1 and activities.exact(total) != activity.minutes:
            said = f"is {total.value}, but the parts make {_plain(activity.minutes or Fraction(0))}"
            yield total.path, f"{said}; change both"


def _names(ruleset: RuleSet) -> Iterator[tuple[str, str]]:
    """Numbers of activities or types of case that the library does not have."""
    known = activities.library(ruleset)
    if known and "activity_case_months.any.all" not in ruleset:
        yield "activity_case_months.any.all", "is missing; say how long an average case lasts"
    for root in ("activity_times", "activity_share"):
        for rest in ruleset.under(root):
            of_type, activity, _ = rest.split(".", 2)
            if of_type not in (*activities.CASE_TYPES, "any"):
                yield f"{root}.{rest}", f"'{of_type}' is no type of case; use community, licence or any"
            elif activity not in known:
                yield f"{root}.{rest}", f"'{activity}' is no activity; add it to activities.yaml"


def _responsive(ruleset: RuleSet) -> Iterator[tuple[str, str]]:
    most = ruleset.get("responsive_time.max_percent")
    for rest, value in ruleset.under("responsive_time.percent").items():
        if most is not None and activities.exact(value) > activities.exact(most):
            path = f"responsive_time.percent.{rest}"
            yield path, f"is {value.value}, more than the {most.value}% that rules allow; lower it"


def _hours(ruleset: RuleSet) -> Iterator[tuple[str, str]]:
    """Tiers whose activities take more than the published hours."""
    for rest in ruleset.under("responsive_time.percent"):
        case_type, _, tier = rest.partition(".")
        found = activities.tier_activities(ruleset, case_type, tier)
        over = -found.lines[-1].annual_hours if found else Fraction(0)
        if over > 0:
            path = f"responsive_time.percent.{rest}"
            yield (
                path,
                f"activities take {_plain(over)} hours more than published; lower it, or run calibrate",
            )


def _plain(number: Fraction) -> str:
    hundredths = abs(number) * 100
    return f"{'-' if number < 0 else ''}{Decimal(round(hundredths)).scaleb(-2)}"
