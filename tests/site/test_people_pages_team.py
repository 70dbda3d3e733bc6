"""Hours and reductions of a team and above it: what counts, what ends soon, and who is told of it."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from people_pages_fixtures import day_of, enter, hours, plan_of, reduction, team_with
from tabs_fixtures import number, table_of

from wmt.site.links import unit_url

pytestmark = pytest.mark.one_database


def _page(client: Client, level: str, code: str, **query: str) -> str:
    answer = client.get(unit_url(level, code, "hours", **query))
    assert answer.status_code == 200
    return answer.text


def test_every_post_of_a_team_is_listed_with_where_its_hours_are_from(
    nation: Any, signed_in: Callable[..., Client]
) -> None:
    team, posts = team_with(nation, 3)
    first, second = posts[0], posts[1]
    enter(hours(first, 22.5))
    rows = table_of(_page(signed_in("administrator"), "team", team.code), "hours")
    *people, total = rows
    assert [row["Practitioner"] for row in people] == [post.name for post in posts]
    of = {row["Practitioner"]: row for row in people}
    assert of[first.name]["Contracted hours"] == "22.5entered"
    assert of[second.name]["Contracted hours"].endswith(("entered", "assumed by grade", "from the extract"))
    team.refresh_from_db()
    assert total["Contracted hours"].replace(",", "") == f"{team.contracted_hours_micro / 1e6:g}"
    assert number(total["Available points"]) == round(team.available_x100 / 100)


def test_the_next_change_is_said_on_its_day(nation: Any, signed_in: Callable[..., Client]) -> None:
    team, posts = team_with(nation, 3)
    post = next(post for post in posts if not plan_of(post).reductions and not plan_of(post).grades)
    soon = day_of() + timedelta(3)
    enter(hours(post, 30, soon))
    client = signed_in("administrator")
    row = _row(_page(client, "team", team.code), "hours", post.name)
    assert row["Next change"] == f"{soon:%-d %b %Y}30 hours a week"
    enter(reduction(post, day_of(), day_of() + timedelta(1), percent_x100=1_000))
    row = _row(_page(client, "team", team.code), "hours", post.name)
    assert row["Next change"] == f"{day_of() + timedelta(2):%-d %b %Y}Court Duty ends"


def _row(page: str, table: str, name: str) -> dict[str, str]:
    return next(row for row in table_of(page, table) if row["Practitioner"] == name)


@pytest.mark.parametrize(("days", "is_listed"), [(0, True), (30, True), (31, False)])
def test_what_ends_within_thirty_days_is_listed(
    nation: Any, signed_in: Callable[..., Client], days: int, is_listed: bool
) -> None:
    team, posts = team_with(nation, 3)
    last = day_of() + timedelta(days)
    enter(reduction(posts[0], day_of() - timedelta(5), last, percent_x100=500))
    page = _page(signed_in("administrator"), "team", team.code)
    found = [row for row in _rows(page, "ending") if row["Last day"].startswith(f"{last:%-d %b %Y}")]
    mine = [row for row in found if row["Practitioner"] == posts[0].name and row["Reason"] == "Court Duty"]
    assert bool(mine) == is_listed
    if mine:
        assert number(mine[0]["Days left"].removesuffix("ends today")) == days
        assert mine[0]["Hours a week"].endswith("5%")


def _rows(page: str, name: str) -> list[dict[str, str]]:
    return table_of(page, name) if f'id="table-{name}-caption"' in page else []


def test_one_that_begins_later_or_never_ends_is_not_listed(
    nation: Any, signed_in: Callable[..., Client]
) -> None:
    team, posts = team_with(nation, 3)
    enter(reduction(posts[0], day_of() + timedelta(1), day_of() + timedelta(9), percent_x100=300))
    enter(reduction(posts[1], day_of(), None, percent_x100=300))
    listed = _rows(_page(signed_in("administrator"), "team", team.code), "ending")
    assert not [row for row in listed if row["Hours a week"].endswith("3%")]


def _file(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def test_notes_are_in_the_file_only_for_who_may_read_them(
    nation: Any, signed_in: Callable[..., Client]
) -> None:
    team, posts = team_with(nation, 3)
    post = posts[0]
    last = day_of() + timedelta(4)
    enter(reduction(post, day_of(), last, percent_x100=700, notes="Only for the manager"))
    address = unit_url("team", team.code, "hours") + "ending.csv"
    manager = _file(signed_in("manager", "team", team.code), address)
    mine = next(row for row in manager if row["Notes"])
    wanted = {
        "Region code": team.region_code, "PDU code": team.pdu_code, "Team code": team.code,
        "Practitioner": post.name, "Grade": post.grade, "Reason": "Court Duty", "Status": "active",
        "First day": f"{day_of()}", "Last day": f"{last}", "Notes": "Only for the manager",
        "Code": post.code, "Days left": "4",
    }  # fmt: skip
    assert {name: mine[name] for name in wanted} == wanted
    assert float(mine["Contracted hours"]) * 0.07 == pytest.approx(float(mine["Hours a week"]))
    assert all(not row["Notes"] for row in _file(signed_in("analyst"), address))
    own = signed_in("practitioner", "team", team.code, staff_code=post.staff_code)
    assert [row["Notes"] for row in _file(own, address) if row["Notes"]] == ["Only for the manager"]


def test_the_file_of_the_hours_says_where_they_are_from(
    nation: Any, signed_in: Callable[..., Client]
) -> None:
    team, posts = team_with(nation, 3)
    enter(hours(posts[0], 1))
    rows = _file(signed_in("administrator"), unit_url("team", team.code, "hours") + "hours.csv")
    assert [row["Code"] for row in rows] == [post.code for post in posts]
    assert rows[0]["Contracted hours"] == "1"
    assert rows[0]["Where the hours are from"] == "entered"


@pytest.mark.both_databases
@pytest.mark.parametrize("level", ["pdu", "region"])
def test_above_a_team_every_team_has_its_numbers(
    nation: Any, signed_in: Callable[..., Client], level: str
) -> None:
    from wmt.site.availability.queries import plans_of
    from wmt.site.workload.models import Unit

    team, posts = team_with(nation, 3)
    enter(reduction(posts[0], day_of(), day_of() + timedelta(2), percent_x100=100))
    code = getattr(team, f"{level}_code")
    page = _page(signed_in("administrator"), level, code)
    *rows, total = table_of(page, "teams")
    teams = Unit.objects.filter(load=nation.load, level="team", whole=True, **{f"{level}_code": code})
    assert sorted(row["Team"] for row in rows) == sorted(each.name for each in teams)
    mine = next(row for row in rows if row["Team"] == team.name)
    plans = plans_of([(post.team_code, post.staff_code) for post in posts])
    in_force = sum(len(plan.reductions_on(day_of())) for plan in plans.values())
    assert number(mine["Reductions in force"]) == in_force
    assert number(mine["Ending in 30 days"]) >= 1
    assert sum(number(row["Reductions in force"]) for row in rows) == number(total["Reductions in force"])
    listed = table_of(page, "ending")
    assert len(listed) == number(total["Ending in 30 days"])
    assert team.name in {row["Team"] for row in listed}


@pytest.mark.both_databases
def test_a_manager_is_reminded_on_their_own_place(nation: Any, signed_in: Callable[..., Client]) -> None:
    team, posts = team_with(nation, 3)
    enter(reduction(posts[0], day_of(), day_of() + timedelta(2), percent_x100=100))
    ways = {"manager": ("team", team.code), "head": ("pdu", team.pdu_code)}
    for role, (level, code) in ways.items():
        page = signed_in(role, level, code).get(unit_url(level, code)).text
        assert "in the next 30 days" in page
        assert unit_url(level, code, "hours") + "#table-ending" in page
    assert "in the next 30 days" not in signed_in("analyst").get(unit_url("team", team.code)).text


@pytest.mark.both_databases
def test_a_manager_of_two_teams_is_reminded_at_home(nation: Any, signed_in: Callable[..., Client]) -> None:
    from django.utils import timezone

    from wmt.site.accounts.models import RoleGrant, User

    team, posts = team_with(nation, 3)
    other = nation.unit("team", code__gt=team.code) or nation.unit("team", code__lt=team.code)
    client = signed_in("manager", "team", team.code, email="two@example.org")
    RoleGrant.objects.create(
        user=User.objects.get(email="two@example.org"), role="manager", level="team", code=other.code,
        first_day=timezone.localdate(),
    )  # fmt: skip
    enter(reduction(posts[0], day_of(), day_of() + timedelta(2), percent_x100=100))
    page = client.get("/").text
    assert f"{team.name}" in page
    assert unit_url("team", team.code, "hours") + "#table-ending" in page


def test_only_who_may_edit_is_offered_to(nation: Any, signed_in: Callable[..., Client]) -> None:
    team, _ = team_with(nation, 3)
    other = nation.unit("team", code__gt=team.code) or nation.unit("team", code__lt=team.code)
    offered = f"/team/{team.code}/hours/edit/"
    assert offered in _page(signed_in("manager", "team", team.code), "team", team.code)
    assert offered not in _page(signed_in("manager", "team", other.code), "team", team.code)
    assert offered not in _page(signed_in("analyst"), "team", team.code)


def test_records_of_posts_that_are_gone_are_neither_listed_nor_counted(
    nation: Any, signed_in: Callable[..., Client]
) -> None:
    from types import SimpleNamespace

    team, _ = team_with(nation, 3)
    client = signed_in("manager", "team", team.code)
    before = client.get(unit_url("team", team.code)).text
    gone = SimpleNamespace(team_code=team.code, staff_code="GONE")
    enter(reduction(gone, day_of(), day_of() + timedelta(2), hours_micro=0))
    reminded = [line for line in before.splitlines() if "wmt-reminder" in line]
    after = client.get(unit_url("team", team.code)).text.splitlines()
    assert [line for line in after if "wmt-reminder" in line] == reminded
    head = _page(signed_in("head", "pdu", team.pdu_code), "pdu", team.pdu_code)
    assert "GONE" not in head
