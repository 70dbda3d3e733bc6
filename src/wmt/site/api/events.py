"""Events for other services, read from where a program stopped, as far as its person reads cases."""

# ruff: noqa: N815 - the names are those of the domain events of HMPPS
from typing import Any, Literal

from django.conf import settings
from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from wmt.site.accounts import access, limited_access, visibility
from wmt.site.accounts.roles import Action
from wmt.site.api import limits, lookups, schemas
from wmt.site.audit.reads import note_read
from wmt.site.domain_events.cursors import last_number
from wmt.site.domain_events.models import DomainEvent
from wmt.site.figures import units

router = Router()
#: So many events are looked through for those a person may read.
_LOOKED_AT = 5_000


class EventsAsked(Schema):
    """From where, and how many."""

    after: int = Field(0, ge=0, le=2**62, description="The `next` of the last answer; 0 at first.")
    limit: int = Field(100, ge=1, le=500, description="Events at most.")


class EventDetails(Schema):
    """What is told beside the reference."""

    allocationId: str | None = Field(None, description="The number of the allocation, in `detailUrl` too.")
    eventNumber: int | None = Field(None, description="The number of the sentence, where it is known.")
    availableHours: float | None = Field(None, description="Hours a week that reductions leave, from now on.")


class EventIdentifier(Schema):
    """One name of a person."""

    type: Literal["CRN", "staffCode", "teamCode"]
    value: str


class EventReference(Schema):
    """Whom it is about; nobody once the retention period is over."""

    identifiers: list[EventIdentifier]


class EventBody(Schema):
    """Exactly what a webhook is sent."""

    eventType: str
    version: Literal[1]
    occurredAt: str
    detailUrl: str = Field("", description="What it is about; absent once the retention period is over.")
    additionalInformation: EventDetails
    personReference: EventReference


class NumberedEvent(Schema):
    """An event and its place."""

    number: int = Field(description="Grows by one from each event to the next; none is added before another.")
    event: EventBody


class EventsShown(Schema):
    """Events in order."""

    events: list[NumberedEvent]
    next: int = Field(description="To be sent as `after` next time.")
    more: bool = Field(description="Whether there is more now, for you or not.")


@router.get(
    "events",
    response=schemas.answers(EventsShown, *schemas.BULK),
    url_name="api-events",
    summary="Events for other services",
    exclude_unset=True,
)
def feed(request: HttpRequest, asked: Query[EventsAsked]) -> dict[str, Any]:
    """Who was given a case and whose hours changed, after a number: as far as you read cases of the posts.
    Only for those who may allocate cases or download their references, and where it is switched on."""
    person, state = lookups.me(request), lookups.state_for(request).of_now()
    if not access.may(person, Action.READ_CASE_FILES):
        access.need(request, Action.ALLOCATE_CASES)
    if not settings.CONFIG.event_feed:
        raise Http404("the events feed is not switched on here")
    limits.need_lines(request, "post")
    if asked.after > (newest := last_number()):
        # nobody was given this number, unless by a database that a copy has replaced since
        raise schemas.refused(
            "after", f"The last event is {newest}: ask after that, and read again what is later"
        )
    reads = visibility.ReachOfPosts(visibility.cases(person, state), state)
    hidden = limited_access.hidden_from(person)
    rows = DomainEvent.objects.filter(number__gt=asked.after).select_related("allocation").order_by("number")
    found: list[DomainEvent] = []
    last = asked.after
    for row in rows[:_LOOKED_AT].iterator():
        if len(found) == asked.limit:
            break
        last = row.number
        if row.ref.upper() not in hidden and any(reads(post) for post in row.posts):
            found.append(row)
    about = {":".join(post) for row in found if row.ref for post in row.posts}
    for post in units.of_level(state, "post").filter(code__in=about):
        note_read(person, post)
    return {
        "events": [{"number": row.number, "event": row.body} for row in found],
        "next": last,
        "more": newest > last,
    }
