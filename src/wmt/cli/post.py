"""How a post reads in the terminal: its figure, its lines, and the rules that priced them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from wmt.cli import tables
from wmt.cli.console import capacity, out
from wmt.cli.measure import notes
from wmt.ledger import OMIC, STREAM_NAMES
from wmt.rules import RuleSet
from wmt.text import counted

_WORK = (
    tables.TextColumn("work", "whole"),
    tables.TextColumn("reference", "whole", spare=2),
    tables.TextColumn("what", "text"),
    tables.TextColumn("number", spare=3),
    tables.TextColumn("each", spare=1),
    tables.TextColumn("points"),
    tables.TextColumn("hours\na month"),
    tables.TextColumn("note", "text"),
)
_TIME = (
    tables.TextColumn("time", "whole"),
    tables.TextColumn("reference", "whole", spare=1),
    tables.TextColumn("hours\na week"),
    tables.TextColumn("points"),
    tables.TextColumn("note", "text"),
)
_RULES = (
    tables.TextColumn("rule", "whole"),
    tables.TextColumn("value"),
    tables.TextColumn("unit", "text", spare=1),
    tables.TextColumn("in force\nfrom", "whole"),
    tables.TextColumn("source"),
)


def show_post(found: Mapping[str, Any], ruleset: RuleSet) -> None:
    """A post, its lines and the rules they name, for people."""
    stream = STREAM_NAMES[found["stream"]]
    out.print(f"{found['name']} ({found['code']}, {found['grade']}), {stream}", style="bold", markup=False)
    _show_figure(found)
    if said := notes(found):
        out.print(f"Not of this extract: {said}", style="yellow", markup=False)
    out.print()
    _show_work(found["work"])
    out.print()
    tables.table("Time", _TIME, [
        (line["kind"].replace("_", " "), line["ref"], line["quantity"], line["points"],
         "; ".join(part for part in (line["about"], line["reason"]) if part))
        for line in found["time"]
    ])  # fmt: skip
    out.print()
    rows = [(row["cases"], row["reason"] or "counted") for row in found["reconciliation"]]
    columns = (tables.TextColumn("cases"), tables.TextColumn("why", "text"))
    tables.table("Cases in the case system", columns, [*rows, (found["cases_all"], "all cases")])
    out.print()
    lines = [*found["work"], *found["time"]]
    named = (ruleset.get(path) for path in dict.fromkeys(line["rule"] for line in lines))
    rules = [rule for rule in named if rule is not None]
    sources = list(dict.fromkeys(rule.source for rule in rules))
    tables.table("Rules these lines name", _RULES, [
        (rule.path, Decimal(rule.value) if isinstance(rule.value, int | Decimal) else rule.value,
         rule.unit, rule.valid_from, sources.index(rule.source) + 1)
        for rule in rules
    ])  # fmt: skip
    for number, source in enumerate(sources, start=1):
        out.print(f"Source {number}: {source}", markup=False)
    out.print("`wmt rules show RULE` shows a rule through time and what it means.", markup=False)


def _show_figure(found: Mapping[str, Any]) -> None:
    if found["stream"] == OMIC:
        custody, licence = found["breakdown"]["omic"], found["omic_on_licence"]
        out.print(
            "No capacity: OMiC work is not measured against hours. "
            f"{counted(tables.figure(custody), 'point')} in custody, {tables.figure(licence)} on licence"
        )
        return
    over = ", over the threshold" if found["over_mark"] else ""
    out.print(
        f"{counted(tables.figure(found['points']), 'point')} ÷ "
        f"{counted(tables.figure(found['available']), 'available point')} "
        f"= [bold]{capacity(found['points'], found['available'])}[/]{over}"
    )


def _show_work(lines: Sequence[Mapping[str, Any]]) -> None:
    """Lines of work; how many there are of each is shown where any line stands for more than one."""
    singly = all(line["quantity"] == 1 for line in lines)
    rows: list[tuple[object, ...]] = []
    for line in lines:
        # which report it is, or type and tier of a case
        if line["kind"] == "report":
            described = line["rule"].rpartition(".")[2].replace("_", " ")
        else:
            tier = "untiered" if line["tier"] == "0" else line["tier"] or ""
            if line["suspended"] and line["tier"] != "0":
                tier += "S"
            stream = "" if line["stream"] in (None, "standard") else line["stream"].upper()
            described = " ".join(part for part in (line["location"], tier, stream) if part)
        kind, about = line["kind"].replace("_", " "), line["about"] or described
        number, points = None if singly else line["quantity"], line["points"] if line["counted"] else "–"
        rows.append(
            (kind, line["ref"], about, number, line["each"], points, line["hours_a_month"], line["reason"])
        )
    tables.table("Work", _WORK, rows)
