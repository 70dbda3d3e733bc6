"""Figures, lines and tables of the API are those of the pages and of the night."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from api_fixtures import Program, fresh_counts, program  # noqa: F401
from django.test import RequestFactory

from wmt.ledger import SHARES
from wmt.site.accounts.models import RoleGrant
from wmt.site.queries.measures import MEASURES
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.unit_pages.views import tables_of
from wmt.site.workload.models import RuleValue, Unit
from wmt.site.workload.state import current_state

LEVELS = ("nation", "region", "pdu", "team", "post")


@pytest.fixture
def reader(program: Callable[..., Program], nation: Any) -> Program:  # noqa: ARG001
    """A program of somebody who reads all there is."""
    return program("analyst")


def hundredths(number: Any) -> int:
    """A number of JSON in hundredths, exactly."""
    found = Decimal(str(number)) * 100
    assert found == found.to_integral_value()
    return int(found)


def test_the_state_is_what_the_pages_stand_on(reader: Program, nation: Any) -> None:
    state, found = current_state(), reader.get("state")
    assert found["load"] == nation.load.pk
    assert datetime.fromisoformat(found["as_at"]) == state.as_at
    assert (found["day"], found["rules_date"]) == (state.day.isoformat(), state.rules_date.isoformat())
    assert (found["revision"], found["night"]) == (state.revision, state.night)
    assert hundredths(found["over_mark"]) == state.over_x100


def test_every_answer_says_of_which_figures_it_is(reader: Program, nation: Any) -> None:
    answer = reader.ask("get", "units/nation")
    assert answer["WMT-Load"] == str(nation.load.pk)
    assert answer["WMT-Revision"] == str(current_state().revision)
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("level", LEVELS)
def test_units_have_the_figures_of_the_database(level: str, reader: Program, nation: Any) -> None:
    rows = {unit.code: unit for unit in Unit.objects.filter(load=nation.load, level=level, whole=True)}
    found = reader.all(f"units/{level}")
    assert {each["code"] for each in found} == set(rows)
    for each in found:
        unit = rows[each["code"]]
        assert hundredths(each["points"]) == unit.points_x100
        assert hundredths(each["available"]) == unit.available_x100
        assert Decimal(str(each["contracted_hours"])) * 10**6 == unit.contracted_hours_micro
        assert (each["cases"], each["cases_all"], each["posts"]) == (unit.cases, unit.cases_all, unit.posts)
        assert sum(hundredths(each["breakdown"][part]) for part in each["breakdown"] if part != "omic") == (
            unit.points_x100
        )


def test_units_come_in_parts_that_make_the_whole(reader: Program, nation: Any) -> None:  # noqa: ARG001
    first, second = (reader.get("units/post", page=page, size=30)["items"] for page in (1, 2))
    together = reader.get("units/post", size=60)["items"]
    assert [each["code"] for each in first + second] == [each["code"] for each in together]
    assert reader.get("units/post", page=100_000)["items"] == []


def test_units_under_a_unit_and_of_a_grade(reader: Program, nation: Any) -> None:
    pdu = nation.unit("pdu")
    teams = reader.all("units/team", under_level="pdu", under_code=pdu.code)
    assert teams
    assert {each["pdu_code"] for each in teams} == {pdu.code}
    officers = reader.all("units/post", under_level="pdu", under_code=pdu.code, grade="PO")
    assert {each["grade"] for each in officers} == {"PO"}
    of_grade = reader.all("units/team", grade="PO")
    rows = Unit.objects.filter(load=nation.load, level="team", stream="sentence_management", grade="PO")
    assert {each["code"]: hundredths(each["points"]) for each in of_grade} == dict(
        rows.values_list("code", "points_x100")
    )


@pytest.mark.parametrize(
    "query", [{"under_level": "pdu"}, {"under_code": "X"}, {"under_level": "team", "under_code": "?"}]
)
def test_half_a_place_and_no_place_are_refused(query: dict[str, str], reader: Program, nation: Any) -> None:
    code = nation.unit("team").code
    query = {name: code if value == "?" else value for name, value in query.items()}
    answer = reader.ask("get", "units/pdu", **query)
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["field"].startswith("under_")


def test_a_unit_says_its_grades_and_where_it_belongs(reader: Program, nation: Any) -> None:
    team = nation.unit("team")
    found = reader.get(f"units/team/{team.code}")
    assert [each["level"] for each in found["above"]] == ["nation", "region", "pdu"]
    assert found["above"][-1]["code"] == team.pdu_code
    assert sum(hundredths(each["points"]) for each in found["grades"]) == team.points_x100
    assert found["figures"]["name"] == team.name


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("figure", ["points", "available", "cases", "contacts", "reduction_hours"])
def test_cells_add_up_to_the_figure(level: str, figure: str, reader: Program, nation: Any) -> None:
    unit = nation.unit(level)
    share = SHARES[MEASURES[figure].field]
    cells = reader.all(f"units/{level}/{unit.code}/cells", figure=figure)
    assert share.sign * _column(cells, share.column) // share.scale == getattr(unit, MEASURES[figure].field)


@pytest.mark.parametrize("level", ["team", "post"])
def test_lines_add_up_to_the_figure(level: str, reader: Program, nation: Any) -> None:
    unit = nation.unit(level, cases__gt=5)
    share = SHARES["points_x100"]
    lines = reader.all(f"units/{level}/{unit.code}/lines", figure="points")
    assert _column(lines, share.column) == unit.points_x100
    assert all(line["rule"] for line in lines)
    posts = {line["post"] for line in lines}
    assert posts == {unit.code} if level == "post" else all(p.startswith(unit.code) for p in posts)
    kinds = {line["kind"] for line in reader.all(f"units/{level}/{unit.code}/lines", kind="case")}
    assert kinds == {"case"}


def _column(lines: list[Any], column: str) -> int:
    """The sum of a column of the ledger, from the API's words for it."""
    named = {"points_x100": "points", "beside_x100": "beside", "quantity_micro": "quantity"}
    scale = {"x100": 100, "micro": 10**6}.get(column.rpartition("_")[2], 1)
    name = named.get(column, column)
    return int(sum(Decimal(str(line[name])) * scale for line in lines))


