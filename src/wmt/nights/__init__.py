"""Nights: one immutable folder per load, with everything needed to work it out again."""

from typing import TYPE_CHECKING

from wmt.late_imports import names_of

if TYPE_CHECKING:
    from wmt.nights.carry_forward import keep_former
    from wmt.nights.folder import (
        Night,
        NightError,
        is_night,
        is_night_name,
        night_moment,
        night_name,
        open_night,
        saved_nights,
    )
    from wmt.nights.load import Acceptance, Loaded, Order
    from wmt.nights.lock import NightBusyError
    from wmt.nights.plausibility import Verdict
    from wmt.nights.recompute import Recomputed
    from wmt.nights.report import check_report
    from wmt.nights.summary import Summary, summary_of_night

__getattr__ = names_of(__name__, __file__)

__all__ = [
    "Acceptance", "Loaded", "Night", "NightBusyError", "NightError", "Order", "Recomputed", "Summary",
    "Verdict", "check_report", "is_night", "is_night_name", "keep_former", "night_moment", "night_name",
    "open_night", "saved_nights", "summary_of_night",
]  # fmt: skip
