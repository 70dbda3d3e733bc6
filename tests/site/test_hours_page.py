"""The page of a post's hours and its history: what everybody sees, and what only those who may."""

# ruff: noqa: F401, F811 - fixtures come by import
import csv
import io
import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.test import Client
from hours_fixtures import TODAY, Room, day, room, somebody, words
from tabs_fixtures import table_of

from wmt.ledger import shown_capacity
from wmt.ledger.arithmetic import grouped
from wmt.site.availability.change_requests import Change
from wmt.site.availability.records import PostRecords
from wmt.site.changes import actions, impact
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database

MICRO = 1_000_000
SECRET = "only between us"


def save(room: Room, *changes: dict[str, Any], why: str = "") -> None:
    """Something that the manager enters."""
    post = room.post.team_code, room.post.staff_code
    made = [Change(**{"kind": "reduction", "post": post, **each}) for each in changes]
    actions.save(actor=room.manager, changes=made, why=why)


def cut(first: date, last: date | None = None, **more: Any) -> dict[str, Any]:
    plain = {"reason": "22", "hours_micro": 5 * MICRO, "first_day": first, "last_day": last, "notes": SECRET}
    return {**plain, **more}


@pytest.fixture
def filled(room: Room) -> Room:
    """A post with something of every kind."""
    save(room, {"kind": "hours", "hours_micro": 30 * MICRO, "first_day": date(2026, 4, 1)}, why="Part time")
    save(room, {"kind": "hours", "hours_micro": 37 * MICRO, "first_day": date(2027, 4, 1)}, why="Full again")
    save(room, cut(date(2026, 1, 1), date(2026, 2, 1)), cut(TODAY), cut(date(2027, 1, 1), date(2027, 2, 1)))
    save(room, cut(date(2027, 6, 1), reason="11", notes="gone"))
    gone = next(each for each in room.plan.reductions if each.reason == "11")
    save(room, {"key": gone.key, "withdraw": True}, why="Never was")
    return room


def page_of(client: Client, room: Room, query: str = "") -> str:
    return str(client.get(room.href + query).content.decode())


def file_of(client: Client, room: Room) -> str:
    """The active reductions as a file."""
    return b"".join(client.get(f"{room.href}active.csv")).decode("utf-8-sig")


@pytest.mark.both_databases
def test_where_the_hours_come_from_is_said(room: Room) -> None:
    Unit.objects.filter(pk=room.post.pk).update(supplied_micro=None)
    assert "37 hours a week: assumed, because that is usual for grade PO." in words(
        room.client.get(room.href)
    )
    Unit.objects.filter(pk=room.post.pk).update(supplied_micro=30 * MICRO)
    assert "30 hours a week, as the extract gives them." in words(room.client.get(room.href))
    save(room, {"kind": "hours", "hours_micro": 20 * MICRO, "first_day": TODAY}, why="So")
    told = words(room.client.get(room.href))
    assert re.search(r"20 hours a week, entered by Ann Manager on .*, from 20 November 2026\.", told)


def test_records_stand_in_the_table_of_their_status(filled: Room) -> None:
    page = page_of(filled.client, filled)
    found = {name: table_of(page, name) for name in ("active", "scheduled", "ended")}
    assert {name: [row["First day"] for row in rows] for name, rows in found.items()} == {
        "active": ["20 Nov 2026"],
        "scheduled": ["1 Jan 2027"],
        "ended": ["1 Jan 2026"],
    }
    [active] = found["active"]
    assert active["Reason"] == "Court Duty"
    assert (active["As entered"], active["Hours off"], active["Last day"]) == ("5 hours", "5", "until ended")
    assert (active["Status"], active["Entered by"]) == ("active", "Ann Manager")
    [key] = [cut.key for cut in filled.plan.reductions if cut.first_day == TODAY]
    form = f"/challenges/new/{filled.post.code}/"
    asked = {"fact": "reduction", "ref": key, "words": "It is 3 hours.", "key": "k"}
    assert active["Is it wrong?"] == "Say that it is wrong"
    assert unescape(page).count(f"{form}?fact=reduction&ref=") == page.count(f"ref={key}") == 1
    assert filled.client.post(form, asked).status_code == 302
    again = page_of(filled.client, filled)
    assert "Said to be wrong" in table_of(again, "active")[0]["Is it wrong?"]
    assert f"ref={key}" not in again
    entered = table_of(page, "hours")
    assert [(row["From"], row["Hours a week"], row["Status"]) for row in entered] == [
        ("1 Apr 2027", "37", "scheduled"),
        ("1 Apr 2026", "30", "active"),
    ]


