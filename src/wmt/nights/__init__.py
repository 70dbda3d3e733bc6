"""Nights: one immutable folder per load, with everything needed to work it out again."""

from wmt.nights.folder import Night, NightError, night_name, open_night, saved_nights
from wmt.nights.load import Loaded, load, measure_import
from wmt.nights.lock import NightBusyError
from wmt.nights.recompute import Recomputed, recompute

__all__ = [
    "Loaded",
    "Night",
    "NightBusyError",
    "NightError",
    "Recomputed",
    "load",
    "measure_import",
    "night_name",
    "open_night",
    "recompute",
    "saved_nights",
]
