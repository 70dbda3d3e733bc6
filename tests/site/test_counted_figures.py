"""Figures that people count for agreements: who enters them, what an agreement says of them, taking back."""

# ruff: noqa: F811 - fixtures come by import
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from api_fixtures import Program, program  # noqa: F401
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tabs_fixtures import in_sight, table_of

from wmt.agreements.collected import CollectedRow
from wmt.site.agreements import counted, in_force
from wmt.site.agreements.models import CountedFigure
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import agreements
from wmt.site.changes import counted_figures as action
from wmt.site.links import unit_url
from wmt.site.queries import agreements as query
from wmt.site.workload.as_of_day import AsOf
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]
SESSIONS = """
name: Sessions
clause: Nobody runs more than four sessions a week.
source: Staff meeting of 4 March
binds: true
collects:
  sessions: Sessions run in a week
  desks: Desks in the office
measures:
  person: {name: Sessions, value: sessions, unit: sessions, states: [{state: fine}, {state: many, over: 4}]}
  office:
    {name: Desks, value: desks, unit: desks, covers: {level: team},
     states: [{state: enough}, {state: few, under: 10}]}
"""


@pytest.fixture
def team(nation: Any) -> Unit:
    """The team with most people, which goes by the agreement; and its people by code."""
    found = Unit.objects.filter(load=nation.load, level="team", whole=True).order_by("-posts", "code")[0]
    wanted = agreements.AgreementRequest(
        level="team", code=found.code, text=SESSIONS, mode="live", first_day=current_state().day
    )
    agreements.switch_on(actor=None, who="Ann", wanted=wanted)
    return found


def people_of(team: Unit) -> list[Unit]:
    """Those of sentence management whom an agreement covers, by code: all grades but placeholders."""
    posts = Unit.objects.filter(
        load_id=team.load_id, level="post", team_code=team.code, stream=team.stream
    ).exclude(grade="DMY")
    return list(posts.order_by("code"))


def rows_of(*rows: tuple[str, str, str]) -> list[CollectedRow]:
    return [CollectedRow(f"row {number}", *row) for number, row in enumerate(rows, start=2)]


def entered(unit: Unit, *rows: tuple[str, str, str], **more: Any) -> list[CountedFigure]:
    state = current_state()
    asked = {"level": unit.level, "code": unit.code, "counted_on": state.day, "rows": rows_of(*rows)}
    return action.enter(
        actor=None, who="Ann", unit=unit, state=state, wanted=action.CountRequest(**asked | more)
    )[0]


def said_of(unit: Unit, state: Any = None) -> dict[str, tuple[str, str]]:
    """State and value of each measure of a unit, as the pages say them."""
    state = state or current_state()
    found = query.findings_of(state, in_force.on_day(unit, state), [unit])
    return {each.found.measure_key: (query.state_words(each.found), str(each.found.value)) for each in found}


def refusals(unit: Unit, *rows: tuple[str, str, str], **more: Any) -> list[str]:
    with pytest.raises(RefusedError) as refused:
        entered(unit, *rows, **more)
    return [fault.code for fault in refused.value.faults]


