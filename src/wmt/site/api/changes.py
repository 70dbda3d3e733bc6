"""Changes of hours, reductions and grades: looked at before they are made, and made, all or none."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Path, Query, Router, Schema

from wmt.facts.words import micro_hours
from wmt.site.accounts.access import need, visible_to
from wmt.site.accounts.roles import Action
from wmt.site.api import problems
from wmt.site.api.asking import me, post_for, state_for
from wmt.site.api.records import PostCode, TimeShown, shown_time
from wmt.site.api.shapes import (
    WRITE,
    CodeIn,
    Day,
    FaultShown,
    Given,
    GradeName,
    HoursIn,
    Key,
    KeyIn,
    Notes,
    PercentIn,
    Short,
    Version,
    Why,
    answers,
)  # fmt: skip
from wmt.site.availability import actions, standing
from wmt.site.availability.changes import Change, ConflictError, Fault, Kind, RefusedError
from wmt.site.availability.effects import Effect
from wmt.site.availability.plan import Plan, Post
from wmt.site.availability.words import entry_words
from wmt.site.workload.current import State
from wmt.site.workload.models import Unit
from wmt.site.workload.units import UnknownUnit

router = Router()

#: So many changes may come at once.
MOST = 500
_FIELDS = {
    "hours_micro": "hours",
    "percent_x100": "percent",
    "allowance_x100": "allowance_percent",
    "max_x100": "max_percent",
}
RecordKey = Annotated[Key, Path(description="The key of the record.")]


class ChangeIn(Given):
    """One thing that is wanted of one post.

    Without `key` it is something new. With `key` it is another version of that record, or with `withdraw`
    its withdrawal; `version` is then the version that was read.
    """

    kind: Literal["hours", "reduction", "grade"]
    post: CodeIn = Field(description="The code of the post: TEAM:STAFF.")
    key: KeyIn = ""
    version: int = Field(0, ge=0, le=2_000_000_000)
    withdraw: bool = False
    first_day: Day | None = None
    last_day: Day | None = Field(None, description="null: until it is ended.")
    hours: HoursIn | None = None
    percent: PercentIn | None = Field(None, description="Of the contracted hours, in place of hours.")
    reason: Short = ""
    notes: Notes = ""
    grade: GradeName | None = None


class ChangesIn(Given):
    """Changes that belong together: all of them are made, or none."""

    changes: list[ChangeIn] = Field(min_length=1, max_length=MOST)
    why: Why = ""


class HoursPut(Given):
    """Contracted hours from the day in the address. `version` where hours from that day stand already."""

    hours: HoursIn
    version: int = Field(0, ge=0, le=2_000_000_000)
    why: Why = ""


class ReductionIn(Given):
    """A reduction, in hours or as a share of the contracted hours; both days count."""

    reason: Short
    hours: HoursIn | None = None
    percent: PercentIn | None = None
    first_day: Day
    last_day: Day | None = Field(None, description="null: until it is ended, or as long as the reason lasts.")
    notes: Notes = ""
    why: Why = ""


class ReductionPut(ReductionIn):
    """The whole of a reduction, in place of the version that was read."""

    version: Version


class GradeIn(Given):
    """Another grade than the extract gives; both days count."""

    grade: GradeName
    first_day: Day
    last_day: Day | None = None
    why: Why = ""


class GradePut(GradeIn):
    """The whole of a correction, in place of the version that was read."""

    version: Version


class Withdrawal(Schema):
    """Which version is withdrawn, and why."""

    version: Version
    why: Why = Field(min_length=1)


class EffectShown(Schema):
    """A post or a team on a day on which the changes take effect, before and after."""

    level: Literal["post", "team"]
    code: str
    name: str
    day: date
    before: TimeShown
    after: TimeShown


class PreviewShown(Schema):
    """What changes would come to. They can be made where there are neither faults nor conflicts."""

    faults: list[FaultShown]
    conflicts: list[FaultShown] = Field(description="What somebody else changed since it was read.")
    warnings: list[FaultShown] = Field(description="What to look at twice; it can be saved.")
    effects: list[EffectShown]


class MadeShown(Schema):
    """A version that was made."""

    kind: Literal["hours", "reduction", "grade"]
    post: str
    key: str
    version: int
    withdrawn: bool


class SavedShown(Schema):
    """What was changed. Figures everywhere have it in them by now."""

    change: int = Field(description="The number of the change; figures of this revision or later have it.")
    records: list[MadeShown] = Field(description="In the order of the changes.")
    warnings: list[FaultShown]


@router.post(
    "changes/preview", response=answers(PreviewShown, 404, 413, 422), url_name="api-preview",
    summary="What changes would come to",
)  # fmt: skip
def preview(request: HttpRequest, payload: Body[ChangesIn]) -> dict[str, Any]:
    """Every fault of changes, and the figures of posts and teams before and after. Nothing is saved."""
    state = state_for(request)
    found = actions.preview(changes=_wanted(request, state, payload.changes), state=state, actor=me(request))
    checked = found.checked
    return {
        "faults": said(checked.faults),
        "conflicts": said(checked.conflicts),
        "warnings": said(checked.warnings),
        "effects": [_effect(effect, state) for effect in found.effects],
    }


@router.post(
    "changes",
    response=answers(SavedShown, *WRITE),
    url_name="api-changes",
    summary="Make changes, all or none",
)
def save(request: HttpRequest, payload: Body[ChangesIn]) -> dict[str, Any]:
    """One step with one entry in the audit, whatever the number of changes."""
    return _saved(request, _wanted(request, state_for(request), payload.changes), payload.why)


@router.put(
    "posts/{code:code}/hours/{first_day}", response=answers(SavedShown, *WRITE), url_name="api-hours",
    summary="Contracted hours from a day on",
)  # fmt: skip
def put_hours(
    request: HttpRequest, code: PostCode, first_day: Annotated[Day, Path()], payload: Body[HoursPut]
) -> dict[str, Any]:
    """Hours a week from the day on, until the day of the next. Twice the same is the same."""
    post = _mine(request, code)
    plan = standing.plans_of([post]).get(post, Plan())
    stands = next((each for each in plan.hours if each.first_day == first_day), None)
    if stands is not None and not payload.version:
        text = "Hours from this day are entered already. They now say:"
        raise ConflictError([Fault("CHANGED", text, "version", None, [entry_words(stands, {})])])
    change = Change(
        kind="hours", post=post, key=stands.key if stands else "", version=payload.version,
        first_day=first_day, hours_micro=micro_hours(payload.hours),
    )  # fmt: skip
    return _saved(request, [change], payload.why)


@router.delete(
    "posts/{code:code}/hours/{first_day}", response=answers(SavedShown, *WRITE), url_name="api-hours-end",
    summary="Withdraw contracted hours",
)  # fmt: skip
def withdraw_hours(
    request: HttpRequest, code: PostCode, first_day: Annotated[Day, Path()], payload: Query[Withdrawal]
) -> dict[str, Any]:
    """The hours from this day on no longer count. The record is kept as withdrawn."""
    post = _mine(request, code)
    plan = standing.plans_of([post]).get(post, Plan())
    stands = next((each for each in plan.hours if each.first_day == first_day), None)
    if stands is None:
        raise standing.UnknownRecord("no hours begin on this day")
    return _withdrawn(request, "hours", post, stands.key, payload)


@router.post(
    "posts/{code:code}/reductions", response=answers(SavedShown, *WRITE, status=201),
    url_name="api-reductions", summary="A new reduction",
)  # fmt: skip
def post_reduction(request: HttpRequest, code: PostCode, payload: Body[ReductionIn]) -> Any:
    """Hours taken off for a reason, from the first day to the last."""
    return _saved(request, [_reduction(_mine(request, code), payload)], payload.why)


@router.put(
    "posts/{code:code}/reductions/{code:key}", response=answers(SavedShown, *WRITE), url_name="api-reduction",
    summary="Change a reduction",
)  # fmt: skip
def put_reduction(
    request: HttpRequest, code: PostCode, key: RecordKey, payload: Body[ReductionPut]
) -> dict[str, Any]:
    """Another version of a reduction; those before it stay in its history."""
    post = _mine(request, code)
    standing.standing("reduction", key, post)
    return _saved(request, [_reduction(post, payload, key, payload.version)], payload.why)


@router.delete(
    "posts/{code:code}/reductions/{code:key}", response=answers(SavedShown, *WRITE),
    url_name="api-reduction-withdraw", summary="Withdraw a reduction",
)  # fmt: skip
def withdraw_reduction(
    request: HttpRequest, code: PostCode, key: RecordKey, payload: Query[Withdrawal]
) -> dict[str, Any]:
    """The reduction never counts. The record is kept as withdrawn; to end it, change its last day."""
    return _withdrawn(request, "reduction", _mine(request, code), key, payload)


@router.post(
    "posts/{code:code}/grades", response=answers(SavedShown, *WRITE, status=201), url_name="api-grades",
    summary="Correct a grade",
)  # fmt: skip
def post_grade(request: HttpRequest, code: PostCode, payload: Body[GradeIn]) -> Any:
    """Another grade than the extract gives, from a day on."""
    return _saved(request, [_grade(_mine(request, code), payload)], payload.why)


@router.put(
    "posts/{code:code}/grades/{code:key}", response=answers(SavedShown, *WRITE), url_name="api-grade",
    summary="Change a correction of a grade",
)  # fmt: skip
def put_grade(
    request: HttpRequest, code: PostCode, key: RecordKey, payload: Body[GradePut]
) -> dict[str, Any]:
    """Another version of a correction, such as with a last day."""
    post = _mine(request, code)
    standing.standing("grade", key, post)
    return _saved(request, [_grade(post, payload, key, payload.version)], payload.why)


@router.delete(
    "posts/{code:code}/grades/{code:key}", response=answers(SavedShown, *WRITE),
    url_name="api-grade-withdraw", summary="Withdraw a correction of a grade",
)  # fmt: skip
def withdraw_grade(
    request: HttpRequest, code: PostCode, key: RecordKey, payload: Query[Withdrawal]
) -> dict[str, Any]:
    """The extract's own grade holds as if nobody had corrected it."""
    return _withdrawn(request, "grade", _mine(request, code), key, payload)


