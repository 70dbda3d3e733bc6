"""Why a case has its tier, by what the data has of it; and what of its records is to be put right.

For whoever may read the case: who asks has been found to be somebody (`case_history.find`).
"""

from typing import Any

import polars as pl
from django.conf import settings

from wmt.nights import NightError, open_night
from wmt.nights.quality import tier_tables
from wmt.site.queries import data_quality
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.tiering.explain import explained
from wmt.tiering.named_tables import tier_input
from wmt.tiering.rulebook import V2, TieringError


def tier_of_case(state: State, ref: str) -> dict[str, Any] | None:
    """The tier that the inputs of a case come to, as `explained` tells it; None where the data has none."""
    try:
        found = tier_tables(open_night(settings.CONFIG.nights / state.night), ref)
        return explained(tier_input(found), V2)[0] if found else None
    except (NightError, TieringError):
        return None


def records_of_case(state: State, post: Unit, ref: str) -> tuple[data_quality.UnitRecords, pl.DataFrame]:
    """What is to be put right of a case at the post that holds it, with the records of that post."""
    records = data_quality.records_of(state, post)
    found = pl.DataFrame(schema={"ref": pl.String}) if records.found is None else records.found
    return records, found.filter(pl.col("ref") == ref)
