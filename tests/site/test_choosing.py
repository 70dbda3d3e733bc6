"""Choosing somebody for a case: the run it would begin, what is known to come, and who held it before."""

# ruff: noqa: F401, F811 - fixtures come by import
import csv
import re
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from typing import Any

import polars as pl
import pytest
from django.test import Client
from hours_fixtures import TODAY, Room, room, words
from tabs_fixtures import table_of

from wmt import history
from wmt.allocation.cases import of_kind
from wmt.history.runs_ahead import RunAhead
from wmt.site.availability.change_requests import Change
from wmt.site.changes import actions, allocate, allocation_preview
from wmt.site.figures import line_queries
from wmt.site.links import unit_url
from wmt.site.queries import runs
from wmt.site.queries.choosing import Choice, Choosing, WorkLeaving
from wmt.site.web.allocation import choice_words
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State, current_state, rules_of

pytestmark = pytest.mark.one_database
MICRO = 1_000_000
SATURDAY, TUESDAY, LATER = date(2026, 11, 21), date(2026, 11, 24), date(2026, 12, 19)


def choice(run: int = 0, without: Any = (None,) * 3, then: Any = (None,) * 3, **more: Any) -> Choice:
    kept: dict[str, Any] = {"available": [(SATURDAY, 100_000)], "leaving": [], "kinds": {}} | more
    length = {"length": run} if run else None
    return Choice(Unit(), None, length, RunAhead(*without), RunAhead(*then), held_until=None, **kept)  # type: ignore[arg-type]


@pytest.mark.unit
def test_what_becomes_of_a_run_in_words() -> None:
    none, ends = (None, None, None), (None, SATURDAY, None)
    again, short = (TUESDAY, SATURDAY, None), (SATURDAY, TUESDAY, None)
    begins, full = (SATURDAY, None, LATER), (None, None, LATER)
    said = [
        (choice(), ""),
        (choice(then=begins), "begins 21 Nov, 28 days on 19 Dec"),
        (choice(without=begins, then=begins), "begins 21 Nov, 28 days on 19 Dec; also without it"),
        (choice(12, full, full), "goes on, 28 days on 19 Dec"),
        (choice(12, ends, full), "goes on, 28 days on 19 Dec; without it, ends 21 Nov"),
        (choice(12, ends, ends), "ends 21 Nov"),
        (choice(40, none, full), "goes on"),
        # what ends may begin again, what begins may end, and what ends may be full before
        (choice(12, ends, again), "ends 21 Nov, begins again 24 Nov"),
        (choice(12, again, full), "goes on, 28 days on 19 Dec; without it, ends 21 Nov, begins again 24 Nov"),
        (choice(then=short), "begins 21 Nov, ends 24 Nov"),
        (
            choice(without=short, then=begins),
            "begins 21 Nov, 28 days on 19 Dec; also without it, but ends 24 Nov",
        ),
        (choice(25, ends, (None, LATER, TUESDAY)), "goes on, 28 days on 24 Nov, ends 19 Dec"),
    ]
    assert [choice_words.run_then(one, 28) for one, _ in said] == [expected for _, expected in said]
    assert [choice_words.run(choice(days), 28).text for days in (0, 12, 28, 45)] == [
        "0", "12", "28 or more", "28 or more",
    ]  # fmt: skip


@pytest.mark.unit
def test_what_is_known_to_come_in_words() -> None:
    time = [(SATURDAY, 0), (date(2026, 11, 28), 110_000), (date(2026, 12, 1), 111_200), (LATER, 50_000)]
    case = WorkLeaving("case", 2, 11_400, date(2026, 12, 17))
    said = choice_words.coming(choice(available=time, leaving=[case]), reads=True)
    assert said.split("; ") == [
        "no available hours until 28 Nov, then 1,100 points",
        "+12 points available from 1 Dec",
        "−612 points available from 19 Dec",
        "2 cases planned to end by 17 Dec (−114 points)",
    ]
    # days of cases and reports are for those who read them
    assert "case" not in choice_words.coming(choice(available=time, leaving=[case]), reads=False)
    ends = choice(available=[(SATURDAY, 110_000), (LATER, 0)])
    assert choice_words.coming(ends, reads=True) == "no available hours from 19 Dec"


@pytest.mark.both_databases
def test_time_that_is_entered_ahead_is_said_without_its_reason(room: Room) -> None:
    post = room.post.team_code, room.post.staff_code
    first, last = TODAY + timedelta(3), TODAY + timedelta(9)
    away = Change(
        kind="reduction", post=post, reason="2", percent_x100=10_000, first_day=first, last_day=last
    )
    address = unit_url("team", room.team.code, "candidates")
    before = room.client.get(address).text
    actions.save(actor=None, who="the tests", changes=[away])
    page = room.client.get(address).text
    (row,) = [each for each in table_of(page, "candidates") if each["Practitioner"] == room.post.name]
    back = last + timedelta(1)
    assert f"no available hours from {first:%-d %b}" in row["Next 28 days"]
    assert f"no available hours until {back:%-d %b}, then" in row["Next 28 days"]
    assert "no available hours from" not in before
    assert "Sickness" not in page


def people(state: State, level: str, code: str) -> Choosing:
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, **{f"{level}_code": code})
    return Choosing(state, posts)


