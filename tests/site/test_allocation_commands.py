"""`wmt waiting`, `wmt candidates` and `wmt allocate --tier` of a site: what its pages show, and as the night
has it where nobody has decided anything."""

# ruff: noqa: F811 - fixtures come by import
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from test_allocate import cases_of, pair, posts, unit  # noqa: F401
from test_allocate_api import wmt  # noqa: F401
from test_case_kinds import is_now
from waiting_fixtures import give, nobody, recorded  # noqa: F401

from wmt.cli import site_start
from wmt.site.allocation.models import CaseAllocation, CaseKindChange, WaitingCase
from wmt.site.changes import allocate, allocation_preview, spread
from wmt.site.changes.reconcile import differences
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database
Wmt = Callable[..., tuple[int, str, str]]
WHY = ("--why-over", "a test", "--why-not-eligible", "a test")


@pytest.fixture
def told(wmt: Wmt, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """What a command says as JSON; the site is that of the test."""
    monkeypatch.setattr(site_start, "set_up_to_read", lambda: None)

    def run(*arguments: object) -> Any:
        code, said, wrong = wmt(*arguments, "--json")
        assert code == 0, wrong
        return json.loads(said)

    return run


def by_place(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    names = ("ref", "location", "tier", "suspended", "stream", "status", "cases", "points", "team_code",
             "staff_code", "pdu_code", "region_code", "since", "days")  # fmt: skip
    return sorted(tuple(f"{row[name]}" for name in names) for row in rows)


def test_what_waits_in_the_site_is_what_waits_in_its_night_and_what_was_decided_since(
    told: Callable[..., Any], nobody: Unit
) -> None:
    night = settings.CONFIG.nights / current_state().night
    of_site = told("waiting")
    assert of_site
    assert by_place(of_site) == by_place(told("waiting", night))
    team = nobody.team_code
    to = posts(stream="sentence_management", grade="PO", available_x100__gt=0)[0]
    ref = cases_of(nobody)[0]
    give(ref, to)
    row = recorded("X999990", team)
    now = told("waiting", "--team", team)
    assert ref not in {each["ref"] for each in now}
    (mine,) = [each for each in now if each["ref"] == "X999990"]
    assert (mine["since"], mine["days"], mine["tier"]) == (row.arrived_on.isoformat(), 3, "B3")
    assert (mine["staff_code"], mine["team_code"], mine["cases"]) == (None, team, 1)
    others = [each for each in of_site if each["team_code"] == team and each["ref"] != ref]
    assert by_place([each for each in now if each["ref"] != "X999990"]) == by_place(others)
    assert told("waiting", "--pdu", nobody.pdu_code) != []


def test_who_could_hold_a_case_is_told_of_the_figures_shown_now(
    told: Callable[..., Any], pair: tuple[Unit, Unit]
) -> None:
    old, new = pair
    ref = cases_of(old)[0]
    asked = ("--case", ref, "--kind", "custody:B3", "--team", new.team_code, "--new-post", "PO")
    night = settings.CONFIG.nights / current_state().night
    of_site, of_night = (told("candidates", *where, *asked) for where in ((), (night,)))
    assert of_site["cases"] == of_night["cases"]
    for one, other in zip(of_site["candidates"], of_night["candidates"], strict=True):
        assert one == other
    give_to(ref, new)
    found = told("candidates", *asked)
    (given, _) = found["cases"]
    assert given["post"] == new.code
    (row,) = [each for each in found["candidates"] if each["code"] == new.code]
    there = unit("post", new.code)
    assert row["now"]["points"] == pytest.approx(there.points_x100 / 100)
    assert row["with_each"][0]["holds"]
    standard = next(each for each in spread.listed(current_state(), old, None) if each.stream == "standard")
    changed = told("candidates", "--case", standard.ref, "--now", "custody:A3", "--team", new.team_code)
    assert changed["cases"][0]["tier"] == "A3"


def give_to(ref: str, to: Unit) -> None:
    wanted = allocation_preview.AllocationRequest(
        ref=ref, to_post=to.code, reason="other", why_over="a test", why_not_eligible="a test"
    )
    allocate.allocate(actor=None, who="Ann", wanted=wanted)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("waiting", "--people", "x"), "--people goes with a PATH"),
        (("candidates", "--kind", "custody:B3", "--set-aside"), "--set-aside goes with a PATH"),
        (("candidates",), "say which case"),
        (("candidates", "--kind", "custody:B3"), "say whom to look at"),
        (("candidates", "--case", "X999999"), "There is no case X999999"),
        (("waiting", "--team", "NOWHERE"), "there is no such team in the figures shown"),
    ],
)
def test_what_a_site_cannot_be_asked(
    arguments: tuple[str, ...],
    words: str,
    told: Any,  # noqa: ARG001
    wmt: Wmt,
    nation: Any,  # noqa: ARG001
) -> None:
    code, _, wrong = wmt(*arguments)
    assert code == 2
    assert words in " ".join(wrong.split())


def test_a_case_is_given_with_the_tier_that_is_stated(wmt: Wmt, pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    there = spread.listed(current_state(), old, None)
    ref = next(each.ref or "" for each in there if each.stream == "standard" and each.tier != "B3")
    was = is_now(ref)
    location = was.split()[0]
    asked = ("allocate", ref, "--to", new.code, "--reason", "other", *WHY, "--tier", "B3")
    code, said, wrong = wmt(*asked, "--check")
    assert code == 0, wrong
    assert "Choose why it is another" in said
    assert "until then" in " ".join(said.split())
    assert is_now(ref) == was
    code, said, wrong = wmt(*asked, "--change-reason", "assessed_again", "--json")
    assert code == 0, wrong
    assert is_now(ref).startswith(f"{location} B3")
    assert ref in cases_of(new)
    assert (CaseAllocation.objects.get().tier_stated, CaseKindChange.objects.count()) == (True, 1)
    assert differences(current_state()) == []
    assert wmt("allocate", "--undo", json.loads(said)["number"])[0] == 0
    assert (is_now(ref), ref in cases_of(old)) == (was, True)
    code, _, wrong = wmt("allocate", ref, "--to", new.code, "--change-reason", "assessed_again")
    assert (code, "--change-reason says why" in " ".join(wrong.split())) == (2, True)


def test_a_recorded_case_without_a_tier_is_given_with_one(wmt: Wmt, nobody: Unit) -> None:
    to = posts(stream="sentence_management", grade="PO", team_code=nobody.team_code)[0]
    recorded("X999990", nobody.team_code, tier="", location="licence")
    code, _, wrong = wmt("allocate", "X999990", "--to", to.code, *WHY)
    assert (code, "has no tier" in " ".join(wrong.split())) == (2, True)
    code, said, wrong = wmt("allocate", "x999990", "--to", to.code, *WHY, "--tier", "C1", "--json")
    assert code == 0, wrong
    assert is_now("X999990").startswith("licence C1")
    assert WaitingCase.objects.get(ref="X999990", state="given").tier == "C1"
    assert wmt("allocate", "--undo", json.loads(said)["number"])[0] == 0
    assert WaitingCase.objects.get(ref="X999990", state="waiting").tier == ""
