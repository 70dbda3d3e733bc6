"""Pages, API and commands for a case that the data does not have yet: choosing, giving, taking back."""

# ruff: noqa: F811 - fixtures come by import
import re
import sys
from collections.abc import Callable

import pytest
from api_fixtures import Program, program  # noqa: F401
from django.urls import reverse
from tabs_fixtures import in_sight, links, table_of
from test_allocate import unit
from test_coming_cases import REF, lines_of, to, worth  # noqa: F401
from waiting_fixtures import SignIn, nobody, recorded  # noqa: F401

from wmt.cli.main import _outcome
from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.changes.reconcile import differences
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database
WHY = {"why_over": "a test", "why_not_eligible": "a test"}


def test_a_manager_chooses_somebody_gives_it_and_takes_it_back(
    nobody: Unit, to: Unit, signed_in: SignIn
) -> None:
    row = recorded(REF, nobody.team_code)
    head = signed_in("head", "pdu", nobody.pdu_code)
    details = head.get(reverse("waiting-case", args=[row.pk])).text
    assert "If they are right, you can allocate it" in in_sight(details)
    (choose,) = [href for href in links(details) if "candidates" in href]
    assert choose.endswith(f"?crn={REF}")
    people = head.get(choose).text
    assert "nDelius data does not have it yet" in in_sight(people)
    (decide,) = [href for href in links(people) if f"to={to.code.replace(':', '%3A')}" in href]
    page = head.get(decide).text
    assert "The case adds to the figures of" in in_sight(page)
    typed = {"from_post": f"{to.team_code}:", "reason": "initial_allocation", "key": "k", **WHY}
    answer = head.post(decide, typed, follow=True)
    made = CaseAllocation.objects.get()
    assert f"recorded in team {to.team_code}, not in nDelius data" in in_sight(answer.text)
    assert [line.points_x100 for line in lines_of()] == [worth("custody", "B3")]
    listed = table_of(head.get(unit_url("team", to.team_code, "allocations")).text, "allocations")
    (shown,) = [each for each in listed if each["CRN"] == REF]
    assert (shown["State"], shown["From"][:8]) == ("given, not yet seen in nDelius", "recorded")
    assert "until nDelius data has the case" in in_sight(answer.text)
    CaseAllocation.objects.update(first_day="2026-01-01")
    head.post(reverse("allocation-undo", args=[made.pk]))
    assert (lines_of(), differences(current_state())) == ([], [])


def test_the_page_says_what_is_missing_before_it_can_be_given(nobody: Unit, signed_in: SignIn) -> None:
    row = recorded(REF, nobody.team_code, tier="")
    head = signed_in("head", "pdu", nobody.pdu_code)
    details = head.get(reverse("waiting-case", args=[row.pk])).text
    assert "Add its tier, or say why it has none yet" in in_sight(details)
    # the one way there is to state its tier with the allocation
    (way,) = [href for href in links(details) if f"crn={REF}" in href]
    assert f'href="{way}">State its tier and choose who will hold it</a>' in details


def test_programs_look_suggest_and_give_several(
    nobody: Unit, to: Unit, program: Callable[..., Program]
) -> None:
    refs = [REF, "X999992"]
    for ref in refs:
        recorded(ref, nobody.team_code)
    feed, place = program("administrator"), f"{nobody.team_code}:"
    seen = feed.ask("post", "allocations/preview", {"ref": REF, "to_post": to.code}).json()
    assert (seen["held_by"], seen["waiting"], len(seen["effects"])) == (place, True, 5)
    asked = {"from_post": place, "refs": refs, "people": [to.code]}
    found = feed.ask("post", "allocation-batches/suggestion", asked).json()
    assert {each["ref"] for each in found} == set(refs)
    given = [{"ref": ref, "to_post": to.code} for ref in refs]
    body = {"from_post": place, "reason": "initial_allocation", "given": given, **WHY}
    assert feed.ask("post", "allocation-batches", body).status_code == 200
    assert unit("post", to.code).points_x100 == to.points_x100 + 2 * worth("custody", "B3")
    assert differences(current_state()) == []
    body = {**body, "given": [{"ref": "X999993", "to_post": to.code}]}
    assert feed.ask("post", "allocation-batches", body).json()["faults"][0]["code"] == "HELD_BY_NOW"


def test_several_recorded_cases_are_given_from_the_list(nobody: Unit, signed_in: SignIn) -> None:
    for ref in (REF, "X999992"):
        recorded(ref, nobody.team_code)
    head = signed_in("head", "pdu", nobody.pdu_code)
    page = head.get(unit_url("team", nobody.team_code, "waiting")).text
    (several,) = [href for href in links(page) if re.search(f"several/{nobody.team_code}(:|%3A)/", href)]
    assert {REF, "X999992"} <= set(re.findall("X99999[0-9]", head.get(several).text))


def test_the_command_gives_it_and_takes_it_back(
    nobody: Unit, to: Unit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded(REF, nobody.team_code)
    why = ["--why-over", "a test", "--why-not-eligible", "a test"]
    monkeypatch.setattr(sys, "argv", ["wmt", "allocate", REF, "--to", to.code, *why])
    assert _outcome() == 0
    assert f"from the cases recorded in team {to.team_code}" in " ".join(capsys.readouterr().out.split())
    number = CaseAllocation.objects.get().pk
    monkeypatch.setattr(sys, "argv", ["wmt", "allocate", "--undo", str(number)])
    assert _outcome() == 0
    assert "the case waits again" in " ".join(capsys.readouterr().out.split())
    assert (lines_of(), WaitingCase.objects.get().state) == ([], "waiting")
