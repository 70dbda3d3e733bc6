"""Entering the establishment on a page: by whom, what is refused, what is asked, changing and taking back."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from tabs_fixtures import in_sight, table_of

from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError
from wmt.site.availability.models import Establishment
from wmt.site.changes import establishment as action
from wmt.site.links import unit_url
from wmt.site.queries import staffing
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]


@pytest.fixture
def pdu(nation: Any) -> Iterator[Unit]:
    """The PDU with most people; whatever a test enters is gone after it."""
    with transaction.atomic():
        yield Unit.objects.filter(load=nation.load, level="pdu", whole=True).order_by("-posts", "code")[0]
        transaction.set_rollback(True)


def typed(unit: Unit, **more: str) -> dict[str, str]:
    return {
        "kind": "target", "grade": "PO", "place": f"{unit.level}:{unit.code}", "fte": "12.5",
        "first_day": "1 April 2026", "why": "yearly refresh",
    } | more  # fmt: skip


def errors_of(answer: Any) -> str:
    assert answer.status_code == 422
    return in_sight(answer.text)


def test_a_head_enters_changes_and_takes_back_a_target(pdu: Unit, signed_in: SignIn) -> None:
    head, tab = signed_in("head", "pdu", pdu.code), unit_url("pdu", pdu.code, "staffing")
    page = reverse("establishment", args=["pdu", pdu.code])
    assert page in head.get(tab).text
    contracted = staffing.staffing_of(current_state(), pdu).supply.grades["PO"].contracted
    for _ in range(2):  # sent twice, entered once
        assert head.post(page, typed(pdu))["Location"] == page
    assert "12.50 PO, target, is there already, with the same values" in in_sight(head.get(page).text)
    row = Establishment.objects.get()
    assert (row.fte_x100, row.why, row.recorded_by is not None) == (1250, "yearly refresh", True)
    shown = next(each for each in table_of(head.get(tab).text, "establishment") if each["Grade"] == "PO")
    assert shown["Target (FTE)"] == "12.5"
    assert shown["Short of target (FTE)"].replace("−", "-") == f"{12.5 - float(contracted):,.1f}"
    assert "stands from that day already" in errors_of(head.post(page, typed(pdu, fte="13")))

    one = reverse("establishment-row", args=[row.pk])
    assert 'value="12.5"' in head.get(one).text
    head.post(one, {"fte": "14", "why": "agreed in June"})
    made = Establishment.objects.get(ended_change=None)
    assert (made.version, made.fte_x100, made.first_day, made.why) == (
        2,
        1400,
        row.first_day,
        "agreed in June",
    )
    with pytest.raises(ConflictError, match="has changed this since"):
        action.take_back(actor=None, number=row.pk, state=current_state(), who="Ann")
    head.post(reverse("establishment-row-back", args=[made.pk]))
    assert Establishment.objects.get(ended_change=None).withdrawn
    assert "has taken this back" in in_sight(head.post(one, {"fte": "15", "why": "x"}, follow=True).text)
    assert "none that counts on this day has been entered for this unit." in in_sight(head.get(tab).text)
    said = AuditEvent.objects.filter(kind="establishment").order_by("pk").values_list("sentence", flat=True)
    place = f"a target of PO from 1 April 2026 for PDU {pdu.code}."
    assert list(said) == [f"A head {did} {place}" for did in ("entered", "changed", "took back")]
    head.post(page, typed(pdu))  # what was taken back can be entered again
    assert Establishment.objects.get(ended_change=None).version == 4
    head.post(reverse("establishment-row-back", args=[Establishment.objects.get(ended_change=None).pk]))
    later = typed(pdu, kind="vacancy", fte="1", first_day="1 January 2030", why="", sure="on")
    assert head.post(page, later).status_code == 302
    assert "entered for this unit; 1 entry begins later." in in_sight(head.get(tab).text)


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(pdu: Unit, signed_in: SignIn) -> None:
    head, page = signed_in("head", "pdu", pdu.code), reverse("establishment", args=["pdu", pdu.code])
    found = head.post(page, {"place": f"pdu:{pdu.code}", "fte": "1e3"}).text
    for field, words in (
        ("kind", "Choose what it is"), ("grade", "Choose a grade"), ("first_day", "Enter the first day"),
        ("fte", "Enter full-time people from 0 to 99,999 with two decimals at most, like 12 or 1.5"),
    ):  # fmt: skip
        assert f'<a href="#{field}">{words}</a>' in found
    assert "Choose where" in errors_of(head.post(page, typed(pdu, place="pdu:elsewhere")))
    assert "A fixed term needs its last day" in errors_of(
        head.post(page, typed(pdu, kind="fixed_term", why=""))
    )
    assert "Only targets have a reason" in errors_of(head.post(page, typed(pdu, kind="vacancy")))
    assert "must be a real date" in errors_of(head.post(page, typed(pdu, first_day="31 June 2026")))
    assert not Establishment.objects.exists()


def test_what_hardly_can_be_meant_is_asked_and_taken_when_confirmed(pdu: Unit, signed_in: SignIn) -> None:
    head, page = signed_in("head", "pdu", pdu.code), reverse("establishment", args=["pdu", pdu.code])
    state = current_state()
    contracted = staffing.staffing_of(state, pdu).supply.grades["PO"].contracted
    assert action.contracted_of(pdu, "PO", state) == contracted
    asked = head.post(page, typed(pdu, fte=f"{float(contracted) * 5 + 1:.2f}"))
    assert f"more than 5 times those there: {float(contracted):.2f} are in post by contract" in errors_of(
        asked
    )
    assert 'name="sure"' in asked.text
    assert not Establishment.objects.exists()
    assert head.post(page, typed(pdu, fte="900", sure="on")).status_code == 302
    assert "The target before was 900.00" in errors_of(head.post(page, typed(pdu, first_day="1 May 2026")))


def test_only_those_may_who_have_the_role_there_and_ends_in_teams_are_withheld(
    pdu: Unit, signed_in: SignIn
) -> None:
    team = Unit.objects.filter(load_id=pdu.load_id, level="team", whole=True, pdu_code=pdu.code).first()
    assert team is not None
    page = reverse("establishment", args=["pdu", pdu.code])
    for role, level, code in (("practitioner", "", ""), ("manager", "team", team.code)):
        client = signed_in(role, level, code) if level else signed_in(role)
        assert client.post(page, typed(pdu)).status_code == 403
        assert page not in client.get(unit_url("pdu", pdu.code, "staffing")).text
    head, analyst = signed_in("head", "pdu", pdu.code), signed_in("analyst")
    other = Unit.objects.filter(load_id=pdu.load_id, level="pdu", whole=True).exclude(code=pdu.code).first()
    assert other is not None
    assert head.get(reverse("establishment", args=["pdu", other.code])).status_code == 403
    entered = typed(team, kind="fixed_term", fte="0.5", last_day="31 March 2027", why="", sure="on")
    assert head.post(page, entered).status_code == 302
    (row,) = table_of(head.get(page).text, "entered")
    assert (row["What"], row["Where"], row["Until"]) == ("fixed term", team.name, "31 Mar 2027")
    one = reverse("establishment-row", args=[Establishment.objects.get().pk])
    assert "31 March 2027" in head.get(one).text
    for address in (page, one):
        assert "2027" not in in_sight(analyst.get(address).text)
    # changing how many leaves the end as it is, and no guess is confirmed
    assert analyst.post(one, {"fte": "0.25", "last_day": "1 May 2030", "sure": "on"}).status_code == 302
    now = Establishment.objects.get(ended_change__isnull=True)
    assert (now.fte_x100, now.last_day) == (25, date(2027, 3, 31))
    for day, kind in (
        ("31 March 2027", "fixed_term"),
        ("30 March 2027", "fixed_term"),
        ("31 March 2027", "FIXED_TERM"),
    ):
        again = analyst.post(page, {**entered, "fte": "0.25", "last_day": day, "kind": kind})
        assert (again.status_code, "stands from that day already" in again.text) == (422, True)
    # a form begins with exactly what stands, however large
    nation = Unit.objects.get(load_id=pdu.load_id, level="nation", whole=True)
    sent = {**typed(nation, fte="10487.25"), "sure": "on"}
    assert analyst.post(reverse("establishment-nation"), sent).status_code == 302
    large = reverse("establishment-row", args=[Establishment.objects.latest("pk").pk])
    assert 'value="10487.25"' in analyst.get(large).text
    assert head.get("/establishment-row/999999/").status_code == 404
    assert head.get(reverse("establishment", args=["post", "T:S"])).status_code == 404
