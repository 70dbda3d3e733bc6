"""Waiting cases that people or a feed record: who may, what is refused, and what becomes of them."""

# ruff: noqa: F811 - fixtures come by import
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from api_fixtures import Program, person_with, program  # noqa: F401
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tabs_fixtures import in_sight, links, table_of
from test_allocate import cases_of, posts

from how_many import examples
from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.allocation.queries import waiting_count
from wmt.site.audit.models import AuditEvent, ReadEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import allocate, allocation_preview, waiting_cases, waiting_ends
from wmt.site.changes.waiting_details import WaitingDetails
from wmt.site.figures.placeholders import placeholders
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database

Now = WaitingCase.State
SignIn = Callable[..., Client]


@pytest.fixture
def nobody(nation: Any) -> Unit:
    """The placeholder of the small nation that has waiting cases."""
    code = min(placeholders(current_state()))
    return Unit.objects.get(load=nation.load, level="post", whole=True, code=code)


@pytest.fixture
def other(nobody: Unit) -> Unit:
    """A team of another PDU."""
    found = Unit.objects.filter(load_id=nobody.load_id, level="team", whole=True)
    return found.exclude(pdu_code=nobody.pdu_code).order_by("code")[0]


def details(ref: str, team: str, **more: Any) -> WaitingDetails:
    usual = {"location": "custody", "tier": "B3", "arrived_on": current_state().day - timedelta(3)}
    return WaitingDetails(ref=ref, team_code=team, **{**usual, **more})


def recorded(ref: str, team: str, **more: Any) -> WaitingCase:
    wanted = details(ref, team, **more)
    return waiting_cases.record_case(actor=None, who="Ann", wanted=wanted)[0]


