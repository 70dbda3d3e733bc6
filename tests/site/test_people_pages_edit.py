"""A team's hours and reductions on one form: shown first, and then all of it or nothing."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from people_pages_fixtures import COURT, day_of, enter, hours, plan_of, post_key, reduction, team_with
from tabs_fixtures import table_of

from wmt.days import written
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import Change
from wmt.site.availability.models import Hours, Reduction
from wmt.site.web.availability.team_form import mark


class Form:
    """The form as a browser has it: what was there, and what somebody types over it."""

    def __init__(self, client: Client, code: str) -> None:
        self.client, self.address = client, f"/team/{code}/hours/edit/"
        self.read(client.get(self.address))

    def read(self, answer: Any) -> None:
        """Take the fields of an answer."""
        self.status, self.page = answer.status_code, answer.text
        self.fields = {}
        for found in re.finditer(r"<input([^>]*)>", self.page):
            parts = dict(re.findall(r'(\w+)="([^"]*)"', found[1]))
            if "name" in parts and parts["name"] not in ("q", "csrfmiddlewaretoken"):
                self.fields[parts["name"]] = unescape(parts.get("value", ""))
        for found in re.finditer(r'<select[^>]*name="([^"]+)".*?</select>', self.page, re.S):
            chosen = re.search(r'value="([^"]*)" selected', found[0])
            first = re.search(r'value="([^"]*)"', found[0])
            self.fields[found[1]] = (chosen or first or ["", ""])[1]

    def send(self, do: str = "effect", **typed: str) -> "Form":
        """Type and press a button; the answer's fields are taken."""
        answer = self.client.post(self.address, {**self.fields, **typed, "do": do})
        self.status, self.location = answer.status_code, answer.get("Location", "")
        if self.status != 302:
            self.read(answer)
        return self

    def errors(self) -> dict[str, str]:
        """The messages of the summary by the field each leads to."""
        summary = re.search(r'govuk-error-summary__list">(.*?)</ul>', self.page, re.S)
        found = re.findall(r'href="#([^"]+)">(.*?)</a>', summary[1], re.S) if summary else []
        assert all(f'id="{field}"' in self.page for field, _ in found)
        return {field: unescape(message) for field, message in found}


def hours_of(post: Any) -> str:
    return f"hours-{mark(post.code)}"


def new_of(post: Any, part: str) -> str:
    return f"new-{part}-{mark(post.code)}"


def cut_of(key: str, part: str) -> str:
    return f"{part}-{mark('reduction', key)}"


@pytest.fixture
def team(nation: Any) -> tuple[Any, list[Any]]:
    """A team with three people at least, the first three of whom have nothing standing but their hours."""
    found, posts = team_with(nation, 3)
    keys = {post.staff_code for post in posts[:3]}
    Reduction.objects.filter(team_code=found.code, staff_code__in=keys).update(withdrawn=True)
    return found, posts


@pytest.fixture
def manager(team: Any, signed_in: Callable[..., Client]) -> Client:
    return signed_in("manager", "team", team[0].code)


def test_the_effect_of_everything_is_shown_and_nothing_is_saved(team: Any, manager: Client) -> None:
    unit, posts = team
    form = Form(manager, unit.code)
    before = Hours.objects.count(), Reduction.objects.count()
    soon = day_of() + timedelta(1)
    form.send(
        **{"why": "a plan", hours_of(posts[0]): "20", new_of(posts[1], "reason"): COURT,
           new_of(posts[1], "amount"): "50", new_of(posts[1], "first"): soon.isoformat()}
    )  # fmt: skip
    assert form.status == 200
    rows = table_of(form.page, "effect")
    named = {row["Who"].partition("from ")[0].removesuffix(", ").removesuffix("team") for row in rows}
    assert named == {posts[0].name, posts[1].name, unit.name}
    mine = next(row for row in rows if row["Who"] == posts[0].name)
    assert mine["Contracted hours after"] == "20"
    assert mine["From"] == f"{day_of():%-d %b %Y}today"
    other = [row for row in rows if row["Who"].startswith(posts[1].name) and row["Reductions after"] != "0"]
    assert [row["From"] for row in other] == [f"{soon:%-d %b %Y}"]
    assert (Hours.objects.count(), Reduction.objects.count()) == before
    assert form.fields[hours_of(posts[0])] == "20"


def test_what_was_shown_is_saved_together(team: Any, manager: Client) -> None:
    unit, posts = team
    form = Form(manager, unit.code)
    form.send(
        **{"why": "part-time from now on", hours_of(posts[0]): "20.5", hours_of(posts[1]): "0",
           new_of(posts[2], "reason"): COURT, new_of(posts[2], "amount"): "7.4",
           new_of(posts[2], "unit"): "hours"}
    )  # fmt: skip
    form.send("save")
    assert form.status == 302
    assert form.location == f"/team/{unit.code}/hours/"
    assert plan_of(posts[0]).hours_on(day_of()).hours_micro == 20_500_000
    assert plan_of(posts[1]).hours_on(day_of()).hours_micro == 0
    cut = plan_of(posts[2]).reductions[0]
    assert (cut.reason, cut.hours_micro, cut.first_day, cut.last_day) == (COURT, 7_400_000, day_of(), None)
    rows = Hours.objects.filter(team_code=unit.code, why="part-time from now on")
    assert {row.change for row in rows} == {Reduction.objects.get(key=cut.key).change}
    assert "3 changes are saved" in manager.get(form.location).text
    event = AuditEvent.objects.exclude(kind="read").order_by("-pk").first()
    assert event
    assert "part-time from now on" in event.sentence
    posts[0].refresh_from_db()
    assert posts[0].contracted_hours_micro == 20_500_000


