"""What the points of one tier are for, as plain data: activities, the change of 2023, a working week."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from wmt import rules
from wmt.rules import activities, tier_account
from wmt.site import tables
from wmt.site.queries.rules_on_day import rules_at
from wmt.site.web.rules import activity_tables as shown
from wmt.site.web.rules import labels
from wmt.site.web.rules.nat import NatReadings, nat_readings
from wmt.site.web.rules.presenters import rule_url
from wmt.site.web.units.labels import upper_first

#: The activity that people ask for first: what of the points is supervision.
_SUPERVISION = "planned_contact"


@dataclass(frozen=True)
class TierChange:
    """Points of a tier before hours were published and since: what is known of the difference.

    `gained` are lines that came into the points then; `rest` is what nobody can explain. Signed.
    """

    before: int
    now: int
    difference: str
    share: str
    since: str
    gained: tuple[tuple[str, str, str], ...]
    rest: str
    of_week_before: str
    of_week_now: str


@dataclass(frozen=True)
class TierPage:
    """One tier on a day. `table` is None where no hours are published; `why_not` then says why."""

    case_type: str
    tier: str
    day: str
    points: int | None
    points_path: str
    annual: str
    monthly: str
    of_week: str
    minutes_a_week: str
    supervision: tuple[str, str, bool] | None  # points, hours a year, whether that was published
    kinds: tuple[tuple[str, tables.Value, str], ...]
    table: tables.Table | None
    change: TierChange | None
    responsive_percent: str
    highest_percent: str
    responsive: tuple[str, ...]
    beside: tuple[str, ...]
    spread: tuple[tuple[str, str], ...]
    week: NatReadings | None
    net_percent: str
    assessment: str
    why_not: str


def tier_page(case_type: str, tier: str, day: date) -> TierPage | None:
    """A tier's page under the rules of a day; None where no rule ever gave points to such a case."""
    path = f"tier_points.pc16.{case_type}.{tier}"
    if path not in rules.load().paths:
        return None
    ruleset = rules_at(day)
    points = ruleset.get(path)
    found = tier_account.account(ruleset, case_type, tier) if points else None
    lines = found.lines if found else ()
    net, level = ruleset.get("net_percent"), ruleset.get("activity_timings.unpaid_work_assessment")
    return TierPage(
        case_type=case_type,
        tier=tier,
        day=labels.day_words(day),
        points=points.whole if points else None,
        points_path=path,
        annual=f"{labels.plain(found.annual)}" if found else "",
        monthly=f"{found.monthly:.2f}" if found else "",
        of_week=_of_week(points, ruleset),
        minutes_a_week=_minutes(found, ruleset),
        supervision=_supervision(lines),
        kinds=tuple(_kind(each) for each in found.kinds) if found else (),
        table=_table(found) if found else None,
        change=_change(path, found, ruleset),
        responsive_percent=shown.plain(found.responsive_percent) if found else "",
        highest_percent=labels.worth(ruleset["responsive_time.max_percent"].value) if found else "",
        responsive=tuple(each.name for each in found.responsive) if found else (),
        beside=tuple(each.name for each in found.beside) if found else (),
        spread=tuple(_spread(line.of.activity) for line in lines if _varies(line.of.activity)),
        week=nat_readings(ruleset),
        net_percent=labels.worth(net.value) if net else "",
        assessment=str(level.value) if level and tier.endswith("0") and found else "",
        why_not="" if found else _why_not(case_type, points),
    )


def _supervision(lines: tuple[tier_account.AccountLine, ...]) -> tuple[str, str, bool] | None:
    found = next((line for line in lines if line.of.id == _SUPERVISION), None)
    return (f"{found.points:.1f}", f"{found.annual:.2f}", found.of.is_published) if found else None


def _why_not(case_type: str, points: rules.DatedValue | None) -> str:
    if points is None:
        return "There were no points for such a case on this date."
    if not points.value:
        return "Such a case scores 0 points, so there are no hours behind it."
    if case_type == "custody":
        return (
            "Points of cases in custody were not reviewed in 2023. Their hours, and the activities they are"
            " based on, are not published."
        )
    return "The hours and activities behind these points are not published."


def _of_week(points: rules.DatedValue | None, ruleset: rules.RuleSet) -> str:
    """Points as a share of a full-time post; empty where there is none."""
    target = ruleset.get("nominal_target.PO")
    if points is None or target is None:
        return ""
    return f"{tier_account.half_up(Fraction(points.hundredths * 100, target.hundredths), 1)}%"


def _minutes(found: tier_account.TierAccount | None, ruleset: rules.RuleSet) -> str:
    """Minutes of case time in an average week."""
    if found is None:
        return ""
    weeks = activities.exact(ruleset["weeks_per_year"])
    return f"{tier_account.half_up(Fraction(found.annual) * 60 / weeks, 0):,}"