@pytest.mark.parametrize("tab", ["overview", "caseload", "reports", "help", "omic", "court"])
def test_tables_are_those_of_the_page(tab: str, reader: Program, nation: Any) -> None:
    team = nation.unit("team", cases__gt=5)
    request = RequestFactory().get("/", {"grade": "PO"})
    request.user = reader.user
    _, page = tables_of(UnitRequest(request, current_state(), team), "" if tab == "overview" else tab)
    found = reader.get(f"units/team/{team.code}/tables/{tab}", grade="PO", size=500)["tables"]
    assert [table["name"] for table in found] == list(page)
    for table in found:
        theirs = page[table["name"]]
        assert table["count"] == len(theirs.rows)
        shown = [{key: value["text"] for key, value in row["values"].items()} for row in table["rows"]]
        assert shown == [{key: value.text for key, value in row.values.items()} for row in theirs.rows][:500]


def test_the_cases_of_a_caseload_by_its_filters(reader: Program, nation: Any) -> None:
    team = nation.unit("team", suspended_cases__gt=0)
    address = f"units/team/{team.code}/tables/caseload"
    (cases,) = reader.get(address, table="cases", counted="no", size=500)["tables"]
    (every,) = reader.get(address, table="cases", size=500)["tables"]
    assert 0 < cases["count"] < every["count"]
    assert reader.ask("get", address, table="nothing").status_code == 404


def test_rules_are_those_of_the_load(reader: Program, nation: Any) -> None:
    rows = dict(RuleValue.objects.filter(load=nation.load).values_list("path", "value"))
    assert {each["path"]: each["value"] for each in reader.all("rules")} == rows
    path = next(path for path in rows if path.startswith("tier_points."))
    one = reader.get(f"rules/{path}")
    assert (one["value"], bool(one["source"])) == (rows[path], True)
    under = reader.all("rules", under="tier_points.")
    assert 0 < len(under) < len(rows)


