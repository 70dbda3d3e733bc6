"""Today, unless the clock is held still, and the last day an extract may be of: today with a day's grace."""

import os
from datetime import date, timedelta

from wmt import policy
from wmt.cli.console import RefusedInput
from wmt.site.config import ConfigError, held_day


def today() -> date:
    """Today. Where the clock is held at the day of the data, of which this knows nothing, the machine's."""
    return _held() or date.today()


def last_day() -> date | None:
    """The last day; None where made-up dates are allowed (`WMT_TODAY=extract`, `WMT_DEMO=1`)."""
    if _held_day() == "extract":
        return None
    day = today()
    grace = policy.at(day)["plausibility.days_ahead"].whole
    return day + timedelta(days=grace)


def _held() -> date | None:
    held = _held_day()
    return date.fromisoformat(held) if held and held != "extract" else None


def _held_day() -> str | None:
    try:
        return held_day(os.environ)
    except ConfigError as error:
        raise RefusedInput(str(error)) from None
