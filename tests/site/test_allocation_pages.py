"""Allocating a case on pages: choosing, deciding with reasons, undoing, and who reads what of it."""

# ruff: noqa: F811 - fixtures come by import
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
from api_fixtures import Program, program  # noqa: F401
from django.test import Client
from django.urls import reverse
from tabs_fixtures import in_sight, links, table_of

from conftest import Nation
from wmt.allocation.eligibility import eligibility
from wmt.ledger import is_over, shown_capacity
from wmt.site.allocation.models import CaseAllocation
from wmt.site.audit.models import AuditEvent, ReadEvent
from wmt.site.changes import allocate, allocation_preview
from wmt.site.figures.placeholders import placeholders
from wmt.site.links import unit_url
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import current_state, rules_of

pytestmark = pytest.mark.one_database

Given = CaseAllocation.State
SignIn = Callable[..., Client]


@dataclass
class Pdu:
    """A PDU with a waiting case, somebody who holds cases, and others who could hold one more."""

    code: str
    waiting: Line
    nobody: Unit
    holder: Unit
    held: Line
    free: list[Unit]
    full: list[Unit]

    def address(self, ref: str, to: Unit) -> str:
        return f"/allocate/?crn={ref}&to={to.code}"


def _cases(post: Unit) -> list[Line]:
    places = {"kind": "case", "stream": "standard", "location__in": ("community", "custody", "licence")}
    numbers = Pricing.objects.filter(load_id=post.load_id, **places).values("number")
    lines = Line.objects.filter(
        load_id=post.load_id, post_no=post.number, listed_cases=1, pricing__in=numbers
    )
    return list(lines.exclude(ref="").order_by("ref"))


@pytest.fixture
def pdu(nation: Nation) -> Pdu:
    """The PDU of the small nation that has a waiting case, with two people who may hold any of its cases."""
    state = current_state()
    posts = Unit.objects.filter(load=nation.load, level="post", whole=True)
    nobody = posts.get(code=min(placeholders(state)))
    there = posts.filter(pdu_code=nobody.pdu_code, available_x100__gt=0).order_by("code")
    full = [post for post in there if is_over(post.points_x100, post.available_x100, state.over_x100)]
    holder = next(post for post in full if post.grade == "PSO")

    def plain(line: Line, to: Unit) -> bool:
        wanted = allocation_preview.AllocationRequest(ref=line.ref, to_post=to.code)
        found = allocation_preview.look(actor=None, wanted=wanted, state=state)
        return not found.goes_over and not found.why_not

    free = [post for post in there if post not in full][:2]
    waiting, held = (
        next(line for line in _cases(post) if all(plain(line, to) for to in free))
        for post in (nobody, holder)
    )
    full = [post for post in full if post.grade == "PO"]
    assert (len(free), len(full)) == (2, 1)
    return Pdu(nobody.pdu_code, waiting, nobody, holder, held, free, full)


@pytest.fixture
def head(pdu: Pdu, signed_in: SignIn) -> Client:
    return signed_in("head", "pdu", pdu.code)


def _typed(page: str, **more: str) -> dict[str, str]:
    """The hidden fields of the form as a browser sends them, with what somebody types."""
    form = page[page.index('<form method="post" novalidate>') :]
    hidden = re.findall(r'type="hidden" name="(key|from_post|reason)" value="([^"]*)"', form)
    return {**dict(hidden), **more}


@pytest.mark.both_databases
def test_a_waiting_case_is_chosen_decided_and_undone(pdu: Pdu, head: Client) -> None:
    to = pdu.free[0]
    listed = head.get(unit_url("pdu", pdu.code, "waiting")).text
    (choose,) = [href for href in links(listed) if f"candidates/?crn={pdu.waiting.ref}" in href]
    page = head.get(choose).text
    assert "Nobody holds this case" in page
    (decide,) = [
        href for href in links(page) if href.startswith("/allocate/") and to.code.replace(":", "%3A") in href
    ]
    assert f"Choose {to.name}" in in_sight(page)
    page = head.get(decide).text
    foreseen = {row["Who"]: row["Capacity then"] for row in table_of(page, "effect")}
    assert foreseen[to.name] == shown_capacity(to.points_x100 + _worth(pdu.waiting), to.available_x100)
    answer = head.post(decide, _typed(page, notes="She knows the area"))
    row = CaseAllocation.objects.get()
    assert answer["Location"] == reverse("allocation", args=[row.pk])
    assert (row.ref, row.to_post, row.reason, row.notes) == (
        pdu.waiting.ref, to.code, "initial_allocation", "She knows the area"
    )  # fmt: skip
    page = head.get(answer["Location"]).text
    now = Unit.objects.get(pk=to.pk)
    assert f"{to.name} is now at {shown_capacity(now.points_x100, now.available_x100)}." in unescape(page)
    assert shown_capacity(now.points_x100, now.available_x100) == foreseen[to.name]
    assert "given, not yet seen in nDelius" in page
    assert "She knows the area" in page
    assert pdu.waiting.ref not in head.get(unit_url("pdu", pdu.code, "waiting")).text
    listed_at = unit_url("pdu", pdu.code, "allocations")
    (line,) = table_of(head.get(listed_at).text, "allocations")
    assert (line["Why"], line["Undo"]) == ("First allocation; She knows the area", "Undo")
    page = head.post(reverse("allocation-undo", args=[row.pk]), follow=True).text
    assert "Undo" not in table_of(head.get(listed_at).text, "allocations")[0]
    assert "The allocation is undone." in page
    assert "Undo the allocation" not in page
    assert pdu.waiting.ref in head.get(unit_url("pdu", pdu.code, "waiting")).text
    assert Unit.objects.get(pk=to.pk).points_x100 == to.points_x100


