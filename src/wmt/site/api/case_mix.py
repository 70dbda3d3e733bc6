"""Active cases by type and tier letter of everybody in a team: one answer for them all."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from wmt.facts import LOCATIONS
from wmt.site.api import lookups, schemas
from wmt.site.figures import units
from wmt.site.queries.choosing import Choosing

router = Router()


class CaseMixShown(Schema):
    """The active cases of a post, by type and by tier letter within it."""

    code: str
    name: str
    grade: str
    cases: int
    community: dict[str, int] = Field(
        description="By the letter of the tier: `A`, `AS` where supervision is suspended, `untiered`."
    )
    custody: dict[str, int]
    licence: dict[str, int]
    in_7: int = Field(description="Cases that came in 7 days, where the data says since when.")
    in_28: int


class CaseMixesShown(schemas.PageShown):
    """Everybody of a team, by name; without placeholders and posts in custody under OMiC."""

    items: list[CaseMixShown]


@router.get(
    "teams/{code:code}/case-mix",
    response=schemas.answers(CaseMixesShown, *schemas.READ),
    url_name="api-case-mix",
    summary="Cases of a team's people by type and tier letter",
)
def case_mix(request: HttpRequest, code: lookups.TeamCode, paging: schemas.Where) -> dict[str, Any]:
    """Counts alone. They add up to the active cases of each post."""
    state, team = lookups.unit_for(request, "team", code)
    people = Choosing(state, units.everybody(state, team))
    recent = {each.code: each.recent for each in people.candidates([])}
    items = []
    for post in paging.part(people.posts):
        mix: dict[str, dict[str, int]] = {location: {} for location in LOCATIONS}
        for (location, letter), number in sorted(people.kinds[post.number].items()):
            mix[location][letter] = number
        given = recent.get(post.code, {})
        items.append(
            {
                "code": post.code, "name": post.name, "grade": post.grade, **mix,
                "cases": sum(sum(letters.values()) for letters in mix.values()),
                **{f"in_{days}": given.get(days, 0) for days in (7, 28)},
            }
        )  # fmt: skip
    return {**paging.about(len(people.posts)), "items": items}
