"""What happened at a unit in a month, as counts: excessive workload actions, moves of cases, plans applied.

Counts alone: no name, no case and no reason, because a monthly report is printed and passed on.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from wmt.plan.kept_plan import read_kept
from wmt.site.allocation.models import CaseAllocation, CaseKindChange
from wmt.site.duties import queries as duties
from wmt.site.duties.models import Step
from wmt.site.figures import units
from wmt.site.plans.models import AppliedStep
from wmt.site.queries import month_counts
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_KIND = Step.Kind
_UNDONE = CaseAllocation.State.UNDONE


def duties_of(unit: Unit, state: State, first: date, last: date) -> month_counts.DutyCounts:
    """Those of a unit from one day to another, as of now: a deadline tells late of itself."""
    kinds = [*month_counts.MEETS, *month_counts.BEGINS, _KIND.CLOSED, _KIND.ESCALATED]
    here = duties.under(unit, state)
    rows = Step.objects.filter(duty__in=here, kind__in=kinds, day__lte=last)
    rows = rows.order_by("duty_id", "number")
    steps = (
        month_counts.DutyStep(duty, kind, day, data.get("what", "") if kind == _KIND.ESCALATED else "")
        for duty, kind, day, data in rows.values_list("duty_id", "kind", "day", "data")
    )
    return month_counts.duty_counts(steps, first, last)


def moves_of(unit: Unit, state: State, first: date, last: date) -> month_counts.MoveCounts:
    """The same of allocations, by the day from which they count."""
    rows = CaseAllocation.objects.filter(first_day__gte=first, first_day__lte=last)
    names = ("from_post", "to_post", "was_waiting", "state")
    return month_counts.move_counts(
        (
            month_counts.TeamMove(_team(from_post), _team(to_post), waited, stands == _UNDONE)
            for from_post, to_post, waited, stands in rows.values_list(*names)
        ),
        teams_of(unit, state),
    )


def kind_changes_of(unit: Unit, state: State, first: date, last: date) -> int:
    """How many changes of tier or type were recorded of cases of a unit, without those undone."""
    teams = teams_of(unit, state)
    rows = CaseKindChange.objects.filter(first_day__gte=first, first_day__lte=last)
    posts = rows.exclude(state=CaseKindChange.State.UNDONE).values_list("post", flat=True)
    return sum(teams is None or _team(post) in teams for post in posts)


def plans_of(unit: Unit, state: State, first: date, last: date) -> month_counts.PlanCounts:
    """Steps of plans that were applied and changed something at a unit."""
    at = "application__at__date"
    rows = AppliedStep.objects.filter(**{f"{at}__gte": first, f"{at}__lte": last})
    found = list(rows.values_list("application__plan_id", "made", "text", "again"))
    keys = [key for _, made, *_ in found for kind, key, _ in made if kind == "allocation"]
    given = CaseAllocation.objects.filter(pk__in=keys).values_list("pk", "from_post")
    holders = {str(number): post for number, post in given}
    steps = (
        month_counts.PlanStep(plan, places_of(made, text, holders), again is not None)
        for plan, made, text, again in found
    )
    return month_counts.plan_counts(steps, teams_of(unit, state), _pdus_of(unit, state))


def places_of(made: Iterable[Sequence[str]], text: str, holders: Mapping[str, str]) -> set[str]:
    """The posts and PDUs that an applied step concerned: of what it made, of who gave the cases (`holders`
    by the number of the allocation), and of what it names itself, which may only withdraw something."""
    places = {holders[key] for kind, key, _ in made if kind == "allocation" and key in holders}
    places |= {place for *_, place in made}
    for step in read_kept(text, "a step").steps:
        places |= {place for name in ("post", "pdu") if (place := getattr(step, name, ""))}
    return places


def knows_duties(last: date) -> bool:
    """Whether any action had opened anywhere by a day."""
    return Step.objects.filter(day__lte=last).exists()


def knows_moves(last: date) -> bool:
    """The same of allocations and changes of tier or type."""
    kinds = (CaseAllocation, CaseKindChange)
    return any(kind.objects.filter(first_day__lte=last).exists() for kind in kinds)


def knows_plans(last: date) -> bool:
    """The same of plans that were applied."""
    return AppliedStep.objects.filter(application__at__date__lte=last).exists()


def teams_of(unit: Unit, state: State) -> set[str] | None:
    """The codes of the teams of a unit in the figures; None of the nation, which has all."""
    if unit.level == units.NATION:
        return None
    if unit.level == "team":
        return {unit.code}
    here = Unit.objects.filter(load_id=state.load_id, level="team", whole=True)
    return set(here.filter(**{f"{unit.level}_code": unit.code}).values_list("code", flat=True))


def _pdus_of(unit: Unit, state: State) -> Sequence[str]:
    """The PDUs in a unit, whose own records a plan may make."""
    if unit.level in (units.NATION, "team"):
        return ()
    if unit.level == "pdu":
        return (unit.code,)
    return list(units.below(state, unit, "pdu").values_list("code", flat=True))


def _team(post: str) -> str:
    return post.partition(":")[0]
