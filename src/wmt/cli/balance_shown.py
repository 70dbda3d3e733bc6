"""What `wmt balance` tells: an answer as plain data, and the same as tables."""

from typing import Any

from wmt import ledger
from wmt.cli import tables
from wmt.cli.console import capacity, out
from wmt.plan.balance.answer import BundleMove, SharingAnswer, SharingEffect
from wmt.plan.balance.pools import Pooled
from wmt.plan.balance.problem import GOAL_WORDS, Goal, SharingPost
from wmt.plan.balance.questions import LeverEffect
from wmt.plan.balance.reading import Sharing
from wmt.plan.balance.solve import Reached, Solved
from wmt.text import counted

_POINTS = (Goal.POINTS_OVER, Goal.SPREAD)


def presented(asked: Pooled, found: SharingAnswer, shared: Sharing, of: ledger.Ledger) -> dict[str, Any]:
    """An answer as plain data; figures are exact, capacities null without available hours."""
    limits = asked.problem.limits
    conditions = {
        grade: str(rule.value)
        for grade in sorted({move.receiver.grade for move in found.moves})
        if (rule := of.rules.get(f"eligibility.{grade}.condition")) is not None
    }
    return {
        "day": of.day,
        "threshold": ledger.decimal(limits.over_x100),
        "people": len(asked.problem.posts),
        "cases_that_may_move": sum(each.cases * each.number for each in asked.problem.bundles),
        "cases_that_stay": dict(sorted(shared.stay.items())),
        "proved": all(each.is_proved for each in found.reached) and not found.stopped,
        "stopped": found.stopped,
        "goals": [_goal(asked, each) for each in found.reached],
        "moves": [_move(each, conditions) for each in found.moves],
        "effects": [_effect(each) for each in found.effects],
    }


def presented_way(moves: int, way: Solved) -> dict[str, Any]:
    """What at most so many moves leave of overload."""
    return {"moves_at_most": moves, **_overload(way.reached), "proved": way.is_proved}


def presented_relief(tried: LeverEffect) -> dict[str, Any]:
    """What a change leaves of overload."""
    return {"change": tried.words, **_overload(tried.reached)}


def _overload(reached: list[Reached]) -> dict[str, Any]:
    found = {each.goal: each.exact[1] for each in reached}
    return {"over": found[Goal.OVER], "points_over": ledger.decimal(found[Goal.POINTS_OVER])}


def _goal(asked: Pooled, reached: Reached) -> dict[str, Any]:
    before, then = reached.exact
    of_points = reached.goal in _POINTS
    return {
        "goal": reached.goal,
        "now": ledger.decimal(before) if of_points else before,
        "then": ledger.decimal(then) if of_points else then,
        "step": ledger.decimal(asked.step(reached.goal)) if of_points else 1,
        "steps": reached.value,
        "steps_at_least": reached.bound,
        "proved": reached.is_proved,
        "better_by_at_most_percent": ledger.decimal(reached.gap_x100),
    }


def _post(post: SharingPost) -> dict[str, Any]:
    available = ledger.decimal(post.available_x100)
    return {"code": post.code, "name": post.name, "grade": post.grade, "available": available}


def _moment(moment: ledger.Moment) -> dict[str, Any]:
    share = ledger.decimal(ledger.capacity_x100(*moment))
    return {"points": ledger.decimal(moment.points_x100), "capacity": share}


def _both(moments: tuple[ledger.Moment, ledger.Moment]) -> dict[str, Any]:
    return {"before": _moment(moments[0]), "after": _moment(moments[1])}


def _move(move: BundleMove, conditions: dict[str, str]) -> dict[str, Any]:
    needs = conditions.get(move.receiver.grade)
    return {
        "cases": list(move.bundle.refs),
        "number": move.cases,
        "what": move.bundle.what,
        "points": ledger.decimal(move.bundle.points_x100 * move.number),
        "from": None if move.giver is None else {**_post(move.giver), **_both(move.giver_moments or ())},  # type: ignore[arg-type]
        "to": {**_post(move.receiver), **_both(move.receiver_moments)},
        "why": f"{move.why}; needs {needs}" if needs else move.why,
    }


