"""The steps of a plan laid over a night's facts, in their order, and what became of each.

A step that cannot be done, because its case or post is not there any more, is told and never dropped
silently. What comes of the rest is measured by the ledger as any night is.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import singledispatch
from typing import Any

import polars as pl

from wmt.allocation.cases import CaseError, case_words, read_kind
from wmt.facts import NOT_KNOWN, SCHEMAS, Facts, kind_number, kinds, micro_hours
from wmt.plan import plan_file
from wmt.plan.demand_levers import demand_words
from wmt.plan.facts_changed import CaseRow, case_rows, codes, with_posts_added, with_reductions
from wmt.plan.kept_plan import UnreadStep
from wmt.plan.laid_plan import PLAIN, LaidPlan, Naming, StepOutcome, new_post
from wmt.plan.plan_file import Plan, PlanError
from wmt.rules import ALWAYS, Overlay
from wmt.text import counted

#: The reason of a reduction that only a plan has: 'Other' of the published reasons.
_OTHER = "11"


def lay(
    plan: Plan, facts: Facts, naming: Naming = PLAIN, day: date | None = None
) -> tuple[LaidPlan, list[StepOutcome]]:
    """A plan laid over a night's facts on a day (None: that of the facts), and what became of each step.

    Raises PlanError where a step describes no kind of case of this data.
    """
    laid = LaidPlan(facts, naming, day=day)
    return laid, [lay_step(number, step, laid) for number, step in enumerate(plan.steps, 1)]


def lay_step(number: int, step: plan_file.Step, laid: LaidPlan) -> StepOutcome:
    """One step, by its number from 1, laid over what those before it came to. Raises PlanError as `lay`."""
    laid.missing, laid.done = [], False
    try:
        words = _do(step, laid)
    except (CaseError, ValueError) as error:  # no kind of case, or hours beyond a millionth
        raise PlanError(f"step {number}: {error}") from None
    laid.stages.append((laid.facts, len(laid.overlays)))
    return StepOutcome(number, words, laid.missing, laid.done)


@singledispatch
def _do(step: Any, laid: LaidPlan) -> str:
    raise NotImplementedError(step)


@_do.register
def _move(step: plan_file.MoveStep, laid: LaidPlan) -> str:
    to = _receivers(step.to, laid)
    rows = _meant(step, laid, leave_out={number for _, number in to}) if to else []
    if to:
        laid.move(rows, to)
    return f"move {_cases_words(step, laid)} to {_posts(step.to, laid)}"


@_do.register
def _become(step: plan_file.BecomeStep, laid: LaidPlan) -> str:
    stream, location, tier, suspended = read_kind(step.becomes, laid.facts.tier_scheme)
    scheme, rows = laid.facts.tier_scheme, _meant(step, laid)
    # what is overdue or on a warrant is so as another type or tier too
    then = {
        row.kind_no: kind_number(
            scheme, stream, location, tier, suspended, kinds(scheme)[row.kind_no].status
        ) for row in rows
    }  # fmt: skip
    same = [row for row in rows if row.kind_no == then[row.kind_no]]
    laid.missing += [f"{_case(row, laid)} is of that kind already" for row in same]
    rows = [row for row in rows if row.kind_no != then[row.kind_no]]
    laid.put(rows, [(row, row.post_no, then[row.kind_no]) for row in rows])
    words = case_words(location, tier, stream, suspended=suspended)
    return f"{_cases_words(step, laid)} become {words}"


@_do.register
def _end(step: plan_file.EndStep, laid: LaidPlan) -> str:
    laid.put(_meant(step, laid), [])
    return f"{_cases_words(step, laid)} end"


@_do.register
def _arrive(step: plan_file.ArriveStep, laid: LaidPlan) -> str:
    kind_no = _active(step.kind, laid.facts.tier_scheme)
    code, number = step.to, None
    if ":" in step.to:
        number = laid.post(step.to)
    elif (team_no := laid.team(step.to)) is not None:
        code, number = laid.waiting_post(step.to, team_no)
    if number is not None:
        row = CaseRow(-1, number, kind_no, None, step.cases)
        laid.put([], [(row, number, kind_no)], [code])
    each = f" ({step.a_week} a week for {counted(step.weeks or 0, 'week')})" if step.a_week else ""
    what, to = f"{counted(step.cases, 'case')} {_kind_said(step.kind, laid)}", laid.naming.post(step.to)
    return f"{what} {'comes' if step.cases == 1 else 'come'} to {to}{each}"


@_do.register
def _hours(step: plan_file.HoursStep, laid: LaidPlan) -> str:
    laid.change(step.post, contracted_micro=micro_hours(step.hours), hours_source="entered")
    return f"{laid.naming.post(step.post)} has {_plain(step.hours)} contracted hours a week"


@_do.register
def _reduce(step: plan_file.ReduceStep, laid: LaidPlan) -> str:
    if (number := laid.post(step.post)) is not None:
        refs = laid.facts.reduction.filter(post_no=number)["reduction_ref"].to_list()
        row = {
            "post_no": number, "reduction_ref": f"PLAN-{len(refs) + 1}", "reason": _OTHER,
            "hours_micro": None if step.hours is None else micro_hours(step.hours),
            "percent_x100": None if step.percent is None else int(step.percent * 100),
            "first_day": laid.day or laid.facts.day, "last_day": None,
        }  # fmt: skip
        more = pl.DataFrame([row], SCHEMAS["reduction"])
        laid.facts = with_reductions(laid.facts, pl.concat([laid.facts.reduction, more]))
        laid.touched.add(step.post)
        laid.done = True
    much = f"{_plain(step.percent)}%" if step.percent is not None else f"{_plain(step.hours)} hours a week"
    return f"{laid.naming.post(step.post)} has a reduction of {much} more"


@_do.register
def _end_reductions(step: plan_file.EndReductionsStep, laid: LaidPlan) -> str:
    name = laid.naming.post(step.post)
    if (number := laid.post(step.post)) is not None:
        day = laid.day or laid.facts.day
        lasts = pl.col("last_day").is_null() | (pl.col("last_day") >= day)
        mine = (pl.col("post_no") == number) & lasts
        found = laid.facts.reduction.filter(mine)["reduction_ref"].to_list()
        gone = step.reductions or found
        laid.missing += [f"{name} has no reduction {ref}" for ref in gone if ref not in found]
        if not found:
            laid.missing.append(f"{name} has no reductions")
        if ended := set(gone).intersection(found):
            over = mine & pl.col("reduction_ref").is_in(list(ended))
            # those that began end the day before: until then a trainee was in a stage of the training
            last = pl.when(over).then(pl.lit(day - timedelta(1))).otherwise(pl.col("last_day"))
            rest = laid.facts.reduction.filter(~(over & (pl.col("first_day") >= day)))
            laid.facts = with_reductions(laid.facts, rest.with_columns(last_day=last))
            laid.touched.add(step.post)
            laid.done = True
    which = ", ".join(step.reductions) or "all"
    return f"reductions of {name} end: {which}"


@_do.register
def _grade(step: plan_file.GradeStep, laid: LaidPlan) -> str:
    laid.change(step.post, grade=step.grade)
    return f"{laid.naming.post(step.post)} is {step.grade}"


@_do.register
def _leave(step: plan_file.LeaveStep, laid: LaidPlan) -> str:
    number, to = laid.post(step.post), _receivers(step.to, laid)
    then = f"go to {_posts(step.to, laid)}" if step.to else "wait in the team"
    words = f"{laid.naming.post(step.post)} leaves; cases {then}"
    if number is None or (step.to and not to):
        return words
    team_code = step.post.partition(":")[0]
    holds = not case_rows(laid.facts).filter(post_no=number).is_empty()
    if not step.to and holds:  # for who leaves nothing behind nobody is made up
        team_no = int(laid.facts.post.filter(post_no=number)["team_no"][0])
        to = [laid.waiting_post(team_code, team_no)]
    number = codes(laid.facts)[step.post]  # a placeholder may have been made, and posts numbered anew
    # reductions take no hours any more, and still say of what was done before that a trainee did it
    theirs, none = pl.col("post_no") == number, {"hours_micro": 0, "percent_x100": None}
    ended = [
        pl.when(theirs).then(pl.lit(value, pl.Int64)).otherwise(pl.col(name)).alias(name)
        for name, value in none.items()
    ]
    laid.facts = with_reductions(laid.facts, laid.facts.reduction.with_columns(ended))
    rows = case_rows(laid.facts).filter(post_no=number).sort("kind_no", "case_ref")
    if holds:
        laid.move(_as_rows(rows), to)
    laid.change(step.post, contracted_micro=0, hours_source="entered")
    return words


@_do.register
def _start(step: plan_file.StartStep, laid: LaidPlan) -> str:
    if (team_no := laid.team(step.team)) is not None:
        known = set(laid.facts.post.filter(team_code=step.team)["staff_code"])
        free = (f"NEW{number}" for number in range(1, len(known) + step.posts + 1))
        staff = [code for code in free if code not in known][: step.posts]
        micro = None if step.hours is None else micro_hours(step.hours)
        rows = [new_post(step.team, team_no, code, step.grade, micro) for code in staff]
        laid.facts = with_posts_added(laid.facts, rows)
        laid.touched.update(f"{step.team}:{code}" for code in staff)
        laid.done = True
    hours = "" if step.hours is None else f" with {_plain(step.hours)} hours each"
    verb = "starts" if step.posts == 1 else "start"
    return f"{counted(step.posts, step.grade)} {verb} in {laid.naming.post(step.team)}{hours}"


@_do.register
def _rules(step: plan_file.RulesStep, laid: LaidPlan) -> str:
    entries = tuple((path, ALWAYS, value) for path, value in step.values.items())
    laid.overlays.append(Overlay(f"plan {len(laid.overlays) + 1}", step.reference, entries))
    laid.done = True
    named = "" if step.reference == "a plan" else f" ({step.reference})"
    return f"rules{named}: " + ", ".join(f"{path} is {value}" for path, value in step.values.items())


@_do.register
def _priority(step: plan_file.PriorityStep, laid: LaidPlan) -> str:
    if step.pdu == NOT_KNOWN or laid.facts.team.filter(pdu_code=step.pdu).is_empty():
        laid.missing.append(f"there is no PDU {step.pdu}")
    else:
        laid.levels[step.pdu] = step.level
        laid.done = True
    return f"{laid.naming.post(step.pdu)} is at {step.level}"


@_do.register
def _demand(step: plan_file.DemandStep, laid: LaidPlan) -> str:
    laid.done = True  # nothing of the facts: it is the need for people that differs
    return demand_words(step)


@_do.register
def _unread(step: UnreadStep, laid: LaidPlan) -> str:
    laid.missing.append(step.remedy(is_owner=laid.naming.is_owner))
    return step.words


def _receivers(wanted: Sequence[str], laid: LaidPlan) -> list[tuple[str, int]]:
    return [(code, number) for code in wanted if (number := laid.post(code)) is not None]


def _meant(
    step: plan_file.MoveStep | plan_file.BecomeStep | plan_file.EndStep, laid: LaidPlan,
    leave_out: Iterable[int] = (),
) -> list[CaseRow]:  # fmt: skip
    """The cases a step means, as far as they are there and not with those left out already."""
    if step.cases:
        return _named(step.cases, case_rows(laid.facts, step.cases), laid, set(leave_out))
    rows = case_rows(laid.facts)
    assert step.held_by is not None
    assert step.number is not None
    numbers = [
        number
        for code, number in codes(laid.facts).items()
        if step.held_by in (code, code.partition(":")[0]) and number not in set(leave_out)
    ]
    if not numbers:
        laid.missing.append(f"there is nobody in {laid.naming.post(step.held_by)} to take cases from")
    kind_no = _active(step.kind, laid.facts.tier_scheme)
    mine = rows.filter(pl.col("post_no").is_in(numbers), pl.col("kind_no") == kind_no)
    left, found = step.number, []
    for row in _as_rows(mine.sort("post_no", "case_ref")):
        if left:
            found.append(row._replace(cases=min(left, row.cases)))
            left -= found[-1].cases
    if left:
        has = step.number - left
        laid.missing.append(
            f"{laid.naming.post(step.held_by)} has {counted(has, 'case')} of that kind, not {step.number}"
        )
    return found


def _named(refs: Sequence[str], rows: pl.DataFrame, laid: LaidPlan, leave_out: set[int]) -> list[CaseRow]:
    """Cases by their references, in the order they are named; one that two posts hold is not moved."""
    by_ref: dict[str, list[CaseRow]] = {}
    for row in _as_rows(rows):
        by_ref.setdefault(row.ref or "", []).append(row)
    found = []
    for ref in dict.fromkeys(refs):
        held = [] if ref in laid.naming.hidden else by_ref.get(ref, [])
        case = laid.naming.case(ref)
        if not held:
            laid.missing.append(laid.naming.nobody.format(case))
        elif len(held) > 1:
            laid.missing.append(f"{case} is held more than once, so it is not clear what is meant")
        elif held[0].post_no in leave_out:
            laid.missing.append(f"{case} is there already")
        else:
            found += held
    return found


def _as_rows(rows: pl.DataFrame) -> list[CaseRow]:
    return [
        CaseRow(*row) for row in rows.select("place", "post_no", "kind_no", "case_ref", "cases").iter_rows()
    ]


def _active(kind: str, tier_scheme: str) -> int:
    stream, location, tier, suspended = read_kind(kind, tier_scheme)
    return kind_number(tier_scheme, stream, location, tier, suspended, "active")


def _kind_said(kind: str, laid: LaidPlan) -> str:
    stream, location, tier, suspended = read_kind(kind, laid.facts.tier_scheme)
    return f"({case_words(location, tier, stream, suspended=suspended)})"


def _cases_words(step: plan_file.MoveStep | plan_file.BecomeStep | plan_file.EndStep, laid: LaidPlan) -> str:
    if step.cases:
        few = ", ".join(map(laid.naming.case, step.cases[:3]))
        return f"{few}" + (f" and {len(step.cases) - 3} more" if len(step.cases) > 3 else "")
    held_by = laid.naming.post(step.held_by or "")
    return f"{counted(step.number or 0, 'case')} {_kind_said(step.kind, laid)} of {held_by}"


def _posts(codes_of: Iterable[str], laid: LaidPlan) -> str:
    return ", ".join(map(laid.naming.post, codes_of))


def _case(row: CaseRow, laid: LaidPlan) -> str:
    return laid.naming.case(row.ref) if row.ref else "a case"


def _plain(number: Decimal | None) -> str:
    return f"{(number or Decimal(0)).normalize():f}"
