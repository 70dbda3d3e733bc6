"""What was entered about posts: hours, reductions and grades, past and to come, and what ends soon."""

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from wmt.ledger import decimal
from wmt.ledger.serialise import micro
from wmt.site.accounts import visibility
from wmt.site.api import lookups, schemas
from wmt.site.audit.reads import note_read
from wmt.site.availability import labels, queries, reduction_archive
from wmt.site.availability.limits import ReasonOnDay
from wmt.site.availability.records import (
    HoursRecord,
    PostRecords,
    ReductionRecord,
    status_of,
)
from wmt.site.availability.withheld import plan_without_reasons, without_reason
from wmt.site.figures import units
from wmt.site.figures.withheld import REDUCED
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

router = Router()

Status = Literal["scheduled", "active", "ended", "withdrawn"]


class HoursShown(Schema):
    """Contracted hours a week, from a day on until the next."""

    key: str
    version: int
    first_day: date = Field(description="0001-01-01: from the beginning.")
    hours: schemas.Exact
    status: Status


class ReductionShown(Schema):
    """Hours taken off, or a share of the contracted hours, on every day from first to last."""

    key: str = Field(description="Empty where its reason is withheld from you.")
    version: int
    reason: str = Field(description="Empty where it is withheld from you: you then see hours and days.")
    reason_name: str
    hours: schemas.Exact | None
    percent: schemas.Exact | None
    first_day: date
    last_day: date | None = Field(description="null: until it is ended.")
    status: Status
    notes: str | None = Field(description="null where you may not read the notes of this post.")


class GradeShown(Schema):
    """Another grade than the extract gives, for a time."""

    key: str
    version: int
    grade: str
    first_day: date
    last_day: date | None
    status: Status


class PlanShown(Schema):
    """All that stands for a post, past and future, in the order of the first days."""

    post: str
    name: str
    contracted_hours: schemas.Exact = Field(description="A week, today, before reductions.")
    hours_from: str = Field(
        description=f"Where from: {', '.join(labels.SOURCES)}. The last is never a contract of 0 hours."
    )
    hours: list[HoursShown]
    reductions: list[ReductionShown]
    grades: list[GradeShown]


class PlansShown(schemas.PageShown):
    """The same for the posts of a team, by name."""

    items: list[PlanShown]


class EndingShown(ReductionShown):
    """A reduction that ends soon, and the post it is of."""

    post: str


class EndingsShown(schemas.PageShown):
    """Reductions in force that end soon, the soonest first."""

    items: list[EndingShown]


class EndingFilter(schemas.Paging):
    """How far to look."""

    days: int = Field(30, ge=1, le=366, description="Last days up to so many days from now.")


@router.get(
    "posts/{code:code}/records", response=schemas.answers(PlanShown, *schemas.READ), url_name="api-records",
    summary="Hours, reductions and grades of a post",
)  # fmt: skip
def records(request: HttpRequest, code: lookups.PostCode) -> dict[str, Any]:
    """What stands for a post, past and future. Withdrawn records are in its history."""
    state, unit, post = lookups.post_for(request, code)
    plan = queries.plans_of([post]).get(post, PostRecords())
    note_read(lookups.me(request), unit)
    return shown_plan(state, plan, unit, reads=visibility.reasons(lookups.me(request)).covers(unit))


@router.get(
    "teams/{code:code}/records",
    response=schemas.answers(PlansShown, *schemas.READ),
    url_name="api-team-records",
    summary="Hours, reductions and grades of a team",
)
def team_records(request: HttpRequest, code: lookups.TeamCode, paging: schemas.Where) -> dict[str, Any]:
    """What stands for the posts of a team. Reasons and notes only of posts where one may read them."""
    state, team = lookups.unit_for(request, "team", code)
    found = units.everybody(state, team)
    shown = {(unit.team_code, unit.staff_code): unit for unit in paging.part(found)}
    plans, reach = queries.plans_of(list(shown)), visibility.reasons(lookups.me(request))
    note_read(lookups.me(request), team)
    items = [
        shown_plan(state, plans.get(post, PostRecords()), unit, reads=reach.covers(unit))
        for post, unit in shown.items()
    ]
    return {**paging.about(found.count()), "items": items}


@router.get(
    "units/{level}/{code:code}/ending",
    response=schemas.answers(EndingsShown, *schemas.READ),
    url_name="api-ending",
    summary="Reductions that end soon",
)
def ending(
    request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode, paging: Query[EndingFilter]
) -> dict[str, Any]:
    """Reductions of posts under a unit, in force today, whose last day is near."""
    state, unit = lookups.unit_for(request, level, code)
    rows = queries.ending(state, unit, paging.days)
    reads = visibility.reasons_of_posts(lookups.me(request), state)
    hours = reduction_archive.Contracted(unit, state)
    note_read(lookups.me(request), unit)
    reasons = queries.every_reason()
    items = []
    for row in paging.part(rows):
        entry = queries.as_entry(row)
        assert isinstance(entry, ReductionRecord)
        if not reads(row.post):
            entry = without_reason(entry, hours.of(row.post))
        items.append({"post": ":".join(row.post), **shown_cut(entry, state.day, reasons)})
    return {**paging.about(len(rows)), "items": items}


def shown_plan(state: State, plan: PostRecords, unit: Unit, *, reads: bool) -> dict[str, Any]:
    """A post's plan as the API shows it. `reads`: whether with reasons and notes."""
    if not reads:
        plan = plan_without_reasons(plan, lambda _: unit.contracted_hours_micro)
    reasons = queries.every_reason()
    ends = [each.first_day for each in plan.hours[1:]]
    return {
        "post": unit.code,
        "name": unit.name,
        "contracted_hours": micro(unit.contracted_hours_micro),
        "hours_from": labels.source_of(unit, plan, state.day),
        "hours": [
            _hours(each, after, state.day) for each, after in zip(plan.hours, [*ends, None], strict=False)
        ],
        "reductions": [shown_cut(each, state.day, reasons) for each in plan.reductions],
        "grades": [
            schemas.filled(GradeShown, each, status=status_of(each.first_day, each.last_day, state.day))
            for each in plan.grades
        ],
    }


def _hours(entry: HoursRecord, next_day: date | None, day: date) -> dict[str, Any]:
    """Hours end where the next begin."""
    status = "ended" if next_day is not None and next_day <= day else status_of(entry.first_day, None, day)
    return schemas.filled(HoursShown, entry, hours=micro(entry.hours_micro), status=status)


def shown_cut(entry: ReductionRecord, day: date, reasons: Any) -> dict[str, Any]:
    """A reduction as the API shows it, be it without its reason."""
    withheld = entry.reason == REDUCED
    reason: ReasonOnDay | None = reasons.get(entry.reason)
    return schemas.filled(
        ReductionShown, entry, reason="" if withheld else entry.reason,
        reason_name=reason.short_name if reason else entry.reason, hours=micro(entry.hours_micro),
        percent=decimal(entry.percent_x100), notes=None if withheld else entry.notes,
        status=status_of(entry.first_day, entry.last_day, day),
    )  # fmt: skip
