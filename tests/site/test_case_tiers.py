"""The page of a case: why its tier is what it is, by the inputs the data has, and what is to be put right."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import in_sight, table_of

from wmt.nights.quality import kept
from wmt.site.queries import case_tiers

pytestmark = pytest.mark.one_database


def inputs(ref: str) -> dict[str, pl.DataFrame]:
    """A man with a high risk and a custodial sentence: 20 points, B; no assessment, 2."""
    day = date(2026, 11, 20)
    case = {
        "case_ref": ref, "as_of": day, "gender": "Male", "rsr": None, "ogrs": None,
        "mandate_for_change": None,
        "earlier_breach_or_recall": None, "latest_release_date": None, "has_active_event": None,
        "sexual_offence_ever": None,
    }  # fmt: skip
    risk = {
        "case_ref": ref, "code": "RHRH", "level": None, "category": None, "date": day, "end_date": None,
        "deleted": None,
    }  # fmt: skip
    order = {"case_ref": ref, "conviction_no": 1, "sentence_type": "NC", "termination_date": None}
    return {
        "tier_case": pl.DataFrame([case]),
        "registration": pl.DataFrame([risk]),
        "conviction": pl.DataFrame([order]),
    }


def untiered(nation: Any) -> str:
    found = kept(nation.night)
    assert found is not None
    return str(found.filter(pl.col("kind") == "untiered", pl.col("ref").is_not_null())["ref"][0])


def test_a_case_shows_every_step_of_its_tier_where_the_data_has_the_inputs(
    nation: Any, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, client = untiered(nation), signed_in("administrator")
    bare = client.get(f"/case/?crn={ref}").text
    assert "The inputs recorded give tier" not in bare
    assert "Case without a tier" in [row["What is to be put right"] for row in table_of(bare, "to-put-right")]
    monkeypatch.setattr(case_tiers, "tier_tables", lambda _, asked: inputs(asked))
    page = client.get(f"/case/?crn={ref}").text
    assert "The inputs recorded give tier B2" in in_sight(page)
    steps = table_of(page, "steps")
    assert [row["Gives"] for row in steps if row["Gives"]] == ["B", "2"]


def test_who_may_not_read_the_case_is_told_nothing_of_it(
    nation: Any, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = untiered(nation)
    monkeypatch.setattr(case_tiers, "tier_tables", lambda _, asked: inputs(asked))
    answer = signed_in("").get(f"/case/?crn={ref}")
    assert answer.status_code == 404
    assert "tier B2" not in answer.text
