"""`wmt agreements`: local agreements as files, and what they say of a night beside the measure."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from wmt import history, ledger, nights
from wmt.agreements import collected, night, present, reading, states
from wmt.agreements.pack import NOT_STATED, Agreement, PackState
from wmt.cli import console, files, options, tables, unit_codes
from wmt.cli.inputs import open_input
from wmt.cli.overlays import lay
from wmt.text import counted

app = typer.Typer(help="Local agreements as files, and what they say of a night.", no_args_is_help=True)

Key = Annotated[str, typer.Argument(metavar="KEY|FILE", help="One that comes with WMT, or a file.")]
Packs = Annotated[
    list[str] | None,
    typer.Option(
        "--pack", metavar="KEY|FILE", help="Only this agreement; repeatable. Else all that come with WMT."
    ),
]
Levels = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="MEASURE.STATE=N", help="A level that the agreement leaves open; repeatable."
    ),
]
Figures = Annotated[
    Path | None,
    typer.Option("--figures", metavar="FILE.csv", help="Figures that people counted: unit, figure, value."),
]


@app.command("list")
def list_packs(json: options.Json = False) -> None:
    """List the agreements that come with WMT, with what each leaves open."""
    packs = list(reading.shipped().values())
    if json:
        files.print_json([present.present_pack(pack) for pack in packs])
        return
    columns = [
        tables.TextColumn("key", "whole"), tables.TextColumn("agreement", "text"),
        tables.TextColumn("it", "whole"), tables.TextColumn("measures"),
        tables.TextColumn("levels\nnot stated"), tables.TextColumn("source", "text", spare=1),
    ]  # fmt: skip
    rows = [
        (pack.key, pack.name, _binds(pack), len(pack.measures), len(pack.unstated), pack.source)
        for pack in packs
    ]
    tables.table(counted(len(packs), "agreement"), columns, rows)


@app.command()
def show(pack: Key, text: Annotated[bool, typer.Option("--yaml", help="Print its file.")] = False) -> None:
    """Show an agreement: whom it covers, what it measures, its states and what is owed in each."""
    if text:
        typer.echo(Path(pack).read_text("utf-8") if _is_file(pack) else reading.shipped_text(pack), nl=False)
        return
    found = _pack(pack)
    console.out.print(f"{found.name} ({found.key}, {_binds(found)})", style="bold", markup=False)
    console.out.print(found.clause, markup=False)
    for measure in found.measures.values():
        console.out.print()
        covers = measure.covers
        who = f"{covers.level}{': ' + ', '.join(covers.grades) if covers.grades else ''}"
        rows = [
            (
                state.state,
                _begins(state),
                "; ".join(f"{duty.who}: {duty.text} ({duty.clock})" for duty in state.duties),
            )
            for state in measure.states
        ]
        columns = [
            tables.TextColumn("state", "text"),
            tables.TextColumn("from", "text"),
            tables.TextColumn("duty", "text"),
        ]
        tables.table(f"{measure.name} ({who}): {measure.value}, in {measure.unit}", columns, rows)
    for blank in (*found.blanks, *([found.note] if found.note else [])):
        console.out.print(f"\n{blank}", markup=False)
    console.out.print(f"\nSource: {found.source}", markup=False)


@app.command()
def check(file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of an agreement.")]) -> None:
    """Check the file of an agreement; name every fault with its place and remedy."""
    found = reading.load_pack(file)
    said = counted(len(found.measures), "measure")
    console.out.print(f"no faults; {found.name} has {said} and {_binds(found)}", markup=False)
    for level in found.unstated:
        console.out.print(
            f"the level of {level} is not stated; choose one with --set '{level}=N'", markup=False
        )


@app.command("states")
def show_states(
    paths: options.Paths,
    pack: Packs = None,
    unit: unit_codes.Unit = None,
    level: unit_codes.Level = None,
    set_level: Levels = None,
    figures: Figures = None,
    people: options.People = None,
    rules_date: options.RulesDate = None,
    overlay: options.Overlays = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """Say in which state posts and units are by agreements, each with its working and its clause.

    Without --unit, how many are in each state. Agreements stand beside the measure and change no figure.
    """
    files.check_kind(out_file)
    unit_codes.check_level(level)
    packs = _with_levels([_pack(key) for key in pack or reading.shipped()], set_level or ())
    counts = collected.load_collected(figures) if figures else None
    opened = open_input(paths, people=people, as_json=json)
    made = opened.ledger(opened.rule_set(rules_date, lay(overlay)))
    levels = [each for each in ledger.LEVELS if any(_covers(pack, each) for pack in packs)]
    runs = _runs(paths[0]) if nights.is_night(paths[0]) else {}
    units = list(night.units_of(made, levels, days_over=runs.get, collected=counts))
    if unit is not None:
        codes = {each: set(opened.facts.team[f"{each}_code"]) for each in ledger.LEVELS[1:-1]}
        of = unit_codes.level_of(unit, level, {**codes, "nation": {"nation"}})
        units = [each for each in units if of == "nation" or _lies_in(each.total, of, unit)]
    found = [each for one in packs for each in states.findings(one, units)]
    rows = [present.present_finding(each) for each in found]
    if json:
        files.print_json(rows)
    elif unit is None:
        _tell_counts(present.counted_states(found))
    else:
        _tell(found)
    if out_file is not None:
        files.write_out(out_file, {"agreements": rows}, ("pack", "measure", "code"))


def _lies_in(total: Mapping[str, Any], level: str, code: str) -> bool:
    """Whether a post or unit is one, or lies in it."""
    return (total["level"], total["code"]) == (level, code) or total[f"{level}_code"] == code


def _binds(pack: Agreement) -> str:
    return "binds" if pack.binds else "advises"


def _is_file(name: str) -> bool:
    return name.endswith((".yaml", ".yml")) or "/" in name


def _pack(name: str) -> Agreement:
    return reading.load_pack(Path(name)) if _is_file(name) else reading.find(name)


def _covers(pack: Agreement, level: str) -> bool:
    return any(measure.covers.level == level for measure in pack.measures.values())


def _begins(state: PackState) -> str:
    if state.comparator is None:
        return "otherwise"
    return (
        "level not stated" if state.level == NOT_STATED else state.words(state.comparator, str(state.level))
    )


def _with_levels(packs: Sequence[Agreement], given: Sequence[str]) -> list[Agreement]:
    """Packs with the levels chosen for them; refuses one that no pack leaves open."""
    levels: dict[str, Decimal] = {}
    for each in given:
        name, sign, text = each.rpartition("=")
        with suppress(InvalidOperation):
            if sign and Decimal(text).is_finite():
                levels[name] = Decimal(text)
                continue
        raise console.RefusedInput(f"--set {each}: write MEASURE.STATE=N, such as 'person.double red=120'")
    known = {name for pack in packs for name in pack.unstated}
    wrong = sorted(set(levels) - known)
    if wrong:
        has = f"those are {', '.join(sorted(known))}" if known else "they leave none open"
        raise console.RefusedInput(f"--set {wrong[0]}: these agreements do not leave that level open; {has}")
    return [
        pack.with_levels({name: level for name, level in levels.items() if name in pack.unstated})
        for pack in packs
    ]


def _runs(path: Path) -> dict[str, Mapping[str, int] | None]:
    """How long posts and units have been over the threshold, where the history of a night can be read."""
    opened = nights.open_night(path)
    found: dict[str, Mapping[str, int] | None] = {}
    with suppress(history.HistoryError):
        past, day = history.open_history(opened.path.parent), opened.manifest.as_at.date()
        if past.day_until(day) != day:
            return {}
        marks = history.dated_marks()
        for level in ledger.LEVELS:
            runs = history.runs_on(past, marks, day=day, level=level)
            mine = runs.filter(pl.col("mark") == marks(day)[0].name)
            found[level] = dict(mine.select("code", "length").iter_rows())
    return found


def _tell_counts(rows: Sequence[Mapping[str, Any]]) -> None:
    columns = [
        tables.TextColumn("agreement", "whole"), tables.TextColumn("measure", "text"),
        tables.TextColumn("of", "whole"), tables.TextColumn("state", "text"), tables.TextColumn("units"),
    ]  # fmt: skip
    cells = [
        (row["pack"], row["measure"], row["level"], row["state"] or "not known", row["units"]) for row in rows
    ]
    tables.table("Posts and units by state; --unit CODE shows the working", columns, cells)


def _tell(found: Sequence[states.PackFinding]) -> None:
    columns = [
        tables.TextColumn("agreement", "whole"), tables.TextColumn("unit", "whole"),
        tables.TextColumn("measure", "text"), tables.TextColumn("value"),
        tables.TextColumn("in", "text", spare=1), tables.TextColumn("state", "text"),
        tables.TextColumn("why", "text"),
    ]  # fmt: skip
    cells = [
        (
            each.pack.key, each.total["code"], each.measure.name, present.number(each.value),
            each.measure.unit, each.state.state if each.state else "not known", each.note or _met(each),
        )
        for each in found
    ]  # fmt: skip
    tables.table(counted(len(found), "state"), columns, cells)
    applying = ((each.pack.name, each.clause) for each in found if each.state and each.state.duties)
    for name, clause in dict.fromkeys(applying):
        console.out.print(f"{name}: {clause}", markup=False)


def _met(found: states.PackFinding) -> str:
    return next((each.words for each in reversed(found.levels) if each.met), "")
