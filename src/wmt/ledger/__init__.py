"""The ledger: facts + rules → lines → sums, differences, comparisons. The only room that knows Ibis."""

from typing import TYPE_CHECKING

from wmt.late_imports import names_of

if TYPE_CHECKING:
    from wmt.ledger.arithmetic import (
        Moment,
        capacity_parts_x100,
        capacity_x100,
        decimal,
        is_over,
        percentage_points_x100,
        remaining_x100,
        shown_capacity,
        shown_points,
    )
    from wmt.ledger.available_points import TimeSide
    from wmt.ledger.case_side import CaseSide
    from wmt.ledger.cells import AMOUNTS, CELL, PRICING
    from wmt.ledger.compare import CHANGE, changes
    from wmt.ledger.enums import (
        COMPONENTS,
        COURTS,
        HEADLINE,
        LEVELS,
        OMIC,
        SENTENCE_MANAGEMENT,
        STREAM_NAMES,
        STREAMS,
        Cause,
        LedgerError,
        LineReason,
    )
    from wmt.ledger.explain_change import Side, UnitMove, Why, why
    from wmt.ledger.ledger import NAMED_LINE, Ledger, warm_up
    from wmt.ledger.lines import LINE
    from wmt.ledger.measures import MEASURES, POST_COUNTS, SHARES, MeasureDefinition, measured
    from wmt.ledger.moves import HELD, MOVE
    from wmt.ledger.narrative import say
    from wmt.ledger.potential_points import uncommenced_at_stake, untiered_at_stake
    from wmt.ledger.serialise import (
        present_comparison,
        present_line,
        present_post,
        present_total,
        reconciliation,
    )
    from wmt.ledger.side_by_side import BESIDE
    from wmt.ledger.totals import TOTAL

__getattr__ = names_of(__name__, __file__)

__all__ = [
    "AMOUNTS", "BESIDE", "CELL", "CHANGE", "COMPONENTS", "COURTS", "HEADLINE", "HELD", "LEVELS", "LINE",
    "MEASURES", "MOVE", "NAMED_LINE", "OMIC", "POST_COUNTS", "PRICING", "SENTENCE_MANAGEMENT", "SHARES",
    "STREAMS", "STREAM_NAMES", "TOTAL", "CaseSide", "Cause", "Ledger", "LedgerError", "LineReason",
    "MeasureDefinition", "Moment", "Side", "TimeSide", "UnitMove", "Why", "capacity_parts_x100",
    "capacity_x100", "changes", "decimal", "is_over", "measured", "percentage_points_x100",
    "present_comparison", "present_line", "present_post", "present_total", "reconciliation",
    "remaining_x100", "say", "shown_capacity", "shown_points", "uncommenced_at_stake",
    "untiered_at_stake", "warm_up", "why",
]  # fmt: skip
