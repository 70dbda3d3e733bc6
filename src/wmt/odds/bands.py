"""Probabilities in words. The bands are ours: no source of the service gives any."""

#: The least probability of each band, in hundredths, and its words; the first that fits, from the top.
BANDS: tuple[tuple[int, str], ...] = (
    (95, "almost certain"),
    (80, "very likely"),
    (60, "likely"),
    (40, "about even"),
    (20, "less likely than not"),
    (5, "unlikely"),
    (0, "very unlikely"),
)


def band_of(probability: float) -> str:
    """The words for a probability from 0 to 1. Raises ValueError for anything else.

    A probability is rounded to whole hundredths first, so that words and number never differ on a page.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"a probability lies between 0 and 1, not {probability}")
    hundredths = int(probability * 100 + 0.5)
    return next(words for least, words in BANDS if hundredths >= least)
