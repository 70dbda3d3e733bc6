"""Who may do what, where, on which day; and which place is one's own."""

# ruff: noqa: F401, F811 - fixtures come by import, and some need only be there
from collections.abc import Callable
from datetime import timedelta

import pytest
from accounts_fixtures import (
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
from django.contrib.auth.models import AnonymousUser

from wmt.site.accounts.access import home_of, homes_of, may, scope, visible_to
from wmt.site.accounts.models import RoleGrant
from wmt.site.accounts.roles import ROLES, Action
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database

CASES = {
    "yesterday to today": (-1, 0, True),
    "today to tomorrow": (0, 1, True),
    "only today": (0, 0, True),
    "since today, no end": (0, None, True),
    "ended yesterday": (-9, -1, False),
    "from tomorrow": (1, None, False),
    "never, withdrawn on its first day": (0, -1, False),
}


@pytest.mark.parametrize("case", CASES)
def test_a_grant_counts_on_its_first_and_its_last_day_and_on_no_other(case: str) -> None:
    first, last, counts = CASES[case]
    user = person("ann")
    ends = None if last is None else TODAY() + timedelta(days=last)
    grant(user, "support", first=TODAY() + timedelta(days=first), last=ends)
    assert may(user, Action.READ_AUDIT) is counts


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", Action)
def test_a_role_allows_what_it_says_and_nothing_else(role: str, action: Action) -> None:
    assert may(holder(role), action) is (action in ROLES[role].allows)


def test_nobody_without_a_role_a_name_or_an_open_account_may_do_anything() -> None:
    closed = holder("administrator", is_active=False)
    assert not any(
        may(user, action) for user in (AnonymousUser(), person("ann"), closed) for action in Action
    )


WHERE = {
    ("manager", ("team", "T1")): {"T1", "T1:T1A"},
    ("manager", ("pdu", "P1")): {"P1", "T1", "T1:T1A"},
    ("head", ("pdu", "P1")): {"P1", "T1", "T1:T1A"},
    ("administrator", ("nation", "nation")): {
        "nation",
        "R1",
        "P1",
        "T1",
        "T1:T1A",
        "P2",
        "T2",
        "T2:T2A",
        "T3",
    },
}
UNITS = {
    "nation": "nation",
    "R1": "region",
    "P1": "pdu",
    "T1": "team",
    "T1:T1A": "post",
    "P2": "pdu",
    "T2": "team",
    "T2:T2A": "post",
    "T3": "team",
}


@pytest.mark.parametrize("held", WHERE)
def test_a_role_covers_its_unit_and_what_is_below_it(
    held: tuple[str, tuple[str, str]], nation: Shown
) -> None:
    user = person("ann")
    grant(user, held[0], held[1])
    allowed = {
        code for code, level in UNITS.items() if may(user, Action.EDIT_AVAILABILITY, level=level, code=code)
    }
    assert allowed == WHERE[held]
    assert allowed == {
        code
        for code, level in UNITS.items()
        if may(user, Action.EDIT_AVAILABILITY, level=level, code=code, state=nation)
    }


def test_a_unit_that_does_not_exist_is_covered_by_the_nation_only(nation: Shown) -> None:
    head, administrator = holder("head"), holder("administrator")
    assert not may(head, Action.EDIT_AVAILABILITY, level="team", code="gone", state=nation)
    assert may(administrator, Action.EDIT_AVAILABILITY, level="team", code="gone", state=nation)


def test_a_withdrawn_role_is_gone_on_the_next_request() -> None:
    user = holder("administrator")
    browser = client_of(user)
    assert browser.get("/people/").status_code == 200
    held = RoleGrant.objects.get(user=user)
    held.last_day = TODAY() - timedelta(days=1)
    held.save()
    assert browser.get("/people/").status_code == 403


def test_home_is_the_own_post_team_unit_or_the_nation(nation: Shown) -> None:
    by_role = {
        "practitioner": ("team", "T1"),  # no staff code: at least their team
        "manager": ("team", "T1"),
        "head": ("pdu", "P1"),
        "analyst": ("nation", "nation"),
        "support": ("nation", "nation"),
        "administrator": ("nation", "nation"),
    }
    assert {role: home_of(holder(role), nation) for role in ROLES} == by_role
    assert home_of(person("bea", staff_code="T2B"), nation) == ("post", "T2:T2B")
    assert home_of(person("eve"), nation) == ("nation", "nation")


def test_who_has_several_posts_has_several_homes(nation: Shown) -> None:
    user = person("sam", staff_code="SHARED")
    assert homes_of(user, nation) == [("post", f"{team}:SHARED") for team in ("T1", "T2", "T3")]
    grant(user, "head", ("pdu", "P2"))
    assert homes_of(again(user), nation) == [("pdu", "P2")]  # the higher role is the home


def test_a_unit_that_is_gone_leaves_the_nation_as_home(nation: Shown) -> None:
    user = person("ann", staff_code="NOBODY")
    grant(user, "manager", ("team", "closed"))
    assert (homes_of(user, nation), home_of(user, nation)) == ([], ("nation", "nation"))


@pytest.mark.both_databases
def test_reading_is_open_unless_it_is_narrowed_to_the_own_region(
    nation: Shown, configured: Callable[..., None]
) -> None:
    everything = Unit.objects.filter(load_id=nation.load_id)
    head, analyst, reader = holder("head"), holder("analyst"), person("eve")
    officer = person("olu", staff_code="T3A")
    assert {scope(user, nation) for user in (head, analyst, reader, officer)} == {None}
    configured(read_scope="region")

    def seen(user: object) -> set[str]:
        return set(visible_to(everything, user, nation).values_list("code", flat=True))

    assert {"R1", "P1", "P2", "T2", "T2:T2A"} <= seen(head)
    assert not seen(head) & {"nation", "R2", "P3", "T3", "T3:T3A"}
    assert {"R2", "P3", "T3"} <= seen(officer)
    assert "R1" not in seen(officer)
    assert seen(analyst) == set(everything.values_list("code", flat=True))
    assert seen(reader) == set()