def test_a_head_enters_counts_on_a_page_and_everybody_reads_the_state(team: Unit, signed_in: SignIn) -> None:
    post, other = people_of(team)[:2]
    tab, page = (
        unit_url("team", team.code, "agreements"),
        reverse("agreement-counts", args=["team", team.code]),
    )
    head, reader = signed_in("head", "pdu", team.pdu_code), signed_in("practitioner")
    assert page in head.get(tab).text
    assert page not in reader.get(tab).text
    assert f"count-{post.code}-sessions" in head.get(page).text
    sent = {
        "key": "k", "counted_on": "20 November 2026", f"count-{post.code}-sessions": " 4.5 ",
        f"count-{other.code}-sessions": "4 2 3", f"count-{team.code}-desks": "9",
    }  # fmt: skip
    wrong = head.post(page, sent | {f"count-{other.code}-sessions": "4,5"})
    assert wrong.status_code == 422
    assert f'href="#count-{other.code}-sessions">{other.name}: ‘4,5’ is no count' in wrong.text
    for _ in range(2):  # sent twice, entered once
        assert head.post(page, sent)["Location"] == tab
    assert CountedFigure.objects.count() == 3
    told = [event.sentence for event in AuditEvent.objects.filter(kind="agreement count").order_by("pk")]
    assert told[2] == f"A head entered a count of 20 November 2026 for post {other.code}."
    shown = reader.get(tab).text
    rows = {row["Practitioner"]: row["Sessions: Sessions"] for row in table_of(shown, "agreements-below")}
    # 4 + 2 + 3 divided by three people is 3; how far those three lie apart leaves it open
    assert rows[post.name] == "many (4.5)"
    assert rows[other.name].startswith("not known: the mean of so few values lies anywhere from")
    (desks,) = table_of(shown, "agreements")
    assert (desks["Value"], desks["State"]) == ("9", "few")
    listed = {row["Who or where"]: row for row in table_of(shown, "agreements-counted")}
    assert listed[other.name]["Counted"] == "4, 2, 3"
    assert listed[team.name]["Entered by"] == "A head"
    (own,) = table_of(reader.get(unit_url("post", post.code, "agreements")).text, "agreements")
    assert (own["Value"], own["State"]) == ("4.5", "many")


def test_the_latest_count_holds_until_it_is_taken_back(team: Unit) -> None:
    post, day = people_of(team)[0], current_state().day
    assert said_of(post)["person"][0].startswith("not known: 'sessions' is not in the case data")
    (first,) = entered(team, (post.code, "sessions", "6"), counted_on=day - timedelta(9))
    (last,) = entered(team, (post.code, "sessions", "2"))
    entered(team, (post.code, "sessions", "7"), counted_on=day - timedelta(1))
    assert said_of(post)["person"] == ("fine", "2")
    state = current_state()
    action.withdraw(actor=None, who="Ben", number=last.pk, state=state)
    assert said_of(post)["person"] == ("many", "7")
    with pytest.raises(ConflictError, match="Ben has taken this count back already"):
        action.withdraw(actor=None, who="Cy", number=last.pk, state=state)
    # of a day in the past, what stood when it ended: taken back later, it stood still
    then = replace(state, as_of=AsOf(day))
    CountedFigure.objects.update(recorded_at=timezone.now() - timedelta(4000))
    CountedFigure.objects.filter(pk=last.pk).update(withdrawn_at=timezone.now())
    assert counted.of_units(then, "post", [post.code])[post.code]["sessions"] == last
    CountedFigure.objects.filter(pk=last.pk).update(withdrawn_at=timezone.now() - timedelta(3999))
    held = counted.of_units(then, "post", [post.code])[post.code]["sessions"]
    assert (held.values, first.values) == (["7"], ["6"])


def test_what_is_wrong_is_refused_with_its_place_and_nothing_is_kept(team: Unit) -> None:
    post, day = people_of(team)[0], current_state().day
    good = (post.code, "sessions", "3")
    assert refusals(team) == ["NOTHING"]
    assert refusals(team, good, (post.code, "meetings", "1"), ("N99:1", "sessions", "1")) == [
        "FIGURE_UNKNOWN", "UNIT_UNKNOWN",
    ]  # fmt: skip
    assert refusals(team, (team.code, "sessions", "1")) == ["UNIT_UNKNOWN"]  # people have them, not teams
    for wrong in ("-1", "4,5", "NaN", "1e3", "four"):
        assert refusals(team, good, (post.code, "sessions", wrong)) == ["VALUE"], wrong
    assert refusals(team, *[good] * 51) == ["VALUE"]
    assert refusals(team, *[good] * 2_001) == ["TOO_MANY"]
    assert refusals(team, good, counted_on=day + timedelta(1)) == ["DAY"]
    assert refusals(team, good, counted_on=day - timedelta(367)) == ["DAY"]
    assert not CountedFigure.objects.exists()


