"""What the agreements of a unit say of it and of those below, from the figures shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wmt import history, ledger
from wmt.agreements import expressions
from wmt.agreements.measured import MeasuredUnit
from wmt.agreements.pack import Agreement
from wmt.agreements.states import PackFinding, findings
from wmt.site.agreements import counted, in_force, models
from wmt.site.figures import line_queries
from wmt.site.queries import histories, runs
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of

_NAMES = ("level", "code", "name", "stream", "grade", "team_code", "pdu_code", "region_code", "staff_code")
_COLUMNS = (*_NAMES, *ledger.MEASURES, *ledger.POST_COUNTS)


@dataclass(frozen=True)
class AgreementFinding:
    """What one measure of an agreement says of a unit, and by which record the unit goes by it."""

    row: models.UnitAgreement
    found: PackFinding

    @property
    def in_shadow(self) -> bool:
        return self.row.mode == models.UnitAgreement.Mode.SHADOW


def findings_of(
    state: State, rows: Sequence[models.UnitAgreement], units: Sequence[Unit]
) -> list[AgreementFinding]:
    """What agreements say of units of one level and stream. Raises NightError where rules cannot be read."""
    packs = [(row, in_force.pack_of(row)) for row in rows]
    asked = [(row, pack) for row, pack in packs if units and _covers(pack, units[0].level)]
    if not asked:
        return []
    measured = measured_units(state, units, [pack for _, pack in asked])
    return [AgreementFinding(row, found) for row, pack in asked for found in findings(pack, measured)]


def measured_units(state: State, units: Sequence[Unit], packs: Iterable[Agreement]) -> list[MeasuredUnit]:
    """Units of one level and stream as these agreements read them: their sums and lines as they are shown,
    and where they ask for it the days over the threshold and what people counted."""
    lines, rules, packs = line_queries.sums_of(state, units), rules_of(state), list(packs)
    days = _days_over(state, units) if any(map(_asks_days, packs)) else None
    counts: Mapping[str, Mapping[str, models.CountedFigure]] = {}
    if any(map(counted.used_by, packs)):
        counts = counted.of_units(state, units[0].level, [unit.code for unit in units])
    return [
        MeasuredUnit(
            {name: getattr(unit, name) for name in _COLUMNS},
            [_cell(line) for line in lines.get(unit.code, [])],
            rules,
            state.tier_scheme,
            state.day,
            None if days is None else days.get(unit.code, 0),
            counted.numbers(counts.get(unit.code, {})),
        )
        for unit in units
    ]


def _cell(line: line_queries.Lines) -> dict[str, Any]:
    return {
        "grade": line.grade,
        **{name: getattr(line.pricing, name) for name in ledger.PRICING},
        **{name: getattr(line, name) for name in ledger.AMOUNTS},
    }


def _covers(pack: Agreement, level: str) -> bool:
    return any(measure.covers.level == level for measure in pack.measures.values())


def state_words(found: PackFinding) -> str:
    """A state, or why there is none."""
    if found.state is None:
        return f"not known: {found.note}"
    return f"{found.state.state} ({found.note})" if found.note.startswith("at least") else found.state.state


def _asks_days(pack: Agreement) -> bool:
    """Whether an agreement asks how long somebody has been over the threshold."""
    asked: Iterable[expressions.FigureName] = (
        name for measure in pack.measures.values() for name in expressions.names(measure.expression)
    )
    return any(name.name == "days_over" for name in asked)


def _days_over(state: State, units: Sequence[Unit]) -> Mapping[str, int] | None:
    """Days over the threshold, of posts; None of other units, and where the history cannot be read."""
    if units[0].level != "post":
        return None
    try:
        past = histories.history_of(units[0])
        found = runs.runs_of_posts(past, state.as_at.date(), [unit.code for unit in units])
    except history.HistoryError:
        return None
    return {code: row["length"] for code, row in found.items()}
