"""The closed form against figures worked out apart from the program, and words for probabilities."""

import pytest

from wmt.odds import BANDS, band_of, closed_form
from wmt.odds.closed_form import log_margin


@pytest.mark.parametrize(
    ("margin", "run", "sigma", "drift", "expected"),
    [
        (0.04, 8, 0.012, 0.0, 0.6188),
        (0.04, 8, 0.012, -0.001, 0.4890),
        (0.04, 8, 0.012, 0.001, 0.7339),
        (0.02, 20, 0.008, 0.0, 0.7242),
    ],
)
def test_worked_figures(margin: float, run: int, sigma: float, drift: float, expected: float) -> None:
    assert closed_form(margin, 28 - run, sigma, drift) == pytest.approx(expected, abs=0.00005)


def test_the_ends() -> None:
    assert closed_form(-0.01, 5, 0.01) == 0, "a run that is not there cannot live on"
    assert closed_form(0.0, 5, 0.01) == 0, "exactly at the threshold is not over it"
    assert closed_form(0.01, 0, 0.01) == 1, "no day is left"
    assert closed_form(5.0, 20, 0.01) == pytest.approx(1)
    with pytest.raises(ValueError, match="sigma must be more than 0, not 0"):
        closed_form(0.1, 5, 0)


def test_a_margin_of_points() -> None:
    assert log_margin(1_100, 1_000, 110) == pytest.approx(0)
    assert log_margin(1_200, 1_000, 110) == pytest.approx(0.0870113769896299)


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0, "very unlikely"),
        (0.0449, "very unlikely"),
        (0.045, "unlikely"),
        (0.05, "unlikely"),
        (0.2, "less likely than not"),
        (0.4, "about even"),
        (0.599, "likely"),
        (0.79, "likely"),
        (0.8, "very likely"),
        (0.95, "almost certain"),
        (1, "almost certain"),
    ],
)
def test_words(probability: float, words: str) -> None:
    """Of the number as a page shows it: 4.5% is shown as 5%, and so is called unlikely."""
    assert band_of(probability) == words


@pytest.mark.parametrize("none", [-0.01, 1.01, float("nan")])
def test_what_is_no_probability(none: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        band_of(none)


def test_bands_cover_all_and_are_in_order() -> None:
    least = [each for each, _ in BANDS]
    assert least == sorted(least, reverse=True)
    assert least[-1] == 0
