"""Who may carry records over from a post that is gone: asked of the post they come to and of where it was."""

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from wmt.nights import NightError, open_night
from wmt.nights.names import night_names
from wmt.site.accounts import access
from wmt.site.accounts.roles import Action
from wmt.site.availability.records import Post
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: So many of the last nights are asked for a team that is gone; of one gone for longer administrators decide.
_NIGHTS = 40


class Leaving:
    """From which posts that are gone somebody may carry records over; teams and nights are read once.

    The records are taken from one place and given to another, so the person needs the role at both: whoever
    could take them from anywhere would read the reasons of people they are not responsible for, and whoever
    could put them anywhere would change the capacity of another team. A post that is gone lies in no unit of
    the figures shown. Its team stands for it while that is shown; then the PDU the team was last in, as that
    one was responsible for it; of what no recent night knows only who holds the role at the nation can tell.
    """

    def __init__(self, user: Any, state: State) -> None:
        self._user, self._state = user, state
        self._known: dict[tuple[str, str], bool] = {}

    def __call__(self, post: Post) -> bool:
        home = self.home(post)
        if home not in self._known:
            level, code = home
            self._known[home] = access.may(
                self._user, Action.EDIT_AVAILABILITY, level=level, code=code, state=self._state
            )
        return self._known[home]

    def home(self, post: Post) -> tuple[str, str]:
        """The level and the code of the unit that stands for a post that is gone."""
        team = post[0]
        if team in self._teams:
            return "team", team
        former = former_pdu(team)
        return ("pdu", former) if former else access.NATION

    @cached_property
    def _teams(self) -> frozenset[str]:
        teams = Unit.objects.filter(load_id=self._state.load_id, level="team", whole=True)
        return frozenset(teams.values_list("code", flat=True))


def need_leaving(user: Any, old: Post, state: State) -> None:
    """Raises Denied where somebody may not carry records over from a post. Says why in `Leaving`."""
    leaving = Leaving(user, state)
    if not leaving(old):
        level, code = leaving.home(old)
        raise access.Denied(Action.EDIT_AVAILABILITY, level=level, code=code)


def need_carrying(user: Any, old: Post, new: Post, state: State) -> None:
    """The same of both posts: the one the records come to, and where the other was."""
    code = ":".join(new)
    if not access.may(user, Action.EDIT_AVAILABILITY, level="post", code=code, state=state):
        raise access.Denied(Action.EDIT_AVAILABILITY, level="post", code=code)
    need_leaving(user, old, state)


def former_pdu(team: str) -> str:
    """The PDU a team was in on the last night that had it; empty where no recent night had."""
    nights = settings.CONFIG.nights
    for name in reversed(night_names(nights)[-_NIGHTS:]):
        if found := _pdus(nights, name.name).get(team):
            return found
    return ""


@lru_cache(maxsize=_NIGHTS + 8)
def _pdus(nights: Path, name: str) -> Mapping[str, str]:
    """The PDU of every team of a night; nothing of one that is damaged, which its own pages tell."""
    with suppress(NightError):
        teams = open_night(nights / name).table("facts/team").select("team_code", "pdu_code")
        return dict(teams.filter(pl.col("pdu_code").is_not_null()).iter_rows())
    return {}
