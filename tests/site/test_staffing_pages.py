"""People needed, on pages and in the API: figures are those of the night, and no reason is told."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable, Iterator
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

POLICY = "name: ours\nreference: test\nvalues:\n  privacy.fewest_posts: {}\n"


@pytest.fixture
def told_of_all(nation: Any, settings: Any) -> Iterator[None]:  # noqa: ARG001
    """The small nation has few posts in a PDU: let people of all be told."""
    path = settings.CONFIG.policy
    path.write_text(POLICY.format(1), "utf-8")
    yield
    path.unlink()


def of_night(nation: Any, level: str, code: str) -> dict[str, Any]:
    """A unit by the core alone, from the files of the night."""
    of_rules = rates.Rates(rules_of(current_state()))
    facts, lines = nation.night.facts(), nation.night.table("results/lines")
    posts = full_pool.posts_in_stream(nation.night.table("results/totals"), facts.post)
    work = need.work_sums(lines, posts, level)
    people = supply.supplies(of_rules, lines, posts, facts.reduction, level)
    return gap.present(gap.staffing_of(of_rules, work, people, code))


@pytest.mark.parametrize("level", ["nation", "region", "pdu"])
@pytest.mark.usefixtures("told_of_all")
def test_the_figures_shown_are_those_of_the_night(nation: Any, level: str) -> None:
    unit = nation.unit(level)
    live = query.staffing_of(current_state(), unit)
    assert isinstance(live, gap.Staffing)
    assert gap.present(live) == of_night(nation, level, unit.code)
    assert (
        live.need.points * 100 == lines_of(nation, level, unit.code).filter(side="work")["points_x100"].sum()
    )


@pytest.mark.usefixtures("told_of_all")
def test_page_and_api_say_the_same(nation: Any, signed_in: Callable[..., Client]) -> None:
    unit, client = nation.unit("region"), signed_in()
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


@pytest.mark.usefixtures("told_of_all")
def test_a_team_is_told_no_people(nation: Any, signed_in: Callable[..., Client]) -> None:
    team, client = nation.unit("team"), signed_in()
    page = in_sight(client.get(unit_url("team", team.code, "staffing")).text)
    assert "would tell why somebody’s hours are reduced" in page
    assert "Needed (FTE)" not in page
    assert client.get(f"/api/v1/units/team/{team.code}/staffing").status_code == 422
    assert "People needed" not in client.get(unit_url("team", team.code)).text


@pytest.mark.usefixtures("told_of_all")
def test_a_small_unit_is_told_no_people(
    nation: Any,
    settings: Any,
    signed_in: Callable[..., Client],
) -> None:
    """A PDU with fewer posts than the policy asks for, though its region is told."""
    region = nation.unit("region")
    small, client = nation.unit("pdu", region_code=region.code), signed_in("administrator")
    settings.CONFIG.policy.write_text(POLICY.format(small.posts + 1), "utf-8")
    page = in_sight(client.get(unit_url("pdu", small.code, "staffing")).text)
    assert f"units with at least {small.posts + 1}" in page
    assert "Needed (FTE)" not in page
    refused = client.get(f"/api/v1/units/pdu/{small.code}/staffing")
    assert (refused.status_code, f"at least {small.posts + 1} are needed" in refused.text) == (422, True)
    listed = client.get(unit_url("region", region.code, "staffing")).text
    if region.posts > small.posts:
        assert small.name not in [row["PDU"] for row in table_of(listed, "below")]


@pytest.mark.usefixtures("told_of_all")
def test_the_people_of_a_pdu_are_for_those_who_read_its_reasons(
    nation: Any, signed_in: Callable[..., Client], program: Callable[..., Program]
) -> None:
    """Hours of reductions are open: a day's sums less those before a reduction would tell its kind."""
    post = nation.unit("post", grade="PO", available_x100__gt=0, reduction_hours_micro=0)
    pdu, head = post.pdu_code, signed_in("head", "pdu", post.pdu_code)
    address = f"units/pdu/{pdu}/staffing"

    def in_net() -> float:
        told = head.get(f"/api/v1/{address}").json()
        return float(told["reductions"].get(supply.IN_NET, 0))

    before, day = in_net(), current_state().day.isoformat()
    manager = program("manager", "team", post.team_code, name="Mary Manager")
    body = {"reason": "3", "hours": 7.4, "first_day": day}
    assert manager.ask("post", f"posts/{post.code}/reductions", body).status_code == 201
    assert in_net() == pytest.approx(before + 0.2)

    for role, *where in (("analyst",), ("manager", "team", post.team_code)):
        other = signed_in(role, *where)
        assert other.get(f"/api/v1/{address}").status_code == 403
        page = in_sight(other.get(unit_url("pdu", pdu, "staffing")).text)
        assert "is for those who may read why hours are reduced" in page
        assert "Needed (FTE)" not in page
        tables = other.get(f"/api/v1/units/pdu/{pdu}/tables/staffing")
        assert (tables.status_code, "in_post" in tables.text) == (422, False)
        region = other.get(unit_url("region", post.region_code, "staffing")).text
        assert "People are told of PDUs where you may read why" in in_sight(region)
    assert table_of(head.get(unit_url("region", post.region_code, "staffing")).text, "below")


@pytest.mark.usefixtures("told_of_all")
def test_sickness_takes_nobody_off_and_a_project_does(nation: Any, program: Callable[..., Program]) -> None:
    """Sickness is in the need as non-effective time already; other work is time that is not there."""
    post = nation.unit("post", grade="PO", available_x100__gt=0, reduction_hours_micro=0)
    pdu, day = nation.unit("pdu", code=post.pdu_code), current_state().day
    manager = program("manager", "team", post.team_code, name="Mary Manager")

    def present() -> Any:
        found = query.staffing_of(current_state(), pdu)
        assert isinstance(found, gap.Staffing)
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
