"""Every tab of every level answers, and the figures on it are those of the ledger."""

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from django.test import Client

from wmt import rules
from wmt.ledger import SHARES, shown_capacity
from wmt.nights import NightError
from wmt.site.links import unit_url
from wmt.site.queries.measures import MEASURES
from wmt.site.web.charts.distribution import strip
from wmt.site.workload import state
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

pytestmark = pytest.mark.one_database

LEVELS = ("nation", "region", "pdu", "team", "post")
TABS = ("", "caseload", "per-fte", "working", "reports", "help", "omic", "court")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_of_every_level_answers(
    nation: Any, signed_in: Callable[..., Client], level: str, tab: str
) -> None:
    unit = nation.unit(level)
    answer = signed_in().get(unit_url(level, unit.code, tab))
    assert answer.status_code == 200
    assert unit.name in answer.text
    assert f"{nation.truth.nights[0].as_at:%-d %B %Y}, 6.30pm" in answer.text


@pytest.mark.parametrize("level", LEVELS)
def test_the_lines_of_every_figure_add_up_to_it(
    nation: Any, signed_in: Callable[..., Client], level: str
) -> None:
    unit, client = nation.unit(level), signed_in()
    totals = nation.night.table("results/totals")
    total = totals.filter((pl.col("level") == level) & (pl.col("code") == unit.code)).row(0, named=True)
    for measure in MEASURES.values():
        page = client.get(unit_url(level, unit.code, "working", figure=measure.name)).text
        found = re.search(r'data-measure="(\w+)" data-sum="([^"]+)" data-figure="([^"]+)"', page)
        assert found, f"{measure.name} of {level} does not add up"
        assert found[1] == measure.name
        assert found[2] == found[3]
        scale = {"points": 100, "hours": 1_000_000, "count": 1}[measure.kind]
        assert Decimal(found[2]) * scale == total[measure.field]
    assert len(MEASURES) == len(SHARES)


@pytest.mark.parametrize("level", LEVELS)
def test_the_overview_shows_the_capacity_of_the_night(
    nation: Any, signed_in: Callable[..., Client], level: str
) -> None:
    unit = nation.unit(level)
    totals = nation.night.table("results/totals")
    total = totals.filter((pl.col("level") == level) & (pl.col("code") == unit.code)).row(0, named=True)
    page = signed_in().get(unit_url(level, unit.code)).text
    assert shown_capacity(total["points_x100"], total["available_x100"]) in page


def test_the_strip_reaches_from_the_lowest_to_the_highest_figure_of_the_table(nation: Any) -> None:
    totals = nation.night.table("results/totals").filter(
        (pl.col("level") == "team")
        & (pl.col("stream") == "sentence_management")
        & (pl.col("available_x100") > 0)
    )
    rows = sorted(
        totals.iter_rows(named=True), key=lambda row: Fraction(row["points_x100"], row["available_x100"])
    )
    ends = [shown_capacity(row["points_x100"], row["available_x100"]) for row in (rows[0], rows[-1])]
    teams = list(Unit.objects.filter(load=nation.load, level="team", whole=True))
    made = strip(teams, (9_000, 11_000), "Teams")
    assert made is not None
    assert f"{len(rows)} shown, from {ends[0]} to {ends[1]};" in made.summary
    assert made.draw(960).body.count("<a href=") == len(rows)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?sort=capacity&order=down", "Sorted by Capacity, highest first."),
        ("?sort=capacity", "Sorted by Capacity, lowest first."),
        ("?sort=name&order=down", ", Z to A."),
        ("?sort=nonsense", ""),
        ("", ""),
    ],
)
def test_the_order_of_a_table_is_told_in_words(nation: Any, signed_in: Any, query: str, said: str) -> None:
    """In a region of its own that screen readers watch: it stays when the table is fetched anew."""
    page = signed_in().get(f"/nation/{query}").text
    (order,) = re.findall(r'<p [^>]*id="table-overview-order" role="status">(.*?)</p>', page)
    assert order.endswith(said)
    assert bool(order) == bool(said)
    assert page.index(order) < page.index('id="table-overview"')
    assert page.count('hx-select-oob="#table-overview-order:innerHTML"') == 1
    assert len(re.findall(r'aria-sort="(?:ascending|descending)"', page)) == bool(said)
    assert nation


@pytest.mark.parametrize("there", [True, False])
def test_the_low_capacity_is_that_of_the_rules_of_the_night(
    nation: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    """Of the program's where the night is away: the page says what it can."""
    day = nation.load.rules_date
    laid = rules.Overlay("local", "a test", (("low_capacity_percent", day, 45),))

    def rules_of(_: State) -> rules.RuleSet:
        if not there:
            raise NightError("away")
        return rules.load().at(day, [laid])

    monkeypatch.setattr(state, "rules_of", rules_of)
    page = signed_in().get("/nation/?list=team").text
    assert f">under {45 if there else 90}%</option>" in page
    assert f"{45 if there else 90}% to 110%" in page
