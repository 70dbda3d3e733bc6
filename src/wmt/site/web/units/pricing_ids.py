"""Some of the pricings of a load in an address, as runs of their numbers: `3-9.12`.

Figures that several rules priced lead to just their lines by it. Pricings are numbered in their order, so a
few runs name hundreds of them.
"""

import re
from collections.abc import Iterable

#: An address must stay well below what servers take. Longer ones are not made, and not read.
_LONGEST = 2_000
_RUN = re.compile(r"([0-9]{1,8})(?:-([0-9]{1,8}))?")


def written(numbers: Iterable[int]) -> str:
    """The numbers as runs; empty without any, and where they are too many for an address."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    found = ".".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
    return found if len(found) <= _LONGEST else ""


def read(text: str, known: Iterable[int]) -> frozenset[int]:
    """Those of the known numbers that are named; none where any part of it makes no sense."""
    parts = [_RUN.fullmatch(part) for part in text.split(".")] if 0 < len(text) <= _LONGEST else []
    runs = [(int(part[1]), int(part[2] or part[1])) for part in parts if part]
    if len(runs) < len(parts):
        return frozenset()
    return frozenset(number for number in known if any(first <= number <= last for first, last in runs))