def _worth(line: Line) -> int:
    return sum(
        Line.objects.filter(load_id=line.load_id, ref=line.ref, post_no=line.post_no).values_list(
            "points_x100", flat=True
        )
    )


def test_a_case_that_is_held_wants_a_reason_and_keeps_what_was_typed(pdu: Pdu, head: Client) -> None:
    to = pdu.free[0]
    address = pdu.address(pdu.held.ref, to)
    page = head.get(address).text
    assert "First allocation" not in page
    answer = head.post(address, _typed(page, notes="To share the work https://example.org"))
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert {"#reason", "#notes"} <= set(links(answer.text))
    assert "To share the work https://example.org" in answer.text
    answer = head.post(address, _typed(answer.text, notes="To share the work", reason="caseload_adjustment"))
    assert answer.status_code == 302
    assert CaseAllocation.objects.get().reason == "caseload_adjustment"


def test_over_the_threshold_asks_why_and_only_then(pdu: Pdu, head: Client) -> None:
    assert 'id="why_over"' not in head.get(pdu.address(pdu.waiting.ref, pdu.free[0])).text
    address = pdu.address(pdu.waiting.ref, pdu.full[0])
    page = head.get(address).text
    assert "with this case. You can allocate it if you say why." in page
    answer = head.post(address, _typed(page))
    assert "#why_over" in links(answer.text)
    answer = head.post(address, _typed(answer.text, why_over="For a week, until the team is whole"))
    assert CaseAllocation.objects.get().why_over == "For a week, until the team is whole"
    listed = table_of(head.get(unit_url("pdu", pdu.code, "allocations")).text, "allocations")
    assert listed[0]["Why"] == "First allocation; over the threshold: For a week, until the team is whole"


def test_whom_the_rules_do_not_let_hold_it_is_said_and_wants_a_reason(pdu: Pdu, head: Client) -> None:
    state = current_state()
    pricing = {priced.number: priced for priced in Pricing.objects.filter(load_id=state.load_id)}
    to, rules = pdu.holder, rules_of(state)

    def beside(line: Line) -> bool:
        priced = pricing[line.pricing]
        return not eligibility(rules, to.grade, priced.location, priced.tier).eligible

    line = next(each for each in _cases(pdu.full[0]) if beside(each))
    address = pdu.address(line.ref, to)
    page = head.get(address).text
    assert "grade PSO does not hold" in page
    typed = {"reason": "other", "why_over": "a test"}
    assert "#why_not_eligible" in links(head.post(address, _typed(page, **typed)).text)
    assert head.post(address, _typed(page, **typed, why_not_eligible="With a mentor")).status_code == 302
    assert CaseAllocation.objects.get().why_not_eligible == "With a mentor"


def test_sent_twice_the_case_is_given_once(pdu: Pdu, head: Client) -> None:
    address = pdu.address(pdu.waiting.ref, pdu.free[0])
    typed = _typed(head.get(address).text)
    first, second = head.post(address, typed), head.post(address, typed, follow=True)
    assert first["Location"] == second.redirect_chain[0][0]
    assert "The case was allocated once." in second.text
    assert CaseAllocation.objects.count() == 1


