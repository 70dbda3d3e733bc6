"""In which order the steps of a plan make the moves of a sharing answer."""

import random
from typing import Any

from wmt.site.queries.resharing_answer import plan_steps

_MOST = 11_000


def _answer(before: dict[str, int], moves: list[tuple[str, str, int]]) -> dict[str, Any]:
    return {
        "over_x100": _MOST,
        "posts": [
            {"code": code, "before_x100": now, "available_x100": 10_000} for code, now in before.items()
        ],
        "moves": [
            {"giver": giver, "receiver": to, "points_x100": points, "refs": [f"{giver}{to}{number}"],
             "number": 1, "kind": "custody:B1"}
            for number, (giver, to, points) in enumerate(moves)
        ],
    }  # fmt: skip


def _highest(answer: dict[str, Any], steps: list[dict[str, Any]]) -> dict[str, int]:
    """The most points that anybody holds who gets something, after each step."""
    points = {move["refs"][0]: move for move in answer["moves"]}
    held = {post["code"]: post["before_x100"] for post in answer["posts"]}
    highest: dict[str, int] = {}
    for step in steps:
        for ref in step["cases"]:
            move = points[ref]
            held[move["giver"]] = held.get(move["giver"], 0) - move["points_x100"]
            held[move["receiver"]] += move["points_x100"]
        highest[step["to"]] = max(highest.get(step["to"], 0), held[step["to"]])
    return highest


def test_who_gives_and_gets_gives_first() -> None:
    answer = _answer({"A": 13_000, "B": 10_900, "C": 5_000}, [("A", "B", 2_000), ("B", "C", 2_000)])
    assert [step["to"] for step in plan_steps(answer)] == ["C", "B"]


def test_nobody_is_over_in_between_where_moves_go_in_no_circle() -> None:
    """Everybody gives only to who comes later, and nobody who gets is over in the end."""
    chance = random.Random(5)
    for _ in range(50):
        names = "ABCDEF"
        moves = [
            (names[giver], names[chance.randrange(giver + 1, 6)], chance.randrange(100, 900))
            for giver in range(5) for _ in range(3)
        ]  # fmt: skip
        gets = {name: sum(points for _, to, points in moves if to == name) for name in names}
        gives = {name: sum(points for giver, _, points in moves if giver == name) for name in names}
        answer = _answer({name: _MOST - max(0, gets[name] - gives[name]) for name in names}, moves)
        steps = plan_steps(answer)
        assert sorted(ref for step in steps for ref in step["cases"]) == sorted(
            move["refs"][0] for move in answer["moves"]
        )
        assert max(_highest(answer, steps).values()) <= _MOST
