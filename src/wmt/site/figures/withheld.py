"""Lines as somebody may read them: outside their reach a line says what its figure needs and nothing more.

A case, a report or a contact without its reference, day, flags and state still has what priced it: type,
tier, rule, points. That is what the sums over a post show anyway, and singles nobody out. A reduction without
its reason still has its hours and days. The lines of a case that somebody is shut out of are so to them.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from wmt.site.accounts import limited_access, visibility
from wmt.site.workload import models
from wmt.site.workload.state import State

#: What stands in place of a reason, as its id and as its name.
REDUCED = "Reduced hours"
Inside = Callable[[int], bool]


class Withholding:
    """What one person may read of the lines of one unit. Asks the database once at most."""

    def __init__(
        self, state: State, user: Any, unit: models.Unit, *, cases: visibility.Reach | None = None
    ) -> None:
        """`cases`: another reach than the person's own for cases, such as that of files of a nation."""
        self._cases = _inside(state, unit, visibility.cases(user, state) if cases is None else cases)
        self._hidden = limited_access.hidden_from(user)
        self._reasons = _inside(state, unit, visibility.reasons(user))

    def line(self, line: models.Line, pricing: models.Pricing) -> models.Line:
        """The line itself, changed where something of it is withheld: `withheld` then says so."""
        if pricing.kind == "reduction":
            return line if self._reasons(line.post_no) else without_reason(line)
        is_hidden = bool(self._hidden) and line.ref.upper() in self._hidden
        if pricing.side == "time" or (self._cases(line.post_no) and not is_hidden):
            return line
        # A line of work with what priced it: of contacts that is their code too
        if pricing.kind == "report" and line.ref == pricing.rule.rpartition(".")[2]:
            return line  # a number of reports without a reference of their own
        about = line.about if pricing.kind == "contact" else ""
        line.withheld = bool(line.ref or line.since or (line.about and not about))
        line.ref, line.since, line.about, line.cohorts = "", None, about, ""
        return line


def _inside(state: State, unit: models.Unit, reach: visibility.Reach) -> Inside:
    """Whether a post of a unit lies in a reach, by its number."""
    if reach.covers(unit):
        return lambda _: True
    if unit.level == "post" or not (reach.units or reach.staff_code):
        return lambda _: False
    posts = models.Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
    if unit.level != "nation":
        posts = posts.filter(**{f"{unit.level}_code": unit.code})
    return partial(_holds, frozenset(reach.among(posts).values_list("number", flat=True)))


def _holds(numbers: frozenset[int | None], number: int) -> bool:
    return number in numbers


def without_reason(line: models.Line) -> models.Line:
    """A line of a reduction with its hours and days."""
    line.ref, line.about, line.withheld = "", REDUCED, True
    return line


def is_reduction(line: models.Line) -> bool:
    """Whether what is withheld of a line is the reason of a reduction."""
    return line.withheld and line.about == REDUCED
