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


def overdrawn_words(grade: str, points: str) -> str:
    """That a grade has more work that stays with its authors than time, and what the sums make of it."""
    return (
        f"{grade}: the work that stays with its authors, such as reports, is {points} points more than their "
        "time up to the ceiling. The sums hold this against the other grades too, though it cannot be given "
        "to them, so a kind of case can be called full although others could take more of it."
    )


def relief_words(what: str, of: str) -> str:
    """What would free room."""
    said = {
        "officer": f"one more full-time {_GRADES.get(of, of)}",
        "qualifies": "one trainee qualifies, and is newly qualified",
        "reduction": f"reductions of one {_GRADES.get(of, of)} end",
        "cases": f"ten average {kind_words(of)} cases go to another unit",
    }
    return said[what]