def test_what_is_withdrawn_is_shown_when_asked_for(filled: Room) -> None:
    page = page_of(filled.client, filled)
    assert 'id="table-withdrawn"' not in page
    assert "Show 1 deleted reduction" in page
    [row] = table_of(page_of(filled.client, filled, "?withdrawn=1"), "withdrawn")
    assert (row["Reason"], row["Status"]) == ("Other", "deleted")


def test_what_is_coming_is_what_the_ledger_makes_of_it(filled: Room) -> None:
    rows = table_of(page_of(filled.client, filled), "coming")
    state = current_state()
    post = filled.again(filled.post)
    days = [state.day, date(2027, 1, 1), date(2027, 2, 2), date(2027, 4, 1)]
    assert [row["From"] for row in rows] == ["20 Nov 2026today", "1 Jan 2027", "2 Feb 2027", "1 Apr 2027"]
    key = post.team_code, post.staff_code
    for on, row in zip(days, rows, strict=True):
        [figures] = [
            each.after
            for each in impact.effects_of(state, {key: PostRecords()}, {key: filled.plan}, [on])
            if each.level == "post"
        ]
        shown = shown_capacity(figures.points_x100, figures.available_x100)
        assert row["Capacity"].startswith(shown), on
    assert [row["Contracted hours"] for row in rows] == ["30", "30", "30", "37"]
    assert [row["Hours off"] for row in rows] == ["5", "10", "5", "5"]
    assert rows[-1]["What changes"] == "37 hours a week"


def test_a_practitioner_reads_who_changed_their_hours_and_why(
    filled: Room, somebody: Callable[..., Client]
) -> None:
    own = somebody("Pat", "practitioner", "team", filled.team.code, staff_code=filled.post.staff_code)
    page = page_of(own, filled)
    assert "History: who changed what, when and why" in page
    for word in ("Add a reduction", "Enter contracted hours", "/change/", "reductions/new"):
        assert word not in page
    told = words(own.get(f"{filled.href}history/"))
    for sentence in (
        "Ann Manager entered contracted hours",
        "Entered 30 hours a week from 1 April 2026 Why Part time",
        "Before 30 hours a week from 1 April 2026 Now 37 hours a week from 1 April 2027 Why Full again",
        "Ann Manager deleted a reduction",
        "Now nothing: it no longer counts",
        "Why Never was",
        f"Notes {SECRET}",
    ):
        assert sentence in told, sentence
    key = filled.plan.reductions[0].key
    assert SECRET in words(own.get(f"/post/{filled.post.code}/reductions/{key}/"))
    assert own.get(f"{filled.href}new/").status_code == 403


@pytest.mark.parametrize("role", ["practitioner", "analyst", ""])
def test_others_see_hours_and_days_but_no_reasons_and_no_notes(
    filled: Room, somebody: Callable[..., Client], role: str
) -> None:
    place = {"practitioner": ("team", filled.team.code), "analyst": ("nation", "nation")}.get(role, ("", ""))
    other = somebody("Other", role, *place, staff_code="SOMEBODY")
    page = page_of(other, filled, "?withdrawn=1")
    [row] = table_of(page, "active")
    assert (row["Reason"], row["Hours off"]) == ("Reduced hours", "5")
    assert "Entered by" not in row
    for word in (
        SECRET,
        "Court Duty",
        "Ann Manager",
        "/history/",
        "reductions/",
        "table-withdrawn",
        "Part time",
    ):
        assert word not in page, word
    key = filled.plan.reductions[0].key
    assert other.get(f"{filled.href}history/").status_code == 403
    assert other.get(f"/post/{filled.post.code}/reductions/{key}/").status_code == 403
    text = file_of(other, filled) if role else ""
    assert SECRET not in text
    assert "Court Duty" not in text
    assert "Ann Manager" not in text


def test_who_may_read_notes_takes_them_away_as_a_file(filled: Room) -> None:
    [row] = csv.DictReader(io.StringIO(file_of(filled.client, filled)))
    assert SECRET in row.values()
    assert "Court Duty" in row.values()


