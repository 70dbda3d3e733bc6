"""Challenged figures: whoever says that something is wrong has an answer or a clock; nobody else reads it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from html import unescape
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tabs_fixtures import in_sight, links, table_of

from how_many import SOAK
from wmt import rules
from wmt.site.accounts.access import Denied
from wmt.site.accounts.models import LimitedAccess, RoleGrant, User
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import RefusedError
from wmt.site.challenges import register
from wmt.site.challenges.models import Challenge
from wmt.site.changes import challenges as action
from wmt.site.links import unit_url
from wmt.site.outbox.models import Message
from wmt.site.web.challenges.pages import _capacity
from wmt.site.workload.models import Line, Pricing, Unit
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


def test_pages_lead_to_the_form_filled_in_and_to_what_is_open_already(scene: Scene) -> None:
    new, case = f"/challenges/new/{scene.post.code}/", f"/case/?crn={scene.ref}"
    hours = unit_url("post", scene.post.code, "hours")
    for page, asked in ((case, f"fact=tier&ref={scene.ref}"), (hours, "fact=hours&ref=")):
        there = unescape(scene.practitioner.get(page).text)
        assert f"{new}?{asked}" in there
        assert "Said to be wrong" not in there
    scene.ask(scene.practitioner, fact="case")
    scene.ask(scene.stranger, fact="hours", ref="", key="h")
    of_case, of_hours = Challenge.objects.order_by("pk")
    for client, page, row, reads in (
        (scene.manager, case, of_case, True), (scene.manager, hours, of_hours, True),
        (scene.stranger, hours, of_hours, True), (scene.practitioner, hours, of_hours, True),
    ):  # fmt: skip
        found = links(client.get(page).text)
        assert (f"/challenges/{row.pk}/" in found) == reads
        assert not any(href.startswith(new) and "fact=tier" in href for href in found)
    other = unescape(
        scene.practitioner.get(unit_url("post", scene.post.code, "working", figure="points")).text
    )
    assert f"/challenges/{of_case.pk}/" in other


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
    administrator = signed_in("administrator")
    scene.ask(scene.practitioner, fact="points", ref="")
    row = Challenge.objects.get()
    assert row.answers == "administrator"
    said = {"outcome": "passed", "words": "Sent to the national team."}
    assert scene.manager.post(f"/challenges/{row.pk}/", said).status_code == 403
    assert administrator.post(f"/challenges/{row.pk}/", said).status_code == 302


def test_posts_under_another_code_keep_theirs(scene: Scene) -> None:
    scene.ask(scene.practitioner)
    action.follow_posts({scene.post.code: "NEW:CODE1"})
    assert Challenge.objects.get().post == "NEW:CODE1"


def said_at(post: str, by: User | None = None, **more: Any) -> Challenge:
    """A challenge of contracted hours of a post, as it is kept."""
    team, _, staff = post.partition(":")
    usual = {"fact": "hours", "words": "30 hours", "answers": "manager"}
    return Challenge.objects.create(
        **{**usual, "points_x100": 0, "available_x100": 0, **more}, key=f"said{Challenge.objects.count()}",
        team_code=team, staff_code=staff, owner="manager", due=timezone.localdate(), asked_by=by,
        asked_who="x",
    )  # fmt: skip


@pytest.mark.django_db
def test_challenges_follow_posts_along_chains_exchanges_and_to_one_post() -> None:
    user = User.objects.create_user("mover@example.org", name="M")
    first, second, third, fourth = (said_at(f"T{number}:S", user) for number in range(1, 5))
    stays = said_at("T9:S", user)
    moved = {"T1:S": "T2:S", "T2:S": "T1:S", "T3:S": "T4:S", "T4:S": "T9:S"}
    action.follow_posts(moved)
    for row, post, is_open in (
        (first, "T2:S", True), (second, "T1:S", True), (third, "T4:S", True), (fourth, "T9:S", False),
        (stays, "T9:S", True),
    ):  # fmt: skip
        row.refresh_from_db()
        assert (row.post, row.is_open) == (post, is_open)
    assert (fourth.outcome, fourth.withdrawn_at) == ("passed", None)


def test_what_is_about_a_case_is_for_those_who_read_the_case(
    scene: Scene, signed_in: Callable[..., Client]
) -> None:
    """Support reads no cases as shipped, and lists of the nation go by who may download references."""
    scene.ask(scene.practitioner)
    row = Challenge.objects.get()
    row_of = f"/challenges/{row.pk}/"
    head = signed_in("head", "pdu", scene.post.pdu_code)
    others = (signed_in("support"), False), (signed_in("administrator"), True), (head, True)
    for other, reads in others:
        seen = other.get(row_of).text + other.get(f"/api/v1/units/post/{scene.post.code}/challenges").text
        assert (scene.ref in seen, "since Monday" in seen) == (reads, reads)
        nation = other.get("/api/v1/units/nation/nation/challenges").json()["items"]
        if other is not others[1][0]:  # an administrator may download them
            told = [(each["ref"], each["points_then"], each["withheld"]) for each in nation]
            assert told == [("", None, True)]
    own = scene.practitioner
    RoleGrant.objects.filter(user=row.asked_by).update(code="ANOTHER")
    User.objects.filter(pk=row.asked_by_id).update(staff_code="MOVED")
    scene.manager.post(row_of, {"outcome": "stands", "words": "The answer is B2."})
    page = own.get(row_of).text
    assert "since Monday" in page
    assert scene.ref not in page
    assert "The answer is B2." not in page
    assert "Points of it" not in page


def test_whoever_is_shut_out_of_a_case_learns_nothing_of_it(scene: Scene) -> None:
    scene.ask(scene.practitioner, fact="case")
    row = Challenge.objects.get()
    scene.manager.post(f"/challenges/{row.pk}/", {"outcome": "stands", "words": f"{scene.ref} is theirs."})
    manager = User.objects.get(email__startswith="manager")
    shut = [manager.email.upper(), scene.post.staff_code.upper()]
    LimitedAccess.objects.create(ref=scene.ref.upper(), excluded=shut, restricted=[], is_current=True)
    assert scene.manager.get(f"/challenges/{row.pk}/").status_code == 404
    assert scene.ref not in scene.practitioner.get(f"/challenges/{row.pk}/").text
    said_at(scene.post.code, row.asked_by, fact="contact", words=f"A contact on {scene.ref.lower()}.")
    assert scene.manager.get(f"/api/v1/units/post/{scene.post.code}/challenges").json()["items"] == []


def test_asking_tells_nothing_of_cases_nor_of_what_others_asked(scene: Scene) -> None:
    scene.ask(scene.practitioner, fact="case")
    scene.ask(scene.practitioner, fact="hours", ref="", key="h")
    for ref in (scene.ref, "X000000"):  # open, and unknown: the same words
        refused = scene.ask(scene.stranger, fact="case", ref=ref, key="")
        assert (refused.status_code, "no such item today that you may read" in refused.text) == (422, True)
    assert scene.ask(scene.stranger, fact="hours", ref="", key="s").status_code == 302
    assert scene.ask(scene.stranger, fact="hours", ref="", key="s2").status_code == 409  # their own
    assert scene.ask(scene.manager, fact="hours", ref="", key="m").status_code == 409  # who reads it


def test_a_day_in_the_past_counts_as_it_was_then(scene: Scene) -> None:
    state = current_state()
    now = timezone.make_aware(datetime.combine(state.day, time(12)))
    said_at(scene.post.code)
    Challenge.objects.update(
        asked_at=now - timedelta(29), answered_at=now - timedelta(10), outcome="stands",
        due=state.day - timedelta(25), pdu_code="FORMER", line_x100=8_200,
    )  # fmt: skip
    past: Any = SimpleNamespace()  # any: what is asked of a state of the past is that it is one
    then = replace(state, as_of=past, day=state.day - timedelta(20))
    unit = Unit.objects.get(load_id=state.load_id, level="pdu", whole=True, code=scene.post.pdu_code)
    assert register.counts(then, unit) == register.ChallengeCounts(1, 1, 0)
    assert register.counts(state, unit) == register.ChallengeCounts(0, 0, 1)
    assert [row.is_open for row in register.of_unit(None, then, unit)] == [True]
    assert register.line_now_x100(state, Challenge.objects.get(), scene.post) is None  # its reference is gone


def test_due_days_go_by_the_rules_as_they_are_now(monkeypatch: Any) -> None:
    state: Any = SimpleNamespace(day=date(2026, 11, 30))
    assert register.facts_on(state)["case"].days == 5
    there = rules.load().parameters
    days = there["challenge_facts.case.days"]
    longer = replace(days, values=tuple(replace(each, value=10) for each in days.values))
    tree = rules.Tree({**there, days.path: longer})
    monkeypatch.setattr(rules, "load", lambda: tree)
    assert register.facts_on(state)["case"].days == 10


def test_whoever_asks_is_never_the_one_who_is_asked(people: Any) -> None:
    (post, *_), (_, _, _, first, second, head, _) = people
    RoleGrant.objects.filter(user=second).delete()
    row = said_at(post.code, first, pdu_code=post.pdu_code)
    assert action.owners_of(row) == [head]
    row.asked_by = head
    assert action.owners_of(row) == [first]


def test_where_the_only_administrator_asks_the_head_answers(people: Any) -> None:
    (post, *_), (_, _, _, manager, _, head, administrator) = people
    row = said_at(post.code, administrator, fact="points", answers="administrator", pdu_code=post.pdu_code)
    assert action.owners_of(row) == [head]
    state = current_state()
    assert [action.may_answer(user, row, state) for user in (administrator, head, manager)] == [
        False, True, False,
    ]  # fmt: skip
    answered = action.answer(
        actor=head, number=row.pk, state=state, outcome=Challenge.Outcome.STANDS, words="It does."
    )
    assert answered.answered_by == head


def test_omic_posts_have_no_capacity() -> None:
    post: Any = SimpleNamespace(points_x100=100, available_x100=100, stream="omic")
    assert _capacity(post, post) == "not measured"


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
