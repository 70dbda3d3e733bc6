"""The register of new instructions: entered, its cost at every level before it begins, withdrawn."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hours_fixtures import day as day_fields
from tabs_fixtures import in_sight, table_of

from wmt.site.audit.models import AuditEvent
from wmt.site.initiatives.models import Initiative
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]


def _typed(**more: Any) -> dict[str, Any]:
    usual = {
        "title": "A longer induction", "source": "Instruction 1/2027", "minutes": "30", "times": "12",
        "share": "50", "case_type": "community", "tiers": "C", "key": "one",
        **day_fields("first_day", current_state().day + timedelta(30)), "last_day": "",
    }  # fmt: skip
    return {**usual, **more}


def _cases(load: Any, **posts: Any) -> int:
    """Active community cases of tiers C by their lines, counted here."""
    kinds = Pricing.objects.filter(load=load, kind="case", location="community", tier__startswith="C")
    numbers = Unit.objects.filter(load=load, level="post", whole=True, stream="sentence_management", **posts)
    lines = Line.objects.filter(
        load=load, pricing__in=kinds.values("number"), post_no__in=numbers.values("number")
    )
    return sum(lines.values_list("active_cases", flat=True))


@pytest.mark.both_databases
def test_a_head_enters_one_and_its_cost_is_shown_before_it_begins(nation: Any, signed_in: SignIn) -> None:
    pdu = nation.unit("pdu")
    head, reader = (
        signed_in("head", "pdu", pdu.code),
        signed_in("practitioner", "team", nation.unit("team").code),
    )
    address = f"/initiatives/new/?level=pdu&code={pdu.code}"
    assert head.get(address).status_code == 200
    assert head.post(address, _typed()).status_code == 302
    assert head.post(address, _typed()).status_code == 302
    row = Initiative.objects.get()
    assert AuditEvent.objects.filter(kind="initiative").count() == 1
    expected = _cases(nation.load, pdu_code=pdu.code)
    assert expected
    page = reader.get(f"/initiatives/{row.pk}/").content.decode()
    rows = {each["Unit"]: each for each in table_of(page, "cost")}
    # half of the cases, 12 times half an hour: 3 hours a year for each case held
    assert rows[pdu.name]["Cases held"] == f"{expected:,}"
    assert rows[pdu.name]["Hours a year"] == f"{expected * 3:,}.0"
    teams = [each for each in rows.values() if each["Level"] == "Team"]
    assert sum(int(each["Cases held"].replace(",", "")) for each in teams) == expected
    grades = table_of(page, "grades")
    assert grades[-1]["Cases held"] == f"{expected:,}"
    lines = table_of(page, "lines")
    assert lines[-1]["Hours a year"] == f"{expected * 3:,}.00"
    assert "Not in the points" in in_sight(page)
    post = nation.unit("post", pdu_code=pdu.code)
    tab = in_sight(reader.get(f"/post/{post.code}/extra/").content.decode())
    assert "A longer induction" in tab
    assert "not begun" in tab
    shown = reader.get(f"/api/v1/units/pdu/{pdu.code}/initiatives").json()
    assert (shown[0]["cases"], float(shown[0]["hours_a_year"])) == (expected, expected * 3)
    assert "A longer induction" not in reader.get("/nation/extra/").content.decode()
    assert Unit.objects.get(pk=pdu.pk).points_x100 == pdu.points_x100


@pytest.mark.both_databases
def test_it_is_withdrawn_with_why_and_stays_in_the_register(nation: Any, signed_in: SignIn) -> None:
    client = signed_in("administrator")
    client.post("/initiatives/new/?level=nation&code=nation", _typed(tiers="all", case_type="any"))
    row = Initiative.objects.get()
    assert client.post(f"/initiatives/{row.pk}/withdraw/", {"why": ""}).status_code == 422
    other = signed_in("head", "pdu", nation.unit("pdu").code)
    assert other.post(f"/initiatives/{row.pk}/withdraw/", {"why": "x"}).status_code == 403
    assert client.post(f"/initiatives/{row.pk}/withdraw/", {"why": "Replaced by 2/2027"}).status_code == 302
    client.post(f"/initiatives/{row.pk}/withdraw/", {"why": "again"})
    register = in_sight(client.get("/initiatives/").content.decode())
    assert "Replaced by 2/2027" in register
    assert "A longer induction" not in client.get("/nation/extra/").content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": ""}, "Enter a title"),
        ({"source": ""}, "Enter who instructs it"),
        ({"minutes": "0"}, "above 0"),
        ({"minutes": "x"}, "as a number"),
        ({"times": "367"}, "at most 366"),
        ({"share": "101"}, "at most 100"),
        ({"tiers": "Z9"}, "Choose tiers"),
        ({"case_type": "prison"}, "Choose a type of case"),
    ],
)
def test_bad_input_is_said(nation: Any, signed_in: SignIn, typed: dict[str, str], said: str) -> None:
    pdu = nation.unit("pdu")
    answer = signed_in("head", "pdu", pdu.code).post(
        f"/initiatives/new/?level=pdu&code={pdu.code}", _typed(**typed)
    )
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Initiative.objects.exists()
