"""The five-year questions as pages: the answers are counted from the nights, names come where asked for."""

# ruff: noqa: ARG001, F811 - fixtures come by import, and some need only be there
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from api_fixtures import Program, fresh_counts, program  # noqa: F401
from django.test import Client
from exports_fixtures import rows
from tabs_fixtures import in_sight, links, table_of
from test_duties_load import archived
from time_fixtures import Two, _loaded_two, two  # noqa: F401

from wmt.history import compact
from wmt.history.archive import keep
from wmt.ledger import HEADLINE, is_over
from wmt.site.queries.questions import QUESTIONS
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]


def asked(client: Client, name: str, **query: str) -> str:
    """The page of a question."""
    answer = client.get(f"/questions/{name}/", query)
    assert answer.status_code == 200
    return str(answer.text)


def days_over(two: Two, level: str, mark_x100: int, **of: str) -> dict[str, int]:
    """How many of the two days each unit was over a mark, by the files of the nights."""
    found: dict[str, int] = {}
    for at in (0, 1):
        for row in two.totals(at).filter(level=level, stream=HEADLINE).iter_rows(named=True):
            if row["unmeasured_posts"] and level == "post":
                continue
            if all(row[name] == value for name, value in of.items()):
                over = is_over(row["points_x100"], row["available_x100"], mark_x100)
                found[row["code"]] = found.get(row["code"], 0) + over
    return found


def test_every_question_is_on_the_list_and_opens(two: Two, signed_in: SignIn) -> None:
    client = signed_in()
    page = client.get("/questions/").text
    for name, question in QUESTIONS.items():
        assert question.title in in_sight(page)
        assert f"/questions/{name}/" in links(page)
        told = asked(client, name)
        assert 'id="answer"' in told
        assert 'id="table-answer"' in told
        assert re.search(r"\bdays? with figures", told)


@pytest.mark.parametrize("level", ["team", "pdu", "region"])
@pytest.mark.parametrize("percent", ["100", "110", "112.5"])
def test_days_over_a_mark_are_those_of_the_nights(
    two: Two, signed_in: SignIn, level: str, percent: str
) -> None:
    expected = days_over(two, level, int(Decimal(percent) * 100))
    address = f"/questions/days/answer.parquet?level={level}&percent={percent}"
    found = rows(signed_in().get(address), "parquet")
    over = next(name for name in found[0] if "over" in name.lower())
    assert {row["Code"]: row[over] for row in found} == expected
    page = asked(signed_in(email="b@example.org"), "days", level=level, percent=percent)
    some = sum(number > 0 for number in expected.values())
    assert f"{some} of {len(expected)}" in in_sight(page)


@pytest.mark.parametrize("by", ["day", "year"])
def test_the_spread_has_every_post_in_one_band(two: Two, signed_in: SignIn, by: str) -> None:
    found = rows(signed_in().get(f"/questions/spread/answer.parquet?by={by}"), "parquet")
    posts = two.posts(1).to_dicts()
    grades = {each["grade"] for each in posts if not each["unmeasured_posts"]}
    assert grades <= {row["Grade"] for row in found}
    for row in found:
        bands = [value for head, value in row.items() if "over" in head.lower() or "%" in head]
        assert sum(bands) + row["No available hours on any day"] == row["Posts"]
    whole = next(row for row in found if row["Grade"] == "all")
    assert whole["Posts"] == sum(row["Posts"] for row in found if row is not whole)
    if by == "day":
        assert whole["Posts"] == sum(not each["unmeasured_posts"] for each in posts)


@pytest.mark.both_databases
def test_names_of_people_come_only_where_they_are_asked_for(two: Two, signed_in: SignIn) -> None:
    client = signed_in()
    names = list(Unit.objects.filter(load=two.load, level="post", whole=True).values_list("name", flat=True))
    plain = asked(client, "days", level="post", percent="50")
    assert "Code" not in table_of(plain, "answer")[0]
    assert not [name for name in names if name in in_sight(plain).partition("Questions")[2]]
    named = asked(client, "days", level="post", percent="50", names="1")
    listed = table_of(named, "answer")
    assert {"Code", "Name"} <= set(listed[0])
    found = rows(client.get("/questions/days/answer.csv?level=post&percent=50"), "csv")
    assert "Name" not in found[0]


def test_posts_lead_to_their_page(two: Two, signed_in: SignIn) -> None:
    client = signed_in()
    page = asked(client, "days", level="post", percent="50", names="1")
    found = [href for href in links(page) if href.startswith("/post/")]
    assert found
    assert client.get(found[0]).status_code == 200


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ({"percent": "a lot"}, "percent", "must be a number up to 1,000"),
        ({"percent": "0"}, "percent", "must be a number up to 1,000"),
        ({"percent": "-5"}, "percent", "must be a number up to 1,000"),
        ({"weeks": "1.5"}, "weeks", "must be a whole number"),
        ({"weeks": "9999"}, "weeks", "must be a whole number"),
        ({"from": "soon"}, "from", "must be a real date"),
        ({"from": "2026-11-21", "to": "2026-11-20"}, "to", "the first day or later"),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field(
    two: Two, signed_in: SignIn, query: dict[str, str], field: str, said: str
) -> None:
    page = asked(signed_in(), "weeks", **query)
    assert "There is a problem" in page
    assert f'href="#{field}"' in page
    assert said in page
    assert 'id="answer"' not in page
    assert all(f'value="{typed}"' in page for typed in query.values())