def _mine(request: HttpRequest, code: str) -> Post:
    """The post of an address, which who asks may change. Raises Denied and UnknownUnit."""
    state, _, post = post_for(request, code)
    need(request, Action.EDIT_AVAILABILITY, level="post", code=code, state=state)
    return post


def _saved(request: HttpRequest, changes: Sequence[Change], why: str) -> dict[str, Any]:
    person = me(request)
    who = f"{person}, by the token {person.token.name}" if person.token else ""
    done = actions.save(actor=person, changes=changes, why=why, who=who)
    return {
        "change": done.number,
        "records": [
            {
                "kind": change.kind, "post": ":".join(change.post), "key": row.key, "version": row.version,
                "withdrawn": row.withdrawn,
            }
            for change, row in zip(changes, done.entries, strict=True)
        ],
        "warnings": said(done.warnings),
    }  # fmt: skip


def _withdrawn(request: HttpRequest, kind: Kind, post: Post, key: str, wish: Withdrawal) -> dict[str, Any]:
    standing.standing(kind, key, post)
    change = Change(kind=kind, post=post, key=key, version=wish.version, withdraw=True)
    return _saved(request, [change], wish.why)


def _wanted(request: HttpRequest, state: State, sent: Sequence[ChangeIn]) -> list[Change]:
    """The changes that were sent. Raises UnknownUnit for a post that is not there or may not be seen."""
    posts = Unit.objects.filter(
        load_id=state.load_id, level="post", whole=True, code__in={each.post for each in sent}
    )
    known = {unit.code: (unit.team_code, unit.staff_code) for unit in visible_to(posts, me(request), state)}
    faults = []
    for index, each in enumerate(sent):
        if each.post not in known:
            raise UnknownUnit("post", each.post)
        if bool(each.key) != bool(each.version):
            text = "A change of a record needs both its key and the version that was read"
            faults.append(Fault("VERSION_MISSING", text, "version", index))
        if each.withdraw and not each.key:
            text = "To withdraw a record, give its key and the version that was read"
            faults.append(Fault("KEY_MISSING", text, "key", index))
    if faults:
        raise RefusedError(faults)
    return [_change(each, known[each.post]) for each in sent]


