"""Every tab of every level answers, and the figures on it are those of the ledger."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from django.test import Client

from wmt.ledger import SHARES, shown_capacity
from wmt.site.web.addresses import unit_url
from wmt.site.web.units.measures import MEASURES

LEVELS = ("nation", "region", "pdu", "team", "post")
TABS = ("", "caseload", "working", "reports", "help", "omic", "court")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_of_every_level_answers(
    nation: Any, signed_in: Callable[..., Client], level: str, tab: str
) -> None:
    unit = nation.unit(level)
    answer = signed_in().get(unit_url(level, unit.code, tab))
    assert answer.status_code == 200
    assert unit.name in answer.text
    assert nation.truth.nights[0].as_at.strftime("%-d %B %Y, %H:%M") in answer.text


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
