"""Reading narrowed to one's own region, and text no database keeps: what a review of the site found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client, RequestFactory
from exports_fixtures import body

from wmt.site.audit.models import AuditEvent
from wmt.site.audit.record import record
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database


@pytest.fixture
def own_region_only(settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, read_scope="region")


@pytest.mark.both_databases
@pytest.mark.usefixtures("own_region_only")
def test_who_reads_one_region_sees_no_name_of_another(nation: Any, signed_in: Callable[..., Client]) -> None:
    regions = Unit.objects.filter(load=nation.load, level="region", whole=True).order_by("code")
    own, other = regions[0], regions[1]
    client = signed_in("analyst", "region", own.code)
    for address in (unit_url("region", own.code), f"{unit_url('region', own.code)}pack/"):
        page = client.get(address).text
        assert unit_url("region", own.code) in page
        assert unit_url("region", other.code) not in page
        assert 'href="/nation/' not in page  # it would lead to a page that says there is no nation


@pytest.mark.usefixtures("own_region_only")
@pytest.mark.parametrize("level", ["region", "pdu"])
def test_an_analyst_of_a_region_starts_there(
    nation: Any, signed_in: Callable[..., Client], level: str
) -> None:
    unit = nation.unit(level)
    answer = signed_in("analyst", level, unit.code).get("/")
    assert answer["Location"] == unit_url(level, unit.code)


@pytest.mark.both_databases
def test_an_address_with_nul_is_no_page(nation: Any, signed_in: Callable[..., Client]) -> None:
    client = signed_in("analyst")
    for address in ("/team/%00/", "/team/a%00b/caseload/", "/post/%00/downloads/cases.csv"):
        assert client.get(address).status_code == 404
    load = f"/loads/{nation.load.pk}/"
    assert client.get(f"{load}?code=%00").status_code == 200
    for address in (f"{load}faults.csv?code=%00", "/nation/overview.csv?x=%00"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert body(answer)


@pytest.mark.django_db
def test_events_are_written_whatever_strangers_send() -> None:
    request = RequestFactory().get("/rules/value/%00/x.csv")
    event = record("denied", "a\0b", request=request, after={"filter \0": "\0", "all": ["\0"]})
    kept = AuditEvent.objects.get(pk=event.pk)
    assert "\0" not in f"{kept.sentence}{kept.path}"
    assert kept.after == {"filter  ": " ", "all": [" "]}