def test_a_case_that_takes_somebody_over_begins_a_run(nation: Any) -> None:
    state = current_state()
    found = people(state, "pdu", nation.unit("pdu").code)
    case = of_kind(rules_of(state), state.tier_scheme, state.day, "custody", "A3")
    choices = found.choices(case)
    # nobody can have been over for 28 days: the nation has two nights, the last of them today
    days = {
        each.post.code: each for each in choices if len(each.available) == 1 and not each.candidate.why_not
    }
    assert days
    tomorrow = state.day + timedelta(1)
    for one in days.values():
        assert one.with_it is not None
        over = one.candidate.over_with_all
        assert one.with_it.begins == (tomorrow if over and one.run is None else None)
        assert one.with_it.ends == (tomorrow if one.run is not None and not over else None)
        length = one.run["length"] if one.run is not None else 0
        assert one.with_it.full_on == (state.day + timedelta(28 - length) if over else None)
    assert any(one.candidate.over_with_all for one in days.values())


@pytest.mark.parametrize("broken", ["open_history", "runs_on"])
def test_without_its_history_nobody_has_a_run_of_no_days(
    nation: Any, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def damaged(*_: Any, **__: Any) -> Any:
        raise history.HistoryError("the index is damaged")

    monkeypatch.setattr(history, broken, damaged)
    runs._runs_of_nation.cache_clear()
    page = signed_in().get(unit_url("pdu", nation.unit("pdu").code, "candidates"), {"tier": "A3"}).text
    assert {row["Days over 110%"] for row in table_of(page, "candidates")} == {"not known"}
    assert "over 110% is not known: the figures of former days cannot be read" in page


def test_reports_and_cases_that_will_leave_are_those_of_the_data(nation: Any) -> None:
    state = current_state()
    pdu = nation.unit("pdu").code
    found = people(state, "pdu", pdu)
    cases = nation.night.table("input/case")
    soon = pl.col("ends_on").is_between(state.day, state.day + timedelta(28), closed="right")
    codes = [(post.team_code, post.staff_code) for post in found.posts]
    rows = cases.filter(soon, "counted_active").select("team_code", "staff_code", "case_ref").rows()
    mine = [ref for team, staff, ref in rows if (team, staff) in codes]
    worth = Line.objects.filter(load_id=state.load_id, ref__in=mine, points_x100__gt=0)
    told = [each for leaving in found.leaving.values() for each in leaving if each.kind == "case"]
    earning = {line.ref for line in worth}
    assert sum(each.number for each in told) == len(earning) > 0
    for leaving in found.leaving.values():
        assert all(state.day < each.last <= found.last and each.points_x100 > 0 for each in leaving)


@pytest.mark.both_databases
@pytest.mark.usefixtures("nation")
def test_who_held_a_case_before_is_said() -> None:
    state = current_state()
    there = Unit.objects.filter(
        load_id=state.load_id, level="post", whole=True, grade="PO", stale_since=None, unmeasured_posts=0
    )
    there = there.filter(stream="sentence_management", available_x100__gt=0, cases__gt=0)
    holder, other = there.order_by("code")[:2]
    cases = Line.objects.filter(load_id=state.load_id, post_no=holder.number, listed_cases=1)
    line = cases.filter(pricing__in=line_queries.of_kind(state, "case")).first()
    assert line is not None
    wanted = allocation_preview.AllocationRequest(
        ref=line.ref, to_post=other.code, reason="other", why_over="x", why_not_eligible="x"
    )
    allocate.allocate(actor=None, who="the tests", wanted=wanted)
    case = of_kind(rules_of(state), state.tier_scheme, state.day, "custody", "B3")
    asked = people(current_state(), "pdu", holder.pdu_code)
    held = {each.post.code: each.held_until for each in asked.choices(case)}
    assert set(held.values()) == {None}  # nobody held a case that is only described
    _, case = allocation_preview.case_of(actor=None, typed=line.ref, state=current_state())
    held = {each.post.code: each.held_until for each in asked.choices(case)}
    assert held[holder.code] == state.day


def test_a_few_people_side_by_side(nation: Any, signed_in: Callable[..., Client]) -> None:
    client, unit = signed_in(), nation.unit("pdu")
    asked = {"type": "custody", "tier": "B3", "compare": "yes"}
    page = client.get(unit_url("pdu", unit.code, "candidates"), asked).text
    assert "Tick at least 2 people to compare them" in page
    rows = table_of(page, "candidates")
    codes = re.findall(r'type="checkbox" name="with" value="([^"]+)"', page)
    assert len(codes) == len(rows) > 4
    page = client.get(unit_url("pdu", unit.code, "candidates"), {**asked, "with": codes[:5]}).text
    assert "Tick 4 people at most: you ticked 5" in page
    assert len(re.findall(r'value="[^"]+" aria-label="[^"]+" checked', page)) == 5
    # somebody who is not here is nobody
    page = client.get(unit_url("pdu", unit.code, "candidates"), {**asked, "with": [*codes[1:3], "X:Y"]}).text
    beside = {row.pop("About them"): list(row.values()) for row in table_of(page, "compare")}
    for head in ("Grade", "Capacity with it", "Points left with it", "Next 28 days", "Custody", "Notes"):
        assert beside[head] == [row[head] for row in rows[1:3]]


def test_a_file_has_the_run_in_words_and_cases_by_type_and_letter(
    nation: Any, signed_in: Callable[..., Client]
) -> None:
    unit = nation.unit("pdu")
    answer = signed_in().get(unit_url("pdu", unit.code, "candidates") + "candidates.csv", {"tier": "A3"})
    text = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
    rows = list(csv.DictReader(StringIO(text.decode("utf-8-sig"))))
    assert rows
    assert "Compare" not in rows[0]
    kinds = [head for head in rows[0] if re.fullmatch(r"Licence ([a-z]s?|untiered)", head)]
    assert len(kinds) > 2
    for row in rows:
        assert sum(int(row[head]) for head in kinds) == int(row["Licence"])
    begins = [row for row in rows if row["Days over 110%"] == "0" and "would go over" in row["Notes"]]
    assert all(row["Days over 110% with it"].startswith("begins") for row in begins)
