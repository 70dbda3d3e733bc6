"""What the pages about rules show, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise

from django.urls import reverse

from wmt import rules
from wmt.rules import UNITS, DatedValue, NoRuleError, Parameter, RuleChange
from wmt.site.clock import calendar_day
from wmt.site.queries.rules_on_day import Laid, rules_at
from wmt.site.tables import Column, Kind, Row, Table, text
from wmt.site.tables import Value as Cell
from wmt.site.web.charts.figure import Chart
from wmt.site.web.rules.labels import (
    GROUPS,
    day_words,
    difference,
    group_of,
    number,
    share_words,
    signed,
    standing,
    start_words,
    worth,
    worth_with_unit,
)
from wmt.site.web.rules.nat import NatReadings, nat_readings
from wmt.site.web.rules.points_formula import TierHours, hours_behind, sentence
from wmt.site.web.rules.related import Beside, neighbours
from wmt.site.web.rules.steps import chart_of
from wmt.site.web.units.labels import STATUS_WORDS

_RULES_COLUMNS = (
    Column("rule", "Rule", "text"),
    Column("value", "Value", "text"),
    Column("unit", "Unit", "text"),
    Column("since", "Effective from", "date"),
    Column("standing", "Used for", "text"),
    Column("status", "Source", "text"),
    Column("group", "About", "text"),
    Column("path", "Name in the rules", "code"),
)


def rule_url(path: str) -> str:
    """The address of a rule's own page."""
    return reverse("rule", args=[path])


@dataclass(frozen=True)
class RuleListFilter:
    """What a list of rules is narrowed to: words, a group's key, a day on which a value begins."""

    words: str = ""
    group: str = ""
    changed: date | None = None


def rules_table(day: date, wish: RuleListFilter, laid: Mapping[str, Laid]) -> Table:
    """Every rule that the wish leaves, with its value on a day."""
    # the last day up to this one on which a value begins: the rules are the same since then
    tree = rules.load()
    kept = _rows_of(tree, max((known for known in tree.days if known <= day), default=date.min))
    rows = []
    for path in ordered_paths():
        if wish.group and group_of(path).key != wish.group:
            continue
        if wish.changed and wish.changed not in {v.valid_from for v in rules.load().parameter(path).values}:
            continue
        if not named(path, wish.words):
            continue
        row = kept[path]
        if path in laid:
            note = f"These figures used {laid[path].value} ({laid[path].overlay})"
            row = replace(row, values={**row.values, "value": replace(row.values["value"], note=note)})
        rows.append(row)
    return Table("rules", f"Rules and their values on {day_words(day)}", list(_RULES_COLUMNS), rows)


@lru_cache(maxsize=1)
def ordered_paths() -> tuple[str, ...]:
    """All paths, group by group, within a group in the order of the rules."""
    order = {group.key: place for place, group in enumerate(GROUPS)}
    return tuple(sorted(rules.load().paths, key=lambda path: order.get(group_of(path).key, len(order))))


@lru_cache(maxsize=1)
def group_sizes() -> tuple[tuple[str, str, int], ...]:
    """Every group with its key, its title and how many rules it has."""
    keys = [group_of(path).key for path in rules.load().paths]
    return tuple((group.key, group.title, keys.count(group.key)) for group in GROUPS)


@lru_cache(maxsize=2)
def _searchable(tree: rules.Tree) -> dict[str, str]:
    found = {}
    for path in tree.paths:
        parameter = tree.parameter(path)
        said = (f"{v.description} {v.source} {v.note or ''} {worth(v.value)}" for v in parameter.values)
        about = f"{parameter.path} {parameter.path.replace('_', ' ')} {parameter.unit}"
        found[path] = " ".join([about, group_of(parameter.path).title, *said]).casefold()
    return found


def named(path: str, words: str) -> bool:
    """Whether all the words are in what is said about a rule, whatever their case."""
    if not words.strip():
        return True
    said = _searchable(rules.load())[path]
    return all(word in said for word in words.casefold().split())


