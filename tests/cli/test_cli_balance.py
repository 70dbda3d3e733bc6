"""`wmt balance` on a small nation: figures as `wmt measure` has them, limits kept, and refusals."""

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from night_tools import Nation, Run


@pytest.fixture(scope="module")
def pdu(nation: Nation) -> str:
    teams, cases = (pl.read_parquet(nation.tidy(0) / f"{name}.parquet") for name in ("team", "case"))
    largest = cases.join(teams, on="team_code").filter(pl.col("pdu_code").is_not_null())
    return str(largest.group_by("pdu_code").len().sort("len", "pdu_code")["pdu_code"][-1])


def test_moves_are_told_with_what_they_do(run: Run, night: Path, pdu: str) -> None:
    found = run("balance", night, "--pdu", pdu, "--json").json
    measured = {row["code"]: row for row in run("measure", night, "--level", "post", "--json").json}
    assert found["moves"]
    assert [each["goal"] for each in found["goals"]] == ["over", "points-over", "waiting", "spread", "moves"]
    moved = Counter()
    for move in found["moves"]:
        moved[move["from"]["code"]] -= move["points"]
        moved[move["to"]["code"]] += move["points"]
    assert {each["code"] for each in found["effects"]} == set(moved)
    for each in found["effects"]:
        now = measured[each["code"]]
        assert (each["before"]["points"], each["available"]) == (now["points"], now["available"])
        assert each["after"]["points"] == pytest.approx(now["points"] + moved[each["code"]])
        assert each["after"]["capacity"] <= max(110, each["before"]["capacity"])
    mine = [row for row in measured.values() if row["pdu_code"] == pdu and row["grade"] != "DMY"]
    held = [row for row in mine if row["stream"] == "sentence_management" and row["available"]]
    over = [row["code"] for row in held if row["points"] > 1.1 * row["available"]]
    assert found["goals"][0]["now"] == len(over)
    assert found["goals"][-1]["then"] == sum(move["number"] for move in found["moves"])


def test_limits_are_kept_and_the_same_is_said_twice(run: Run, night: Path, pdu: str) -> None:
    free = run("balance", night, "--pdu", pdu, "--quick", "--json").json
    giver = free["moves"][0]["from"]["code"]
    receiver = Counter(move["to"]["code"] for move in free["moves"]).most_common(1)[0][0]
    asked = ("balance", night, "--pdu", pdu, "--moves", "3", "--per-person", "2", "--lock", giver,
             "--protect", receiver, "--work", "0.5", "--json")  # fmt: skip
    found = run(*asked).json
    assert 0 < sum(move["number"] for move in found["moves"]) <= 3
    assert all(each["gives"] + each["receives"] <= 2 for each in found["effects"])
    assert giver not in {each["code"] for each in found["effects"]}
    assert receiver not in {move["to"]["code"] for move in found["moves"]}
    assert run(*asked).json == found


def test_tables_for_people(run: Run, night: Path, pdu: str) -> None:
    told = run("balance", night, "--pdu", pdu, "--fewest", "--frontier", "0,2", "--work", "0.3")
    assert told.code == 0
    for words in (
        "people over the threshold",
        "Moves, each with what it does to both",
        "What all of it does",
        "With at most so many moves",
        "Nothing was changed.",
        "held for less than 4 weeks",
    ):
        assert words in told.out


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ((), "say whose cases are shared again: --team, --pdu or --region"),
        (("--pdu", "NOWHERE"), "--pdu NOWHERE: there is no such pdu in this data"),
        (("--goal", "happiness"), "--goal happiness: choose among over, points-over"),
        (("--lock", "N1A:NOBODY"), "N1A:NOBODY is no post of sentence management among those that share"),
        (("--keep", "X999999"), "X999999 is no case that the posts which share hold"),
        (("--forbid", "X999999"), "--forbid X999999: write what must not go where"),
        (("--frontier", "5,many"), "--frontier many: write numbers of moves, such as 5,10,20"),
        (
            ("--high-least", "3", "--high-most", "1"),
            "at least 3 and at most 1 high-risk cases",
        ),
    ],
)
def test_bad_input_is_named(run: Run, night: Path, pdu: str, asked: tuple[str, ...], why: str) -> None:
    units = () if not asked or asked[0] == "--pdu" else ("--pdu", pdu)
    told = run("balance", night, *units, *asked)
    assert told.code == 2
    assert why in told.err
    assert told.out == ""