def test_a_count_far_from_the_last_is_a_question(team: Unit, signed_in: SignIn) -> None:
    post = people_of(team)[0]
    entered(team, (post.code, "sessions", "3"))
    assert refusals(team, (post.code, "sessions", "30")) == ["UNLIKELY"]
    assert refusals(team, (post.code, "sessions", "0.3")) == ["UNLIKELY"]
    entered(team, (post.code, "sessions", "29"))
    page = reverse("agreement-counts", args=["team", team.code])
    head = signed_in("head", "pdu", team.pdu_code)
    sent = {"counted_on": "20 November 2026", f"count-{post.code}-sessions": "300", "key": "n"}
    asked = head.post(page, sent)
    assert asked.status_code == 422
    assert "was 29 and would be 300. Confirm that this is right" in in_sight(asked.text)
    assert head.post(page, sent | {"sure": "on"}).status_code == 302
    assert said_of(post)["person"] == ("many", "300")


def test_a_key_is_of_one_request(team: Unit) -> None:
    post = people_of(team)[0]
    rows = entered(team, (post.code, "sessions", "3"), key="k")
    assert entered(team, (post.code, "sessions", "3"), key="k") == rows
    assert refusals(team, (post.code, "sessions", "4"), key="k") == ["KEY_TAKEN"]
    assert CountedFigure.objects.count() == 1


def test_nobody_enters_for_themselves_or_elsewhere(team: Unit, signed_in: SignIn) -> None:
    mine = people_of(team)[0]
    page = reverse("agreement-counts", args=["team", team.code])
    manager = signed_in("manager", "team", team.code, staff_code=mine.staff_code)
    assert f"count-{mine.code}-sessions" not in manager.get(page).text
    own = reverse("agreement-counts", args=["post", mine.code])
    assert manager.get(own).status_code == 403
    file = SimpleUploadedFile("c.csv", f"unit,figure,value\n{mine.code},sessions,1".encode())
    answer = manager.post(page, {"counted_on": "20 November 2026", "file": file})
    assert (answer.status_code, "row 2: you may not enter counts of" in answer.text) == (422, True)
    (row,) = entered(team, (mine.code, "sessions", "3"))
    back = reverse("agreement-count-withdrawn", args=[row.pk])
    for client in (manager, signed_in("practitioner"), signed_in("head", "pdu", "none")):
        assert client.post(back).status_code == 403
        assert client is manager or client.get(page).status_code == 403
    assert signed_in("administrator").post(back).status_code == 302


def test_a_file_has_the_counts_of_everybody_in_the_unit(team: Unit, signed_in: SignIn) -> None:
    posts = people_of(team)
    head = signed_in("head", "pdu", team.pdu_code)
    page = reverse("agreement-counts", args=["team", team.code])
    usual = {"counted_on": "20 November 2026"}

    def sent(content: bytes, **more: Any) -> Any:
        return head.post(page, usual | more | {"file": SimpleUploadedFile("counts.csv", content)})

    for content, said in [
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"x" * 200_001, "larger than 200 KB"),
        (b"unit,figure,value\n" + b"x" * 150_000, "field larger than field limit"),
        (b"unit,figure,value\nN\0,sessions,4\n", "a character that no text has"),
        (b"unit,value\n", "row 1: should have the columns unit, figure, value"),
        (b"unit,figure,value\nT,sessions,4;5\n", "row 2, value: &#39;4;5&#39; is no number"),
        (b"unit,figure,value\nN99:1,sessions,4\n", "row 2: ‘N99:1’ is no practitioner in"),
    ]:
        answer = sent(content)
        assert (answer.status_code, said in answer.text) == (422, True), said
    lines = "\n".join(f"{post.code},sessions,{number}" for number, post in enumerate(posts))
    good = f"unit,figure,value\n{lines}\n".encode()
    both = sent(good, **{f"count-{team.code}-desks": "4"})
    assert "upload a file, not both" in both.text
    assert not CountedFigure.objects.exists()
    assert sent(good).status_code == 302
    assert [said_of(post)["person"][1] for post in posts] == [f"{n}" for n in range(len(posts))]


