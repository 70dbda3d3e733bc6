"""'Full' in words: what limits a unit and what would free room, for pages and the command line alike."""

from collections.abc import Sequence

KINDS = {
    "high": "high (tiers A and B)",
    "medium": "medium (tier C)",
    "low": "low (tier D and lower)",
    "other": "other",
}
_GRADES = {
    "PO": "probation officer",
    "PSO": "probation services officer",
    "TPO": "trainee",
    "SPO": "senior probation officer",
}


def kind_words(kind: str) -> str:
    """What a kind of case is called; one that an overlay made has its own name."""
    return KINDS.get(kind, kind)


def set_words(grades: Sequence[str]) -> str:
    """A set of grades as people say it."""
    return " and ".join(grades) if len(grades) < 3 else f"{', '.join(grades[:-1])} and {grades[-1]}"


def relief_words(what: str, of: str) -> str:
    """What would free room."""
    said = {
        "officer": f"one more full-time {_GRADES.get(of, of)}",
        "qualifies": "one trainee qualifies, and is newly qualified",
        "reduction": f"reductions of one {_GRADES.get(of, of)} end",
        "cases": f"ten average {kind_words(of)} cases go to another unit",
    }
    return said[what]
