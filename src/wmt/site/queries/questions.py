"""The five-year questions: what each asks for, and who answers it. Forms, files and the API share this."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from wmt import history, ledger
from wmt.history import questions as answers
from wmt.history.distribution import spread
from wmt.site.accounts.visibility import has_role
from wmt.site.queries.periods import KeyedHistory

#: Bounds beyond which a question would make no sense.
MOST_PERCENT, MOST_WEEKS, MOST_TOP = 1_000, 260, 500
#: Levels whose rows are persons: who they are is shown only where it is asked for.
PERSONAL = ("post", "person")
#: The levels one can ask about, in the words of people.
LEVELS = {
    "post": "posts",
    "person": "people (all posts of a staff code)",
    "team": "teams",
    "pdu": "PDUs",
    "region": "regions",
    "nation": "England and Wales",
}
READINGS = {
    "every day": "every day over it",
    "weekly": "every week over it",
    "sum": "over it in total",
}
#: OMiC has no capacity, so only some questions can be asked about it.
STREAM_CHOICES = {name: ledger.STREAM_NAMES[name] for name in ledger.STREAMS}
WHO = {
    "holding": "officers with at least one case",
    "working": "officers with available hours",
    "everyone": "everyone with a post",
}
SPREADS = {"day": "on the last day", "year": "over each year"}
_KEPT = 16


@dataclass(frozen=True)
class QuestionParams:
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
    stream: str = ledger.HEADLINE
    who: str = "holding"


@dataclass(frozen=True)
class QuestionSpec:
    """A question that can be put to the history: its words, its fields, who answers it."""

    name: str
    title: str
    meaning: str
    fields: Sequence[str]
    ask: Callable[..., history.Answer]
    default: QuestionParams = field(default_factory=QuestionParams)


_ALL = (
    QuestionSpec(
        "weeks",
        "How many were over a threshold for several weeks, by year?",
        "Posts, people, teams or larger units over a percentage for a number of consecutive weeks.",
        ("percent", "weeks", "level", "grade", "stream", "reading"),
        answers.over_for_weeks,
    ),
    QuestionSpec(
        "days",
        "How many days was each over a threshold?",
        "For each unit, the days over a percentage out of the days that have a figure for it.",
        ("percent", "level", "grade", "stream"),
        answers.days_over,
        QuestionParams(level="team"),
    ),
    QuestionSpec(
        "spells",
        "Which were the longest periods over a threshold?",
        "Consecutive days over a percentage, longest first, with days of missing data and what ended each.",
        ("percent", "level", "grade", "stream", "reading", "top"),
        answers.longest_spells,
        QuestionParams(level="team"),
    ),
    QuestionSpec(
        "spread",
        "How is capacity spread across grades?",
        "How many posts of each grade, or how many units, are in each band of capacity.",
        ("level", "grade", "stream", "by"),
        spread,
    ),
    QuestionSpec(
        "officers",
        "How many cases did an officer hold on average, by grade?",
        "Active cases divided by officers, at month ends and over all days, for each year and in all.",
        ("grade", "stream", "who"),
        history.cases_per_officer,
        QuestionParams(level="nation"),
    ),
)
QUESTIONS: dict[str, QuestionSpec] = {each.name: each for each in _ALL}


def answer_to(name: str, past: history.History, wish: QuestionParams) -> history.Answer:
    """The answer. Raises HistoryError in words for what cannot be asked. Kept until the history changes."""
    return _answered(name, KeyedHistory(past), wish)


@lru_cache(maxsize=_KEPT)
def _answered(name: str, held: KeyedHistory, wish: QuestionParams) -> history.Answer:
    question = QUESTIONS[name]
    params = ["first", "last", *("percent_x100" if each == "percent" else each for each in question.fields)]
    return question.ask(held.past, **{each: getattr(wish, each) for each in params})


def shows_names(asked: bool, level: str, user: Any) -> bool:
    """Whether rows are with names and codes: of posts and people only where asked for, by who has a role."""
    return level not in PERSONAL or (asked and has_role(user))
