"""Every list of cases says the cohorts of those that its reader may read, and of no others."""

# ruff: noqa: F811 - fixtures come by import
import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from tabs_fixtures import in_sight, links, table_of
from test_allocation_pages import Pdu, pdu  # noqa: F401

from wmt.plan.plan_file import plan_of
from wmt.site import tables
from wmt.site.accounts.models import LimitedAccess
from wmt.site.changes import plans, spread
from wmt.site.changes.allocation_preview import holder_of
from wmt.site.figures import cohort_lines
from wmt.site.links import unit_url
from wmt.site.queries.case_selection import CaseSelection, fitting
from wmt.site.web.units import cohort_column
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]
pytestmark = pytest.mark.one_database


def marked(ref: str, codes: str = "nsd") -> str:
    Line.objects.filter(load_id=current_state().load_id, ref=ref).update(cohorts=codes)
    return ref


def person(client: Client) -> Any:
    request = HttpRequest()
    request.session = client.session
    return get_user(request)


def test_waiting_cases_say_and_narrow_by_cohort(pdu: Pdu, signed_in: SignIn) -> None:
    ref, head = marked(pdu.waiting.ref), signed_in("head", "pdu", pdu.code)
    stranger = signed_in("", email="s@example.org")
    address = unit_url("pdu", pdu.code, "waiting")
    rows = {row["CRN"]: row["Cohorts"] for row in table_of(head.get(address).text, "waiting")}
    assert {crn: words for crn, words in rows.items() if words} == {ref: "NSD"}
    narrowed = head.get(address, {"cohort": "nsd"}).text
    assert [row["CRN"] for row in table_of(narrowed, "waiting")] == [ref]
    (file,) = [href for href in links(narrowed) if "csv" in href and "waiting" in href.rpartition("/")[2]]
    data = b"".join(head.get(file)).decode("utf-8-sig")  # type: ignore[call-overload]
    assert [row["Cohorts"] for row in csv.DictReader(io.StringIO(data))] == ["NSD"]
    refused = in_sight(stranger.get(address).text)
    assert "NSD" not in refused
    assert "Cohort" not in refused  # nothing to choose tells that there is one
    LimitedAccess.objects.create(
        ref=ref, excluded=[person(head).email.upper()], restricted=[], is_current=True
    )
    assert "NSD" not in in_sight(head.get(address).text)


def test_cases_of_a_plan_say_their_cohorts_to_who_may_read_them(pdu: Pdu, signed_in: SignIn) -> None:
    ref, head = marked(pdu.held.ref, "iom nsd"), signed_in("head", "pdu", pdu.code)
    steps = [{"do": "move", "cases": [ref], "to": pdu.free[0].code}]
    row, _ = plans.make_plan(
        actor=person(head), plan=plan_of({"name": "p", "steps": steps}), level="pdu", code=pdu.code
    )
    assert f"Cohorts: {ref}: IOM, NSD" in head.get(reverse("plan", args=[row.pk])).text
    plans.link_plan(actor=person(head), number=row.pk, wanted=True)
    row.refresh_from_db()
    other = signed_in("", email="s@example.org")
    seen = other.get(f"{reverse('plan', args=[row.pk])}?link={row.link}")
    assert seen.status_code == 200
    assert "NSD" not in in_sight(seen.text)
    made_of = head.get(reverse("plan-figure", args=[row.pk, "post", pdu.free[0].code])).text
    assert {line["CRN"]: line["Cohorts"] for line in table_of(made_of, "lines")}[ref] == "IOM, NSD"
    basket = head.get(reverse("plan-basket", args=[pdu.holder.code])).text
    assert {line["CRN"]: line["Cohorts"] for line in table_of(basket, "cases")}[ref] == "IOM, NSD"
    several = head.get(reverse("allocate-several", args=[pdu.holder.code])).text
    assert f"{ref}: " in several
    assert ", IOM, NSD" in several


def test_several_cases_are_chosen_by_cohort(pdu: Pdu) -> None:
    ref, state = marked(pdu.held.ref, "iom nsd"), current_state()
    holder = holder_of(None, pdu.holder.code, state)
    there = spread.listed(state, holder, None)
    found = fitting(CaseSelection(cohort="nsd"), state, holder, there)
    assert [case.ref for case in found] == [ref]
    assert fitting(CaseSelection(cohort="iirms"), state, holder, there) == []


def test_omic_cases_say_their_cohorts(nation: Any, signed_in: SignIn) -> None:
    held = Unit.objects.filter(load=nation.load, level="post", whole=True, omic_cases__gt=0).order_by("code")
    unit, analyst = held[0], signed_in("analyst")
    rows = table_of(analyst.get(unit_url("post", unit.code, "omic")).text, "omic")
    assert "Cohorts" not in rows[0]
    ref = marked(next(row["CRN"] for row in rows if row["CRN"] != "counts only"), "iirms")
    rows = table_of(analyst.get(unit_url("post", unit.code, "omic")).text, "omic")
    assert {row["CRN"]: row["Cohorts"] for row in rows}[ref] == "IIRMS"
    stranger = signed_in("", email="s@example.org").get(unit_url("post", unit.code, "omic")).text
    assert "IIRMS" not in in_sight(stranger)


def test_cohorts_are_told_of_cases_that_somebody_may_read_where_they_are_now(
    pdu: Pdu, signed_in: SignIn
) -> None:
    ref, state = marked(pdu.held.ref), current_state()
    head, away = signed_in("head", "pdu", pdu.code), signed_in("head", "pdu", "ELSEWHERE")
    assert cohort_lines.names_of(person(head), state, {ref, "X000000"}) == {ref: "NSD"}
    assert cohort_lines.names_of(person(away), state, {ref}) == {}
    many = {ref, *(f"X{number:06}" for number in range(600))}
    assert cohort_lines.names_of(person(head), state, many) == {ref: "NSD"}
    LimitedAccess.objects.create(
        ref=ref, excluded=[person(head).email.upper()], restricted=[], is_current=True
    )
    assert cohort_lines.names_of(person(head), state, {ref}) == {}


def test_of_cases_that_go_together_each_is_named_with_its_cohorts(monkeypatch: pytest.MonkeyPatch) -> None:
    def known(_user: Any, _state: Any, refs: set[str]) -> Mapping[str, str]:
        return {ref: words for ref, words in {"A1": "IOM", "A3": "NSD"}.items() if ref in refs}

    monkeypatch.setattr(cohort_lines, "names_of", known)
    columns = [tables.Column("crn", "CRN"), tables.Column("what", "Case"), tables.Column("to", "To")]

    def table(*crns: str) -> tables.Table:
        blank = {"what": tables.text("C2"), "to": tables.text("Somebody")}
        rows = [tables.Row({"crn": tables.text(crn), **blank}) for crn in crns]
        return cohort_column.with_cohorts(tables.Table("moves", "Moves", columns, rows), None, None)  # type: ignore[arg-type]

    assert [column.key for column in table("A2", "3 of these").columns] == ["crn", "what", "to"]
    found = table("A1", "A2", "A1, A2, A3")
    assert [column.key for column in found.columns] == ["crn", "what", "cohorts", "to"]
    assert [row.values["cohorts"].text for row in found.rows] == ["IOM", "", "A1: IOM; A3: NSD"]
