"""A plan: a named list of steps to be laid over a night, as a YAML file or a page has it.

The file holds what would change, never a copy of what is: laid over another night, it follows that one.
"""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from wmt.errors import RefusalError
from wmt.plan.demand_levers import demand_fault
from wmt.rules import RuleFault
from wmt.rules.exact_yaml import read_yaml

#: So many steps, and so many cases or posts in one, are a plan; more is a slip.
MOST_STEPS = 500
MOST = 20_000
_HOURS_A_WEEK = 168

Post = Annotated[str, Field(pattern=r"^[^:\s\x00]+:[^:\s\x00]+$", max_length=80)]
#: A post (TEAM:STAFF), or a team for all its posts.
Place = Annotated[str, Field(pattern=r"^[^:\s\x00]+(:[^:\s\x00]+)?$", max_length=80)]
#: A case by its reference. No database looks for what has a NUL in it.
Ref = Annotated[str, Field(pattern=r"^[^\x00]+$", max_length=80)]
#: One post, or several in a list.
Posts = Annotated[
    list[Post],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    Field(max_length=500),
]
Number = Annotated[int, Field(ge=1, le=MOST)]
Hours = Annotated[Decimal, Field(ge=0, le=_HOURS_A_WEEK, decimal_places=6, strict=False)]
Percent = Annotated[Decimal, Field(gt=0, le=100, decimal_places=2, strict=False)]
#: A number of a lever of demand.
Amount = Annotated[Decimal, Field(decimal_places=2, max_digits=12, strict=False)]


class PlanError(RefusalError, ValueError):
    """A plan that cannot be used: every fault, each with its step and remedy."""


