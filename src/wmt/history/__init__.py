"""History: the figure of every unit on every day, compacted by month from the folders of nights."""

from wmt.history.asking import WORDS, Answer, Table
from wmt.history.figures import FIGURE, SUMMED
from wmt.history.index import HistoryError, Standing
from wmt.history.months import Compacted, compact
from wmt.history.officers import cases_per_officer
from wmt.history.periods import STEPS, in_steps, mean_x100
from wmt.history.questions import days_over, longest_spells, over_for_weeks
from wmt.history.reader import ALL_LEVELS, History, open_history
from wmt.history.readings import READINGS
from wmt.history.runs import RUN, SPELL, runs_on, spells
from wmt.history.spread import BANDS, spread
from wmt.history.steps import Mark, MarksOf, dated_marks, marks
from wmt.history.succession import LINK, Links, formers, moved_posts

__all__ = [
    "ALL_LEVELS",
    "BANDS",
    "FIGURE",
    "LINK",
    "READINGS",
    "RUN",
    "SPELL",
    "STEPS",
    "SUMMED",
    "WORDS",
    "Answer",
    "Compacted",
    "History",
    "HistoryError",
    "Links",
    "Mark",
    "MarksOf",
    "Standing",
    "Table",
    "cases_per_officer",
    "compact",
    "dated_marks",
    "days_over",
    "formers",
    "in_steps",
    "longest_spells",
    "marks",
    "mean_x100",
    "moved_posts",
    "open_history",
    "over_for_weeks",
    "runs_on",
    "spells",
    "spread",
]  # fmt: skip
