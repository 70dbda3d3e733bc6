"""Tables that ask the rules, not the ledger: the formulas from hours to points, grade codes, and tiers."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor

from spec import tier_figures
from spec.reading import SpecError, Table, day
from wmt import rules
from wmt.intake.codes import codes_at
from wmt.rules import formulas


def _thousandths(value: Fraction) -> str:
    nearest = floor(value * 1000 + Fraction(1, 2))
    return f"{nearest // 1000}.{nearest % 1000:03d}"


def _formulas(row: Mapping[str, str]) -> dict[str, str]:
    hours = Decimal(row["annual hours"])
    return {
        "monthly hours": f"{formulas.monthly_hours(hours).normalize():f}",
        "F1 exact": _thousandths(formulas.points_f1_exact(hours)),
        "F1": str(formulas.points_f1(hours)),
        "F2 exact": _thousandths(formulas.points_f2_exact(hours)),
        "F2": str(formulas.points_f2(hours)),
    }


def _contacts(row: Mapping[str, str]) -> dict[str, str]:
    hours = formulas.cms_annual_hours(int(row["minutes"]))
    return {"F1": str(formulas.points_f1(hours)), "F2": str(formulas.points_f2(hours))}


def _grade(row: Mapping[str, str]) -> dict[str, str]:
    codes = codes_at(rules.load(), day("14 June 2023"))
    raw = row["raw code"].strip("'").strip()
    return {"grade": codes.grades.get(raw, codes.other_grade) if raw else codes.blank_grade}


Row = Mapping[str, str]
ASKED: dict[str, Callable[[Row], dict[str, str]]] = {
    "formulas": _formulas,
    "contact formulas": _contacts,
    "grade codes": _grade,
}
#: The same for all rows of a table at once.
ASKED_TOGETHER: dict[str, Callable[[Sequence[Row]], list[dict[str, str]]]] = {
    "v2 tiers": tier_figures.v2,
    "a-g tiers": tier_figures.a_g,
}


def other_differences(table: Table) -> list[str]:
    """Every cell of such a table that reads otherwise than it says."""
    rows = [dict(zip(table.grid.header, cells, strict=True)) for cells in table.grid.rows]
    if table.asks in ASKED_TOGETHER:
        answers = ASKED_TOGETHER[table.asks](rows)
    elif table.asks in ASKED:
        answers = [ASKED[table.asks](row) for row in rows]
    else:
        raise SpecError(f"{table.name}: asks '{table.asks}', which nobody can answer")
    return [
        f"{table.name}, row {number}, '{name}': the spec says {row[name]}, the rules {text}"
        for number, (row, found) in enumerate(zip(rows, answers, strict=True), 1)
        for name, text in found.items()
        if name in row and row[name] != text
    ]