def _effect(effect: SharingEffect) -> dict[str, Any]:
    return {
        **_post(effect.post),
        **_both((effect.before, effect.after)),
        "gives": effect.given,
        "receives": effect.received,
        "high_risk": {"before": effect.post.high, "after": effect.high_after},
    }


def show(told: dict[str, Any]) -> None:
    """Tables for people."""
    _show_goals(told)
    column = tables.TextColumn
    columns = (
        column("case", "text"), column("what", "text"), column("points"), column("from", "whole"),
        column("from\nnow"), column("from\nthen"), column("to", "whole"),
        column("to\nnow"),
        column("to\nthen"),
        column("why", "text", spare=1),
    )  # fmt: skip
    if told["moves"]:
        tables.table("Moves, each with what it does to both", columns, [_row(move) for move in told["moves"]])
        of = (
            column("post", "whole"), column("grade", "whole"), column("now"), column("then"),
            column("gives"), column("receives"),
            column("high risk\nnow", spare=1), column("high risk\nthen", spare=1),
        )  # fmt: skip
        tables.table("What all of it does", of, [_effect_row(each) for each in told["effects"]])
    _show_questions(told)
    out.print("Nothing was changed.", markup=False)


def _show_goals(told: dict[str, Any]) -> None:
    column = tables.TextColumn
    columns = (column("goal", "text"), column("now"), column("then"), column("", "text"))
    rows = [(GOAL_WORDS[each["goal"]], each["now"], each["then"], _verdict(each)) for each in told["goals"]]
    may = counted(told["cases_that_may_move"], "case")
    tables.table(f"{counted(told['people'], 'person', 'people')}, {may} that may move", columns, rows)
    steps = {tables.figure(each["step"]) for each in told["goals"] if each["goal"] in _POINTS}
    for step in steps:
        out.print(f"Points count in steps of {step}: for less nobody is passed on.", markup=False)
    if told["cases_that_stay"]:
        stay = (f"{tables.figure(number)} {why}" for why, number in told["cases_that_stay"].items())
        out.print(f"Cases that stay: {', '.join(stay)}.", markup=False)
    if told["stopped"]:
        out.print("The search was stopped: this is the best found until then.", markup=False)


def _verdict(goal: dict[str, Any]) -> str:
    if goal["proved"]:
        return "proved best"
    if not goal["steps_at_least"]:
        return "not proved"
    return f"at most {tables.figure(goal['better_by_at_most_percent'])}% better is possible"


def _capacities(one: dict[str, Any]) -> tuple[str, str]:
    return (
        capacity(one["before"]["points"], one["available"]),
        capacity(one["after"]["points"], one["available"]),
    )


def _row(move: dict[str, Any]) -> tuple[object, ...]:
    refs = ", ".join(move["cases"]) or f"{move['number']} of these"
    giver, receiver = move["from"], move["to"]
    left = (None, None, None) if giver is None else (giver["code"], *_capacities(giver))
    right = receiver["code"], *_capacities(receiver)
    return refs, move["what"], move["points"], *left, *right, move["why"]


def _effect_row(each: dict[str, Any]) -> tuple[object, ...]:
    high = each["high_risk"]
    return (
        each["code"], each["grade"], *_capacities(each),
        each["gives"] or None, each["receives"] or None, high["before"], high["after"],
    )  # fmt: skip


def _show_questions(told: dict[str, Any]) -> None:
    column = tables.TextColumn
    left = (column("people over"), column("points over"))
    if "frontier" in told:
        rows = [
            (each["moves_at_most"], each["over"], each["points_over"], "" if each["proved"] else "not proved")
            for each in told["frontier"]
        ]
        tables.table("With at most so many moves", (column("moves"), *left, column("", "text")), rows)
    if "would_help" in told:
        changes = [(each["change"], each["over"], each["points_over"]) for each in told["would_help"]]
        tables.table("What each change would leave", (column("change", "text"), *left), changes)
