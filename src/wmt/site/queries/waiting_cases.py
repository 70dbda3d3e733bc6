"""The cases of a unit that wait: at placeholder posts of the figures, recorded by somebody, or both.

Where both are there, the figures and the post are those of the extract and the details those of the record.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from wmt import ledger
from wmt.allocation.cases import MOVES, of_kind
from wmt.facts import TIERS
from wmt.site.accounts import limited_access, visibility
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.allocation.queries import waiting_beside
from wmt.site.figures import line_queries, units
from wmt.site.figures.placeholders import placeholders
from wmt.site.figures.withheld import Withholding
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import State, rules_of

#: For so many days what waits no more is told, and decisions are counted.
ENDED_DAYS, DECIDED_DAYS = 14, 30
_KIND = ("location", "tier", "suspended", "stream", "status")


@dataclass(frozen=True)
class CaseKindShown:
    """What a case is, and what it would earn."""

    location: str
    tier: str  # '0' where it has none
    stream: str
    suspended: bool


@dataclass(frozen=True)
class WaitingEntry:
    """A case that waits, as somebody may read it: `line` is of the figures, `recorded` of the record."""

    kind: CaseKindShown
    points_x100: int
    team_code: str
    team: Unit | None
    line: Line | None = None
    priced: Pricing | None = None
    post: Unit | None = None
    recorded: WaitingCase | None = None
    withheld: bool = False

    @property
    def ref(self) -> str:
        """Its CRN, empty where it is withheld or where cases are only counted."""
        return self.recorded.ref if self.recorded else self.line.ref if self.line else ""

    @property
    def since(self) -> date | None:
        """Since when it waits: the day it came, or since when the extract has it with nobody."""
        return self.recorded.arrived_on if self.recorded else self.line.since if self.line else None

    @property
    def cases(self) -> int:
        """How many cases it stands for: more than one where cases are only counted."""
        return self.line.listed_cases if self.line else 1


def waiting_in(question: UnitRequest) -> list[WaitingEntry]:
    """Every waiting case of a team or PDU, longest waiting first, then those of which no day may be told."""
    state = question.state
    teams = {team.code: team for team in teams_of(question)}
    reads = access.reads_waiting(question.user, state)
    recorded: dict[str, WaitingCase] = {}
    found: list[WaitingEntry] = []
    withholding = Withholding(state, question.user, question.unit)
    lines = [
        PlaceholderLine(withholding.line(line, priced), priced, post, worth)
        for line, priced, post, worth in _at_placeholders(state, units.everybody(state, question.unit))
    ]
    if state.as_of is None:  # what is recorded is of now
        refs = {line.ref for line, *_ in lines if line.ref and line.listed_cases == 1}
        there = WaitingCase.objects.filter(ref__in=refs, state=WaitingCase.State.WAITING)
        # where the extract has a case is its place, whatever its record says; of several events the first
        recorded = {row.ref: row for row in there.order_by("-event_number") if reads(row)}
        beside = set(waiting_beside(state).filter(team_code__in=teams).values_list("pk", flat=True))
        rows = list(WaitingCase.objects.filter(state=WaitingCase.State.WAITING, team_code__in=teams))
        seen = seen_refs(question.user, state, [row.ref for row in rows if row.pk not in beside])
        for row in rows:
            may = reads(row)
            if row.pk in beside or (may and row.ref not in seen):
                found.append(_of_record(state, row, teams[row.team_code], may))
    found += [_of_line(each, teams, recorded) for each in lines]
    return _oldest_first(found, state.day)


def all_waiting(state: State, codes: Collection[str] | None = None) -> list[WaitingEntry]:
    """Every waiting case of the figures shown now, or those of some teams, in the same order: as a command
    reads them, with nothing withheld."""
    teams = {team.code: team for team in units.of_level(state, "team")}
    posts, beside = units.of_level(state, "post"), waiting_beside(state)
    if codes is not None:
        posts, beside = posts.filter(team_code__in=codes), beside.filter(team_code__in=codes)
    lines = _at_placeholders(state, posts)
    refs = {line.ref for line, *_ in lines if line.ref and line.listed_cases == 1}
    there = WaitingCase.objects.filter(ref__in=refs, state=WaitingCase.State.WAITING)
    recorded = {row.ref: row for row in there.order_by("-event_number")}
    found = [_of_line(each, teams, recorded) for each in lines]
    found += [_of_record(state, row, teams.get(row.team_code), True) for row in beside]
    return _oldest_first(found, state.day)


def seen_refs(user: Any, state: State, refs: Collection[str]) -> set[str]:
    """Those of some cases that the figures have with a post whose cases somebody may read."""
    pricing = line_queries.pricing_of(state).items()
    numbers = [n for n, priced in pricing if priced.kind == "case" and priced.stream != ledger.OMIC]
    lines = Line.objects.filter(load_id=state.load_id, ref__in=refs, pricing__in=numbers)
    posts = units.of_level(state, "post").filter(number__in=lines.values("post_no"))
    there = visibility.cases(user, state).among(posts).values("number")
    return set(lines.filter(post_no__in=there).values_list("ref", flat=True))


def without_team(question: UnitRequest) -> list[WaitingEntry]:
    """The recorded cases of teams that are not in the figures any more, for whoever may read them all."""
    state = question.state
    if state.as_of is not None:
        return []
    teams = units.of_level(state, "team").values("code")
    # a list over the nation is a file of it too
    reach = visibility.cases_in_bulk(question.user, state, question.unit)
    reads = visibility.ReachOfPosts(reach, state)
    rows = waiting_beside(state).exclude(team_code__in=teams)
    hidden = limited_access.hidden_from(question.user)
    found = [
        _of_record(state, row, None, True)
        for row in rows
        if row.ref.upper() not in hidden and reads((row.team_code, ""))
    ]
    return _oldest_first(found, state.day)


def _oldest_first(found: Iterable[WaitingEntry], day: date) -> list[WaitingEntry]:
    return sorted(found, key=lambda each: (each.since is None, each.since or day, each.ref, each.team_code))


def teams_of(question: UnitRequest, level: str = "team") -> list[Unit]:
    """The teams that a unit has, by name, or its units of another level: itself, where it is one."""
    found, unit = units.of_level(question.state, level), question.unit
    if unit.level == level:
        return list(found.filter(code=unit.code))
    return list(found if unit.level == units.NATION else found.filter(**{f"{unit.level}_code": unit.code}))


def _of_line(
    found: "PlaceholderLine", teams: Mapping[str, Unit], recorded: Mapping[str, WaitingCase]
) -> WaitingEntry:
    line, priced, post, worth = found
    kind = CaseKindShown(priced.location, priced.tier, priced.stream, priced.suspended)
    own = recorded.get(line.ref) if line.listed_cases == 1 else None
    team = teams.get(post.team_code)
    return WaitingEntry(kind, worth, post.team_code, team, line, priced, post, own, withheld=line.withheld)


def _of_record(state: State, row: WaitingCase, team: Unit | None, may: bool) -> WaitingEntry:
    tier = row.tier if row.tier in TIERS[state.tier_scheme] else "0"
    stream = "t2a" if row.is_t2a else "standard"
    worth = of_kind(rules_of(state), state.tier_scheme, state.day, row.location, tier, stream)
    kind = CaseKindShown(row.location, tier, stream, suspended=False)
    shown = row if may else None
    return WaitingEntry(kind, worth.points_x100, row.team_code, team, recorded=shown, withheld=not may)


class PlaceholderLine(NamedTuple):
    """A line of a case that waits at a placeholder, and what the case will be for its holder."""

    line: Line
    priced: Pricing
    post: Unit
    worth_x100: int


def _at_placeholders(state: State, there: QuerySet[Unit]) -> list[PlaceholderLine]:
    """The lines of the cases that wait at those of some posts that are placeholders."""
    posts = {post.number: post for post in there.filter(code__in=placeholders(state))}
    pricing = line_queries.pricing_of(state)
    moving = [n for n, priced in pricing.items() if priced.kind in MOVES and priced.stream != ledger.OMIC]
    of_cases = Line.objects.filter(load_id=state.load_id, pricing__in=moving)
    lines = list(of_cases.filter(post_no__in=list(posts)).order_by("pk"))
    # a case may weigh more for a flag it has: one row for all its lines, as `wmt.allocation.waiting` has it
    # where cases are only counted, a flag names its case and weighs on the counted ones of its kind
    listed = {(line.post_no, line.ref) for line in lines if line.listed_cases}
    worth = Counter[tuple[Any, ...]]()

    def key_of(line: Line) -> tuple[Any, ...]:
        ref = line.ref if (line.post_no, line.ref) in listed else ""
        return line.post_no, ref, *(() if ref else (getattr(pricing[line.pricing], n) for n in _KIND))

    for line in lines:
        worth[key_of(line)] += line.points_x100
    return [
        PlaceholderLine(line, pricing[line.pricing], posts[line.post_no], worth[key_of(line)])
        for line in lines
        if pricing[line.pricing].kind == "case" and line.listed_cases > 0
    ]


def ended_in(question: UnitRequest) -> list[WaitingCase]:
    """The recorded cases of a unit that wait no more, those of the last days, the newest first."""
    if question.state.as_of is not None:
        return []
    since = timezone.now() - timedelta(days=ENDED_DAYS)
    rows = WaitingCase.objects.filter(
        closed_at__gte=since, team_code__in=[each.code for each in teams_of(question)]
    )
    rows = rows.exclude(state__in=(WaitingCase.State.WAITING, WaitingCase.State.REPLACED))
    return list(rows.select_related("allocation").order_by("-closed_at", "-pk"))


@dataclass
class WaitingCounts:
    """How many cases wait in a unit, and after how many days those of the last month were given."""

    unit: Unit
    waiting: int = 0
    untiered: int = 0
    only_recorded: int = 0
    days: Sequence[int] = ()

    @property
    def median_days(self) -> float | None:
        """From arrival to decision, where days of any are known and may be read."""
        return median(self.days) if self.days else None


def counts_below(question: UnitRequest) -> list[WaitingCounts]:
    """The waiting cases of every unit one level below a nation, region or PDU, by name."""
    state, unit = question.state, question.unit
    level = units.child_level(unit.level)
    found = {each.code: WaitingCounts(each) for each in teams_of(question, level)}
    above = {team.code: getattr(team, f"{level}_code") or team.code for team in teams_of(question)}
    nobody = units.everybody(state, unit).filter(code__in=placeholders(state))
    for code, cases, untiered in nobody.values_list(f"{level}_code", "cases_all", "untiered_cases"):
        if code in found:
            found[code].waiting += cases
            found[code].untiered += untiered
    days: defaultdict[str, list[int]] = defaultdict(list)
    if state.as_of is None:
        for team, tier in waiting_beside(state).values_list("team_code", "tier"):
            if counts := found.get(above.get(team, "")):
                counts.waiting += 1
                counts.only_recorded += 1
                counts.untiered += not tier
        for team, waited in _waited(question, above):
            days[above[team]].append(waited)
    for code, counts in found.items():
        counts.days = days[code]
    return list(found.values())


def _waited(question: UnitRequest, teams: Iterable[str]) -> list[tuple[str, int]]:
    """For how many days each case waited that was given in the last days, as far as somebody may read it."""
    state, known = question.state, set(teams)
    rows = CaseAllocation.objects.filter(
        Q(arrived_on__isnull=False) | Q(held_since__isnull=False),
        was_waiting=True, first_day__gt=state.day - timedelta(days=DECIDED_DAYS),
    ).exclude(state=CaseAllocation.State.UNDONE)  # fmt: skip
    reads = visibility.ReachOfPosts(visibility.cases(question.user, state), state)
    found = []
    fields = ("from_post", "to_post", "first_day", "arrived_on", "held_since")
    for start, end, day, arrived, since in rows.values_list(*fields):
        posts = access.codes(start), access.codes(end)
        if posts[0][0] in known and any(map(reads, posts)):
            found.append((posts[0][0], max((day - (arrived or since)).days, 0)))
    return found
