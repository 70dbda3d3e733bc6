"""History: the figure of every unit on every day, compacted by month from the folders of nights."""

from typing import TYPE_CHECKING

from wmt.late_imports import names_of

if TYPE_CHECKING:
    from wmt.history.day_steps import MarksOf, RunThreshold, dated_marks, marks
    from wmt.history.distribution import BANDS, spread
    from wmt.history.figures import FIGURE, SUMMED
    from wmt.history.index import DayEntry, HistoryError
    from wmt.history.months import Compacted, compact
    from wmt.history.officers import cases_per_officer
    from wmt.history.periods import STEPS, in_steps, mean_x100
    from wmt.history.question_base import WORDS, Answer, AnswerTable
    from wmt.history.questions import days_over, longest_spells, over_for_weeks
    from wmt.history.reader import ALL_LEVELS, History, open_history
    from wmt.history.run_definitions import READINGS
    from wmt.history.runs import RUN, SPELL, runs_on, spells
    from wmt.history.succession import LINK, Links, formers, moved_posts

__getattr__ = names_of(__name__, __file__)

__all__ = [
    "ALL_LEVELS", "BANDS", "FIGURE", "LINK", "READINGS", "RUN", "SPELL", "STEPS", "SUMMED", "WORDS",
    "Answer", "AnswerTable", "Compacted", "DayEntry", "History", "HistoryError", "Links", "MarksOf",
    "RunThreshold", "cases_per_officer", "compact", "dated_marks", "days_over", "formers", "in_steps",
    "longest_spells", "marks", "mean_x100", "moved_posts", "open_history", "over_for_weeks", "runs_on",
    "spells", "spread",
]  # fmt: skip