@pytest.mark.both_databases
def test_waiting_cases_are_counted_once_where_one_may_allocate_them(
    nobody: Unit, other: Unit, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    state, before = current_state(), nobody.cases_all
    assert before > 0
    manager = person_with("manager", "team", nobody.team_code)
    nation, reader = person_with("administrator"), person_with("analyst")
    waiting_count(manager, state)
    with django_assert_max_num_queries(2):
        assert waiting_count(manager, state) == before
    there = waiting_count(nation, state)
    assert there >= before
    assert waiting_count(reader, state) == 0
    recorded("X999991", nobody.team_code)
    recorded("X999992", other.code)
    gone = recorded("X999993", nobody.team_code)
    waiting_cases.remove(actor=None, who="Ann", number=gone.pk, version=1, why="a slip")
    recorded(cases_of(nobody)[0], nobody.team_code)  # the data has it with nobody too
    assert waiting_count(manager, state) == before + 1
    assert waiting_count(nation, state) == there + 2
    assert waiting_count(reader, state) == 0


@pytest.mark.both_databases
def test_a_record_is_made_changed_and_removed_and_what_it_was_is_kept(nobody: Unit) -> None:
    manager = person_with("manager", "team", nobody.team_code)
    wanted = details("x999991 ", nobody.team_code, tier="", no_tier_why="no assessment", court="Jordra")
    row, is_new = waiting_cases.record_case(actor=manager, wanted=wanted)
    assert (row.ref, row.version, is_new) == ("X999991", 1, True)
    assert waiting_cases.record_case(actor=manager, wanted=wanted) == (row, False)
    other = details("X999991", nobody.team_code, tier="A1", no_tier_why="", court="Jordra")
    changed, _ = waiting_cases.record_case(actor=manager, wanted=other, number=row.pk, version=1)
    assert (changed.pk, changed.version, changed.tier) == (row.pk, 2, "A1")
    former = WaitingCase.objects.get(state=Now.REPLACED)
    assert (former.key, former.version, former.tier, former.no_tier_why) == (
        row.key, 1, "", "no assessment",
    )  # fmt: skip
    with pytest.raises(ConflictError, match="changed this record"):
        waiting_cases.record_case(actor=manager, wanted=wanted, number=row.pk, version=1)
    with pytest.raises(RefusedError, match="why it is removed"):
        waiting_cases.remove(actor=manager, number=row.pk, version=2, why=" ")
    waiting_cases.remove(actor=manager, number=row.pk, version=2, why="typed by mistake")
    with pytest.raises(ConflictError, match="does not wait"):
        waiting_cases.remove(actor=manager, number=row.pk, version=2, why="again")
    told = [event.sentence for event in AuditEvent.objects.filter(kind="waiting case").order_by("pk")]
    assert [re.findall("recorded|changed|removed", sentence) for sentence in told] == [
        ["recorded"], ["changed"], ["removed"],
    ]  # fmt: skip
    assert not any("X999991" in f"{event.sentence}{event.after}" for event in AuditEvent.objects.all())


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"ref": "999991"}, "CRN"),
        ({"ref": "XX99991"}, "CRN"),
        ({"team_code": "N0"}, "TEAM_UNKNOWN"),
        ({"team_code": ""}, "TEAM_UNKNOWN"),
        ({"location": "moon"}, "TYPE"),
        ({"tier": "Z9"}, "TIER"),
        ({"event_number": 0}, "EVENT"),
        ({"arrived_on": None}, "ARRIVED"),
        ({"arrived_on": date(2090, 1, 1)}, "NOT_COME"),
        ({"sentence_day": date(2090, 1, 1)}, "NOT_COME"),
        ({"appointment": "due"}, "APPOINTMENT_DAY"),
        ({"appointment": "not needed", "appointment_with": "Ann"}, "APPOINTMENT"),
        ({"appointment": "perhaps"}, "APPOINTMENT"),
        ({"court": "x" * 161}, "TOO_LONG"),
        ({"requirements": tuple(f"kind {number}" for number in range(31))}, "TOO_LONG"),
        ({"previous_posts": ("N01A01",)}, "POST"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(nobody: Unit, more: Any, code: str) -> None:
    wanted = {"ref": "X999991", "team_code": nobody.team_code, **more}
    with pytest.raises(RefusedError) as refused:
        recorded(wanted.pop("ref"), wanted.pop("team_code"), **wanted)
    assert [fault.code for fault in refused.value.faults] == [code]
    assert not WaitingCase.objects.exists()


def test_a_case_that_somebody_holds_or_that_is_recorded_does_not_wait_again(
    nobody: Unit, other: Unit
) -> None:
    holder = posts(stream="sentence_management", grade="PO", cases__gt=3)[0]
    ref = cases_of(holder)[0]
    manager = person_with("manager", "team", holder.team_code)
    with pytest.raises(RefusedError, match=f"{holder.name} holds it"):
        waiting_cases.record_case(actor=manager, wanted=details(ref, holder.team_code))
    first = recorded("X999991", other.code)
    with pytest.raises(RefusedError, match="recorded already, in another team"):
        waiting_cases.record_case(
            actor=person_with("manager", "team", nobody.team_code),
            wanted=details("X999991", nobody.team_code),
        )
    with pytest.raises(RefusedError, match=f"in team {other.code}"):
        recorded("X999991", nobody.team_code)
    second = recorded("X999991", nobody.team_code, event_number=2)  # another event is another case
    assert first.pk != second.pk


# ---- the feed ---------------------------------------------------------------------------------------------


def sent(ref: str, team: str, **more: Any) -> dict[str, Any]:
    usual = {"as_at": "2026-11-20T09:00:00+00:00", "team": team, "type": "custody", "tier": "B3"}
    return {"ref": ref, **usual, **more}


def results(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [each["result"] for each in answer.json()["results"]]


@pytest.mark.both_databases
def test_a_feed_sends_the_same_again_out_of_order_and_removes(
    program: Callable[..., Program], nobody: Unit
) -> None:
    feed, team = program("manager", "team", nobody.team_code), nobody.team_code
    first = [sent("X999991", team), sent("X999992", team, tier="", requirements=["Unpaid work"])]

    def put(*cases: dict[str, Any]) -> list[str]:
        return results(feed.ask("put", "waiting-cases", {"cases": list(cases)}))

    assert put(*first) == ["recorded", "recorded"]
    assert put(*first) == ["unchanged", "unchanged"]
    later = {"as_at": "2026-11-20T11:00:00+01:00"}  # 10:00 of the others' clock
    assert put(sent("X999991", team, tier="A1", **later), first[1]) == ["changed", "unchanged"]
    assert put(first[0]) == ["older"]
    assert WaitingCase.objects.get(ref="X999991", state=Now.WAITING).tier == "A1"
    gone = {"ref": "X999991", "removed": True, "as_at": "2026-11-20T10:30:00+00:00", "why": "transferred"}
    assert put({**gone, "as_at": first[0]["as_at"]}) == ["older"]
    assert put(gone) == ["removed"]
    assert put(gone) == ["not there"]
    assert put(sent("X999991", team, tier="A1", **later)) == ["older"]
    assert put({**gone, "ref": "X999993"}) == ["not there"]
    assert put(sent("X999991", team, as_at="2026-11-20T12:00:00+00:00")) == ["recorded"]
    number = WaitingCase.objects.get(ref="X999992").pk
    shown = feed.get(f"waiting-cases/{number}")
    assert (shown["requirements"], shown["source"], shown["arrived_on"]) == (
        ["Unpaid work"], "feed", "2026-11-20",
    )  # fmt: skip
    assert not [event for event in AuditEvent.objects.all() if "X99999" in f"{event.sentence}{event.after}"]


def test_what_is_wrong_with_one_refuses_all_and_names_it(
    program: Callable[..., Program], nobody: Unit, other: Unit
) -> None:
    feed, team = program("manager", "team", nobody.team_code), nobody.team_code
    good = sent("X999991", team)
    for bad, code, field in (
        (sent("999991", team), "CRN", "ref"),
        (sent("X999992", "N0"), "TEAM_UNKNOWN", "team"),
        (sent("X999992", team, type="moon"), "TYPE", "type"),
        (sent("X999992", team, previous_practitioners=["Ann"]), "POST", "previous_practitioners"),
        (sent("X999992", team, as_at="2090-01-01T00:00:00Z"), "NOT_COME", "as_at"),
        (good, "TWICE", "ref"),
    ):
        answer = feed.ask("put", "waiting-cases", {"cases": [good, bad]})
        assert answer.status_code == 422
        found = [(fault["code"], fault["field"], fault["index"]) for fault in answer.json()["faults"]]
        assert (code, field, 1) in found, found
        assert {each[2] for each in found} == {1}
    assert (
        feed.ask("put", "waiting-cases", {"cases": [{**good, "as_at": "2026-11-20T09:00:00"}]}).status_code
        == 422
    )
    assert feed.ask("put", "waiting-cases", {"cases": [good, sent("X999992", other.code)]}).status_code == 403
    assert AuditEvent.objects.filter(kind="denied", code=other.code).count() == 1
    recorded("X999993", other.code)
    answer = feed.ask("put", "waiting-cases", {"cases": [good, sent("X999993", team, as_at=_now())]})
    assert [fault["code"] for fault in answer.json()["faults"]] == ["ELSEWHERE"]
    assert not WaitingCase.objects.exclude(ref="X999993").exists()
    # one that is another team's is not removed either, and not told
    gone = {"ref": "X999993", "removed": True, "as_at": _now()}
    assert results(feed.ask("put", "waiting-cases", {"cases": [gone]})) == ["not there"]
    assert WaitingCase.objects.get(ref="X999993").state == Now.WAITING


@settings(
    max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_in_whatever_order_a_feed_comes_the_end_is_the_same(written_team: str, data: st.DataObject) -> None:
    """Messages of two cases, each of its own moment, some of them repeated and in any order and batches."""
    moments = data.draw(st.lists(st.integers(0, 500), min_size=1, max_size=6, unique=True))
    refs, tiers = st.sampled_from(("X999991", "X999992")), st.sampled_from(("", "A1", "B3", None))
    told = [(data.draw(refs), moment, data.draw(tiers)) for moment in moments]
    sent_ones = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told), max_size=4))))
    start = timezone.now() - timedelta(days=30)

    def take(messages: list[tuple[str, int, str | None]]) -> None:
        rows = [
            waiting_cases.FeedRow(
                details=details(ref, written_team, tier=tier or ""), as_at=start + timedelta(minutes=moment),
                removed=tier is None,
            )
            for ref, moment, tier in messages
        ]  # fmt: skip
        waiting_cases.take_feed(actor=None, who="a feed", rows=rows)

    with transaction.atomic():
        batch: list[tuple[str, int, str | None]] = []
        for each in sent_ones:
            if each[0] in {ref for ref, *_ in batch} or data.draw(st.booleans()):
                take(batch)
                batch = []
            batch.append(each)
        take(batch)
        last = {ref: tier for ref, _, tier in sorted(told, key=lambda message: message[1])}
        found = dict(WaitingCase.objects.filter(state=Now.WAITING).values_list("ref", "tier"))
        assert found == {ref: tier for ref, tier in last.items() if tier is not None}
        transaction.set_rollback(True)


