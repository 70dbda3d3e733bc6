"""`wmt advice`: advice to courts of a unit in the site of this home. Django is imported when it runs."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wmt.cli import console, files, options, tables, unit_codes
from wmt.cli.people import site
from wmt.cli.site_start import asker

if TYPE_CHECKING:
    from wmt.site.advice.models import CourtAdvice
    from wmt.site.workload.state import State

Cannot = Annotated[str, typer.Option("--cannot", help="What the unit cannot take.")]
Effect = Annotated[str, typer.Option("--effect", help="What is asked of courts meanwhile.")]
From = Annotated[
    date | None, typer.Option("--from", parser=options.parse_day, metavar="DAY", help="Without: today.")
]
Until = Annotated[
    date | None, typer.Option("--until", parser=options.parse_day, metavar="DAY", help="The last day.")
]
Although = Annotated[str, typer.Option("--although", help="Why, where the unit has room by its figures.")]
End = Annotated[int | None, typer.Option("--end", metavar="NUMBER", help="End this advice at once.")]


def advice(
    unit: unit_codes.Unit = None,
    level: unit_codes.Level = None,
    cannot: Cannot = "",
    effect: Effect = "",
    first_day: From = None,
    last_day: Until = None,
    although: Although = "",
    end: End = None,
    json: options.Json = False,
) -> None:
    """List the advice to courts of a unit in the site of WMT_HOME, give some, or end it."""
    gives = bool(cannot or effect or although or first_day or last_day)
    if (end is None) == (unit is None) or (end is not None and gives):
        raise console.RefusedInput("say of which unit (--unit CODE), or which advice ends (--end NUMBER)")
    unit_codes.check_level(level)
    with site():
        from wmt.site.advice.given_advice import UnknownAdvice
        from wmt.site.availability.change_requests import RefusedError

        texts = {"cannot": cannot, "effect": effect, "although": although}
        try:
            rows = _ended(end) if end is not None else _of(unit or "", level, texts, (first_day, last_day))
        except (RefusedError, UnknownAdvice) as refused:
            raise console.RefusedInput(f"{refused}. Nothing was changed") from None
    if json:
        files.print_json(rows)
        return
    heads = ("number", "unit", "cannot take", "asked of courts", "from", "until", "said then", "state")
    columns = [tables.TextColumn(head, "text", spare=1) for head in heads]
    names = ("number", "code", "cannot", "effect", "first_day", "last_day", "word", "state")
    tables.table("Advice to courts", columns, [tuple(str(row[name]) for name in names) for row in rows])


def _of(
    code: str, level: str | None, texts: dict[str, str], days: tuple[date | None, date | None]
) -> list[dict[str, Any]]:
    """The advice of a unit; first some is given, where something is said of it."""
    from wmt.cli.allocate import state_shown
    from wmt.site.advice.given_advice import advice_of
    from wmt.site.changes import court_advice as action
    from wmt.site.queries.court_basis import basis_of

    state = state_shown()
    unit = unit_codes.unit_shown(state, code, level, action.LEVELS, typed="--unit ")
    if any(texts.values()) or any(days):
        wanted = action.AdviceRequest(
            level=unit.level, code=unit.code, first_day=days[0] or state.day, last_day=days[1], **texts
        )
        action.advise(actor=None, who=asker(), wanted=wanted, basis=basis_of(state, unit))
    return [_row(row, state) for row in advice_of(unit, state)]


def _ended(number: int) -> list[dict[str, Any]]:
    from wmt.cli.allocate import state_shown
    from wmt.site.changes.court_advice import end_advice

    return [_row(end_advice(actor=None, who=asker(), number=number), state_shown())]


def _row(row: "CourtAdvice", state: "State") -> dict[str, Any]:
    same = ("level", "code", "name", "cannot", "effect", "first_day", "last_day", "word", "sha256")
    is_over, begins = row.last_day < state.day, row.first_day > state.day
    now = "ended" if row.ended_at else "over" if is_over else "not begun" if begins else "in force"
    more = {"although": row.although, "by": row.who, "state": now}
    return {"number": row.pk, **{name: getattr(row, name) for name in same}, **more}