class _Dumper(yaml.SafeDumper):
    """Writes decimals as they are read, and nothing by an anchor."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _decimal(dumper: yaml.SafeDumper, number: Decimal) -> yaml.ScalarNode:
    text = f"{number:f}"
    kind = "float" if "." in text else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


_Dumper.add_representer(Decimal, _decimal)


class _Step(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)

    @property
    def content(self) -> dict[str, Any]:
        """The step as the file has it."""
        return self.model_dump(by_alias=True, exclude_defaults=True)


class _CasesStep(_Step):
    """Cases by their references, or so many of a kind that a post or a team holds."""

    cases: Annotated[list[Ref], Field(max_length=MOST)] = []
    number: Number | None = None
    kind: str = ""  # 'community:C2', as `wmt candidates --kind` has it
    held_by: Place | None = Field(None, alias="from")

    @model_validator(mode="after")
    def _one_way(self) -> "_CasesStep":
        by_kind = (self.number is not None, bool(self.kind), self.held_by is not None)
        if bool(self.cases) == any(by_kind) or (any(by_kind) and not all(by_kind)):
            raise ValueError("name the cases, or give number, kind and from; not both")
        return self


class MoveStep(_CasesStep):
    """Cases go to a post, or to several in turn."""

    do: Literal["move"]
    to: Annotated[Posts, Field(min_length=1)]


class BecomeStep(_CasesStep):
    """Cases become of another type or tier."""

    do: Literal["become"]
    becomes: str


class EndStep(_CasesStep):
    """Cases end."""

    do: Literal["end"]


class ArriveStep(_Step):
    """Cases of a kind come to a post, or to a team, where they wait: so many, or so many a week."""

    do: Literal["arrive"]
    kind: str
    to: Place
    number: Number | None = None
    a_week: Annotated[int, Field(ge=1, le=1_000)] | None = None
    weeks: Annotated[int, Field(ge=1, le=104)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "ArriveStep":
        by_week = (self.a_week is not None, self.weeks is not None)
        if (self.number is not None) == any(by_week) or (any(by_week) and not all(by_week)):
            raise ValueError("give number, or a_week and weeks; not both")
        return self

    @property
    def cases(self) -> int:
        """How many come."""
        return self.number or (self.a_week or 0) * (self.weeks or 0)


class HoursStep(_Step):
    """A post has other contracted hours."""

    do: Literal["hours"]
    post: Post
    hours: Hours


class ReduceStep(_Step):
    """A post has one reduction more: hours a week, or a share of its contracted hours."""

    do: Literal["reduce"]
    post: Post
    hours: Hours | None = None
    percent: Percent | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "ReduceStep":
        if (self.hours is None) == (self.percent is None):
            raise ValueError("give hours or percent, one of the two")
        return self


class EndReductionsStep(_Step):
    """The reductions of a post end: all of them, or those named."""

    do: Literal["end_reductions"]
    post: Post
    reductions: list[str] = []


class GradeStep(_Step):
    """A post has another grade; its contracted hours stay, where they are known."""

    do: Literal["grade"]
    post: Post
    grade: Literal["PO", "PSO", "TPO", "SPO"]


class LeaveStep(_Step):
    """An officer leaves: no hours any more, and the cases wait in the team, or go to others in turn."""

    do: Literal["leave"]
    post: Post
    to: Posts = []

    @model_validator(mode="after")
    def _others(self) -> "LeaveStep":
        if self.post in self.to:
            raise ValueError("who leaves takes no cases; name others in to")
        return self


class StartStep(_Step):
    """Officers start in a team, with the hours that are usual for their grade unless others are given."""

    do: Literal["start"]
    team: Annotated[str, Field(pattern=r"^[^:\s\x00]+$", max_length=40)]
    grade: Literal["PO", "PSO", "TPO", "SPO"]
    posts: Annotated[int, Field(ge=1, le=500)] = 1
    hours: Hours | None = None


class RulesStep(_Step):
    """Other values of rules, from then on for everybody: what `wmt rules` calls an overlay."""

    do: Literal["rules"]
    reference: str = "a plan"
    values: dict[str, Any] = Field(min_length=1)


class PriorityStep(_Step):
    """A PDU is at a priority level. Business as usual keeps its figures; the responsive figures change."""

    do: Literal["priority"]
    pdu: Annotated[str, Field(pattern=r"^[^:\s\x00]+$", max_length=40)]
    level: Literal["green", "amber", "red"]


class DemandStep(_Step):
    """Demand is other than today, by one lever: a number, or a range from `low` to `high`. No figure of the
    measure changes; what the work needs does. `wmt.plan.demand_levers` says what each lever needs."""

    do: Literal["demand"]
    lever: str
    low: Amount | None = None
    high: Amount | None = None
    band: Literal["much_lower", "lower", "higher", "much_higher"] | None = None
    tier: Annotated[str, Field(pattern=r"^[A-G][0-3]?$")] | None = None
    becomes: Annotated[str, Field(pattern=r"^[A-G][0-3]?$")] | None = None
    month: Annotated[int, Field(ge=0, le=120)] | None = None  # from now
    months: Annotated[int, Field(ge=1, le=120)] | None = None  # how long before their day
    unit_cost: Annotated[Decimal, Field(ge=0, le=10_000_000, decimal_places=2, strict=False)] | None = None
    intensity: Literal["low", "medium", "high"] | None = None
    budget: Annotated[Decimal, Field(ge=0, decimal_places=2, max_digits=15, strict=False)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> "DemandStep":
        if fault := demand_fault(self):
            raise ValueError(fault)
        return self


Step = (
    MoveStep | BecomeStep | EndStep | ArriveStep | HoursStep | ReduceStep | EndReductionsStep | GradeStep
    | LeaveStep | StartStep | RulesStep | PriorityStep | DemandStep
)  # fmt: skip


class Plan(BaseModel):
    """A plan by its name, and its steps in the order they are done."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=200)]
    note: str = ""
    steps: Annotated[list[Annotated[Step, Field(discriminator="do")]], Field(max_length=MOST_STEPS)]

    @property
    def text(self) -> str:
        """The plan as its file has it; `read_plan` gives the same plan again."""
        noted = {"note": self.note} if self.note else {}
        content = {"name": self.name, **noted, "steps": [step.content for step in self.steps]}
        return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)

    @property
    def places(self) -> set[str]:
        """The posts ('TEAM:STAFF') and teams that its steps name."""
        found: set[str] = set()
        for step in self.steps:
            for name in ("post", "team", "held_by", "to"):
                named = getattr(step, name, None) or ()
                found.update([named] if isinstance(named, str) else named)
        return found

    @property
    def pdus(self) -> set[str]:
        """The PDUs whose priority level its steps set."""
        return {step.pdu for step in self.steps if isinstance(step, PriorityStep)}

    @property
    def demand(self) -> list[DemandStep]:
        """Its steps on demand, in their order."""
        return [step for step in self.steps if isinstance(step, DemandStep)]

    @property
    def refs(self) -> set[str]:
        """The cases that its steps name."""
        return {ref for step in self.steps if isinstance(step, _CasesStep) for ref in step.cases}


