"""Cases of tables of several people, ticked, added up and put into a plan."""

# ruff: noqa: F811 - fixtures come by import
from decimal import Decimal

from django.urls import reverse
from tabs_fixtures import in_sight, links, table_of
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_plans import SignIn, kept, unit_of, user_of

from wmt.ledger import shown_capacity
from wmt.site.links import unit_url


def test_cases_of_several_people_are_ticked_added_up_and_put_into_a_plan(pdu: Pdu, signed_in: SignIn) -> None:
    client, to = signed_in("head", "pdu", pdu.code), pdu.free[0]
    address = f"{reverse('plan-cases')}?crn={pdu.held.ref.lower()},{pdu.waiting.ref}&crn=X999999"
    assert "You have no plan yet" in client.get(address).text
    row = kept(user_of(client), unit_of(pdu))
    page = client.get(address).text
    found = {each["CRN"]: each for each in table_of(page, "cases")}
    assert set(found) == {pdu.held.ref, pdu.waiting.ref}
    assert found[pdu.held.ref]["Held by"].startswith(pdu.holder.name)
    assert "X999999: not among the cases that you may see" in in_sight(page)
    worth = {ref: Decimal(each["Points"]) for ref, each in found.items()}
    summed = in_sight(client.post(address, {"do": "sum", "case": list(found)}).text)
    assert f"2 cases ticked: {sum(worth.values()).normalize():f} points" in summed
    left = pdu.holder.points_x100 - int(worth[pdu.held.ref] * 100)
    without = shown_capacity(left, pdu.holder.available_x100)
    assert f"{pdu.holder.name} would have {without} without it" in summed
    sent = {"do": "add", "case": [*found, "X999999"], "plan": row.pk, "to": to.code}
    for _ in range(2):  # sent twice it is one step
        assert client.post(address, sent).status_code == 302
    row.refresh_from_db()
    assert [sorted(step.content["cases"]) for step in row.plan.steps] == [sorted(found)]


def test_tables_of_cases_lead_there_for_whoever_reads_the_cases(pdu: Pdu, signed_in: SignIn) -> None:
    client = signed_in("head", "pdu", pdu.code)
    kept(user_of(client), unit_of(pdu))
    start = reverse("plan-cases")
    for page in (
        unit_url("pdu", pdu.code, "waiting"),
        unit_url("team", pdu.holder.team_code, "caseload") + "?kind=community",
        f"{reverse('search')}?q={pdu.held.ref}",
    ):
        way = [href for href in links(client.get(page).text) if href.startswith(start)]
        assert len(way) == 1, page
        assert table_of(client.get(way[0]).text, "cases"), page
    for other in (signed_in("head", "pdu", "NOWHERE"), signed_in("", email="no.role@example.org")):
        page = other.get(f"{start}?crn={pdu.held.ref}")
        assert (page.status_code, pdu.holder.name in page.text) == (200, False)
        assert f"{pdu.held.ref}: not among the cases" in in_sight(page.text)
        gone = other.get(f"{start}?crn=X999999")
        assert in_sight(page.text).replace(pdu.held.ref, "X999999") == in_sight(gone.text)
