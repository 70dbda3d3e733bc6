"""Priority levels of PDUs: who sets them, where they are shown, how they end, and who is not touched."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from api_fixtures import Program, program  # noqa: F401
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tabs_fixtures import in_sight, table_of

from wmt.site.accounts.access import Denied
from wmt.site.api import priority_levels
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import priority
from wmt.site.duties.models import Duty
from wmt.site.links import unit_url
from wmt.site.priorities import levels
from wmt.site.priorities.models import PriorityLevel
from wmt.site.retention import removal
from wmt.site.web.priorities.labels import VALIDITY
from wmt.site.workload.as_of_day import AsOf
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]
AMBER = {"level": "amber", "first_day": "20 November 2026", "last_day": "3 March 2027"}


def pdus(nation: Any) -> tuple[Unit, Unit]:
    """Two PDUs of the small nation with posts."""
    found = Unit.objects.filter(load=nation.load, level="pdu", whole=True, posts__gt=0).order_by("code")
    one, other = list(found)[:2]
    return one, other


def set_to(pdu: str, level: str = "amber", **more: Any) -> PriorityLevel:
    usual = {"first_day": current_state().day, "why": "A third of the posts are empty"}
    wanted = priority.PriorityRequest(pdu=pdu, level=level, **{**usual, **more})
    return priority.set_level(actor=None, who="Ann", wanted=wanted)[0]


def codes(error: Any) -> list[str]:
    return [fault.code for fault in error.value.faults]


def test_a_head_sets_a_level_and_ends_it_on_its_page(nation: Any, signed_in: SignIn) -> None:
    pdu, other = pdus(nation)
    head, tab, page = (
        signed_in("head", "pdu", pdu.code),
        unit_url("pdu", pdu.code, "priority"),
        reverse("priority-level", args=[pdu.code]),
    )
    assert "is at green" in in_sight(head.get(tab).text).replace("  ", " ")
    assert page in head.get(tab).text
    assert page not in signed_in("manager", "pdu", pdu.code).get(tab).text
    answer = head.post(page, AMBER)
    assert (answer.status_code, "Enter why" in answer.text) == (422, True)
    sent = AMBER | {"why": "A third of the posts are empty.", "key": "k"}
    assert head.post(page, sent)["Location"] == tab
    assert head.post(page, sent)["Location"] == tab  # sent twice
    (row,) = PriorityLevel.objects.all()
    (shown,) = table_of(head.get(tab).text, "priority")
    assert (shown["Level"], shown["From"], shown["Until"], shown["Set by"], shown["State"]) == (
        "Amber", "20 Nov 2026", "3 Mar 2027", "A head", "in force",
    )  # fmt: skip
    answer = head.post(page, AMBER | {"level": "red", "why": "x", "last_day": ""})
    assert answer.status_code == 409
    said = (
        "A head has set amber from 20 November 2026 until 3 March 2027. End that first, or choose other days"
    )
    assert said in in_sight(answer.text)
    end = reverse("priority-level-end", args=[row.pk])
    assert head.post(end, {"last_day": "1 December 2026"})["Location"] == tab
    last = PriorityLevel.objects.get(ended_at__isnull=True)
    assert (f"{last.last_day}", last.first_day, last.why) == ("2026-12-01", row.first_day, row.why)
    assert head.post(end, {"last_day": ""})["Location"] == page  # that record was ended
    assert head.post(reverse("priority-level-end", args=[last.pk]))["Location"] == tab
    assert levels.not_green(current_state()) == {}
    states = [shown["State"].split(",")[0] for shown in table_of(head.get(tab).text, "priority")]
    assert states == ["ended", "given another last day"]
    assert head.get(reverse("priority-level", args=[other.code])).status_code == 403
    told = AuditEvent.objects.filter(kind="priority").order_by("pk")
    assert [event.code for event in told] == [pdu.code] * 3
    assert told[0].sentence == f"A head set PDU {pdu.code} to amber from 20 November 2026 until 3 March 2027."


def test_what_was_entered_by_mistake_is_undone_on_its_day(nation: Any, signed_in: SignIn) -> None:
    pdu, _ = pdus(nation)
    head, row = signed_in("head", "pdu", pdu.code), set_to(pdu.code)
    assert "Undo amber" in in_sight(head.get(reverse("priority-level", args=[pdu.code])).text)
    undo = reverse("priority-level-undo", args=[row.pk])
    PriorityLevel.objects.update(recorded_at=timezone.now() - timedelta(2))
    assert head.post(undo)["Location"] == reverse("priority-level", args=[pdu.code])
    assert PriorityLevel.objects.get().ended_at is None
    PriorityLevel.objects.update(recorded_at=timezone.now())
    assert head.post(undo)["Location"] == unit_url("pdu", pdu.code, "priority")
    assert PriorityLevel.objects.get().end == "undone"
    with pytest.raises(ConflictError, match="has ended this level already"):
        priority.undo_level(actor=None, who="Ann", number=row.pk)
    set_to(pdu.code, "red")  # the days are free again


@pytest.mark.parametrize("level", ["amber", "red"])
def test_every_page_of_the_unit_says_it_and_no_other(nation: Any, signed_in: SignIn, level: str) -> None:
    pdu, other = pdus(nation)
    client, day = signed_in("administrator"), current_state().day
    post = Unit.objects.filter(load=nation.load, level="post", pdu_code=pdu.code, available_x100__gt=0)[0]
    elsewhere = Unit.objects.filter(load=nation.load, level="post", pdu_code=other.code)[0]
    before = {each: (each.points_x100, each.available_x100) for each in (pdu, post, other)}
    duties = Duty.objects.count()
    set_to(pdu.code, level, last_day=day + timedelta(30))
    team, code = post.team_code, post.code
    for address in (
        unit_url("pdu", pdu.code), unit_url("team", team), unit_url("post", code),
        *(unit_url("post", code, tab) for tab in ("why", "caseload", "over-time", "hours", "priority")),
        unit_url("post", code, "sheet"),
        unit_url("pdu", pdu.code, "pack"), unit_url("team", team, "full"),
        reverse("protect", args=[code]), reverse("hours-new", args=[code]),
    ):  # fmt: skip
        page = in_sight(client.get(address).text)
        assert VALIDITY in page, address
        assert f"is at {level} from 20 November 2026 until 20 December 2026, set by Ann" in page
        assert "Why: A third of the posts are empty." in page
    for unit in (other, elsewhere):
        assert VALIDITY not in client.get(unit_url(unit.level, unit.code)).text
    said = "1 PDU here is at amber or red."
    assert said in in_sight(client.get(unit_url("nation", "nation")).text)
    assert said in in_sight(client.get(unit_url("region", pdu.region_code)).text)
    (shown,) = table_of(client.get(unit_url("nation", "nation", "priority")).text, "priority")
    assert (shown["PDU"], shown["Level"]) == (pdu.name, level.capitalize())
    for unit, figures in before.items():
        unit.refresh_from_db()
        assert (unit.points_x100, unit.available_x100) == figures
    assert Duty.objects.count() == duties


def test_a_page_of_a_past_day_shows_the_level_of_that_day(nation: Any) -> None:
    pdu, state = pdus(nation)[0], current_state()
    then = replace(state, as_of=AsOf(state.day))
    row = set_to(pdu.code)
    assert levels.not_green(state) == {pdu.code: row}
    assert levels.not_green(then) == {}  # nobody had set it when the day ended
    PriorityLevel.objects.update(recorded_at=then.as_at)
    assert levels.not_green(then) == {pdu.code: row}
    priority.end_level(actor=None, who="Ann", number=row.pk)
    assert levels.not_green(state) == {}
    assert levels.not_green(then) == {pdu.code: row}  # it was ended later
    row.refresh_from_db()
    assert [priority_levels._shown(row, each)["ended"] for each in (state, then)] == ["by hand", ""]
    assert levels.not_green(replace(then, day=state.day - timedelta(1))) == {}


def test_what_makes_no_sense_is_refused_in_words(nation: Any) -> None:
    pdu, day = pdus(nation)[0], current_state().day
    post = nation.unit("post")
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"level": "purple"}, "LEVEL", "'purple' is no level. Choose green, amber or red"),
        ({"level": ""}, "LEVEL", "Choose a level"),
        ({"first_day": day - timedelta(1)}, "FIRST_DAY", "past figures stay as they are"),
        ({"last_day": day - timedelta(1)}, "LAST_DAY", "Enter a later last day"),
        ({"why": " \u200b "}, "WHY", "Enter why"),
        ({"why": "x" * 501}, "WHY", "at most 500 characters"),
        ({"pdu": pdu.region_code}, "NO_PDU", "is a region. A level is set for a PDU"),
        ({"pdu": post.team_code}, "NO_PDU", "is a team"),
        ({"pdu": "nation"}, "NO_PDU", "is a nation"),
        ({"pdu": "N0"}, "NO_PDU", "There is no PDU with the code N0"),
    ]
    for given, code, words in cases:
        with pytest.raises(RefusedError, match=words) as error:
            set_to(**{"pdu": pdu.code, **given})
        assert codes(error) == [code]
    assert not PriorityLevel.objects.exists()
    set_to(pdu.code, first_day=day + timedelta(5), last_day=day + timedelta(9))
    for first, last in ((0, None), (0, 5), (9, 12), (6, 7)):
        until = None if last is None else day + timedelta(last)
        with pytest.raises(ConflictError, match="Ann has set amber") as error:
            set_to(pdu.code, "red", first_day=day + timedelta(first), last_day=until)
        assert codes(error) == ["PRIORITY_SET"]
    set_to(pdu.code, "red", last_day=day + timedelta(4))
    set_to(pdu.code, "green", first_day=day + timedelta(10))
    assert levels.not_green(current_state())[pdu.code].level == "red"


def test_an_end_that_makes_no_sense_is_refused(nation: Any) -> None:
    pdu, day = pdus(nation)[0], current_state().day
    row = set_to(pdu.code, first_day=day + timedelta(2), last_day=day + timedelta(9))
    for last, words in ((1, "before the first day"), (10, "Enter an earlier day")):
        with pytest.raises(RefusedError, match=words):
            priority.end_level(actor=None, who="Ann", number=row.pk, last_day=day + timedelta(last))
    same = priority.end_level(actor=None, who="Ann", number=row.pk, last_day=row.last_day)
    assert (same.pk, same.ended_at) == (row.pk, None)
    PriorityLevel.objects.update(first_day=day - timedelta(9), last_day=day - timedelta(1))
    with pytest.raises(ConflictError, match="This level ended on"):
        priority.end_level(actor=None, who="Ann", number=row.pk)


def test_a_manager_of_the_pdu_and_a_head_of_another_may_not(nation: Any, program: Any) -> None:
    pdu, other = pdus(nation)
    wanted = priority.PriorityRequest(pdu=pdu.code, level="red", first_day=current_state().day, why="x")
    row = set_to(other.code)
    for role, code in (("manager", pdu.code), ("head", other.code)):
        user = program(role, "pdu", code).user
        with pytest.raises(Denied, match="set the priority level of a PDU"):
            priority.set_level(actor=user, wanted=wanted)
    head = program("head", "pdu", pdu.code).user
    for do in (priority.end_level, priority.undo_level):
        with pytest.raises(Denied):
            do(actor=head, number=row.pk)
    assert priority.set_level(actor=head, wanted=wanted)[1]


def test_a_pdu_that_is_renamed_keeps_its_level(nation: Any) -> None:
    pdu, other = pdus(nation)
    set_to(pdu.code)
    PriorityLevel.objects.update(pdu="OLD")
    levels.follow({}, {pdu.code, other.code})  # nobody knows where it went
    assert PriorityLevel.objects.get().pdu == "OLD"
    levels.follow({"OLD": pdu.code}, {pdu.code, other.code})
    row = PriorityLevel.objects.get()
    assert (row.pdu, row.former) == (pdu.code, ["OLD"])
    found = levels.not_green(current_state())
    assert found == {pdu.code: row, "OLD": row}  # pages of days before the change have the former code
    levels.follow({}, {"OLD"})  # the extract that renamed it was withdrawn
    row.refresh_from_db()
    assert (row.pdu, row.former) == ("OLD", [])


def test_programs_set_end_and_undo(nation: Any, program: Any) -> None:
    pdu, _ = pdus(nation)
    head, reader = program("head", "pdu", pdu.code), program("")
    at = f"pdus/{pdu.code}/priority-levels"
    body = {"level": "amber", "first_day": "2026-11-20", "why": "Flood", "key": "one"}
    assert reader.get(at) == {"level": "green", "items": []}
    made = head.ask("post", at, body).json()
    assert head.ask("post", at, body).json()["number"] == made["number"]
    answer = head.ask("post", at, body | {"why": "Fire"})
    assert (answer.status_code, answer.json()["faults"][0]["code"]) == (422, "KEY_TAKEN")
    answer = head.ask("post", at, body | {"key": "two"})
    assert (answer.status_code, answer.json()["faults"][0]["code"]) == (409, "PRIORITY_SET")
    assert head.ask("post", at, body | {"level": "amber", "first_day": "20/11/2026"}).status_code == 422
    for level, code, found in (
        ("pdu", pdu.code, "amber"), ("region", pdu.region_code, ""), ("nation", "nation", ""),
    ):  # fmt: skip
        assert reader.get(f"units/{level}/{code}")["figures"]["priority_level"] == found
    listed = reader.all("units/post", under_level="pdu", under_code=pdu.code)
    assert {each["priority_level"] for each in listed} == {"amber"}
    shown = reader.get(at)
    assert (shown["level"], shown["items"][0]["why"], shown["items"][0]["by"]) == (
        "amber", "Flood", "a member of staff",
    )  # fmt: skip
    ended = f"priority-levels/{made['number']}/end"
    last = head.ask("post", ended, {"last_day": "2026-11-30"}).json()
    assert (last["last_day"], last["number"] == made["number"]) == ("2026-11-30", False)
    assert head.ask("post", ended, {}).json()["faults"][0]["code"] == "ENDED"
    assert head.ask("post", f"priority-levels/{last['number']}/undo").json()["ended"] == "undone"
    assert head.ask("post", "priority-levels/2000000000/undo").status_code == 404


def test_why_a_level_was_set_goes_in_time_and_the_level_stays(nation: Any) -> None:
    one, other = pdus(nation)
    over, standing = set_to(one.code, "amber"), set_to(other.code, "red")
    priority.undo_level(actor=None, number=over.pk, who="Ann")
    later = timezone.now() + timedelta(days=800)
    assert removal.apply(now=later)["explanations of priority levels"] == 1
    over.refresh_from_db()
    standing.refresh_from_db()
    assert (over.level, over.why, bool(standing.why)) == ("amber", "", True)
    told = AuditEvent.objects.filter(kind="priority")
    assert told
    assert all(event.after is None and "amber" not in event.sentence for event in told)
