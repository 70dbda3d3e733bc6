"""How a note of extra work stands: plain rows."""

from dataclasses import dataclass
from datetime import date

import pytest

from wmt.site.extra_work.note_states import NoteState, standing

pytestmark = pytest.mark.unit
DAY = date(2026, 11, 20)


@dataclass(frozen=True)
class Note:
    first_day: date = date(2026, 11, 1)
    last_day: date = date(2027, 1, 31)


@dataclass(frozen=True)
class Made:
    kind: str
    post: str = "T:A"


YES, NO, END = Made("confirmed"), Made("declined"), Made("ended")


@pytest.mark.parametrize(
    ("decisions", "holder", "day", "expected"),
    [
        ([], "T:A", DAY, NoteState.ASKED),
        ([YES], "T:A", DAY, NoteState.CONFIRMED),
        ([NO], "T:A", DAY, NoteState.DECLINED),
        ([NO, YES], "T:A", DAY, NoteState.CONFIRMED),
        ([YES, NO], "T:A", DAY, NoteState.DECLINED),
        ([YES], "T:B", DAY, NoteState.MOVED),  # the case moved: the new holder's manager confirms again
        ([YES, Made("confirmed", "T:B")], "T:B", DAY, NoteState.CONFIRMED),
        ([YES, Made("confirmed", "T:B")], "T:A", DAY, NoteState.CONFIRMED),  # and came back
        ([YES], "", DAY, NoteState.GONE),  # the case ended, or two people hold it
        ([YES], "T:A", date(2027, 2, 1), NoteState.OVER),
        ([YES], "T:A", date(2026, 10, 31), NoteState.COMING),
        ([YES, END], "T:A", DAY, NoteState.ENDED),
        ([END], "", DAY, NoteState.ENDED),
    ],
)
def test_standing(decisions: list[Made], holder: str, day: date, expected: NoteState) -> None:
    assert standing(Note(), decisions, holder, day) == expected
    assert standing(Note(), decisions, holder, day, is_undone=True) == NoteState.UNDONE
