"""What initiatives cost, as tables: of a unit, of the units around one, by grade, and its lines."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from urllib.parse import urlencode

from django.urls import reverse

from wmt.ledger.arithmetic import grouped
from wmt.rules.tier_account import half_up
from wmt.site import tables
from wmt.site.figures import units
from wmt.site.initiatives import register
from wmt.site.initiatives.models import Initiative
from wmt.site.queries.initiative_costs import UnitCases
from wmt.site.web.initiatives import labels
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.staffing.initiative_cost import InitiativeCost

_COST = (
    tables.Column("cases", "Cases held", "count", "Active cases that it is for, before the share."),
    tables.Column("hours", "Hours a year", "number"),
    tables.Column("points", "As points", "number", "Points that the same hours would make. In no figure."),
    tables.Column("people", "Full-time people", "number", "Officers whose year of case time the hours fill."),
)


def of_unit(state: State, unit: Unit, rows: Sequence[Initiative]) -> tables.Table:
    """The initiatives that reach a unit, each with its cost there."""
    cases = UnitCases(state, [unit])
    columns = [
        tables.Column("title", "Instruction"),
        tables.Column("of", "For"),
        tables.Column("first", "From", "date"),
        tables.Column("last", "Until", "date"),
        *_COST,
    ]
    made = [
        tables.Row(
            {
                "title": tables.text(row.title, address(row, unit), "not in the points"),
                "of": tables.text(labels.place(state, row)),
                "first": tables.day(row.first_day, "" if row.first_day <= state.day else "not begun"),
                "last": tables.day(row.last_day),
                **values(cases.cost(row, unit.code)),
            }
        )
        for row in rows
    ]
    caption = f"New instructions that reach {_name(unit)}"
    return tables.Table("initiatives", caption, columns, made, empty="No new instruction is entered.")


def levels(state: State, row: Initiative, above: Sequence[Unit], unit: Unit) -> tables.Table:
    """The cost of an initiative at a unit, those above it that it reaches, and those right below it."""
    groups = [[each] for each in [*above, unit] if register.reaches(row, each)]
    if unit.level != "post":
        groups.append(list(units.below(state, unit, units.child_level(unit.level))))
    columns = [tables.Column("unit", "Unit"), tables.Column("level", "Level"), *_COST]
    made = []
    for group in groups:
        cases = UnitCases(state, group)
        for each in group:
            found = cases.cost(row, each.code)
            if found.cases or each.pk == unit.pk:
                first = {
                    "unit": tables.text(_name(each), address(row, each)),
                    "level": tables.text(units.TITLES[each.level]),
                }
                made.append(tables.Row({**first, **values(found)}, each.level, each.code))
    return tables.Table("cost", "What it costs, by unit", columns, made)


def by_grade(found: InitiativeCost, name: str) -> tables.Table:
    """The cost at a unit by the grade of who holds the cases."""
    columns = [tables.Column("grade", "Kind of post"), *_COST]
    grades = list(dict.fromkeys(line.grade for line in sorted(found.lines, key=lambda line: line.grade)))
    made = [
        tables.Row({"grade": tables.text(grade or "not known"), **values(found.of_grade(grade))})
        for grade in grades
    ]
    total = tables.Row({"grade": tables.text("All together"), **values(found)}) if made else None
    empty = "Nobody here holds cases that it is for."
    return tables.Table("grades", f"By kind of post: {name}", columns, made, total, empty=empty)


def lines(row: Initiative, found: InitiativeCost, name: str) -> tables.Table:
    """What the hours of a unit are made of: cases of each type and tier, by the minutes and times."""
    columns = [
        tables.Column("what", "Cases"),
        tables.Column("cases", "Cases held", "count"),
        tables.Column("made", "Made of"),
        tables.Column("hours", "Hours a year", "number"),
    ]
    sums: dict[tuple[str, str], list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    for line in found.lines:
        both = sums[line.case_type, line.tier]
        both[0], both[1] = both[0] + line.cases, both[1] + line.hours
    made = [
        tables.Row(
            {
                "what": tables.text(f"{tier}, {case_type}"),
                "cases": tables.count(int(cases)),
                "made": tables.text(f"{grouped(int(cases))} cases × {labels.each(row)}"),
                "hours": number(hours, 2),
            }
        )
        for (case_type, tier), (cases, hours) in sorted(sums.items())
    ]
    total = tables.Row(
        {
            "what": tables.text("All together"),
            "cases": tables.count(found.cases),
            "made": tables.text(""),
            "hours": number(found.hours, 2),
        }
    )
    empty = "Nobody here holds cases that it is for."
    caption = f"What the hours are made of: {name}"
    return tables.Table("lines", caption, columns, made, total if made else None, empty=empty)


def values(found: InitiativeCost) -> dict[str, tables.Value]:
    """A cost by the columns of these tables."""
    return {
        "cases": tables.count(found.cases),
        "hours": number(found.hours, 1),
        "points": number(found.points, 1),
        "people": number(found.people, 2),
    }


def number(exact: Fraction, decimals: int) -> tables.Value:
    """A number with so many decimals."""
    found: Decimal = half_up(exact, decimals)
    return tables.Value(found, grouped(found))


def address(row: Initiative, unit: Unit) -> str:
    """The page of an initiative with its cost at a unit."""
    query = urlencode({"level": unit.level, "code": unit.code})
    return f"{reverse('initiative', args=[row.pk])}?{query}"


def _name(unit: Unit) -> str:
    return (staff_names.shown(unit.name, unit.code) if unit.level == "post" else unit.name) or unit.code