@pytest.fixture
def written_team(nobody: Unit) -> str:
    return str(nobody.team_code)


def _now() -> str:
    return timezone.now().isoformat()


# ---- giving, and the next extract -------------------------------------------------------------------------


def give(ref: str, to: Unit) -> CaseAllocation:
    wanted = allocation_preview.AllocationRequest(
        ref=ref, to_post=to.code, reason="initial_allocation", why_over="a test", why_not_eligible="a test"
    )
    return allocate.allocate(actor=None, who="Ann", wanted=wanted)[0]


@pytest.mark.both_databases
def test_a_recorded_case_that_is_given_waits_no_more_until_that_is_undone(
    program: Callable[..., Program], nobody: Unit
) -> None:
    ref, day = cases_of(nobody)[0], current_state().day
    row = recorded(ref, nobody.team_code, arrived_on=day - timedelta(9))
    to = posts(stream="sentence_management", grade="PO", available_x100__gt=0)[0]
    made = give(ref, to)
    row.refresh_from_db()
    made.refresh_from_db()
    assert (row.state, row.allocation, made.days_waited) == (Now.GIVEN, made, 9)
    feed = program("administrator")
    again = sent(ref, nobody.team_code, as_at=_now())
    assert results(feed.ask("put", "waiting-cases", {"cases": [again]})) == ["allocated"]
    allocate.undo(actor=None, who="Ann", allocation=made)
    row.refresh_from_db()
    assert (row.state, row.allocation, row.closed_at) == (Now.WAITING, None, None)
    again = sent(ref, nobody.team_code, as_at=_now(), arrived_on=f"{day - timedelta(9)}")
    assert results(feed.ask("put", "waiting-cases", {"cases": [again]})) == ["unchanged"]


