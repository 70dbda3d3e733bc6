"""Records of a post that is gone: who may carry them over, what they see first, and that it is done once."""

# ruff: noqa: F401, F811 - fixtures come by import
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from api_fixtures import Program, program
from django.db.models import Count
from django.test import Client
from exports_fixtures import body
from hours_fixtures import TODAY, Room, faults, figures, hidden, somebody, words
from people_pages_fixtures import enter

from wmt.site.accounts.models import RoleGrant, User
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import Change
from wmt.site.availability.models import Reduction
from wmt.site.availability.queries import every_reason, plans_of
from wmt.site.availability.records import Post, PostRecords
from wmt.site.changes.carry_rights import former_pdu
from wmt.site.changes.reconcile import differences
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

COURT = "22"


def gone(post: Post) -> Post:
    """Hours, a reduction and one that is over, entered for a post that is gone."""
    enter(
        Change(kind="hours", post=post, first_day=TODAY, hours_micro=20_000_000),
        Change(
            kind="reduction", post=post, first_day=TODAY, reason=COURT, hours_micro=2_000_000, notes="Long"
        ),
        Change(
            kind="reduction", post=post, first_day=date(2026, 1, 1), last_day=date(2026, 2, 1), reason=COURT,
            hours_micro=1_000_000,
        ),
    )  # fmt: skip
    return post


@pytest.fixture
def room(nation: Any) -> Room:
    """A post that nobody entered anything of, in a PDU of two teams, and the manager of its team."""
    taken = {":".join(post) for post, plan in plans_of().items() if plan != PostRecords()}
    shown = Unit.objects.filter(load=nation.load, whole=True)
    pdus = shown.filter(level="team").values("pdu_code").annotate(teams=Count("code")).filter(teams__gt=1)
    posts = shown.filter(level="post", grade="PO", stale_since=None, pdu_code__in=pdus.values("pdu_code"))
    post = posts.exclude(code__in=taken).filter(points_x100__gt=0).order_by("code")[0]
    manager = User.objects.create_user("ann@example.org", name="Ann Manager")
    team = shown.get(level="team", code=post.team_code)
    RoleGrant.objects.create(user=manager, role="manager", level="team", code=team.code, first_day=TODAY)
    client = Client()
    client.force_login(manager)
    return Room(team, post, manager, client)


@pytest.fixture
def old(room: Room) -> Post:
    """A former post of the same officer, in another team of the same PDU, which is still shown."""
    teams = Unit.objects.filter(load=room.post.load, level="team", whole=True, pdu_code=room.post.pdu_code)
    team = teams.exclude(code=room.team.code).order_by("code").first()
    assert team is not None
    RoleGrant.objects.create(user=room.manager, role="manager", level="team", code=team.code, first_day=TODAY)
    return gone((team.code, room.post.staff_code))


def address(old: Post, room: Room) -> str:
    return f"/hours/carry-over/?from={quote(':'.join(old))}&to={quote(room.post.code)}"


def plan(post: Post) -> PostRecords:
    return plans_of([post])[post]


def sent(client: Client, url: str, why: str = "The team got another code") -> Any:
    """The form as a browser without JavaScript sends it."""
    page = client.get(url).content.decode()
    return client.post(url, {"shown": hidden(page, "shown"), "why": why})


