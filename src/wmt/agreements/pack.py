"""A pack: a local agreement as a YAML file. What it says, whom it covers, its measures, states and duties.

The file holds numbers only where the agreement has them: a level that nobody stated is written
`not stated`, and stays a blank until the unit that uses the pack chooses one.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    field_validator,
    model_validator,
)

from wmt.agreements import expressions, measured
from wmt.agreements.expressions import Expression, ExpressionError
from wmt.grades import STAFF_GRADES, GradeName

#: What stands where an agreement has a level and its source does not say which.
NOT_STATED = "not stated"
#: How a value may be compared with a level: strictly more, at least, strictly less, at most.
COMPARATORS = ("over", "from", "under", "up_to")
_COMPARED = {"over": "over", "from": "or more", "under": "under", "up_to": "or less"}

Stream = Literal["sentence_management", "courts", "omic"]


def _level(value: Any) -> Decimal | int | str:
    """A level as written: a number, `not stated`, or `rule(path)`."""
    if isinstance(value, Decimal | int) and not isinstance(value, bool) and -_HIGHEST <= value <= _HIGHEST:
        return value
    if isinstance(value, str) and _OPEN_LEVEL.fullmatch(value):
        return value
    raise ValueError(
        f"should be a number up to {_HIGHEST:,}, '{NOT_STATED}' where the source does not say it, "
        "or rule(PATH)"
    )


def chosen_level(text: str) -> Decimal:
    """A level that somebody chooses, from its text. Raises InvalidOperation where it is no number, and
    ExpressionError where it is none that a level can be."""
    level = Decimal(text.strip())
    if not level.is_finite() or not 0 <= level <= _HIGHEST:
        raise ExpressionError(f"a level should be a number from 0 to {_HIGHEST:,}")
    if int(level.as_tuple().exponent) < -_DECIMALS:
        raise ExpressionError(f"a level should have at most {_DECIMALS} decimals")
    return level


def _key(value: str) -> str:
    if not _KEY.fullmatch(value):
        raise ValueError(
            f"'{value}' should begin with a small letter and have small letters, digits and hyphens"
        )
    return value


_HIGHEST = 1_000_000
_DECIMALS = 4
_OPEN_LEVEL = re.compile(r"not stated|rule\([a-zA-Z0-9_.]+\)")
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_Key = Annotated[str, AfterValidator(_key)]
_Line = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Text = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]+$")]
_Level = Annotated[Decimal | int | str, PlainValidator(_level)]


class _PackPart(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class PackDuty(_PackPart):
    """What somebody owes in a state; `within` is how many days they have, where the agreement says so."""

    text: _Text
    kind: Literal["action", "plan", "letter", "decision", "request", "advice"] = "action"
    who: _Line = "line manager"
    within: Annotated[int, Field(ge=0, le=730)] | None = None
    days: Literal["calendar days", "working days"] = "calendar days"

    @property
    def clock(self) -> str:
        """How long there is, in words."""
        if self.within is None:
            return "no time is stated"
        return f"within {self.within} {self.days if self.within != 1 else self.days[:-1]}"


class PackState(_PackPart):
    """A state and from which value on it holds; without a comparison it holds where no later one does."""

    state: _Line
    over: _Level | None = None
    at_least: _Level | None = Field(None, alias="from")
    under: _Level | None = None
    up_to: _Level | None = None
    clause: _Text | None = None
    duties: list[PackDuty] = []

    @model_validator(mode="after")
    def _one_comparison(self) -> "PackState":
        if len(self._given) > 1:
            raise ValueError(f"has {' and '.join(self._given)}; a state has one comparison")
        return self

    @property
    def _given(self) -> dict[str, Any]:
        levels = {"over": self.over, "from": self.at_least, "under": self.under, "up_to": self.up_to}
        return {name: level for name, level in levels.items() if level is not None}

    @property
    def comparator(self) -> str | None:
        """One of `COMPARATORS`, or None."""
        return next(iter(self._given), None)

    @property
    def level(self) -> Decimal | int | str | None:
        """A number, `not stated`, `rule(path)`, or None where there is no comparison."""
        return next(iter(self._given.values()), None)

    def at(self, level: Decimal) -> "PackState":
        """The state with a level chosen where none is stated."""
        field = {"from": "at_least"}.get(self.comparator or "", self.comparator or "")
        return self.model_copy(update={field: level})

    @staticmethod
    def words(comparator: str, level: str) -> str:
        """A comparison as people say it: 'over 110', '50 or more'."""
        said = _COMPARED[comparator]
        return f"{level} {said}" if said.startswith("or ") else f"{said} {level}"


class Covers(_PackPart):
    """Whom a measure is about: units of a level, of these grades, in these streams, within these units.

    A post that stands for nobody is covered where its grade is named, and not otherwise.
    """

    level: Literal["post", "team", "pdu", "region", "nation"] = "post"
    grades: Annotated[list[GradeName], Field(min_length=1)] | None = None
    streams: Annotated[list[Stream], Field(min_length=1)] = ["sentence_management"]
    units: list[Annotated[str, Field(min_length=1, max_length=40)]] = []

    @model_validator(mode="after")
    def _grades_of_posts(self) -> "Covers":
        if self.grades is not None and self.level != "post":
            raise ValueError("grades can only be named where level is post")
        return self

    def holds(self, total: Mapping[str, Any]) -> bool:
        """Whether a unit (`ledger.TOTAL` by column) is one of those."""
        if total["level"] != self.level or total["stream"] not in self.streams:
            return False
        if self.level == "post" and total["grade"] not in (self.grades or STAFF_GRADES):
            return False
        own = {total["code"], *(total.get(f"{level}_code") for level in ("team", "pdu", "region")), "nation"}
        return not self.units or bool(own & set(self.units))


class PackMeasure(_PackPart):
    """One thing that a pack measures, and the states it can be in, the mildest first."""

    name: _Line
    value: _Text
    unit: _Line
    covers: Covers = Covers()
    clause: _Text | None = None
    since: date | None = Field(None, alias="from")
    until: date | None = Field(None, alias="to")
    states: Annotated[list[PackState], Field(min_length=1, max_length=12)]

    @field_validator("value", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value

    @field_validator("value")
    @classmethod
    def _can_be_read(cls, value: str) -> str:
        try:
            expressions.parse(value)
        except ExpressionError as error:
            raise ValueError(f"'{value}' {error}") from None
        return value

    @model_validator(mode="after")
    def _states_in_order(self) -> "PackMeasure":
        seen = [state.state for state in self.states]
        twice = sorted({state for state in seen if seen.count(state) > 1})
        if twice:
            raise ValueError(f"has the state '{twice[0]}' twice; give each a name of its own")
        if any(state.comparator is None for state in self.states[1:]):
            raise ValueError(
                "only the first state may be without a comparison: add over, from, under or up_to"
            )
        if self.since and self.until and self.until < self.since:
            raise ValueError("ends before it begins; change 'from' or 'to'")
        return self

    @cached_property
    def expression(self) -> Expression:
        return expressions.parse(self.value)

    def in_force(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Agreement(_PackPart):
    """A whole agreement. `key` is the name of its file without its ending."""

    key: _Key
    name: _Line
    clause: _Text
    source: _Line
    binds: bool
    since: date | None = Field(None, alias="from")
    until: date | None = Field(None, alias="to")
    note: _Text | None = None
    collects: dict[_Key, _Line] = {}
    blanks: Annotated[list[_Line], Field(max_length=20)] = []
    measures: Annotated[dict[_Key, PackMeasure], Field(max_length=20)] = {}
    tasks: Annotated[list[_Line], Field(min_length=1, max_length=50)] | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> "Agreement":
        if not self.measures and self.tasks is None and not self.blanks:
            raise ValueError("says nothing: give measures, tasks, or blanks that say what is not known")
        if self.since and self.until and self.until < self.since:
            raise ValueError("ends before it begins; change 'from' or 'to'")
        own = sorted(set(self.collects) & set(measured.FIGURES))
        if own:
            raise ValueError(f"collects '{own[0]}', which the case data has; choose another name")
        for key, measure in self.measures.items():
            for name in expressions.names(measure.expression):
                try:
                    measured.check(name, self.collects)
                except ExpressionError as error:
                    raise ValueError(f"measure '{key}': {error}") from None
        return self

    def in_force(self, day: date) -> bool:
        """Whether the agreement itself was in force on a day, as far as its source says."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    @property
    def unstated(self) -> tuple[str, ...]:
        """The levels that the source does not state, as MEASURE.STATE."""
        return tuple(f"{key}.{state.state}" for key, state in self._states() if state.level == NOT_STATED)

    def _states(self) -> Iterator[tuple[str, PackState]]:
        for key, measure in self.measures.items():
            for state in measure.states:
                yield key, state

    def with_levels(self, levels: Mapping[str, Decimal]) -> "Agreement":
        """The pack with levels chosen for what its source does not state, by MEASURE.STATE.

        Raises ExpressionError for a level that is stated, or that the pack does not have.
        """
        for name in levels:
            if name not in self.unstated:
                has = ", ".join(self.unstated) or "none"
                raise ExpressionError(
                    f"'{name}' is not a level that {self.name} leaves open; those are: {has}"
                )
        measures = {
            key: measure.model_copy(
                update={
                    "states": [
                        state.at(levels[f"{key}.{state.state}"])
                        if f"{key}.{state.state}" in levels
                        else state
                        for state in measure.states
                    ]
                }
            )
            for key, measure in self.measures.items()
        }
        return self.model_copy(update={"measures": measures})