def test_one_that_the_data_does_not_have_is_not_given_and_that_is_said(nobody: Unit, other: Unit) -> None:
    recorded("X999991", nobody.team_code)
    to = posts(stream="sentence_management", grade="PO", team_code=nobody.team_code)[0]
    with pytest.raises(RefusedError, match="nDelius data does not have it yet"):
        give("X999991", to)
    wanted = allocation_preview.AllocationRequest(ref="X999991", to_post=other.code)
    stranger = person_with("manager", "team", other.code)
    with pytest.raises(RefusedError, match="There is no case X999991 that you may allocate"):
        allocation_preview.case_of(actor=stranger, typed=wanted.ref, state=current_state())


def test_the_next_extract_ends_the_waiting_of_what_somebody_holds(nobody: Unit) -> None:
    state = current_state()
    holder = posts(stream="sentence_management", grade="PO", cases__gt=3)[0]
    kept, came = recorded("X999991", nobody.team_code), recorded("X999992", nobody.team_code)
    seen = recorded(cases_of(nobody)[0], nobody.team_code)
    # as if the extract had come with it: the line it has is that of somebody
    WaitingCase.objects.filter(pk=came.pk).update(ref=cases_of(holder)[0])
    waiting_ends.settle_waiting(state, state.as_at, "a load")
    found = {row.pk: row for row in WaitingCase.objects.all()}
    assert (found[kept.pk].state, found[seen.pk].state) == (Now.WAITING, Now.WAITING)
    ended = found[came.pk]
    assert (ended.state, ended.held_by, ended.settled_as_at) == (Now.HELD, holder.code, state.as_at)
    # that extract is withdrawn, and an earlier one shown: what it alone had settled is open again
    WaitingCase.objects.filter(pk=came.pk).update(ref="X999992")
    waiting_ends.settle_waiting(state, state.as_at - timedelta(1), "a load")
    ended.refresh_from_db()
    assert (ended.state, ended.held_by) == (Now.WAITING, "")


