"""Programs that ask the API: by a token of somebody with a role, in the small nation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from wmt.site.accounts.models import RoleGrant, User
from wmt.site.accounts.tokens import make_token

ROOT = "/api/v1/"
LONG_AGO = date(2020, 1, 1)


@dataclass
class Program:
    """A program with a token."""

    user: User
    secret: str
    client: Client

    def ask(self, method: str, address: str, body: Any = None, **query: Any) -> Any:
        """An answer; what a test looks at is its status and its JSON."""
        more: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {self.secret}"} if self.secret else {}
        if query:
            more["query_params"] = query
        if body is not None:
            more |= {"data": body, "content_type": "application/json"}
        return getattr(self.client, method.lower())(ROOT + address, **more)

    def get(self, address: str, **query: Any) -> Any:
        """What is there, as plain data."""
        answer = self.ask("get", address, **query)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def all(self, address: str, **query: Any) -> list[Any]:
        """All items of a list, page by page."""
        found: list[Any] = []
        page = 0
        while True:
            page += 1
            part = self.get(address, **query, page=page, size=500)
            found += part["items"]
            if len(found) >= part["count"]:
                return found


def person_with(role: str = "", level: str = "nation", code: str = "nation", **more: Any) -> User:
    """Somebody with a role, held long since."""
    email = f"{role or 'reader'}.{User.objects.count()}@example.org"
    user = User.objects.create_user(email, name=more.pop("name", f"A {role or 'reader'}"), **more)
    if role:
        RoleGrant.objects.create(user=user, role=role, level=level, code=code, first_day=LONG_AGO)
    return user


def token_of(user: User, **more: Any) -> str:
    """A token of a person, good from today for a month unless told."""
    today = timezone.localdate()
    days = {"first_day": today, "last_day": today + timedelta(days=30)}
    return make_token(user=user, name=more.pop("name", "a test"), **{**days, **more})[1]


@pytest.fixture
def program(db: None) -> Callable[..., Program]:  # noqa: ARG001
    """A program of somebody with a role."""

    def make(
        role: str = "", level: str = "nation", code: str = "nation", *, token: Any = None, **more: Any
    ) -> Program:
        user = person_with(role, level, code, **more)
        return Program(user, token_of(user, **(token or {})), Client())

    return make


@pytest.fixture(autouse=True)
def fresh_counts(db: None) -> None:  # noqa: ARG001
    """Nobody has tried a wrong token yet."""
    cache.clear()
