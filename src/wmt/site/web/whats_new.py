"""What changed for the people who use the tool, in their words; the developers' list is CHANGELOG.md.

Newest first. Whoever changes what people see adds a sentence here.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class News:
    """The changes of one month: what is new, in a title and some sentences."""

    when: str
    changes: tuple[tuple[str, str], ...]


NEWS = (
    News(
        "November 2026",
        (
            (
                "Three figures instead of one",
                "Sentence management, courts and OMiC have separate figures, which are never added. "
                "The figure of a team, PDU or region is that of sentence management, so the time of "
                "court and prison staff no longer lowers it.",
            ),
            (
                "Fewer tabs",
                "Each page has six sections at most, and the other pages are one level below. "
                "Links and bookmarks you already have still work.",
            ),
            (
                "Your page says what happens next",
                "If you are over the threshold, your page says since when, on which day it becomes excessive "
                "workload, and what your figure will be when your reports stop counting.",
            ),
            (
                "Which PDUs and teams changed",
                "What changed also lists the units below, those whose capacity rose most first. "
                "Select one to see what changed it.",
            ),
            ("Easier on a telephone", "The figure is on the first screen."),
            (
                "Account menu, help and feedback",
                "Your password, two-step sign in and API tokens are in the menu under your name. "
                "Help, privacy and feedback are at the bottom of every page.",
            ),
        ),
    ),
)