@lru_cache(maxsize=32)
def _rows_of(tree: rules.Tree, day: date) -> dict[str, Row]:
    """The rows of all rules on a day, kept: making a thousand of them takes longer than a page may."""
    ruleset = rules_at(day)
    found = {}
    for path in ordered_paths():
        value = ruleset.get(path)
        parameter = tree.parameter(path)
        said = value or parameter.values[0]
        found[path] = Row(
            {
                "rule": text(said.description, rule_url(path)),
                "value": text(worth(value.value) if value else "not in force"),
                "unit": text(parameter.unit),
                "since": Cell(value.valid_from, text=start_words(value)) if value else Cell(None, text=""),
                "standing": text(standing(path).capitalize() if value else ""),
                "status": text(value.status if value else ""),
                "group": text(group_of(path).title),
                "path": text(path),
            }
        )
    return found


@dataclass(frozen=True)
class Era:
    """One value of a rule through time, as its page shows it. `hours` are those behind tier points."""

    since: str
    until: str
    worth: str
    change: str
    share: str
    status: str
    source: str
    note: str
    in_force: bool
    hours: TierHours | None


@dataclass(frozen=True)
class RulePage:
    """One rule through time, on a day."""

    path: str
    title: str
    group: str
    group_key: str
    unit: str
    is_numeric: bool
    day: str
    now: str
    standing: str
    nat: NatReadings | None
    eras: tuple[Era, ...]
    with_hours: bool
    working: str
    moved: str
    chart: Chart | None
    beside: list[Beside]
    table: str
    tier: tuple[str, str] | None  # type of case and tier, of points and hours of a tier


def rule_page(path: str, day: date) -> RulePage:
    """One rule. Raises NoRuleError for a path that no rule has."""
    parameter = rules.load().parameter(path)
    now = parameter.at(day)
    values = parameter.values
    before = (None, *values)
    ends = [after.valid_from - timedelta(days=1) for _, after in pairwise(values)]
    until = [*(day_words(end) for end in ends), "no end set"]
    eras = tuple(
        [_era(value, former, end, now) for value, former, end in zip(values, before, until, strict=False)]
    )
    group = group_of(path)
    return RulePage(
        path=path,
        title=(now or parameter.values[0]).description.rstrip("."),
        group=group.title,
        group_key=group.key,
        unit=parameter.unit,
        is_numeric=UNITS[parameter.unit].kind == "number",
        day=day_words(day),
        now=worth_with_unit(now),
        standing=standing(path) if now else "",
        nat=nat_readings(rules_at(day)) if path == "nat_percent" else None,
        eras=eras,
        with_hours=any(era.hours for era in eras),
        working=sentence(path, day),
        moved=_moved(parameter, now),
        chart=chart_of(parameter.values, parameter.unit, day),
        beside=neighbours(path),
        table=_table_of(path),
        tier=_tier_of(path),
    )


def _era(value: DatedValue, former: DatedValue | None, until: str, now: DatedValue | None) -> Era:
    was, is_ = number(former), number(value)
    return Era(
        since=start_words(value),
        until=until,
        worth=worth(value.value),
        change=signed(difference(was, is_)),
        share=share_words(was, is_),
        status=STATUS_WORDS[value.status],
        source=value.source,
        note=value.note or "",
        in_force=value is now,
        hours=hours_behind(value.path, value.valid_from),
    )


def _moved(parameter: Parameter, now: DatedValue | None) -> str:
    """The old value beside the one in force, in one sentence; empty where it is the first."""
    place = parameter.values.index(now) if now else 0
    if not now or not place:
        return ""
    former = parameter.values[place - 1]
    change = difference(number(former), number(now))
    begin = f"Until {day_words(now.valid_from - timedelta(days=1))} it was {worth_with_unit(former)}"
    if change is None:
        return f"{begin}."
    share = share_words(number(former), number(now))
    return f"{begin}: {signed(change)}{f' ({share})' if share and change else ''} since then."


def ahead(path: str, today: date) -> list[str]:
    """What a rule will be, from which day, for each value that has not begun."""
    values = rules.load().parameter(path).values
    return [
        f"From {day_words(value.valid_from)} it will be {worth_with_unit(value)}. {value.source}."
        for value in values
        if value.valid_from > today
    ]


_TABLE_OF = {
    "t2a_points": "t2a",
    "report_points": "reports",
    "report_window_days": "reports",
    "reduction_reasons": "reductions",
    "grade_codes": "grades",
    "thresholds": "thresholds",
    "activity_timings": "activities",
    "activities": "activity-library",
    "activity_times": "tier-activities",
    "activity_share": "tier-activities",
    "responsive_time": "tier-activities",
}