def test_days_without_figures_are_said_without_an_error(two: Two, signed_in: SignIn) -> None:
    page = asked(signed_in(), "weeks", **{"from": "2001-01-01", "to": "2001-12-31"})
    assert "There is a problem" not in page
    assert "1 January 2001" in in_sight(page)
    assert 'id="answer"' not in page


@pytest.mark.both_databases
def test_only_what_may_be_read_is_counted(two: Two, signed_in: SignIn, settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, read_scope="region")
    team = two.unit("team")
    client = signed_in("manager", "team", team.code)
    expected = days_over(two, "post", 10_000, region_code=team.region_code)
    page = asked(client, "days", level="post", percent="100", names="1")
    assert {row["Code"] for row in table_of(page, "answer")} == set(expected)
    assert "Only units in regions you can view" in in_sight(page)
    assert 'value="nation"' not in page
    regions = table_of(asked(client, "days", level="region", percent="100"), "answer")
    assert [row["Code"] for row in regions] == [team.region_code]
    # and whoever may read all is not answered from what the other was told
    everyone = asked(signed_in(), "days", level="post", percent="100", names="1")
    assert len(table_of(everyone, "answer")) == len(table_of(everyone, "answer"))
    assert f"of {len(days_over(two, 'post', 10_000))}" in in_sight(everyone)


def test_programs_get_the_same_answer(two: Two, program: Callable[..., Program]) -> None:
    analyst = program("analyst")
    expected = days_over(two, "region", 10_000)
    found = analyst.get("questions/days", level="region", percent="100", size=500)
    assert {row["code"]: row["over"] for row in found["items"]} == expected
    bare = analyst.get("questions/days", level="post", percent="100")
    assert all("name" not in row for row in bare["items"])
    refused = analyst.ask("get", "questions/weeks", first="2001-01-01", last="2001-02-01")
    assert refused.status_code == 422
    assert refused.json()["faults"][0]["code"] == "CANNOT_BE_ASKED"


def test_programs_read_figures_over_time(two: Two, program: Callable[..., Program]) -> None:
    analyst = program("analyst")
    unit = two.unit("team")
    found = analyst.all(f"units/team/{unit.code}/over-time")
    for item, at in zip(found, (0, 1), strict=True):
        total = two.total(at, "team", unit.code)
        assert item["points"] * 100 == total["points_x100"]
        assert item["available"] * 100 == total["available_x100"]
        assert item["cases"] == total["cases"]
        assert item["days"] == 1
    first, last = found[0]["first"], found[1]["first"]
    why = analyst.get(f"units/team/{unit.code}/why", first=first, last=last)
    moved = round(why["after"]["points"] - why["before"]["points"], 2)
    assert round(sum(cause["points"] for cause in why["causes"]), 2) == moved
    for cause in why["causes"]:
        lines = analyst.get(
            f"units/team/{unit.code}/why", first=first, last=last, cause=cause["cause"], size=500
        )
        assert lines["count"] == cause["lines"]
        assert round(sum(line["points"] for line in lines["items"]), 2) == cause["points"]
    runs = analyst.get(f"units/team/{unit.code}/runs")["items"]
    over = [is_over(*_moment(two, at, unit.code), 11_000) for at in (0, 1)]
    known = {run["mark"]: run for run in runs}
    assert known["excessive_workload"]["length"] == (2 if all(over) else int(over[1]))


def _moment(two: Two, at: int, code: str) -> tuple[int, int]:
    total = two.total(at, "team", code)
    return total["points_x100"], total["available_x100"]


@pytest.mark.both_databases
@pytest.mark.parametrize(("name", "query"), [("weeks", {"weeks": "4"}), ("spread", {"by": "year"})])
def test_a_year_without_figures_says_so_everywhere(
    two: Two, program: Callable[..., Program], signed_in: SignIn, settings: Any, tmp_path: Path,
    name: str, query: dict[str, str],
) -> None:  # fmt: skip
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path / "home")
    shutil.copytree(two.home, settings.CONFIG.home)
    post = two.unit("post", unmeasured_posts=0)
    keep(settings.CONFIG.nights, archived(post, date(2024, 5, 1), [130]))
    compact(settings.CONFIG.nights)
    page = in_sight(asked(signed_in(), name, **query))
    assert "no data in 2025" in page or "no data (2025)" in page
    cells = table_of(asked(signed_in(email="c@example.org"), name, **query), "answer")
    assert any("no data" in row.values() for row in cells), cells
    told = program("analyst").get(f"questions/{name}", **query)
    year = next(row for row in told["items"] if 2025 in row.values() or "2025" in row.values())
    assert (year["units"], year["days"]) == (None, 0)
    filed = rows(signed_in(email="d@example.org").get(
        f"/questions/{name}/answer.parquet", query), "parquet")  # fmt: skip
    row = next(each for each in filed if {2025, "2025"} & set(each.values()))
    assert None in row.values()
    assert 0 not in [value for head, value in row.items() if "figures" not in head.lower()]
