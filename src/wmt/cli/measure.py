"""`wmt measure`: the figures of every post and unit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from wmt.cli import console, engines, files, options
from wmt.cli.inputs import open_input
from wmt.cli.overlays import lay
from wmt.cli.tables import TextColumn, table
from wmt.days import moment_words, written
from wmt.ledger import HEADLINE, LEVELS, OMIC, STREAM_NAMES, caseload, present_total
from wmt.rules import RuleSet

Former = Annotated[
    Path | None, typer.Option("--former", help="Night whose figures posts that are set aside keep.")
]
Top = Annotated[int, typer.Option("--top", min=0, help="Rows of each table, most loaded first; 0: all.")]


def measure(
    paths: options.PathsOrNone = None,
    people: options.People = None,
    rules_date: options.RulesDate = None,
    overlay: options.Overlays = None,
    level: options.Level = None,
    stream: options.Stream = None,
    set_aside: options.SetAside = False,
    former: Former = None,
    top: Top = 0,
    engine: engines.Named = None,
    connection: engines.Connection = None,
    tables: engines.Tables = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """Measure an extract or saved data: points, available points and capacity of every post and unit.

    Tables show sentence management, or the stream asked for; JSON and files hold every stream, a row each.
    """
    files.check_kind(out_file)
    asked = options.chosen_stream(stream)
    wants_all = json or out_file is not None
    levels = options.chosen_levels(level, LEVELS if wants_all else ("region", "nation"))
    overlays = lay(overlay)
    with engines.chosen(engine, connection, tables, paths) as place:
        opened = open_input(place.source, people=people, set_aside=set_aside, former=former, as_json=json)
        ruleset = opened.rule_set(rules_date, overlays)
        ledger = opened.ledger(ruleset, engine=place.engine)
        totals = ledger.totals(levels)
        posts = ledger.totals(LEVELS[:1]) if wants_all else None
    totals = totals if asked is None else totals.filter(stream=asked)
    rows = [present_total(row, over_mark(ruleset)) for row in totals.iter_rows(named=True)]
    if posts is not None:
        found = caseload.caseloads(posts.iter_rows(named=True), levels, caseload.case_marks(ruleset))
        for row in rows:
            row["caseload"] = caseload.presented(found[row["level"], row["code"], row["stream"]])
    if out_file is not None:
        files.write_out(
            out_file, by_level(rows, levels) if out_file.suffix.lower() == ".xlsx" else {"all": rows}
        )
    if json:
        files.print_json(rows)
        return
    for at in reversed(levels):
        here = [row for row in rows if (row["level"], row["stream"]) == (at, asked or HEADLINE)]
        show_totals(at, here, top, stream_title(at, asked or HEADLINE))
    say_what_stands_behind(rows, ruleset, opened.facts.as_at)
    if out_file is not None:
        console.out.print(f"Written to {out_file}", markup=False)


def over_mark(ruleset: RuleSet) -> int:
    """The mark of excessive workload, in hundredths of a per cent."""
    return ruleset["thresholds.excessive_workload.percent"].hundredths


def by_level(rows: Sequence[dict[str, Any]], levels: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Rows apart by level, widest level first: a sheet each."""
    return {at: [row for row in rows if row["level"] == at] for at in reversed(levels)}


_COLUMNS = (
    TextColumn("code", "whole"),
    TextColumn("name", "text"),
    TextColumn("grade", "whole", spare=1),
    TextColumn("capacity"),
    TextColumn("", "whole"),
    TextColumn("points"),
    TextColumn("available"),
    TextColumn("cases", spare=3),
    TextColumn("all\ncases", spare=2),
    TextColumn("posts,\nno time", spare=4),
    TextColumn("notes", "text"),
)


def stream_title(level: str, stream: str) -> str:
    """What a level is called over a table of one stream."""
    return f"{level_title(level)}: {STREAM_NAMES[stream]}"


def level_title(level: str) -> str:
    """What a level is called over a table."""
    return level.upper() if level == "pdu" else level.capitalize()


def show_totals(level: str, rows: Sequence[dict[str, Any]], top: int = 0, title: str | None = None) -> None:
    """A table of one level, most loaded first; units that nobody has time for come last."""
    ranked = sorted(rows, key=lambda row: (row["capacity"] is None, -(row["capacity"] or 0), row["code"]))
    listed = ranked[:top] if top else ranked
    cells: list[tuple[object, ...]] = []
    for row in listed:
        capacity, over = "–", ""
        if row["stream"] != OMIC:  # OMiC work is not measured against hours
            capacity = console.capacity(row["points"], row["available"]) if row["available"] else "no time"
            over = "over" if row["over_mark"] else ""
        timeless = (row["posts_without_time"] or None) if row["level"] != "post" else None
        cells.append(
            (
                row["code"], row["name"], row["grade"] or "", capacity, over, row["points"],
                row["available"], row["cases"], row["cases_all"], timeless, notes(row),
            )
        )  # fmt: skip
    table(title or level_title(level), _COLUMNS, cells)
    if len(listed) < len(ranked):
        console.out.print(f"({len(ranked) - len(listed):,} more; --top 0 shows all)")
    console.out.print()


def notes(row: Mapping[str, Any]) -> str:
    """What a reader must know beside the figure."""
    said = []
    is_post = row["level"] == "post"
    if row["stale_posts"]:
        since = f"stale since {row['stale_since']:%d %b %Y}"
        said.append(since if is_post else f"{row['stale_posts']:,} {since}")
    if row["unmeasured_posts"]:
        said.append("not measured" if is_post else f"{row['unmeasured_posts']:,} not measured")
    return "; ".join(said)


def say_what_stands_behind(rows: Sequence[dict[str, Any]], ruleset: RuleSet, as_at: datetime) -> None:
    """The moment, the rules and the sentence that belongs to every figure."""
    laid = f", with {', '.join(ruleset.overlays)} laid over" if ruleset.overlays else ""
    console.out.print(f"Data from {moment_words(as_at)}. Points rules of {written(ruleset.day)}{laid}.")
    console.out.print("Use capacity to balance work, not to judge people.")
    if any(row["unmeasured_posts"] or row["stale_posts"] for row in rows):
        console.complain("some posts do not stand on this extract; the notes say which totals contain them")