def test_whoever_is_second_is_told_and_nothing_typed_is_lost(
    pdu: Pdu, head: Client, signed_in: SignIn
) -> None:
    first, second = pdu.free[:2]
    address = pdu.address(pdu.waiting.ref, second)
    typed = _typed(head.get(address).text, notes="I know them both")
    other = signed_in("manager", "pdu", pdu.code)
    there = pdu.address(pdu.waiting.ref, first)
    assert other.post(there, _typed(other.get(there).text)).status_code == 302
    answer = head.post(address, typed)
    assert answer.status_code == 409
    assert f"gave this case to {first.name}" in unescape(answer.text)
    assert "I know them both" in answer.text
    assert CaseAllocation.objects.count() == 1
    # it is a reallocation now, from whom holds the case
    again = _typed(answer.text, notes="I know them both", reason="caseload_adjustment")
    assert again["from_post"] == first.code
    assert head.post(address, again).status_code == 302
    # and to somebody who has it already there is nothing to decide
    answer = head.post(address, typed | {"key": "another"})
    assert (answer.status_code, "I know them both" in answer.text) == (422, True)
    assert "holds this case already" in answer.text


def test_a_case_that_is_not_there_and_one_that_is_another_s_are_told_alike(
    pdu: Pdu, nation: Nation, signed_in: SignIn
) -> None:
    other = nation.unit("pdu", code__gt=pdu.code) or nation.unit("pdu", code__lt=pdu.code)
    stranger, analyst = signed_in("head", "pdu", other.code), signed_in()
    for client in (stranger, analyst):
        for address in (unit_url("pdu", other.code, "candidates"), unit_url("pdu", pdu.code, "candidates")):
            said = [
                in_sight(client.get(address, {"crn": crn}).text).replace(crn, "")
                for crn in (pdu.held.ref, "X000000")
            ]
            assert said[0] == said[1]
            assert "that you may allocate" in said[0]
            assert pdu.holder.name not in said[0]
    said = [stranger.get("/allocate/", {"crn": crn}) for crn in (pdu.held.ref, "X000000")]
    assert [answer.status_code for answer in said] == [422, 422]
    assert analyst.get("/allocate/", {"crn": pdu.held.ref}).status_code == 403
    assert stranger.post(pdu.address(pdu.held.ref, pdu.free[0]), {"reason": "other"}).status_code == 403
    assert CaseAllocation.objects.count() == 0


def test_a_crn_as_people_type_it_leads_to_who_could_hold_the_case(pdu: Pdu, head: Client) -> None:
    typed = f" {pdu.held.ref.lower()} "
    answer = head.get("/allocate/", {"crn": typed})
    assert answer["Location"] == unit_url("pdu", pdu.code, "candidates", crn=pdu.held.ref)
    page = head.get(answer["Location"]).text
    row = next(row for row in table_of(page, "candidates") if row["Practitioner"] == pdu.holder.name)
    assert (row["Allocation"], row["Capacity now"]) == ("", row["Capacity with it"])
    assert "holds it now" in row["Notes"]
    assert "Enter a CRN" in head.get("/allocate/", {"crn": ""}).text


@pytest.fixture
def given(pdu: Pdu) -> CaseAllocation:
    wanted = allocation_preview.AllocationRequest(
        ref=pdu.held.ref, to_post=pdu.free[0].code, reason="risk_to_staff", notes="a private word",
        why_over="a test", why_not_eligible="a test",
    )  # fmt: skip
    return allocate.allocate(actor=None, who="a test", wanted=wanted)[0]


def test_who_may_not_read_the_cases_reads_neither_crn_nor_reasons(
    pdu: Pdu, given: CaseAllocation, nation: Nation, head: Client, signed_in: SignIn
) -> None:
    other = nation.unit("pdu", code__gt=pdu.code) or nation.unit("pdu", code__lt=pdu.code)
    for client in (signed_in("analyst", "pdu", other.code), signed_in("manager", "pdu", other.code)):
        page = client.get(unit_url("pdu", pdu.code, "allocations")).text
        assert not [word for word in (given.ref, "Risk to staff", "private") if word in page]
        (row,) = table_of(page, "allocations")
        assert (row["CRN"], row["Why"], row["State"]) == (
            "withheld",
            "withheld",
            "given, not yet seen in nDelius",
        )
        assert client.get(reverse("allocation", args=[given.pk])).status_code == 404
    assert not ReadEvent.objects.exists()
    page = head.get(reverse("allocation", args=[given.pk])).text
    assert "a private word" in page
    assert given.ref not in page[: page.index("<main")]
    assert [(each.level, each.code) for each in ReadEvent.objects.all()] == [("post", given.to_post)]
    assert not [event for event in AuditEvent.objects.all() if given.ref in f"{event.sentence}{event.after}"]


