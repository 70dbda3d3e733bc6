"""The published tables as tables, on a day: what stands in them, where each cell is a rule of its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from wmt import rules
from wmt.site import tables
from wmt.site.queries import rules_on_day
from wmt.site.web.rules import labels
from wmt.site.web.rules.presenters import rule_url
from wmt.site.web.units.labels import STATUS_WORDS


@dataclass(frozen=True)
class Published:
    """A table that was published, or that the open code holds: its address, its title and what it is."""

    name: str
    title: str
    about: str
    roots: tuple[str, ...]
    rows: Callable[[rules.RuleSet], list[tables.Row]]
    columns: tuple[tables.Column, ...]

    def at(self, day: date) -> tables.Table:
        columns = [
            tables.Column(c.key, c.head.replace("{day}", labels.day_words(day)), c.kind) for c in self.columns
        ]
        return tables.Table(
            self.name,
            f"{self.title}, {labels.day_words(day)}",
            columns,
            self.rows(rules_on_day.rules_at(day)),
        )


def cell(value: rules.DatedValue | None) -> tables.Value:
    """A rule's value as a cell that leads to it; empty where none is in force."""
    if value is None:
        return tables.Value(None, text="not in force")
    return tables.Value(value.value, text=labels.worth(value.value), href=rule_url(value.path))


def before(value: rules.DatedValue | None, day: date) -> tables.Value:
    """The value before the one in force, as a cell that leads to the same rule."""
    former = rules_on_day.value_before(value.path, day) if value else None
    if former is None:
        return tables.Value(None, text="none before")
    return tables.Value(former.value, text=labels.worth(former.value), href=rule_url(former.path))


def _tier_rows(root: str, *locations: str) -> Callable[[rules.RuleSet], list[tables.Row]]:
    """Rows of the tiers of a table in the order of the scheme, and below them the untiered."""

    def rows(ruleset: rules.RuleSet) -> list[tables.Row]:
        tiers = str(ruleset["tier_schemes.pc16.tiers"].value).split() if len(ruleset) else []
        leaves = [*tiers, "0", *(tier + "S" for tier in tiers)]
        found = []
        for location in locations:
            for leaf in leaves:
                rest = f"pc16.{location}.{leaf}"
                value = ruleset.get(f"{root}.{rest}")
                former = rules_on_day.value_before(value.path, ruleset.day) if value else None
                was, now = labels.number(former), labels.number(value)
                change = labels.difference(was, now)
                tier = "untiered" if leaf == "0" else f"{leaf[:-1]} suspended" if leaf.endswith("S") else leaf
                found.append(
                    tables.Row(
                        {
                            "type": tables.text(location),
                            "tier": tables.Value(leaf, text=tier, href=rule_url(f"{root}.{rest}")),
                            "before": before(value, ruleset.day),
                            "points": cell(value),
                            "difference": tables.Value(change, labels.signed(change)),
                            "share": tables.text(labels.share_words(was, now)),
                            "annual": _cell_or("not published", ruleset, f"annual_hours.{rest}"),
                            "monthly": _cell_or("not published", ruleset, f"monthly_hours.{rest}"),
                        }
                    )
                )
        return found

    return rows


def _cell_or(words: str, ruleset: rules.RuleSet, path: str) -> tables.Value:
    value = ruleset.get(path)
    return cell(value) if value else tables.Value(None, text=words)


_POINTS_COLUMNS = (
    tables.Column("tier", "Tier", "text"),
    tables.Column("before", "Points before", "number"),
    tables.Column("points", "Points on {day}", "number"),
    tables.Column("difference", "Difference", "number"),
    tables.Column("share", "As a percentage", "text"),
)
_HOURS_COLUMNS = (
    tables.Column("annual", "Hours a year", "number"),
    tables.Column("monthly", "Hours a four-week month", "number"),
)


