"""What tests of a team's hours share: a team with people, and records entered as a command enters them."""

from datetime import date
from typing import Any

from wmt.site.availability.change_requests import Change

#: Court duty: a reason without a fixed share, a highest one or a last day of its own.
COURT = "22"


def day_of() -> date:
    """The day that hours and reductions are judged on."""
    from wmt.site.workload.state import current_state

    return current_state().day


def team_with(nation: Any, posts: int) -> tuple[Any, list[Any]]:
    """The first team with so many fresh posts at least, and all its posts by name."""
    from wmt.site.workload.models import Unit

    teams = Unit.objects.filter(load=nation.load, level="team", whole=True, posts__gte=posts)
    team = teams.filter(stale_posts=0, unmeasured_posts=0).order_by("code").first()
    assert team, f"no team has {posts} posts"
    members = Unit.objects.filter(load=nation.load, level="post", whole=True, team_code=team.code)
    return team, list(members.order_by("name", "code"))


def enter(*changes: Change, why: str = "a test") -> Any:
    """Make changes as a trusted command does."""
    from wmt.site.changes import actions

    return actions.save(actor=None, who="a test", changes=changes, why=why)


def reduction(post: Any, first: date, last: date | None, **more: Any) -> Change:
    """A new reduction of a post."""
    values = {"reason": COURT, "first_day": first, "last_day": last, **more}
    return Change(kind="reduction", post=post_key(post), **values)


def hours(post: Any, number: float, first: date | None = None) -> Change:
    """New contracted hours of a post, from today unless told."""
    micro = round(number * 1_000_000)
    return Change(kind="hours", post=post_key(post), first_day=first or day_of(), hours_micro=micro)


def post_key(post: Any) -> tuple[str, str]:
    """The codes by which plans know a post."""
    return post.team_code, post.staff_code


def plan_of(post: Any) -> Any:
    """What stands for a post."""
    from wmt.site.availability.queries import plans_of

    return plans_of([post_key(post)])[post_key(post)]
