"""Cases per FTE on pages: the figures are those of the night's own files, put together anew."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import in_sight, table_of

from wmt.site.links import unit_url

pytestmark = pytest.mark.one_database

FULL = 37_000_000


def _totals(nation: Any, level: str, code: str) -> pl.DataFrame:
    posts = nation.night.table("results/totals").filter(level="post", stream="sentence_management")
    return posts if level == "nation" else posts.filter(pl.col(f"{level}_code") == code)


def _shown(number: Fraction) -> str:
    tenths = int(number * 10 + Fraction(1, 2))
    return f"{tenths // 10:,}.{tenths % 10}"


@pytest.mark.both_databases
@pytest.mark.parametrize("level", ["nation", "region", "pdu", "team"])
def test_sums_and_thresholds_of_a_unit(nation: Any, signed_in: Callable[..., Client], level: str) -> None:
    unit = nation.unit(level)
    posts = _totals(nation, level, unit.code).to_dicts()
    page = signed_in().get(unit_url(level, unit.code, "per-fte")).text
    *grades, total = table_of(page, "grades")
    cases = sum(row["cases"] for row in posts)
    fte = Fraction(sum(row["contracted_hours_micro"] for row in posts), FULL)
    left = Fraction(
        sum(max(row["contracted_hours_micro"] - row["reduction_hours_micro"], 0) for row in posts), FULL
    )
    assert total["Active cases"] == f"{cases:,}"
    assert total["Cases per FTE"] == _shown(cases / fte)
    assert total["Per FTE left after reductions"] == (_shown(cases / left) if left else "no contracted hours")
    over, held = dict.fromkeys((40, 50, 60), 0), dict[str, int]()
    for row in posts:
        mine = Fraction(row["contracted_hours_micro"], FULL)
        if mine:
            count = row["cases"] - row["unpaid_only_cases"]
            held[row["staff_code"]] = held.get(row["staff_code"], 0) + count
            for mark in over:
                over[mark] += count / mine > mark
    *_, heads = table_of(page, "gradeheads")
    assert heads["People"] == f"{len(held):,}"
    for mark, posts_over in over.items():
        assert total[f"Posts over {mark} per FTE"] == f"{posts_over:,}"
        assert heads[f"People over {mark} cases"] == f"{sum(n > mark for n in held.values()):,}"
    assert sum(int(row["Posts"].replace(",", "")) for row in grades) == len(posts)


def test_some_posts_are_over_a_mark(nation: Any) -> None:
    posts = _totals(nation, "nation", "").filter(pl.col("contracted_hours_micro") > 0)
    assert posts["unpaid_only_cases"].sum() > 0
    per_fte = pl.col("cases") * FULL > 50 * pl.col("contracted_hours_micro")
    assert posts.filter(per_fte).height > 0


@pytest.mark.both_databases
def test_a_post_says_which_threshold_it_is_over(nation: Any, signed_in: Callable[..., Client]) -> None:
    from wmt.site.workload.models import Unit

    unit = nation.unit("post", contracted_hours_micro__gt=0)
    client = signed_in()
    page = unit_url("post", unit.code, "per-fte")
    Unit.objects.filter(pk=unit.pk).update(
        cases=61, unpaid_only_cases=0, contracted_hours_micro=FULL, reduction_hours_micro=0
    )
    (row,) = table_of(client.get(page).text, "per_fte")
    assert (row["Cases per FTE"], row["Over, per FTE"], row["Over, by head"]) == (
        "61.0",
        "over 60",
        "over 60",
    )
    Unit.objects.filter(pk=unit.pk).update(cases=50)
    (row,) = table_of(client.get(page).text, "per_fte")
    assert (row["Cases per FTE"], row["Over, per FTE"]) == ("50.0", "over 40")
    Unit.objects.filter(pk=unit.pk).update(contracted_hours_micro=0)
    (row,) = table_of(client.get(page).text, "per_fte")
    assert row["Cases per FTE"] == "no contracted hours"


@pytest.mark.both_databases
def test_grade_narrows_it(nation: Any, signed_in: Callable[..., Client]) -> None:
    page = signed_in().get("/nation/per-fte/", {"grade": "PSO"}).text
    (row, total) = table_of(page, "grades")
    assert row["Grade"] == "PSO"
    assert row["Posts"] == total["Posts"]
    assert "(grade PSO)" in in_sight(page)
    assert nation.unit("nation").posts > int(total["Posts"])