def _contact_rows(ruleset: rules.RuleSet) -> list[tables.Row]:
    by_activity: dict[str, dict[str, str]] = {}
    for code, activity in ruleset.under("cms_activity").items():
        level = str(ruleset[f"cms_level.{code}"].value)
        key = f"{activity.value} {code}" if code.startswith("NGS") else str(activity.value)
        by_activity.setdefault(key, {})[level] = code
    # in the order of the single codes, as they were published; those of group supervision come last
    found = []
    for name, codes in sorted(by_activity.items(), key=lambda item: item[1].get("none", "")):
        values = {"activity": tables.text(name)}
        for level in ("low", "medium", "high"):
            values |= _levelled(level, codes.get(level, ""))
        code = codes.get("none", "")
        points, minutes = ruleset.get(f"cms_points.{code}"), ruleset.get(f"cms_minutes.{code}")
        values |= {
            "code": tables.text(code, rule_url(f"cms_activity.{code}"))
            if code
            else tables.Value("", text="–"),
            "minutes": cell(minutes) if minutes else tables.Value(None, text="–"),
            "points": cell(points),
        }
        found.append(tables.Row(values))
    return found


def _levelled(level: str, code: str) -> dict[str, tables.Value]:
    """What a contact of one of the three levels was worth while there were levels: the first values."""
    if not code:
        return {f"{level}_{part}": tables.Value(None, text="–") for part in ("code", "minutes", "points")}
    tree = rules.load()
    first = {part: tree.parameter(f"cms_{part}.{code}").values[0] for part in ("minutes", "points")}
    return {
        f"{level}_code": tables.text(code, rule_url(f"cms_activity.{code}")),
        f"{level}_minutes": cell(first["minutes"]),
        f"{level}_points": cell(first["points"]),
    }


_CONTACT_COLUMNS = (
    tables.Column("activity", "Activity", "text"),
    *(
        tables.Column(f"{level}_{part}", f"Old {level}: {part}", "text" if part == "code" else "number")
        for level in ("low", "medium", "high")
        for part in ("code", "minutes", "points")
    ),
    tables.Column("code", "Code", "text"),
    tables.Column("minutes", "Minutes on {day}", "number"),
    tables.Column("points", "Points on {day}", "number"),
)


def _report_rows(ruleset: rules.RuleSet) -> list[tables.Row]:
    return [
        tables.Row(
            {
                "report": tables.text(value.description, rule_url(value.path)),
                "before": before(value, ruleset.day),
                "points": cell(value),
                "days": cell(ruleset.get(f"report_window_days.{name}")),
            }
        )
        for name, value in ruleset.under("report_points").items()
    ]


_REASON_FIELDS = ("category", "allowance_percent", "max_percent", "months_to_expiry", "enabled")


def _mark_rows(ruleset: rules.RuleSet) -> list[tables.Row]:
    rows = _records(ruleset, "thresholds", ("meaning", "comparator", *_MARK_FIELDS, "applies_to"))
    for row in rows:
        path = f"thresholds.{row.values['id'].raw}.meaning"
        row.values["standing"] = tables.text(labels.standing(path).capitalize())
        row.values["since"] = tables.text(labels.start_words(ruleset[path]))
    return sorted(rows, key=lambda row: str(row.values["id"].raw).startswith("local"))


_MARK_FIELDS = (
    "percent", "days", "cases_per_fte", "cases_low", "cases", "reports_a_month", "reports_a_week",
    "sessions_a_week", "score_percent", "weeks",
)  # fmt: skip


def _records(ruleset: rules.RuleSet, root: str, fields: Iterable[str]) -> list[tables.Row]:
    listed = tuple(fields)
    return [
        tables.Row(
            {
                "id": tables.Value(record, text=labels.readable(record)),
                **{field: _cell_or("", ruleset, f"{root}.{record}.{field}") for field in listed},
            }
        )
        for record in ruleset.children(root)
    ]


def _grade_rows(ruleset: rules.RuleSet) -> list[tables.Row]:
    return [
        tables.Row(
            {
                "code": tables.text(code, rule_url(value.path)),
                "grade": tables.text(str(value.value)),
                "note": tables.text(value.note or ""),
                "status": tables.text(value.status),
            }
        )
        for code, value in ruleset.under("grade_codes").items()
    ]


def _activity_rows(ruleset: rules.RuleSet) -> list[tables.Row]:
    return [
        tables.Row(
            {
                "activity": tables.text(value.description, rule_url(value.path)),
                "value": tables.text(labels.worth(value.value)),
                "unit": tables.text(value.unit),
                "standing": tables.text(labels.standing(value.path).capitalize()),
                "status": tables.text(STATUS_WORDS[value.status]),
                "note": tables.text(value.note or ""),
            }
        )
        for value in ruleset.under("activity_timings").values()
    ]


def _column(key: str, head: str, kind: tables.Kind = "number") -> tables.Column:
    return tables.Column(key, head, kind)


