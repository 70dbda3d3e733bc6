"""One case on a page: who held it, what was decided, and for whom that is."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from tabs_fixtures import in_sight, links, table_of
from test_allocate import cases_of, give
from test_allocation_pages import Pdu, head, pdu  # noqa: F401

from wmt.site.audit.models import ReadEvent
from wmt.site.queries import case_history
from wmt.site.queries.case_nights import CaseSeen
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database


@pytest.mark.both_databases
def test_every_holder_stands_with_why_and_since_when(pdu: Pdu, head: Client) -> None:
    ref = cases_of(pdu.holder)[0]
    address = f"/case/?crn={ref}"
    first, second = pdu.free
    before = table_of(head.get(address).text, "holders")
    assert [row["Held by"].removesuffix("now").strip() for row in before] == [pdu.holder.name]
    give(ref, first, reason="change_of_address", notes="Moved to the coast")
    row = give(ref, second, reason="risk_to_staff")
    page = head.get(address).text
    held = table_of(page, "holders")
    assert [next(one for one in (second, first, pdu.holder) if each["Held by"].startswith(one.name)).name
            for each in held] == [second.name, first.name, pdu.holder.name]  # fmt: skip
    assert held[0]["How it came there"].startswith("Risk to staff")
    assert held[2]["How it came there"] == "nDelius data"
    assert held[1]["Until"] == held[0]["Since"]
    assert "2 changes of practitioner" in in_sight(page)
    assert f"/allocation/{row.pk}/" in links(page)
    assert [each["To"] for each in table_of(page, "decided")] == [second.name, first.name]
    assert ReadEvent.objects.filter(code=second.code).exists()


def test_a_case_that_waited_counts_no_change_when_it_is_first_allocated(pdu: Pdu, head: Client) -> None:
    address = f"/case/?crn={pdu.waiting.ref.lower()}"
    assert "0 changes of practitioner" in in_sight(head.get(address).text)
    give(pdu.waiting.ref, pdu.free[0], reason="initial_allocation")
    page = head.get(address).text
    assert "0 changes of practitioner" in in_sight(page)
    assert "nobody: it waited" in in_sight(page)


def test_it_is_for_whoever_reads_the_cases_of_its_holder(
    pdu: Pdu, head: Client, signed_in: Callable[..., Client]
) -> None:
    ref = cases_of(pdu.holder)[0]
    give(ref, pdu.free[0], notes="private words")
    other = Unit.objects.filter(load=pdu.holder.load, level="pdu", whole=True).exclude(code=pdu.code).first()
    assert other is not None
    stranger = signed_in("head", "pdu", other.code)
    theirs, none = (stranger.get(f"/case/?crn={each}") for each in (ref, "X999999"))
    assert theirs.status_code == none.status_code == 404
    assert in_sight(theirs.text).replace(ref, "") == in_sight(none.text).replace("X999999", "")
    for odd in ("", "%00", "x" * 3_000, "%F0%9F%98%80"):
        assert head.get(f"/case/?crn={odd}").status_code == 404
    assert ref in head.get(f"/case/?crn={ref}").text
    reader = signed_in("analyst", "nation", "nation")
    # who reads cases, and is party to nothing that was decided of this one, has no words of it
    give(ref, pdu.full[0], why_over="private over", why_not_eligible="private against")
    analyst = reader.get(f"/case/?crn={ref}").text
    assert "Caseload adjustment" in analyst
    assert "private" not in analyst
    assert "private over" in head.get(f"/case/?crn={ref}").text
    assert "/allocate/?crn=" not in analyst


def test_the_api_says_the_same(pdu: Pdu, head: Client) -> None:
    ref, first = cases_of(pdu.holder)[0], pdu.free[0]
    row = give(ref, first)
    told = head.get(f"/api/v1/case-history?ref={ref}").json()
    assert (told["ref"], told["changes"]) == (ref, 1)
    assert [(each["post"], each["allocation"]) for each in told["holders"]] == [
        (first.code, row.pk), (pdu.holder.code, None),
    ]  # fmt: skip
    assert told["holders"][0]["until"] is None
    assert head.get("/api/v1/case-history?ref=X999999").status_code == 404


def _seen(*moments: tuple[int, dict[str, int | None]]) -> list[CaseSeen]:
    def day(number: int | None) -> date | None:
        return None if number is None else date(2026, 1, 1) + timedelta(number)

    return [
        CaseSeen(day(at) or date.max, {post: day(since) for post, since in posts.items()})
        for at, posts in moments
    ]


@pytest.mark.parametrize(
    ("moments", "stays", "changes"),
    [
        # A since day 0, B since day 10; nobody said when C came
        ([(9, {"A": 0}), (20, {"B": 10}), (30, {"C": None})], ["A 0-10", "B 10-20", "C ?-"], 2),
        # two holders at once, night after night: no change of hands, one stay each
        ([(9, {"A": None, "B": None}), (16, {"A": None, "B": None})], ["A ?-", "B ?-"], 0),
        # the second leaves again
        ([(9, {"A": 1, "B": 5}), (16, {"A": 1})], ["A 1-", "B 5-5"], 0),
        # it comes back to A, and waits in between: both are changes of practitioner
        ([(9, {"A": 1}), (16, {"NOBODY": 12}), (20, {"B": 18}), (30, {"A": 25})],
         ["A 1-12", "NOBODY 12-18", "B 18-25", "A 25-"], 2),
        ([(9, {"NOBODY": 1}), (16, {"A": 12})], ["NOBODY 1-12", "A 12-"], 0),
    ],
)  # fmt: skip
def test_stays_and_changes_of_hands(
    moments: list[tuple[int, dict[str, int | None]]], stays: list[str], changes: int
) -> None:
    def number(day: date | None, unknown: str) -> str:
        return unknown if day is None else str((day - date(2026, 1, 1)).days)

    seen = _seen(*moments)
    found = case_history._stays(seen)
    assert [f"{each.post} {number(each.since, '?')}-{number(each.until, '')}" for each in found] == stays
    assert case_history._changes(seen, lambda post: post == "NOBODY") == changes
