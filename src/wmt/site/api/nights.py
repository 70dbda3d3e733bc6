"""The saved nights: what came in, which rules, and the checksums by which anybody can tell them again."""

from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Path, Router, Schema
from pydantic import StringConstraints

from wmt.nights.folder import Night, saved_nights
from wmt.site.accounts.access import need_whole
from wmt.site.accounts.roles import Action
from wmt.site.api import lookups, schemas

router = Router()

Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60, pattern=r"^[0-9T.-]+$"),
    Path(description="The name of the saved data."),
]


class NightShown(Schema):
    """A night: the moment of its extract, its rules, and one checksum over all that decides its results."""

    name: str
    as_at: datetime
    revision: int = Field(description="0, or which correction of this moment it is.")
    rules_date: date
    overlays: list[str]
    layout: str
    tier_scheme: str
    inputs_sha256: str
    program: str
    is_shown: bool = Field(description="Whether its figures are shown now.")


class FileShown(Schema):
    """A file and its checksum."""

    name: str
    sha256: str


class WholeNight(NightShown):
    """The same, with each file that came in and each that was made."""

    sources: list[FileShown]
    files: list[FileShown]


class NightsShown(schemas.PageShown):
    """The saved nights, the latest first."""

    items: list[NightShown]


@router.get("nights", response=schemas.answers(NightsShown, 422), url_name="api-nights", summary="Saved data")
def list_nights(request: HttpRequest, paging: schemas.Where) -> dict[str, Any]:
    """Every night that is kept, the latest first. For those who may read import reports."""
    need_whole(request, Action.READ_LOADS)
    shown = lookups.state_for(request).night
    found = list(reversed(saved_nights(settings.CONFIG.nights)))
    return {**paging.about(len(found)), "items": [_night(night, shown) for night in paging.part(found)]}


@router.get(
    "nights/{name}",
    response=schemas.answers(WholeNight, 404, 422),
    url_name="api-night",
    summary="Saved data of a day",
)
def one_night(request: HttpRequest, name: Name) -> dict[str, Any]:
    """A night with the checksums of all its files."""
    need_whole(request, Action.READ_LOADS)
    shown = lookups.state_for(request).night
    night = next((each for each in saved_nights(settings.CONFIG.nights) if each.name == name), None)
    if night is None:
        raise lookups.unknown("night")
    files = [{"name": each, "sha256": found} for each, found in sorted(night.manifest.files.items())]
    return {**_night(night, shown), "sources": night.manifest.sources, "files": files}


def _night(night: Night, shown: str) -> dict[str, Any]:
    manifest = night.manifest
    return schemas.filled(
        NightShown, manifest, name=night.name, inputs_sha256=manifest.inputs, is_shown=night.name == shown,
        as_at=manifest.as_at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)),
    )  # fmt: skip
