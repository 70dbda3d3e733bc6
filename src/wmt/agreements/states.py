"""The state of a post or a unit by a pack, with the working: every value, every level, the clause."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from wmt.agreements.expressions import FigureName, NotKnown, Value, names, worked_out
from wmt.agreements.measured import FIGURES, MeasuredUnit
from wmt.agreements.pack import NOT_STATED, Agreement, PackMeasure, PackState
from wmt.agreements.samples import interval
from wmt.ledger.arithmetic import decimal as of_hundredths
from wmt.ledger.arithmetic import divide_half_up, grouped
from wmt.rules import NoRuleError, RuleSet
from wmt.rules.activities import exact

_HOLDS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "over": lambda value, level: value > level,
    "from": lambda value, level: value >= level,
    "under": lambda value, level: value < level,
    "up_to": lambda value, level: value <= level,
}


@dataclass(frozen=True)
class LevelShown:
    """A state of a measure and the level it begins at: `words` as people say it, `met` None if unknown."""

    state: str
    words: str
    met: bool | None


@dataclass(frozen=True)
class WorkingFigure:
    """One figure of a measure: its name as the pack has it, what it is, and its value."""

    name: str
    words: str
    value: Value


@dataclass(frozen=True)
class PackFinding:
    """One measure of a pack for one post or unit. `state` is None where nobody can say; `note` says why.

    `span` is the 95% interval of a value that is the mean of a few counted ones.
    """

    pack: Agreement
    measure_key: str
    measure: PackMeasure
    total: Mapping[str, Any]
    value: Value
    state: PackState | None
    note: str
    levels: tuple[LevelShown, ...]
    working: tuple[WorkingFigure, ...]
    span: tuple[Fraction, Fraction] | None = None

    @property
    def clause(self) -> str:
        """What the agreement says where this applies: of the state, else of the measure, else of the pack."""
        of_state = self.state.clause if self.state else None
        return of_state or self.measure.clause or self.pack.clause


def findings(pack: Agreement, units: Iterable[MeasuredUnit]) -> Iterator[PackFinding]:
    """Every measure of a pack that is in force on the day of each unit, for the units it covers."""
    for unit in units:
        for key, measure in pack.measures.items():
            if measure.in_force(unit.day) and measure.covers.holds(unit.total):
                yield finding(pack, key, unit)


def finding(pack: Agreement, key: str, unit: MeasuredUnit) -> PackFinding:
    """One measure of a pack for one unit, whether it covers it or not."""
    measure = pack.measures[key]
    value = worked_out(measure.expression, unit.figure)
    span = _span(measure, unit)
    state, levels, note = _state(measure.states, value, unit.rules)
    if span is not None and state is not None:
        ends = [_state(measure.states, end, unit.rules)[0] for end in span]
        if any(end is not state for end in ends):
            low, high = (shown(end) for end in span)
            state, note = None, f"the mean of so few values lies anywhere from {low} to {high}"
    return PackFinding(
        pack, key, measure, unit.total, value, state, note, levels, _working(pack, measure, unit), span
    )


def _working(pack: Agreement, measure: PackMeasure, unit: MeasuredUnit) -> tuple[WorkingFigure, ...]:
    return tuple(
        WorkingFigure(str(name), _words_of(pack, name), unit.figure(name))
        for name in names(measure.expression)
    )


def _words_of(pack: Agreement, name: FigureName) -> str:
    return FIGURES[name.name].words if name.name in FIGURES else pack.collects[name.name]


def _span(measure: PackMeasure, unit: MeasuredUnit) -> tuple[Fraction, Fraction] | None:
    """The interval of a figure that people counted several times, where it is all that is measured."""
    name = measure.expression
    return interval(unit.collected.get(name.name, ())) if isinstance(name, FigureName) else None


def _state(
    states: Sequence[PackState], value: Value, rules: RuleSet
) -> tuple[PackState | None, tuple[LevelShown, ...], str]:
    """The last state that holds, what was compared, and why nobody can say more."""
    found: PackState | None = None
    levels, open_states = [], dict[str, str]()
    for state in states:
        number, words = _level(state, rules)
        if state.comparator is None:
            met: bool | None = True
        elif number is None or isinstance(value, NotKnown):
            met = None
        else:
            met = _HOLDS[state.comparator](value, number)
        levels.append(LevelShown(state.state, words, met))
        if met:
            found, open_states = state, {}
        elif met is None:
            open_states[state.state] = words.removeprefix("level ")
    if isinstance(value, NotKnown):
        # a measure with one state and no level is in that state whatever the value
        return (found if not open_states else None), tuple(levels), value.why
    if not open_states:
        return found, tuple(levels), "" if found else "no state of the agreement holds"
    open_words = " and of ".join(open_states)
    why = " or ".join(dict.fromkeys(open_states.values()))
    if found is None or found.comparator is None:
        # what holds otherwise does not hold where nobody can say whether something else does
        return None, tuple(levels), f"the level of {open_words} is {why}"
    return found, tuple(levels), f"at least: the level of {open_words} is {why}"


def _level(state: PackState, rules: RuleSet) -> tuple[Fraction | None, str]:
    """The level of a state as a number, and in words; None where nobody can say."""
    if state.comparator is None:
        return None, "otherwise"
    if state.level == NOT_STATED:
        return None, "level not stated"
    if isinstance(state.level, str):
        try:
            number = exact(rules[state.level.removeprefix("rule(").removesuffix(")")])
        except NoRuleError:  # it began later, or a night with rules of its own has none of this name
            return None, "level not known on this day"
    else:
        number = Fraction(state.level or 0)
    return number, PackState.words(state.comparator, shown(number))


def shown(value: Value) -> str:
    """A value as people read it: two decimals at most, half-up; or why it is not known."""
    if isinstance(value, NotKnown):
        return str(value)
    hundredths = divide_half_up(value.numerator * 100, value.denominator)
    number = of_hundredths(hundredths)
    assert number is not None
    return grouped(int(number) if hundredths % 100 == 0 else number.normalize())