def test_the_effect_is_shown_and_is_what_comes(room: Room, old: Post) -> None:
    assert "have not been moved" in words(room.client.get(room.href))
    choice = room.client.get(f"/hours/carry-over/?from={':'.join(old)}").content.decode()
    assert f'value="{room.post.code}"' in choice
    page = room.client.get(address(old, room)).content.decode()
    said = re.sub(r"<[^>]*>", "", page)
    assert "20 hours a week" in said
    assert "1 January" not in said
    shown = figures(page)[room.post.name]
    assert plan(old).hours, "looking changes nothing"
    answer = sent(room.client, address(old, room))
    assert (answer.status_code, answer["Location"]) == (302, room.href)
    after = room.again(room.post)
    assert after.contracted_hours_micro == 20_000_000
    assert shown["Contracted hours a week"][1] == "20"
    assert after.reduction_hours_micro == 2_000_000
    assert shown["Available points"][1].replace(",", "").startswith(str(after.available_x100 // 100))
    assert [cut.notes for cut in room.plan.reductions] == ["Long"]
    assert [cut.last_day for cut in plan(old).reductions] == [date(2026, 2, 1)], "what ended stays"
    assert not plan(old).hours
    event = AuditEvent.objects.get(kind="records carried over")
    assert event.actor == room.manager
    assert "The team got another code" in event.sentence
    page = words(room.client.get(room.href))
    assert "2 records were moved" in page
    assert "have not been moved" not in page
    assert differences(current_state()) == []


def test_a_second_click_does_nothing_again(room: Room, old: Post) -> None:
    page = room.client.get(address(old, room)).content.decode()
    typed = {"shown": hidden(page, "shown"), "why": "New code"}
    room.client.post(address(old, room), typed)
    versions = Reduction.objects.count()
    again = room.client.post(address(old, room), typed)
    assert again["Location"] == room.href
    assert "have already been moved" in words(room.client.get(room.href))
    assert Reduction.objects.count() == versions
    assert AuditEvent.objects.filter(kind="records carried over").count() == 1


def test_what_changed_meanwhile_is_shown_first(room: Room, old: Post) -> None:
    page = room.client.get(address(old, room)).content.decode()
    post = room.post.team_code, room.post.staff_code
    enter(Change(kind="reduction", post=post, first_day=TODAY, reason="22", hours_micro=1_000_000))
    before = plan(old), room.plan
    answer = room.client.post(address(old, room), {"shown": hidden(page, "shown"), "why": "New code"})
    assert answer.status_code == 409
    assert "Nothing was moved" in words(answer)
    assert "New code" in answer.content.decode(), "no word is lost"
    assert (plan(old), room.plan) == before
    assert sent(room.client, address(old, room)).status_code == 302


def test_carried_elsewhere_meanwhile(room: Room, old: Post) -> None:
    page = room.client.get(address(old, room)).content.decode()
    other = Unit.objects.filter(load=room.post.load, level="post", whole=True, team_code=room.team.code)
    there = other.exclude(code=room.post.code).order_by("code")[0]
    to_other = address(old, room).replace(quote(room.post.code), quote(there.code))
    assert "staff codes are different" in words(room.client.get(to_other))
    assert sent(room.client, to_other).status_code == 302
    answer = room.client.post(address(old, room), {"shown": hidden(page, "shown"), "why": "New code"})
    assert answer.status_code == 409
    assert f"were moved to {there.code}" in words(answer)
    assert room.plan == PostRecords()


def test_hours_in_the_way_are_named_and_nothing_is_half_done(room: Room, old: Post) -> None:
    post = room.post.team_code, room.post.staff_code
    enter(Change(kind="hours", post=post, first_day=TODAY, hours_micro=30_000_000))
    before = plan(old), room.plan
    page = room.client.get(address(old, room))
    assert "are entered already" in words(page)
    assert '<form method="post" novalidate' not in page.content.decode()
    shown = {"shown": "x", "why": "New code"}
    assert room.client.post(address(old, room), shown).status_code in (409, 422)
    assert (plan(old), room.plan) == before


def test_why_is_needed_and_wrong_addresses_are_told(room: Room, old: Post) -> None:
    answer = sent(room.client, address(old, room), why=" ")
    assert answer.status_code == 422
    assert faults(answer.content.decode()) == {"why": "Enter why, for the history"}
    code = ":".join(old)
    wrong = room.client.get(f"/hours/carry-over/?from={code}&other=N99:NONE")
    assert wrong.status_code == 422
    assert faults(wrong.content.decode()) == {"other": "There is no post N99:NONE in the figures shown"}
    empty = room.client.get(f"/hours/carry-over/?from={code}&other=")
    assert faults(empty.content.decode()) == {"other": "Choose a post, or enter its code"}
    for none in ("NONE", "", "N99:", "x" * 700):
        unknown = room.client.get("/hours/carry-over/", {"from": none})
        assert unknown.status_code == 422
        assert "is not the code of a post. Choose one of these posts" in words(unknown)
        assert code in words(unknown)
    assert room.client.post("/hours/carry-over/").status_code == 404
    shown = room.client.get(f"/hours/carry-over/?from={room.post.code}&to={room.post.code}")
    assert "is in the figures shown" in words(shown)
    assert code in words(room.client.get("/hours/carry-over/"))
    assert code in body(room.client.get("/hours/carry-over/left.csv")).decode()


@pytest.mark.parametrize(
    ("role", "where", "may"),
    [
        ("administrator", "nation", True), ("head", "pdu", True), ("manager", "new", False),
        ("manager", "old", False), ("practitioner", "new", False), ("analyst", "nation", False),
        ("support", "nation", False), ("head", "elsewhere", False),
    ],
)  # fmt: skip
def test_the_role_is_needed_at_both(
    role: str, where: str, may: bool, room: Room, old: Post, program: Callable[..., Program]
) -> None:
    pdus = Unit.objects.filter(load=room.post.load, level="pdu", whole=True)
    elsewhere = pdus.exclude(code=room.post.pdu_code).order_by("code")[0].code
    place = {
        "nation": ("nation", "nation"), "pdu": ("pdu", room.post.pdu_code), "new": ("team", room.team.code),
        "old": ("team", old[0]), "elsewhere": ("pdu", elsewhere),
    }[where]  # fmt: skip
    asker = program(role, *place)
    browser = Client()
    browser.force_login(asker.user)
    before = plan(old), room.plan
    denied = AuditEvent.objects.filter(kind="denied").count()
    asked = {"from": ":".join(old), "why": "New code", "check": True}
    answers = [
        browser.get(address(old, room)),
        browser.post(address(old, room), {"why": "New code"}),
        asker.ask("post", f"posts/{room.post.code}/carry-over", asked),
    ]
    assert [answer.status_code for answer in answers] == ([200, 409, 200] if may else [403, 403, 403])
    assert AuditEvent.objects.filter(kind="denied").count() == denied + (0 if may else 3)
    assert (plan(old), room.plan) == before
    if not may:
        assert ":".join(old) not in words(browser.get("/hours/carry-over/")) or where == "old"


def test_a_team_that_is_gone_is_its_former_pdus(room: Room, somebody: Any, old: Post) -> None:
    """The night that is shown still names the team, as a past one does after a load."""
    assert former_pdu(old[0]) == room.post.pdu_code
    assert former_pdu("NEVER") == ""
    Unit.objects.filter(load=room.post.load, level="team", code=old[0]).update(code="RENAMED")
    head = somebody("Hedda", "head", "pdu", room.post.pdu_code)
    page = head.get(address(old, room))
    assert page.status_code == 200
    assert room.client.get(address(old, room)).status_code == 403, "the role at the team alone went with it"
    never = gone(("NEVER", room.post.staff_code))
    assert head.get(address(never, room)).status_code == 403
    notice = words(head.get(room.href))
    assert "someone who can enter hours at both posts" in notice
    admin = somebody("Ada", "administrator", "nation", "nation")
    assert admin.get(address(never, room)).status_code == 200


def test_reasons_are_for_who_may_read_them(room: Room, somebody: Any, old: Post) -> None:
    """The head of the former PDU of a team that is gone may act, but reads no reason of its posts."""
    reason = every_reason()[COURT].short_name
    assert f"{reason}: 2 hours" in words(room.client.get(address(old, room)))
    Unit.objects.filter(load=room.post.load, level="team", code=old[0]).update(code="RENAMED")
    head = somebody("Hedda", "head", "pdu", room.post.pdu_code)
    page = words(head.get(address(old, room)))
    assert "Reduced hours: 2 hours" in page
    assert reason not in page


def test_programs_look_and_do(room: Room, old: Post, program: Callable[..., Program]) -> None:
    admin, code = program("administrator"), f"posts/{room.post.code}/carry-over"
    checked = admin.ask("post", code, {"from": ":".join(old), "check": True}).json()
    assert (checked["saved"], checked["change"], checked["hours"], checked["reductions"]) == (
        False, None, 1, 1,
    )  # fmt: skip
    assert plan(old).hours
    missing = admin.ask("post", code, {"from": ":".join(old)})
    assert (missing.status_code, missing.json()["faults"][0]["code"]) == (422, "WHY_MISSING")
    done = admin.ask("post", code, {"from": ":".join(old), "why": "New code"}).json()
    assert done["saved"]
    assert done["effects"] == checked["effects"]
    post = next(each for each in done["effects"] if each["level"] == "post")
    assert post["after"]["contracted_hours"] == 20
    assert room.again(room.post).contracted_hours_micro == 20_000_000
    again = admin.ask("post", code, {"from": ":".join(old), "why": "New code"})
    assert (again.status_code, again.json()["faults"][0]["code"]) == (409, "ALREADY_CARRIED")
    for wrong, fault in ((room.post.code, "POST_STILL_SHOWN"), ("N99:X", "NOTHING_TO_CARRY")):
        answer = admin.ask("post", code, {"from": wrong, "why": "New code"})
        assert (answer.status_code, answer.json()["faults"][0]["code"]) == (422, fault)
    assert admin.ask("post", code, {"from": "X", "why": "x"}).status_code == 422
    assert admin.ask("post", "posts/N99:X/carry-over", {"from": "X:X", "why": "x"}).status_code == 404
