"""Of one case: why its tier is what it is, and what of its records is to be put right."""

from collections.abc import Sequence
from typing import Any

from wmt.site import tables
from wmt.site.links import unit_url
from wmt.site.queries import case_tiers
from wmt.site.web.tiers.steps import steps_table, tier_words
from wmt.site.web.units.data_quality import WHO
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


def shown(state: State, ref: str) -> dict[str, Any] | None:
    """The tier that the inputs come to, in words, with its reasons and every step; None without inputs."""
    case = case_tiers.tier_of_case(state, ref)
    if case is None:
        return None
    return {
        "words": tier_words(case),
        "as_of": tables.day(case["as_of"]).text,
        "reasons": case["reasons"],
        "missing": list(case["missing"].values()),
        "steps": steps_table(case),
    }


def records_table(state: State, posts: Sequence[Unit], ref: str) -> tables.Table:
    """What of its records is to be put right, at each post that holds it."""
    columns = [
        tables.Column("kind", "What is to be put right", "words"),
        tables.Column("recorded", "Recorded", "words"),
        tables.Column("instead", "It may be", "words"),
        tables.Column("who", "Who can put it right", "words"),
        tables.Column("since", "Since", "date"),
        tables.Column("expected", "Points, expected", "points", "The change if it is put right."),
    ]
    rows = []
    for post in posts:
        records, found = case_tiers.records_of_case(state, post, ref)
        for row in found.iter_rows(named=True):
            rule = records.kinds[row["kind"]]
            values = {
                "kind": tables.text(rule.name, unit_url("post", post.code, "data-quality")),
                "recorded": tables.text(row["recorded"]),
                "instead": tables.text(row["instead"]),
                "who": tables.text(WHO[rule.owner]),
                "since": tables.day(row["since"]),
                "expected": tables.exact(row["expected_x100"]),
            }
            rows.append(tables.Row(values))
    return tables.Table("to-put-right", "To be put right in its records", columns, rows)
