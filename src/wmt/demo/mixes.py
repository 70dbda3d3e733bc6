"""Which cases which posts hold: the shares of locations and tiers, by who the post is.

Probation officers hold the A and B tiers and the people in custody; services officers and trainees hold C and
D and nothing above (`ONLY_LOW`); unpaid work teams hold people with nothing but unpaid work (the x0 tiers).
A and B come to a fifth of active cases (published: 22% are for probation officers only, December 2024).
Their shares at probation officers are the screw of the +6%: the points of 2023 are worth less than those of
2021 on A and B and more on C and D, so the shares decide what the change did.
"""

from dataclasses import dataclass

import numpy as np

from wmt.demo.size import Floats
from wmt.facts import LOCATIONS, TIERS

TIER_ORDER = tuple(TIERS["pc16"])  # '0', 'A3' … 'D0': the numbers that flag sheets use
#: Share of the numbers 3, 2, 1, 0 (need) within a letter (risk).
NEEDS = {"A": (48, 33, 18.6, 0.4), "B": (24, 36, 39.4, 0.6), "C": (25, 34, 40, 1), "D": (14, 32, 52, 2)}
UNTIERED = 0.008


@dataclass(frozen=True)
class Mix:
    """Shares of locations (in the order of LOCATIONS) and of letters A to D in each of them."""

    locations: tuple[float, float, float]
    community: tuple[float, float, float, float]
    custody: tuple[float, float, float, float]
    licence: tuple[float, float, float, float]
    only_unpaid: float = 0.0  # share of the community cases that are unpaid work and nothing else

    def tiers(self, location: str) -> Floats:
        """Shares of the 17 tiers in a location, in TIER_ORDER; licences of tier x0 hardly occur."""
        letters = np.array(getattr(self, location), dtype=np.float64)
        needs = np.array([NEEDS[letter] for letter in "ABCD"])
        if location == "licence":
            needs[:, 3] *= 0.1
        shares = letters[:, None] / letters.sum() * needs / needs.sum(axis=1, keepdims=True)
        if location == "community" and self.only_unpaid:
            shares *= 1 - self.only_unpaid
            shares[:, 3] += self.only_unpaid * np.array([0.0, 0.0, 0.47, 0.53])
        return np.concatenate([[UNTIERED], shares.ravel() * (1 - UNTIERED)])

    def by_location(self) -> Floats:
        """Three rows of 17 shares."""
        return np.array([self.tiers(location) for location in LOCATIONS])


#: Grades that hold no case of tier A or B, in any stream: the rule for services officers and trainees.
ONLY_LOW = ("PSO", "TPO")

MIXES = {
    "PO": Mix((0.47, 0.11, 0.42), (2.5, 38, 50, 9.5), (6, 41, 45.5, 7.5), (4.5, 41, 47, 7.5)),
    "PSO": Mix((0.67, 0.05, 0.28), (0, 0, 78, 22), (0, 0, 60, 40), (0, 0, 78, 22), only_unpaid=0.02),
    "TPO": Mix((0.67, 0.05, 0.28), (0, 0, 80, 20), (0, 0, 70, 30), (0, 0, 80, 20), only_unpaid=0.01),
    "SPO": Mix((0.40, 0.25, 0.35), (12, 50, 30, 8), (20, 50, 25, 5), (14, 50, 30, 6)),
    "DMY": Mix((0.50, 0.20, 0.30), (3, 22, 40, 35), (5, 30, 40, 25), (3, 25, 42, 30)),
    "unpaid": Mix((0.97, 0.0, 0.03), (0, 0, 43, 57), (0, 0, 50, 50), (0, 0, 50, 50), only_unpaid=0.80),
    "omic": Mix((0.0, 1.0, 0.0), (0, 0, 1, 1), (14, 42, 34, 10), (0, 0, 1, 1)),
    "t2a": Mix((0.70, 0.10, 0.20), (1, 14, 48, 37), (2, 30, 48, 20), (1, 20, 48, 31)),
    "t2a of a services officer": Mix((0.70, 0.10, 0.20), (0, 0, 56, 44), (0, 0, 68, 32), (0, 0, 60, 40)),
}
MIX_NAMES = tuple(MIXES)
#: How far posts differ from the mix of their grade: in location (share of community) and in demand (1 = not).
SPREAD_OF_LOCATION = 0.08
SPREAD_OF_TIERS = 0.15
#: Of cases two thirds of whose order or licence are over, those whose contact is suspended (Probation Reset).
#: With these a quarter of the people in the community are: published 23 to 26 in a hundred, 2025 and 2026.
SUSPENDED = {"B": 0.69, "C": 0.83, "D": 0.83}
