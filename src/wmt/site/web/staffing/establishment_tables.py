"""Targets, people in post and vacancies of a unit by grade, and the rows that they are sums of."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from wmt.ledger.arithmetic import MINUS
from wmt.site import tables
from wmt.site.availability.models import Establishment
from wmt.site.links import unit_url
from wmt.site.queries.establishment import UnitEstablishment
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.staffing import establishment as core

KINDS = {
    core.TARGET: "target", core.AGENCY: "agency staff", core.FIXED_TERM: "fixed term",
    core.RETURNER: "comes back", core.VACANCY: "vacancy",
}  # fmt: skip
_COLUMNS = (
    ("target", "Target (FTE)", "Of several, the one that began last."),
    ("permanent", "Permanent (FTE)", "Contracted people in the data, less those on a fixed term."),
    ("fixed_term", "Fixed term (FTE)", "Contracted people whose contract has a last day."),
    ("agency", "Agency (FTE)", "Not in the data: entered."),
    ("in_post", "In post (FTE)", "Permanent, fixed term and agency, before reductions."),
    ("vacancy", "Vacant (FTE)", "Posts that are empty, as entered."),
    ("returner", "Coming back (FTE)", "Who comes back to the service later; not in post."),
    ("short", "Short of target (FTE)", "Target less in post. Below zero: more than the target."),
)


def establishment_tables(
    unit: Unit, known: UnitEstablishment, entries: Sequence[core.EstablishmentEntry], told: Mapping[str, Any]
) -> dict[str, tables.Table]:
    """The two tables of a unit; `told` is its staffing as it is presented, with its `establishment`."""
    return {"establishment": _grades(unit, told), "establishment_rows": _rows(unit, known, entries)}


def odd_words(told: Mapping[str, Any]) -> str:
    """What hardly can be so, for whoever entered it; nothing where all can."""
    odd = [each["grade"] for each in told["establishment"]["grades"] if each["permanent"] < 0]
    if not odd:
        return ""
    return (
        f"More people are entered on a fixed term than the data has contracted hours for ({', '.join(odd)}): "
        "check the entries."
    )


def _grades(unit: Unit, told: Mapping[str, Any]) -> tables.Table:
    short = (
        [("short", "Short of need (FTE)")]
        if told["reasons"]
        else [("least_short", "Short of need, at least (FTE)"), ("most_short", "At most (FTE)")]
    )
    columns = [
        tables.Column("grade", "Grade"),
        *(tables.Column(key, name, "number", hint) for key, name, hint in _COLUMNS),
        tables.Column("need", "Needed (FTE)", "number"),
        *(tables.Column(f"need_{key}", name, "number") for key, name in short),
    ]
    needs = {each["grade"]: each for each in told["grades"]}

    def row(of: Mapping[str, Any], need: Mapping[str, Any], name: str) -> tables.Row:
        return tables.Row({
            "grade": tables.text(name),
            **{key: _fte(of[key]) for key, _, _ in _COLUMNS},
            "need": _fte(need.get("need")),
            **{f"need_{key}": _fte(need.get(key)) for key, _ in short},
        })  # fmt: skip

    establishment = told["establishment"]
    rows = [row(each, needs.get(each["grade"], {}), each["grade"]) for each in establishment["grades"]]
    total = row(establishment["all"], told["all"], "All")
    return tables.Table("establishment", f"Target, in post and vacancies: {unit.name}", columns, rows, total)


def _rows(unit: Unit, known: UnitEstablishment, entries: Sequence[core.EstablishmentEntry]) -> tables.Table:
    columns = [
        tables.Column("kind", "What"),
        tables.Column("grade", "Grade"),
        tables.Column("unit", "Where"),
        tables.Column("fte", "FTE", "number"),
        tables.Column("first_day", "From", "date"),
        tables.Column("last_day", "Until", "date"),
        tables.Column("why", "Why", "words"),
    ]
    rows = [
        tables.Row(
            {
                "kind": tables.text(KINDS[each.kind]),
                "grade": tables.text(each.grade),
                "unit": tables.text(
                    known.names[each.place],
                    unit_url(
                        core.LEVELS[len(each.place)], each.place[-1] if each.place else "nation", "staffing"
                    ),
                ),
                "fte": _fte(places(each), 2),
                "first_day": tables.day(each.first_day),
                "last_day": _until(each),
                "why": tables.text(each.why or "–"),
            }
        )
        for each in entries
    ]
    return tables.Table(
        "establishment_rows", f"What the establishment is made of: {unit.name}", columns, rows
    )


def entered(rows: Sequence[tuple[Establishment, Unit, date | None]], links: Sequence[str]) -> tables.Table:
    """All rows that stand, each with its unit, its last day as far as it is shown, and where to change it."""
    columns = [
        tables.Column("kind", "What"),
        tables.Column("grade", "Grade"),
        tables.Column("unit", "Where"),
        tables.Column("fte", "FTE", "number"),
        tables.Column("first_day", "From", "date"),
        tables.Column("last_day", "Until", "date"),
        tables.Column("why", "Why", "words"),
        tables.Column("who", "Entered by"),
        tables.Column("change", "Change", "way"),
    ]
    made = [
        tables.Row(
            {
                "kind": tables.text(KINDS[row.kind]),
                "grade": tables.text(row.grade),
                "unit": tables.text(unit.name),
                "fte": _fte(Decimal(row.fte_x100) / 100, 2),
                "first_day": tables.day(row.first_day),
                "last_day": tables.day(last) if last else tables.Value(None, _no_end(row)),
                "why": tables.text(row.why or "–"),
                "who": tables.text(staff_names.person(row.who)),
                "change": tables.text("Change or take back", link),
            }
        )
        for (row, unit, last), link in zip(rows, links, strict=True)
    ]
    empty = "Nothing has been entered."
    return tables.Table("entered", "What has been entered", columns, made, empty=empty)


def _no_end(row: Establishment) -> str:
    return "no end" if row.last_day is None else "not shown for a team"


def _until(entry: core.EstablishmentEntry) -> tables.Value:
    if entry.is_of_few:
        return tables.Value(None, "not shown for a team")
    return tables.day(entry.last_day) if entry.last_day else tables.Value(None, "no end")


def places(entry: core.EstablishmentEntry) -> Decimal:
    """The FTE of a row, exact."""
    return Decimal(entry.fte.numerator) / Decimal(entry.fte.denominator)


def _fte(value: Decimal | None, decimals: int = 1) -> tables.Value:
    if value is None:
        return tables.Value(None, "–")
    return tables.Value(value, f"{value:z,.{decimals}f}".replace("-", MINUS))
