"""The five-year questions: what each asks for, and who answers it. Forms, files and the API share this."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from wmt.history import History
from wmt.history import questions as answers
from wmt.history.questions import Answer
from wmt.history.spread import spread
from wmt.site.web.time.stretches import Held

#: The levels one can ask about, in the words of people.
LEVELS = {
    "post": "posts",
    "person": "people (all posts of a staff code)",
    "team": "teams",
    "pdu": "PDUs",
    "region": "regions",
    "nation": "the nation",
}
GRADES = ("PO", "PSO", "TPO", "SPO")
READINGS = {
    "every day": "every day over it",
    "weekly": "every week over it",
    "sum": "over it in sum",
}
SPREADS = {"day": "on the last day", "year": "over each year"}
_KEPT = 16


@dataclass(frozen=True)
class Wish:
    """A question with everything it asks for. Per cent in hundredths."""

    percent_x100: int = 11_000
    weeks: int = 4
    level: str = "post"
    first: date | None = None
    last: date | None = None
    grade: str = ""
    reading: str = "every day"
    top: int = 20
    by: str = "day"


@dataclass(frozen=True)
class Question:
    """A question that can be put to the history: its words, its fields, who answers it."""

    name: str
    title: str
    meaning: str
    fields: Sequence[str]
    ask: Callable[[History, Wish], Answer]
    default: Wish = field(default_factory=Wish)


def _weeks(past: History, wish: Wish) -> Answer:
    return answers.over_for_weeks(
        past, wish.percent_x100, wish.weeks, wish.level, wish.first, wish.last,
        grade=wish.grade, reading=wish.reading,
    )  # fmt: skip


def _days(past: History, wish: Wish) -> Answer:
    return answers.days_over(past, wish.percent_x100, wish.level, wish.first, wish.last, grade=wish.grade)


def _spells(past: History, wish: Wish) -> Answer:
    return answers.longest_spells(
        past, wish.percent_x100, wish.level, wish.first, wish.last, wish.top,
        grade=wish.grade, reading=wish.reading,
    )  # fmt: skip


def _spread(past: History, wish: Wish) -> Answer:
    return spread(past, wish.level, wish.first, wish.last, by=wish.by, grade=wish.grade)


_ALL = (
    Question(
        "weeks",
        "How many were over a mark for weeks on end, in each year?",
        "Posts, people, teams or larger units that stayed over a per cent for so many weeks in a row.",
        ("percent", "weeks", "level", "grade", "reading"),
        _weeks,
    ),
    Question(
        "days",
        "How many days did each spend over a mark?",
        "For each unit the days over a per cent, of those on which it has a figure.",
        ("percent", "level", "grade"),
        _days,
        Wish(level="team"),
    ),
    Question(
        "spells",
        "Which were the longest spells over a mark?",
        "Runs of days over a per cent, the longest first.",
        ("percent", "level", "grade", "reading", "top"),
        _spells,
        Wish(level="team"),
    ),
    Question(
        "spread",
        "How are the grades spread over capacity?",
        "How many posts of each grade, or how many units, lie in each band of capacity.",
        ("level", "grade", "by"),
        _spread,
    ),
)
QUESTIONS: dict[str, Question] = {each.name: each for each in _ALL}


def answer_to(name: str, past: History, wish: Wish) -> Answer:
    """The answer. Raises HistoryError in words for what cannot be asked. Kept until the history changes."""
    return _answered(name, Held(past), wish)


@lru_cache(maxsize=_KEPT)
def _answered(name: str, held: Held, wish: Wish) -> Answer:
    return QUESTIONS[name].ask(held.past, wish)
