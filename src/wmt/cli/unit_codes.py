"""The unit that a command is asked for: the options that name it, found by its code, at one level."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from wmt import ledger
from wmt.cli.console import RefusedInput
from wmt.cli.options import parse_day

if TYPE_CHECKING:
    import polars as pl

    from wmt.site.workload.models import Unit as ShownUnit
    from wmt.site.workload.state import State

Unit = Annotated[
    str | None, typer.Option("--unit", metavar="CODE", help="A team, PDU or region by its code, or nation.")
]
Level = Annotated[
    str | None,
    typer.Option(
        "--level", help="team, pdu (without --unit), region or nation; of --unit where several share it."
    ),
]
Day = Annotated[
    date | None,
    typer.Option("--day", parser=parse_day, metavar="DAY", help="Count hours and reductions of this day."),
]


def check_level(level: str | None) -> None:
    """Refuse a --level that is none."""
    if level is not None and level not in ledger.LEVELS[1:]:
        raise RefusedInput(f"--level {level}: choose one of {', '.join(ledger.LEVELS[1:])}")


def level_of(code: str, wanted: str | None, codes: Mapping[str, Collection[str]]) -> str:
    """The level that a unit's code is of. `codes` are the units with posts in sentence management, by level.

    Refuses one that is not there, or is several units'.
    """
    levels = [level for level in ledger.LEVELS[1:] if code in codes[level]]
    if wanted is not None and levels and wanted not in levels:
        raise RefusedInput(f"--unit {code} --level {wanted}: {code} is a {' and a '.join(levels)} here")
    if len(levels) > 1 and wanted is None:
        raise RefusedInput(
            f"--unit {code}: a {' and a '.join(levels)} have this code; add --level {' or '.join(levels)}"
        )
    if levels:
        return wanted or levels[0]
    raise RefusedInput(
        f"--unit {code}: this data has no team, PDU or region of that code in sentence management"
    )


def unit_shown(
    state: "State",
    code: str,
    level: str | None,
    levels: Collection[str],
    *,
    typed: str = "",
    there: str = "in the figures",
) -> "ShownUnit":
    """The unit of a code in figures of the site, at one of some levels. `typed` is the option it came with.

    Refuses one that is not there, or is several units'.
    """
    from wmt.site.workload.models import Unit as ShownUnit

    units = ShownUnit.objects.filter(load_id=state.load_id, whole=True, level__in=levels, code=code)
    found = list(units.filter(level=level) if level else units)
    if len(found) > 1:
        both = " or ".join(unit.level for unit in found)
        raise RefusedInput(f"{typed}{code}: several units have this code; add --level {both}")
    if not found:
        raise RefusedInput(f"{typed}{code}: there is no such team, PDU or region {there}")
    return found[0]


def name_of(team: "pl.DataFrame", level: str, code: str) -> str:
    """The name of a unit, by the teams of the facts."""
    if level == "nation":
        return "England and Wales"
    return str(team.filter(**{f"{level}_code": code})[f"{level}_name"][0])
