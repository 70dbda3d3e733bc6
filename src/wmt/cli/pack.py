"""`wmt pack`: the monthly report of a unit in the site of this home. Django is imported when it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wmt.cli import console, files, options, pack_tables, staffing_pack, unit_codes
from wmt.cli.people import site

if TYPE_CHECKING:
    from wmt.history import History
    from wmt.site.queries.month_report import MonthReport
    from wmt.site.workload.state import State

Code = Annotated[str, typer.Argument(metavar="UNIT", help="A team, PDU or region by its code, or nation.")]
Month = Annotated[
    str | None,
    typer.Option("--month", metavar="YYYY-MM", help="Without: the last month that has ended and has data."),
]
Folder = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Write the tables there as an Excel file, a sheet each."),
]
Staffing = Annotated[
    bool,
    typer.Option("--staffing", help="The staffing pack of the figures shown, of a PDU, a region or nation."),
]
_LEVELS = ("team", "pdu", "region", "nation")
#: So many seconds the figures of a night may take to be fetched while a load is under way.
_PATIENCE = 600


def pack(
    code: Code,
    month: Month = None,
    staffing: Staffing = False,
    level: unit_codes.Level = None,
    out_folder: Folder = None,
    json: options.Json = False,
) -> None:
    """Make the monthly report of a unit in the site of WMT_HOME: figures, causes, counts and states."""
    unit_codes.check_level(level)
    if out_folder is not None and out_folder.exists() and not out_folder.is_dir():
        raise console.RefusedInput(f"--out {out_folder}: that is a file; name a folder")
    if staffing:
        if month is not None:
            raise console.RefusedInput("--staffing is of the figures shown: leave --month out")
        staffing_pack.make(code, level, out_folder, json=json)
        return
    with site():
        made = _report(code, level, month)
    told = _plain(made)
    if out_folder is not None:
        path = out_folder / f"wmt-monthly-report-{_file_words(made)}.xlsx"
        notes = {"notes": [{"note": note} for note in made.notes]} if made.notes else {}
        files.write_out(path, notes | {name: pack_tables.rows(table) for name, table in made.tables.items()})
        if not json:
            console.out.print(f"Written to {path}", markup=False, soft_wrap=True)
    if json:
        files.print_json(told)
    elif out_folder is None:
        _tell(made)


def _report(code: str, level: str | None, wanted: str | None) -> "MonthReport":
    from wmt.cli.allocate import state_shown
    from wmt.history import HistoryError
    from wmt.nights import NightError
    from wmt.site.queries import histories, month_report, report_month

    now = state_shown()
    try:
        past = histories.history_for_nobody()
        first = _month(wanted, past, now)
        with _state_of(first, past, now) as state:
            unit = unit_codes.unit_shown(state, code, level, _LEVELS, there="in the figures of then")
            found = report_month.month_of(state, past)
            if found is None:
                raise console.RefusedInput(report_month.none_words(past, first))
            return month_report.report_of(state, unit, found, past)
    except (HistoryError, NightError) as fault:
        raise console.Failure(str(fault)) from None


def _month(wanted: str | None, past: "History", now: "State") -> date:
    from wmt.site.queries import report_month

    if wanted is None:
        return report_month.usual(past, now.day)
    first = report_month.read(wanted)
    if first is None:
        raise console.RefusedInput(f"--month {wanted}: write a month as 2026-11")
    return first


@contextmanager
def _state_of(first: date, past: "History", now: "State") -> "Iterator[State]":
    """The figures of a month: those shown, or those of its last night, which are fetched where need be."""
    from wmt.site.loads import past_nights
    from wmt.site.queries import report_month
    from wmt.site.workload import as_of_day

    if first == now.day.replace(day=1):
        yield now
        return
    night = report_month.night_in(past, first)
    if night is None:
        raise console.RefusedInput(report_month.none_words(past, first))
    wanted = as_of_day.AsOf(night)
    with as_of_day.as_of(wanted):
        try:
            try:
                state = past_nights.state_of(wanted)
            except past_nights.Fetching as fetching:
                past_nights.fetch(fetching.past, patience=_PATIENCE)
                state = past_nights.state_of(wanted)
        except past_nights.Fetching:
            raise console.Failure(f"The figures of {night} are still being fetched; try again") from None
        except (past_nights.NotThere, past_nights.TotalsOnly, past_nights.ToCome, past_nights.Ahead):
            said = f"The saved data of {night} are not in the folder of nights any more"
            raise console.Failure(f"{said}; bring them back from a copy") from None
        yield state


def _plain(made: "MonthReport") -> dict[str, Any]:
    """The report as plain data: every table by its name, its rows by the keys of its columns."""
    return {
        "level": made.unit.level,
        "code": made.unit.code,
        "name": made.unit.name,
        "month": f"{made.month.first:%Y-%m}",
        "until": made.month.until,
        "counted_to": made.month.last,
        "complete": made.month.has_ended,
        "before": made.month.before.day if made.month.before else None,
        "notes": made.notes,
        **{
            name: {"rows": pack_tables.rows(table), "note": "" if table.rows else table.empty}
            for name, table in made.tables.items()
        },
    }


def _file_words(made: "MonthReport") -> str:
    """The unit and the month in the name of a file, without what a folder could not hold."""
    unit = made.unit
    place = unit.level if unit.level == "nation" else f"{unit.level}-{unit.code}"
    return pack_tables.file_words(f"{place}-{made.month.first:%Y-%m}")


def _tell(made: "MonthReport") -> None:
    console.out.print(made.title, markup=False)
    for note in made.notes:
        console.out.print(note, markup=False)
    for table in made.tables.values():
        pack_tables.tell(table)
