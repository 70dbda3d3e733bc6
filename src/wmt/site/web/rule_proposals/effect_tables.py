"""The tables of what would change: figures, causes, the spread over people, units below, who crosses over."""

from collections.abc import Callable, Iterable, Sequence

from wmt import ledger
from wmt.ledger.rule_effect import RuleCause
from wmt.site import tables
from wmt.site.queries import rule_effects
from wmt.site.workload.models import Unit
from wmt.text import counted

_KINDS = {
    "contracted_hours": "Contracted hours", "reduction": "Reductions of hours", "report": "Reports",
    "contact": "Case management support (CMS)", "iom": "IOM cases", "unpaid_work": "Unpaid work",
}  # fmt: skip


def figures(effect: rule_effects.UnitEffect, stream: str) -> Sequence[tuple[str, str, str, str]]:
    """What, before, after and the difference, as people read them."""
    was, then = effect.before, effect.after
    moved = rule_effects.UnitMoments(was, then).percentage_points_x100
    is_measured = stream != ledger.OMIC
    capacity = [
        (
            "Capacity", ledger.shown_capacity(*was), ledger.shown_capacity(*then),
            f"{tables.percentage_points(moved).text} percentage points" if moved is not None else "",
        )
    ]  # fmt: skip
    return [
        *(capacity if is_measured else []),
        ("Points", *_points(was.points_x100, then.points_x100)),
        ("Available points", *_points(was.available_x100, then.available_x100)),
    ]


def _points(was: int, then: int) -> tuple[str, str, str]:
    shown = [tables.points(each).text for each in (was, then)]
    share = f", {signed((then - was) * 10_000 // was)}%" if was > 0 and then != was else ""
    return shown[0], shown[1], f"{signed(then - was)}{share}"


def signed(x100: int) -> str:
    """Hundredths with their sign, as far as they have decimals."""
    text = tables.exact(x100).text
    return f"+{text}" if x100 > 0 else text


def thresholds(effect: rule_effects.UnitEffect) -> tuple[str, str]:
    """The thresholds of both rules: '110%'."""
    before, after = effect.marks_x100
    return f"{tables.exact(before).text}%", f"{tables.exact(after).text}%"


def _difference(x100: int | None) -> tables.Value:
    return tables.Value(ledger.decimal(x100), "" if x100 is None else signed(x100))


def cause_words(cause: RuleCause) -> str:
    """What the lines of a cause are of."""
    return alike_words(cause.kind, cause.component, cause.tier, is_suspended=cause.suspended)


def alike_words(kind: str, component: str, tier: str, *, is_suspended: bool) -> str:
    """What lines alike are of: 'Community cases in tier C2', 'Reports', 'Contracted hours'."""
    if kind == "case":
        tier = "untiered" if tier == "0" else tier
        suspended = ", suspended" if is_suspended else ""
        component = "T2A" if component == "t2a" else component.capitalize()
        return f"{component} cases in tier {tier}{suspended}" if tier else f"{component} cases"
    return _KINDS.get(kind, kind.replace("_", " ").capitalize())


def causes(effect: rule_effects.UnitEffect) -> tables.Table:
    """Why the figure differs; the rows add up to the difference."""
    columns = [
        tables.Column("what", "What is worth another amount"),
        tables.Column("points", "Points", "points"),
        tables.Column("available", "Available points", "points"),
        tables.Column("share", "Percentage points", "number"),
    ]
    found = effect.causes
    rows = [
        tables.Row(
            {
                "what": tables.text(cause_words(each)),
                "points": _difference(each.points_x100),
                "available": _difference(each.available_x100),
                "share": tables.percentage_points(each.percentage_points_x100),
            }
        )
        for each in found
    ]
    moved = rule_effects.UnitMoments(effect.before, effect.after).percentage_points_x100
    total = tables.Row(
        {
            "what": tables.text("All together"),
            "points": _difference(sum(each.points_x100 for each in found)),
            "available": _difference(sum(each.available_x100 for each in found)),
            "share": tables.percentage_points(moved),
        }
    )
    empty = "Nothing here is worth another amount under these rules."
    notes = ["These rows add up to the whole difference: nothing is left over."] if rows else []
    return tables.Table("causes", "Why it would change", columns, rows, total, notes, empty, "causes-")


def spread(effect: rule_effects.UnitEffect) -> tables.Table:
    """How many people the change moves by how much."""
    columns = [tables.Column("moved", "Capacity moves by"), tables.Column("people", "People", "count")]
    half = len(rule_effects.BANDS) // 2
    down = [f"{counted(-edge, 'percentage point')} down or more" for edge in rule_effects.BANDS[:half]]
    up = [f"{counted(edge, 'percentage point')} up or more" for edge in rule_effects.BANDS[half:]]
    heads = [*down, "Less than 1 percentage point either way", *up]
    rows = [
        tables.Row({"moved": tables.text(head), "people": tables.count(number)})
        for head, number in zip(heads, effect.spread(), strict=True)
    ]
    note = "Each person is in one row: the furthest that fits. People without available hours are in none."
    return tables.Table("spread", "How far people’s capacity would move", columns, rows, notes=[note])


def below(
    effect: rule_effects.UnitEffect, level: str, listed: Iterable[Unit], href: Callable[[Unit], str]
) -> tables.Table:
    """The units below, each before and after."""
    found = effect.below(level)
    rows = [
        _row(unit, found[unit.code], effect.marks_x100, href(unit)) for unit in listed if unit.code in found
    ]
    title = {"post": "Practitioners", "team": "Teams", "pdu": "PDUs", "region": "Regions"}[level]
    return tables.Table("below", f"{title} before and after", _COLUMNS, rows, prefix="below-")


def crossing(effect: rule_effects.UnitEffect, listed: Iterable[Unit]) -> tables.Table:
    """The people who would be over the mark and are not, and those who are and would not be."""
    found = effect.below("post")
    rows = [_row(unit, found[unit.code], effect.marks_x100, "") for unit in listed]
    empty = "Nobody here would cross the threshold."
    return tables.Table(
        "crossing", "Who would cross the threshold", _COLUMNS, rows, empty=empty, prefix="crossing-"
    )


_COLUMNS = (
    tables.Column("name", "Name"),
    tables.Column("before", "Before", "percent"),
    tables.Column("after", "After", "percent"),
    tables.Column("moved", "Percentage points", "number"),
    tables.Column("points", "Points before", "points"),
    tables.Column("then", "Points after", "points"),
)


def _row(unit: Unit, moments: rule_effects.UnitMoments, marks_x100: tuple[int, int], href: str) -> tables.Row:
    was, then = moments
    over_before, over_after = marks_x100
    stream = unit.stream
    is_measured = stream != ledger.OMIC
    return tables.Row(
        {
            "name": tables.text(unit.name, href),
            "before": tables.capacity(*was, over_before, stream),
            "after": tables.capacity(*then, over_after, stream),
            "moved": tables.percentage_points(moments.percentage_points_x100 if is_measured else None),
            "points": tables.points(was.points_x100),
            "then": tables.points(then.points_x100),
        },
        unit.level,
        unit.code,
    )
