"""Facts: the tables that intake produces and the ledger reads, and the words they use.

The room holds shapes only. It knows no rule, no file format and no engine, so that the two rooms that
must not know each other (intake and ledger) can meet here.
"""

from wmt.facts.enums import (
    LOCATIONS,
    NOT_KNOWN,
    REPORTS,
    STATUSES,
    STREAMS,
    TIERS,
    UNKNOWN_LOCATION,
    micro_hours,
)
from wmt.facts.kinds import KIND_SCHEMA, CaseKind, kind_number, kind_table, kinds
from wmt.facts.schema import SCHEMAS, Facts, FactsError, table_of
from wmt.grades import GRADES

__all__ = [
    "GRADES", "KIND_SCHEMA", "LOCATIONS", "NOT_KNOWN", "REPORTS", "SCHEMAS", "STATUSES", "STREAMS", "TIERS",
    "UNKNOWN_LOCATION", "CaseKind", "Facts", "FactsError", "kind_number", "kind_table", "kinds",
    "micro_hours", "table_of",
]  # fmt: skip