def test_saving_without_having_seen_the_effect_shows_it_first(team: Any, manager: Client) -> None:
    unit, posts = team
    form = Form(manager, unit.code).send("save", **{"why": "w", hours_of(posts[0]): "11"})
    assert form.status == 200
    assert "Nothing was saved: check it again" in form.page
    form.send("save", **{hours_of(posts[0]): "12"})
    assert form.status == 200, "it is not what was shown"
    assert form.send("save").status == 302
    assert plan_of(posts[0]).hours_on(day_of()).hours_micro == 12_000_000


def test_one_fault_saves_nothing_and_every_fault_is_on_its_field(team: Any, manager: Client) -> None:
    unit, posts = team
    form = Form(manager, unit.code)
    form.send(
        **{"why": "w", hours_of(posts[0]): "20", hours_of(posts[1]): "49", hours_of(posts[2]): "much",
           new_of(posts[1], "amount"): "5"}
    )  # fmt: skip
    assert form.status == 422
    assert form.errors() == {
        hours_of(posts[2]): f"Contracted hours of {posts[2].name} must be a number from 0, like 30 or 22.5"
    }
    form.send(**{hours_of(posts[2]): ""})
    faults = form.errors()
    assert set(faults) == {hours_of(posts[1]), new_of(posts[1], "reason")}
    assert faults[hours_of(posts[1])].startswith(f"{posts[1].name}: Contracted hours must be from 0 to")
    assert faults[new_of(posts[1], "reason")] == f"{posts[1].name}: Choose a reason"
    assert "<details" in form.page
    assert " open>" in form.page, "a fault inside what is folded must be seen"
    assert not Hours.objects.filter(team_code=unit.code, hours_micro=20_000_000, ended_change=None).exists()


def test_days_and_why_are_asked_for(team: Any, manager: Client) -> None:
    unit, posts = team
    form = Form(manager, unit.code).send(first_day="", why="", **{hours_of(posts[0]): "20"})
    assert form.errors()["first_day"] == "Enter the first day of new hours"
    form.send(first_day="2026-13-40")
    assert "must be a real date" in form.errors()["first_day"]
    form.send(first_day=day_of().isoformat())
    assert form.status == 200, "looking writes nothing, so it asks for no reason"
    assert form.send("save").errors() == {"why": "Enter why, for the history"}
    own = day_of() + timedelta(30)
    form.send(first_day="", why="w", **{f"from-{mark(posts[0].code)}": own.isoformat()})
    assert form.status == 200
    assert form.send("save").status == 302
    assert plan_of(posts[0]).hours[-1].first_day == own


def test_nothing_typed_is_nothing_to_do(team: Any, manager: Client) -> None:
    unit, posts = team
    enter(reduction(posts[0], day_of(), day_of() + timedelta(9), percent_x100=1_250))
    form = Form(manager, unit.code).send(why="nothing")
    assert form.status == 422
    assert list(form.errors().values()) == [
        "You have not changed anything yet. Enter what you want to change"
    ]


def test_standing_reductions_are_changed_in_place(team: Any, manager: Client) -> None:
    unit, posts = team
    last = day_of() + timedelta(50)
    key = enter(reduction(posts[0], day_of(), last, percent_x100=1_250, notes="kept")).entries[0].key
    form = Form(manager, unit.code)
    assert form.fields[cut_of(key, "amount")] == "12.5"
    assert form.fields[cut_of(key, "last")] == written(last)
    form.send(why="longer", **{cut_of(key, "amount"): "15%", cut_of(key, "last"): ""}).send("save")
    assert form.status == 302
    rows = list(Reduction.objects.filter(key=key).order_by("version"))
    assert [(row.percent_x100, row.last_day) for row in rows] == [(1_250, last), (1_500, None)]
    assert rows[1].notes == "kept"
    assert rows[0].ended_change == rows[1].change


def test_more_than_the_hours_is_cut_and_said_with_what_stands(team: Any, manager: Client) -> None:
    unit, posts = team
    enter(hours(posts[0], 37))
    key = enter(reduction(posts[0], day_of(), None, percent_x100=6_000)).entries[0].key
    form = Form(manager, unit.code).send(
        **{"why": "w", new_of(posts[0], "reason"): COURT, new_of(posts[0], "amount"): "50"}
    )
    assert form.status == 200
    assert "Court Duty: 60%" in form.page
    assert "add up to 40.7 hours a week, more than the 37 hours contracted" in form.page
    form.send(**{cut_of(key, "amount"): "70"})
    assert "Court Duty: 70%" in form.page, "two changes of one post together"
    form.send(**{new_of(posts[0], "amount"): "101"})
    assert "must be from 0 to 100" in form.errors()[new_of(posts[0], "amount")]


