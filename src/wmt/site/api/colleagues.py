"""Who is beside the holders of cases: named, read and ended. No figure moves."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Path, Router, Schema

from wmt import ledger
from wmt.site.accounts import visibility
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseColleague
from wmt.site.api import lookups, schemas
from wmt.site.api.allocations import EmailShown, email_shown
from wmt.site.audit.reads import note_read
from wmt.site.changes import colleagues as action
from wmt.site.changes.allocation_messages import COLLEAGUES
from wmt.site.changes.spread import MOST
from wmt.site.outbox import messages
from wmt.site.queries import case_history
from wmt.site.queries.colleagues import Colleagues, cover_credit
from wmt.site.workload import staff_names

router = Router()

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the cover or co-working.")]
Role = Literal["cover", "co-worker", "mentor"]


class CaseNamedIn(schemas.RequestSchema):
    """A case, and who is to be beside its holder."""

    ref: schemas.CodeIn = Field(description="The reference of the case, such as its CRN.")
    post: schemas.CodeIn = Field(description="The post of the colleague: TEAM:STAFF.")


class ColleaguesIn(schemas.RequestSchema):
    """Who is to be beside the holder of cases, all or none."""

    holder: schemas.CodeIn = Field(description="The post that holds them; another one by now is 409.")
    role: Role = Field(description="`cover` only while the holder is away entirely.")
    given: list[CaseNamedIn] = Field(min_length=1, max_length=MOST)
    first_day: schemas.Day
    last_day: schemas.Day | None = Field(
        None, description="Left out: of a cover until the holder is back, otherwise until it is ended."
    )
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and request again name them once."
    )


class ColleagueShown(Schema):
    """Somebody beside the holder of a case."""

    number: int
    ref: str = Field(description="Empty where you may read the cases of neither post.")
    holder: str
    post: str
    role: Role
    first_day: date | None = Field(description="Null where you may read the cases of neither post.")
    last_day: date | None = Field(
        description="As far as it is known and yours to read; of a cover the day before the return."
    )
    points: schemas.Exact | None = Field(
        description="Of the case where it is held, of a cover that has not ended. Co-working has none."
    )
    ended: Literal["", "by hand", "over", "returned", "given", "moved", "gone", "left"]
    by: str
    emails: list[EmailShown] = Field(
        description="To the colleague; none where you may read the cases of neither post."
    )


class ColleaguesShown(Schema):
    """Colleagues of cases."""

    items: list[ColleagueShown]


class ColleaguesOfPostShown(ColleaguesShown):
    """Colleagues of the cases of a post and the cases of others it is beside."""

    covers: int = Field(description="Cases of others that it covers today.")
    covers_points: schemas.Exact = Field(description="Their points where they are held.")
    credit: Literal["not counted"] = Field(description="By the rule `cover.credit`: in no figure.")


@router.post(
    "case-colleagues",
    response=schemas.answers(ColleaguesShown, *schemas.WRITE),
    url_name="api-colleagues",
    summary="Name who covers or co-works cases",
)
def name(request: HttpRequest, payload: Body[ColleaguesIn]) -> dict[str, Any]:
    """All or none."""
    need(request, Action.ALLOCATE_CASES)
    sent = payload.dict()
    given = [action.CaseNamed(**each) for each in sent.pop("given")]
    wanted = action.ColleaguesRequest(**sent, given=given)
    rows, _ = action.name_colleagues(actor=lookups.me(request), wanted=wanted, who=lookups.who(request))
    return {"items": _shown(request, rows)}


@router.post(
    "case-colleagues/{number}/end",
    response=schemas.answers(ColleagueShown, *schemas.WRITE),
    url_name="api-colleague-end",
    summary="End a cover or co-working",
)
def end(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Today is its last day."""
    need(request, Action.ALLOCATE_CASES)
    row = access.find_colleague(lookups.me(request), lookups.state_for(request).of_now(), number)
    row = action.end_colleague(actor=lookups.me(request), number=row.pk, who=lookups.who(request))
    return _shown(request, [row])[0]


@router.get(
    "case-colleagues",
    response=schemas.answers(ColleaguesShown, *schemas.READ),
    url_name="api-case-colleagues",
    summary="Who was ever beside the holder of a case",
)
def of_case(request: HttpRequest, ref: schemas.KeyIn) -> dict[str, Any]:
    """For whoever may read the cases of all who hold it. The reference stands in the query, out of logs."""
    state, user = lookups.state_for(request).of_now(), lookups.me(request)
    case = case_history.find(user, state, ref)
    for post in case.posts:
        note_read(user, post)
    return {"items": _shown(request, CaseColleague.objects.filter(ref=case.ref).order_by("-pk"))}


@router.get(
    "posts/{code:code}/case-colleagues",
    response=schemas.answers(ColleaguesOfPostShown, *schemas.READ),
    url_name="api-post-colleagues",
    summary="Who is beside a post on its cases, and what it covers for others",
)
def of_post(request: HttpRequest, code: lookups.PostCode) -> dict[str, Any]:
    """What is open, and what ended in the last 30 days."""
    state, unit, _ = lookups.post_for(request, code)
    found = Colleagues.of_posts(state.of_now(), [unit.code])
    note_read(lookups.me(request), unit)
    covers = found.covers(unit.code)
    return {
        "items": _shown(request, [each.row for each in found.found]),
        "covers": covers.cases,
        "covers_points": ledger.decimal(covers.points_x100),
        "credit": cover_credit(state).value,
    }


def _shown(request: HttpRequest, rows: Iterable[CaseColleague]) -> list[dict[str, Any]]:
    state = lookups.state_for(request)
    found, reads = Colleagues(state, rows), access.reads_either(lookups.me(request), state)
    gives = visibility.ReachOfPosts(visibility.allowed(lookups.me(request), Action.ALLOCATE_CASES), state)
    emails = messages.by_number(COLLEAGUES, [each.row.pk for each in found.found])
    shown = []
    for each in found.found:
        row, may = each.row, reads(each.row)
        is_cover = row.role == CaseColleague.Role.COVER and not each.end
        shown.append(
            schemas.filled(
                ColleagueShown, row, number=row.pk, ref=row.ref if may else "",
                first_day=row.first_day if may else None, last_day=each.until if may else None,
                points=ledger.decimal(found.worth(row)) if is_cover else None, ended=each.end,
                by=row.who if may and not staff_names.withheld() else "",
                emails=[
                    email_shown(email, gives=gives(access.codes(row.holder)))
                    for email in (emails.get(row.pk, ()) if may else ())
                ],
            )
        )  # fmt: skip
    return shown
