"""History: the figure of every unit on every day, compacted by month from the folders of nights."""

from wmt.history.figures import FIGURE, SUMMED
from wmt.history.index import HistoryError, Standing
from wmt.history.months import Compacted, compact
from wmt.history.periods import STEPS, in_steps, mean_x100
from wmt.history.reader import ALL_LEVELS, History, open_history
from wmt.history.runs import RUN, SPELL, runs_on, spells
from wmt.history.steps import Mark, MarksOf, dated_marks, marks

__all__ = [
    "ALL_LEVELS", "FIGURE", "RUN", "SPELL", "STEPS", "SUMMED", "Compacted", "History", "HistoryError",
    "Mark", "MarksOf", "Standing", "compact", "dated_marks", "in_steps", "marks", "mean_x100",
    "open_history", "runs_on", "spells",
]  # fmt: skip
