"""Home leads to one's own place, lets one choose among several, and helps who has none."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tabs_fixtures import table_of

from wmt.site.accounts.models import RoleGrant, User
from wmt.site.links import unit_url

pytestmark = pytest.mark.one_database


@pytest.mark.both_databases
def test_one_post_is_where_a_practitioner_starts(nation: Any, signed_in: Callable[..., Client]) -> None:
    post = nation.unit("post", cases__gt=0)
    User.objects.all().delete()
    codes = {unit.staff_code for unit in [post]}
    client = signed_in("", staff_code=codes.pop())
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer["Location"] == unit_url("post", post.code)


@pytest.mark.parametrize(
    ("role", "level"),
    [
        ("manager", "team"),
        ("head", "pdu"),
        ("analyst", "nation"),
        ("support", "nation"),
        ("administrator", "nation"),
    ],
)
def test_a_role_leads_to_its_unit(
    nation: Any, signed_in: Callable[..., Client], role: str, level: str
) -> None:
    unit = nation.unit(level)
    answer = signed_in(role, level, unit.code).get("/")
    assert (answer.status_code, answer["Location"]) == (302, unit_url(level, unit.code))


@pytest.mark.both_databases
def test_several_posts_are_listed_by_name_and_never_added_up(
    nation: Any, signed_in: Callable[..., Client]
) -> None:
    from wmt.site.workload.models import Unit

    posts = list(
        Unit.objects.filter(load=nation.load, level="post", cases__gt=0).order_by("-points_x100")[:3]
    )
    for post in posts:
        post.staff_code = "TWICE"
        post.save()
    page = signed_in("practitioner", "team", posts[0].team_code, staff_code="TWICE").get("/").text
    rows = table_of(page, "places")
    assert [row["Code"] for row in rows] == [
        post.code for post in sorted(posts, key=lambda post: (post.name, post.code))
    ]
    assert "Total" not in page
    assert "aria-sort" not in page
    assert "not added up" in page


def test_an_omic_post_has_no_capacity_and_no_points_left(
    nation: Any, signed_in: Callable[..., Client]
) -> None:
    from wmt.site.workload.models import Unit

    posts = list(Unit.objects.filter(load=nation.load, level="post", available_x100__gt=0).order_by("pk")[:2])
    for post in posts:
        post.staff_code, post.stream = "TWICE", "omic"
        post.save()
    page = signed_in("practitioner", "team", posts[0].team_code, staff_code="TWICE").get("/").text
    shown = [(row["Capacity"], row["Points left"]) for row in table_of(page, "places")]
    assert shown == [("not measured", "–")] * 2


@pytest.mark.both_databases
def test_several_teams_are_listed(nation: Any, signed_in: Callable[..., Client]) -> None:
    from wmt.site.workload.models import Unit

    teams = Unit.objects.filter(load=nation.load, level="team", whole=True).order_by("code")[:2]
    client = signed_in("manager", "team", teams[0].code)
    grant = RoleGrant.objects.get()
    RoleGrant.objects.create(
        user=grant.user, role="manager", level="team", code=teams[1].code, first_day=grant.first_day
    )
    assert {row["Code"] for row in table_of(client.get("/").text, "places")} == {team.code for team in teams}


@pytest.mark.parametrize("staff_code", ["", "NOWHERE"])
def test_who_has_no_place_reads_what_to_do(
    nation: Any,  # noqa: ARG001
    signed_in: Callable[..., Client],
    staff_code: str,
) -> None:
    page = signed_in("", staff_code=staff_code).get("/").text
    assert "/nation/" in page
    assert "/search/" in page
    assert "administrator" in page.lower()
    assert (f"{staff_code} is not in the current data" in page) is bool(staff_code)


def test_before_the_first_load_home_says_so(db: None, signed_in: Callable[..., Client]) -> None:  # noqa: ARG001
    from wmt.site.workload.models import Current

    Current.objects.all().delete()
    assert "igures" in signed_in().get("/").text
