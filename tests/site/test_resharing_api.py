"""The best way to share cases again, for programs: asked for, followed, read and stopped."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from api_fixtures import Program, program  # noqa: F401
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_resharing import found, little_work  # noqa: F401

from wmt.site.accounts.models import LimitedAccess
from wmt.site.figures import units
from wmt.site.plans.models import SharingSearch
from wmt.site.queries.resharing import SharingQuestion, sharing_now
from wmt.site.queries.resharing_answer import AskedSharing, overload_left
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database
Makes = Callable[..., Program]
ANY = {"held_weeks": 0, "ends_weeks": 0}


def test_a_program_asks_follows_and_reads(pdu: Pdu, program: Makes) -> None:
    asker = program("administrator")
    first = asker.ask("post", f"units/pdu/{pdu.code}/resharings", {**ANY, "moves": 6}).json()
    assert (first["state"], first["answer"], first["percent"]) == ("waiting", None, 0)
    again = asker.ask("post", f"units/pdu/{pdu.code}/resharings", {**ANY, "moves": 6}).json()
    assert again["key"] == first["key"]
    row = found(SharingSearch.objects.get(key=first["key"]))
    kept: Any = row.answer
    told = asker.ask("get", f"resharings/{first['key']}").json()
    assert told["state"] == "done"
    answer = told["answer"]
    assert 0 < answer["moved"] <= 6
    assert [move["refs"] for move in answer["moves"]] == [move["refs"] for move in kept["moves"]]
    assert [goal["goal"] for goal in answer["goals"]] == ["over", "points-over", "waiting", "spread", "moves"]
    over, points = overload_left(kept)
    assert (answer["goals"][0]["after"], Decimal(str(answer["goals"][1]["after"]))) == (
        over, Decimal(points) / 100,
    )  # fmt: skip
    assert answer["frontier"][0]["moves_at_most"] == 0
    assert sum(post["gives"] for post in answer["posts"]) == answer["moved"]
    reader = program("support")
    assert reader.ask("get", f"resharings/{first['key']}").status_code == 404
    own = reader.ask("post", f"units/pdu/{pdu.code}/resharings", ANY).json()
    found(SharingSearch.objects.get(key=own["key"]))
    unread = reader.ask("get", f"resharings/{own['key']}").json()["answer"]
    assert unread["moves"] is None
    assert unread["moved"] > 0


def test_a_program_stops_and_is_told_what_is_wrong(pdu: Pdu, program: Makes) -> None:
    asker = program("administrator")
    wrong = asker.ask("post", f"units/pdu/{pdu.code}/resharings", {"goals": ["over", "over"]})
    assert (wrong.status_code, wrong.json()["faults"][0]["code"]) == (422, "GOALS")
    wrong = asker.ask("post", f"units/pdu/{pdu.code}/resharings", {"step": 11, "band": 5})
    assert wrong.status_code == 422
    assert asker.ask("post", f"units/nation/{pdu.code}/resharings", {}).status_code in (404, 422)
    key = asker.ask("post", f"units/pdu/{pdu.code}/resharings", {"step": 0.25, "band": 2}).json()["key"]
    question = SharingSearch.objects.get(key=key).question
    assert (question["step_x100"], question["band_x100"]) == (25, 200)
    stopped = asker.ask("post", f"resharings/{key}/stop").json()
    assert (stopped["state"], stopped["message"]) == ("failed", "You stopped it before it began.")
    assert asker.ask("get", "resharings/nobody-s").status_code == 404


@pytest.mark.parametrize("name", ["still", "apart", "fixed"])
def test_who_may_not_read_cases_can_name_none(pdu: Pdu, program: Makes, name: str) -> None:
    """Else an answer would tell whether there is such a case, who holds it and what it earns."""
    asker = program("support")
    for ref in (pdu.held.ref, "X999999"):
        named = [ref] if name == "still" else [{"ref": ref, "post": pdu.free[0].code}]
        answer = asker.ask("post", f"units/pdu/{pdu.code}/resharings", {**ANY, name: named})
        assert (answer.status_code, answer.json()["faults"][0]["code"]) == (422, "CASES")
    assert not SharingSearch.objects.exists()


def test_naming_a_case_that_one_must_not_know_of_changes_nothing(pdu: Pdu, program: Makes) -> None:
    reader, unread = program("administrator").user, program("support").user
    ref = pdu.held.ref

    def told(user: Any, **named: Any) -> tuple[Any, ...]:
        state = current_state()
        question = SharingQuestion(held_weeks=0, ends_weeks=0, **named)
        with sharing_now(state, user, units.find(state, user, "pdu", pdu.code), question) as now:
            asked = AskedSharing(now)
            return asked.shared.stay, len(asked.kept), [bundle.not_to for bundle in asked.whole.bundles]

    def moves_nothing(user: Any) -> bool:
        pair = ((ref, pdu.free[0].code),)
        named = [told(user, still=(ref,)), told(user, apart=pair), told(user, fixed=pair)]
        return named == 3 * [told(user)]

    assert not moves_nothing(reader)
    LimitedAccess.objects.create(ref=ref, excluded=[reader.email.upper()], restricted=[], is_current=True)
    assert moves_nothing(reader)
    assert moves_nothing(unread)  # as one who may read no case any more when the job begins
