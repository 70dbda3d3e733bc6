"""Looking after people and roles: what administrators do, what the site keeps them from."""

# ruff: noqa: ARG001, F401, F811 - fixtures come by import, and some need only be there
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from accounts_fixtures import (
    PASSWORD,
    TODAY,
    Shown,
    again,
    client_of,
    configured,
    grant,
    holder,
    nation,
    person,
    plain,
)
from django.test import Client

from wmt.site.accounts import actions
from wmt.site.accounts.access import may
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.accounts.roles import Action
from wmt.site.audit.models import AuditEvent


@pytest.fixture
def administrator(nation: Shown) -> User:
    """Who does it."""
    return holder("administrator")


def test_a_person_is_added_sets_a_password_and_works(administrator: User) -> None:
    browser = client_of(administrator)
    typed = {"email": "New@Example.org", "name": "Nora New", "staff_code": "T1B"}
    page = browser.post("/people/new/", typed)
    assert page["Cache-Control"] == "no-store"
    link = re.search(
        r'value="http://testserver(/accounts/first-password/[^"]+)"', page.content.decode()
    ).group(1)
    Client().post(link, {"password": PASSWORD, "again": PASSWORD})
    user = User.objects.get(email="new@example.org")
    assert browser.post(f"/people/{user.pk}/grant/", role_at("head", "pdu", "P1")).status_code == 302
    assert may(again(user), Action.EDIT_AVAILABILITY, level="team", code="T1")
    said = list(AuditEvent.objects.order_by("id").values_list("who", "sentence"))
    today = f"{TODAY():%-d %B %Y}"
    assert ("Administrator", "Nora New was added (new@example.org).") in said
    assert ("Administrator", f"Nora New was given the role Head of PDU at PDU P1 from {today}.") in said
    assert link not in str(list(AuditEvent.objects.values())), "the link itself is kept nowhere"


def role_at(
    role: str, level: str, code: str, first: date | None = None, last: date | str = ""
) -> dict[str, str]:
    """What the form sends."""
    first = first or TODAY()
    return {"role": role, "level": level, "code": code, "first_day": str(first), "last_day": str(last)}


WRONG_GRANTS = {
    "no role": (role_at("", "team", "T1"), "role", "Choose a role"),
    "an unknown role": (role_at("king", "team", "T1"), "role", "Choose a role"),
    "no level": (role_at("head", "", "P1"), "level", "Choose a level"),
    "a role at a level where it is not held": (
        role_at("head", "team", "T1"),
        "level",
        "Head of PDU can be held only at a pdu",
    ),
    "an administrator of a region": (
        role_at("administrator", "region", "R1"),
        "level",
        "held only at a nation",
    ),
    "no unit": (role_at("head", "pdu", ""), "code", "Enter the unit code"),
    "a unit that is not there": (role_at("head", "pdu", "P9"), "code", "There is no PDU with the code P9"),
    "an end before the start": (
        role_at("head", "pdu", "P1", last=TODAY() - timedelta(days=1)),
        "last_day",
        "must not be before the first",
    ),
    "no day": (
        {**role_at("head", "pdu", "P1"), "first_day": "soon"},
        "first_day",
        "The first day must be a real date",
    ),
    "a day far off": ({**role_at("head", "pdu", "P1"), "first_day": "9999-12-31"}, "first_day", "2200"),
    "the same role twice": (role_at("manager", "team", "T1"), "role", "already"),
}


