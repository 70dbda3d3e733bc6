"""How many people the work of units needs, by the figures shown, beside the people who are there.

Reasons of reductions are private, and sums by them would tell them: the hours of everybody's reductions are
open, so the sums of one day less those of the day before say what kind of reason somebody has. So they are
for those who read the reasons of a unit; all others are told contracted hours, all reductions, and a range.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from wmt import ledger
from wmt.site.accounts.access import may
from wmt.site.accounts.roles import Action
from wmt.site.availability.queries import reasons_on
from wmt.site.figures import line_queries
from wmt.site.queries.establishment import establishment_of
from wmt.site.queries.full import KeyedFigures
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State, rules_of
from wmt.staffing import establishment, gap, need, rates, supply

_ALL = "nation"


def reads(user: Any, unit: Unit, state: State) -> bool:
    """Whether somebody reads why hours are reduced in the whole of a unit."""
    return may(user, Action.READ_RECORDS, level=unit.level, code=unit.code, state=state)


def staffing_of(state: State, unit: Unit, *, chain: str = "", by: str = "points") -> gap.Staffing:
    """The need of a unit and its people, of its part in sentence management.

    Raises StaffingError where the rules give no number of people.
    """
    return staffings_of(state, [unit], chain=chain, by=by)[unit.code]


def staffings_of(
    state: State, of: Sequence[Unit], *, chain: str = "", by: str = "points"
) -> dict[str, gap.Staffing]:
    """The same of units of one level, by code. Raises StaffingError."""
    of_rules = rates.Rates(rules_of(state), chain or None)
    people, known = _people(state, of), establishment_of(state)
    lines = line_queries.sums_of(state, of, by_grade=False)
    found: dict[str, gap.Staffing] = {}
    for unit in of:
        own = people.get(unit.code, supply.Supply({}))
        if staff := establishment.agency(known.of(unit)):
            own = own.with_agency(staff, of_rules)
        work = need.need_of(of_rules, work_of(lines.get(unit.code, ())), own.roles, by=by)
        found[unit.code] = gap.Staffing(work, own)
    return found


def cost_of_days(staffed: gap.Staffing, days: int) -> list[Fraction]:
    """FTE more that the work needs if everybody is away so many days a year more, in both readings."""
    of_rules = staffed.need.rates
    path = "staffing.more_days_away"
    more = Decimal(str(of_rules.value(path).value)) + days
    longer = replace(of_rules, other={**of_rules.other, path: more})
    return [
        staffed.need.points / longer.in_chain(chain).points_of_fte
        - staffed.need.points / of_rules.in_chain(chain).points_of_fte
        for chain in rates.CHAINS
    ]


def work_of(lines: Iterable[line_queries.Lines]) -> list[need.WorkSum]:
    """The lines of a unit's work, summed by what priced them."""
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
    found: dict[str, supply.Supply] = defaultdict(lambda: supply.Supply({}))
    if level in ("team", "pdu"):
        for (_, code), own in _read(state, level, [unit.code for unit in of]).items():
            found[code].add(own)
        return found
    for (region, _), own in _everybody(KeyedFigures(state)).items():
        found[_ALL if level == _ALL else region].add(own)
    return found


@lru_cache(maxsize=4)
def _everybody(keyed: KeyedFigures) -> dict[tuple[str, str], supply.Supply]:
    """The people of every PDU, by region and PDU: kept until a figure changes."""
    return _read(keyed.state, "pdu", None)


def _read(state: State, level: str, codes: Sequence[str] | None) -> dict[tuple[str, str], supply.Supply]:
    """The people of units of a level, of all without `codes`, by region and unit, from lines of time."""
    of_rules = rates.Rates(rules_of(state))
    known = reasons_on(state.day)
    reasons = supply.Reasons(of_rules, {reason: each.category for reason, each in known.items()})
    by_name = {each.name: reason for reason, each in known.items()}
    posts = Unit.objects.filter(load_id=state.load_id, level="post", stream=ledger.HEADLINE)
    kinds = {number: each for number, each in line_queries.pricing_of(state).items() if each.side == "time"}
    lines = Line.objects.filter(load_id=state.load_id, pricing__in=list(kinds))
    if codes is not None:
        posts = posts.filter(**{f"{level}_code__in": codes})
        lines = lines.filter(post_no__in=list(posts.values_list("number", flat=True)))
    rows: dict[int, list[supply.TimeRow]] = defaultdict(list)
    columns = ("post_no", "pricing", "quantity_micro", "about")
    for post, pricing, micro, about in lines.order_by("pk").values_list(*columns):
        of = kinds[pricing]
        rows[post].append(supply.TimeRow(of.kind, micro, bool(of.reason), by_name.get(about)))
    found: dict[tuple[str, str], supply.Supply] = defaultdict(lambda: supply.Supply({}))
    columns_of_post = ("number", "grade", "region_code", f"{level}_code")
    for number, grade, region, code in posts.order_by().values_list(*columns_of_post):
        time = sorted(rows.get(number or 0, ()), key=_is_reduction)
        supply.add_post(reasons, found[region, code], grade, time)
    return found


def _is_reduction(row: supply.TimeRow) -> bool:
    return row.kind != "contracted_hours"
