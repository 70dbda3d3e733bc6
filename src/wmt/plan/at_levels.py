"""What the work of PDUs comes to at priority levels: the same ledger, with the rules of each level."""

from collections.abc import Mapping

from wmt.ledger import HEADLINE, Ledger
from wmt.rules import RuleSet, priorities

_LEVELS = ("post", "team", "pdu")


def differences_x100(made: Ledger, rules: RuleSet, levels: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """By how many hundredths of a point PDUs, their teams (sentence management) and posts differ from
    business as usual, by level of unit and code; none of 0.

    `made` has `rules`, and has them again after this; `levels` are the priority levels of PDUs by code. One
    at which nothing is put aside takes no time.
    """
    wanted = {level for level in levels.values() if not priorities.is_neutral(rules, level)}
    if not wanted:
        return {}
    usual, found = _points(made), dict[tuple[str, str], int]()
    for level in sorted(wanted):
        made.reprice(priorities.at_level(rules, level))
        for (of, code, pdu), points in _points(made).items():
            difference = points - usual.get((of, code, pdu), 0)
            if levels.get(pdu) == level and difference:
                found[of, code] = difference
    made.reprice(rules)
    return found


def _points(made: Ledger) -> dict[tuple[str, str, str], int]:
    """The points of units by level, code and PDU."""
    found: dict[tuple[str, str, str], int] = {}
    for row in made.totals(_LEVELS).iter_rows(named=True):
        if row["level"] == "post" or row["stream"] == HEADLINE:
            pdu = row["code"] if row["level"] == "pdu" else row["pdu_code"]
            found[row["level"], row["code"], pdu] = row["points_x100"]
    return found