def test_a_team_that_goes_on_under_another_code_takes_its_cases_along(
    nobody: Unit, other: Unit, signed_in: SignIn
) -> None:
    state = current_state()
    rows = [recorded("X999991", nobody.team_code), recorded("X999992", nobody.team_code)]
    for row, gone in zip(rows, ("GONE1", "GONE2"), strict=True):
        WaitingCase.objects.filter(pk=row.pk).update(team_code=gone)
    after = {"GONE1:A": f"{other.code}:A", "GONE1:B": f"{other.code}:B", "GONE2:A": f"{other.code}:A",
             "GONE2:B": f"{nobody.team_code}:B"}  # fmt: skip
    waiting_ends.follow_teams(state, after)
    assert dict(WaitingCase.objects.values_list("ref", "team_code")) == {
        "X999991": other.code, "X999992": "GONE2",
    }  # fmt: skip
    # those of whom nobody can say where they went are told, to whoever reads all cases
    page = signed_in("administrator").get(unit_url("nation", "nation", "waiting")).text
    assert [row["CRN"] for row in table_of(page, "gone")] == ["X999992"]
    assert "X999992" not in signed_in("head", "pdu", nobody.pdu_code).get("/nation/waiting/").text


# ---- pages ------------------------------------------------------------------------------------------------


def typed(team: str, **more: str) -> dict[str, str]:
    return {
        "ref": "X999991", "event_number": "1", "team_code": team, "location": "licence", "tier": "C2",
        "arrived_on": "1 November 2026", "appointment": "due", "appointment_day": "3/12/2026",
        "appointment_with": "Bo Duty", "requirements": "Unpaid work\nCurfew", **more,
    }  # fmt: skip