def _tier_of(path: str) -> tuple[str, str] | None:
    """The type of case and tier whose activities stand behind a rule; None where no hours are known."""
    parts = path.split(".")
    if parts[0] not in ("tier_points", "annual_hours", "monthly_hours"):
        return None
    known = rules.load().parameters.get(f"annual_hours.{'.'.join(parts[1:])}")
    hours = (known.at(calendar_day()) or known.values[0]) if known else None
    return (parts[2], parts[3]) if hours and hours.value else None


def _table_of(path: str) -> str:
    """The published table a rule stands in, by name; empty where it stands in none."""
    parts = path.split(".")
    if parts[0] in ("tier_points", "annual_hours", "monthly_hours"):
        return parts[2]
    return "contacts" if parts[0].startswith("cms_") and len(parts) > 1 else _TABLE_OF.get(parts[0], "")


@dataclass(frozen=True)
class Unknown:
    """A path that no rule has: why, and where it was likely meant to lead."""

    message: str
    likely: tuple[str, ...]
    below: int


def unknown(path: str, error: NoRuleError) -> Unknown:
    """The page for a path that no rule has; `below` counts the rules whose paths begin with it."""
    known = rules.load().paths
    likely = get_close_matches(path[:120], known, n=3, cutoff=0.7)
    below = [other for other in known if other.startswith(path.rstrip(".") + ".")]
    return Unknown(str(error), tuple(likely), len(below))


_COMPARE_COLUMNS: tuple[tuple[str, str, Kind], ...] = (
    ("rule", "Rule", "text"),
    ("before", "", "text"),
    ("after", "", "text"),
    ("difference", "Difference", "number"),
    ("share", "As a percentage", "text"),
    ("unit", "Unit", "text"),
    ("group", "About", "text"),
    ("path", "Name in the rules", "code"),
)


def compare_table(a: date, b: date, words: str) -> Table:
    """What differs between the rules of two days, as `rules.diff` finds it."""
    found = [change for change in changes_between(a, b) if named(change.path, words)]
    heads = {"before": f"On {day_words(a)}", "after": f"On {day_words(b)}"}
    columns = [Column(key, heads.get(key, head), kind) for key, head, kind in _COMPARE_COLUMNS]
    caption = f"Rules that differ between {day_words(a)} and {day_words(b)}"
    rows = []
    for change in found:
        before, after = number(change.before), number(change.after)
        moved = difference(before, after)
        said = change.after or change.before
        values = {
            "rule": text(said.description if said else change.path, rule_url(change.path)),
            "before": text(worth(change.before.value) if change.before else "not in force"),
            "after": text(worth(change.after.value) if change.after else "not in force"),
            "difference": Cell(moved, text=signed(moved)),
            "share": text(share_words(before, after)),
            "unit": text(said.unit if said else ""),
            "group": text(group_of(change.path).title),
            "path": text(change.path),
        }
        rows.append(Row(values))
    return Table("differences", caption, columns, rows)


def changes_between(a: date, b: date) -> list[RuleChange]:
    """The changes between two days, in the order of the groups."""
    places = {path: place for place, path in enumerate(ordered_paths())}
    return sorted(rules.diff(rules_at(a), rules_at(b)), key=lambda change: places[change.path])


@dataclass(frozen=True)
class Preset:
    """A day on which values begin, to be compared with the day before it."""

    text: str
    before: str
    day: str
    changes: int


def presets() -> tuple[Preset, ...]:
    """Every day on which values begin, the latest first, with how many rules differ from the day before."""
    return _presets(rules.load())


@lru_cache(maxsize=2)
def _presets(tree: rules.Tree) -> tuple[Preset, ...]:
    days = [(day, day - timedelta(days=1)) for day in reversed(tree.days)]
    return tuple(
        Preset(day_words(day), eve.isoformat(), day.isoformat(), len(rules.diff(tree.at(eve), tree.at(day))))
        for day, eve in days
    )


def before_all_rules(day: date) -> bool:
    """Whether no rule at all was in force on a day."""
    return day < rules.load().days[0]
