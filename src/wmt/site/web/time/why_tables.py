"""The causes of a change as a table and a picture, and the lines behind one of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wmt import ledger
from wmt.days import written
from wmt.ledger.arithmetic import grouped
from wmt.ledger.explain_change import UnitMove, Why
from wmt.site import tables
from wmt.site.accounts.access import visible_to
from wmt.site.accounts.visibility import REASONS_WITHHELD, cases_withheld
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries.movement import moves_of
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.charts.figure import Chart
from wmt.site.web.charts.waterfall import WaterfallStep, fall
from wmt.site.web.time import move_labels
from wmt.site.web.time.why_request import WhyRequest
from wmt.site.web.units import labels
from wmt.text import counted


def capacity_change_x100(found: Why) -> int | None:
    """How far the capacity moved, as shown with two decimals; None where one side has no time."""
    first, last = ledger.capacity_x100(*found.before), ledger.capacity_x100(*found.after)
    return None if first is None or last is None else last - first


def causes(question: UnitRequest, between: WhyRequest, found: Why) -> tables.Table:
    """The causes, the weightiest first; the last row is the whole change."""
    is_omic = question.unit.stream == ledger.OMIC
    title = f"Why {question.unit.name}’s capacity changed"
    title = f"What changed in {labels.in_stream(question.unit)}" if is_omic else title
    rows = [_cause_row(question, moved) for moved in found.causes]
    total = {
        "cause": tables.text("The whole change"),
        "points": tables.signed(found.after.points_x100 - found.before.points_x100),
        "share": tables.percentage_points(capacity_change_x100(found)),
        "available": tables.signed(found.after.available_x100 - found.before.available_x100),
        "number": tables.text(""),
        "lines": tables.count(sum(moved.lines for moved in found.causes)),
    }
    columns = [
        tables.Column("cause", "Cause"),
        tables.Column("points", "Points", "points"),
        tables.Column("share", "Percentage points", "percent", "how much it changed capacity; these add up "
               "to the whole change"),
        tables.Column("available", "Available points", "points", "how much it changed available points"),
        tables.Column("lines", "Items", "count", "the cases, reports, contacts or hours that caused it"),
    ]  # fmt: skip
    return tables.Table(
        "causes",
        f"{title}, {between.words}",
        [column for column in columns if not (is_omic and column.key == "share")],
        rows,
        tables.Row({name: value for name, value in total.items() if name != "number"}) if rows else None,
        empty="Nothing changed between these two dates.",
    )


def _cause_row(question: UnitRequest, moved: UnitMove) -> tables.Row:
    href = tables.changed(question.request.GET, cause=str(moved.cause), page="", sort="", order="")
    return tables.Row(
        {
            "cause": tables.text(cause_title(moved), "" if question.in_full else href),
            "points": tables.signed(moved.points_x100),
            "share": tables.percentage_points(moved.percentage_points_x100),
            "available": tables.signed(moved.available_x100),
            "lines": tables.count(moved.lines),
        }
    )


def cause_title(moved: UnitMove) -> str:
    return moved.words[:1].upper() + moved.words[1:]


def key_figures(
    question: UnitRequest, between: WhyRequest, found: Why
) -> list[tuple[str, tables.Value, str]]:
    over = question.state.over_x100
    until = "now" if between.last is None else written(between.last.day)
    points = found.after.points_x100 - found.before.points_x100
    available = found.after.available_x100 - found.before.available_x100
    # what a change with two decimals is the difference of
    sides = [ledger.capacity_x100(*moment) for moment in (found.before, found.after)]
    if None in sides:
        explained = "percentage points"
    else:
        both = (grouped(ledger.decimal(side) or 0) for side in sides)
        explained = "percentage points, from {}% to {}%".format(*both)
    figures = [
        ("Capacity then", tables.percent(*found.before, over), written(between.first.day)),
        ("Capacity after", tables.percent(*found.after, over), until),
        ("Change", tables.percentage_points(capacity_change_x100(found)), explained),
        (
            "Points",
            tables.signed(points),
            f"{_text(found.before.points_x100)} to {_text(found.after.points_x100)}",
        ),
        (
            "Available points",
            tables.signed(available),
            f"{_text(found.before.available_x100)} to {_text(found.after.available_x100)}",
        ),
    ]
    return figures[-1:] if question.unit.stream == ledger.OMIC else figures


def _text(x100: int) -> str:
    return tables.exact(x100).text


def picture(question: UnitRequest, between: WhyRequest, found: Why) -> Chart | None:
    """The causes as steps: in percentage points, or in points where there is no capacity to compare."""
    in_points = capacity_change_x100(found) is None
    steps = [
        WaterfallStep(
            cause_title(moved),
            (moved.points_x100 if in_points else moved.percentage_points_x100) or 0,
            counted(tables.signed(moved.points_x100).text, "point")
            if in_points
            else tables.percentage_points(moved.percentage_points_x100).text,
            tables.changed(question.request.GET, cause=str(moved.cause), page="", sort="", order=""),
        )
        for moved in found.causes
    ]
    before, after = (
        counted(_text(moment.points_x100), "point") if in_points else ledger.shown_capacity(*moment)
        for moment in (found.before, found.after)
    )
    until = "Now" if between.last is None else written(between.last.day)
    what = "points" if in_points else "percentage points of capacity"
    summary = (
        f"From {before} on {written(between.first.day)} to {after} "
        f"{'now' if between.last is None else 'on ' + until}, in {what}."
    )
    start = (written(between.first.day), before)
    title = f"What changed the capacity of {labels.in_stream(question.unit)}"
    return fall(title, what.capitalize(), summary, start, (until, after), steps)


def lines(question: UnitRequest, between: WhyRequest, found: Why, cause: UnitMove) -> tables.Table:
    """The lines behind one cause: what each was before and is after, what it moved, and the rules."""
    moves = moves_of(found, cause.cause, question.state, question.user, question.unit)
    codes = {move[f"post_{when}"] for move in moves for when in (move_labels.BEFORE, move_labels.AFTER)} - {
        None
    }
    posts = units.of_level(question.state, "post")
    if len(codes) <= 300:
        posts = posts.filter(code__in=codes)
    seen = visible_to(posts, question.user, question.state)
    names = units.names_of(seen)

    def make(move: Mapping[str, Any]) -> tables.Row:
        return tables.Row(_line(question, move, names))

    total = {name: tables.text("") for name in _KEYS} | {
        "ref": tables.text("Sum"),
        "points": tables.signed(cause.points_x100),
        "available": tables.signed(cause.available_x100),
    }
    # what is to be said where references were left out
    kinds = {move["kind"] == "reduction" for move in moves if move["withheld"]}
    return tables.Table(
        "lines",
        f"{cause_title(cause)}: details, {between.words}",
        _columns(question, moves),
        tables.LazyRows(moves, make, lambda move, key: make(move).values[key].raw),
        tables.Row(total),
        [cases_withheld()] * (False in kinds) + [REASONS_WITHHELD] * (True in kinds),
        "There are no details for this cause.",
    )


_KEYS = ("ref", "what", "post", "was", "now", "from", "to", "rule_before", "rule_after")


def _columns(question: UnitRequest, moves: Sequence[Mapping[str, Any]]) -> list[tables.Column]:
    has_time = any(move["available_x100"] for move in moves)
    has_work = not has_time or any(move["points_x100"] for move in moves)
    elsewhere = any(
        move[f"post_{when}"] not in (None, question.unit.code)
        for move in moves
        for when in (move_labels.BEFORE, move_labels.AFTER)
    )
    return [
        tables.Column("ref", "Reference", "code"),
        tables.Column("what", "What"),
        *([] if question.is_post and not elsewhere else [tables.Column("from", "Held by, before"),
                                                         tables.Column("to", "Held by, after")]),
        tables.Column("was", "Before"),
        tables.Column("now", "After"),
        *([tables.Column("points", "Points", "points", "change")] if has_work else []),
        *([tables.Column("available", "Available points", "points", "change")] if has_time else []),
        tables.Column("rule_before", "Rule before"),
        tables.Column("rule_after", "Rule after"),
    ]  # fmt: skip


def _line(
    question: UnitRequest, move: Mapping[str, Any], names: Mapping[str, str]
) -> dict[str, tables.Value]:
    return {
        "ref": tables.text("withheld" if move["withheld"] else move["ref"] or ""),
        "what": tables.text(move_labels.kind_words(move["kind"])),
        "from": _post(question, move[f"post_{move_labels.BEFORE}"], names),
        "to": _post(question, move[f"post_{move_labels.AFTER}"], names),
        "was": tables.text(move_labels.side_words(move, move_labels.BEFORE) or "–"),
        "now": tables.text(move_labels.side_words(move, move_labels.AFTER) or "–"),
        "points": tables.signed(move["points_x100"]),
        "available": tables.signed(move["available_x100"]),
        "rule_before": _rule(question, move, move_labels.BEFORE),
        "rule_after": _rule(question, move, move_labels.AFTER),
    }


def _post(question: UnitRequest, code: str | None, names: Mapping[str, str]) -> tables.Value:
    """Who holds it: by name and with a link as far as who asks may see them, else by code."""
    if not code:
        return tables.text("–")
    if code not in names:
        return tables.text(code)
    return tables.text(names[code], "" if question.in_full else unit_url("post", code), code)


def _rule(question: UnitRequest, move: Mapping[str, Any], when: str) -> tables.Value:
    path = move[f"rule_{when}"]
    if not path:
        return tables.text("–")
    since = move[f"rule_from_{when}"]
    from_day = f"from {written(date.fromisoformat(since))}" if since else ""
    href = "" if question.in_full else labels.rule_href(path, question.request.get_full_path())
    return tables.text(labels.rule_name(path), href, from_day)
