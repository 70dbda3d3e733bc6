"""Requests for relief and concerns: an owner, a day, a page and an answer, whatever becomes of the duty."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import polars as pl
import pytest
from api_fixtures import Program, fresh_counts, program  # noqa: F401
from django.test import Client
from duties_fixtures import Scene, on, scene, signed_in_as, typed  # noqa: F401
from hours_fixtures import somebody, words  # noqa: F401
from tabs_fixtures import table_of

from wmt.history import LINK, Links
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.audit.models import AuditEvent
from wmt.site.duties import requests, scheduled
from wmt.site.duties.models import Duty, Notice, Request
from wmt.site.duties.recipients import responsible
from wmt.site.duties.scheduled import turn
from wmt.site.outbox.models import Message
from wmt.site.web.duties.reminders import post_words
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.django_db


def told(name: str) -> list[str]:
    return list(Notice.objects.filter(user__name=name).order_by("pk").values_list("words", flat=True))


def test_a_request_outlives_its_duty_and_everybody_hears_of_the_closing(scene: Scene) -> None:
    head = User.objects.create_user("hal@example.org", name="Hal Head")
    RoleGrant.objects.create(
        user=head, role="head", level="pdu", code=scene.duty.pdu_code, first_day=date(2020, 1, 1)
    )
    scene.practitioner.post(f"{scene.href}ask/", {"said": "No new cases"})
    scene.breaks()
    made, duty = Request.objects.get(), Duty.objects.get()
    assert (duty.closed_why, made.is_open, duty.relief_by) == ("under", True, made.answer_by)
    assert [user.name for user in responsible(made).owners] == ["Ann Manager"]
    for name in ("Ann Manager", "Hal Head"):
        assert "the excessive workload action closed. 95.0% on" in told(name)[-1]
    assert "Your request for relief stays open: an answer is due by" in told("Pia Practitioner")[-1]
    assert "The request for relief is still open" in words(scene.practitioner.get(scene.href))
    page = words(scene.manager.get(f"/requests/{made.pk}/"))
    assert "Answer due by" in page
    assert "Assigned to Ann Manager." in page
    answer = {"answer": "yes", "said": "None until March"}
    assert scene.manager.post(f"/requests/{made.pk}/answer/", answer).status_code == 302
    duty.refresh_from_db()
    assert duty.relief_by is None
    assert "Your request for relief has been answered." in told("Pia Practitioner")
    assert "Answered on" in words(scene.practitioner.get(f"/requests/{made.pk}/"))


def test_from_the_first_day_over_one_may_ask_without_a_duty(scene: Scene) -> None:
    Duty.objects.all().delete()
    unit = Unit.objects.get(load_id=scene.state.load_id, code=scene.duty.code, whole=True)
    Unit.objects.filter(pk=unit.pk).update(points_x100=unit.available_x100 * 11 // 10)
    answer = scene.practitioner.get(f"/requests/relief/{unit.code}/")
    assert "You can ask for relief when your workload is over 110%." in words(answer)
    sent = {"said": "Too much"}
    assert scene.practitioner.post(f"/requests/relief/{unit.code}/", sent).status_code == 422
    Unit.objects.filter(pk=unit.pk).update(points_x100=unit.available_x100 * 11 // 10 + 1)
    own = scene.practitioner.get(f"{scene.post_href}duties/")
    assert "You can ask for relief from the first day over the threshold" in words(own)
    assert own.text.count(f'href="/requests/relief/{unit.code}/"') == 1
    theirs = scene.manager.get(f"{scene.post_href}duties/")
    assert f"The workload of {unit.name} is over 110%" in words(theirs)
    assert "Enter a reduction of hours" in words(theirs)
    assert "/requests/relief/" not in theirs.text
    elsewhere = signed_in_as("Ned Elsewhere", "manager", "team", scene.elsewhere.code)
    anybody = elsewhere.get(f"{scene.post_href}duties/")
    assert "what-to-do" not in anybody.text
    answer = scene.practitioner.post(f"/requests/relief/{unit.code}/", sent, follow=True)
    assert "Sent to the manager. An answer is due by" in words(answer)
    assert "You asked for relief on" in words(scene.practitioner.get(f"{scene.post_href}duties/"))
    first_page = words(scene.practitioner.get(scene.post_href))
    assert "You asked for relief on" in first_page
    assert "Ask for some of the work to be moved" not in first_page
    assert "You asked for relief on" not in words(scene.manager.get(scene.post_href))
    assert scene.practitioner.post(f"/requests/relief/{unit.code}/", sent).status_code == 422
    assert scene.manager.get(f"/requests/relief/{unit.code}/").status_code == 403
    made = Request.objects.get()
    assert (made.duty, made.kind, made.code) == (None, "relief", unit.code)
    assert "Waiting for your answer" in words(scene.manager.get("/requests/"))
    assert f"{made.code}" in AuditEvent.objects.get(kind="request").sentence
    page = words(scene.manager.get(f"/team/{unit.team_code}/duties/"))
    assert "Requests and concerns" in page


def test_whoever_has_to_answer_reads_it_on_the_page_they_start_at(
    scene: Scene, somebody: Callable[..., Client]
) -> None:
    team = f"/team/{scene.duty.team_code}/"
    concern = f"/requests/concern/post/{scene.duty.code}/"
    assert "your answer" not in words(scene.manager.get(team))
    form = words(scene.practitioner.get(concern))
    scene.practitioner.post(concern, {"said": "Too much"})
    by = f"{Request.objects.get().answer_by:%-d %B %Y}"
    assert f"must answer by {by}" in form, "the day is told before anything is sent"
    assert "worried about your workload" in form
    assert f"1 request or concern needs your answer by {by}" in words(scene.manager.get(team))
    others = [scene.practitioner, somebody("Hal", "head", "pdu", scene.duty.pdu_code),
              somebody("Ana", "analyst", "nation", "nation")]  # fmt: skip
    for client in others:
        assert "your answer" not in words(client.get(team))


def test_a_team_s_page_says_who_has_been_over_longest(scene: Scene) -> None:
    since = f"since {scene.duty.run_since:%-d %B %Y}"  # and not for how many days: some may be without data
    page = words(scene.manager.get(f"/team/{scene.duty.team_code}/"))
    said = f"1 excessive-workload action is open, no step overdue. {scene.duty.name} has been over 110%"
    assert f"{said} {since}" in page
    names = [each.attname for each in Duty._meta.concrete_fields if each.name != "id"]
    other = {name: getattr(scene.duty, name) for name in names}
    Duty.objects.create(**{**other, "staff_code": "X", "run_since": scene.duty.run_since + timedelta(1)})
    page = words(scene.manager.get(f"/team/{scene.duty.team_code}/"))
    assert f"Of these, {scene.duty.name} has been over 110% longest: {since}" in page


def test_who_fell_and_was_kept_open_is_not_said_to_be_over(scene: Scene) -> None:
    """A manager kept it open after the workload had fallen: its run is over."""
    scene.duty.kept_on = scene.state.day
    scene.duty.save()
    page = words(scene.manager.get(f"/team/{scene.duty.team_code}/"))
    assert "1 excessive-workload action is open" in page
    assert "longest" not in page
    said = post_words(scene.duty, scene.state)
    assert said.startswith(
        f"Excessive workload action, kept open on {scene.state.day:%-d %B %Y}: the manager"
    )
    assert "Over 110%" not in said
    assert "that has ended" in words(scene.manager.get(scene.href))
    (row,) = table_of(scene.manager.get(f"/team/{scene.duty.team_code}/duties/").text, "duties")
    assert row["Days"] == ""


def test_a_duty_that_opens_later_takes_the_request_with_it(scene: Scene) -> None:
    Request.objects.create(
        kind="relief", team_code=scene.duty.team_code, staff_code=scene.duty.staff_code, name="x",
        team_name="y", asked_who="Pia", asked_on=scene.state.day, answer_by=scene.state.day,
    )  # fmt: skip
    requests.attach([scene.duty], scene.state.day)
    scene.duty.refresh_from_db()
    assert (Request.objects.get().duty, scene.duty.relief_by) == (scene.duty, scene.state.day)


def test_anybody_may_raise_a_concern_and_few_may_read_it(
    scene: Scene, somebody: Callable[..., Client]
) -> None:
    far = somebody("Col", "practitioner", "team", scene.elsewhere.code)
    address = f"/requests/concern/post/{scene.duty.code}/"
    assert far.post(address, {"said": " "}).status_code == 422
    answer = far.post(address, {"said": "SECRET worry"}, follow=True)
    assert "Sent to the manager. An answer is due by" in words(answer)
    made = Request.objects.get()
    page = f"/requests/{made.pk}/"
    for client in (far, scene.manager, somebody("Sue", "support", "nation", "nation")):
        assert "SECRET worry" in client.get(page).text
    others = [
        scene.practitioner,  # whom it is about
        somebody("Ana", "analyst", "nation", "nation"),
        somebody("Els", "manager", "team", scene.elsewhere.code),
    ]
    for client in others:
        assert client.get(page).status_code == 404
        assert "SECRET" not in client.get(f"{scene.post_href}duties/").text
        assert "Requests and concerns" not in client.get(f"{scene.post_href}duties/").text
    assert "SECRET" not in "".join(Notice.objects.values_list("words", flat=True))
    assert not AuditEvent.objects.filter(sentence__contains="SECRET").exists()
    assert AuditEvent.objects.filter(kind="read", code=scene.duty.code, who="Ann Manager").exists()
    assert far.post(f"{page}answer/", {"answer": "yes", "said": "x"}).status_code == 403
    assert scene.manager.post(f"{page}answer/", {"answer": "no", "said": "Known"}).status_code == 302
    assert scene.manager.post(f"{page}answer/", {"answer": "yes", "said": "x"}).status_code == 422
    assert "Your concern has been answered." in told("Col")


def test_a_manager_s_own_concern_is_for_the_head_and_a_late_one_is_told_once(scene: Scene) -> None:
    head = User.objects.create_user("hal@example.org", name="Hal Head")
    RoleGrant.objects.create(
        user=head, role="head", level="pdu", code=scene.duty.pdu_code, first_day=date(2020, 1, 1)
    )
    scene.manager.post(f"/requests/concern/team/{scene.duty.team_code}/", {"said": "We are too few"})
    made = Request.objects.get()
    assert (made.level, made.staff_code) == ("team", "")
    assert told("Hal Head") == [
        f"A concern about {made.team_name} is assigned to you. An answer is due by "
        f"{made.answer_by:%-d %B %Y}. No manager assigned to this team."
    ]
    assert (
        scene.manager.post(f"/requests/{made.pk}/answer/", {"answer": "yes", "said": "x"}).status_code == 403
    )
    Duty.objects.all().delete()
    for _ in range(2):
        turn(made.answer_by + timedelta(1))
    assert [said for said in told("Hal Head") if "was due by" in said] == [
        f"A concern about {made.team_name}: an answer was due by {made.answer_by:%-d %B %Y}. "
        "No manager assigned to this team.",
    ]


def test_who_becomes_manager_is_told_what_is_theirs(scene: Scene) -> None:
    scene.practitioner.post(f"{scene.href}ask/", {"said": "x"})
    RoleGrant.objects.filter(role="manager").update(last_day=date(2020, 2, 1))
    turn(scene.state.day)
    signed_in_as("Bea New", "manager", "team", scene.duty.team_code)
    for _ in range(2):
        turn(scene.state.day)
    assert len([said for said in told("Bea New") if "is assigned to you" in said]) == 1


def test_by_the_api_the_same(scene: Scene, program: Callable[..., Program]) -> None:
    manager = program("manager", "team", scene.duty.team_code)
    own = program("practitioner", "team", scene.duty.team_code, staff_code=scene.duty.staff_code)
    reader = program("analyst")
    asked = own.ask("post", f"posts/{scene.duty.code}/relief", {"words": "SECRET"})
    assert asked.status_code == 200
    number, duty = asked.json()["number"], asked.json()["duty"]
    assert duty == scene.duty.pk
    assert manager.ask("post", f"posts/{scene.duty.code}/relief", {"words": "x"}).status_code == 403
    assert reader.ask("get", f"requests/{number}").status_code == 404
    assert manager.get(f"requests/{number}")["words"] == "SECRET"
    assert [each["number"] for each in manager.get("requests", show="assigned")["items"]] == [number]
    sent = {"answer": "part", "words": "Some"}
    assert reader.ask("post", f"requests/{number}/answer", sent).status_code == 403
    assert manager.ask("post", f"requests/{number}/answer", sent).json()["answer"] == "part"
    assert manager.ask("post", f"requests/{number}/answer", sent).status_code == 409
    made = reader.ask("post", f"units/team/{scene.duty.team_code}/concerns", {"words": "x"})
    assert (made.status_code, made.json()["kind"]) == (200, "concern")


def test_only_who_has_an_account_was_told(scene: Scene) -> None:
    User.objects.filter(name="Pia Practitioner").update(is_active=False)
    sent = typed(scene.state.day, decision="accept")
    page = words(scene.manager.post(f"{scene.href}decide/", sent, follow=True))
    assert "Decision recorded. The practitioner has no account here, so tell them yourself." in page


def test_whoever_lists_the_words_of_others_by_the_api_is_written_down(
    scene: Scene, program: Callable[..., Program]
) -> None:
    manager = program("manager", "team", scene.duty.team_code)
    team, post = scene.duty.team_code, scene.duty.code
    scene.practitioner.post(f"{scene.href}ask/", {"said": "SECRET"})
    program("analyst").ask("post", f"units/team/{team}/concerns", {"words": "x"})
    manager.ask("post", f"units/team/{team}/concerns", {"words": "y"})
    assert len(manager.get("requests")["items"]) == 1
    assert not AuditEvent.objects.filter(kind="read").exists()  # only what they asked themselves
    assert "SECRET" in str(manager.get("requests", show="assigned")["items"])
    assert set(AuditEvent.objects.filter(kind="read").values_list("code", flat=True)) == {team, post}


def test_a_mail_that_failed_tells_no_administrator_of_a_concern_about_themselves(
    scene: Scene, somebody: Callable[..., Client]
) -> None:
    own = somebody("Ada", "administrator", "nation", "nation", staff_code=scene.duty.staff_code)
    other = somebody("Abe", "administrator", "nation", "nation")
    other.post(f"/requests/concern/post/{scene.duty.code}/", {"said": "SECRET"})
    Message.objects.update(state="given up")
    href = f"/requests/{Request.objects.get().pk}/"
    assert href in other.get("/notices/").text
    page = own.get("/notices/").text
    assert "Emails that could not be sent" in page
    assert href not in page


def test_equal_figures_carry_no_private_words() -> None:
    """Who takes over a caseload in one night looks like the person who left, where no names are kept."""
    rows = [("post", "T1:Y", "T1:X", on(10), "same figures"), ("post", "T1:B", "T1:A", on(10), "same name")]
    links = Links(pl.DataFrame(rows, schema=LINK, orient="row"))
    assert set(links.present_codes("post")) == {"T1:X", "T1:A"}
    assert links.of_persons.present_codes("post") == {"T1:A": "T1:B"}
    history = SimpleNamespace(links=links)
    assert scheduled.followed_posts(history) == {"T1:A": "T1:B"}  # type: ignore[arg-type]


def test_a_request_answered_on_the_day_of_the_night_that_brings_the_new_code_follows(scene: Scene) -> None:
    place = {name: getattr(scene.duty, name) for name in ("name", "team_name", "pdu_code", "region_code")}
    more = {"answered_on": on(12), "asked_on": on(12), "answer_by": on(12), "asked_who": "x", **place}
    new = Request.objects.create(kind="concern", team_code="T1", staff_code="A", placed_on=on(9), **more)
    old = Request.objects.create(kind="concern", team_code="T1", staff_code="A", **more)
    for since, follow in ((on(10), [new]), (on(12), [old])):
        rows = [("post", "T1:B", "T1:A", since, "same name")]
        links = Links(pl.DataFrame(rows, schema=LINK, orient="row"))
        there = {"T1:B": {**place, "team_code": "T1", "staff_code": "B"}}
        assert requests.follow_answered(links, there, on(12)) == 1
        assert [each.pk for each in Request.objects.filter(staff_code="B")] == [each.pk for each in follow]
        Request.objects.filter(staff_code="B").delete()


def test_a_concern_about_a_team_stays_with_it_when_only_vacant_posts_are_left(scene: Scene) -> None:
    team = scene.duty.team_code
    history = SimpleNamespace(links=Links(pl.DataFrame(schema=LINK)))
    posts = scheduled.posts_of(scene.state)
    left = {code: post for code, post in posts.items() if post.team_code != team}
    moved = {code: next(iter(left)) for code, post in posts.items() if post.team_code == team}
    assert (team, "") not in scheduled._post_places(left, moved)
    assert scheduled._team_places(scene.state, history)[team, ""]["team_code"] == team  # type: ignore[arg-type]
    renamed = pl.DataFrame([("team", team, "OLD", on(10), "same posts")], schema=LINK, orient="row")
    history = SimpleNamespace(links=Links(renamed))
    assert scheduled._team_places(scene.state, history)["OLD", ""]["team_code"] == team  # type: ignore[arg-type]


def test_an_answered_request_follows_its_person_and_nobody_who_had_the_code_later(scene: Scene) -> None:
    """A to B on day 10, B to C on day 20. Whoever was answered at A on day 15 is not who left A on day 10."""
    place = {name: getattr(scene.duty, name) for name in ("name", "team_name", "pdu_code", "region_code")}

    def made(staff: str, answered: int) -> Request:
        more = {"answered_on": on(answered), "asked_on": on(answered), "answer_by": on(answered)}
        return Request.objects.create(
            kind="concern", team_code="T1", staff_code=staff, asked_who="x", **place, **more
        )

    at_a, at_b, late = made("A", 5), made("B", 12), made("A", 15)
    rows = [("post", "T1:B", "T1:A", on(10), "same name"), ("post", "T2:C", "T1:B", on(20), "same name")]
    links = Links(pl.DataFrame(rows, schema=LINK, orient="row"))
    there = {code: {**place, "team_code": code[:2], "staff_code": code[3:]} for code in ("T1:B", "T2:C")}
    assert requests.follow_answered(links, there, on(15)) == 1  # A to B
    at_a.refresh_from_db()
    assert (at_a.code, at_a.placed_on) == ("T1:B", on(15))
    requests.follow_answered(links, there, on(25))
    codes = []
    for each in (at_a, at_b, late):
        each.refresh_from_db()
        codes.append(each.code)
    assert codes == ["T2:C", "T2:C", "T1:A"]
