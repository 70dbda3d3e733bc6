"""What a what-if on minutes comes to, as tables: changes, tiers, units, and the lines of one unit."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from wmt.facts.enums import MICRO
from wmt.ledger.arithmetic import grouped
from wmt.rules import RuleSet, tier_account, what_if
from wmt.site import tables
from wmt.site.figures import units
from wmt.site.queries.other_rules import RepricedLines
from wmt.site.web.minutes import forms
from wmt.site.web.rules import activity_tables, labels
from wmt.site.web.units.labels import upper_first
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


def changes(base: RuleSet, values: Mapping[str, Decimal], without: Callable[[str], str]) -> tables.Table:
    """What is changed: from what to what, each with a way to take it back."""
    words = forms.words_of(base)
    columns = [
        tables.Column("what", "What is changed"),
        tables.Column("before", "Now"),
        tables.Column("after", "In this what-if", "number"),
        tables.Column("back", "Take back", "way"),
    ]
    rows = [
        tables.Row(
            {
                "what": tables.text(words[path][0]),
                "before": tables.text(words[path][1]),
                "after": tables.Value(number, labels.worth(number)),
                "back": tables.text("Take back", without(path)),
            }
        )
        for path, number in values.items()
    ]
    return tables.Table("changes", "Changes", columns, rows)


def tiers(moved: Sequence[what_if.Moved]) -> tables.Table:
    """Hours and points of every tier whose hours or points differ."""
    columns = [
        tables.Column("tier", "Tier and type of case"),
        tables.Column("hours_before", "Hours a year now", "number"),
        tables.Column("hours", "Hours a year then", "number"),
        tables.Column("points_before", "Points now", "number"),
        tables.Column("points", "Points then", "number"),
        tables.Column("difference", "Difference in points", "number"),
        tables.Column("share", "As a percentage", "number"),
    ]
    rows = [_tier(before, after) for before, after in moved]
    empty = "No tier has other hours."
    return tables.Table("tiers", "Hours and points of each tier", columns, rows, empty=empty)


def _tier(before: tier_account.TierAccount, after: tier_account.TierAccount) -> tables.Row:
    moved = Decimal(after.points - before.points)
    href = activity_tables.tier_url(after.case_type, after.tier)
    return tables.Row(
        {
            "tier": tables.text(f"{after.tier}, {after.case_type}", href),
            "hours_before": activity_tables.hours(before.annual),
            "hours": activity_tables.hours(after.annual),
            "points_before": tables.Value(before.points, f"{before.points:,}"),
            "points": tables.Value(after.points, f"{after.points:,}"),
            "difference": tables.Value(moved, labels.signed(moved)),
            "share": tables.text(labels.share_words(Decimal(before.points), Decimal(after.points))),
        }
    )


def capacities(
    state: State,
    found: Sequence[Unit],
    moved: Mapping[tuple[str, str], int],
    here: Callable[[Unit], str],
) -> tables.Table:
    """Points and capacity of units now and then; `here` is the address of the same what-if at a unit."""
    columns = [
        tables.Column("unit", "Unit"),
        tables.Column("level", "Level"),
        tables.Column("points_before", "Points now", "points"),
        tables.Column("points", "Points then", "points"),
        tables.Column("difference", "Difference in points", "points"),
        tables.Column("before", "Capacity now", "percent"),
        tables.Column("after", "Capacity then", "percent"),
    ]
    rows = []
    for unit in found:
        difference = moved.get((unit.level, unit.code), 0)
        then, mark = unit.points_x100 + difference, state.over_x100
        values = {
            "unit": tables.text(_name(unit), here(unit)),
            "level": tables.text(units.TITLES[unit.level]),
            "points_before": tables.exact(unit.points_x100),
            "points": tables.exact(then),
            "difference": tables.exact(difference),
            "before": tables.capacity(unit.points_x100, unit.available_x100, mark, unit.stream),
            "after": tables.capacity(then, unit.available_x100, mark, unit.stream),
        }
        rows.append(tables.Row(values, unit.level, unit.code))
    return tables.Table("capacities", "Capacity now and then", columns, rows)


def _name(unit: Unit) -> str:
    return (staff_names.shown(unit.name, unit.code) if unit.level == "post" else unit.name) or unit.code


def lines(unit: Unit, found: Sequence[RepricedLines]) -> tables.Table:
    """What the difference of a unit is made of: cases of each tier and type, each by its difference."""
    columns = [
        tables.Column("what", "Cases"),
        tables.Column("cases", "How many", "number"),
        tables.Column("each", "Difference of each in points", "points"),
        tables.Column("difference", "Difference in points", "points"),
    ]
    rows = [
        tables.Row(
            {
                "what": tables.text(_case_words(line)),
                "cases": _cases(line.quantity_micro),
                "each": tables.exact(line.each_x100),
                "difference": tables.exact(line.difference_x100),
            }
        )
        for line in sorted(found, key=lambda line: (line.pricing.location, line.pricing.tier))
    ]
    total = tables.Row(
        {
            "what": tables.text("All together"),
            "cases": _cases(sum(line.quantity_micro for line in found if line.pricing.kind == "case")),
            "each": tables.Value(None),
            "difference": tables.exact(sum(line.difference_x100 for line in found)),
        }
    )
    caption = f"What the difference of {_name(unit)} is made of"
    empty = "No case here is of a tier whose points differ."
    return tables.Table("lines", caption, columns, rows, total if rows else None, empty=empty)


def _case_words(line: RepricedLines) -> str:
    row = line.pricing
    weighting = "" if row.kind == "case" else f", {labels_of_kind(row.kind)}"
    return f"{row.tier}, {row.location}{weighting}"


def labels_of_kind(kind: str) -> str:
    """What a kind of line is called that is no case but adds to one."""
    return upper_first(kind.replace("_", " "))


def _cases(micro: int) -> tables.Value:
    found = tier_account.half_up(Fraction(micro, MICRO), 2)
    return tables.Value(found, grouped(found.normalize() if found % 1 else found.quantize(Decimal(1))))
