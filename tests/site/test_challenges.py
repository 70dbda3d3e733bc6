"""Challenged figures: whoever says that something is wrong has an answer or a clock; nobody else reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tabs_fixtures import in_sight, links, table_of

from how_many import SOAK
from wmt.site.accounts.access import Denied
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import RefusedError
from wmt.site.challenges import register
from wmt.site.challenges.models import Challenge
from wmt.site.changes import challenges as action
from wmt.site.links import unit_url
from wmt.site.outbox.models import Message
from wmt.site.workload.models import Line, Pricing
from wmt.site.workload.state import current_state


@dataclass
class Scene:
    """A post with a case, its practitioner, their manager and somebody else."""

    post: Any
    ref: str
    practitioner: Client
    manager: Client
    stranger: Client

    def ask(self, client: Client, **more: str) -> Any:
        usual = {"key": "k", "fact": "tier", "ref": self.ref, "words": "It has been C2 since Monday."}
        return client.post(f"/challenges/new/{self.post.code}/", {**usual, **more})


@pytest.fixture
def scene(nation: Any, signed_in: Callable[..., Client]) -> Scene:
    post = nation.unit("post", team_code__gt="", staff_code__gt="", cases__gt=3)
    kinds = Pricing.objects.filter(load=nation.load, kind="case", status="active").exclude(stream="omic")
    lines = Line.objects.filter(load=nation.load, post_no=post.number, pricing__in=kinds.values("number"))
    ref = lines.exclude(ref="").order_by("ref").values_list("ref", flat=True)[0]
    of_team = ("team", post.team_code)
    return Scene(
        post,
        ref,
        signed_in("practitioner", *of_team, staff_code=post.staff_code),
        signed_in("manager", *of_team),
        signed_in("", email="stranger@example.org"),
    )


def test_it_is_said_answered_and_told(scene: Scene) -> None:
    page = scene.practitioner.get(unit_url("post", scene.post.code, "working", figure="points")).text
    assert any(href.startswith(f"/challenges/new/{scene.post.code}/?fact=") for href in links(page))
    assert scene.ask(scene.practitioner).status_code == 302
    assert scene.ask(scene.practitioner).status_code == 302  # the same form twice
    row = Challenge.objects.get()
    line = register.lines_x100(current_state(), scene.post, "tier", scene.ref)
    assert (row.line_x100, row.answers, row.points_x100) == (line, "manager", scene.post.points_x100)
    assert row.due > current_state().day
    mail = Message.objects.get(kind="challenge")
    assert "manager" in mail.user.email
    assert scene.ref not in mail.body + mail.subject
    assert "C2 since Monday" not in mail.body
    assert scene.ask(scene.practitioner, key="other").status_code == 409  # it is open already
    assert (
        scene.practitioner.post(f"/challenges/{row.pk}/", {"outcome": "right", "words": "x"}).status_code
        == 403
    )
    assert scene.manager.post(f"/challenges/{row.pk}/", {"outcome": "", "words": ""}).status_code == 422
    said = {"outcome": "stands", "words": "The risk register says B2."}
    assert scene.manager.post(f"/challenges/{row.pk}/", said).status_code == 302
    page = in_sight(scene.practitioner.get(f"/challenges/{row.pk}/").text)
    assert "The risk register says B2." in page
    assert "a change of 0" in page
    assert Message.objects.filter(kind="answer").count() == 1
    assert scene.practitioner.post(f"/challenges/{row.pk}/withdraw/").status_code == 302
    row.refresh_from_db()
    assert (row.outcome, row.withdrawn_at) == ("stands", None)
    events = AuditEvent.objects.filter(kind="challenge")
    assert events.count() == 2
    assert not any(scene.ref in str(each.sentence) or "Monday" in str(each.sentence) for each in events)


def test_who_reads_it(scene: Scene) -> None:
    assert scene.ask(scene.stranger).status_code == 422  # they cannot read the case
    assert Challenge.objects.count() == 0
    scene.ask(scene.practitioner)
    row = Challenge.objects.get()
    assert scene.stranger.get(f"/challenges/{row.pk}/").status_code == 404
    for level, code in (("team", scene.post.team_code), ("post", scene.post.code), ("nation", "nation")):
        page = scene.stranger.get(unit_url(level, code, "challenges")).text
        assert "No figure is challenged here." in page
        assert "Monday" not in page
        assert len(table_of(scene.manager.get(unit_url(level, code, "challenges")).text, "challenges")) == 1
        told = scene.stranger.get(f"/api/v1/units/{level}/{code}/challenges").json()
        assert (told["items"], told["open"]) == ([], None if level == "post" else 1)
    own = scene.practitioner.get(f"/api/v1/units/post/{scene.post.code}/challenges").json()["items"]
    assert [each["ref"] for each in own] == [scene.ref]


def test_the_api_asks_answers_and_takes_back(scene: Scene) -> None:
    sent = {"fact": "hours", "words": "I work 30 hours.", "key": "a"}

    def post(client: Client, address: str, body: Any) -> Any:
        return client.post(f"/api/v1/{address}", body, content_type="application/json")

    address = f"posts/{scene.post.code}/challenges"
    made = post(scene.practitioner, address, sent)
    assert made.json()["state"] == "open"
    number = made.json()["number"]
    assert post(scene.practitioner, address, sent).json()["number"] == number
    assert (
        post(scene.practitioner, address, {**sent, "words": "else"}).json()["faults"][0]["code"]
        == "KEY_TAKEN"
    )
    for wrong, code in (
        ({"fact": "weather"}, "FACT"),
        ({"words": " "}, "WORDS"),
        ({"fact": "report", "ref": "none"}, "REF"),
    ):
        faults = post(scene.practitioner, address, {**sent, **wrong, "key": ""}).json()["faults"]
        assert [each["code"] for each in faults] == [code]
    assert post(scene.manager, f"challenges/{number}/withdraw", {}).status_code == 403
    assert post(scene.practitioner, f"challenges/{number}/withdraw", {}).json()["state"] == "withdrawn"
    assert (
        post(scene.manager, f"challenges/{number}/answer", {"outcome": "right", "words": "x"}).status_code
        == 409
    )


def test_points_are_answered_by_an_administrator(scene: Scene, signed_in: Callable[..., Client]) -> None:
    scene.ask(scene.practitioner, fact="points", ref="")
    row = Challenge.objects.get()
    assert row.answers == "administrator"
    said = {"outcome": "passed", "words": "Sent to the national team."}
    assert scene.manager.post(f"/challenges/{row.pk}/", said).status_code == 403
    assert signed_in("administrator").post(f"/challenges/{row.pk}/", said).status_code == 302


def test_posts_under_another_code_keep_theirs(scene: Scene) -> None:
    scene.ask(scene.practitioner)
    action.follow_posts({scene.post.code: "NEW:CODE1"})
    assert Challenge.objects.get().post == "NEW:CODE1"


@pytest.fixture
def people(nation: Any) -> tuple[list[Any], list[User]]:
    """Three posts with their practitioners, two managers, a head and an administrator."""
    team = nation.unit("team", posts__gt=3)
    of_team = {"load": nation.load, "level": "post", "whole": True, "team_code": team.code}
    posts = list(type(team).objects.filter(**of_team, staff_code__gt="").order_by("code")[:3])
    made = []
    roles = [("practitioner", "team", team.code)] * 3 + [("manager", "team", team.code)] * 2
    roles += [("head", "pdu", team.pdu_code), ("administrator", "nation", "nation")]
    for number, (role, level, code) in enumerate(roles):
        staff = posts[number].staff_code if number < 3 else ""
        user = User.objects.create_user(f"p{number}@example.org", name=f"P{number}", staff_code=staff)
        RoleGrant.objects.create(user=user, role=role, level=level, code=code, first_day=timezone.localdate())
        made.append(user)
    return posts, made


@pytest.mark.one_database
def test_every_challenge_has_an_owner_a_clock_and_an_answer_or_is_open(people: Any) -> None:
    """Random histories; a thousand in the soak."""
    posts, users = people
    state, random = current_state(), Random(18)
    for _ in range(1_000 if SOAK else 12):
        Challenge.objects.all().delete()
        for _ in range(random.randint(1, 7)):
            _act(random, posts, users, state)
        for row in Challenge.objects.all():
            assert action.owners_of(row), "nobody is asked"
            assert row.due >= state.day
            assert row.owner in {"practitioner", "admin", "manager", "other_office"}
            closed = [row.answered_at is not None, row.withdrawn_at is not None]
            assert closed.count(True) <= 1
            assert row.is_open == (not any(closed))
            assert bool(row.outcome) == bool(row.answer_words) == closed[0]
            if closed[0]:
                assert row.answered_by_id not in (None, row.asked_by_id)
                assert row.answered_by.staff_code != row.staff_code
            assert row.is_late(row.due + timedelta(1)) == row.is_open


def _act(random: Random, posts: list[Any], users: list[User], state: Any) -> None:
    """Somebody does something, allowed or not."""
    user, number = random.choice(users), random.choice([*Challenge.objects.values_list("pk", flat=True), 1])
    fact = random.choice(["case", "tier", "hours", "points", "reduction", "weather"])
    wanted = action.ChallengeRequest(
        fact=fact, words=random.choice(["wrong", "", "still"]), key=random.choice("abcd")
    )
    try:
        match random.choice(["ask", "ask", "answer", "answer", "withdraw"]):
            case "ask":
                action.ask(actor=user, post=random.choice(posts), state=state, wanted=wanted)
            case "answer":
                outcome = random.choice([*Challenge.Outcome.values, "maybe"])
                action.answer(actor=user, number=number, state=state, outcome=outcome, words=wanted.words)
            case _:
                action.withdraw(actor=user, number=number, state=state)
    except (RefusedError, Denied, register.UnknownChallenge):
        pass
