"""How likely a run over a threshold is in the weeks ahead: from what happened to others like it before.

`daily_ratios` reads a history once; `odds_on` answers for a day, `hindcast` for all days whose end is known.
Nothing here knows where figures come from beyond `wmt.history`, and nothing reads today's date.
"""

from wmt.odds.analogue import ODDS, WEEKS, odds_on
from wmt.odds.bands import BANDS, band_of
from wmt.odds.calibration import DECILES, Hindcast, OddsCorrection, fit, hindcast
from wmt.odds.closed_form import closed_form
from wmt.odds.ratios import DailyRatios, daily_ratios
from wmt.odds.stated import LEVELS, StatedOdds, kept, kept_file, state_odds, work_out

__all__ = [
    "BANDS",
    "DECILES",
    "LEVELS",
    "ODDS",
    "WEEKS",
    "DailyRatios",
    "Hindcast",
    "OddsCorrection",
    "StatedOdds",
    "band_of",
    "closed_form",
    "daily_ratios",
    "fit",
    "hindcast",
    "kept",
    "kept_file",
    "odds_on",
    "state_odds",
    "work_out",
]