def test_a_pdu_says_how_many_people_are_in_which_state(nation: Any, team: Unit, signed_in: SignIn) -> None:
    wanted = agreements.AgreementRequest(
        level="pdu", code=team.pdu_code, mode="live", first_day=current_state().day,
        text=SESSIONS.replace("Sessions\nclause", "Cases\nclause").replace("value: sessions", "value: cases"),
    )  # fmt: skip
    agreements.switch_on(actor=None, who="Ann", wanted=wanted)
    page = signed_in("practitioner").get(unit_url("pdu", team.pdu_code, "agreements")).text
    posts = Unit.objects.filter(
        load=nation.load, level="post", pdu_code=team.pdu_code, stream="sentence_management"
    ).exclude(grade="DMY")
    expected = Counter("many" if post.cases > 4 else "fine" for post in posts if not post.unmeasured_posts)
    told = {row["State"]: int(row["Practitioners"]) for row in table_of(page, "agreements-people")}
    assert {state: told[state] for state in expected} == expected


def test_programs_enter_and_read_counts_and_switch_agreements(team: Unit, program: Program) -> None:
    post = people_of(team)[0]
    head: Any = program("head", "pdu", team.pdu_code)
    at = f"units/team/{team.code}/counted-figures"
    body = {
        "counted_on": "2026-11-20", "key": "a",
        "counts": [{"unit": post.code, "figure": "sessions", "values": ["3", "4.5"]}],
    }  # fmt: skip
    made = head.ask("post", at, body)
    assert made.status_code == 200, made.content
    (count,) = made.json()["counts"]
    assert (count["code"], count["values"], count["by"]) == (
        post.code,
        ["3", "4.5"],
        "A head, by the token a test",
    )
    read = program().get(f"units/post/{post.code}/counted-figures")
    assert read["counts"] == [count | {"by": "a member of staff"}]  # a reader without a role reads no names
    assert [each["figure"] for each in read["asked"]] == ["sessions", "desks"]
    assert program().ask("post", at, body).status_code == 403
    back = head.ask("post", f"counted-figures/{count['number']}/withdraw").json()
    assert back["withdrawn"] is True
    assert program().get(f"units/post/{post.code}/counted-figures")["counts"] == []
    on = {
        "pack": "north-yorkshire", "mode": "shadow", "levels": {"team.red": "1"}, "key": "b",
        "first_day": f"{current_state().day}",
    }  # fmt: skip
    here = f"units/team/{team.code}/agreements"
    row = head.ask("post", here, on).json()
    assert head.ask("post", here, on).json() == row
    assert (row["mode"], row["ended"]) == ("shadow", False)
    told = {each["pack"]: each for each in head.get(here)["agreements"]}
    assert told["north-yorkshire"]["states"][0]["levels"][1]["begins"] == "over 1"
    wrong = head.ask("post", here, on | {"key": "", "pack": "none"})
    assert wrong.json()["faults"][0]["code"] == "PACK"
    assert head.ask("post", f"agreements/{row['number']}/end").json()["ended"] is True
    assert head.ask("post", f"agreements/{row['number']}/end").status_code == 409
    assert (
        head.ask("post", f"units/region/{team.region_code}/agreements", on | {"key": ""}).status_code == 403
    )


def test_counts_follow_units_whose_code_changes(team: Unit) -> None:
    (row,) = entered(team, (team.code, "desks", "9"))
    CountedFigure.objects.update(code="OLD")
    in_force.follow("team", {"OLD": team.code}, {team.code})
    row.refresh_from_db()
    assert (row.code, row.former) == (team.code, ["OLD"])
    assert said_of(team)["office"] == ("few", "9")
