"""The pages of duties: one duty for everybody concerned, the registers, and the notices."""

# ruff: noqa: F811 - fixtures come by import
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from api_fixtures import Program, fresh_counts, program  # noqa: F401
from django.test import Client
from duties_fixtures import Scene, scene, typed  # noqa: F401
from hours_fixtures import day, faults, hidden, somebody, words  # noqa: F401

from wmt.site.accounts.models import RoleGrant
from wmt.site.duties.models import Duty, Notice, Request
from wmt.site.duties.scheduled import turn

pytestmark = pytest.mark.django_db


def test_a_manager_handles_a_duty_from_notice_to_review(scene: Scene) -> None:
    client, today = scene.manager, scene.state.day
    assert "Notifications" in client.get("/").text or client.get("/").status_code == 302
    told = words(client.get("/notices/"))
    assert f"{scene.duty.name}, {scene.duty.team_name}: over 110% since" in told
    page = words(client.get(scene.href))
    assert re.search(r"Acknowledge by \d+ \w+ \d{4}: 5 working days left", page)
    assert "Assigned to Ann Manager." in page
    assert "You have no notifications" not in words(client.get("/notices/"))
    assert Notice.objects.filter(user__name="Ann Manager", read_at=None).count() == 0

    answer = client.post(f"{scene.href}acknowledge/", follow=True)
    assert "Acknowledged. Next: decide" in words(answer)
    answer = client.post(f"{scene.href}talk/", {**day("on", today), "said": "We <b>talked</b>"}, follow=True)
    assert "Conversation recorded." in words(answer)
    assert "We <b>talked</b>" in words(answer)
    version = hidden(client.get(f"{scene.href}decide/").text, "version")
    sent = typed(today, version=version)
    answer = client.post(f"{scene.href}decide/", sent, follow=True)
    assert "Decision recorded. The practitioner was notified." in words(answer)
    assert "Decided: move cases" in words(answer)
    scene.duty.refresh_from_db()
    assert scene.duty.decision == "reallocate"
    assert "Review by" in words(client.get(scene.href))


def test_every_fault_leads_to_its_field(scene: Scene) -> None:
    for name, wanted in {
        "talk": {"on"},
        "decide": {"decision", "said", "review_on"},
        "note": {"said"},
    }.items():
        answer = scene.manager.post(f"{scene.href}{name}/", {})
        assert answer.status_code == 422
        assert set(faults(answer.text)) == wanted, name
    answer = scene.manager.post(
        f"{scene.href}decide/",
        typed(scene.state.day, review_on=scene.state.day + timedelta(29), done_by=None, said="kept words"),
    )
    assert set(faults(answer.text)) == {"done_by", "review_on"}
    assert "kept words" in answer.text


def test_two_managers_at_once_lose_nothing(scene: Scene, somebody: Callable[..., Client]) -> None:
    other = somebody("Bea", "head", "pdu", scene.duty.pdu_code)
    version = hidden(scene.manager.get(f"{scene.href}decide/").text, "version")
    first = typed(scene.state.day, version=version, said="Two cases go to Cy")
    assert other.post(f"{scene.href}decide/", first).status_code == 302
    mine = typed(scene.state.day, version=version, said="A reduction of 7 hours", decision="reduction")
    answer = scene.manager.post(f"{scene.href}decide/", mine)
    assert answer.status_code == 409
    said = words(answer)
    assert "Bea has changed this: Decided: move cases" in said
    assert "They wrote: Two cases go to Cy" in said
    assert "A reduction of 7 hours" in answer.text
    again = {**mine, "version": hidden(answer.text, "version")}
    assert scene.manager.post(f"{scene.href}decide/", again).status_code == 302
    kinds = list(scene.duty.steps.values_list("kind", flat=True).order_by("number"))
    assert kinds == ["opened", "decided", "decided"]
    scene.duty.refresh_from_db()
    assert scene.duty.decision == "reduction"


def test_acknowledging_twice_says_who_did(scene: Scene, somebody: Callable[..., Client]) -> None:
    other = somebody("Bea", "head", "pdu", scene.duty.pdu_code)
    other.post(f"{scene.href}acknowledge/")
    answer = scene.manager.post(f"{scene.href}acknowledge/")
    assert answer.status_code == 409
    assert "Bea has changed this: Acknowledged. You do not need to acknowledge it." in words(answer)


