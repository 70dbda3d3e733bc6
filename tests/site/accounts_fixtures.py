"""People, roles and a small nation, for the tests of accounts and audit."""

# ruff: noqa: ARG001 - some fixtures need only be there
import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from wmt.site.accounts.models import RoleGrant, User
from wmt.site.workload.models import Current, Load, Unit

PASSWORD = "heather oat lantern"
TODAY = timezone.localdate
PLACES = {
    "practitioner": ("team", "T1"),
    "manager": ("team", "T1"),
    "head": ("pdu", "P1"),
    "analyst": ("nation", "nation"),
    "support": ("nation", "nation"),
    "administrator": ("nation", "nation"),
}


@dataclass(frozen=True)
class Shown:
    """As much of the current state as access needs."""

    load_id: int


def person(name: str, **more: Any) -> User:
    """Somebody who may sign in with PASSWORD."""
    return User.objects.create_user(f"{name}@example.org", name=name.title(), password=PASSWORD, **more)


def grant(
    user: User,
    role: str,
    place: tuple[str, str] | None = None,
    *,
    first: date | None = None,
    last: date | None = None,
) -> RoleGrant:
    """A role, from long ago and without an end unless told."""
    level, code = place or PLACES[role]
    first = first or TODAY() - timedelta(days=300)
    return RoleGrant.objects.create(
        user=user, role=role, level=level, code=code, first_day=first, last_day=last
    )


def holder(role: str, **more: Any) -> User:
    """Somebody with a role at its usual place."""
    user = person(role, **more)
    grant(user, role)
    return user


def again(user: User) -> User:
    """The same person as the next request reads them."""
    return User.objects.get(pk=user.pk)


def client_of(user: User) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def configured(settings: Any) -> Callable[..., None]:
    """Changes the installation's configuration for a test."""

    def change(**more: Any) -> None:
        settings.CONFIG = dataclasses.replace(settings.CONFIG, **more)

    return change


@pytest.fixture(autouse=True)
def plain(settings: Any, configured: Callable[..., None], db: None) -> Iterator[None]:
    """No demonstration and no second factor unless a test asks; quick passwords; files as they lie."""
    configured(demo=False, second_factor=False, read_scope="nation", oidc_server="", oidc_open=False)
    settings.LOGIN_REDIRECT_URL = "/"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def nation(db: None) -> Shown:
    """One region, two PDUs, three teams, some posts; it is what the site shows."""
    return small_nation()


def small_nation() -> Shown:
    """The same, made here and now."""
    load = Load.objects.create(
        state="loaded", who="a test", as_at=timezone.now(), night="2026-11-20", rules_date=date(2026, 11, 20)
    )
    add_unit(load, "nation", "nation", "England and Wales")
    for region in ("R1", "R2"):
        add_unit(load, "region", region, f"Region {region}", region_code=region)
    for pdu, region in (("P1", "R1"), ("P2", "R1"), ("P3", "R2")):
        add_unit(load, "pdu", pdu, f"Unit {pdu}", region_code=region, pdu_code=pdu)
    for team, pdu, region in (("T1", "P1", "R1"), ("T2", "P2", "R1"), ("T3", "P3", "R2")):
        above = {"region_code": region, "pdu_code": pdu, "team_code": team}
        add_unit(load, "team", team, f"Team {team}", **above)
        for staff in (f"{team}A", f"{team}B", f"{team}C", f"{team}D", "SHARED"):
            add_unit(
                load,
                "post",
                f"{team}:{staff}",
                f"Officer {staff}",
                **above,
                staff_code=staff,
                grade="PSO" if staff.endswith("A") else "PO",
                cases=30,
                available_x100=100_000,
            )
    Current.objects.create(load=load)
    return Shown(load.pk)


def add_unit(load: Load, level: str, code: str, name: str, **more: Any) -> Unit:
    """A unit of a load."""
    return Unit.objects.create(load=load, level=level, code=code, name=name, whole=True, **more)