def test_rules_of_another_day(reader: Program, nation: Any) -> None:  # noqa: ARG001
    early = {each["path"] for each in reader.all("rules", on="2018-01-01")}
    late = {each["path"] for each in reader.all("rules", on="2026-11-20")}
    assert late - early


def test_nights_are_told_with_their_checksums(program: Callable[..., Program], nation: Any) -> None:
    analyst = program("analyst")
    (found,) = [each for each in analyst.all("nights") if each["name"] == nation.load.night]
    manifest = nation.night.manifest
    assert found["inputs_sha256"] == manifest.inputs
    assert found["rules_date"] == manifest.rules_date.isoformat()
    assert found["is_shown"]
    whole = analyst.get(f"nights/{nation.load.night}")
    assert {each["name"]: each["sha256"] for each in whole["files"]} == manifest.files
    assert analyst.ask("get", "nights/2001-01-01T000000").status_code == 404


def test_a_narrowed_reader_finds_only_their_region(
    program: Callable[..., Program], nation: Any, settings: Any
) -> None:
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, read_scope="region")
    here = nation.unit("pdu")
    there = (
        Unit.objects.filter(load=nation.load, level="team", whole=True)
        .exclude(region_code=here.region_code)
        .first()
    )
    head = program("head", "pdu", here.code)
    assert {each["region_code"] for each in head.all("units/post")} == {here.region_code}
    assert head.all("units/nation") == []
    for address in ("", "/cells", "/lines", "/ending", "/tables/caseload"):
        assert head.ask("get", f"units/team/{there.code}{address}").status_code == 404
    assert head.ask("get", f"teams/{there.code}/records").status_code == 404


def test_before_any_load_there_are_no_figures(program: Callable[..., Program]) -> None:
    answer = program().ask("get", "units/nation")
    assert (answer.status_code, answer.json()["code"]) == (503, "NO_FIGURES_YET")


def test_who_asks_is_told_what_they_may(program: Callable[..., Program], nation: Any) -> None:
    team = nation.unit("team")
    found = program("manager", "team", team.code).get("me")
    assert found["token"] == "a test"
    (role,) = found["roles"]
    assert (role["role"], role["level"], role["code"]) == ("manager", "team", team.code)
    assert "enter hours and reductions" in role["allows"]
    assert found["homes"] == [{"level": "team", "code": team.code}]
    assert RoleGrant.objects.filter(role="manager").count() == 1


@pytest.mark.parametrize(
    "address", ["nothing", "units/team/NOWHERE", "units/town", "units/team/a/b/c", "rules/no"]
)
def test_what_is_not_there_is_said_in_the_one_shape(address: str, reader: Program) -> None:
    answer = reader.ask("get", address)
    assert answer.status_code in (404, 422)
    assert set(answer.json()) == {"status", "code", "message", "remedy", "reference", "faults"}
    assert answer["Content-Type"] == "application/json"


def test_a_code_with_a_slash_is_written_without(reader: Program, nation: Any) -> None:
    Unit.objects.filter(pk=nation.unit("team").pk).update(code="A/B~C")
    assert reader.get("units/team/A~sB~tC")["figures"]["code"] == "A/B~C"


def test_activities_of_a_tier_are_those_of_its_page(reader: Program, nation: Any) -> None:  # noqa: ARG001
    found = reader.get("tiers/community/A3", on="2026-11-20")
    assert (found["points"], hundredths(found["annual_hours"])) == (128, 9550)
    assert sum(hundredths(line["annual_hours"]) for line in found["lines"]) == 9550
    assert (found["lines"][0]["id"], hundredths(found["lines"][0]["points"])) == ("planned_contact", 6990)
    assert reader.ask("get", "tiers/custody/A3").status_code == 422
    assert reader.ask("get", "tiers/licence/A0").status_code == 404
    library = {each["id"]: each for each in reader.get("activities")["items"]}
    assert hundredths(library["rar_session"]["minutes"]) == 9000
    assert library["crisis_work"]["minutes"] is None
    assert not library["home_visit"]["minutes_are_published"]
