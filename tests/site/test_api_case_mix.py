"""Cases of everybody in a team by type and tier letter: the counts are those of the figures."""

# ruff: noqa: F401, F811 - fixtures come by import
from collections.abc import Callable

import pytest
from api_fixtures import Program, fresh_counts, program
from test_allocate import pair, posts, unit

from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database
TYPES = ("community", "custody", "licence")


def test_counts_add_up_to_the_cases_of_each_post(
    program: Callable[..., Program], pair: tuple[Unit, Unit]
) -> None:
    team = pair[0].team_code
    items = program().all(f"teams/{team}/case-mix")
    there = {post.code: post for post in posts(team_code=team)}
    assert pair[0].code in {item["code"] for item in items}
    for item in items:
        post = there.get(item["code"]) or unit("post", item["code"])
        letters = [(letter, number) for kind in TYPES for letter, number in item[kind].items()]
        assert item["cases"] == sum(number for _, number in letters) == post.cases
        assert sum(number for letter, number in letters if letter == "untiered") == post.untiered_cases
        suspended = sum(number for letter, number in letters if letter.endswith("S"))
        assert suspended == post.suspended_cases
    assert program().ask("get", "teams/NO SUCH/case-mix").status_code == 404
