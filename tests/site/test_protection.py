"""Protected posts: who sees what, how cases are given there all the same, and how it ends."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from api_fixtures import Program, program  # noqa: F401
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tabs_fixtures import in_sight, table_of
from test_allocate import posts
from test_allocation_pages import Pdu, pdu  # noqa: F401

from wmt.site.accounts.access import Denied
from wmt.site.allocation.models import CaseAllocation, PostProtection
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import protect, spread
from wmt.site.links import unit_url
from wmt.site.queries.choosing import Choosing
from wmt.site.web.allocation.protect import state_words
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]


def protected(post: Unit, **more: Any) -> PostProtection:
    usual = {"first_day": current_state().day, "reason": "phased_return", "no_new": True}
    wanted = protect.ProtectionRequest(post=post.code, **{**usual, **more})
    return protect.protect(actor=None, who="Ann", wanted=wanted)[0]


def typed(**more: str) -> dict[str, str]:
    return {"first_day": "20 November 2026", "last_day": "3 March 2027", "reason": "phased_return", **more}


def test_a_post_is_protected_on_its_page_and_that_ends_there(pdu: Pdu, signed_in: SignIn) -> None:
    post, head = pdu.free[0], signed_in("head", "pdu", pdu.code)
    page = reverse("protect", args=[post.code])
    assert page in head.get(unit_url("post", post.code, "allocations")).text
    answer = head.post(page, typed(tiers_custody="Z9", most_cases="many"))
    assert answer.status_code == 422
    answer = head.post(page, typed(tiers_custody="Z9"))
    assert (answer.status_code, "Z9 is no tier here" in answer.text) == (422, True)
    answer = head.post(page, typed())
    assert (answer.status_code, "Choose at least one limit" in answer.text) == (422, True)
    sent = typed(tiers_custody="a, b3", most_cases="30", most_percent="92.5", key="k1")
    assert head.post(page, sent)["Location"] == page
    head.post(page, sent)
    (row,) = PostProtection.objects.all()
    assert (row.not_tiers, row.most_cases, row.most_x100) == ({"custody": "A B3"}, 30, 9_250)
    answer = head.post(page, typed(no_new="on", key="k2", first_day="1 March 2027"))
    assert answer.status_code == 409
    assert "is protected until 3 March 2027 already, from 20 November 2026, by A head" in in_sight(
        answer.text
    )
    (shown,) = table_of(head.get(page).text, "protected")
    assert (
        shown["Limits"] == "at most 30 active cases; at most 92.5% capacity; no custody cases of tier A, B3"
    )
    assert (shown["Reason"], shown["State"]) == ("Phased return to work", "in force")
    assert head.post(reverse("protection-end", args=[row.pk]))["Location"] == page
    (shown,) = table_of(head.get(page).text, "protected")
    assert shown["State"].startswith("ended ")
    head.post(reverse("protection-end", args=[row.pk]))
    assert AuditEvent.objects.filter(kind="protection").count() == 2
    for event in AuditEvent.objects.filter(kind="protection"):
        assert event.code == post.code
        assert "eturn" not in f"{event.sentence}{event.after}"
        assert "30" not in event.sentence.replace("30 November", "")


def test_why_and_how_is_for_those_who_read_reasons(pdu: Pdu, signed_in: SignIn, program: Any) -> None:
    post, case = pdu.free[0], {"type": "community", "tier": "C1"}
    protected(post, last_day=current_state().day + timedelta(9))
    until = "protected until 29 November 2026"
    chosen = unit_url("pdu", pdu.code, "candidates", **case)
    readers = {
        "head": signed_in("head", "pdu", pdu.code),
        "own": signed_in("practitioner", "team", post.team_code, staff_code=post.staff_code, email="o@x.org"),
        "colleague": signed_in("practitioner", "team", post.team_code, email="c@x.org"),
        "analyst": signed_in("analyst"),
    }
    for name, client in readers.items():
        reads = name in ("head", "own")
        row = next(
            each
            for each in table_of(client.get(chosen).text, "candidates")
            if post.name in each["Practitioner"]
        )
        assert row["May hold it"] == "no"
        assert (until in row["Notes"], "no new cases" in row["Notes"]) == (True, reads)
        for tab in ("", "allocations"):
            page = client.get(unit_url("post", post.code, tab)).text
            assert ("29 Nov 2026" if tab else "Protected until 29 November 2026") in page
            assert ("Phased return" in page) == (reads and tab == "allocations")
        listed = client.get(unit_url("team", post.team_code, "allocations")).text
        assert (post.name in listed, "Phased return" in listed) == (True, reads)
        matrix = client.get(unit_url("pdu", pdu.code, "matrix")).text
        assert (until in matrix, "no new cases" in matrix) == (True, False)
    analyst = program("analyst")
    (item,) = analyst.get(f"posts/{post.code}/protections")["items"]
    assert (item["last_day"], item["withheld"]) == ("2026-11-29", True)
    assert {item[name] for name in ("reason", "no_new_cases", "by")} == {"", None}
    own_tables = analyst.get(f"units/team/{post.team_code}/tables/allocations")
    assert "Phased return" not in str(own_tables)


def test_a_case_is_given_there_with_a_reason_and_listed_as_against_the_rules(
    pdu: Pdu, signed_in: SignIn
) -> None:
    post, head = pdu.free[0], signed_in("head", "pdu", pdu.code)
    protected(post, most_x100=100, no_new=False)
    address = pdu.address(pdu.held.ref, post)
    page = in_sight(head.get(address).text)
    assert f"{post.name}: protected: at most 1% capacity. You can allocate it if you say why" in page
    sent = {"reason": "caseload_adjustment", "key": "k"}
    answer = head.post(address, sent)
    assert answer.status_code == 422
    assert not CaseAllocation.objects.exists()
    answer = head.post(address, sent | {"why_not_eligible": "knows the family"})
    assert answer.status_code == 302
    assert CaseAllocation.objects.get().why_not_eligible == "knows the family"
    (row,) = table_of(head.get(unit_url("team", post.team_code, "allocations")).text, "allocations")
    assert row["Why"] == "Caseload adjustment; against the rules: knows the family"


def test_spreading_takes_it_as_the_rules(pdu: Pdu, signed_in: SignIn) -> None:
    post, other = pdu.free
    protected(post)
    state, refs = current_state(), [pdu.held.ref]
    both = [post.code, other.code]
    (found,) = spread.suggest(actor=None, post=pdu.holder.code, refs=refs, people=both, state=state)
    assert found.to == other.code
    (found,) = spread.suggest(actor=None, post=pdu.holder.code, refs=refs, people=both[:1], state=state)
    assert (found.to, found.why) == ("", "nobody chosen may hold it: no new cases")
    wanted = spread.SpreadRequest(
        from_post=pdu.holder.code, given=[spread.CaseGiven(refs[0], post.code)], reason="officer_left"
    )
    looked = spread.look(actor=None, wanted=wanted, state=state)
    assert looked.why_not == [f"{post.name}: protected: no new cases"]
    with pytest.raises(RefusedError, match="Say why you allocate it anyway"):
        spread.spread(actor=None, who="Ann", wanted=wanted)
    page = signed_in("head", "pdu", pdu.code).get(reverse("allocate-several", args=[pdu.holder.code])).text
    (box,) = [part for part in page.split("<input") if f'value="{post.code}"' in part]
    assert "checked" not in box
    assert f"{post.name}, {post.grade}, {post.team_code}, protected: no new cases" in in_sight(page)


def test_it_holds_on_its_days_alone(pdu: Pdu) -> None:
    post, day = pdu.free[0], current_state().day
    protected(post, first_day=day + timedelta(2), last_day=day + timedelta(5))
    found = protected(post, first_day=day - timedelta(5), last_day=day)
    people = Choosing(current_state(), posts(pdu_code=pdu.code))
    assert set(people.limits) == {post.code}
    protect.end_protection(actor=None, number=found.pk, who="Bo")
    assert Choosing(current_state(), people.posts).limits == {}
    with pytest.raises(ConflictError, match="Bo has ended this protection already"):
        protect.end_protection(actor=None, number=found.pk, who="Ann")


def test_who_may_not_allocate_there_may_not_protect(pdu: Pdu, program: Any) -> None:
    post = pdu.free[0]
    far = next(each for each in posts(stream="sentence_management") if each.pdu_code != pdu.code)
    elsewhere: Program = program("manager", "team", far.team_code)
    body = {"first_day": "2026-11-20", "reason": "newly_qualified", "no_new_cases": True}
    assert elsewhere.ask("post", f"posts/{post.code}/protections", body).status_code == 403
    row = protected(post)
    assert elsewhere.ask("post", f"protections/{row.pk}/end").status_code == 403
    assert AuditEvent.objects.filter(kind="denied").count() == 2
    with pytest.raises(Denied):
        protect.end_protection(actor=elsewhere.user, number=row.pk)


def test_programs_protect_and_end(pdu: Pdu, program: Any) -> None:
    post, head = pdu.free[0], program("head", "pdu", pdu.code)
    body = {
        "first_day": "2026-11-20", "reason": "newly_qualified", "not_tiers": {"custody": "A"},
        "most_capacity": 90.5, "key": "one",
    }  # fmt: skip
    at = f"posts/{post.code}/protections"
    made = head.ask("post", at, body).json()
    assert head.ask("post", at, body).json()["number"] == made["number"]
    assert (made["most_capacity"], made["not_tiers"], made["withheld"]) == (90.5, {"custody": "A"}, False)
    answer = head.ask("post", at, body | {"most_capacity": 80})
    assert (answer.status_code, answer.json()["faults"][0]["code"]) == (422, "KEY_TAKEN")
    answer = head.ask("post", at, body | {"key": "two"})
    assert (answer.status_code, answer.json()["faults"][0]["code"]) == (409, "PROTECTED")
    answer = head.ask("post", at, {"first_day": "2026-11-20", "last_day": "2026-11-01", "reason": "no"})
    assert [each["code"] for each in answer.json()["faults"]] == ["LAST_DAY", "REASON", "NO_LIMIT"]
    assert head.ask("post", f"protections/{made['number']}/end").json()["ended"] is True
    assert head.ask("post", f"protections/{made['number']}/end").status_code == 409
    assert head.ask("post", "protections/99999/end").status_code == 404


def test_who_ended_it_is_for_those_who_read_who_made_it_and_not_of_days_before(pdu: Pdu) -> None:
    row, state = protected(pdu.free[0]), current_state()
    row = protect.end_protection(actor=None, number=row.pk, who="Bo Ends")
    assert state_words(row, state, reads=True).endswith(", by Bo Ends")
    assert "Bo Ends" not in state_words(row, state, reads=False)
    past = replace(state, as_of=state.day, day=timezone.localdate(row.ended_at) - timedelta(1))
    assert "ended" not in state_words(row, past, reads=True)


def test_one_of_a_post_that_is_gone_is_left_as_it_is(pdu: Pdu, program: Any) -> None:
    row = protected(pdu.free[0])
    PostProtection.objects.update(post="N00XXX:GONE")
    everywhere = program("administrator", "nation", "nation")
    assert everywhere.ask("post", f"protections/{row.pk}/end").status_code == 404
    assert PostProtection.objects.get().ended_at is None
