"""What every operation begins with: the figures that are shown, the unit that is asked about."""

from typing import Annotated

from django.http import Http404, HttpRequest
from ninja import Path

from wmt.site.accounts.models import User
from wmt.site.api import schemas
from wmt.site.availability.records import Post
from wmt.site.figures import units
from wmt.site.shown import needed_state
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

UnitLevel = Annotated[schemas.Level, Path(description="The level of the unit.")]
UnitCode = Annotated[schemas.Code, Path(description="Its code: a slash in it is written ~s, and ~ is ~t.")]
PostCode = Annotated[schemas.Code, Path(description="The code of the post: TEAM:STAFF.")]
PduCode = Annotated[schemas.Code, Path(description="The code of the PDU.")]
TeamCode = Annotated[schemas.Code, Path(description="The code of the team.")]
RecordKey = Annotated[schemas.Key, Path(description="The key of the record.")]


def state_for(request: HttpRequest) -> State:
    """The figures that are shown. Raises NoDataYet."""
    return needed_state(request)


def me(request: HttpRequest) -> User:
    """Who asks."""
    assert isinstance(request.user, User)
    return request.user


def unit_for(request: HttpRequest, level: str, code: str, stream: str | None = None) -> tuple[State, Unit]:
    """The unit with a code, or its part in a stream, as far as who asks may see it.

    Raises UnknownUnit, also where it has no posts of that stream, and NoDataYet.
    """
    state = state_for(request)
    return state, units.find(state, me(request), level, code, stream)


def post_for(request: HttpRequest, code: str) -> tuple[State, Unit, Post]:
    """The same of a post, with its two codes."""
    state, unit = unit_for(request, "post", code)
    return state, unit, (unit.team_code, unit.staff_code)


def who(request: HttpRequest) -> str:
    """The name that is written down with a change: the person's, and the token's where one was sent."""
    person = me(request)
    return f"{person}, by the token {person.token.name}" if person.token else str(person)


def unknown(what: str) -> Http404:
    """There is no such thing. Said in the answer."""
    return Http404(f"there is no such {what}")
