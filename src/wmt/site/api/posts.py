"""One thing of one post: hours from a day, a reduction, a correction of a grade."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Path, Query, Router
from ninja.responses import Status

from wmt.facts.enums import micro_hours
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.api import (
    lookups,
    payloads,
    schemas,  # fmt: skip
)
from wmt.site.availability import change_requests, queries
from wmt.site.availability.labels import entry_words
from wmt.site.availability.records import Post, PostRecords

router = Router()


@router.put(
    "posts/{code:code}/hours/{first_day}",
    response=schemas.answers(payloads.SavedShown, *schemas.WRITE),
    url_name="api-hours",
    summary="Contracted hours from a day on",
)
def put_hours(
    request: HttpRequest,
    code: lookups.PostCode,
    first_day: Annotated[schemas.Day, Path()],
    payload: Body[payloads.HoursPut],
) -> dict[str, Any]:
    """Hours a week from the day on, until the day of the next. Twice the same is the same."""
    post = _mine(request, code)
    plan = queries.plans_of([post]).get(post, PostRecords())
    stands = next((each for each in plan.hours if each.first_day == first_day), None)
    if stands is not None and not payload.version:
        text = "Hours from this day have already been entered. They are now:"
        raise change_requests.ConflictError(
            [change_requests.ChangeFault("CHANGED", text, "version", None, [entry_words(stands, {})])]
        )
    if stands is None and payload.version:
        text = "Someone else has deleted the hours from this day, or they do not exist."
        raise change_requests.ConflictError([change_requests.ChangeFault("GONE", text, "version")])
    change = change_requests.Change(
        kind="hours", post=post, key=stands.key if stands else "", version=payload.version,
        first_day=first_day, hours_micro=micro_hours(payload.hours),
    )  # fmt: skip
    return payloads.saved(request, [change], payload.why)


@router.delete(
    "posts/{code:code}/hours/{first_day}",
    response=schemas.answers(payloads.SavedShown, *schemas.WRITE),
    url_name="api-hours-end",
    summary="Delete contracted hours",
)
def withdraw_hours(
    request: HttpRequest,
    code: lookups.PostCode,
    first_day: Annotated[schemas.Day, Path()],
    payload: Query[payloads.WithdrawalIn],
) -> dict[str, Any]:
    """The hours from this day on no longer count. The record is kept as withdrawn."""
    post = _mine(request, code)
    plan = queries.plans_of([post]).get(post, PostRecords())
    stands = next((each for each in plan.hours if each.first_day == first_day), None)
    if stands is None:
        raise queries.UnknownRecord("no hours begin on this day")
    return _withdrawn(request, "hours", post, stands.key, payload)


@router.post(
    "posts/{code:code}/reductions", response=schemas.answers(payloads.SavedShown, *schemas.WRITE, status=201),
    url_name="api-reductions", summary="A new reduction",
)  # fmt: skip
def post_reduction(request: HttpRequest, code: lookups.PostCode, payload: Body[payloads.ReductionIn]) -> Any:
    """Hours taken off for a reason, from the first day to the last."""
    return Status(
        201, payloads.saved(request, [payloads.reduction_change(_mine(request, code), payload)], payload.why)
    )


@router.put(
    "posts/{code:code}/reductions/{code:key}",
    response=schemas.answers(payloads.SavedShown, *schemas.WRITE),
    url_name="api-reduction",
    summary="Change a reduction",
)
def put_reduction(
    request: HttpRequest, code: lookups.PostCode, key: lookups.RecordKey, payload: Body[payloads.ReductionPut]
) -> dict[str, Any]:
    """Another version of a reduction; those before it stay in its history."""
    post = _mine(request, code)
    queries.standing("reduction", key, post)
    return payloads.saved(
        request, [payloads.reduction_change(post, payload, key, payload.version)], payload.why
    )


@router.delete(
    "posts/{code:code}/reductions/{code:key}", response=schemas.answers(payloads.SavedShown, *schemas.WRITE),
    url_name="api-reduction-withdraw", summary="Delete a reduction",
)  # fmt: skip
def withdraw_reduction(
    request: HttpRequest,
    code: lookups.PostCode,
    key: lookups.RecordKey,
    payload: Query[payloads.WithdrawalIn],
) -> dict[str, Any]:
    """The reduction never counts. The record is kept as withdrawn; to end it, change its last day."""
    return _withdrawn(request, "reduction", _mine(request, code), key, payload)


@router.post(
    "posts/{code:code}/grades",
    response=schemas.answers(payloads.SavedShown, *schemas.WRITE, status=201),
    url_name="api-grades",
    summary="Correct a grade",
)
def post_grade(request: HttpRequest, code: lookups.PostCode, payload: Body[payloads.GradeIn]) -> Any:
    """Another grade than the extract gives, from a day on."""
    return Status(
        201, payloads.saved(request, [payloads.grade_change(_mine(request, code), payload)], payload.why)
    )


@router.put(
    "posts/{code:code}/grades/{code:key}",
    response=schemas.answers(payloads.SavedShown, *schemas.WRITE),
    url_name="api-grade",
    summary="Change a correction of a grade",
)
def put_grade(
    request: HttpRequest, code: lookups.PostCode, key: lookups.RecordKey, payload: Body[payloads.GradePut]
) -> dict[str, Any]:
    """Another version of a correction, such as with a last day."""
    post = _mine(request, code)
    queries.standing("grade", key, post)
    return payloads.saved(request, [payloads.grade_change(post, payload, key, payload.version)], payload.why)


@router.delete(
    "posts/{code:code}/grades/{code:key}", response=schemas.answers(payloads.SavedShown, *schemas.WRITE),
    url_name="api-grade-withdraw", summary="Delete a correction of a grade",
)  # fmt: skip
def withdraw_grade(
    request: HttpRequest,
    code: lookups.PostCode,
    key: lookups.RecordKey,
    payload: Query[payloads.WithdrawalIn],
) -> dict[str, Any]:
    """The extract's own grade holds as if nobody had corrected it."""
    return _withdrawn(request, "grade", _mine(request, code), key, payload)


def _mine(request: HttpRequest, code: str) -> Post:
    """The post of an address, which who asks may change. Raises Denied and UnknownUnit."""
    state, _, post = lookups.post_for(request, code)
    need(request, Action.EDIT_AVAILABILITY, level="post", code=code, state=state)
    return post


def _withdrawn(
    request: HttpRequest, kind: change_requests.Kind, post: Post, key: str, wish: payloads.WithdrawalIn
) -> dict[str, Any]:
    queries.standing(kind, key, post)
    change = change_requests.Change(kind=kind, post=post, key=key, version=wish.version, withdraw=True)
    return payloads.saved(request, [change], wish.why)
