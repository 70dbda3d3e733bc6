"""What cases of some tiers earn, raised or lowered by a share: a step that changes rules."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from wmt.facts import LOCATIONS
from wmt.site.workload.state import State, rules_of

#: Which tiers, and which types of case, can be chosen.
LETTERS = [("all", "All tiers"), *((letter, f"{letter} cases") for letter in "ABCD")]
TYPES = [("all", "All types"), *((name, name[:1].upper() + name[1:]) for name in LOCATIONS)]
_HUNDREDTH = Decimal("0.01")


def points_changed(state: State, letter: str, location: str, percent: Decimal) -> dict[str, Any]:
    """The points of a case, T2A cases too, of every tier that earns any, by the path of their rule: those in
    force now and `percent` of them more, to the hundredth."""
    now, found = rules_of(state), {}
    for group in ("tier_points", "t2a_points"):
        for place in LOCATIONS if location == "all" else (location,):
            path = f"{group}.{state.tier_scheme}.{place}"
            for tier, value in now.under(path).items():
                points = value.value
                if letter in ("all", tier[:1]) and points:
                    more = (Decimal(points) * (100 + percent) / 100).quantize(_HUNDREDTH, ROUND_HALF_EVEN)
                    found[f"{path}.{tier}"] = more.normalize() if more != int(more) else int(more)
    return found