@pytest.mark.both_databases
def test_allocations_are_listed_for_both_sides(
    pdu: Pdu, given: CaseAllocation, head: Client, signed_in: SignIn
) -> None:
    team = Unit.objects.get(load_id=pdu.holder.load_id, level="team", whole=True, code=pdu.holder.team_code)
    for level, code in (
        ("post", given.from_post),
        ("post", given.to_post),
        ("team", team.code),
        ("pdu", pdu.code),
    ):
        (row,) = table_of(head.get(unit_url(level, code, "allocations")).text, "allocations")
        assert (row["CRN"], row["From"], row["To"]) == (given.ref, pdu.holder.name, pdu.free[0].name)
    for code in (post.code for post in (pdu.free[1], pdu.nobody)):
        assert "No case was allocated here." in head.get(unit_url("post", code, "allocations")).text
    analyst = signed_in("analyst", "nation", "nation")
    for show, field in (("over", "why_over"), ("against", "why_not_eligible")):
        beside = unit_url("pdu", pdu.code, "allocations", show=show)
        assert "No case was allocated here." in head.get(beside).text
        CaseAllocation.objects.update(**{field: "She knows him."})
        assert len(table_of(head.get(beside).text, "allocations")) == 1
        # why somebody wrote it is for those who allocate there, and so is that they did
        assert "No case was allocated here." in analyst.get(beside).text
    address = unit_url("pdu", pdu.code, "allocations", show="attention")
    assert len(table_of(head.get(address).text, "allocations")) == 1
    CaseAllocation.objects.update(state=Given.CONFIRMED, is_open=False)
    assert "No case was allocated here." in head.get(address).text
    assert len(table_of(head.get(unit_url("pdu", pdu.code, "allocations")).text, "allocations")) == 1


def test_the_median_of_days_waited_is_said(pdu: Pdu, given: CaseAllocation, head: Client) -> None:
    for number, days in enumerate((3, 9, 4, 50)):
        given.pk, given.key, given.is_open, given.was_waiting = None, str(number), False, True
        given.held_since = given.first_day - timedelta(days)
        given.state = Given.UNDONE if days == 50 else Given.CONFIRMED
        given.save()
    page = in_sight(head.get(unit_url("pdu", pdu.code, "allocations")).text)
    assert "3 cases that nobody held were allocated after 4 days (median)." in page


def test_a_past_day_offers_nothing_to_do(pdu: Pdu, given: CaseAllocation, head: Client) -> None:
    on = f"/on/{current_state().day:%Y-%m-%d}"
    for tab in ("waiting", "candidates", "allocations"):
        page = head.get(f"{on}{unit_url('pdu', pdu.code, tab, crn=pdu.held.ref)}").text
        assert not [href for href in links(page) if "/allocate/" in href]
    assert "State" not in table_of(page, "allocations")[0]
    assert head.get(f"{on}{pdu.address(pdu.held.ref, pdu.free[0])}").status_code == 409
    assert head.post(f"{on}{reverse('allocation-undo', args=[given.pk])}").status_code == 409


def test_the_caseload_of_a_post_leads_to_who_could_hold_each_case(
    pdu: Pdu, head: Client, signed_in: SignIn
) -> None:
    address = unit_url("post", pdu.holder.code, "caseload")
    there = unit_url("pdu", pdu.code, "candidates", crn=pdu.held.ref)
    assert there in links(head.get(address).text)
    assert b"Allocation" not in b"".join(head.get(f"{address}cases.csv"))
    assert "Give to somebody else" not in signed_in("analyst", "pdu", pdu.code).get(address).text


def test_the_api_has_the_same_tables_without_the_ways_on(
    pdu: Pdu, given: CaseAllocation, program: Callable[..., Program]
) -> None:
    head, there = program("head", "pdu", pdu.code), f"units/pdu/{pdu.code}/tables/"
    (found,) = head.get(f"{there}candidates", crn=pdu.waiting.ref)["tables"]
    heads = [column["key"] for column in found["columns"]]
    assert "choose" not in heads
    assert {tuple(sorted(row["values"])) for row in found["rows"]} == {tuple(sorted(heads))}
    assert head.ask("get", f"{there}candidates", crn="X000000").status_code == 422
    (listed,) = head.get(f"{there}allocations", show="attention")["tables"]
    assert [row["values"]["crn"]["value"] for row in listed["rows"]] == [given.ref]
    waiting, _, counts = head.get(f"{there}waiting")["tables"]
    assert counts["name"] == "counts"
    assert {tuple(row["values"]) for row in waiting["rows"]} == {
        tuple(column["key"] for column in waiting["columns"])
    }
    assert pdu.waiting.ref in [row["values"]["crn"]["value"] for row in waiting["rows"]]
