"""Tiers with everything behind them, as plain data: what the command, the API and pages say of a case."""

from typing import Any

from wmt.tiering import explain_ag, explain_v2, missing_inputs
from wmt.tiering.calculate import tiers_by_rules
from wmt.tiering.rulebook import V2, Rulebook
from wmt.tiering.tables import TierInput
from wmt.tiering.v2 import LETTER_ELEMENTS, NUMBER_ELEMENTS, points_of


def explained(tables: TierInput, scheme: str) -> list[dict[str, Any]]:
    """Every case in the order given: tier, points or letters by element, steps, reasons, what was missing.

    Raises TieringError as `tiers_by_rules`.
    """
    of = _v2 if scheme == V2 else _ag
    found = {
        row["case_no"]: {"crn": row["crn"], "as_of": row["as_of"], "scheme": scheme} | of(row, book)
        for book, frame in tiers_by_rules(tables, scheme)
        for row in frame.iter_rows(named=True)
    }
    return [found[number] for number in sorted(found)]


def _v2(row: explain_v2.Row, book: Rulebook) -> dict[str, Any]:
    steps = explain_v2.v2_steps(row, book)
    if not row["mandate"]:
        number = {"NO_MANDATE_FOR_CHANGE": 0}
    elif not row["is_assessed"]:
        number = {"NO_VALID_ASSESSMENT": 0}
    else:
        number = {each: row[points_of(each)] for each in NUMBER_ELEMENTS}
    letter = {each: row[points_of(each)] for each in LETTER_ELEMENTS} if book.has_letters else {}
    return {
        "tier": row["tier"],
        "letter": row["letter"],
        "number": row["number"],
        "suspended": row["is_suspended"],
        "provisional": False,
        "points": letter | number,
        "not_counted": [s.element for s in steps if not s.counts and s.points],
        "letter_points": row["letter_points"],
        "number_points": row["number_points"],
        "reasons": explain_v2.v2_reasons(row, steps),
        "steps": [_step(each) for each in steps],
        "missing": missing_inputs.v2_missing(row, book),
    }


def _ag(row: explain_v2.Row, book: Rulebook) -> dict[str, Any]:
    steps = explain_ag.ag_steps(row, book)
    is_rated = row["is_active"] and row["has_scores"]
    return {
        "tier": row["tier"],
        "letter": row["tier"] if is_rated else None,
        "provisional": row["is_provisional"],
        "letters": explain_ag.letters_of(row) if is_rated else {},
        "reasons": explain_ag.ag_reasons(steps),
        "steps": [_step(each) for each in steps],
        "missing": missing_inputs.ag_missing(row),
    }


def _step(step: explain_v2.TierStep) -> dict[str, Any]:
    return {
        "element": step.element,
        "points": step.points,
        "counts": step.counts,
        "gives": step.outcome,
        "words": step.words,
        "rule": step.rule,
    }
