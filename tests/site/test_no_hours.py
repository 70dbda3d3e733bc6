"""Posts that only contacts, flags or details mention: listed with what they do to the figure."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tabs_fixtures import in_sight, table_of

from wmt.site.links import unit_url
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database


@pytest.mark.both_databases
def test_they_are_listed_with_what_they_do(nation: Any, signed_in: Callable[..., Client]) -> None:
    post = nation.unit("post", grade="PO", points_x100__gt=0, stale_since=None)
    page = unit_url("team", post.team_code, "hours")
    client = signed_in()
    assert "on no list of officers" not in client.get(page).text
    Unit.objects.filter(pk=post.pk).update(supplied_micro=0, contracted_hours_micro=0)
    text = client.get(page).text
    (row, *_) = table_of(text, "nohours")
    assert (row["Code"], row["If the grade's hours counted"]) == (post.code, "2,200")
    team = nation.unit("team", code=post.team_code)
    tenths = (2 * team.points_x100 * 1000 + team.available_x100 + 220_000) // (
        2 * (team.available_x100 + 220_000)
    )
    assert f"it would be at {tenths // 10}.{tenths % 10}%" in in_sight(text)
    own = in_sight(client.get(unit_url("post", post.code, "hours")).text)
    assert "Nobody has entered hours here" in own
