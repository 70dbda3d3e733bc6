"""Changes as they are sent and as they are answered, and what they are in our own words."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Schema

from wmt.facts.enums import micro_hours
from wmt.grades import GradeName
from wmt.site import problems
from wmt.site.accounts.access import visible_to
from wmt.site.api import schemas  # fmt: skip
from wmt.site.api.lookups import me, who
from wmt.site.availability import change_requests
from wmt.site.availability.records import Post
from wmt.site.changes import actions
from wmt.site.figures.units import UnknownUnit
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: So many changes may come at once.
MOST = 500
_FIELDS = {
    "hours_micro": "hours",
    "percent_x100": "percent",
    "allowance_x100": "allowance_percent",
    "max_x100": "max_percent",
    "said": "words",
}


class ChangeIn(schemas.RequestSchema):
    """One thing that is wanted of one post.

    Without `key` it is something new. With `key` it is another version of that record, or with `withdraw`
    its withdrawal; `version` is then the version that was read.
    """

    kind: Literal["hours", "reduction", "grade"]
    post: schemas.CodeIn = Field(description="The code of the post: TEAM:STAFF.")
    key: schemas.KeyIn = ""
    version: int = Field(0, ge=0, le=2_000_000_000)
    withdraw: bool = False
    first_day: schemas.Day | None = None
    last_day: schemas.Day | None = Field(None, description="null: until it is ended.")
    hours: schemas.HoursIn | None = None
    percent: schemas.PercentIn | None = Field(None, description="Of the contracted hours, in place of hours.")
    reason: schemas.Short = ""
    notes: schemas.Notes = ""
    grade: GradeName | None = None


class ChangesIn(schemas.RequestSchema):
    """Changes that belong together: all of them are made, or none."""

    changes: list[ChangeIn] = Field(min_length=1, max_length=MOST)
    why: schemas.Why = ""


class HoursPut(schemas.RequestSchema):
    """Contracted hours from the day in the address. `version` where hours from that day stand already."""

    hours: schemas.HoursIn
    version: int = Field(0, ge=0, le=2_000_000_000)
    why: schemas.Why = ""


class ReductionIn(schemas.RequestSchema):
    """A reduction, in hours or as a share of the contracted hours; both days count."""

    reason: schemas.Short
    hours: schemas.HoursIn | None = None
    percent: schemas.PercentIn | None = None
    first_day: schemas.Day
    last_day: schemas.Day | None = Field(
        None, description="null: until it is ended, or as long as the reason lasts."
    )
    notes: schemas.Notes = ""
    why: schemas.Why = ""


class ReductionPut(ReductionIn):
    """The whole of a reduction, in place of the version that was read."""

    version: schemas.Version


class GradeIn(schemas.RequestSchema):
    """Another grade than the extract gives; both days count."""

    grade: GradeName
    first_day: schemas.Day
    last_day: schemas.Day | None = None
    why: schemas.Why = ""


class GradePut(GradeIn):
    """The whole of a correction, in place of the version that was read."""

    version: schemas.Version


class WithdrawalIn(Schema):
    """Which version is withdrawn, and why."""

    version: schemas.Version
    why: schemas.Why = Field(min_length=1)


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
    warnings: list[schemas.FaultShown]


def wanted(request: HttpRequest, state: State, sent: Sequence[ChangeIn]) -> list[change_requests.Change]:
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
            faults.append(change_requests.ChangeFault("VERSION_MISSING", text, "version", index))
        if each.withdraw and not each.key:
            text = "To delete a record, give its key and the version you read"
            faults.append(change_requests.ChangeFault("KEY_MISSING", text, "key", index))
    if faults:
        raise change_requests.RefusedError(faults)
    return [_change(each, known[each.post]) for each in sent]


def _change(sent: ChangeIn, post: Post) -> change_requests.Change:
    return change_requests.Change(
        kind=sent.kind, post=post, key=sent.key, version=sent.version, withdraw=sent.withdraw,
        first_day=sent.first_day, last_day=sent.last_day, reason=sent.reason, notes=sent.notes,
        hours_micro=None if sent.hours is None else micro_hours(sent.hours),
        percent_x100=None if sent.percent is None else int(sent.percent.scaleb(2)), grade=sent.grade or "",
    )  # fmt: skip


def reduction_change(
    post: Post, sent: ReductionIn, key: str = "", version: int = 0
) -> change_requests.Change:
    """A reduction that was sent, as a change."""
    return change_requests.Change(
        kind="reduction", post=post, key=key, version=version, reason=sent.reason, notes=sent.notes,
        first_day=sent.first_day, last_day=sent.last_day,
        hours_micro=None if sent.hours is None else micro_hours(sent.hours),
        percent_x100=None if sent.percent is None else int(sent.percent.scaleb(2)),
    )  # fmt: skip


def grade_change(post: Post, sent: GradeIn, key: str = "", version: int = 0) -> change_requests.Change:
    """A correction of a grade that was sent, as a change."""
    return change_requests.Change(
        kind="grade", post=post, key=key, version=version, grade=sent.grade, first_day=sent.first_day,
        last_day=sent.last_day,
    )  # fmt: skip


def saved(request: HttpRequest, changes: Sequence[change_requests.Change], why: str) -> dict[str, Any]:
    """Makes changes, and says which versions they made."""
    done = actions.save(actor=me(request), changes=changes, why=why, who=who(request))
    return {
        "change": done.number,
        "records": [
            schemas.filled(MadeShown, row, kind=change.kind, post=":".join(change.post))
            for change, row in zip(changes, done.entries, strict=True)
        ],
        "warnings": said(done.warnings),
    }


def said(faults: Iterable[change_requests.ChangeFault]) -> list[problems.ProblemField]:
    """Faults by the names of the fields as they are sent."""
    return [
        problems.ProblemField(
            code=fault.code, message=fault.message, field=_FIELDS.get(fault.field, fault.field),
            index=fault.index, shown=list(fault.shown),
        )
        for fault in faults
    ]  # fmt: skip
