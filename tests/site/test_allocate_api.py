"""Giving cases by the API and by `wmt allocate`: the same action, the same refusals."""

# ruff: noqa: F811 - fixtures come by import
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from api_fixtures import Program, program  # noqa: F401
from test_allocate import cases_of, pair, posts, unit  # noqa: F401

from wmt.cli.main import _outcome
from wmt.ledger import decimal
from wmt.site.allocation.models import CaseAllocation
from wmt.site.changes.reconcile import differences
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database
WHY = {"why_over": "a test", "why_not_eligible": "a test"}


@pytest.fixture
def head(program: Callable[..., Program], pair: tuple[Unit, Unit]) -> Program:
    assert pair[0].pdu_code != pair[1].pdu_code
    return program("administrator", "nation", "nation")


@pytest.mark.both_databases
def test_a_case_is_looked_at_given_once_and_undone(head: Program, pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    asked = {
        "ref": cases_of(old)[0],
        "to_post": new.code,
        "from_post": old.code,
        "key": "k1",
        "reason": "other",
        **WHY,
    }
    seen = head.ask("post", "allocations/preview", asked).json()
    assert (seen["held_by"], seen["waiting"], seen["faults"]) == (old.code, False, [])
    stale = {**asked, "seen": "community D0, 1 point", "key": "k0"}
    assert head.ask("post", "allocations", stale).json()["faults"][0]["code"] == "CASE_CHANGED"
    given = head.ask("post", "allocations", {**asked, "seen": seen["seen"]})
    assert given.status_code == 200, given.content
    again = head.ask("post", "allocations", {**asked, "ref": f" {asked['ref'].lower()}"}).json()
    assert again == given.json()
    assert (again["from_post"], again["to_post"], again["state"]) == (old.code, new.code, "given")
    assert CaseAllocation.objects.count() == 1
    for each in seen["effects"]:
        assert each["after"]["points"] == decimal(unit(each["level"], each["code"]).points_x100)
    assert head.get(f"allocations/{again['number']}") == again
    undone = head.ask("post", f"allocations/{again['number']}/undo").json()
    assert undone["state"] == "undone"
    assert unit("post", old.code).points_x100 == old.points_x100
    assert head.ask("post", f"allocations/{again['number']}/undo").status_code == 409
    assert head.ask("post", "allocations", asked).json()["faults"][0]["code"] == "UNDONE"
    assert differences(current_state()) == []


def test_what_cannot_be_is_told_by_its_field(head: Program, pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    ref = cases_of(old)[0]
    for body, status, code in (
        ({"ref": "X999999", "to_post": new.code}, 422, "CASE_UNKNOWN"),
        ({"ref": ref, "to_post": new.code}, 422, "REASON"),
        ({"ref": ref, "to_post": new.code, "from_post": new.code, "reason": "other"}, 409, "HELD_BY_NOW"),
        ({"ref": ref, "to_post": "N0:N0", "reason": "other"}, 422, "POST_UNKNOWN"),
    ):
        answer = head.ask("post", "allocations", body)
        assert answer.status_code == status, answer.content
        assert code in answer.content.decode()
    assert (
        head.ask("post", "allocations", {"ref": ref, "to_post": new.code, "reason": "luck"}).status_code
        == 422
    )
    assert CaseAllocation.objects.count() == 0


def test_whose_case_it_is_decides_who_reads_and_gives(
    head: Program, program: Callable[..., Program], pair: tuple[Unit, Unit]
) -> None:
    old, new = pair
    ref = cases_of(old)[0]
    body = {"ref": ref, "to_post": new.code, "reason": "other", "notes": "a private word", **WHY}
    of_new = program("manager", "team", new.team_code)
    # a case of others is told as one that is not there
    refused = of_new.ask("post", "allocations", body)
    unknown = of_new.ask("post", "allocations", {**body, "ref": "X999999"})
    assert refused.status_code == unknown.status_code == 422
    assert refused.content.decode().replace(ref, "") == unknown.content.decode().replace("X999999", "")
    of_old = program("manager", "team", old.team_code)
    assert of_old.ask("post", "allocations", body).status_code == 403
    number = head.ask("post", "allocations", body).json()["number"]
    stranger = next(
        each for each in Unit.objects.filter(load_id=current_state().load_id, level="team", whole=True)
        if each.pdu_code not in (old.pdu_code, new.pdu_code)
    )  # fmt: skip
    for who, status in (
        (of_new, 200),
        (of_old, 200),
        (program("manager", "team", stranger.code), 404),
        (program("support", "nation", "nation"), 404),
        (program("analyst", "nation", "nation"), 200),
    ):
        answer = who.ask("get", f"allocations/{number}")
        assert answer.status_code == status, answer.content
        reads = status == 200 and who.user.name != "A analyst"
        assert ("private word" in answer.content.decode()) == reads
        if status == 200:
            assert answer.json()["withheld"] != reads


@pytest.fixture
def wmt(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    monkeypatch.setenv("COLUMNS", "200")

    def ran(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wmt", *map(str, arguments)])
        capsys.readouterr()
        code = _outcome()
        said = capsys.readouterr()
        return code, said.out, said.err

    return ran


def test_the_command_gives_and_undoes(wmt: Callable[..., Any], pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    ref = cases_of(old)[0]
    why = ("--reason", "other", "--why-over", "a test", "--why-not-eligible", "a test")
    code, said, _ = wmt("allocate", ref, "--to", new.code, *why, "--check")
    assert code == 0
    assert "Nothing was changed" in said
    assert new.code in said
    assert CaseAllocation.objects.count() == 0
    emails = ("--email", "desk@justice.gov.uk", "--no-tell-previous")
    code, said, _ = wmt("allocate", ref, "--to", new.code, *why, *emails, "--json")
    assert code == 0
    told = json.loads(said)
    assert told["emails"] == [
        {"to": new.name, "state": "not sent: no address known"},
        {"to": "desk@justice.gov.uk", "state": "waiting to be sent"},
    ]
    assert {each["code"] for each in told["effects"] if each["level"] == "post"} == {old.code, new.code}
    assert ref in cases_of(new)
    assert wmt("allocate", "--undo", told["number"])[0] == 0
    assert ref in cases_of(old)
    for arguments, words in (
        ((ref,), "say which case and who gets it"),
        ((ref, "--to", new.code), "Choose why"),
        ((ref, "--to", new.code, *why, "--email", "a@b.example"), "is not an address at justice.gov.uk"),
        (("X999999", "--to", new.code), "There is no case X999999"),
        (("--undo", told["number"]), "cannot be undone"),
        (("--undo", 999), "there is no allocation 999"),
    ):
        code, _, wrong = wmt("allocate", *arguments)
        assert code == 2, wrong
        assert words in wrong


def test_several_cases_are_suggested_looked_at_given_once_and_undone(
    head: Program, pair: tuple[Unit, Unit]
) -> None:
    old, new = pair
    refs = cases_of(old)[:3]
    asked = {"from_post": old.code, "refs": refs, "people": [new.code]}
    told = head.ask("post", "allocation-batches/suggestion", asked).json()
    assert [each["ref"] for each in told] == refs
    assert {each["to_post"] for each in told} <= {new.code, None}
    given = [{"ref": ref, "to_post": new.code} for ref in refs]
    body = {"from_post": old.code, "given": given, "key": "k1", "reason": "officer_left", **WHY}
    seen = head.ask("post", "allocation-batches/preview", body).json()
    assert seen["faults"] == []
    assert CaseAllocation.objects.count() == 0
    for each, case in zip(given, seen["cases"], strict=True):
        each["seen"] = case["seen"]
    made = head.ask("post", "allocation-batches", body)
    assert made.status_code == 200, made.content
    assert head.ask("post", "allocation-batches", body).json() == made.json()
    assert [each["ref"] for each in made.json()["allocations"]] == refs
    for each in seen["effects"]:
        assert each["after"]["points"] == decimal(unit(each["level"], each["code"]).points_x100)
    batch = made.json()["batch"]
    assert head.get(f"allocation-batches/{batch}") == made.json()
    undone = head.ask("post", f"allocation-batches/{batch}/undo").json()
    assert {each["state"] for each in undone["allocations"]} == {"undone"}
    assert head.ask("post", f"allocation-batches/{batch}/undo").status_code == 409
    assert unit("post", old.code).points_x100 == old.points_x100
    assert differences(current_state()) == []


def test_what_cannot_be_of_several_is_told(head: Program, pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    ref = cases_of(old)[0]
    given = [{"ref": ref, "to_post": new.code}]
    for body, status, code in (
        ({"given": given}, 422, "REASON"),
        ({"given": [*given, {"ref": "X999999", "to_post": new.code}]}, 409, "HELD_BY_NOW"),
        ({"given": given * 2}, 422, "TWICE"),
        ({"given": [{**given[0], "seen": "something else"}], "reason": "other"}, 409, "CASE_CHANGED"),
        ({"given": []}, 422, "given"),
        ({"given": given, "from_post": "N0:N0"}, 422, "POST_UNKNOWN"),
    ):
        answer = head.ask("post", "allocation-batches", {"from_post": old.code, **body})
        assert answer.status_code == status, answer.content
        assert code in answer.content.decode()
    assert head.ask("get", f"allocation-batches/{'0' * 32}").status_code == 404
    assert CaseAllocation.objects.count() == 0


def test_the_command_spreads_the_cases_of_a_post_and_undoes_it(
    wmt: Callable[..., Any], pair: tuple[Unit, Unit]
) -> None:
    old, _ = pair
    new = min(
        posts(grade="PO", stream="sentence_management", available_x100__gt=0),
        key=lambda each: each.points_x100 / each.available_x100,
    )
    refs = cases_of(old)
    code, said, _ = wmt("allocate-several", old.code, "--to", new.code, "--check", "--json")
    assert code == 0
    told = json.loads(said)
    assert sorted(each["case"] for each in told["cases"]) == refs
    assert "Choose why" in told["said"]
    assert CaseAllocation.objects.count() == 0
    one = next(each["case"] for each in told["cases"] if each["to"])
    code, said, _ = wmt(
        "allocate-several", old.code, "--to", new.code, "--case", one, "--reason", "officer_left", "--json"
    )
    batch = json.loads(said)["batch"]
    assert (code, CaseAllocation.objects.get().ref, CaseAllocation.objects.get().batch) == (0, one, batch)
    code, said, _ = wmt("allocate-several", "--undo", batch)
    assert code == 0
    assert "1 allocations are undone" not in said
    assert differences(current_state()) == []
    for arguments, words in (
        ((old.code,), "say whose cases"), (("--undo", "none"), "no allocations none"),
        ((old.code, "--to", "N0:N0"), "no post N0:N0"), (("N0:N0", "--to", new.code), "no post N0:N0"),
        ((old.code, "--to", new.code, "--case", "X999999"), "does not hold X999999"),
    ):  # fmt: skip
        code, _, fault = wmt("allocate-several", *arguments)
        assert code != 0
        assert words in fault.replace("\n", " ")
