"""A unit that has another code now: its former address leads to it."""

from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from django.test import Client

from wmt.history import LINK, Links
from wmt.site.web import error_pages
from wmt.site.workload.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def links_of(*rows: tuple[str, str, str, int]) -> Links:
    """Links from codes to codes, by the day of November."""
    from datetime import date

    return Links(
        pl.DataFrame(
            [(level, code, former, date(2026, 11, day), "same posts") for level, code, former, day in rows],
            schema=LINK, orient="row",
        )
    )  # fmt: skip


def test_a_former_address_leads_to_the_present_one(nation: Any, signed_in: Any, monkeypatch: Any) -> None:
    team = Unit.objects.filter(load=nation.load, level="team", whole=True).order_by("code").first()
    assert team is not None
    links = links_of(("team", "MID", "OLD", 1), ("team", team.code, "MID", 5), ("team", "OTHER", "GONE", 5))
    monkeypatch.setattr(error_pages, "open_history", lambda _: SimpleNamespace(links=links))
    client: Client = signed_in("analyst")
    answer = client.get("/team/OLD/duties/?show=all")
    assert (answer.status_code, answer["Location"]) == (302, f"/team/{team.code}/duties/?show=all")
    assert client.get("/team/MID/")["Location"] == f"/team/{team.code}/"
    assert client.get("/team/NONE/").status_code == 404
    assert client.get("/team/GONE/", follow=True).status_code == 404
    assert client.get("/api/v1/units/team/OLD").status_code == 404


def test_present_codes_follow_chains_and_forget_what_is_used_again() -> None:
    found = links_of(
        ("post", "B", "A", 1), ("post", "C", "B", 2), ("post", "A", "X", 3), ("team", "T", "S", 1)
    )
    assert found.present_codes("post") == {"B": "C", "X": "A"}
    assert found.present_codes("team") == {"S": "T"}
