"""Duties by the API: the same as on the pages, to the same people."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from api_fixtures import Program, fresh_counts, program  # noqa: F401
from duties_fixtures import Scene, scene  # noqa: F401

Make = Callable[..., Program]


def at(scene: Scene, more: str = "") -> str:
    return f"duties/{scene.duty.pk}{more}"


def decision(scene: Scene, **more: Any) -> dict[str, Any]:
    day = scene.state.day
    return {
        "version": 1, "decision": "reallocate", "words": "Five cases", "done_by": f"{day + timedelta(7)}",
        "review_on": f"{day + timedelta(28)}", **more,
    }  # fmt: skip


def test_lists_and_one(scene: Scene, program: Make) -> None:
    reader = program("analyst")
    for level, code in (("nation", "nation"), ("team", scene.duty.team_code), ("post", scene.duty.code)):
        [item] = reader.all(f"units/{level}/{code}/duties")
        assert (item["number"], item["post"]) == (scene.duty.pk, scene.duty.code)
        assert (item["state"], item["late"], item["percent"]) == ("to be acknowledged", False, 110)
        assert item["deadlines"][0]["words"].endswith("5 working days left")
    assert reader.all(f"units/team/{scene.elsewhere.code}/duties") == []
    for show, number in (("open", 1), ("late", 0), ("closed", 0), ("all", 1)):
        assert reader.get("units/nation/nation/duties", show=show)["count"] == number
    found = reader.get(at(scene))
    assert [step["kind"] for step in found["steps"]] == ["opened"]
    assert reader.ask("get", f"duties/{scene.duty.pk + 1}").status_code == 404


def test_a_duty_is_handled(scene: Scene, program: Make) -> None:
    manager = program("manager", "team", scene.duty.team_code)
    day = scene.state.day
    assert manager.ask("post", at(scene, "/acknowledge")).json()["state"] == "to be decided"
    answer = manager.ask("post", at(scene, "/acknowledge"))
    assert answer.status_code == 409
    assert "has changed this: Acknowledged" in answer.json()["faults"][0]["message"]
    assert manager.ask("post", at(scene, "/talk"), {"on": f"{day}"}).status_code == 200
    found = manager.ask("post", at(scene, "/decide"), decision(scene)).json()
    assert (found["state"], found["decision"], found["version"]) == ("under review", "reallocate", 4)
    assert found["steps"][-1]["words"] == "Five cases"
    answer = manager.ask("post", at(scene, "/decide"), decision(scene, decision="accept"))
    assert answer.status_code == 409
    review = {"version": 4, "words": "It helps", "review_on": f"{day + timedelta(20)}"}
    assert manager.ask("post", at(scene, "/review"), review).json()["review_on"] == review["review_on"]
    assert manager.ask("post", at(scene, "/note"), {"words": "Noted"}).json()["version"] == 6


def test_what_cannot_be_says_why_on_its_field(scene: Scene, program: Make) -> None:
    manager = program("manager", "team", scene.duty.team_code)
    day = scene.state.day
    sent = decision(scene, done_by=None, review_on=f"{day}", words="  ")
    answer = manager.ask("post", at(scene, "/decide"), sent)
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["faults"]} == {"words", "done_by", "review_on"}
    early = {"on": f"{scene.duty.run_since - timedelta(1)}"}
    assert manager.ask("post", at(scene, "/talk"), early).json()["faults"][0]["code"] == "ON_BEFORE"
    assert manager.ask("post", at(scene, "/talk"), {"on": f"{day + timedelta(1)}"}).status_code == 422
    sent = {"version": 1, "answer": "yes", "words": "x"}
    assert manager.ask("post", at(scene, "/answer"), sent).json()["faults"][0]["code"] == "NOT_ASKED"
    sent = {"version": 1, "words": "x", "review_on": f"{day + timedelta(1)}"}
    assert manager.ask("post", at(scene, "/review"), sent).json()["faults"][0]["code"] == "NOT_DECIDED"


def test_relief_is_the_practitioner_s(scene: Scene, program: Make) -> None:
    manager = program("manager", "team", scene.duty.team_code)
    own = program("practitioner", "team", scene.duty.team_code, staff_code=scene.duty.staff_code)
    reader = program("analyst")
    assert manager.ask("post", at(scene, "/ask"), {"words": "x"}).status_code == 403
    found = own.ask("post", at(scene, "/ask"), {"words": "SECRET"}).json()
    assert [each["what"] for each in found["deadlines"]] == ["acknowledge", "answer", "decide"]
    assert own.ask("post", at(scene, "/acknowledge")).status_code == 403
    shown = reader.ask("get", at(scene)).content.decode()
    assert "SECRET" not in shown
    assert "relief" not in shown
    answered = {"version": 2, "answer": "no", "words": "Not yet"}
    assert manager.ask("post", at(scene, "/answer"), answered).status_code == 200
    assert own.get(at(scene))["steps"][-1]["sentence"] == "Answered the request for relief: no"
    assert [step["kind"] for step in reader.get(at(scene))["steps"]] == ["opened"]


def test_nobody_handles_elsewhere_or_their_own(scene: Scene, program: Make) -> None:
    far = program("manager", "team", scene.elsewhere.code)
    own = program("head", "pdu", scene.duty.pdu_code, staff_code=scene.duty.staff_code)
    for who in (far, own, program("analyst"), program("")):
        answer = who.ask("post", at(scene, "/decide"), decision(scene))
        assert (answer.status_code, answer.json()["code"]) == (403, "DENIED")
    assert scene.duty.code in far.ask("post", at(scene, "/note"), {"words": "x"}).json()["message"]
    assert "about you" in own.ask("post", at(scene, "/acknowledge")).json()["message"]
    assert scene.duty.steps.count() == 1
