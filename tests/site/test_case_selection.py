"""Which cases of a post fit a choice: by type, tier, planned end and marks; for programs and commands."""

# ruff: noqa: F811 - fixtures come by import
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from api_fixtures import Program, program  # noqa: F401
from test_allocate import cases_of, pair  # noqa: F401
from test_allocate_api import wmt  # noqa: F401
from test_case_kinds import is_now

from wmt.allocation.cases import CaseToGive
from wmt.site.allocation.models import CaseAllocation
from wmt.site.changes import allocation_preview, spread
from wmt.site.queries import case_nights
from wmt.site.queries.case_selection import FLAGS, CaseSelection, fitting
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database


def fits(post: Unit, cases: list[CaseToGive] | None = None, **chosen: Any) -> list[str]:
    state = current_state()
    holder = allocation_preview.holder_of(None, post.code, state)
    there = spread.listed(state, holder, None) if cases is None else cases
    return sorted(each.ref or "" for each in fitting(CaseSelection(**chosen), state, holder, there))


def test_every_way_to_choose(pair: tuple[Unit, Unit], monkeypatch: pytest.MonkeyPatch) -> None:
    post = pair[0]
    refs, state = cases_of(post), current_state()
    what = {ref: is_now(ref).split() for ref in refs}
    assert fits(post) == refs
    for location in ("community", "custody", "licence"):
        assert fits(post, location=location) == [ref for ref in refs if what[ref][0] == location]
    tiers = {ref: what[ref][1][0] for ref in refs}
    for letter in (*"ABCD", "untiered"):
        wanted = "0" if letter == "untiered" else letter
        assert fits(post, letter=letter) == [ref for ref in refs if tiers[ref] == wanted]
    ends = {refs[0]: state.day + timedelta(5), refs[1]: state.day + timedelta(40)}

    def planned(_night: str, _home: Any, first: date, last: date) -> dict[str, date]:
        return {ref: day for ref, day in ends.items() if first < day <= last}

    monkeypatch.setattr(case_nights, "planned_ends", planned)
    assert fits(post, ends_within=28) == refs[:1]
    assert fits(post, ends_within=84) == refs[:2]
    assert fits(post, stays=28) == refs[1:]
    assert fits(post, ends_within=84, location=what[refs[1]][0], letter="Z") == []


def test_marks_are_those_of_the_lines(pair: tuple[Unit, Unit]) -> None:
    post, state = pair[0], current_state()
    kinds = dict(Pricing.objects.filter(load_id=state.load_id).values_list("number", "kind"))
    lines = Line.objects.filter(load_id=state.load_id, post_no=post.number, ref__in=cases_of(post))
    marked: dict[str, set[str]] = {flag: set() for flag in FLAGS}
    for ref, number in lines.values_list("ref", "pricing"):
        kind = kinds[number].replace("unpaid_only", "unpaid_work")
        marked.get(kind, set()).add(ref)
    holder = allocation_preview.holder_of(None, post.code, state)
    for case in spread.listed(state, holder, None):
        marked["t2a"] |= {case.ref or ""} if case.stream == "t2a" else set()
        marked["suspended"] |= {case.ref or ""} if case.suspended else set()
    marked["none"] = set(cases_of(post)) - set().union(*marked.values())
    for flag in FLAGS:
        assert fits(post, flag=flag) == sorted(marked[flag]), flag


def test_programs_and_commands_choose_so_too(
    program: Callable[..., Program], pair: tuple[Unit, Unit], wmt: Callable[..., tuple[int, str, str]]
) -> None:
    old, new = pair
    location = is_now(cases_of(old)[0]).split()[0]
    wanted = fits(old, location=location)
    head = program("administrator", "nation", "nation")
    asked = {"from_post": old.code, "people": [new.code], "choose": {"location": location}}
    found = head.ask("post", "allocation-batches/suggestion", asked).json()
    assert sorted(each["ref"] for each in found) == wanted
    narrowed = head.ask("post", "allocation-batches/suggestion", {**asked, "refs": wanted[:1]}).json()
    assert [each["ref"] for each in narrowed] == wanted[:1]
    none = head.ask("post", "allocation-batches/suggestion", {**asked, "choose": {"letter": "Z"}})
    assert (none.status_code, none.json()["faults"][0]["code"]) == (422, "NOTHING")
    unknown = head.ask("post", "allocation-batches/suggestion", {**asked, "choose": {"cohort": "nsd "}})
    assert (unknown.status_code, unknown.json()["faults"][0]["code"]) == (422, "COHORT")
    code, said, wrong = wmt(
        "allocate-several", old.code, "--to", new.code, "--type", location, "--check", "--json"
    )
    assert code == 0, wrong
    assert sorted(each["case"] for each in json.loads(said)["cases"]) == wanted
    for more, words in ((("--type", "moon"), "choose one of"), (("--tier", "Z"), "fits what was chosen")):
        code, _, wrong = wmt("allocate-several", old.code, "--to", new.code, *more)
        assert (code, words in " ".join(wrong.split())) == (2, True)
    assert CaseAllocation.objects.count() == 0
