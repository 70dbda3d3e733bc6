"""A team's next twelve weeks: what begins, what ends, and the time it leaves, from the ledger."""

# ruff: noqa: F401, F811 - fixtures come by import
import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from hours_fixtures import TODAY, Room, room, somebody, words

from wmt.site.availability.change_requests import Change
from wmt.site.changes import actions
from wmt.site.changes.recalculate import turn_day
from wmt.site.changes.weeks_ahead import weeks_of
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database

MICRO = 1_000_000
WORK = {"sentence_management": "Sentence management", "courts": "Courts", "omic": "OMiC"}


def entered(room: Room) -> None:
    """Hours from 1 December, sickness for two weeks from 14 December, another grade from 4 January."""
    post = room.post.team_code, room.post.staff_code
    changes = [
        Change(kind="hours", post=post, first_day=date(2026, 12, 1), hours_micro=20 * MICRO),
        Change(kind="reduction", post=post, reason="2", percent_x100=10_000, first_day=date(2026, 12, 14),
               last_day=date(2026, 12, 27)),
        Change(kind="grade", post=post, grade="SPO", first_day=date(2027, 1, 4)),
    ]  # fmt: skip
    actions.save(actor=None, who="the tests", changes=changes)


def rows_of(client: Client, room: Room, table: str = "weeks") -> list[dict[str, str]]:
    answer = client.get(f"/team/{room.team.code}/ahead/{table}.csv")
    assert answer.status_code == 200
    text = b"".join(answer) if answer.streaming else answer.content
    return list(csv.DictReader(StringIO(text.decode("utf-8-sig"))))


def test_weeks_begin_today_and_then_on_mondays() -> None:
    assert weeks_of(date(2026, 11, 20)) == [
        date(2026, 11, 20), *(date(2026, 11, 23) + timedelta(weeks=n) for n in range(12)),
    ]  # fmt: skip
    assert weeks_of(date(2026, 11, 23))[1] == date(2026, 11, 30)


def test_what_begins_is_said_as_well_as_what_ends(room: Room) -> None:
    entered(room)
    page = words(room.client.get(f"/team/{room.team.code}/ahead/"))
    off = "Long Term Sickness Absence: 20 hours a week off"  # all of the contract of that day
    for said in ("contracted hours: 20 hours a week", off, "grade SPO", "last day"):
        assert said in page
    found = [
        (row["Date"], row["Begins or ends"]) for row in rows_of(room.client, room, "events")
        if row["Code"] == room.post.code
    ]  # fmt: skip
    assert found == [
        ("2026-12-01", "begins"),
        ("2026-12-14", "begins"),
        ("2026-12-27", "last day"),
        ("2027-01-04", "begins"),
    ]  # fmt: skip
    assert (
        f'href="/team/{room.team.code}/ahead/"'
        in room.client.get(f"/team/{room.team.code}/hours/").content.decode()
    )


@pytest.mark.both_databases
def test_the_hours_of_each_week_are_those_the_site_has_when_the_week_comes(room: Room, settings: Any) -> None:
    """The same day reached by the clock is the judge of the day looked ahead to."""
    entered(room)
    seen = {
        row["First day of the week"]: row for row in rows_of(room.client, room)
        if row["Code"] == room.post.code
    }  # fmt: skip
    mine = [row for row in rows_of(room.client, room) if row["Level"] == "team"]
    work = WORK[room.post.stream]
    teams = {row["First day of the week"]: row for row in mine if row["Work"] == work}
    assert float(seen["2026-12-07"]["Available hours"]) == 20
    assert float(seen["2026-12-14"]["Available hours"]) == 0
    for day in weeks_of(TODAY)[::3]:
        settings.CONFIG = replace(settings.CONFIG, today=f"{day}")
        turn_day()
        post = room.again(room.post)
        team = Unit.objects.get(
            load_id=post.load_id, level="team", code=room.team.code, stream=post.stream, grade=""
        )
        assert float(seen[f"{day}"]["Available points"]) * 100 == post.available_x100, day
        assert float(teams[f"{day}"]["Available points"]) * 100 == team.available_x100, day


def test_the_last_week_counts_to_its_sunday(room: Room) -> None:
    post, sunday = (room.post.team_code, room.post.staff_code), weeks_of(TODAY)[-1] + timedelta(6)
    changes = [
        Change(kind="hours", post=post, first_day=day, hours_micro=hours * MICRO)
        for day, hours in ((sunday, 20), (sunday + timedelta(1), 30))
    ]
    actions.save(actor=None, who="the tests", changes=changes)
    found = rows_of(room.client, room, "events")
    assert [row["Date"] for row in found if row["Code"] == room.post.code] == [f"{sunday}"]
    assert f"From now to {sunday:%-d %B %Y} (the rest" in words(
        room.client.get(f"/team/{room.team.code}/ahead/")
    )


def test_reasons_stay_private(room: Room, somebody: Callable[..., Client]) -> None:
    entered(room)
    other = somebody("Reader", "analyst", "nation", "nation")
    page = words(other.get(f"/team/{room.team.code}/ahead/"))
    assert "Reduced hours" in page
    assert "Sickness" not in page
    assert all("Sickness" not in str(row) for row in rows_of(other, room, "events"))


def test_who_may_not_read_reasons_reads_a_share_as_hours_of_each_day_s_contract(
    room: Room, somebody: Callable[..., Client]
) -> None:
    entered(room)
    post = room.post.team_code, room.post.staff_code
    more = Change(kind="hours", post=post, first_day=date(2026, 12, 20), hours_micro=30 * MICRO)
    actions.save(actor=None, who="the tests", changes=[more])
    found = {
        row["Date"]: row["What"]
        for row in rows_of(somebody("Reader", "analyst", "nation", "nation"), room, "events")
        if row["Code"] == room.post.code
    }
    assert found["2026-12-14"].endswith("20 hours a week off")
    assert found["2026-12-27"].endswith("30 hours a week off")


def test_above_a_team_nothing_is_worked_out(room: Room) -> None:
    answer = room.client.get(f"/pdu/{room.team.pdu_code}/ahead/")
    assert "Open a team to see them" in words(answer)