def test_a_practitioner_asks_for_relief_and_sees_the_answer(scene: Scene) -> None:
    own = scene.practitioner
    page = words(own.get(scene.post_href))
    # the first day, and not a number of days that counts those without data as days over
    assert f"Over 110% since {scene.duty.run_since:%-d %B %Y}: excessive workload since" in page
    trends = f"/post/{scene.duty.code}/over-time/"
    assert re.search(rf'href="{trends}">since {scene.duty.run_since:%-d %B %Y}', own.get(scene.href).text)
    assert "the manager must acknowledge by" in page
    assert "This is about your workload." in words(own.get(scene.href))
    answer = own.post(f"{scene.href}ask/", {"said": "No new cases until March"}, follow=True)
    assert "Sent to the manager. An answer is due by" in words(answer)
    assert own.post(f"{scene.href}ask/", {"said": "Again"}).status_code == 409
    page = words(scene.manager.get(scene.href))
    assert "Answer the request for relief" in page
    form = scene.manager.get(f"{scene.href}answer/").text
    assert "No new cases until March" in form
    sent = {"version": hidden(form, "version"), "answer": "part", "said": "None in January"}
    assert scene.manager.post(f"{scene.href}answer/", sent).status_code == 302
    assert "Your request for relief has been answered." in words(own.get("/notices/"))
    page = words(own.get(scene.href))
    assert "Answered the request for relief: in part" in page
    [made] = scene.duty.requests.all()
    page = words(own.get(f"/requests/{made.pk}/"))
    assert "No new cases until March" in page
    assert "In part None in January" in page


def test_what_was_said_is_for_few(scene: Scene, somebody: Callable[..., Client]) -> None:
    scene.practitioner.post(f"{scene.href}ask/", {"said": "SECRET wish"})
    scene.manager.post(f"{scene.href}note/", {"said": "SECRET note"})
    scene.manager.post(f"{scene.href}decide/", typed(scene.state.day, said="SECRET decision"))
    readers = [scene.manager, scene.practitioner, somebody("Sue", "support", "nation", "nation")]
    others = [
        somebody("Pat", "practitioner", "team", scene.duty.team_code),
        somebody("Ana", "analyst", "nation", "nation"),
        somebody("Elsewhere", "manager", "team", scene.elsewhere.code),
    ]
    asked = f"/requests/{scene.duty.requests.get().pk}/"
    for client in readers:
        assert client.get(scene.href).text.count("SECRET") == 2
        assert "SECRET wish" in client.get(asked).text
    for client in others:
        page = client.get(scene.href)
        assert "SECRET" not in page.text
        assert "relief" not in words(page)
        assert client.get(asked).status_code == 404
        assert "Decided: move cases" in words(page)
        assert client.get(f"{scene.href}decide/").status_code == 403


def test_a_late_answer_tells_nobody_else_that_relief_was_asked_for(
    scene: Scene, somebody: Callable[..., Client], program: Callable[..., Program]
) -> None:
    scene.manager.post(f"{scene.href}acknowledge/")
    scene.manager.post(f"{scene.href}decide/", typed(scene.state.day, said="x"))
    scene.practitioner.post(f"{scene.href}ask/", {"said": "SECRET wish"})
    Duty.objects.update(relief_by=scene.state.day - timedelta(days=1))
    Request.objects.update(answer_by=scene.state.day - timedelta(days=1))
    assert turn(scene.state.day) == 0
    assert Notice.objects.filter(kind="late", user__name="Ann Manager").count() == 1
    assert "1 working day late" in words(scene.manager.get(scene.href))
    assert program("manager", "team", scene.duty.team_code).get(f"duties/{scene.duty.pk}")["late"]
    other = somebody("Pat", "practitioner", "team", scene.duty.team_code)
    page = words(other.get(scene.href))
    assert "answer" not in page
    assert "Late, so" not in page
    shown = program("practitioner", "team", scene.duty.team_code).get(f"duties/{scene.duty.pk}")
    assert (shown["late"], [step["kind"] for step in shown["steps"]]) == (
        False, ["opened", "acknowledged", "decided"],
    )  # fmt: skip
    team = f"/team/{scene.duty.team_code}/duties/"
    assert "1 action is open, no step overdue" in words(other.get(team))
    assert "No actions are overdue." in words(other.get(f"{team}?show=late"))


def test_notices_end_with_the_role_that_they_came_by(scene: Scene) -> None:
    assert scene.duty.name in words(scene.manager.get("/notices/"))
    assert "Your workload" in words(scene.practitioner.get("/notices/"))
    RoleGrant.objects.update(last_day=date(2020, 2, 1))
    page = words(scene.manager.get("/notices/"))
    assert scene.duty.name not in page
    assert "About something that your roles no longer let you read." in page
    assert "Your workload" in words(scene.practitioner.get("/notices/"))