#: What a step may be, by its `do`.
STEPS: dict[str, type[BaseModel]] = {
    step.model_fields["do"].annotation.__args__[0]: step for step in Step.__args__
}


def load_plan(path: Path) -> Plan:
    """A plan from its file. Raises PlanError with every fault."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError(f"{path} cannot be read as a plan: {error}") from None
    return read_plan(text, path.name)


def read_plan(text: str, file: str = "plan") -> Plan:
    """A plan from the text of its file. Raises PlanError with every fault."""
    content, faults = read_yaml(text, file)
    if faults:
        raise _refused(faults)
    return plan_of(content, file)


def plan_of(content: Any, file: str = "plan") -> Plan:
    """A plan from plain data: {name, note, steps}. Raises PlanError with every fault."""
    if not isinstance(content, dict):
        raise PlanError(f"{file}: should be a mapping with name and steps; `wmt plan new` writes one")
    try:
        return Plan.model_validate(content)
    except ValidationError as error:
        raise _refused([_fault(file, detail) for detail in error.errors()]) from None


def step_of(content: Any) -> Step:
    """A step from plain data. Raises PlanError with every fault of it."""
    try:
        return Plan.model_validate({"name": "of one step", "steps": [content]}).steps[0]
    except ValidationError as error:
        raise _refused([_fault("", detail, is_alone=True) for detail in error.errors()]) from None


def _refused(faults: list[RuleFault]) -> PlanError:
    return PlanError("\n".join(str(fault) for fault in faults))


def _fault(file: str, detail: Any, *, is_alone: bool = False) -> RuleFault:
    """What pydantic finds wrong, with the step by its number from 1, if it is not alone, and what to do."""
    place = [str(part) for part in detail["loc"]]
    kind, where = "", " > ".join(place)
    if place[:1] == ["steps"] and len(place) > 1:
        kind = place[2] if len(place) > 2 else ""
        where = " > ".join([*([] if is_alone else [f"step {int(place[1]) + 1}"]), *place[3:]])
    known = STEPS.get(kind, Plan).model_fields
    names = ", ".join(field.alias or name for name, field in known.items())
    remedies = {
        "missing": "is missing; add it",
        "extra_forbidden": f"is not a key known here; use one of {names}",
        "string_type": "should be text; put it between quotes",
        "union_tag_invalid": f"do should be one of {', '.join(STEPS)}",
        "union_tag_not_found": f"should say what to do: do should be one of {', '.join(STEPS)}",
        "string_pattern_mismatch": f"{detail['input']!r} is no "
        + ("reference of a case" if "cases" in place else "post (TEAM:STAFF) or team"),
        "value_error": str(detail.get("ctx", {}).get("error", "")),
    }
    said = f"cannot be read: {detail['msg'][:1].lower()}{detail['msg'][1:]}; mend it"
    return RuleFault(file, where, remedies.get(detail["type"], said))
