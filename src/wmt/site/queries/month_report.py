"""The monthly report of a unit: the tables of a month, each from the room that has its figures.

It is printed and passed on, so it has no names of people, no case and no reason: figures, causes and counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from wmt import ledger
from wmt.agreements.states import shown
from wmt.data_quality.sums import sums_by
from wmt.days import written
from wmt.history import History
from wmt.history.distribution import band_headings, in_bands
from wmt.nights import NightError
from wmt.site import tables
from wmt.site.agreements import in_force
from wmt.site.figures import units
from wmt.site.queries import agreements, data_quality, month_records, movement, periods
from wmt.site.queries.report_month import ReportMonth, counted_words, standing_words
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_AMOUNTS = ("points_x100", "available_x100")


@dataclass(frozen=True)
class MonthReport:
    """The report of a unit for a month: `tables` by their names in the order of the page.

    `people` are the posts whose capacity the picture of the spread is drawn from.
    """

    unit: Unit
    state: State
    month: ReportMonth
    tables: dict[str, tables.Table]
    people: Sequence[Unit] = field(repr=False, default=())

    @property
    def title(self) -> str:
        return f"{self.unit.name}: {self.month.words}"

    @property
    def notes(self) -> list[str]:
        """What has to be known before the figures."""
        month = self.month
        said = (standing_words(month), counted_words(month), month.corrected, month.no_before)
        return [each for each in said if each]


def report_of(state: State, unit: Unit, month: ReportMonth, past: History) -> MonthReport:
    """The report of a unit above the posts. Raises HistoryError where the history is damaged."""
    people = list(units.below(state, unit, "post").only("level", "code", "stream", *_AMOUNTS))
    made = [
        _streams(state, unit, month, past),
        _spread(unit, month, past, people),
        _causes(state, unit, month),
        _duties(state, unit, month),
        _moves(state, unit, month),
        _plans(state, unit, month),
        _agreements(state, unit),
        _quality(state, unit),
    ]
    return MonthReport(unit, state, month, {table.name: table for table in made}, people)


def _heads(month: ReportMonth) -> tuple[str, str]:
    """The two days of the report, as heads of columns have them."""
    early = f"{month.before.day:%-d %b %Y}" if month.before else "a month before"
    return early, f"{month.until:%-d %b %Y}"


# ---- figures -----------------------------------------------------------------------------------------------


def _streams(state: State, unit: Unit, month: ReportMonth, past: History) -> tables.Table:
    before, now = _heads(month)
    columns = [tables.Column("stream", "Stream")]
    kinds: tuple[tuple[str, str, tables.Kind], ...] = (
        ("capacity", "Capacity", "percent"), ("points", "Points", "points"),
        ("available", "Available points", "points"), ("cases", "Active cases", "count"),
    )  # fmt: skip
    for key, head, kind in kinds:
        columns.append(tables.Column(f"{key}_before", f"{head}, {before}", kind))
        columns.append(tables.Column(key, f"{head}, {now}", kind))
    rows, parts = [], units.streams(state, unit)
    for stream, part in parts.items():
        early = _then(unit, stream, month, past)
        values = {"stream": tables.text(ledger.STREAM_NAMES[stream]), **_figures(part, stream, state)}
        values |= {
            f"{key}_before": value
            for key, value in (_figures(early, stream, state) if early else _nothing()).items()
        }
        rows.append(tables.Row(values))
    caption, said = f"Figures by stream, {written(month.until)}", "Streams are separate and never added."
    notes = [f"{said} OMiC has no capacity." if ledger.OMIC in parts else said] if len(rows) > 1 else []
    return tables.Table("streams", caption, columns, rows, notes=notes)


def _then(unit: Unit, stream: str, month: ReportMonth, past: History) -> Unit | None:
    """The figures of a stream a month before; None where there are none."""
    if month.before is None:
        return None
    day = month.before.day
    for row in periods.series_of(past, unit.level, unit.code, day, day, stream=stream).iter_rows(named=True):
        return Unit(stream=stream, **{name: row[name] or 0 for name in (*_AMOUNTS, "cases")})
    return None


def _figures(part: Unit, stream: str, state: State) -> dict[str, tables.Value]:
    moment = (part.points_x100, part.available_x100)
    is_omic = stream == ledger.OMIC
    return {
        "capacity": tables.Value(None, "–") if is_omic else tables.percent(*moment, state.over_x100),
        "points": tables.Value(None, "–") if is_omic else tables.points(part.points_x100),
        "available": tables.points(part.available_x100),
        "cases": tables.Value(None, "–") if is_omic else tables.count(part.cases),
    }


def _nothing() -> dict[str, tables.Value]:
    return dict.fromkeys(("capacity", "points", "available", "cases"), tables.Value(None, "no data"))


def _spread(unit: Unit, month: ReportMonth, past: History, people: Sequence[Unit]) -> tables.Table:
    """How many posts lie in each band of capacity, a month before and now: one person may have several."""
    before, now = _heads(month)
    rows: list[tables.Row] = []
    if unit.stream != ledger.OMIC:
        after = _banded([(each.points_x100, each.available_x100) for each in people])
        early = None if month.before is None else _banded(_people_then(unit, month.before.day, past))
        for key, words in (*band_headings(), ("no_time", "No available hours")):
            rows.append(
                tables.Row(
                    {
                        "band": tables.text(words[:1].upper() + words[1:]),
                        "before": tables.count(early[key]) if early else tables.Value(None, "no data"),
                        "now": tables.count(after[key]),
                    }
                )
            )
    columns = [
        tables.Column("band", "Capacity"),
        tables.Column("before", f"Posts, {before}", "count"),
        tables.Column("now", f"Posts, {now}", "count"),
    ]
    empty = "OMiC has no capacity, so there is no spread to show."
    return tables.Table("spread", "How capacity is spread over posts", columns, rows, empty=empty)


def _people_then(unit: Unit, day: date, past: History) -> list[tuple[int, int]]:
    columns = ("code", "day", *_AMOUNTS)
    found = past.below(unit.level, unit.code, "post", day, day, unit.stream, columns)
    return list(found.select(_AMOUNTS).iter_rows())


def _banded(amounts: Sequence[tuple[int, int]]) -> dict[str, int]:
    frame = pl.DataFrame(amounts, dict.fromkeys(_AMOUNTS, pl.Int64), orient="row")
    return in_bands(frame).sum().row(0, named=True)


def _causes(state: State, unit: Unit, month: ReportMonth) -> tables.Table:
    """Why the figure moved over the month: the causes add up to the whole change."""
    is_omic = unit.stream == ledger.OMIC
    columns = [
        tables.Column("cause", "Cause"),
        tables.Column("points", "Points", "points"),
        *([] if is_omic else [tables.Column("share", "Percentage points", "percent")]),
        tables.Column("available", "Available points", "points"),
        tables.Column("lines", "Items", "count"),
    ]
    title, empty = "What changed", "Nothing changed."
    if month.before is None:
        return tables.Table("causes", title, columns, [], empty=month.no_before)
    title = f"{title} from {written(month.before.day)} to {written(month.until)}"
    try:
        found = movement.why_between(state, unit, month.before, None)
    except NightError:
        return tables.Table("causes", title, columns, [], empty="The saved data cannot be read.")
    rows = [
        tables.Row(
            {
                "cause": tables.text(each.words[:1].upper() + each.words[1:]),
                "points": tables.signed(each.points_x100),
                "share": tables.percentage_points(each.percentage_points_x100),
                "available": tables.signed(each.available_x100),
                "lines": tables.count(each.lines),
            }
        )
        for each in found.causes
    ]
    sides = [ledger.capacity_x100(*moment) for moment in (found.before, found.after)]
    moved = None if None in sides else (sides[1] or 0) - (sides[0] or 0)
    total = tables.Row(
        {
            "cause": tables.text("The whole change"),
            "points": tables.signed(found.after.points_x100 - found.before.points_x100),
            "share": tables.percentage_points(moved),
            "available": tables.signed(found.after.available_x100 - found.before.available_x100),
            "lines": tables.count(sum(each.lines for each in found.causes)),
        }
    )
    return tables.Table("causes", title, columns, rows, total if rows else None, empty=empty)


# ---- counts ------------------------------------------------------------------------------------------------


def _counted(
    name: str, caption: str, rows: Sequence[tuple[str, int]], empty: str = "", note: str = ""
) -> tables.Table:
    columns = [tables.Column("what", "What happened"), tables.Column("number", "Number", "count")]
    made = [tables.Row({"what": tables.text(what), "number": tables.count(n)}) for what, n in rows]
    return tables.Table(
        name, caption, columns, [] if empty else made, notes=[note] if note and not empty else [], empty=empty
    )


def _nothing_yet(what: str, month: ReportMonth, *, known: bool) -> str:
    """That a thing had never been recorded by then: a nought would say that it was looked at."""
    return "" if known else f"No {what} had been recorded in this tool by {written(month.last)}."


def _duties(state: State, unit: Unit, month: ReportMonth) -> tables.Table:
    found = month_records.duties_of(unit, state, month.first, month.last)
    rows = [
        ("Opened, or opened again", found.opened), ("Closed", found.closed),
        ("Deadlines met", found.met), ("Met after the deadline", found.met_late),
        ("Deadlines missed", found.overdue),
    ]  # fmt: skip
    empty = _nothing_yet("excessive workload action", month, known=month_records.knows_duties(month.last))
    return _counted("duties", "Excessive workload actions", rows, empty)


def _moves(state: State, unit: Unit, month: ReportMonth) -> tables.Table:
    found = month_records.moves_of(unit, state, month.first, month.last)
    changed = month_records.kind_changes_of(unit, state, month.first, month.last)
    rows = [
        ("First allocations", found.allocated), ("Re-allocated within the unit", found.within),
        ("Taken from other units", found.came), ("Given up to other units", found.given_up),
        ("Allocations undone", found.undone), ("Changes of tier or type", changed),
    ]  # fmt: skip
    if unit.level == units.NATION:
        rows = [row for row in rows if not row[0].endswith("other units")]
    empty = _nothing_yet("allocation", month, known=month_records.knows_moves(month.last))
    return _counted("moves", "Cases moved", rows, empty, "Only what was recorded in this tool.")


def _plans(state: State, unit: Unit, month: ReportMonth) -> tables.Table:
    found = month_records.plans_of(unit, state, month.first, month.last)
    rows = [("Plans applied", found.plans), ("Steps applied", found.steps), ("Steps undone", found.put_back)]
    empty = _nothing_yet("applied plan", month, known=month_records.knows_plans(month.last))
    return _counted("plans", "Plans applied", rows, empty)


def _agreements(state: State, unit: Unit) -> tables.Table:
    """The states of the agreements that the unit goes by, in force and in shadow."""
    columns = [
        tables.Column("agreement", "Agreement"),
        tables.Column("measure", "What is measured"),
        tables.Column("value", "Value"),
        tables.Column("state", "State"),
    ]
    rows, empty = [], "No agreement that is switched on here measures a unit of this kind."
    try:
        found = agreements.findings_of(state, in_force.on_day(unit, state), [unit])
    except NightError:
        found, empty = [], "The saved data cannot be read."
    for each in found:
        name = f"{each.row.name} (in shadow)" if each.in_shadow else each.row.name
        value = f"{shown(each.found.value)} {each.found.measure.unit}".strip()
        rows.append(
            tables.Row(
                {
                    "agreement": tables.text(name),
                    "measure": tables.text(each.found.measure.name),
                    "value": tables.text("not known" if each.found.value is None else value),
                    "state": tables.text(agreements.state_words(each.found)),
                }
            )
        )
    return tables.Table("agreements", "Local agreements", columns, rows, empty=empty)


def _quality(state: State, unit: Unit) -> tables.Table:
    """How many records there are to put right, by kind."""
    columns = [
        tables.Column("kind", "Kind of record", "words"),
        tables.Column("records", "Records", "count"),
    ]
    records = data_quality.records_of(state, unit)
    if records.found is None:
        empty = "This data has no list of records to put right."
        return tables.Table("records", "Records to put right", columns, [], empty=empty)
    sums = sums_by(records.listed, "kind")
    rows = [
        tables.Row({"kind": tables.text(rule.name), "records": tables.count(sums[kind].findings)})
        for kind, rule in records.kinds.items()
        if kind in sums
    ]
    return tables.Table(
        "records", "Records to put right", columns, rows, empty="There are no records to put right."
    )
