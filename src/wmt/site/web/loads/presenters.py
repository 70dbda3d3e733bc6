"""Loads as pages show them: plain data with every word made up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Min, QuerySet, Sum
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from wmt.site import tables
from wmt.site.loads.jobs import is_left_waiting, seems_dead
from wmt.site.loads.reports import Cells, remedy
from wmt.site.query_form import FilterForm, OneOf
from wmt.site.web.context import rules_words
from wmt.site.workload.day_format import moment_words
from wmt.site.workload.models import Fault, Load
from wmt.text import counted

LOADS_A_PAGE, FAULTS_A_PAGE = 50, 100
SEVERITIES = ("refuse", "warn")
_STATES = {
    Load.State.WAITING: "Waiting to start",
    Load.State.RUNNING: "In progress",
    Load.State.LOADED: "Loaded",
    Load.State.UNCHANGED: "Already loaded: nothing to do",
    Load.State.REFUSED: "Rejected: the extract has errors",
    Load.State.FAILED: "Failed",
    Load.State.DONE: "Done",
    Load.State.HELD: "Held for a decision",
    Load.State.REJECTED: "Rejected",
}
Item = TypeVar("Item")


@dataclass(frozen=True)
class Progress:
    """How far a load is: its stage in words, per cent, since when, and what to do where it does not move."""

    stage: str
    percent: int
    since: str
    trouble: str


def when(moment: datetime | None) -> str:
    """A moment on the clock of England and Wales."""
    return moment_words(timezone.localtime(moment)) if moment else ""


def state_words(load: Load, shown: int | None) -> str:
    """How far a load got, and whether its figures are the ones that are shown."""
    if load.pk == shown:
        return "Loaded, shown now"
    if load.withdrawn_at is not None and load.state in (Load.State.LOADED, Load.State.UNCHANGED):
        return "Withdrawn"
    if seems_dead(load):
        return "Not responding: the process may have stopped"
    return _STATES[Load.State(load.state)]


def duration(load: Load) -> str:
    if load.started_at is None or load.ended_at is None:
        return ""
    took = load.ended_at - load.started_at
    if took < timedelta(seconds=1):
        return "under a second"
    minutes, seconds = divmod(round(took.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def loads_table(loads: QuerySet[Load], shown: int | None, query: QueryDict) -> tables.Table:
    """The loads, newest first, a page at a time."""
    pager, page = paged(loads, query, LOADS_A_PAGE, "page")
    columns = (
        tables.Column("load", "Load"),
        tables.Column("asked", "Requested", "date"),
        tables.Column("who", "By"),
        tables.Column("files", "Files"),
        tables.Column("as_at", "Data from", "date"),
        tables.Column("state", "Result"),
        tables.Column("posts", "Posts", "count"),
        tables.Column("cases", "Cases", "count"),
        tables.Column("warnings", "Warnings", "count"),
        tables.Column("refusals", "Errors", "count"),
        tables.Column("took", "Took"),
    )
    rows = [_load_row(load, shown) for load in page]
    return tables.Table(
        "loads", "Loads, newest first", columns, rows, pager=pager, empty="Nothing has been loaded yet."
    )


def _load_row(load: Load, shown: int | None) -> tables.Row:
    found = load.night != ""
    return tables.Row(
        {
            "load": tables.Value(load.pk, f"Load {load.pk}", reverse("load", args=[load.pk])),
            "asked": tables.Value(load.asked_at, when(load.asked_at)),
            "who": tables.text(load.who),
            "files": tables.text(", ".join(load.sources)),
            "as_at": tables.Value(load.as_at, when(load.as_at)),
            "state": tables.text(state_words(load, shown)),
            "posts": tables.count(load.posts) if found else tables.Value(None),
            "cases": tables.count(load.cases) if found else tables.Value(None),
            "warnings": tables.count(load.warnings),
            "refusals": tables.count(load.refusals),
            "took": tables.text(duration(load)),
        }
    )


def outcome(load: Load, shown: int | None) -> str:
    if "deed" in load.order:
        return load.message
    if load.pk == shown:
        return f"The extract was loaded and its figures are shown now: {load.message}"
    if load.state == Load.State.LOADED:
        shown_before = "The extract was loaded. Figures from another load are shown now."
        return load.message if "history" in load.message else f"{shown_before} {load.message}"
    if load.state == Load.State.HELD:
        return f"This data is held for a decision. {load.message}"
    if load.state == Load.State.REFUSED:
        these = f"{load.refusals:,} {'errors' if load.refusals != 1 else 'error'}"
        return f"The extract was rejected because of {these}, listed below. {load.message.partition('. ')[2]}"
    return load.message


def progress(load: Load) -> Progress:
    """How far a load that waits or is under way has got."""
    if is_left_waiting(load):
        trouble = (
            "This load has not started. The process that runs loads may have stopped: ask support to start "
            "it (`wmt serve` starts one with the server). It then continues automatically, or this page says "
            "that you must load it again."
        )
    elif seems_dead(load):
        trouble = (
            "This load has not responded for some time and may have stopped. The figures shown have not "
            "changed. Within a minute it will restart, or this page will say that it failed."
        )
    else:
        trouble = ""
    stage = load.stage or ("waiting to start" if load.state == Load.State.WAITING else "starting")
    return Progress(stage.capitalize(), load.percent, when(load.started_at or load.asked_at), trouble)


def facts(load: Load) -> list[tuple[str, str]]:
    """What a load was of, as pairs of a name and words."""
    wish = load.order
    wanted = [
        ("posts with errors are ignored", wish.get("set_aside")),
        ("a correction of data already loaded", wish.get("correction")),
        ("older data is added to the history", wish.get("history")),
        (f"using the rules of {wish.get('rules_date')}", wish.get("rules_date")),
    ]
    pairs = [
        ("Action" if "deed" in wish else "Files", ", ".join(load.sources)),
        ("Reason", wish.get("reason", "")),
        ("Requested by", load.who),
        ("Requested", when(load.asked_at)),
        ("Duration", duration(load)),
        ("Data from", when(load.as_at)),
        ("Points rules", rules_words(load.rules_date, load.night) if load.rules_date else ""),
        ("Local changes to the rules", ", ".join(load.overlays)),
        ("Layout", " · ".join(part for part in (load.layout, load.tier_scheme) if part)),
        ("Options", "; ".join(words for words, is_so in wanted if is_so)),
        (
            "Posts and cases",
            f"{counted(load.posts, 'post')}, {counted(load.cases, 'active case')}" if load.night else "",
        ),
    ]
    return [(name, words) for name, words in pairs if words]


def sheets_table(load: Load) -> tables.Table:
    columns = (tables.Column("sheet", "Sheet or table"), tables.Column("rows", "Rows", "count"),
               tables.Column("orphans", "Rows ignored (no key)", "count"))  # fmt: skip
    rows = [
        tables.Row(
            {
                "sheet": tables.text(name),
                "rows": tables.count(read["rows"]),
                "orphans": tables.count(read["orphan_rows"]),
            }
        )
        for name, read in load.sheets.items()
    ]
    return tables.Table("sheets", "What we read", columns, rows)


def effect(load: Load, severity: str) -> str:
    if severity != "refuse":
        return "Warns"
    return "Posts ignored" if load.night else "Error"


def groups_table(load: Load, query: QueryDict, cells: Cells) -> tables.Table:
    """The faults by kind, those that refuse the input first. Each leads to its own."""
    kinds = load.faults.values("severity", "code").annotate(places=Sum("rows"), first=Min("message"))
    columns = (tables.Column("code", "Type", "code"), tables.Column("severity", "Effect"),
               tables.Column("rows", "Rows", "count"), tables.Column("remedy", "What to do"))  # fmt: skip
    rows = []
    for kind in kinds.order_by("severity", "-places", "code"):
        narrowed = tables.changed(query, code=kind["code"], severity=kind["severity"], page="") + "#faults"
        rows.append(
            tables.Row(
                {
                    "code": tables.text(kind["code"], narrowed),
                    "severity": tables.text(effect(load, kind["severity"])),
                    "rows": tables.count(kind["places"]) if kind["places"] else tables.Value(None),
                    "remedy": tables.text(remedy(kind["code"]) or cells.said(kind["code"], 1, kind["first"])),
                }
            )
        )
    return tables.Table("kinds", "Errors and warnings by type", columns, rows)


def faults_filters(load: Load, query: QueryDict) -> FilterForm:
    """What narrows the list of faults: their type and what they do, of those that there are."""
    codes = load.faults.order_by("code").values_list("code", flat=True).distinct()
    return FilterForm(
        query,
        code=OneOf("Type", [("", "All types"), *((code, code) for code in codes)]),
        severity=OneOf("Effect", [("", "All"), *((each, effect(load, each)) for each in SEVERITIES)]),
    )


def faults_table(
    load: Load, query: QueryDict, filters: FilterForm, cells: Cells, ways: Mapping[str, str]
) -> tables.Table:
    """The faults one by one, those that refuse first, as the filters leave them and a page at a time.

    `ways` lead, by the message of a fault, to where it can be dealt with.
    """
    faults: QuerySet[Fault] = load.faults.order_by("severity", "pk")
    faults = faults.filter(**{name: wanted for name in filters.fields if (wanted := filters.chosen(name))})
    pager, page = paged(faults, query, FAULTS_A_PAGE, "page")
    columns = [tables.Column("fault", "What is wrong, and what to do"), tables.Column("severity", "Effect"),
               tables.Column("code", "Kind", "code"), tables.Column("sheet", "Sheet or table"),
               tables.Column("row", "Row", "number"), tables.Column("column", "Column")]  # fmt: skip
    code = filters.chosen("code")
    caption = f"Errors and warnings of type {code}" if code else "Errors and warnings"
    if any(fault.message in ways for fault in page):
        columns.append(tables.Column("way", "What you can do"))
    rows = []
    for fault in page:
        href = ways.get(fault.message, "")
        rows.append(
            tables.Row(
                {
                    "fault": tables.text(cells.said(fault.code, fault.row, fault.message)),
                    "severity": tables.text(effect(load, fault.severity)),
                    "code": tables.text(fault.code),
                    "sheet": tables.text(fault.sheet or ""),
                    "row": tables.Value(fault.row, str(fault.row) if fault.row is not None else ""),
                    "column": tables.text(fault.column or ""),
                    "way": tables.text("Move these records" if href else "", href),
                }
            )
        )
    return tables.Table("faults", caption, columns, rows, pager=pager, empty="None.")


def aside_table(load: Load, query: QueryDict, cells: Cells) -> tables.Table:
    """Posts that were left out because a fault is confined to them."""
    pager, page = paged(load.set_aside, query, FAULTS_A_PAGE, "aside")
    columns = (tables.Column("post", "Post", "code"), tables.Column("code", "Type", "code"),
               tables.Column("message", "What is wrong"))  # fmt: skip
    rows = [
        tables.Row(
            {
                "post": tables.text(f"{aside['team_code']}:{aside['staff_code']}"),
                "code": tables.text(aside["code"]),
                "message": tables.text(cells.said(aside["code"], 1, aside["message"])),
            }
        )
        for aside in page
    ]
    return tables.Table("aside", "Posts ignored", columns, rows, pager=pager)


def paged(
    items: QuerySet[Any] | Sequence[Item], query: QueryDict, size: int, key: str
) -> tuple[tables.Pager | None, list[Any]]:
    """One page of items as the address asks for it by `key`, and the way to the others, if there are any."""
    total = items.count() if isinstance(items, QuerySet) else len(items)
    if total <= size:
        return None, list(items)
    pages = -(-total // size)
    asked = query.get(key, "")
    page = min(max(int(asked), 1), pages) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    first = (page - 1) * size
    before = tables.changed(query, **{key: str(page - 1)}) if page > 1 else ""
    after = tables.changed(query, **{key: str(page + 1)}) if page < pages else ""
    pager = tables.Pager(page, pages, first + 1, min(first + size, total), total, before, after)
    return pager, list(items[first : first + size])
