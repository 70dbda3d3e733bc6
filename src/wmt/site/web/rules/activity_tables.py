"""The activity library, and what the points of each tier are for, as tables beside the published ones."""

from decimal import Decimal
from fractions import Fraction

from django.urls import reverse

from wmt import rules
from wmt.rules import activities, tier_account
from wmt.site import tables
from wmt.site.web.rules import labels
from wmt.site.web.rules.presenters import rule_url
from wmt.site.web.rules.published import Published
from wmt.site.web.units.labels import upper_first

#: What a number of times is counted by, as it follows the number.
PER = {
    "case": "for each case",
    "year": "a year",
    "four-week month": "in four weeks",
    "week": "a week",
    "event": "for each event",
}
_KINDS = {
    activities.MANDATORY: "mandatory",
    activities.RESPONSIVE: "responsive",
    activities.BESIDE: "not in the points",
}


def tier_url(case_type: str, tier: str) -> str:
    """The page of what the points of a tier are for."""
    return reverse("rules-tier", args=[case_type, tier])


def hours(number: Decimal) -> tables.Value:
    """Hours with two decimals, so that a column is seen to add up."""
    return tables.Value(number, f"{number:,.2f}")


def points(number: Decimal) -> tables.Value:
    """Points with one decimal."""
    return tables.Value(number, f"{number:,.1f}")


def plain(number: Fraction | None) -> str:
    """A number with two decimals at most; empty for none."""
    return "" if number is None else labels.plain(tier_account.half_up(number, 2))


def part_words(activity: activities.Activity) -> str:
    """The minutes by part, as people say them; empty where one part is all that is known."""
    if len(activity.parts) < 2:
        return ""
    return ", ".join(f"{plain(each)} {_PARTS.get(part, part)}" for part, each in activity.parts.items())


_PARTS = {
    "prepare": "to prepare",
    "reflect": "to reflect",
    "record": "to record",
    "with_the_person": "with the person",
    "travel": "to travel",
    "other": "for the rest",
}


def _library_rows(ruleset: rules.RuleSet) -> list[tables.Row]:
    review = ruleset.under("activity_review")
    agreed = f"{review['who'].value}, {review['when'].value}" if review else ""
    return [_library_row(each, agreed) for each in activities.library(ruleset).values()]


def _library_row(activity: activities.Activity, agreed: str) -> tables.Row:
    texts = activity.texts
    first = activity.timings[0] if activity.timings else None
    is_published = activities.is_published(activity.timings)
    source = (
        "published" if is_published else "a default, not published" if first else "in the responsive share"
    )
    said = (part_words(activity), texts.get("made_of", ""), texts.get("spread", ""), texts.get("phase", ""))
    return tables.Row(
        {
            "activity": tables.text(upper_first(activity.name), rule_url(f"activities.{activity.id}.name")),
            "kind": tables.text(_KINDS[activity.kind]),
            "minutes": tables.Value(
                None if activity.minutes is None else tier_account.half_up(activity.minutes, 2),
                plain(activity.minutes),
                rule_url(first.path) if first else "",
            ),
            "about": tables.text("; ".join(filter(None, said))),
            "per": tables.text(PER.get(texts.get("per", ""), "")),
            "whom": tables.text(texts.get("whom", "")),
            "source": tables.text(source),
            "agreed": tables.text(agreed if is_published else "nobody yet" if first else ""),
            "since": tables.text(labels.start_words(first) if first else ""),
        }
    )


def _tier_rows(ruleset: rules.RuleSet) -> list[tables.Row]:
    tiers = str(ruleset["tier_schemes.pc16.tiers"].value).split() if len(ruleset) else []
    found = [
        tier_account.account(ruleset, case_type, tier)
        for case_type in activities.CASE_TYPES
        for tier in tiers
    ]
    return [_tier_row(each) for each in found if each is not None]


def _tier_row(found: tier_account.TierAccount) -> tables.Row:
    return tables.Row(
        {
            "tier": tables.text(f"{found.tier}, {found.case_type}", tier_url(found.case_type, found.tier)),
            "points": tables.Value(found.points, f"{found.points:,}"),
            "annual": hours(found.annual),
            **{each.of.kind: hours(each.annual) for each in found.kinds},
            "percent": tables.Value(found.responsive_percent, f"{plain(found.responsive_percent)}%"),
        }
    )


TABLES = (
    Published(
        "tier-activities",
        "What the points of each tier are for",
        "The hours behind the points of each tier: mandatory activities, responsive activities, and the"
        " remainder that nobody published. They add up to the published hours. Select a tier to see its"
        " activities.",
        ("annual_hours", "activity_", "responsive_time"),
        _tier_rows,
        (
            tables.Column("tier", "Tier and type of case", "text"),
            tables.Column("points", "Points", "number"),
            tables.Column("annual", "Hours a year", "number"),
            tables.Column("mandatory", "Mandatory", "number"),
            tables.Column("responsive", "Responsive", "number"),
            tables.Column("remainder", "Remainder, not published", "number"),
            tables.Column("percent", "Responsive, % of mandatory", "number"),
        ),
    ),
    Published(
        "activity-library",
        "Activity library",
        "What is done on cases, how long it takes and for whom. Where the published list is lost, minutes are"
        " a default chosen here, and the table says so.",
        ("activities", "activity_timings", "activity_review"),
        _library_rows,
        (
            tables.Column("activity", "Activity", "text"),
            tables.Column("kind", "Kind", "text"),
            tables.Column("minutes", "Minutes each time", "number"),
            tables.Column("about", "Made of", "text"),
            tables.Column("per", "Counted", "text"),
            tables.Column("whom", "For whom", "text"),
            tables.Column("source", "Minutes are", "text"),
            tables.Column("agreed", "Agreed by", "text"),
            tables.Column("since", "Since", "text"),
        ),
    ),
)