@pytest.mark.parametrize("case", WRONG_GRANTS)
def test_a_role_that_makes_no_sense_is_refused_at_its_field(administrator: User, case: str) -> None:
    typed, field, message = WRONG_GRANTS[case]
    user = holder("manager")
    answer = client_of(administrator).post(f"/people/{user.pk}/grant/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'<a href="#grant-{field}">' in page
    assert f'id="grant-{field}"' in page
    assert page.count(message) == 2, "in the summary and on the field"
    assert user.grants.count() == 1


def test_a_role_ends_at_once_or_after_a_day(administrator: User) -> None:
    user, browser = holder("manager"), client_of(administrator)
    held = user.grants.get()
    later = TODAY() + timedelta(days=9)
    browser.post(f"/people/{user.pk}/grants/{held.pk}/end/", {"last_day": str(later)})
    assert may(again(user), Action.EDIT_AVAILABILITY)
    browser.post(f"/people/{user.pk}/grants/{held.pk}/end/", {"last_day": ""})
    assert not may(again(user), Action.EDIT_AVAILABILITY)
    [first, second] = AuditEvent.objects.filter(kind="role").order_by("id")
    assert (first.before["last_day"], first.after["last_day"]) == (None, str(later))
    assert (
        second.sentence
        == "The role of Manager as Manager (senior probation officer) at team T1 ends immediately."
    )
    twice = browser.post(f"/people/{user.pk}/grants/{held.pk}/end/", {"last_day": ""})
    assert twice.status_code == 422


def test_a_grant_is_ended_only_at_its_own_person(administrator: User) -> None:
    user, other = holder("manager"), holder("head")
    address = f"/people/{user.pk}/grants/{other.grants.get().pk}/end/"
    assert client_of(administrator).post(address, {"last_day": ""}).status_code == 404
    assert other.grants.get().last_day is None


def test_nobody_takes_away_their_own_last_right_or_closes_their_own_account(administrator: User) -> None:
    second = person("bea")
    grant(second, "administrator")
    browser, held = client_of(administrator), administrator.grants.get()
    refused = browser.post(f"/people/{administrator.pk}/grants/{held.pk}/end/", {"last_day": ""})
    assert refused.status_code == 422
    assert "your own administrator role" in refused.content.decode()
    later = {"last_day": str(TODAY() + timedelta(days=3))}
    assert browser.post(f"/people/{administrator.pk}/grants/{held.pk}/end/", later).status_code == 422
    assert browser.post(f"/people/{administrator.pk}/active/", {"active": "0"}).status_code == 422
    assert again(administrator).is_active
    assert administrator.grants.get().last_day is None


def test_somebody_is_always_left_to_administer(administrator: User) -> None:
    temporary = person("tom")
    grant(temporary, "administrator", last=TODAY() + timedelta(days=30))
    held = administrator.grants.get()
    with pytest.raises(actions.CannotDoError, match="leave no administrator"):
        actions.end_grant(actor=temporary, grant=held)
    with pytest.raises(actions.CannotDoError, match="leave no administrator"):
        actions.set_active(actor=temporary, user=administrator, active=False)
    assert administrator.grants.get().last_day is None
    assert again(administrator).is_active
    assert not AuditEvent.objects.filter(kind__in=("role", "user")).exists(), (
        "nothing is written of what was not done"
    )
    grant(holder("head"), "administrator")
    actions.end_grant(actor=temporary, grant=administrator.grants.get())


def test_a_name_is_changed_with_before_and_after_and_no_change_writes_nothing(administrator: User) -> None:
    user, browser = person("ann", staff_code="A1"), client_of(administrator)
    for _ in range(2):
        browser.post(f"/people/{user.pk}/change/", {"name": "Ann Other", "staff_code": "A2"})
    [event] = AuditEvent.objects.filter(kind="user")
    assert (event.before["name"], event.after["name"]) == ("Ann", "Ann Other")
    assert (event.before["staff_code"], event.after["staff_code"]) == ("A1", "A2")
    assert browser.post(f"/people/{user.pk}/change/", {"name": "", "staff_code": ""}).status_code == 422


def test_an_address_is_added_once_whatever_its_case(administrator: User) -> None:
    person("ann")
    answer = client_of(administrator).post("/people/new/", {"email": "ANN@example.org", "name": "Ann"})
    assert answer.status_code == 422
    assert 'href="#email"' in answer.content.decode()


def test_the_list_is_found_by_part_role_and_state(administrator: User) -> None:
    browser = client_of(administrator)
    holder("manager")
    person("zoe", staff_code="ZZ9", is_active=False)
    past = person("peter")
    grant(past, "manager", last=TODAY() - timedelta(days=1))

    def found(query: str) -> set[str]:
        page = browser.get(f"/people/?{query}").content.decode()
        return set(re.findall(r'href="/people/\d+/">(\w+)<', page))

    assert found("") == {"Administrator", "Manager", "Zoe", "Peter"}
    assert found("q=zz") == {"Zoe"}
    assert found("q=PETER@") == {"Peter"}
    assert found("q=%00%25") == set()
    assert found("role=manager") == {"Manager"}
    assert found("role=none") == {"Zoe", "Peter"}
    assert found("state=closed") == {"Zoe"}
    assert found("page=99&role=x&state=y") == found("")


def test_the_list_asks_the_database_no_more_for_many_than_for_few(
    administrator: User, django_assert_num_queries: Callable[..., object]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = client_of(administrator)
    with CaptureQueriesContext(connection) as few:
        browser.get("/people/")
    for number in range(30):
        grant(person(f"p{number}"), "manager")
    with django_assert_num_queries(len(few)):
        browser.get("/people/")


def test_the_first_administrator_comes_from_the_command_line() -> None:
    link = actions.first_administrator(email=" Ada@Example.org", name="Ada")
    Client().post(link, {"password": PASSWORD, "again": PASSWORD})
    user = User.objects.get(email="ada@example.org")
    assert client_of(user).get("/people/").status_code == 200
    assert set(AuditEvent.objects.filter(actor=None).values_list("who", flat=True)) == {"the command line"}
    actions.first_administrator(email="ada@example.org", name="Ada")
    assert RoleGrant.objects.count() == User.objects.count() == 1
    with pytest.raises(actions.CannotDoError, match="not an email address"):
        actions.first_administrator(email="ada", name="Ada")


def test_who_is_denied_is_told_what_would_help_and_it_is_written_down_once() -> None:
    browser = client_of(holder("manager"))
    page = browser.get("/people/")
    text = page.content.decode()
    assert page.status_code == 403
    assert "one of these roles: Administrator" in text
    assert "ask an administrator" in text
    [event] = AuditEvent.objects.filter(kind="denied")
    assert event.sentence == "Manager tried to manage users and roles and was denied."
    assert (event.who, event.path) == ("Manager", "/people/")