def _change(sent: ChangeIn, post: Post) -> Change:
    return Change(
        kind=sent.kind, post=post, key=sent.key, version=sent.version, withdraw=sent.withdraw,
        first_day=sent.first_day, last_day=sent.last_day, reason=sent.reason, notes=sent.notes,
        hours_micro=None if sent.hours is None else micro_hours(sent.hours),
        percent_x100=None if sent.percent is None else int(sent.percent.scaleb(2)), grade=sent.grade or "",
    )  # fmt: skip


def _reduction(post: Post, sent: ReductionIn, key: str = "", version: int = 0) -> Change:
    return Change(
        kind="reduction", post=post, key=key, version=version, reason=sent.reason, notes=sent.notes,
        first_day=sent.first_day, last_day=sent.last_day,
        hours_micro=None if sent.hours is None else micro_hours(sent.hours),
        percent_x100=None if sent.percent is None else int(sent.percent.scaleb(2)),
    )  # fmt: skip


def _grade(post: Post, sent: GradeIn, key: str = "", version: int = 0) -> Change:
    return Change(
        kind="grade", post=post, key=key, version=version, grade=sent.grade, first_day=sent.first_day,
        last_day=sent.last_day,
    )  # fmt: skip


def _effect(effect: Effect, state: State) -> dict[str, Any]:
    return {
        "level": effect.level,
        "code": effect.code,
        "name": effect.name,
        "day": effect.day,
        "before": shown_time(effect.before, state.over_x100),
        "after": shown_time(effect.after, state.over_x100),
    }


def said(faults: Iterable[Fault]) -> list[problems.Fault]:
    """Faults by the names of the fields as they are sent."""
    return [
        problems.Fault(
            code=fault.code, message=fault.message, field=_FIELDS.get(fault.field, fault.field),
            index=fault.index, shown=list(fault.shown),
        )
        for fault in faults
    ]  # fmt: skip
