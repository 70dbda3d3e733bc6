"""Days and times of day in the style of GOV.UK: 21 November 2026, 6.30pm."""

from wmt.days import moment_words, time_words

__all__ = ["moment_words", "time_words"]