def test_the_order_of_names_is_not_told_without_a_role(
    scene: Scene, signed_in: Callable[..., Client]
) -> None:
    first, last = scene.duty, Duty.objects.get()
    Duty.objects.update(name="Zoe")
    last.pk, last.staff_code, last.name = None, f"{first.staff_code}Z", "Abel"
    last.save()
    address = f"/team/{first.team_code}/duties/?sort=name"
    with_role = words(scene.manager.get(address))
    assert with_role.index("Abel") < with_role.index("Zoe")
    client = signed_in("manager")
    RoleGrant.objects.update(last_day=date(2020, 2, 1))
    page = words(client.get(address))
    assert page.index(first.code) < page.index(last.code)
    assert "Abel" not in page


def test_nobody_handles_their_own(scene: Scene) -> None:
    from wmt.site.accounts.models import User

    User.objects.filter(name="Ann Manager").update(staff_code=scene.duty.staff_code)
    answer = scene.manager.post(f"{scene.href}acknowledge/")
    assert answer.status_code == 403
    assert "This action is about you, so someone else must handle it." in words(answer)
    assert "No manager assigned to this team" in words(scene.manager.get(scene.href))


def test_registers_at_each_level(scene: Scene, signed_in: Callable[..., Client]) -> None:
    client = signed_in("analyst")
    turn(scene.duty.acknowledge_by + timedelta(1))
    for level, code in (
        ("nation", "nation"), ("region", scene.duty.region_code), ("pdu", scene.duty.pdu_code),
        ("team", scene.duty.team_code), ("post", scene.duty.code),
    ):  # fmt: skip
        address = "/nation/duties/" if level == "nation" else f"/{level}/{code}/duties/"
        page = words(client.get(address))
        assert "1 action is open, no step overdue" in page, level
        assert scene.duty.name in page
        assert "1 excessive-workload action is open" in words(
            client.get(address.removesuffix("duties/"))
        ) or (level == "post")
    assert "No actions are open" in words(client.get(f"/team/{scene.elsewhere.code}/duties/"))
    for table in ("duties", "months", "handled"):
        for kind in ("csv", "xlsx", "parquet"):
            answer = client.get(f"/team/{scene.duty.team_code}/duties/{table}.{kind}")
            assert answer.status_code == 200, (table, kind)
            assert b"".join(answer.streaming_content)
    page = words(client.get(f"/team/{scene.duty.team_code}/duties/?show=closed"))
    assert "No actions have closed." in page
    assert scene.duty.name in words(client.get("/nation/duties/?show=all&decided=nothing"))
    assert scene.duty.name not in words(client.get("/nation/duties/?show=all&decided=accept"))


def test_a_register_says_where_nobody_has_the_role(scene: Scene, signed_in: Callable[..., Client]) -> None:
    from wmt.site.accounts.models import RoleGrant

    RoleGrant.objects.all().delete()
    page = words(signed_in("analyst").get(f"/team/{scene.duty.team_code}/duties/"))
    assert "No manager or head assigned" in page
    page = words(signed_in("support").get(scene.href))
    assert "No manager assigned to this team, and no head to its PDU." in page


def test_there_is_no_such_duty(scene: Scene) -> None:
    for number in (scene.duty.pk + 1, 10**30):
        assert scene.manager.get(f"/duty/{number}/").status_code == 404
        assert scene.manager.get(f"/duty/{number}/decide/").status_code == 404


def test_notices_are_counted_in_the_header_and_marked_read(scene: Scene) -> None:
    page = scene.manager.get("/gallery/").text
    assert re.search(r'wmt-who__count">1<', page)
    answer = scene.manager.post("/notices/read/", follow=True)
    assert "1 notification marked as read." in words(answer)
    assert "wmt-who__count" not in scene.manager.get("/gallery/").text


def test_duties_of_others_regions_are_not_there_where_reading_is_narrowed(
    scene: Scene, somebody: Callable[..., Client], settings: Any
) -> None:
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, read_scope="region")
    client = somebody("Far", "manager", "team", scene.elsewhere.code)
    assert client.get(scene.href).status_code == 404
    assert scene.manager.get(scene.href).status_code == 200


def test_a_closed_duty_says_why_and_takes_notes_only(scene: Scene) -> None:
    scene.breaks()
    assert Duty.objects.get().closed_why == "under"
    page = words(scene.manager.get(scene.href))
    assert "95.0% on" in page
    assert "not over 110%" in page
    assert scene.manager.post(f"{scene.href}acknowledge/").status_code == 409
    assert scene.manager.post(f"{scene.href}note/", {"said": "Thank you"}).status_code == 302
    assert "95.0% on" in words(scene.manager.get(scene.href))