_KIND_WORDS = {
    activities.MANDATORY: ("Mandatory activities", "what must be done, on average"),
    activities.RESPONSIVE: ("Responsive activities", "what a case turns out to need"),
    activities.REMAINDER: ("Remainder", "in the published hours; nobody has published what it is for"),
}


def _kind(line: tier_account.AccountLine) -> tuple[str, tables.Value, str]:
    title, meaning = _KIND_WORDS[line.of.kind]
    return (
        title,
        tables.Value(line.points, f"{line.points:,.1f} points"),
        f"{line.annual:,.2f} hours a year: {meaning}",
    )


_COLUMNS = (
    tables.Column("activity", "Activity", "text"),
    tables.Column("points", "Points", "number"),
    tables.Column("annual", "Hours a year", "number"),
    tables.Column("monthly", "Hours a four-week month", "number"),
    tables.Column("minutes", "Minutes each time", "number"),
    tables.Column("times", "Times a year", "number"),
    tables.Column("share", "Share of cases", "number"),
    tables.Column("source", "Source", "text"),
)


def _table(found: tier_account.TierAccount) -> tables.Table:
    total = tables.Row(
        {column.key: tables.Value(None) for column in _COLUMNS}
        | {
            "activity": tables.text("All together"),
            "points": shown.points(Decimal(found.points)),
            "annual": shown.hours(found.annual),
            "monthly": shown.hours(found.monthly),
        }
    )
    caption = f"What the {found.points} points of a {found.case_type} {found.tier} case are for, by activity"
    return tables.Table("activities", caption, list(_COLUMNS), list(map(_row, found.lines)), total)


def _row(line: tier_account.AccountLine) -> tables.Row:
    of, done = line.of, line.of.activity
    href = rule_url(of.values[-1].path) if of.values else ""
    about = "; ".join(filter(None, (shown.part_words(done), done.texts.get("made_of")))) if done else ""
    minutes = done.timings[0].path if done else ""
    return tables.Row(
        {
            "activity": tables.text(upper_first(of.name), note=about),
            "points": shown.points(line.points),
            "annual": shown.hours(line.annual),
            "monthly": shown.hours(line.monthly),
            "minutes": tables.Value(
                None, shown.plain(done.minutes if done else None), rule_url(minutes) if minutes else ""
            ),
            "times": tables.Value(None, shown.plain(of.times_a_year), href if done else ""),
            "share": tables.text("" if of.share is None else f"{shown.plain(of.share * 100)}%"),
            "source": tables.text(upper_first(tier_account.basis(of)), "" if done else href),
        }
    )


def _varies(activity: activities.Activity | None) -> bool:
    return activity is not None and "spread" in activity.texts


def _spread(activity: activities.Activity | None) -> tuple[str, str]:
    assert activity is not None
    return upper_first(activity.name), f"{shown.plain(activity.minutes)} minutes: {activity.texts['spread']}"


def _change(path: str, found: tier_account.TierAccount | None, ruleset: rules.RuleSet) -> TierChange | None:
    """What is known of the change of points on the day since which hours are published."""
    if found is None:
        return None
    hours = activities.published_hours(ruleset, found.case_type, found.tier)
    assert hours is not None
    before = rules.load().parameter(path).at(hours.valid_from - timedelta(days=1))
    if before is None:
        return None
    gained = [
        (line.of.name, line.points, how) for line in found.lines if (how := _counted_before(line, ruleset))
    ]
    moved = Decimal(found.points - before.whole)
    rest = moved - sum((points for _, points, _ in gained), Decimal(0))
    was, now = Decimal(before.whole), Decimal(found.points)
    return TierChange(
        before=before.whole,
        now=found.points,
        difference=labels.signed(moved),
        share=labels.share_words(was, now),
        since=labels.day_words(hours.valid_from),
        gained=tuple((upper_first(name), _tenths(points), how) for name, points, how in gained),
        rest=_tenths(rest),
        of_week_before=_of_week(before, rules_at(hours.valid_from - timedelta(days=1))),
        of_week_now=_of_week(ruleset.get(path), ruleset),
    )


def _tenths(points: Decimal) -> str:
    """Signed points with one decimal, so that a column is seen to add up."""
    return f"{'+' if points >= 0 else '−'}{abs(points):,.1f}"


def _counted_before(line: tier_account.AccountLine, ruleset: rules.RuleSet) -> str:
    """How what is in the points now was counted before; empty where it was in them, or nobody knows."""
    if line.of.kind == activities.RESPONSIVE:
        said = ruleset.get("responsive_time.before")
        return str(said.value) if said else ""
    return line.of.activity.texts.get("before", "") if line.of.activity else ""
