"""Pages of recorded waiting cases: recording, the list, details, and who reads what."""

# ruff: noqa: F811 - fixtures come by import
import re
from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from api_fixtures import Program, person_with, program  # noqa: F401
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tabs_fixtures import in_sight, links, table_of
from test_allocate import cases_of, posts
from waiting_fixtures import Now, SignIn, details, give, nobody, now_text, other, recorded, results, sent  # noqa: F401

from wmt.site.allocation.models import WaitingCase
from wmt.site.audit.models import AuditEvent, ReadEvent
from wmt.site.changes import waiting_cases
from wmt.site.changes.waiting_ends import settle_waiting
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database


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
    assert "nDelius data has no such case with your teams" in page
    row_shown = next(each for each in table_of(head.get(listed).text, "waiting") if each["CRN"] == "X999991")
    assert (row_shown["Case"], row_shown["Known from"], row_shown["Days"]) == (
        "Licence C2",
        "recorded here",
        "19",
    )
    assert "no such case with your teams yet" in row_shown["Notes"]
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

    assert ">nDelius data</option>" in " ".join(page(unit_url("team", team, "waiting")).text.split())
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
        assert not re.search("X99999|PRIVATE|no such case", page), address
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


@pytest.mark.both_databases
def test_a_record_of_a_case_that_others_have_is_listed_as_one_that_nobody_has(
    nobody: Unit, other: Unit, signed_in: SignIn
) -> None:
    holder = posts(team_code=nobody.team_code, stream="sentence_management", grade="PO", cases__gt=3)[0]
    refs = (cases_of(nobody)[0], cases_of(holder)[0], "X999991")
    manager = person_with("manager", "team", other.code)
    numbers = [
        waiting_cases.record_case(actor=manager, wanted=details(ref, other.code))[0].pk for ref in refs
    ]
    client = signed_in("manager", "team", other.code)
    shown = [row for row in table_of(client.get(unit_url("team", other.code, "waiting")).text, "waiting")
             if row["CRN"] in refs]  # fmt: skip
    assert {row["CRN"] for row in shown} == set(refs)
    assert len({tuple(v for k, v in row.items() if k != "CRN") for row in shown}) == 1  # all are told alike
    for number in numbers:
        page = in_sight(client.get(reverse("waiting-case", args=[number])).text)
        assert "nDelius data has no such case with your teams" in page
        assert "you can allocate it" in page
        assert "Choose who will hold it" in page


def test_a_case_ended_on_the_day_that_it_was_here(nobody: Unit, signed_in: SignIn) -> None:
    row = recorded("X999991", nobody.team_code)
    waiting_cases.remove(actor=None, who="Ann", number=row.pk, version=1, why="a slip")
    noon = (timezone.now() - timedelta(days=1)).replace(hour=12)
    WaitingCase.objects.filter(pk=row.pk).update(closed_at=noon)
    with timezone.override(ZoneInfo("Pacific/Kiritimati")):  # 14 hours ahead: a summer evening, and more
        page = signed_in("head", "pdu", nobody.pdu_code).get(unit_url("team", nobody.team_code, "waiting"))
    (ended,) = table_of(page.text, "ended")
    assert ended["On"].startswith(f"{noon.date() + timedelta(days=1):%-d %b}")


@pytest.mark.both_databases
def test_who_records_any_crn_does_not_read_whose_case_it_is(
    program: Callable[..., Program], nobody: Unit, other: Unit, signed_in: SignIn
) -> None:
    holder = posts(team_code=nobody.team_code, stream="sentence_management", grade="PO", cases__gt=3)[0]
    held, given = recorded("X999991", other.code), recorded(cases_of(nobody)[0], other.code)
    WaitingCase.objects.filter(pk=held.pk).update(ref=cases_of(holder)[0])
    settle_waiting(current_state(), current_state().as_at, "a load")
    made = give(given.ref, holder)
    assert (made.arrived_on, WaitingCase.objects.get(pk=given.pk).allocation) == (None, made)

    def told(client: Client) -> str:
        pages = [unit_url("team", other.code, "waiting"),
                 *(reverse("waiting-case", args=[row.pk]) for row in (held, given))]  # fmt: skip
        return " ".join(client.get(page).text for page in pages)

    whose = rf"{re.escape(holder.name)}|{holder.code}|{reverse('allocation', args=[made.pk])}"
    page = told(signed_in("manager", "team", other.code))
    assert not re.search(whose, page)
    assert "held by somebody, by nDelius data" in page
    assert len(set(re.findall(whose, told(signed_in("analyst"))))) == 2
    for asks, found in ((program("manager", "team", other.code), False), (program("analyst"), True)):
        shown = [asks.get(f"waiting-cases/{row.pk}") for row in (held, given)]
        assert [bool(shown[0]["held_by"]), bool(shown[1]["allocation"])] == [found, found]


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
