"""The last day an extract may be of: today with a day's grace, unless the clock is held still."""

import os
from datetime import date, timedelta

from wmt import policy
from wmt.cli.console import RefusedInput
from wmt.site.config import ConfigError, held_day


def last_day() -> date | None:
    """The last day; None where made-up dates are allowed (`WMT_TODAY=extract`, `WMT_DEMO=1`)."""
    try:
        held = held_day(os.environ)
    except ConfigError as error:
        raise RefusedInput(str(error)) from None
    if held == "extract":
        return None
    today = date.fromisoformat(held) if held else date.today()
    grace = policy.at(today)["plausibility.days_ahead"].whole
    return today + timedelta(days=grace)
