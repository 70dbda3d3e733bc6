"""Waiting cases that people or a feed record: who may, what is refused, what the extract makes of it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from api_fixtures import person_with
from django.utils import timezone

from wmt.site.allocation.models import WaitingCase
from wmt.site.allocation.queries import waiting_count
from wmt.site.figures import line_queries
from wmt.site.figures.placeholders import placeholders
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database


@pytest.fixture
def nobody(nation: Any) -> Unit:
    """The placeholder of the small nation that has waiting cases."""
    return Unit.objects.get(
        load=nation.load, level="post", whole=True, code=min(placeholders(current_state()))
    )


def _recorded(ref: str, team: str, **more: Any) -> WaitingCase:
    values = {
        "location": "custody",
        "tier": "B3",
        "arrived_on": date(2026, 11, 1),
        "source": "typed",
        "who": "Ann",
    }
    return WaitingCase.objects.create(ref=ref, team_code=team, as_at=timezone.now(), **values | more)


@pytest.mark.both_databases
def test_waiting_cases_are_counted_once_where_one_may_allocate_them(
    nobody: Unit, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    state = current_state()
    before = nobody.cases_all
    assert before > 0
    manager = person_with("manager", "team", nobody.team_code)
    nation, other = person_with("administrator"), person_with("analyst")
    waiting_count(manager, state)
    with django_assert_max_num_queries(2):
        assert waiting_count(manager, state) == before
    there = waiting_count(nation, state)
    assert there >= before
    assert waiting_count(other, state) == 0
    elsewhere = Unit.objects.filter(load_id=state.load_id, level="team", whole=True).exclude(
        code=nobody.team_code
    )
    _recorded("X999991", nobody.team_code)
    _recorded("X999992", elsewhere[0].code)
    _recorded("X999993", nobody.team_code, state="withdrawn")
    cases = line_queries.of_kind(state, "case")
    seen = Line.objects.filter(load_id=state.load_id, post_no=nobody.number, pricing__in=cases)[0]
    _recorded(seen.ref, nobody.team_code)
    assert waiting_count(manager, state) == before + 1
    assert waiting_count(nation, state) == there + 2
    assert waiting_count(other, state) == 0
