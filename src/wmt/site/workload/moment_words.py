"""Days and times of day in the style of GOV.UK: 21 November 2026, 6.30pm."""

from datetime import datetime


def time_words(moment: datetime) -> str:
    """A time of day: 6.30pm, 9am, midday, midnight."""
    if moment.minute == 0 and moment.hour in (0, 12):
        return "midday" if moment.hour else "midnight"
    minutes = f".{moment:%M}" if moment.minute else ""
    return f"{moment:%-I}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def moment_words(moment: datetime) -> str:
    """A day with its time."""
    return f"{moment:%-d %B %Y}, {time_words(moment)}"
