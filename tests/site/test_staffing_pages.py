"""People needed, on pages and in the API: figures are those of the night, and no reason is told."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from api_fixtures import Program, fresh_counts, program  # noqa: F401
from django.test import Client
from tabs_fixtures import in_sight, lines_of, table_of

from wmt.plan import full_pool
from wmt.site.links import unit_url
from wmt.site.queries import staffing as query
from wmt.site.workload.state import current_state, rules_of
from wmt.staffing import gap, need, rates, supply

pytestmark = pytest.mark.one_database


def of_night(nation: Any, level: str, code: str) -> dict[str, Any]:
    """A unit by the core alone, from the files of the night."""
    of_rules = rates.Rates(rules_of(current_state()))
    facts, lines = nation.night.facts(), nation.night.table("results/lines")
    posts = full_pool.posts_in_stream(nation.night.table("results/totals"), facts.post)
    work = need.work_sums(lines, posts, level)
    people = supply.supplies(of_rules, lines, posts, facts.reduction, level)
    return gap.present(gap.staffing_of(of_rules, work, people, code))


@pytest.mark.parametrize("level", ["nation", "region", "pdu", "team"])
def test_the_figures_shown_are_those_of_the_night(nation: Any, level: str) -> None:
    unit = nation.unit(level)
    live = query.staffing_of(current_state(), unit)
    assert gap.present(live) == of_night(nation, level, unit.code)
    assert (
        live.need.points * 100 == lines_of(nation, level, unit.code).filter(side="work")["points_x100"].sum()
    )


def test_page_and_api_say_the_same(nation: Any, signed_in: Callable[..., Client]) -> None:
    unit, client = nation.unit("region"), signed_in("administrator")
    told = client.get(f"/api/v1/units/region/{unit.code}/staffing?chain=sum&by=hours").json()
    page = client.get(unit_url("region", unit.code, "staffing"), {"chain": "sum", "by": "hours"}).text
    assert (told["chain"], told["by"]) == ("sum", "hours")
    rows = table_of(page, "staffing")
    for each, row in zip([*told["grades"], told["all"]], rows, strict=True):
        assert row["Needed (FTE)"] == f"{Decimal(str(each['need'])):,.1f}"
        assert row["There ÷ needed"] == f"{each['ratio'] * 100:,.1f}%"
    assert sum(line["points"] for kind in told["kinds"] for line in kind["lines"]) == pytest.approx(
        told["work"]["points"]
    )
    assert f"needs {Decimal(str(told['all']['need'])):,.1f} full-time people" in in_sight(page)


def test_without_reasons_it_is_a_range_of_figures_that_are_open(
    nation: Any, signed_in: Callable[..., Client], program: Callable[..., Program]
) -> None:
    """Sickness and a project move the same figures, by the hours that everybody reads."""
    post = nation.unit("post", grade="PO", available_x100__gt=0, reduction_hours_micro=0)
    day, manager = current_state().day.isoformat(), program("manager", "team", post.team_code, name="Mary")
    # reasons are read by nobody here for the whole of the unit
    readers = [signed_in("analyst"), signed_in("manager", "team", post.team_code)]

    def told(level: str, code: str) -> dict[str, Any]:
        answers = [reader.get(f"/api/v1/units/{level}/{code}/staffing").json() for reader in readers]
        assert answers[0] == answers[1]
        assert not answers[0]["reasons"]
        row: dict[str, Any] = next(each for each in answers[0]["grades"] if each["grade"] == "PO")
        assert {name for name, value in answers[0].items() if value is None} == {
            "binding_grade",
            "reductions",
        }
        assert row["in_post"] is row["short"] is row["ratio"] is None
        return row

    units = [("pdu", post.pdu_code), ("region", post.region_code), ("nation", "nation")]
    moved = []
    for reason, hours in (("3", 3.7), ("24", 3.7)):
        before = [told(*unit) for unit in units]
        body = {"reason": reason, "hours": hours, "first_day": day}
        assert manager.ask("post", f"posts/{post.code}/reductions", body).status_code == 201
        after = [told(*unit) for unit in units]
        moved.append(
            [
                {name: round(new[name] - old[name], 4) for name in new if isinstance(new[name], float)}
                for old, new in zip(before, after, strict=True)
            ]
        )
    assert moved[0] == moved[1]
    assert moved[0][0] == {
        "need": 0, "contracted": 0, "left": -0.1, "least_short": 0, "most_short": 0.1, "work": 0,
    }  # fmt: skip


def test_the_page_gives_the_range_and_no_sum_by_reason(nation: Any, signed_in: Callable[..., Client]) -> None:
    pdu = nation.unit("pdu")
    page = signed_in("analyst").get(unit_url("pdu", pdu.code, "staffing")).text
    assert "so the page gives a range" in in_sight(page)
    for words in ("There (FTE)", "non-effective time already", "Community Justice Learning", "in the need."):
        assert words not in in_sight(page)
    (*_, whole) = table_of(page, "staffing")
    assert Decimal(whole["Contracted (FTE)"]) >= Decimal(whole["After all reductions (FTE)"])
    below = table_of(page, "below")
    assert [row["Team"] for row in below]
    assert "There (FTE)" not in below[0]


def test_who_reads_the_reasons_of_a_unit_is_told_by_reason(
    nation: Any, signed_in: Callable[..., Client]
) -> None:
    team = nation.unit("team")
    manager, head = signed_in("manager", "team", team.code), signed_in("head", "pdu", team.pdu_code)
    assert manager.get(f"/api/v1/units/team/{team.code}/staffing").json()["reasons"]
    assert not manager.get(f"/api/v1/units/pdu/{team.pdu_code}/staffing").json()["reasons"]
    assert head.get(f"/api/v1/units/pdu/{team.pdu_code}/staffing").json()["reasons"]
    assert not head.get(f"/api/v1/units/region/{team.region_code}/staffing").json()["reasons"]
    page = in_sight(head.get(unit_url("pdu", team.pdu_code, "staffing")).text)
    assert "Do not pass these sums on" in page
    assert head.get(f"/api/v1/units/post/{nation.unit('post').code}/staffing").status_code == 422


def test_sickness_takes_nobody_off_and_a_project_does(nation: Any, program: Callable[..., Program]) -> None:
    """Sickness is in the need as non-effective time already; other work is time that is not there."""
    post = nation.unit("post", grade="PO", available_x100__gt=0, reduction_hours_micro=0)
    pdu, day = nation.unit("pdu", code=post.pdu_code), current_state().day
    manager = program("manager", "team", post.team_code, name="Mary Manager")

    def present() -> Any:
        found = query.staffing_of(current_state(), pdu)
        return found.present("PO"), found.supply.reductions

    before, _ = present()
    body = {"reason": "3", "hours": 7.4, "first_day": day.isoformat()}
    assert manager.ask("post", f"posts/{post.code}/reductions", body).status_code == 201
    sick, reductions = present()
    assert sick == before
    assert reductions[supply.IN_NET] >= Fraction("0.2")
    body = {"reason": "24", "hours": 3.7, "first_day": day.isoformat()}
    assert manager.ask("post", f"posts/{post.code}/reductions", body).status_code == 201
    busy, _ = present()
    assert busy == before - Fraction("0.1")