def test_a_case_is_recorded_listed_changed_and_removed_on_pages(nobody: Unit, signed_in: SignIn) -> None:
    head = signed_in("head", "pdu", nobody.pdu_code)
    listed = unit_url("team", nobody.team_code, "waiting")
    (new,) = [href for href in links(head.get(listed).text) if href.startswith("/waiting/new/?team")]
    assert f'value="{nobody.team_code}" selected' in head.get(new).text
    answer = head.post(new, typed(nobody.team_code, ref="12", appointment_day="soon", court="Jordra Court"))
    assert answer.status_code == 422
    assert {"#appointment_day"} <= set(links(answer.text))
    answer = head.post(new, typed(nobody.team_code, ref="12", court="Jordra Court"))
    assert answer.status_code == 422
    assert "#ref" in links(answer.text)
    assert 'value="Jordra Court"' in answer.text
    answer = head.post(new, typed(nobody.team_code))
    row = WaitingCase.objects.get()
    assert answer["Location"] == reverse("waiting-case", args=[row.pk])
    page = in_sight(head.get(answer["Location"]).text)
    for words in ("X999991, event 1", "due 3 December 2026, with Bo Duty", "Unpaid work; Curfew"):
        assert words in page
    assert "nDelius data does not have this case yet" in page
    row_shown = next(each for each in table_of(head.get(listed).text, "waiting") if each["CRN"] == "X999991")
    assert (row_shown["Case"], row_shown["Known from"], row_shown["Days"]) == (
        "Licence C2",
        "recorded here",
        "19",
    )
    assert "not in nDelius data yet" in row_shown["Notes"]
    change = reverse("waiting-change", args=[row.pk])
    form = head.get(change).text
    assert "Unpaid work\nCurfew" in form
    assert (
        head.post(change, typed(nobody.team_code, tier="", no_tier_why="new", version="1")).status_code == 302
    )
    answer = head.post(change, typed(nobody.team_code, ref="12", version="1"))
    assert (answer.status_code, 'name="version" value="1"' in answer.text) == (422, True)
    answer = head.post(change, typed(nobody.team_code, tier="A1", court="Kept", version="1"))
    assert answer.status_code == 409
    assert 'value="Kept"' in answer.text
    assert 'name="version" value="2"' in answer.text  # who has read that may save over it
    assert re.search(
        "by A head: Tier was C2", in_sight(head.get(reverse("waiting-case", args=[row.pk])).text)
    )
    shown = table_of(head.get(listed).text, "waiting")
    assert "no tier yet: new" in next(each for each in shown if each["CRN"] == "X999991")["Notes"]
    remove = reverse("waiting-remove", args=[row.pk])
    assert "#why" in links(head.post(remove, {"why": "", "version": "2"}).text)
    page = head.post(remove, {"why": "gone elsewhere", "version": "2"}, follow=True).text
    (ended,) = table_of(page, "ended")
    assert (ended["CRN"], ended["What happened"]) == ("X999991", "removed: gone elsewhere")
    assert "X999991" not in {each["CRN"] for each in table_of(page, "waiting")}


def test_details_stand_beside_the_figures_of_a_case_that_the_data_has(
    nobody: Unit, signed_in: SignIn
) -> None:
    ref = cases_of(nobody)[0]
    head = signed_in("head", "pdu", nobody.pdu_code)
    listed = unit_url("pdu", nobody.pdu_code, "waiting")
    before = table_of(head.get(listed).text, "waiting")
    add = next(
        href for href in links(head.get(listed).text) if f"crn={ref}" in href and "/waiting/new" in href
    )
    assert f'value="{ref}"' in head.get(add).text
    recorded(ref, nobody.team_code, arrived_on=date(2020, 1, 1), tier="A1", appointment="not needed")
    after = table_of(head.get(listed).text, "waiting")
    assert len(after) == len(before)
    (was,), (now,) = ([row for row in rows if row["CRN"] == ref] for rows in (before, after))
    assert after[0]["CRN"] == ref  # it waits the longest by the day it came
    assert (now["Points"], now["Case"]) == (was["Points"], was["Case"])
    assert (now["With nobody since"], now["First appointment"]) == ("1 Jan 2020", "not needed")
    assert now["Known from"] == "nDelius data, recorded here"
    row = WaitingCase.objects.get()
    assert f"candidates/?crn={ref}" in head.get(reverse("waiting-case", args=[row.pk])).text


