"""`wmt people export` and `wmt people import`: hours, reductions, grades and reasons as tables, in and out.

Django is imported only when one of these commands runs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wmt.cli import console
from wmt.cli.files import print_json
from wmt.cli.inputs import tell_faults
from wmt.cli.options import Json
from wmt.cli.site_start import asker, set_up
from wmt.cli.tables import TextColumn, table
from wmt.days import written
from wmt.intake import Import
from wmt.text import SEPARATOR, counted

if TYPE_CHECKING:
    from wmt.site.changes.impact import Effect, UnitFigures
    from wmt.site.changes.import_tables import Imported, ImportEffect

app = typer.Typer(
    name="people",
    help="Records people entered: contracted hours, reductions, corrections of grade, reasons.",
    no_args_is_help=True,
)

#: Posts that are shown of those an import moves.
_SHOWN = 10

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the tables go; made if need be.")]
Withdrawn = Annotated[bool, typer.Option("--withdrawn", help="Include deleted reductions.")]
Given = Annotated[
    Path,
    typer.Argument(metavar="FOLDER|FILE", help="A folder of tables, a table, or a workbook (.xlsx)."),
]
OldPost = Annotated[str, typer.Argument(metavar="OLD", help="The post that has gone, as TEAM:STAFF.")]
NewPost = Annotated[str, typer.Argument(metavar="NEW", help="The post that replaced it, as TEAM:STAFF.")]
Check = Annotated[bool, typer.Option("--check", help="Show what would change without changing it.")]
Why = Annotated[str, typer.Option("--why", help="Why, for the history of every record that changes.")]


@app.command("export")
def export(folder: Folder, withdrawn: Withdrawn = False, json: Json = False) -> None:
    """Write all that stands, past and to come, as tables that `wmt people import` reads."""
    if folder.exists() and not folder.is_dir():
        raise console.RefusedInput(f"{folder} is a file; name a folder for the tables")
    with site():
        from wmt.site.changes.people_files import export_folder

        with console.progress() as tell:
            tell("writing the tables", 0.5)
            written = export_folder(folder, withdrawn=withdrawn)
    if json:
        print_json({"folder": str(folder), "tables": written})
        return
    for name, number in written.items():
        console.out.print(f"{folder / name}.csv: {counted(number, 'record')}", soft_wrap=True, markup=False)


@app.command("import")
def import_(given: Given, check: Check = False, why: Why = "", json: Json = False) -> None:
    """Put tables into the site: all of them, or none. Records they do not mention do not change."""
    with site():
        from wmt.site.changes.import_tables import import_tables

        with console.progress() as tell:
            done = import_tables(given, who=asker(), why=why, only_check=check, progress=tell)
    if json:
        moved = done.moved
        print_json({
            "accepted": not done.refused,
            "saved": done.saved,
            "tables": {name: asdict(count) for name, count in done.counts.items()},
            "faults": [
                {
                    "severity": fault.severity, "code": fault.code, "table": fault.sheet, "row": fault.row,
                    "column": fault.column, "message": fault.message,
                }
                for fault in done.faults.items
            ],
            "day": None if moved is None else moved.day,
            "nation": None if moved is None else _effect(moved.nation),
            "posts": [] if moved is None else [_effect(each) for each in moved.posts],
        })  # fmt: skip
    tell_faults(Import(accepted=not done.refused, faults=done.faults.items))
    if done.refused:
        raise console.RefusedInput("the tables were rejected; nothing was changed")
    if not json:
        _tell(done, check=check)


@app.command("carry-over")
def carry_over(old: OldPost, new: NewPost, check: Check = False, why: Why = "", json: Json = False) -> None:
    """Move the records of a post that is no longer in the extract to the post that replaced it."""
    with site():
        from wmt.site.changes.carry_over import carry

        done = carry(_post(old), _post(new), who=asker(), why=why, only_check=check)
    if json:
        print_json(asdict(done))
    for fault in done.faults:
        console.complain(fault)
    if done.faults:
        raise console.RefusedInput("nothing was changed")
    if not json:
        said = "would be moved" if check else "moved"
        console.out.print(f"{counted(done.records, 'record')} {said} from {old} to {new}.", markup=False)


def _post(named: str) -> tuple[str, str]:
    team, separator, staff = named.partition(SEPARATOR)
    if not team or not staff or not separator:
        raise console.RefusedInput(f"'{named}' is not a post; write TEAM:STAFF")
    return team, staff


@contextmanager
def site() -> Iterator[None]:
    """The site, made ready. Faults of its database are told in words."""
    set_up()
    from django.db import DatabaseError

    from wmt.site.start import database_words

    try:
        yield
    except DatabaseError as error:
        raise console.Failure(f"{database_words(error)}. Nothing was changed") from None


def _tell(done: "Imported", *, check: bool) -> None:
    if not done.records:
        standing = sum(count.unchanged for count in done.counts.values())
        console.out.print(f"Nothing to do: the tables match {counted(standing, 'current record')}.")
        return
    columns = [
        TextColumn("table", "text"),
        *(TextColumn(head) for head in ("new", "changed", "deleted", "unchanged")),
    ]
    rows = [(name, *asdict(count).values()) for name, count in done.counts.items()]
    table("Records", columns, rows)
    if done.moved is not None:
        _tell_moved(done.moved)
    else:
        console.out.print("The figures shown do not change.")
    if check:
        console.out.print("This was a check. Nothing was changed.")
    else:
        console.out.print(f"{counted(done.records, 'record')} changed.")


def _tell_moved(moved: "ImportEffect") -> None:
    nation, day = moved.nation, written(moved.day)
    columns = [
        TextColumn("post", "whole"),
        TextColumn("name", "text", spare=1),
        TextColumn("available\nbefore", spare=2),
        TextColumn("available\nafter", spare=2),
        TextColumn("capacity\nbefore"),
        TextColumn("capacity\nafter"),
    ]
    shown = [nation, *moved.posts[:_SHOWN]]
    rows = [
        (each.code, each.name, _points(each.before.available_x100), _points(each.after.available_x100),
         _capacity(each.before), _capacity(each.after))
        for each in shown
    ]  # fmt: skip
    table(f"From {day}: England and Wales, and the posts that change most", columns, rows)
    if len(moved.posts) > _SHOWN:
        console.out.print(
            f"({counted(len(moved.posts) - _SHOWN, 'more post changes', 'more posts change')})",
            style="dim",
        )


def _points(points_x100: int) -> Decimal:
    return Decimal(points_x100).scaleb(-2)


def _capacity(figures: "UnitFigures") -> str:
    return console.capacity(_points(figures.points_x100), _points(figures.available_x100))


def _effect(effect: "Effect") -> dict[str, Any]:
    def figures(of: "UnitFigures") -> dict[str, Any]:
        points, available = _points(of.points_x100), _points(of.available_x100)
        share = points * 100 / available if available else None
        return {"points": points, "available": available, "capacity": share}

    return {
        "code": effect.code, "name": effect.name, "before": figures(effect.before),
        "after": figures(effect.after),
    }  # fmt: skip
