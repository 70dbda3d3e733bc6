"""How big the nation is, and the published numbers it is built to.

The head counts are those of the published tables: 3,332 probation officers, 2,682 probation services
officers and 743 senior officers (2019: 49, 40 and 11% of 6,757), and 1,186 trainees (2021). Together
7,943; the 57 posts left of 8,000 are placeholders and people whose grade nobody knows.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FULL_TIME = 3700  # contracted hours of a full week, in hundredths
WHOLE_NATION = {"posts": 8000, "teams": 1400, "pdus": 108, "cases": 250_000}
HEADCOUNT = {"PO": 3332, "PSO": 2682, "SPO": 743, "TPO": 1186, "DMY": 57}
CASES_PER_FTE_PO = 32.5  # 21 April 2021
SHARE_OF_POS_OVER_50 = 0.02  # the same day
OVER_50 = 51

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Rng = np.random.Generator


@dataclass(frozen=True)
class Size:
    """How many of everything. Raises ValueError for a nation too small to hold every kind of team."""

    posts: int
    cases: int

    def __post_init__(self) -> None:
        if self.posts < 60 or self.cases < 20 * self.posts:
            raise ValueError(
                f"a nation needs 60 posts and 20 cases a post, not {self.posts} and {self.cases}"
            )

    @classmethod
    def of(cls, scale: float, posts: int | None = None, cases: int | None = None) -> "Size":
        """The size at a scale of the whole nation; numbers given outright win."""
        return cls(
            posts=posts or round(WHOLE_NATION["posts"] * scale),
            cases=cases or round(WHOLE_NATION["cases"] * scale),
        )

    @property
    def teams(self) -> int:
        return round(self.posts * WHOLE_NATION["teams"] / WHOLE_NATION["posts"])

    @property
    def pdus(self) -> int:
        return min(self.teams, max(12, round(self.posts * WHOLE_NATION["pdus"] / WHOLE_NATION["posts"])))

    @property
    def cases_a_post(self) -> float:
        """1.0 in a nation as crowded as the real one; 10.0 for the bench with ten times the cases."""
        return (self.cases / self.posts) / (WHOLE_NATION["cases"] / WHOLE_NATION["posts"])

    def headcount(self) -> dict[str, int]:
        """Posts per grade, summing to the posts of the nation exactly."""
        shares = np.array(list(HEADCOUNT.values()), dtype=np.float64)
        return dict(zip(HEADCOUNT, apportion(shares, self.posts).tolist(), strict=True))


def apportion(weights: Floats, total: int, at_least: int = 0) -> Ints:
    """Whole numbers in proportion to the weights that sum to the total exactly (largest remainders)."""
    spare = total - at_least * len(weights)
    if spare < 0:
        raise ValueError(f"{total} cannot give {at_least} to each of {len(weights)}")
    if weights.sum() <= 0:
        weights = np.ones(len(weights))
    exact = weights / weights.sum() * spare
    whole = np.floor(exact).astype(np.int64)
    short = spare - int(whole.sum())
    if short:
        whole[np.argsort(whole - exact, kind="stable")[:short]] += 1
    shares: Ints = whole + at_least
    return shares


def stream(seed: int, *parts: str | int) -> Rng:
    """Dice of their own for each part of the nation, so that a change in one part leaves the others alone."""
    words = "/".join(str(part) for part in parts)
    return np.random.default_rng([seed, *words.encode()])