def test_the_list_is_narrowed_by_type_tier_age_and_source(nobody: Unit, signed_in: SignIn) -> None:
    team, day = nobody.team_code, current_state().day
    recorded("X999991", team, tier="", arrived_on=day - timedelta(20))
    recorded("X999992", team, location="licence", arrived_on=day)
    page = signed_in("head", "pdu", nobody.pdu_code).get

    def crns(**chosen: str) -> set[str]:
        found = page(unit_url("team", team, "waiting", **chosen)).text
        return {row["CRN"] for row in table_of(found, "waiting")}

    everything = crns()
    assert {"X999991", "X999992"} < everything
    assert crns(source="typed") == {"X999991", "X999992"}
    assert crns(source="typed", age="14") == crns(source="typed", tier="0") == {"X999991"}
    assert crns(source="typed", type="licence") == {"X999992"}
    assert crns(source="data") == everything - {"X999991", "X999992"}
    assert crns(age="many", tier="Z9") == everything


def test_who_may_not_read_the_cases_of_the_team_reads_nothing_of_them(
    nobody: Unit, other: Unit, signed_in: SignIn
) -> None:
    row = recorded("X999991", nobody.team_code, court="PRIVATECOURT", no_tier_why="PRIVATEWHY", tier="")
    gone = recorded("X999992", nobody.team_code)
    waiting_cases.remove(actor=None, who="PRIVATEWHO", number=gone.pk, version=1, why="PRIVATEREASON")
    stranger = signed_in("manager", "team", other.code)
    assert "No results" in stranger.get("/search/", {"q": "X999991"}).text
    for address in (
        unit_url("pdu", nobody.pdu_code, "waiting", age="7"), unit_url("pdu", nobody.pdu_code, "waiting"),
        unit_url("team", nobody.team_code, "waiting"), unit_url("nation", "nation", "waiting"),
    ):  # fmt: skip
        page = stranger.get(address).text
        assert not re.search("X99999|PRIVATE", page), address
    assert stranger.get(reverse("waiting-case", args=[row.pk])).status_code == 404
    assert stranger.get(reverse("waiting-change", args=[row.pk])).status_code == 404
    assert stranger.post("/waiting/new/", typed(nobody.team_code, ref="X999993")).status_code == 403
    assert AuditEvent.objects.filter(kind="denied", code=nobody.team_code).count() == 1
    reader = signed_in("analyst")
    found = reader.get("/search/", {"q": "x9999"}).text
    assert [row["CRN"] for row in table_of(found, "waiting")] == ["X999991"]
    assert "PRIVATECOURT" in reader.get(reverse("waiting-case", args=[row.pk])).text
    assert reader.get(reverse("waiting-change", args=[row.pk])).status_code == 403
    assert ReadEvent.objects.filter(level="team", code=nobody.team_code).exists()


def test_larger_units_count_and_say_how_long_decisions_take(nobody: Unit, signed_in: SignIn) -> None:
    day = current_state().day
    analyst = signed_in()
    levels = (("nation", "nation", nobody.region_code), ("region", nobody.region_code, nobody.pdu_code),
              ("pdu", nobody.pdu_code, nobody.team_code))  # fmt: skip
    names = {
        unit.code: unit.name for unit in Unit.objects.filter(load_id=nobody.load_id, whole=True)
        .exclude(level="post")
    }  # fmt: skip

    def counts(level: str, code: str, below: str) -> dict[str, str]:
        rows = table_of(analyst.get(unit_url(level, code, "waiting")).text, "counts")
        return next(row for row in rows if names[below] in row.values())

    before = [counts(*each) for each in levels]
    recorded("X999991", nobody.team_code, tier="")
    for number, days in enumerate((2, 10, 30)):
        ref = cases_of(nobody)[0]
        recorded(ref, nobody.team_code, arrived_on=day - timedelta(days))
        give(ref, posts(stream="sentence_management", grade="PO", available_x100__gt=0)[number])
    for was, each in zip(before, levels, strict=True):
        now = counts(*each)
        assert int(now["Waiting cases"]) == int(was["Waiting cases"]) + 1 - 3
        assert int(now["Not in nDelius data yet"]) == 1
        assert now["Days to decide"] == "10"
