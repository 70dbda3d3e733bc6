"""What tests of hours and reductions share: a post, its manager, and forms as browsers send them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.test import Client

from wmt.site.accounts.models import RoleGrant, User
from wmt.site.availability.queries import plans_of
from wmt.site.availability.records import PostRecords
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, current_state

TODAY = date(2026, 11, 20)


@dataclass
class Room:
    """A team, its manager in front of the site, and one of its posts: fresh, with no plan of its own."""

    team: Unit
    post: Unit
    manager: User
    client: Client

    @property
    def href(self) -> str:
        """The page of the post's hours."""
        return f"/post/{self.post.code}/hours/"

    @property
    def plan(self) -> PostRecords:
        """What stands for the post."""
        key = self.post.team_code, self.post.staff_code
        return plans_of([key])[key]

    def again_in_stream(self) -> Unit:
        """The team's part in the stream of the post, as it is now."""
        found = Unit.objects.filter(load_id=self.post.load_id, level="team", code=self.team.code, grade="")
        return found.get(stream=self.post.stream)

    def again(self, unit: Unit) -> Unit:
        """A unit as its figures are now."""
        return Unit.objects.get(load_id=unit.load_id, level=unit.level, code=unit.code, whole=True)


@pytest.fixture
def room(nation: Any) -> Room:
    """A post of the nation that nobody entered anything of, and who may."""
    taken = {post for post, plan in plans_of().items() if plan != PostRecords()}
    posts = Unit.objects.filter(
        load=nation.load, level="post", whole=True, grade="PO", points_x100__gt=0, stale_since=None
    )
    post = next(each for each in posts.order_by("code") if (each.team_code, each.staff_code) not in taken)
    team = Unit.objects.get(load=nation.load, level="team", code=post.team_code, whole=True)
    manager = User.objects.create_user("ann@example.org", name="Ann Manager")
    RoleGrant.objects.create(user=manager, role="manager", level="team", code=team.code, first_day=TODAY)
    client = Client()
    client.force_login(manager)
    return Room(team, post, manager, client)


@pytest.fixture
def somebody(db: None) -> Callable[..., Client]:  # noqa: ARG001
    """A client of a person with a role at a unit."""

    def sign_in(name: str, role: str = "", level: str = "", code: str = "", **more: Any) -> Client:
        user = User.objects.create_user(f"{name.lower()}@example.org", name=name, **more)
        if role:
            RoleGrant.objects.create(user=user, role=role, level=level, code=code, first_day=TODAY)
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def state() -> State:
    """What is shown now."""
    return current_state()


def day(name: str, value: date | None) -> dict[str, str]:
    """A day as a form sends it."""
    return {name: f"{value:%-d/%-m/%Y}" if value else ""}


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    return unescape(found[1]) if found else ""


def words(answer: Any) -> str:
    """The words of a page's main part, with single spaces."""
    page = answer.content.decode()
    found = re.search(r"<main.*?</main>", page, re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", found[0] if found else page))).strip()


def faults(page: str) -> dict[str, str]:
    """The messages of the error summary, by the field they lead to. Every field they lead to is there."""
    block = re.search(r'<ul class="govuk-list govuk-error-summary__list">(.*?)</ul>', page, re.S)
    found = re.findall(r'<a href="#([^"]+)">(.*?)</a>', block[1] if block else "", re.S)
    assert all(f'id="{field}"' in page for field, _ in found), "an error leads nowhere"
    return {field: unescape(message) for field, message in found}


def figures(page: str) -> dict[str, dict[str, tuple[str, str]]]:
    """The tables of the effect: by unit, what, before and after."""
    tables = re.findall(r'<table class="govuk-table wmt-effect__table">(.*?)</table>', page, re.S)
    found = {}
    for table in tables:
        title = unescape(re.search(r"<caption[^>]*>(.*?)</caption>", table, re.S)[1])  # type: ignore[index]
        rows = re.findall(r'<th scope="row">(.*?)</th><td[^>]*>(.*?)</td><td[^>]*>(.*?)</td>', table, re.S)
        plain = [[re.sub(r"<[^>]*>", "", cell) for cell in row] for row in rows]
        found[title] = {what: (before, after) for what, before, after in plain}
    return found
