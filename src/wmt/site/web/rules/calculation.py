"""The figures of the page in plain words: the measure's own numbers on a day, and a worked example."""

from dataclasses import dataclass
from datetime import date

from wmt.ledger import LineReason, shown_capacity, shown_points
from wmt.rules import RuleSet
from wmt.site.queries.rules_on_day import rules_at
from wmt.site.web.rules.labels import day_words, worth
from wmt.site.web.rules.nat import NatReadings, nat_readings

#: The caseload of the worked example: how many, which table, which tier. The first post of the rules manual.
EXAMPLE = (
    (1, "community", "A3"),
    (4, "community", "B2"),
    (6, "community", "C2"),
    (2, "community", "D1"),
    (1, "community", "0"),
    (1, "licence", "A2"),
    (2, "licence", "B3"),
    (3, "licence", "C3"),
    (5, "custody", "B2"),
    (3, "custody", "C1"),
)

#: Why a case, report or contact earns nothing, in a sentence each.
REASONS = {
    LineReason.WARRANT: "There is a warrant for the person. The case is on your list and scores 0 points.",
    LineReason.OVERDUE: "The order has ended, but the case was not closed. Close it and it will go.",
    LineReason.SUSPENDED_LIFER: "The person has a life sentence and you do not see them for now.",
    LineReason.FILTERED: "The case system does not count the case as active, and does not tell us why.",
    LineReason.DIFFERENCE: "The case system counts more cases than it lists. We show how many.",
    LineReason.UNCOMMENCED: (
        "The work the court ordered has not begun in the case system. It will count then."
    ),
    LineReason.OMIC: (
        "The case belongs to a prison team. Its points are shown separately and are not in yours."
    ),
    LineReason.UNTIERED: "The case has no tier yet. It counts as a case but has no points until it has one.",
    LineReason.SUSPENDED: (
        "You no longer need to see the person, as the last part of the sentence is on hold."
    ),
    LineReason.ZERO_TIER: "This tier scores 0 points for this type of case.",
    LineReason.NO_WEIGHTS: "No one has set points for this kind of tier yet.",
    LineReason.SHOWN_ONLY: "We show it for information. It scores 0 points.",
    LineReason.INSIDE_TIER: "The time for it is in the points of the case, so it is not counted twice.",
    LineReason.OUTSIDE_WINDOW: "It is too long ago, or too far ahead, to count today.",
    LineReason.AHEAD: "Its date is later than the figures. It will count when its day has come.",
    LineReason.UNKNOWN_CODE: "We do not know the code that was used. Check it in the case system.",
    LineReason.COWORKING: "A trainee did it. Its time is in the hours that are taken off for learning.",
    LineReason.UNPAID_ONLY: "It is here only to be counted. The points are those of its case.",
    LineReason.ZERO_CODE: "This kind of support scores 0 points.",
}


@dataclass(frozen=True)
class Work:
    """One row of the example: what there is, what each earns, and the points together, as shown."""

    count: int
    what: str
    each: str
    points: str
    path: str


@dataclass(frozen=True)
class Example:
    """The example worked out: its rows, and the three figures they make."""

    work: tuple[Work, ...]
    points: str
    available: str
    capacity: str
    cases: int


@dataclass(frozen=True)
class Numbers:
    """What the page says in figures, under the rules of a day."""

    day: str
    target: str
    full_time: str
    nat: str
    over: str
    weeks: str
    contact_days: str
    report_days: str
    example: Example | None
    nat_readings: NatReadings | None


def numbers(day: date) -> Numbers | None:
    """The page's figures; None on a day whose rules do not know them yet."""
    ruleset = rules_at(day)
    if "nominal_target.PO" not in ruleset or "tier_points.pc16.community.A3" not in ruleset:
        return None
    days = ruleset["four_week_rule.days"].value
    rows = []
    for count, table, tier in EXAMPLE:
        what = f"{table} case without a tier" if tier == "0" else f"{table} case in tier {tier}"
        rows.append(_work(ruleset, count, _path(table, tier), what))
    rows.append(_work(ruleset, 1, "report_points.sdr", "long court report (SDR)"))
    points, available = example_x100(ruleset)
    return Numbers(
        day=day_words(day),
        target=worth(ruleset["nominal_target.PO"].value),
        full_time=worth(ruleset["full_time_hours.PO"].value),
        nat=worth(ruleset["nat_percent"].value),
        over=worth(ruleset["thresholds.excessive_workload.percent"].value),
        weeks={28: "four"}.get(days, "") if isinstance(days, int) else "",
        contact_days=worth(ruleset["cms_window_days"].value),
        report_days=worth(ruleset["report_window_days.sdr"].value),
        example=Example(
            work=tuple(rows),
            points=_shown(points),
            available=_shown(available),
            capacity=shown_capacity(points, available),
            cases=sum(count for count, _, _ in EXAMPLE),
        ),
        nat_readings=nat_readings(ruleset),
    )


def example_x100(ruleset: RuleSet) -> tuple[int, int]:
    """Points and available points of the example, in hundredths: a full-time post without reductions."""
    cases = sum(count * ruleset[_path(table, tier)].hundredths for count, table, tier in EXAMPLE)
    points = cases + ruleset["report_points.sdr"].hundredths
    return points, ruleset["nominal_target.PO"].hundredths


def _path(table: str, tier: str) -> str:
    return f"tier_points.pc16.{table}.{tier}"


def _work(ruleset: RuleSet, count: int, path: str, what: str) -> Work:
    each = ruleset[path].hundredths
    return Work(count, what, _shown(each), _shown(count * each), path)


def _shown(points_x100: int) -> str:
    return f"{shown_points(points_x100):,}"
