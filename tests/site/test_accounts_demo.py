"""The people of the demonstration: made from the nation, and of no use anywhere else."""

# ruff: noqa: F401, F811 - fixtures come by import, and some need only be there
from collections.abc import Callable

import pytest
from accounts_fixtures import Shown, add_unit, client_of, configured, nation, person, plain
from django.test import Client

from wmt.site.accounts import actions
from wmt.site.accounts.access import home_of
from wmt.site.accounts.demo import ensure_demo_people
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.audit.models import AuditEvent
from wmt.site.workload.models import Load, Unit

pytestmark = pytest.mark.one_database


@pytest.fixture
def five(nation: Shown, configured: Callable[..., None]) -> list[User]:
    """The people, in a demonstration."""
    configured(demo=True)
    return ensure_demo_people(nation)


@pytest.mark.both_databases
def test_the_five_belong_together_and_start_at_their_own_places(five: list[User], nation: Shown) -> None:
    homes = [home_of(user, nation) for user in five]
    nation_home = ("nation", "nation")
    assert homes == [("post", "T1:T1B"), ("team", "T1"), ("pdu", "P1"), nation_home, nation_home]
    assert not any(user.has_usable_password() for user in five)


@pytest.mark.both_databases
def test_who_is_over_and_the_manager_of_two_teams_are_of_one_pdu(
    nation: Shown, configured: Callable[..., None]
) -> None:
    configured(demo=True)
    above = {"region_code": "R1", "pdu_code": "P1", "team_code": "T4"}
    load = Load.objects.get(pk=nation.load_id)
    add_unit(load, "team", "T4", "Team T4", **above)
    for staff in ("T4A", "T4B", "T4C", "T4D"):
        work = {"grade": "PO", "cases": 30, "available_x100": 100_000, "staff_code": staff}
        add_unit(load, "post", f"T4:{staff}", staff, **above, **work)
    # the owed posts of T3 have no team beside them in their PDU; those of T4 have
    people = ensure_demo_people(nation, ["T3:T3B", "T4:T4C"])
    by_name = {user.name: user for user in people}
    assert len(people) == 6
    over = by_name["A probation officer over 110%"]
    assert home_of(over, nation) == ("post", "T4:T4C")
    assert home_of(by_name["A practitioner"], nation) == ("post", "T1:T1B")
    grants = RoleGrant.objects.filter(user=by_name["A senior probation officer"])
    assert set(grants.values_list("role", "level", "code")) == {
        ("manager", "team", "T1"),
        ("manager", "team", "T4"),
    }
    assert home_of(by_name["A head of PDU"], nation) == ("pdu", "P1")
    # the action is closed: nobody is over any more, and the account waits for the next one
    assert len(ensure_demo_people(nation)) == 5
    assert not User.objects.get(pk=over.pk).is_active


def test_the_manager_has_a_team_with_waiting_cases_where_there_is_one(
    nation: Shown, configured: Callable[..., None]
) -> None:
    configured(demo=True)
    people = {user.name: user for user in ensure_demo_people(nation, waiting={"T2", "T9"})}
    assert home_of(people["A senior probation officer"], nation) == ("team", "T2")
    assert home_of(people["A head of PDU"], nation) == ("pdu", "P2")


@pytest.mark.both_databases
def test_making_them_twice_changes_nothing_and_a_new_nation_moves_them(
    five: list[User], nation: Shown
) -> None:
    before = list(RoleGrant.objects.values_list("pk", "user", "code")), AuditEvent.objects.count()
    ensure_demo_people(nation)
    assert (list(RoleGrant.objects.values_list("pk", "user", "code")), AuditEvent.objects.count()) == before
    Unit.objects.filter(load_id=nation.load_id, team_code="T1").delete()
    again = ensure_demo_people(nation)
    assert [user.pk for user in again] == [user.pk for user in five]
    assert [home_of(user, nation) for user in again[:3]] == [
        ("post", "T2:T2B"),
        ("team", "T2"),
        ("pdu", "P2"),
    ]


@pytest.mark.both_databases
def test_one_signs_in_as_any_of_them_by_a_button(five: list[User]) -> None:
    page = Client().get("/accounts/login/").content.decode()
    for user in five:
        assert f'name="person" value="{user.pk}"' in page
        assert user.name in page
        browser = Client()
        assert browser.post("/demo/sign-in/", {"person": user.pk, "next": "/audit/"})["Location"] == "/audit/"
        assert browser.get("/audit/").status_code == (200 if user.name == "An administrator" else 403)
    said = AuditEvent.objects.filter(kind="sign-in").first().sentence
    assert said == "A practitioner signed in as a person of the demonstration."


def test_a_second_factor_is_not_asked_of_them(five: list[User], configured: Callable[..., None]) -> None:
    configured(second_factor=True)
    browser = Client()
    browser.post("/demo/sign-in/", {"person": five[4].pk})
    assert browser.get("/people/").status_code == 200


@pytest.mark.parametrize("typed", ["", "x", "-1", "99999999999999999999999", "٣", "1' or '1'='1"])
def test_nobody_else_is_signed_in_this_way(five: list[User], typed: str) -> None:
    real = person("ann")
    for value in (typed, str(real.pk)):
        answer = Client().post("/demo/sign-in/", {"person": value})
        assert answer.status_code == 404
        assert "sessionid" not in answer.cookies
    assert Client().get("/demo/sign-in/").status_code == 405
    elsewhere = Client().post("/demo/sign-in/", {"person": five[0].pk, "next": "//elsewhere.example/"})
    assert elsewhere["Location"] == "/"


@pytest.mark.both_databases
def test_when_the_demonstration_is_over_they_are_out_and_cannot_come_back(
    five: list[User], configured: Callable[..., None], nation: Shown
) -> None:
    browser = Client()
    browser.post("/demo/sign-in/", {"person": five[4].pk})
    configured(demo=False)
    assert browser.get("/people/").status_code == 302
    assert Client().post("/demo/sign-in/", {"person": five[4].pk}).status_code == 404
    assert "demo" not in Client().get("/accounts/login/").content.decode().lower()
    with pytest.raises(RuntimeError, match="WMT_DEMO"):
        ensure_demo_people(nation)


@pytest.mark.both_databases
def test_they_get_no_password_by_any_way(five: list[User]) -> None:
    with pytest.raises(actions.CannotDoError):
        actions.password_link(actor=None, user=five[4])
    with pytest.raises(actions.CannotDoError):
        actions.first_administrator(email=five[4].email, name="Somebody")
    answer = Client().post("/accounts/login/", {"login": five[4].email, "password": "!"})
    assert answer.status_code == 200
    assert "is incorrect" in answer.content.decode()
