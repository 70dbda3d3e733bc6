"""The shape of the YAML files: a list of entries, each one parameter or one group of them.

Every key that an entry may have is here. `checked` turns what pydantic finds wrong into faults with remedies.
"""

from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from wmt.rules.errors import RuleFault


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True, frozen=True)


class Origin(_Strict):
    """Where a value comes from. What is not given here is taken from the next wider place."""

    source: str | None = None
    status: str | None = None
    note: str | None = None


class ValueEntry(Origin):
    """One dated value with an origin of its own."""

    value: Any


class Spec(Origin):
    """What a row, a field, a group or a single parameter may say about its values."""

    description: str | None = None
    unit: str | None = None
    optional: bool | None = None


class RuleRow(Spec):
    """A row that says more than its values."""

    values: Any


class RuleEntry(Spec):
    """An entry: `parameter` with `values`, or `group` with `rows` (and `fields` if rows are records).

    `since` is the day, or the days column by column, from which bare values hold.
    """

    group: str | None = None
    parameter: str | None = None
    since: list[date] = Field(default=[], alias="from")
    sources: dict[date, Origin] = {}
    fields: dict[str, Spec] = {}
    rows: dict[Any, Any] = {}
    values: Any = None

    @field_validator("since", mode="before")
    @classmethod
    def _one_or_more_days(cls, value: Any) -> Any:
        return value if isinstance(value, list) else [value]


class ConsultationEntry(_Strict):
    """Who was consulted about an overlay, when, and by which letter."""

    body: str = ""
    date: Any = None
    letter: str = ""


class OverlayFile(_Strict):
    """One overlay file; `values` are {path: value} or {path: {date: value}}."""

    name: str
    reference: str
    values: dict[str, Any]
    description: str = ""
    reason: str = ""
    effect: str = ""
    consultation: ConsultationEntry = ConsultationEntry()


Model = TypeVar("Model", bound=BaseModel)


def checked(model: type[Model], content: Any, file: str, key: str) -> tuple[Model | None, list[RuleFault]]:
    """The content as a model, or None with a fault for every key that is wrong."""
    try:
        return model.model_validate(content), []
    except ValidationError as error:
        names = [field.alias or name for name, field in model.model_fields.items()]
        remedies = {
            "missing": "is missing; add it",
            "extra_forbidden": f"is not a key known here; use one of {', '.join(names)}",
            "string_type": "should be text; put it between quotes",
            "bool_type": "should be true or false",
            "date_type": "should be a date; write year-month-day",
            "model_type": "should be a mapping of keys",
            "dict_type": "should be a mapping of keys",
        }
        faults = []
        for detail in error.errors():
            parts = (str(part) for part in detail["loc"] if not str(part).startswith("["))
            said = f"cannot be read: {detail['msg'][:1].lower()}{detail['msg'][1:]}; mend it"
            faults.append(RuleFault(file, " > ".join([key, *parts]), remedies.get(detail["type"], said)))
        return None, faults