def test_somebody_elses_change_is_never_overwritten_silently(team: Any, manager: Client) -> None:
    unit, posts = team
    last = day_of() + timedelta(50)
    touched = enter(reduction(posts[0], day_of(), last, percent_x100=1_000)).entries[0]
    beside = enter(reduction(posts[1], day_of(), last, percent_x100=1_000)).entries[0]
    form = Form(manager, unit.code)
    enter(_again(posts[0], touched, percent_x100=2_000), _again(posts[1], beside, percent_x100=3_000))
    form.send(why="w", **{cut_of(touched.key, "amount"): "40"})
    assert form.status == 409
    message = form.errors()[cut_of(touched.key, "amount")]
    assert "Someone else has changed this record" in message
    assert "20%" in message
    assert form.fields[cut_of(touched.key, "amount")] == "40", "what was typed stays"
    assert form.fields[cut_of(beside.key, "amount")] == "30", "what was not touched is what stands"
    form.send().send("save")
    assert form.status == 302
    assert plan_of(posts[0]).reductions[0].percent_x100 == 4_000
    assert plan_of(posts[1]).reductions[0].percent_x100 == 3_000
    assert [row.percent_x100 for row in Reduction.objects.filter(key=touched.key).order_by("version")] == [
        1_000, 2_000, 4_000,
    ]  # fmt: skip


def _again(post: Any, row: Any, **values: Any) -> Change:
    return Change(
        kind="reduction", post=post_key(post), key=row.key, reason=row.reason, first_day=row.first_day,
        last_day=row.last_day, **values,
    )  # fmt: skip


def test_a_record_withdrawn_meanwhile_is_said(team: Any, manager: Client) -> None:
    unit, posts = team
    row = enter(reduction(posts[0], day_of(), None, percent_x100=1_000)).entries[0]
    form = Form(manager, unit.code)
    enter(Change(kind="reduction", post=post_key(posts[0]), key=row.key, withdraw=True))
    form.send(why="w", **{cut_of(row.key, "amount"): "40"})
    assert form.status == 409
    assert any("deleted this record" in said for said in form.errors().values())
    assert cut_of(row.key, "amount") not in form.fields


def test_somebody_elses_change_between_looking_and_saving_is_shown(team: Any, manager: Client) -> None:
    unit, posts = team
    form = Form(manager, unit.code).send(why="w", **{hours_of(posts[0]): "20"})
    enter(hours(posts[1], 1))
    assert form.send("save").status == 200
    assert "Nothing was saved: check it again" in form.page
    assert form.send("save").status == 302


def test_hours_from_a_day_that_has_some_are_changed_not_doubled(team: Any, manager: Client) -> None:
    unit, posts = team
    row = enter(hours(posts[0], 9)).entries[0]
    form = Form(manager, unit.code).send(why="w", **{hours_of(posts[0]): "10"}).send("save")
    assert form.status == 302
    today = [each.hours_micro for each in plan_of(posts[0]).hours if each.first_day == day_of()]
    assert today == [10_000_000]
    assert Hours.objects.filter(key=row.key).count() == 2


def test_only_who_may_edit_the_team_is_let_in(
    team: Any, nation: Any, signed_in: Callable[..., Client]
) -> None:
    unit, posts = team
    other = nation.unit("team", code__gt=unit.code) or nation.unit("team", code__lt=unit.code)
    address = f"/team/{unit.code}/hours/edit/"
    for role, place in {"manager": ("team", other.code), "analyst": ("nation", "nation")}.items():
        client = signed_in(role, *place)
        assert client.get(address).status_code == 403
        count = Hours.objects.count()
        typed = {"do": "save", "why": "w", "first_day": f"{day_of()}", hours_of(posts[0]): "1"}
        assert client.post(address, typed).status_code == 403
        assert Hours.objects.count() == count
        assert AuditEvent.objects.filter(kind="denied").exists()
    assert signed_in("head", "pdu", unit.pdu_code).get(address).status_code == 200
    assert signed_in("administrator").get("/team/NOWHERE/hours/edit/").status_code == 404


def test_a_tampered_form_is_answered(team: Any, manager: Client) -> None:
    unit, posts = team
    form = Form(manager, unit.code)
    for typed in (
        {"seen": "nonsense"}, {"seen": "9" * 40}, {"shown": "x" * 500}, {"first_day": "0001-01-01"},
        {new_of(posts[0], "unit"): "furlongs"}, {hours_of(posts[0]): "1e9"}, {hours_of(posts[0]): "٣"},
    ):  # fmt: skip
        sent = Form(manager, unit.code).send("save", **{"why": "w", hours_of(posts[1]): "5", **typed})
        assert sent.status in (200, 422), typed
    assert form.status == 200
