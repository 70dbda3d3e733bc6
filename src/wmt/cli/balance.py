"""`wmt balance`: the best way to share cases again among the people of some units, without a server."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any

import polars as pl
import typer

from wmt.cli import allocation, balance_shown, console, options
from wmt.cli.files import print_json
from wmt.cli.inputs import Opened, open_input
from wmt.cli.measure import Former
from wmt.cli.overlays import lay
from wmt.ledger import Ledger
from wmt.plan.balance import levers
from wmt.plan.balance.answer import answer
from wmt.plan.balance.movable import dated_cases
from wmt.plan.balance.pools import Pooled, pooled
from wmt.plan.balance.problem import GOALS, Goal, Limits, SharingProblem
from wmt.plan.balance.questions import Lever, fewest_moves, frontier, relief
from wmt.plan.balance.reading import Kept, Sharing, sharing
from wmt.plan.balance.solve import Solved, quick, solve

#: The threshold that nobody is to be over.
MARK = "thresholds.excessive_workload.percent"

Moves = Annotated[int | None, typer.Option("--moves", min=0, help="At most so many cases move in all.")]
PerPerson = Annotated[
    int | None, typer.Option("--per-person", min=1, help="At most so many given and received by anybody.")
]
Lock = Annotated[
    list[str] | None, typer.Option("--lock", metavar="POST", help="Neither gives nor receives; repeatable.")
]
Protect = Annotated[
    list[str] | None, typer.Option("--protect", metavar="POST", help="Does not receive; repeatable.")
]
Keep = Annotated[
    list[str] | None, typer.Option("--keep", metavar="CRN", help="A case that does not move; repeatable.")
]
Forbid = Annotated[
    list[str] | None,
    typer.Option("--forbid", metavar="CRN=POST", help="This case, or a post's cases, not there; repeatable."),
]
Together = Annotated[
    list[str] | None,
    typer.Option("--together", metavar="CRN,CRN", help="Cases that move as one or not at all; repeatable."),
]
HeldWeeks = Annotated[
    int, typer.Option("--held-weeks", min=0, help="Cases held for less than so many weeks stay.")
]
EndsWeeks = Annotated[int, typer.Option("--ends-weeks", min=0, help="Cases that end within so many stay.")]
HighLeast = Annotated[
    int | None,
    typer.Option("--high-least", min=0, help="At least so many high-risk cases each (rule full_kinds.high)."),
]
HighMost = Annotated[int | None, typer.Option("--high-most", min=0, help="At most so many of these each.")]
Goals = Annotated[
    list[str] | None,
    typer.Option("--goal", help=f"What matters, in order; repeatable. Without: {', '.join(GOALS)}."),
]
Band = Annotated[
    float, typer.Option("--band", min=0, max=100, help="Even is so near the average, in percentage points.")
]
Step = Annotated[
    float,
    typer.Option("--step", min=0, max=10, help="Less than so many percentage points of all is nothing."),
]
Waiting = Annotated[bool, typer.Option("--waiting", help="Also give out the cases that nobody holds.")]
Fewest = Annotated[
    bool, typer.Option("--fewest", help="The fewest moves to the least overload, no evenness.")
]
Frontier = Annotated[
    str, typer.Option("--frontier", metavar="5,10,20", help="Also: how little overload so many moves leave.")
]
WouldHelp = Annotated[bool, typer.Option("--would-help", help="Also: what binds, and what would free most.")]
Quick = Annotated[
    bool, typer.Option("--quick", help="The answer by a plain rule, at once and without a proof.")
]
Work = Annotated[float | None, typer.Option("--work", min=0.1, help="How much work, 3 or more by size.")]


def balance(
    paths: options.Paths,
    team: allocation.Teams = None,
    pdu: allocation.Pdus = None,
    region: allocation.Regions = None,
    moves: Moves = None,
    per_person: PerPerson = None,
    lock: Lock = None,
    protect: Protect = None,
    keep: Keep = None,
    forbid: Forbid = None,
    together: Together = None,
    held_weeks: HeldWeeks = 4,
    ends_weeks: EndsWeeks = 4,
    high_least: HighLeast = None,
    high_most: HighMost = None,
    goal: Goals = None,
    band: Band = 5.0,
    step: Step = 0.5,
    waiting: Waiting = False,
    fewest: Fewest = False,
    frontier_of: Frontier = "",
    would_help: WouldHelp = False,
    quick_only: Quick = False,
    work: Work = None,
    people: options.People = None,
    rules_date: options.RulesDate = None,
    overlay: options.Overlays = None,
    set_aside: options.SetAside = False,
    former: Former = None,
    json: options.Json = False,
) -> None:
    """Find the best way to share the cases of a team, a PDU or a region again, with a proof."""
    kept = Kept(
        locked=lock or (), protected=protect or (), still=keep or (), apart=_pairs(forbid or ()),
        together=[group.split(",") for group in together or ()], held_weeks=held_weeks, ends_weeks=ends_weeks,
    )  # fmt: skip
    overlays = lay(overlay)
    opened = open_input(paths, people=people, set_aside=set_aside, former=former, as_json=json)
    found = opened.ledger(opened.rule_set(rules_date, overlays))
    teams = allocation.teams_of(opened.facts, team, pdu, region)
    if not teams:
        raise console.RefusedInput("say whose cases are shared again: --team, --pdu or --region")
    read_again = partial(sharing, found, teams, dated=_dated(opened), waiting=waiting)
    shared = read_again(kept)
    limits = Limits(
        over_x100=found.rules[MARK].hundredths, band_x100=round(band * 100), step_x100=round(step * 100),
        moves=moves, per_person=per_person, high_least=high_least, high_most=high_most,
    )  # fmt: skip
    asked = shared.of_problem(limits, _goals(goal))
    asked, numbers = fewest_moves(asked) if fewest else asked, _numbers(frontier_of)
    with console.progress() as tell:
        told = _told(asked, shared, found, quick if quick_only else partial(solve, work=work, tell=tell))
        if numbers:
            ways = frontier(asked, numbers, work=work, tell=tell)
            told["frontier"] = [balance_shown.presented_way(number, way) for number, way in ways]
        if would_help:
            changes = levers.changes(asked, found, kept, partial(_again, read_again, asked))
            told["would_help"] = _helping(asked, changes, work=work, tell=tell)
    print_json(told) if json else balance_shown.show(told)


def _told(
    asked: SharingProblem, shared: Sharing, found: Ledger, way: Callable[[Pooled], Solved]
) -> dict[str, Any]:
    """The answer of a way to solve it, as plain data."""
    in_pools = pooled(asked)
    return balance_shown.presented(in_pools, answer(in_pools, way(in_pools)), shared, found)


def _again(read_again: Callable[[Kept], Sharing], asked: SharingProblem, kept: Kept) -> SharingProblem:
    """The same with other things kept."""
    return read_again(kept).of_problem(asked.limits, asked.goals)


def _helping(asked: SharingProblem, changes: list[Lever], **how: Any) -> list[dict[str, Any]]:
    return [balance_shown.presented_relief(each) for each in relief(asked, changes, **how)]


def _goals(wanted: Sequence[str] | None) -> tuple[Goal, ...]:
    unknown = sorted(set(wanted or ()) - set(GOALS))
    if unknown:
        raise console.RefusedInput(f"--goal {unknown[0]}: choose among {', '.join(GOALS)}")
    return tuple(Goal(each) for each in wanted) if wanted else GOALS


def _numbers(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if wrong := [part for part in parts if not (part.isascii() and part.isdigit())]:
        raise console.RefusedInput(f"--frontier {wrong[0]}: write numbers of moves, such as 5,10,20")
    return [int(part) for part in parts]


def _pairs(texts: Sequence[str]) -> list[tuple[str, str]]:
    pairs = [tuple(text.split("=")) for text in texts]
    if wrong := [text for text, pair in zip(texts, pairs, strict=True) if len(pair) != 2 or not all(pair)]:
        raise console.RefusedInput(
            f"--forbid {wrong[0]}: write what must not go where, such as X123456=N1A:S1 or N1A:S2=N1A:S1"
        )
    return [(what, to) for what, to in pairs]


def _dated(opened: Opened) -> pl.DataFrame | None:
    listed = opened.cases()
    return None if listed is None else dated_cases(listed)
