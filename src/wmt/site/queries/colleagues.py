"""Who is beside the holders of cases, what their cover would be worth, and who does what for a case."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.db.models import Q

from wmt import rules
from wmt.nights import NightError
from wmt.rules import DatedValue
from wmt.site.allocation.models import CaseColleague
from wmt.site.changes.case_deltas import case_lines
from wmt.site.changes.colleague_ends import ColleagueOnDay, judged
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of

#: For so many days lists say of what has ended how it did.
ENDED_DAYS = 30
_COVER, _CREDIT = CaseColleague.Role.COVER, "cover.credit"


@dataclass(frozen=True)
class CoverSum:
    """Cases that somebody covers today, and their points where they are held, in hundredths."""

    cases: int
    points_x100: int


class Colleagues:
    """Colleagues of cases as they stand on the day of the figures: of now alone."""

    def __init__(self, state: State, rows: Iterable[CaseColleague]) -> None:
        self.state = state
        self.found: list[ColleagueOnDay] = judged(state, rows) if state.as_of is None else []

    @classmethod
    def of_posts(cls, state: State, posts: Collection[str]) -> "Colleagues":
        """Those whose case or who themselves are of some posts: open ones, and those that ended lately."""
        lately = Q(end="") | Q(ended_on__gt=state.day - timedelta(ENDED_DAYS))
        either = Q(holder__in=posts) | Q(post__in=posts)
        return cls(state, CaseColleague.objects.filter(lately, either).order_by("holder", "ref", "-pk"))

    @classmethod
    def of_case(cls, state: State, ref: str) -> "Colleagues":
        """Everybody who was ever beside the holder of a case, the last first."""
        return cls(state, CaseColleague.objects.filter(ref=ref).order_by("-pk") if ref else ())

    @cached_property
    def in_force(self) -> list[ColleagueOnDay]:
        """Those who are beside the holder of a case today."""
        return [each for each in self.found if each.in_force(self.state.day)]

    def covers(self, post: str) -> CoverSum:
        """What a post covers today for others."""
        mine = [each.row for each in self.in_force if each.row.role == _COVER and each.row.post == post]
        return CoverSum(len(mine), sum(self.worth(row) for row in mine))

    def covered(self, post: str) -> int:
        """How many cases of a post others cover today."""
        return sum(each.row.role == _COVER and each.row.holder == post for each in self.in_force)

    def worth(self, row: CaseColleague) -> int:
        """The points of a case where it is held: the sum of its lines, as the ledger priced them."""
        return self._worth[row.holder, row.ref]

    @cached_property
    def _worth(self) -> Mapping[tuple[str, str], int]:
        rows = [each.row for each in self.found if not each.end and each.row.role == _COVER]
        posts = Unit.objects.filter(load_id=self.state.load_id, level="post", whole=True)
        codes = dict(posts.filter(code__in={row.holder for row in rows}).values_list("number", "code"))
        found: Counter[tuple[str, str]] = Counter()
        for line in case_lines(self.state, {row.ref for row in rows}):
            found[codes.get(line.post_no, ""), line.ref] += line.points_x100
        return found

    def roles(self, ref: str | None) -> dict[str, list[str]]:
        """What people do for a case today, in words, by their posts."""
        said = defaultdict[str, list[str]](list)
        for each in self.in_force:
            if ref and each.row.ref == ref:
                said[each.row.post].append(each.row.get_role_display())
        return dict(said)


def cover_credit(state: State) -> DatedValue:
    """The rule of how cover counts, by the rules of the figures; by ours where those do not have it yet."""
    try:
        found = rules_of(state).get(_CREDIT)
    except NightError:
        found = None
    return found or rules.load().at(state.rules_date)[_CREDIT]
