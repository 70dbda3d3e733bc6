"""Changing the tier or type of a case on pages and by programs: who may, and who reads what of it."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable

import pytest
from api_fixtures import Program, program  # noqa: F401
from django.test import Client
from django.urls import reverse
from tabs_fixtures import in_sight, table_of
from test_case_kinds import case, is_now  # noqa: F401

from wmt.ledger import shown_capacity
from wmt.site.allocation.models import CaseKindChange
from wmt.site.audit.models import AuditEvent
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
TYPED = {"location": "custody", "tier": "B3", "reason": "recalled", "notes": "Breached on Monday"}


@pytest.fixture
def manager(case: tuple[Unit, str], signed_in: SignIn) -> Client:
    return signed_in("manager", "team", case[0].team_code)


def test_a_manager_looks_changes_and_undoes(case: tuple[Unit, str], manager: Client) -> None:
    post, ref = case
    address = f"{reverse('case-change')}?crn={ref}"
    page = manager.get(f"{reverse('case')}?crn={ref}").text
    assert address in page
    page = manager.get(address).text
    assert f"{ref} is community C1" in in_sight(page)
    looked = manager.post(address, {**TYPED, "do": "look"}).text
    (then, *_) = {row["Who"]: row["Capacity then"] for row in table_of(looked, "effect")}[post.name].split()
    assert CaseKindChange.objects.count() == 0
    assert "Breached on Monday" in looked
    answer = manager.post(address, {**TYPED, "do": "save"})
    row = CaseKindChange.objects.get()
    assert answer["Location"] == reverse("case-changed", args=[row.pk])
    now = Unit.objects.get(pk=post.pk)
    assert shown_capacity(now.points_x100, now.available_x100) == then
    page = in_sight(manager.get(answer["Location"]).text)
    for words in ("community C1", "custody B3, 59 points", "not yet seen in nDelius", "Breached on Monday"):
        assert words in page
    listed = table_of(manager.get(unit_url("team", post.team_code, "allocations")).text, "kind-changes")
    assert [(each["CRN"], each["Was and is"], each["Points after"]) for each in listed] == [
        (ref, "Community C1 to custody B3", "59")
    ]
    assert "Community C1 to custody B3" in manager.get(f"{reverse('case')}?crn={ref}").text
    manager.post(reverse("case-change-undo", args=[row.pk]))
    row.refresh_from_db()
    assert (row.state, is_now(ref)) == ("undone", "community C1 active")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"tier": ""}, "Choose one of the tiers"),
        ({"location": ""}, "Choose the type"),
        ({"reason": ""}, "Choose why"),
        ({"changed_on": "1 March 2035"}, "what is to come is not counted"),
        ({"changed_on": "never"}, "must be a real date"),
        ({"notes": "https://example.org"}, "kept without links"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    case: tuple[Unit, str], manager: Client, more: dict[str, str], words: str
) -> None:
    answer = manager.post(f"{reverse('case-change')}?crn={case[1]}", {**TYPED, **more, "do": "save"})
    assert (answer.status_code, CaseKindChange.objects.count()) == (422, 0)
    assert words in answer.text
    assert ("Breached on Monday" in answer.text) == ("notes" not in more)


def test_a_page_that_is_stale_says_what_is_so_now(case: tuple[Unit, str], manager: Client) -> None:
    address = f"{reverse('case-change')}?crn={case[1]}"
    manager.post(address, {**TYPED, "do": "save"})
    answer = manager.post(address, {**TYPED, "tier": "B2", "seen": "community C1, 1 point", "do": "save"})
    assert answer.status_code == 409
    assert "The case is custody B3, 59 points by now" in answer.text
    assert is_now(case[1]) == "custody B3 active"


def test_who_may_not_change_it_learns_nothing(case: tuple[Unit, str], signed_in: SignIn) -> None:
    post, ref = case
    others = Unit.objects.filter(load_id=post.load_id, level="team", whole=True).exclude(code=post.team_code)
    far = others.exclude(pdu_code=post.pdu_code).order_by("code")[0]
    elsewhere = signed_in("manager", "team", far.code)
    address = reverse("case-change")
    for ask in (elsewhere.get, lambda to: elsewhere.post(to, {**TYPED, "do": "save"})):
        answers = [ask(f"{address}?crn={crn}") for crn in (ref, "X999999")]
        assert [answer.status_code for answer in answers] == [404, 404]
        there, nowhere = (in_sight(answer.text) for answer in answers)
        assert there == nowhere
    assert CaseKindChange.objects.count() == 0
    before = AuditEvent.objects.filter(kind="denied").count()
    analyst = signed_in("analyst", "nation", "nation")
    assert analyst.post(f"{address}?crn={ref}", TYPED).status_code == 403
    assert AuditEvent.objects.filter(kind="denied").count() == before + 1


def test_notes_are_for_those_who_allocate_there(
    case: tuple[Unit, str], manager: Client, signed_in: SignIn
) -> None:
    post, ref = case
    manager.post(f"{reverse('case-change')}?crn={ref}", {**TYPED, "do": "save"})
    row = CaseKindChange.objects.get()
    support = signed_in("support", "nation", "nation")
    page = support.get(unit_url("team", post.team_code, "allocations")).text
    assert ref not in page
    (listed,) = table_of(page, "kind-changes")
    assert (listed["CRN"], listed["Why"], listed["Was and is"]) == (
        "withheld", "withheld", "Community C1 to custody B3"
    )  # fmt: skip
    assert support.get(reverse("case-changed", args=[row.pk])).status_code == 404
    analyst = signed_in("analyst", "nation", "nation").get(reverse("case-changed", args=[row.pk])).text
    assert ref in analyst
    assert "Breached on Monday" not in analyst
    assert "withheld: they are for those who allocate cases there" in analyst


def test_a_program_previews_changes_reads_and_undoes(
    case: tuple[Unit, str], program: Callable[..., Program]
) -> None:
    post, ref = case
    head = program("administrator", "nation", "nation")
    body = {"ref": ref, "location": "custody", "tier": "B3", "reason": "recalled", "key": "one"}
    seen = head.ask("post", "case-changes/preview", body).json()
    assert (seen["then"], seen["points_after"], seen["held_by"]) == ("custody B3", 59, post.code)
    made = head.ask("post", "case-changes", {**body, "seen": seen["seen"]}).json()
    assert made["after"] == {"location": "custody", "tier": "B3", "suspended": False, "points": 59}
    assert made["before"]["points"] == seen["points_before"]
    assert head.ask("post", "case-changes", body).json()["number"] == made["number"]
    stale = head.ask("post", "case-changes", {**body, "key": "two", "tier": "B2", "seen": seen["seen"]})
    assert stale.status_code == 409
    assert head.get(f"case-changes/{made['number']}")["state"] == "given"
    assert head.ask("post", f"case-changes/{made['number']}/undo").json()["state"] == "undone"
    assert is_now(ref) == "community C1 active"
