"""`wmt statistics read` and `list`: the Ministry's published tables, taken into dated series."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from wmt import intake, policy
from wmt.cli import console, files, inputs, nights_folder, options, tables
from wmt.cli.latest_day import today
from wmt.days import written
from wmt.intake import statistics as reader
from wmt.nights.fsync import replace_file
from wmt.site.config import HOME_POLICY
from wmt.staffing import kept_statistics as kept
from wmt.staffing.series import packaged
from wmt.text import counted

app = typer.Typer(
    name="statistics",
    help="Published tables (ODS) of the probation caseload and of staff in post, as series with vintages.",
    no_args_is_help=True,
)
#: A published table has a few hundred kilobytes.
_LARGEST = 50_000_000
_SHOWN = 12
_LISTED = ("table", "published_on", "values", "last", "file")
_HEADS = ("table", "published", "values", "last value of", "file")

File = Annotated[Path, typer.Argument(metavar="FILE.ods", help="A published table in OpenDocument format.")]
PublishedOn = Annotated[
    date | None,
    typer.Option(
        "--published-on",
        parser=options.parse_day,
        metavar="DAY",
        help="When it was published, where the file does not say so.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be taken and take nothing.")]
Accept = Annotated[bool, typer.Option("--accept", help="Take it although values look wrong: they are right.")]


@app.command("read")
def read(
    file: File,
    published_on: PublishedOn = None,
    dry_run: DryRun = False,
    accept: Accept = False,
    json: options.Json = False,
) -> None:
    """Read a published table, check it, and keep its values with their day of publication: all or none."""
    data = _bytes(file)
    found = reader.read_statistics(data, file.name, today(), published_on)
    if found.is_refused or found.table is None or found.published_on is None:
        if json:
            files.print_json({"accepted": False, "faults": _faults(found)})
        _tell_faults(found)
        raise console.RefusedInput(f"{file.name} was refused; nothing was taken")
    values = [kept.KeptValue(each.series, each.as_at, each.value, each.cell) for each in found.values]
    digest = hashlib.sha256(data).hexdigest()
    table = kept.KeptTable(found.table.name, found.published_on, values, file.name, digest)
    former = {each.name: each for each in kept.read_folder(home())}.get(table.name)
    asked = _questions(table, former)
    is_same = former is not None and former.is_same(table)
    takes = not dry_run and not is_same and (accept or not asked)
    if takes:
        replace_file(home() / table.name, table.as_csv())
    told = _told(found, table) | {"taken": takes, "already_taken": is_same, "questions": asked}
    if json:
        files.print_json(told)
    else:
        _tell_faults(found)
        _tell(table, told)
    if asked and not (accept or dry_run or is_same):
        raise console.HeldNight(
            "values look wrong; nothing was taken. Compare them with the published table: if they are right, "
            "read it again with --accept"
        )


def _told(found: reader.StatisticsRead, table: kept.KeptTable) -> dict[str, Any]:
    return {
        "accepted": True,
        "table": table.table,
        "sheet": found.sheet,
        "published_on": table.published_on,
        "no_value": found.markers,
        "rows_left_out": found.left_out,
        "faults": _faults(found),
        "series": _series(table),
    }


@app.command("list")
def list_(json: options.Json = False) -> None:
    """List the publications that were read, and what of which."""
    found = kept.read_folder(home())
    rows = [
        (
            each.table,
            each.published_on,
            len(each.values),
            max(value.as_at for value in each.values),
            each.file,
        )
        for each in found
    ]
    if json:
        files.print_json([dict(zip(_LISTED, row, strict=True)) for row in rows])
        return
    columns = [tables.TextColumn(head, "whole" if head == "table" else "text") for head in _HEADS]
    cells = [(table, written(day), number, written(last), file) for table, day, number, last, file in rows]
    tables.table("Published tables that were read", columns, cells)


def home() -> Path:
    """The folder of the published tables of this installation."""
    return nights_folder.home(None).parent / kept.FOLDER


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > _LARGEST:
            raise console.RefusedInput(f"{file.name} is larger than any published table; nothing was read")
        return file.read_bytes()
    except OSError as error:
        raise console.RefusedInput(f"{file} cannot be read: {error.strerror or error}") from None


def _questions(table: kept.KeptTable, already: kept.KeptTable | None) -> list[str]:
    own = home().parent / HOME_POLICY
    limits = policy.at(today(), [policy.load_file(own)] if own.is_file() else [])
    others = [each for each in kept.read_folder(home()) if each.name != table.name]
    asked = kept.questions(
        table,
        kept.joined(packaged(), others),
        limits["statistics.jump_percent"].hundredths / 100,
        limits["statistics.revision_percent"].hundredths / 100,
    )
    if already is not None and not already.is_same(table):
        asked.append(f"{table.source} was read before from {already.file}, with other values")
    return asked


def _faults(found: reader.StatisticsRead) -> list[dict[str, Any]]:
    return [
        {"severity": each.severity, "code": each.code, "sheet": each.sheet, "row": each.row,
         "column": each.column, "message": each.message}
        for each in found.faults.items
    ]  # fmt: skip


def _tell_faults(found: reader.StatisticsRead) -> None:
    inputs.tell_faults(intake.Import(accepted=not found.is_refused, faults=found.faults.items))


def _series(table: kept.KeptTable) -> list[dict[str, Any]]:
    return [
        {
            "series": name,
            "values": [
                {"as_at": each.as_at, "value": each.value, "cell": each.cell}
                for each in table.values
                if each.series == name
            ],
        }
        for name in dict.fromkeys(each.series for each in table.values)
    ]


def _tell(table: kept.KeptTable, told: dict[str, Any]) -> None:
    columns = [
        tables.TextColumn("series", "whole"), tables.TextColumn("values"), tables.TextColumn("from"),
        tables.TextColumn("to"), tables.TextColumn("last value"),
    ]  # fmt: skip
    rows = []
    for each in told["series"]:
        ordered = sorted(each["values"], key=lambda value: value["as_at"])
        first, last = ordered[0], ordered[-1]
        days = written(first["as_at"]), written(last["as_at"])
        rows.append((each["series"], len(ordered), *days, f"{last['value']:,.0f}"))
    tables.table(f"{table.source}, sheet {told['sheet']}", columns, rows)
    if told["rows_left_out"]:
        _say(f"Rows that are not used: {', '.join(told['rows_left_out'][:_SHOWN])}.")
    for each in told["questions"][:_SHOWN]:
        _say(f"Is this right? {each}.")
    if len(told["questions"]) > _SHOWN:
        _say(f"And {counted(len(told['questions']) - _SHOWN, 'question')} more: see --json.")
    if told["already_taken"]:
        _say("This publication was taken before with the same values; nothing changed.")
    elif told["taken"]:
        _say(f"Taken. Forecasts use it from {written(table.published_on)} on, and not for days before.")
    else:
        _say("Nothing was taken.")


def _say(text: str) -> None:
    console.out.print(text, markup=False, soft_wrap=True)
