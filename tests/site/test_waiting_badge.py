"""How many cases wait, in the menu of every page: for who may allocate them, and without asking anew."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from waiting_fixtures import details, recorded

from wmt.site.accounts.models import RoleGrant
from wmt.site.allocation.models import WaitingCase
from wmt.site.changes import waiting_cases
from wmt.site.figures.placeholders import placeholders
from wmt.site.links import unit_url
from wmt.site.queries import waiting_badge
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database
SignIn = Callable[..., Client]


@pytest.fixture
def nobody(nation: Any) -> Unit:
    """The placeholder of the small nation that has waiting cases."""
    code = min(placeholders(current_state()))
    return Unit.objects.get(load=nation.load, level="post", whole=True, code=code)


def badge_of(client: Client, page: str = "/the-number/") -> tuple[str, str] | None:
    """The address and the number of the menu's waiting cases; None where the menu has none."""
    nav = re.search(r'<nav class="wmt-nav".*?</nav>', client.get(page).text, re.S)
    assert nav
    found = re.search(r'href="([^"]*)"[^>]*>Waiting cases(?: <span[^>]*>([^<]*)</span>)?</a>', nav[0])
    return (found[1], found[2] or "") if found else None


@pytest.mark.both_databases
def test_the_menu_counts_the_waiting_cases_of_ones_own_unit(nobody: Unit, signed_in: SignIn) -> None:
    manager = signed_in("manager", "team", nobody.team_code)
    href = unit_url("team", nobody.team_code, "waiting")
    assert badge_of(manager) == (href, str(nobody.cases_all))
    WaitingCase.objects.create(
        ref="X999991", team_code=nobody.team_code, location="custody", tier="B3", source="typed", who="Ann",
        arrived_on=current_state().day, as_at=timezone.now(),
    )  # fmt: skip
    assert badge_of(manager) == (href, str(nobody.cases_all + 1))
    for role, level, code in [
        ("practitioner", "team", nobody.team_code), ("analyst", "nation", "nation"),
        ("administrator", "nation", "nation"),
    ]:  # fmt: skip
        assert badge_of(signed_in(role, level, code)) is None


def test_who_has_several_units_finds_the_cases_of_each_on_their_own_page(
    nobody: Unit, signed_in: SignIn
) -> None:
    client = signed_in("manager", "team", nobody.team_code)
    held = RoleGrant.objects.get(role="manager")
    teams = Unit.objects.filter(load_id=nobody.load_id, level="team", whole=True)
    other = teams.exclude(code=nobody.team_code).order_by("code")[0]
    RoleGrant.objects.create(
        user=held.user, role="manager", level="team", code=other.code, first_day=held.first_day
    )
    where = badge_of(client)
    assert where is not None
    assert where[0] == unit_url("team", nobody.team_code, "waiting")  # all of them wait in one of the teams
    recorded("X999990", other.code)
    where = badge_of(client)
    assert where is not None
    assert where[0] == "/#waiting"
    home = client.get("/").text
    assert home.count('id="waiting"') == 1
    assert f'href="{unit_url("team", nobody.team_code, "waiting")}"' in home
    assert f"{nobody.cases_all} cases wait to be allocated" in home or nobody.cases_all == 1


def test_a_page_asks_for_nothing_more_until_figures_or_records_change(
    nobody: Unit, signed_in: SignIn, django_assert_num_queries: Callable[..., Any]
) -> None:
    client = signed_in("manager", "team", nobody.team_code)
    client.get("/the-number/")
    user = RoleGrant.objects.get(role="manager").user
    state = current_state()
    waiting_badge.badge(user, state)
    with django_assert_num_queries(1):  # which waiting cases are recorded
        waiting_badge.badge(user, state)


def test_a_record_that_is_moved_to_another_team_is_counted_there(nobody: Unit, signed_in: SignIn) -> None:
    teams = Unit.objects.filter(load_id=nobody.load_id, level="team", whole=True)
    other = teams.exclude(pdu_code=nobody.pdu_code).order_by("code")[0]
    row = recorded("X999991", nobody.team_code)
    here, there = signed_in("manager", "team", nobody.team_code), signed_in("manager", "team", other.code)

    def counted() -> list[int]:
        return [int(found[1] or 0) for client in (here, there) if (found := badge_of(client))]

    before = counted()
    moved = details("X999991", other.code)
    waiting_cases.record_case(actor=None, who="Ann", wanted=moved, number=row.pk)
    assert counted() == [before[0] - 1, before[1] + 1]


@pytest.mark.unit
def test_more_than_99_are_99_plus() -> None:
    words = {number: waiting_badge.WaitingBadge(number, "").words for number in (0, 1, 99, 100)}
    assert words == {0: "", 1: "1", 99: "99", 100: "99+"}
