"""Files of the audit and of the faults of a load."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from exports_fixtures import KINDS, body, rows

from wmt.site.audit.models import AuditEvent
from wmt.site.audit.record import record
from wmt.site.workload.models import Fault, Load

SignIn = Callable[..., Client]


@pytest.mark.parametrize("kind", KINDS)
def test_events_as_the_page_filters_them(nation: Any, signed_in: SignIn, kind: str) -> None:  # noqa: ARG001
    client = signed_in("administrator")
    for number in range(120):
        record("load", f"=load {number}", who="somebody")
    record("user", "another", who="somebody")
    found = rows(client.get(f"/audit/events.{kind}?kind=load&person=somebody"), kind)
    assert len(found) == 120  # the page shows fifty
    assert {row["Kind"] for row in found} == {"Extract loaded"}
    assert all(row["What"].startswith("'=" if kind == "csv" else "=") for row in found)
    assert (
        AuditEvent.objects.filter(kind="export")
        .latest("pk")
        .sentence.endswith(": 120 rows, kind load, person somebody.")
    )
    assert client.get("/audit/nothing.csv").status_code == 404
    assert signed_in("manager", "team", "T").get(f"/audit/events.{kind}").status_code == 403


@pytest.mark.parametrize("kind", KINDS)
def test_faults_of_a_load(nation: Any, signed_in: SignIn, kind: str) -> None:  # noqa: ARG001
    aside = [{"team_code": "T", "staff_code": "S", "code": "c", "message": "m"}]
    load = Load.objects.create(state="refused", who="a test", set_aside=aside)
    Fault.objects.bulk_create(
        Fault(load=load, severity="refuse" if n % 2 else "warn", code="x", sheet="=s", row=n, message="-no")
        for n in range(300)
    )
    client = signed_in("analyst")
    found = rows(client.get(f"/loads/{load.pk}/faults.{kind}"), kind)
    assert len(found) == 300
    assert {int(row["Row"]) for row in found} == set(range(300))
    assert len(rows(client.get(f"/loads/{load.pk}/faults.{kind}?severity=warn"), kind)) == 150
    assert rows(client.get(f"/loads/{load.pk}/aside.{kind}"), kind)[0]["Post"] == "T:S"
    assert b"faults.csv" in body(client.get(f"/loads/{load.pk}/nothing.csv"))
    assert client.get("/loads/999999/faults.csv").status_code == 404
    assert signed_in("manager", "team", "T").get(f"/loads/{load.pk}/faults.csv").status_code == 403
