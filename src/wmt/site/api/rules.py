"""The rules: as the figures that are shown used them, or as they are on any day."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from wmt.rules.values import ALWAYS
from wmt.site.api import schemas
from wmt.site.api.lookups import state_for, unknown
from wmt.site.queries.rules_on_day import rules_at
from wmt.site.workload.models import RuleValue

router = Router()

RulePath = Annotated[
    str,
    StringConstraints(min_length=1, max_length=300, pattern=r"^[A-Za-z0-9_.-]+$"),
    Path(description="The path of the rule, such as tier_points.pc16.community.A3."),
]


class RuleShown(Schema):
    """A rule with its value."""

    path: str
    value: str | None = Field(description="Exactly as written.")
    unit: str
    valid_from: date | None = Field(description="null: always.")
    description: str
    source: str
    status: str
    note: str
    overlay: str = Field(description="A local change to it; empty for none.")


class RulesShown(schemas.PageShown):
    """Rules, by path."""

    items: list[RuleShown]


class RuleFilter(schemas.Paging):
    """Which rules, and of when."""

    under: Annotated[str, StringConstraints(max_length=300, pattern=r"^[A-Za-z0-9_.-]*$")] = Field(
        "", description="Only rules whose path begins so."
    )
    on: schemas.Day | None = Field(
        None, description="The rules of a day; null: those of the figures that are shown."
    )


class RuleDayQuery(Schema):
    """Of when."""

    on: schemas.Day | None = Field(None, description="null: the rule of the figures that are shown.")


@router.get(
    "rules", response=schemas.answers(RulesShown, 422), url_name="api-rules", summary="Rules and their values"
)
def list_rules(request: HttpRequest, paging: Query[RuleFilter]) -> dict[str, Any]:
    """The rules the figures were priced by, overlays laid over; or those of a day, as published."""
    found = [rule for rule in _rules(request, paging.on) if rule["path"].startswith(paging.under)]
    return {**paging.about(len(found)), "items": list(paging.part(found))}


@router.get(
    "rules/{path}", response=schemas.answers(RuleShown, 404, 422), url_name="api-rule", summary="One rule"
)
def one_rule(request: HttpRequest, path: RulePath, wish: Query[RuleDayQuery]) -> dict[str, Any]:
    """One rule with its value and where it comes from."""
    found = next((rule for rule in _rules(request, wish.on) if rule["path"] == path), None)
    if found is None:
        raise unknown("rule in force")
    return found


def _rules(request: HttpRequest, on: date | None) -> list[dict[str, Any]]:
    if on is not None:
        return [
            schemas.filled(
                RuleShown, each, value=None if each.value is None else str(each.value), note=each.note or "",
                overlay=each.overlay or "", valid_from=None if each.valid_from == ALWAYS else each.valid_from,
            )
            for each in sorted(rules_at(on), key=lambda each: each.path)
        ]  # fmt: skip
    return [
        schemas.filled(
            RuleShown, row, valid_from=date.fromisoformat(row.valid_from) if row.valid_from else None
        )
        for row in RuleValue.objects.filter(load_id=state_for(request).load_id).order_by("path")
    ]
