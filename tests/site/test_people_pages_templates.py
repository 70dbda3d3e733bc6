"""Templates of the tables that are sent: they say what is entered already, and are taken filled in."""

# ruff: noqa: F401, F811 - fixtures come by import

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from people_pages_fixtures import day_of, enter, hours, plan_of, reduction
from people_upload_fixtures import apply, file_of, home, manager, preview, team, written
from tabs_fixtures import table_of

from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database


def template_of(client: Client, unit: Unit) -> list[dict[str, str]]:
    """The rows of the hours of a team, as they are to be filled in."""
    data = file_of(client, f"/people-tables/team/{unit.code}/contracted_hours.csv")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_template_says_what_stands_and_changes_nothing(team: Any, manager: Client) -> None:
    unit, posts = team
    enter(hours(posts[0], 20), reduction(posts[1], day_of(), None, percent_x100=1_000, notes="=kept"))
    for form in (
        {"contracted_hours": "csv", "reductions": "csv", "grade_corrections": "csv"},
        {"people": "xlsx"},
    ):
        files = {
            f"{name}__{kind}": file_of(manager, f"/people-tables/team/{unit.code}/{name}.{kind}")
            for name, kind in form.items()
        }
        _, page = preview(manager, **files)
        assert "There is nothing to apply" in page
        assert 'id="table-faults"' not in page
        assert 'id="table-notices"' not in page, table_of(page, "notices")
    rows = template_of(manager, unit)
    assert [row["staff_code"] for row in rows] == [post.staff_code for post in posts]
    assert rows[0]["hours"] == "20"


def test_a_filled_in_template_is_taken(team: Any, manager: Client) -> None:
    unit, posts = team
    rows = template_of(manager, unit)
    rows[1]["hours"] = "12.5"
    data = written(tuple(rows[0]), *(tuple(row.values()) for row in rows))
    address, page = preview(manager, contracted_hours__csv=data)
    assert [row["Who"] for row in table_of(page, "records")] == [posts[1].name]
    assert apply(manager, address, page).status_code == 302
    assert plan_of(posts[1]).hours_on(day_of()).hours_micro == 12_500_000


@pytest.mark.both_databases
def test_a_post_that_was_set_aside_has_the_hours_that_a_table_is_held_against(
    team: Any, manager: Client
) -> None:
    """Its figures are none, or those of an earlier night: a row that nobody touched must not enter them."""
    unit, posts = team
    for post, kept in ((posts[0], 0), (posts[1], 11_000_000)):
        Unit.objects.filter(pk=post.pk).update(unmeasured_posts=int(not kept), contracted_hours_micro=kept)
    rows = template_of(manager, unit)
    assert [row["hours"] for row in rows[:2]] == ["37", "37"]
    rows[2]["hours"] = "12.5"
    data = written(tuple(rows[0]), *(tuple(row.values()) for row in rows))
    _, page = preview(manager, contracted_hours__csv=data)
    assert [row["Who"] for row in table_of(page, "records")] == [posts[2].name]


def test_hours_that_nobody_gave_are_blank_in_the_template_and_0_says_something_new(
    team: Any, manager: Client
) -> None:
    unit, posts = team
    for post, is_only_mentioned in ((posts[0], True), (posts[1], False)):  # of the second 0 hours were given
        Unit.objects.filter(pk=post.pk).update(supplied_micro=0, is_only_mentioned=is_only_mentioned)
    rows = template_of(manager, unit)
    assert [row["hours"] for row in rows[:2]] == ["", "0"]
    untouched = written(tuple(rows[0]), *(tuple(row.values()) for row in rows))
    _, page = preview(manager, contracted_hours__csv=untouched)
    assert "There is nothing to apply" in page
    rows[0]["hours"], rows[2]["hours"] = "0", ""
    entered = written(tuple(rows[0]), *(tuple(row.values()) for row in rows[:2]))
    address, page = preview(manager, contracted_hours__csv=entered)
    assert [row["Who"] for row in table_of(page, "records")] == [posts[0].name]
    assert apply(manager, address, page).status_code == 302
    assert plan_of(posts[0]).hours_on(day_of()).hours_micro == 0
    # what somebody has is not taken away by leaving it blank
    missing = written(tuple(rows[0]), tuple(rows[2].values()))
    _, page = preview(manager, contracted_hours__csv=missing)
    assert [row["Column"] for row in table_of(page, "faults")] == ["hours"]


def test_templates_are_for_who_may_edit(team: Any, nation: Any, signed_in: Callable[..., Client]) -> None:
    unit, _ = team
    other = nation.unit("team", code__gt=unit.code) or nation.unit("team", code__lt=unit.code)
    address = f"/people-tables/team/{unit.code}/reductions.csv"
    assert signed_in("manager", "team", other.code).get(address).status_code == 403
    assert signed_in("analyst").get(address).status_code == 403
    head = signed_in("head", "pdu", unit.pdu_code)
    assert file_of(head, address)
    assert head.get(f"/people-tables/team/{unit.code}/secrets.csv").status_code == 404
    assert head.get(f"/people-tables/team/{unit.code}/reductions.exe").status_code == 404
