"""Several rule sets side by side: the same facts, the rules replaced, summed again."""

from collections.abc import Mapping, Sequence

import polars as pl

from wmt.facts import table_of
from wmt.ledger.ledger import Ledger
from wmt.ledger.totals import TOTAL
from wmt.rules import RuleSet

#: Totals with the name of the rule set they stand under.
BESIDE = table_of({"rule_set": pl.String, **TOTAL})


def side_by_side(
    ledger: Ledger, rule_sets: Mapping[str, RuleSet], levels: Sequence[str] = ("post",)
) -> pl.DataFrame:
    """Totals under each rule set, in the order given: columns `BESIDE`.

    The ledger has its own rules again afterwards. Raises LedgerError as `Ledger.reprice` does.
    """
    own = ledger.rules
    try:
        found = []
        for name, rules in rule_sets.items():
            ledger.reprice(rules)
            found.append(ledger.totals(levels).select(pl.lit(name).alias("rule_set"), *TOTAL))
        return pl.concat(found)
    finally:
        ledger.reprice(own)
