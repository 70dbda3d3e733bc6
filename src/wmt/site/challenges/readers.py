"""Who reads what of a challenge: that there is one, its words and answer, and the case it is about.

Whoever answers excessive workload at a post reads its challenges. What is about a case is for those who may
read the cases of the post, so others see that something is challenged there and no more. Whoever said it
always reads their own words, and the rest only as long as they may read the case.
"""

import re
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet

from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.roles import Action
from wmt.site.challenges.models import Challenge
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: Facts that are about a case, with its reference or only in words.
OF_CASES = ("case", "tier", "contact", "report")
_WORD = re.compile(r"\w+")


class ChallengeReader:
    """What one person reads of challenges; `cases` is where they read cases, in lists of the list's unit.

    A command (no person) reads everything.
    """

    def __init__(self, user: Any, state: State, cases: visibility.Reach | None = None) -> None:
        self._user, self._state = user, state
        if user is None:
            return
        self._reach = _reach(user)
        self._duties = visibility.ReachOfPosts(self._reach, state)
        self._cases = visibility.ReachOfPosts(
            visibility.cases(user, state) if cases is None else cases, state
        )
        self._hidden = limited_access.hidden_from(user)

    def may_read(self, row: Challenge) -> bool:
        """Whether they may know of a challenge."""
        if self._user is None or self._is_own(row):
            return True
        return not self._is_hidden(row) and self._duties((row.team_code, row.staff_code))

    def among(self, rows: QuerySet[Challenge]) -> QuerySet[Challenge]:
        """Those at posts where they read challenges, by the teams of the figures shown, and their own."""
        if self._user is None or self._reach.everywhere:
            return rows
        wanted = Q(asked_by=self._user)
        if self._reach.staff_code:
            wanted |= Q(staff_code=self._reach.staff_code)
        for level, code in self._reach.units:
            wanted |= Q(team_code__in=teams_in(self._state, level, code))
        return rows.filter(wanted)

    def shown(self, row: Challenge) -> Challenge:
        """The same without what they may not read: reference, points of the item, answer, others' words."""
        if self._user is None or not self._is_withheld(row):
            return row
        row.ref, row.line_x100, row.answer_words, row.is_withheld = "", None, "", True
        if not self._is_own(row):
            row.words = ""
        return row

    def reads_all_of(self, row: Challenge) -> bool:
        """Whether they may read a challenge and nothing of it is withheld."""
        return self.may_read(row) and (self._user is None or not self._is_withheld(row))

    def _is_own(self, row: Challenge) -> bool:
        return bool(row.asked_by_id == self._user.pk)

    def _is_withheld(self, row: Challenge) -> bool:
        place = (row.team_code, row.staff_code)
        return self._is_hidden(row) or (row.fact in OF_CASES and not self._cases(place))

    def _is_hidden(self, row: Challenge) -> bool:
        """Whether they are shut out of its case, or of one that its words name."""
        if not self._hidden:
            return False
        named = _WORD.findall(f"{row.words} {row.answer_words}".upper())
        return not self._hidden.isdisjoint({row.ref.upper(), *named})


def teams_in(state: State, level: str, code: str) -> Any:
    """The codes of a unit's teams in the figures shown; a team also where it is not in them any more."""
    if level == "team":
        return [code]
    teams = Unit.objects.filter(load_id=state.load_id, level="team", whole=True)
    within = teams if level == "nation" else teams.filter(**{f"{level}_code": code})
    return within.values("code")


def _reach(user: Any) -> visibility.Reach:
    own = str(getattr(user, "staff_code", "") or "") if visibility.has_role(user) else ""
    return replace(visibility.allowed(user, Action.READ_DUTIES), staff_code=own)
