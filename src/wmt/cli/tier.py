"""`wmt tier`: work out the tiers of cases, with everything behind them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from wmt.cli import console, files, options, tier_beside
from wmt.cli.tables import TextColumn, table
from wmt.intake.faults import Faults
from wmt.intake.tier_folder import read_tier_folder
from wmt.text import counted
from wmt.tiering.calculate import tiers
from wmt.tiering.case_fields import read_cases
from wmt.tiering.explain import explained
from wmt.tiering.json_fields import parse
from wmt.tiering.rulebook import V2, check_scheme
from wmt.tiering.tables import TierInput

Cases = Annotated[
    Path | None,
    typer.Argument(metavar="CASES", help="A JSON file with a list of cases, or a folder of tables."),
]
Beside = Annotated[
    Path | None,
    typer.Option(
        "--beside",
        metavar="NIGHT",
        help="In place of CASES: a night that has the inputs; lists tiers recorded that differ.",
    ),
]
Scheme = Annotated[str, typer.Option("--scheme", help="v2 (a letter and a number) or a-g (one letter).")]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of", parser=options.parse_day, metavar="DAY", help="The day of cases that give none (JSON)."
    ),
]
#: Faults of a file that are told one by one.
_TOLD = 25


def tier(
    cases: Cases = None,
    scheme: Scheme = V2,
    as_of: AsOf = None,
    beside: Beside = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """Work out the tiers of cases, with points by element, every step and what was missing."""
    files.check_kind(out_file)
    check_scheme(scheme)
    if beside is not None:
        if cases is not None or scheme != V2:
            raise console.RefusedInput("--beside takes the place of CASES, and only --scheme v2 has points")
        tier_beside.tell(beside, json=json, out_file=out_file)
        return
    if cases is None:
        raise console.RefusedInput("give a file or folder of cases, or a night with --beside")
    tables, unread = _folder(cases) if cases.is_dir() else _json(cases, as_of)
    if out_file is not None:
        _write(out_file, tables, scheme)
    if json or out_file is None:
        found = explained(tables, scheme)
        for number, case in enumerate(found):
            case["not_read"] = unread.get(number, [])
        _tell(found, json=json)
    if out_file is not None and not json:
        console.out.print(f"Written to {out_file}", markup=False)


def _json(path: Path, as_of: date | None) -> tuple[TierInput, dict[int, list[str]]]:
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise console.RefusedInput(f"{path} is not UTF-8 text; save it as UTF-8") from None
    reading = read_cases(parse(content, path.name), as_of)
    for fault in reading.faults[:_TOLD]:
        console.complain(f"{path.name}: {fault}")
    if len(reading.faults) > _TOLD:
        console.complain(f"and {counted(len(reading.faults) - _TOLD, 'more fault')}")
    if reading.faults:
        raise console.RefusedInput(
            f"{path} was refused: {counted(len(reading.faults), 'fault')}. No tier was worked out"
        )
    names = sorted({name for of in reading.unread.values() for name in of})
    if names:
        console.complain(f"{path.name}: fields that are not known and were not read: {', '.join(names[:20])}")
    return reading.tables, reading.unread


def _folder(path: Path) -> tuple[TierInput, dict[int, list[str]]]:
    faults = Faults()
    tables = read_tier_folder(path, faults)
    for fault in faults.items:
        console.complain(f"{fault.severity} {fault.code}: {fault.message}")
    if tables is None or faults.refusing():
        raise console.RefusedInput(f"{path} was refused; no tier was worked out")
    return tables, {}


def _write(path: Path, tables: TierInput, scheme: str) -> None:
    """One row for each case: its tier with points or letters by element."""
    frame = tiers(tables, scheme)
    ours = ("letter", "number", "is_suspended", "is_provisional", "letter_points", "number_points")
    elements = [
        name for name in frame.columns if name.endswith("_points") and name not in (*ours, "need_points")
    ]
    columns = ["crn", "as_of", "tier", *(name for name in ours if name in frame.columns), *elements]
    files.write_out(path, {"tiers": frame.select(columns).to_dicts()})


def _tell(found: Sequence[dict[str, Any]], *, json: bool) -> None:
    if json:
        files.print_json(found)
        return
    columns = (
        TextColumn("case", "whole"),
        TextColumn("as of", "whole"),
        TextColumn("tier", "whole"),
        TextColumn("why", "text"),
    )
    rows = [
        (case["crn"] or str(n), case["as_of"], _shown(case), " ".join(case["reasons"]))
        for n, case in enumerate(found, 1)
    ]
    table(counted(len(found), "case"), columns, rows)
    if len(found) != 1:
        return
    steps = (
        TextColumn("step", "whole"),
        TextColumn("points"),
        TextColumn("gives", "whole"),
        TextColumn("what it says", "text"),
    )
    table("Steps", steps, [(s["element"], s["points"], s["gives"], s["words"]) for s in found[0]["steps"]])
    for name, words in found[0]["missing"].items():
        console.out.print(f"{name} was not given: {words}", markup=False)


def _shown(case: dict[str, Any]) -> str:
    tier_words = case["tier"] or "none"
    return f"{tier_words}, provisional" if case["provisional"] else tier_words