def test_support_reads_the_history_and_changes_nothing(filled: Room, somebody: Callable[..., Client]) -> None:
    support = somebody("Support", "support", "nation", "nation")
    assert "Part time" in words(support.get(f"{filled.href}history/"))
    assert support.get(f"{filled.href}new/").status_code == 403
    assert "Add a reduction" not in page_of(support, filled)


def test_one_record_has_its_own_page_with_every_version(filled: Room) -> None:
    key = next(each.key for each in filled.plan.reductions if each.first_day == TODAY)
    save(filled, cut(TODAY, hours_micro=6 * MICRO, key=key, notes="now this"), why="Longer")
    answer = filled.client.get(f"/post/{filled.post.code}/reductions/{key}/")
    told = words(answer)
    assert "Court Duty: 6 hours from 20 November 2026 until ended" in told
    assert (
        "Before Court Duty: 5 hours from 20 November 2026 until ended "
        "Now Court Duty: 6 hours from 20 November 2026 until ended "
        f"Notes before {SECRET} Notes now this Why Longer"
    ) in told
    page = answer.content.decode()
    assert f"/reductions/{key}/change/" in page
    assert f"/reductions/{key}/withdraw/" in page


def test_a_page_without_anything_entered_says_so(room: Room) -> None:
    told = words(room.client.get(room.href))
    for sentence in (
        "No reductions apply today.",
        "No reductions start on a later date.",
        "No contracted hours have been entered.",
    ):
        assert sentence in told
    assert "Nothing has been entered yet." in words(room.client.get(f"{room.href}history/"))


def test_hours_off_above_the_contract_say_where_they_are_cut(room: Room) -> None:
    for reason, percent in (("24", 60_00), ("11", 60_00)):
        save(room, {"kind": "reduction", "reason": reason, "percent_x100": percent, "first_day": TODAY})
    [row] = table_of(page_of(room.client, room), "coming")
    # two of 60% of 37 hours: rules manual, 05-reductions
    assert (row["Hours off"], row["Capacity"]) == ("44.4cut at 37 hours", "no available hours")
    add_up(room)


def add_up(room: Room) -> None:
    """On every page of a sum: contracted less used are the hours left, of each post as the rules have it."""
    state = current_state()
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
    place = room.post
    for level, code in (("team", place.team_code), ("pdu", place.pdu_code), ("nation", "nation")):
        mine = posts if level == "nation" else posts.filter(**{f"{level}_code": code})
        left = sum(
            max(0, post.contracted_hours_micro - post.reduction_hours_micro)
            for post in mine.filter(stream=place.stream)
        )
        shown = room.client.get(f"/api/v1/units/{level}/{code}").json()
        (figures,) = (each for each in shown["streams"] if each["stream"] == place.stream)
        assert round((figures["contracted_hours"] - figures["reduction_hours_used"]) * MICRO) == left
        assert figures["reduction_hours_used"] < figures["reduction_hours"]
        said = f"{grouped(figures['reduction_hours_used'])} used"
        query = f"stream={place.stream}"
        unit = unit_url(level, code)
        hours = [] if level == "nation" else [f"{unit}hours/?{query}"]
        for page in (f"{unit}?{query}", f"{unit}working/?figure=reduction_hours&{query}", *hours):
            assert said in words(room.client.get(page)), page
    answer = room.client.get(f"/team/{place.team_code}/overview.csv?stream={place.stream}")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    answer.close()
    mine = next(row for row in csv.DictReader(io.StringIO(rows)) if row["Code"] == place.code)
    assert float(mine["Reductions used"]) == 37 < float(mine["Reductions"])


@pytest.mark.both_databases
def test_a_post_without_fresh_figures_has_nothing_coming(room: Room) -> None:
    Unit.objects.filter(pk=room.post.pk).update(unmeasured_posts=1)
    assert "we cannot show what will change" in words(room.client.get(room.href))


@pytest.mark.parametrize("ending", ["hours/new/", "reductions/new/", "hours/history/", "pqip/"])
def test_a_post_that_is_not_there_is_not_found(room: Room, ending: str) -> None:
    assert room.client.get(f"/post/NO:BODY/{ending}").status_code == 404
