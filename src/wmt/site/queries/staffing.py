"""How many people the work of units needs, by the figures shown, beside the people who are there.

Reasons of reductions are private, and sums would tell them: whose hours are in non-effective time (NET), and
whose are taken off. The hours of everybody's reductions are open, so a grade with one post, or the sums of
one day less those of the day before, say what kind of reason somebody has. So teams and small units are told
no people, a PDU's are for those who read its reasons, and elsewhere grades with few posts are left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from wmt import ledger
from wmt.site.accounts.access import may
from wmt.site.accounts.roles import Action
from wmt.site.availability.queries import reasons_on
from wmt.site.figures import line_queries
from wmt.site.policies import policies
from wmt.site.queries.full import KeyedMeans
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State, rules_of
from wmt.staffing import gap, need, rates, supply

#: The levels whose people are told.
LEVELS = ("nation", "region", "pdu")
_ALL = "nation"


@dataclass(frozen=True)
class TooFewPosts:
    """A unit whose people are not told: it has `posts` in sentence management, `fewest` are needed."""

    posts: int
    fewest: int


def applies(unit: Unit) -> bool:
    """Whether the people of a unit may be told."""
    return unit.level in LEVELS


def reads(user: Any, unit: Unit, state: State) -> bool:
    """Whether somebody may be told the people of a unit: those of a PDU tell why hours are reduced there."""
    return unit.level != "pdu" or may(user, Action.READ_RECORDS, level="pdu", code=unit.code, state=state)


def staffing_of(
    state: State, unit: Unit, *, chain: str = "", by: str = "points"
) -> gap.Staffing | TooFewPosts:
    """The need of a unit and its people, of its part in sentence management.

    Raises StaffingError where the rules give no number of people.
    """
    return staffings_of(state, [unit], chain=chain, by=by)[unit.code]


def staffings_of(
    state: State, of: Sequence[Unit], *, chain: str = "", by: str = "points"
) -> dict[str, gap.Staffing | TooFewPosts]:
    """The same of units of one level, by code. Raises StaffingError."""
    of_rules = rates.Rates(rules_of(state), chain or None)
    fewest = policies()["privacy.fewest_posts"].whole
    people = _people(state, of)
    lines = line_queries.sums_of(state, of, by_grade=False)
    found: dict[str, gap.Staffing | TooFewPosts] = {}
    for unit in of:
        own = people.get(unit.code, supply.Supply({}))
        posts = sum(each.posts for each in own.grades.values())
        own = own if unit.level == "pdu" else own.without_few(fewest)
        work = need.need_of(of_rules, _work(lines.get(unit.code, ())), own.roles, by=by)
        found[unit.code] = TooFewPosts(posts, fewest) if posts < fewest else gap.Staffing(work, own)
    return found


def _work(lines: Iterable[line_queries.Lines]) -> list[need.WorkSum]:
    found = []
    for each in lines:
        of = each.pricing
        if of.side == "work" and (each.points_x100 or each.active_cases):
            amounts = of.each_x100 or 0, each.active_cases, each.points_x100
            found.append(need.WorkSum(of.kind, of.location, of.tier, of.suspended, of.rule, *amounts))
    return found


def _people(state: State, of: Sequence[Unit]) -> dict[str, supply.Supply]:
    """The people of units by code. Those of regions and the nation are the people of their PDUs."""
    level = of[0].level if of else _ALL
    if level == "pdu":
        return _of_pdus(state, [unit.code for unit in of])
    found: dict[str, supply.Supply] = defaultdict(lambda: supply.Supply({}))
    for (region, _), own in _everybody(KeyedMeans(state)).items():
        found[_ALL if level == _ALL else region].add(own)
    return found


@lru_cache(maxsize=4)
def _everybody(keyed: KeyedMeans) -> dict[tuple[str, str], supply.Supply]:
    """The people of every PDU, by region and PDU: kept until a figure changes."""
    return _read(keyed.state, None)


def _of_pdus(state: State, codes: Sequence[str]) -> dict[str, supply.Supply]:
    return {pdu: own for (_, pdu), own in _read(state, codes).items()}


def _read(state: State, pdus: Sequence[str] | None) -> dict[tuple[str, str], supply.Supply]:
    """The people of PDUs, of all without `pdus`, by region and PDU, from the lines of their time."""
    of_rules = rates.Rates(rules_of(state))
    known = reasons_on(state.day)
    reasons = supply.Reasons(of_rules, {reason: each.category for reason, each in known.items()})
    by_name = {each.name: reason for reason, each in known.items()}
    posts = Unit.objects.filter(load_id=state.load_id, level="post", stream=ledger.HEADLINE)
    kinds = {number: each for number, each in line_queries.pricing_of(state).items() if each.side == "time"}
    lines = Line.objects.filter(load_id=state.load_id, pricing__in=list(kinds))
    if pdus is not None:
        posts = posts.filter(pdu_code__in=pdus)
        lines = lines.filter(post_no__in=list(posts.values_list("number", flat=True)))
    rows: dict[int, list[supply.TimeRow]] = defaultdict(list)
    columns = ("post_no", "pricing", "quantity_micro", "about")
    for post, pricing, micro, about in lines.order_by("pk").values_list(*columns):
        of = kinds[pricing]
        rows[post].append(supply.TimeRow(of.kind, micro, bool(of.reason), by_name.get(about)))
    found: dict[tuple[str, str], supply.Supply] = defaultdict(lambda: supply.Supply({}))
    for number, grade, region, pdu in posts.order_by().values_list(
        "number", "grade", "region_code", "pdu_code"
    ):
        time = sorted(rows.get(number or 0, ()), key=_is_reduction)
        supply.add_post(reasons, found[region, pdu], grade, time)
    return found


def _is_reduction(row: supply.TimeRow) -> bool:
    return row.kind != "contracted_hours"