TABLES = (
    Published(
        "community",
        "Points of community and suspended sentence orders",
        "What one case on a community order or a suspended sentence order is worth in each tier, with the"
        " hours behind it and the points it had before.",
        ("tier_points.pc16.community",),
        _tier_rows("tier_points", "community"),
        (*_POINTS_COLUMNS, *_HOURS_COLUMNS),
    ),
    Published(
        "licence",
        "Points of licence cases",
        "What one case on licence is worth in each tier, with the hours behind it and the points before.",
        ("tier_points.pc16.licence",),
        _tier_rows("tier_points", "licence"),
        (*_POINTS_COLUMNS, *_HOURS_COLUMNS),
    ),
    Published(
        "custody",
        "Points of cases in custody",
        "What one case in custody is worth in each tier. They did not change in 2023, and their hours are not"
        " published.",
        ("tier_points.pc16.custody",),
        _tier_rows("tier_points", "custody"),
        _POINTS_COLUMNS,
    ),
    Published(
        "t2a",
        "Points of transition-to-adulthood (T2A) cases",
        "Young adults in the T2A scheme have a table of their own.",
        ("t2a_points",),
        _tier_rows("t2a_points", "community", "licence", "custody"),
        (_column("type", "Case type", "text"), *_POINTS_COLUMNS),
    ),
    Published(
        "contacts",
        "Case management support (CMS contacts)",
        "What a contact is worth that you record for a colleague's case. Until January 2023 each activity had"
        " three levels with a code each; since then it has one code and one value.",
        ("cms_points", "cms_minutes"),
        _contact_rows,
        _CONTACT_COLUMNS,
    ),
    Published(
        "reports",
        "Reports and assessments",
        "What a report is worth, and for how many days it counts.",
        ("report_points", "report_window_days"),
        _report_rows,
        (
            _column("report", "Report", "text"),
            _column("before", "Points before"),
            _column("points", "Points on {day}"),
            _column("days", "Days it counts"),
        ),
    ),
    Published(
        "reductions",
        "Reasons for a reduction of hours",
        "Why hours may be taken off, how much of the contracted hours a reason takes, and when it ends.",
        ("reduction_reasons",),
        lambda ruleset: _records(ruleset, "reduction_reasons", ("name", *_REASON_FIELDS)),
        (
            _column("name", "Reason", "text"),
            _column("category", "Category", "text"),
            _column("allowance_percent", "Takes off, % of hours"),
            _column("max_percent", "At most, % of hours"),
            _column("months_to_expiry", "Ends after, months"),
            _column("enabled", "Open to new reductions", "text"),
        ),
    ),
    Published(
        "grades",
        "Grade codes",
        "Which grade each code in the case system means. Codes must match exactly.",
        ("grade_codes",),
        _grade_rows,
        (
            _column("code", "Raw code", "code"),
            _column("grade", "Grade", "text"),
            _column("note", "Note", "text"),
            _column("status", "Source", "text"),
        ),
    ),
    Published(
        "thresholds",
        "Thresholds",
        "What figures are compared with, and thresholds of local agreements, which are not in force today.",
        ("thresholds",),
        _mark_rows,
        (
            _column("meaning", "What it says", "text"),
            _column("comparator", "Compared by", "text"),
            _column("percent", "%"),
            _column("days", "Days"),
            _column("cases_per_fte", "Cases per FTE"),
            _column("cases_low", "Cases, from"),
            _column("cases", "Cases"),
            _column("reports_a_month", "Reports a month"),
            _column("reports_a_week", "Reports a week"),
            _column("sessions_a_week", "Sessions a week"),
            _column("score_percent", "Score, %"),
            _column("weeks", "Weeks"),
            _column("applies_to", "About", "text"),
            _column("standing", "Used for", "text"),
            _column("since", "Effective from", "text"),
        ),
    ),
    Published(
        "activities",
        "Activities and their minutes",
        "The times of activities that points are based on. Where the published list is lost, the time is a"
        " default chosen here, and says so. The published points stay what counts.",
        ("activity_timings",),
        _activity_rows,
        (
            _column("activity", "Activity", "text"),
            _column("value", "Minutes, or how often", "text"),
            _column("unit", "Unit", "text"),
            _column("standing", "Used for", "text"),
            _column("status", "Source", "text"),
            _column("note", "Note", "text"),
        ),
    ),
)
BY_NAME = {table.name: table for table in TABLES}
