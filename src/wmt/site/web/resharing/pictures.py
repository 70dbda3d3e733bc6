"""Pictures of an answer, each with its table: which team gives how many to which, what fewer moves leave."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from wmt import ledger
from wmt.site import tables
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.web.charts.figure import Chart
from wmt.site.web.charts.flow import FlowBand, flow
from wmt.site.web.charts.frontier import FrontierPoint, frontier
from wmt.site.web.resharing.answer_tables import ShownAnswer
from wmt.text import counted

#: So many teams are drawn on each side; the others together are one. The table has them all.
MOST_TEAMS = 12
_WAITING, _OTHERS = "Nobody", "Other teams"


def tables_of(shown: ShownAnswer) -> dict[str, tables.Table]:
    """The tables of both pictures, by name; a unit of one team has no flow."""
    found = {}
    if flows := _flows(shown):
        found["flows"] = _flow_table(shown, flows)
    if shown.answer.get("frontier"):
        found["frontier"] = _frontier_table(shown.answer)
    return found


def charts_of(shown: ShownAnswer) -> dict[str, Chart | None]:
    """Both pictures."""
    return {"flow": _flow_chart(shown, _flows(shown)), "frontier": _frontier_chart(shown.answer)}


Flows = Mapping[tuple[str, str], tuple[int, int]]


def _flows(shown: ShownAnswer) -> Flows:
    """How many cases, and hundredths of points, go from each team to each, by code ('': nobody held them),
    the most first; nothing of a unit of one team."""
    if shown.unit.level == "team":
        return {}
    cases, points = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for move in shown.answer["moves"]:
        pair = move["giver"].partition(":")[0], move["receiver"].partition(":")[0]
        cases[pair] += move["number"]
        points[pair] += move["points_x100"]
    order = sorted(cases, key=lambda pair: (-cases[pair], pair))
    return {pair: (cases[pair], points[pair]) for pair in order}


def _names(shown: ShownAnswer) -> dict[str, str]:
    teams = units.seen(shown.state, shown.reader, "team").filter(
        **{f"{shown.unit.level}_code": shown.unit.code}
    )
    return {"": _WAITING, **dict(teams.values_list("code", "name"))}


def _flow_table(shown: ShownAnswer, flows: Flows) -> tables.Table:
    names = _names(shown)

    def name(code: str) -> tables.Value:
        return tables.text(names.get(code, code), unit_url("team", code) if code in names and code else "")

    columns = [
        tables.Column("giver", "From team"),
        tables.Column("receiver", "To team"),
        tables.Column("cases", "Cases", "count"),
        tables.Column("points", "Points", "points"),
    ]
    rows = [
        tables.Row({
            "giver": name(giver), "receiver": name(receiver), "cases": tables.count(cases),
            "points": tables.exact(points),
        }) for (giver, receiver), (cases, points) in flows.items()
    ]  # fmt: skip
    return tables.Table("flows", "Moves within and between teams", columns, rows)


def _flow_chart(shown: ShownAnswer, flows: Flows) -> Chart | None:
    if not flows:
        return None
    names, drawn = _names(shown), Counter[tuple[str, str]]()
    sides = [Counter[str](), Counter[str]()]
    for pair, (cases, _) in flows.items():
        for side, code in zip(sides, pair, strict=True):
            side[code] += cases
    kept = [{code for code, _ in side.most_common(MOST_TEAMS)} for side in sides]
    for pair, (cases, _) in flows.items():
        one, two = (
            names.get(code, code) if code in most else _OTHERS for code, most in zip(pair, kept, strict=True)
        )
        drawn[one, two] += cases
    bands = [
        FlowBand(one, two, cases, f"{one} to {two}: {counted(cases, 'case')}")
        for (one, two), cases in sorted(drawn.items(), key=lambda each: (each[0][0] == _OTHERS, -each[1]))
    ]
    between = sum(cases for (one, two), (cases, _) in flows.items() if one != two)
    moved = sum(drawn.values())
    summary = f"{counted(moved, 'case')} would move, {between} of them from one team to another."
    return flow("From which team to which", "Cases", summary, bands)


def _frontier_table(answer: Mapping[str, Any]) -> tables.Table:
    columns = [
        tables.Column("most", "At most so many moves", "count"),
        tables.Column("over", "People over the threshold", "count"),
        tables.Column("points", "Points over the threshold", "points"),
        tables.Column("said", "How good is this?", "words"),
    ]
    rows = [
        tables.Row({
            "most": tables.count(each["most"]), "over": tables.count(each["over"]),
            "points": tables.points(each["points_over_x100"]), "said": tables.text(_said(each)),
        }) for each in answer["frontier"]
    ]  # fmt: skip
    notes = ["Worked out without evenness: fewest people over the threshold, then fewest points over it."]
    return tables.Table("frontier", "What fewer moves would leave", columns, rows, notes=notes)


def _said(each: Mapping[str, Any]) -> str:
    if not each["most"]:
        return "As it is now"
    return "Proved best" if each["proved"] else "The best found"


def _frontier_chart(answer: Mapping[str, Any]) -> Chart | None:
    found = [
        FrontierPoint(
            each["most"], each["points_over_x100"], each["proved"],
            f"{counted(each['most'], 'move')} at most: {counted(each['over'], 'person', 'people')} and "
            f"{tables.exact(each['points_over_x100']).text} points over the threshold",
        ) for each in answer.get("frontier", ())
    ]  # fmt: skip
    if len(found) < 2:
        return None
    first, last = found[0], found[-1]
    over = ledger.decimal(last.left)
    summary = f"Without a move {tables.exact(first.left).text} points are over the threshold; with "
    summary += f"{counted(last.most, 'move')}, {tables.exact(last.left).text if over else 'none'}."
    title = "Moves and what they leave over the threshold"
    axis = "Cases that move, at most"
    return frontier(title, "Points over the threshold", summary, found, axis, by=100)
