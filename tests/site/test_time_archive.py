"""The archive of reductions: all that ever stood between two days, and who may read what of it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from exports_fixtures import rows
from tabs_fixtures import in_sight, links, table_of

from wmt.site.availability.change_requests import Change
from wmt.site.availability.models import Reduction
from wmt.site.changes.actions import save
from wmt.site.links import unit_url

SignIn = Callable[..., Client]
DAY = date(2026, 11, 20)


@pytest.fixture
def kept(nation: Any) -> Any:
    """A post with a reduction that ended, one that was changed, one withdrawn and one to come."""
    post = nation.unit("post", available_x100__gt=0)
    key = post.team_code, post.staff_code
    Reduction.objects.filter(team_code=key[0], staff_code=key[1]).delete()

    def make(name: str, first: int, last: int, **more: Any) -> None:
        days = {"first_day": DAY + timedelta(first), "last_day": DAY + timedelta(last)}
        wish = {"reason": "3", "percent_x100": 2_000, "notes": f"notes of {name}", "wanted_key": name}
        save(
            actor=None, who="A. Typist", changes=[Change(kind="reduction", post=key, **days, **wish, **more)],
            why=f"why {name}", strict=False,
        )  # fmt: skip

    make("ended", -90, -40)
    make("active", -10, 30)
    make("coming", 60, 90)
    make("mistake", -5, 5)
    again = {"reason": "3", "percent_x100": 1_000, "first_day": DAY - timedelta(10), "notes": "less"}
    again["last_day"] = DAY + timedelta(20)
    former = Reduction.objects.get(key="active", ended_change__isnull=True)
    change = Change(kind="reduction", post=key, key="active", version=former.version, **again)
    save(actor=None, who="B. Changer", changes=[change], why="shorter", strict=False)
    gone = Reduction.objects.get(key="mistake", ended_change__isnull=True)
    change = Change(kind="reduction", post=key, key="mistake", version=gone.version, withdraw=True)
    save(actor=None, who="C. Withdrawer", changes=[change], why="a slip", strict=False)
    return post


def archive(client: Client, unit: Any, **query: str) -> list[dict[str, str]]:
    """The rows of the page."""
    answer = client.get(unit_url(unit.level, unit.code, "archive"), query)
    assert answer.status_code == 200
    return [] if "<table" not in answer.text else table_of(answer.text, "reductions")


def test_all_that_stood_is_there_with_its_status(kept: Any, signed_in: SignIn) -> None:
    found = archive(signed_in("administrator"), kept)
    assert sorted(row["Status"] for row in found) == ["active", "deleted", "ended", "scheduled"]
    by_status = {row["Status"]: row for row in found}
    assert "A. Typist" in by_status["ended"]["Entered"]
    assert by_status["ended"]["Changed or ended"] == ""
    assert "B. Changer" in by_status["active"]["Changed or ended"]
    assert by_status["active"]["As entered"].startswith("10%")
    assert "C. Withdrawer" in by_status["deleted"]["Changed or ended"]
    assert by_status["deleted"]["Why"] == "a slip"


@pytest.mark.parametrize("status", ["active", "ended", "scheduled", "withdrawn"])
def test_one_status_alone(kept: Any, signed_in: SignIn, status: str) -> None:
    assert [row["Status"] for row in archive(signed_in("administrator"), kept, status=status)] == [
        {"withdrawn": "deleted"}.get(status, status)
    ]


def test_only_those_that_counted_between_the_days(kept: Any, signed_in: SignIn) -> None:
    client = signed_in("administrator")
    early = {"from": "2026-08-01", "to": "2026-10-01"}
    assert [row["Status"] for row in archive(client, kept, **early)] == ["ended"]
    # the days of a version that was changed since are asked for too: it counted then
    late = {"from": f"{DAY + timedelta(25)}", "to": f"{DAY + timedelta(28)}"}
    assert [row["Last day"] for row in archive(client, kept, **late)] == [f"{DAY + timedelta(20):%-d %b %Y}"]
    assert archive(client, kept, **{"from": "2020-01-01", "to": "2020-02-01"}) == []


def test_the_units_above_have_what_their_posts_have(kept: Any, nation: Any, signed_in: SignIn) -> None:
    client = signed_in("administrator")
    for level in ("team", "pdu", "region"):
        unit = nation.unit(level, code=getattr(kept, f"{level}_code"))
        found = archive(client, unit, status="withdrawn")
        assert [row["Post"] for row in found] == [kept.code]
    elsewhere = nation.unit("region")
    other = type(elsewhere).objects.filter(load=nation.load, level="region", whole=True)
    other = other.exclude(code=kept.region_code).first()
    assert kept.code not in {row["Post"] for row in archive(client, other)}


def test_notes_who_and_why_are_not_for_everybody(kept: Any, nation: Any, signed_in: SignIn) -> None:
    """Somebody else sees what stood; neither who entered it, nor notes, nor what was withdrawn."""
    team = nation.unit("team", code=kept.team_code)
    other = nation.unit("team")
    if other == team:
        other = type(team).objects.filter(load=nation.load, level="team", whole=True).exclude(pk=team.pk)[0]
    for role, level, code in (("practitioner", "team", other.code), ("manager", "team", other.code)):
        client = signed_in(role, level, code)
        page = client.get(unit_url("team", team.code, "archive")).text
        assert "deleted</td>" not in page
        for secret in ("A. Typist", "B. Changer", "C. Withdrawer", "notes of", "a slip"):
            assert secret not in in_sight(page)
        assert not [href for href in links(page) if "/reductions/" in href]
    taken = signed_in("analyst", "region", kept.region_code)
    found = rows(taken.get(unit_url("team", team.code, "archive") + "reductions.csv"), "csv")
    assert {row["Status"] for row in found} == {"active", "ended", "scheduled"}
    assert all("Notes" not in row for row in found)


def test_the_person_themself_reads_all_of_it(kept: Any, signed_in: SignIn) -> None:
    client = signed_in("practitioner", "team", kept.team_code, staff_code=kept.staff_code)
    found = archive(client, kept)
    assert {"deleted", "ended"} <= {row["Status"] for row in found}


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_files_have_all_of_it_with_notes(kept: Any, signed_in: SignIn, kind: str) -> None:
    client = signed_in("administrator")
    found = rows(client.get(unit_url("post", kept.code, "archive") + f"reductions.{kind}"), kind)
    assert {row["Status"]: row["Notes"] for row in found}["active"] == "less"
    assert all(row["Entered on"] for row in found)
    assert {row["Status"]: row["Entered by"] for row in found}["ended"] == "A. Typist"


def test_it_is_reached_from_the_hours(kept: Any, nation: Any, signed_in: SignIn) -> None:
    client = signed_in("administrator")
    for level in ("post", "team", "pdu", "region"):
        unit = kept if level == "post" else nation.unit(level)
        page = client.get(unit_url(level, unit.code, "hours")).text
        assert unit_url(level, unit.code, "archive") in links(page)
