"""What changed for A cases on 6 January 2023, as plain data: what was published, and what nobody knows."""

from dataclasses import dataclass
from datetime import date

from wmt.rules import activities
from wmt.site import tables
from wmt.site.queries.rules_on_day import rules_at
from wmt.site.web.rules import activity_tables as shown
from wmt.site.web.rules import tier_page
from wmt.site.web.rules.labels import worth

#: The first day of the new points, and so of the hours behind them.
CHANGED = date(2023, 1, 6)
_TIERS = ("A3", "A2", "A1", "A0")


@dataclass(frozen=True)
class ACases:
    """The page: tiers before and since, the change of one tier of each type, and what was published of it."""

    table: tables.Table
    examples: tuple[tier_page.TierPage, ...]
    review: dict[str, str]
    highest: str


def a_cases() -> ACases:
    """Everything the page says; the rules of the first day of the new points."""
    ruleset = rules_at(CHANGED)
    pages = [
        page
        for case_type in activities.CASE_TYPES
        for tier in _TIERS
        if (page := tier_page.tier_page(case_type, tier, CHANGED)) and page.change
    ]
    return ACases(
        table=_table(pages),
        examples=tuple(page for page in pages if page.tier == _TIERS[0]),
        review={name: str(value.value) for name, value in ruleset.under("activity_review").items()},
        highest=worth(ruleset["responsive_time.max_percent"].value),
    )


_COLUMNS = (
    tables.Column("tier", "Tier and type of case", "text"),
    tables.Column("before", "Points before", "number"),
    tables.Column("now", "Points since", "number"),
    tables.Column("difference", "Difference", "number"),
    tables.Column("share", "As a percentage", "number"),
    tables.Column("week_before", "Of a full-time post before", "number"),
    tables.Column("week_now", "Of a full-time post since", "number"),
    tables.Column("hours", "Hours a year since", "number"),
    tables.Column("supervision", "Hours of planned supervision", "number"),
)


def _table(pages: list[tier_page.TierPage]) -> tables.Table:
    caption = "A cases before and since 6 January 2023"
    notes = ["The hours behind the points before 6 January 2023 were not published."]
    return tables.Table("a-cases", caption, list(_COLUMNS), [_row(page) for page in pages], notes=notes)


def _row(page: tier_page.TierPage) -> tables.Row:
    change = page.change
    assert change is not None
    _, hours, is_published = page.supervision or ("", "", True)
    shown_figures = {
        "before": f"{change.before:,}",
        "now": f"{change.now:,}",
        "difference": change.difference,
        "share": change.share,
        "week_before": change.of_week_before,
        "week_now": change.of_week_now,
        "hours": page.annual,
        "supervision": hours if is_published else f"{hours} (a default)",
    }
    figures = {key: tables.Value(None, said) for key, said in shown_figures.items()}
    tier = tables.text(f"{page.tier}, {page.case_type}", shown.tier_url(page.case_type, page.tier))
    return tables.Row({"tier": tier, **figures})
