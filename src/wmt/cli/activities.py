"""`wmt rules tier` and `wmt rules calibrate`: what the points of a tier buy, and where the hours hold."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from wmt import rules
from wmt.cli import console, options
from wmt.cli.files import print_json
from wmt.cli.overlays import lay
from wmt.cli.tables import TextColumn, table
from wmt.days import written
from wmt.rules import activities, calibrate, tier_account, what_if
from wmt.text import counted

Tier = Annotated[str, typer.Argument(metavar="TIER", help="A tier, such as A3.")]
CaseType = Annotated[str, typer.Option("--type", help="community or licence.")]
Whatif = Annotated[
    list[Path], typer.Option("--overlay", help="YAML file of other minutes, numbers or shares; repeatable.")
]
PointsFile = Annotated[
    Path | None, typer.Option("--out", metavar="FILE.yaml", help="Write the points as an overlay.")
]
On = Annotated[
    date | None,
    typer.Option(
        "--on", parser=options.parse_day, metavar="DAY", help="The rules of this day; else today's."
    ),
]


def show_tier(
    tier: Tier,
    case_type: CaseType = "community",
    on: On = None,
    overlay: options.Overlays = None,
    json: options.Json = False,
) -> None:
    """Show what the points of a tier buy: hours a month and a year, activity by activity.

    With --overlay, other minutes, numbers or shares: the hours and points they come to. Where the overlay
    gives the hours of the tier itself, those are its hours.
    """
    day = on or date.today()
    if case_type not in activities.CASE_TYPES:
        raise console.RefusedInput(f"--type {case_type}: choose one of {', '.join(activities.CASE_TYPES)}")
    base = rules.load().at(day)
    found = tier_account.account(rules.load().at(day, lay(overlay)), case_type, tier.upper(), base)
    if found is None:
        remedy = "hours are published for A3 to D0 community, and A3 to D1 licence, from 6 January 2023"
        raise console.RefusedInput(f"no hours are known for {case_type} {tier} on {written(day)}; {remedy}")
    if json:
        print_json(tier_account.presented(found))
        return
    title = f"{case_type.capitalize()} {found.tier} on {written(day)}: {found.points} points"
    table(f"{title}, {found.annual} hours a year", _LINE_COLUMNS, list(map(_cells, found.lines)))
    for each in found.kinds:
        console.out.print(f"{each.of.kind.capitalize()}: {each.annual} hours a year, {each.points} points")
    console.out.print(
        f"Responsive time is {tier_account.half_up(found.responsive_percent, 0)}% of mandatory hours here. "
        "Where a line is a default, 'wmt rules show activity_times' and 'activity_share' have its numbers."
    )


_LINE_COLUMNS = (
    TextColumn("activity", "text"),
    TextColumn("minutes", spare=2),
    TextColumn("times\na year", spare=3),
    TextColumn("% of\ncases", spare=3),
    TextColumn("hours a\nmonth", spare=1),
    TextColumn("hours\na year"),
    TextColumn("points"),
    TextColumn("source", "text", spare=4),
)


def _cells(line: tier_account.AccountLine) -> tuple[Any, ...]:
    of = line.of
    shown = tier_account.presented_line(line)
    numbers = (shown["minutes"], shown["times_a_year"], shown["share_percent"])
    return (of.name, *numbers, line.monthly, line.annual, line.points, shown["source"])


def show_points(
    overlay: Whatif, on: On = None, out_file: PointsFile = None, json: options.Json = False
) -> None:
    """Show what other minutes, numbers or shares of activities come to in points of every tier.

    --out writes the points as an overlay of their own: measure, compare and plans take it, and it is a draft
    rule to propose. Published points stay where their hours do not change.
    """
    day = on or date.today()
    laid, base = rules.load().at(day, lay(overlay)), rules.load().at(day)
    changed = tier_account.repriced(laid, base)
    rows = [
        {
            "case_type": before.case_type, "tier": before.tier, "points_before": before.points,
            "points": after.points, "hours_before": before.annual, "hours": after.annual,
        }
        for before, after in changed
    ]  # fmt: skip
    if out_file is not None:
        _write_points(out_file, " and ".join(laid.overlays), what_if.WhatIf({}, changed).points)
    if json:
        print_json(rows)
        return
    heads = ("type", "tier", "points\nbefore", "points", "hours a year\nbefore", "hours\na year")
    columns = [TextColumn(head, "whole" if place < 2 else "figure") for place, head in enumerate(heads)]
    table(
        f"{counted(len(rows), 'tier')} with other hours or points",
        columns,
        [tuple(row.values()) for row in rows],
    )
    if out_file is not None:
        console.out.print(f"Written to {out_file}", markup=False)


def _write_points(file: Path, name: str, points: Mapping[str, int]) -> None:
    if not points:
        raise console.RefusedInput(
            "no points change, so there is nothing to write; change more, or leave out --out"
        )
    text = what_if.overlay_text(f"Points by {name}", f"worked out from activities with {name}", points)
    file.write_text(text, encoding="utf-8")


def find_defaults(on: On = None, json: options.Json = False) -> None:
    """Find how often activities are done so that published hours hold, with the least remainder.

    Says where the highest responsive share leaves no room for all mandatory activities.
    """
    day = on or date.today()
    ruleset = rules.load().at(day)
    fit = calibrate.calibrate(ruleset)
    rows = [_tier_row(tier) for tier in fit.tiers]
    if json:
        chosen = {path: tier_account.half_up(number, 2) for path, number in fit.chosen.items()}
        print_json({"chosen": chosen, "tiers": rows})
        return
    numbers = [
        (path, ruleset[path].value, tier_account.half_up(number, 2).normalize())
        for path, number in fit.chosen.items()
    ]
    columns = (TextColumn("rule", "whole"), TextColumn("now"), TextColumn("found"))
    table("Numbers with the least remainder", columns, numbers)
    title = f"Published hours a year of {counted(len(rows), 'tier')}"
    table(title, _TIER_COLUMNS, [tuple(row[name] for name in _TIER_FIELDS) for row in rows])
    for said in cannot_hold(fit, activities.exact(ruleset["responsive_time.max_percent"])):
        console.out.print(said, markup=False)


_TIER_FIELDS = (
    "case_type", "tier", "published_hours", "mandatory_hours", "responsive_percent", "remainder_hours",
    "short_hours",
)  # fmt: skip
_TIER_COLUMNS = (
    TextColumn("type", "whole"),
    TextColumn("tier", "whole"),
    TextColumn("published"),
    TextColumn("mandatory"),
    TextColumn("responsive\n%"),
    TextColumn("remainder"),
    TextColumn("too many"),
)


def _tier_row(tier: calibrate.FittedTier) -> dict[str, Any]:
    return {
        "case_type": tier.case_type,
        "tier": tier.tier,
        "published_hours": tier_account.half_up(tier.published, 2),
        "mandatory_hours": tier_account.half_up(tier.mandatory, 2),
        "responsive_percent": tier.percent,
        "remainder_hours": tier_account.half_up(tier.remainder, 2),
        "short_hours": tier_account.half_up(tier.short, 2),
        "left_beside_contact_at_highest_percent": tier_account.half_up(tier.left, 2),
        "other_mandatory_hours": tier_account.half_up(tier.others, 2),
        "holds_highest_percent": tier.holds_highest,
    }


def cannot_hold(fit: calibrate.Fit, highest: Fraction) -> list[str]:
    """A sentence for each tier whose published hours cannot hold what is asked of them."""
    said = []
    for tier in fit.tiers:
        name = f"{tier.case_type.capitalize()} {tier.tier}"
        if tier.short:
            short = tier_account.half_up(tier.short, 2)
            said.append(f"{name} cannot hold: mandatory activities take {short} hours more than published.")
        elif not tier.holds_highest:
            left, others = (tier_account.half_up(hours, 2) for hours in (tier.left, tier.others))
            share = tier_account.half_up(highest, 0)
            said.append(
                f"{name} cannot hold {share}%: planned contact would leave {left} mandatory hours, and other "
                f"mandatory activities take {others}. It holds {tier.percent}%."
            )
    return said
