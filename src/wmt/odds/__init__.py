"""How likely a run over a threshold is in the weeks ahead: from what happened to others like it
before, and from its own work.

`daily_ratios` reads a history once; `odds_on` answers for a day, `hindcast` for all days whose end is known.
Nothing here knows where figures come from beyond `wmt.history`, and nothing reads today's date.
"""

from wmt.odds.analogue import ANALOGY, EVENTS, ODDS, WEEKS, odds_on
from wmt.odds.bands import BANDS, band_of
from wmt.odds.calibration import DECILES, Hindcast, OddsCorrection, fit, hindcast
from wmt.odds.closed_form import closed_form
from wmt.odds.events import KnownAhead, by_events
from wmt.odds.night_work import TimeAhead
from wmt.odds.ratios import DailyRatios, daily_ratios
from wmt.odds.stated import LEVELS, EventsStated, StatedOdds, kept, kept_file, state_odds, work_out

__all__ = [
    "ANALOGY",
    "BANDS",
    "DECILES",
    "EVENTS",
    "LEVELS",
    "ODDS",
    "WEEKS",
    "DailyRatios",
    "EventsStated",
    "Hindcast",
    "KnownAhead",
    "OddsCorrection",
    "StatedOdds",
    "TimeAhead",
    "band_of",
    "by_events",
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
