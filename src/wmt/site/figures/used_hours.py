"""What reductions take of contracts: what is entered, cut at each person's contracted hours (rule 6).

The sums of a unit are of what is entered. Contracted hours less what is used are the hours left.
"""

from collections import Counter

from django.db.models import F

from wmt.ledger import LEVELS
from wmt.ledger.arithmetic import grouped
from wmt.ledger.serialise import micro
from wmt.site.figures import units
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: What a column of reductions says of itself.
HELP = (
    "As entered. ‘Used’ is shown where it is less: reductions take at most a person’s contracted hours, and "
    "contracted hours less the hours used are the hours left."
)
#: The same of figures of days gone by, which keep what was entered.
ENTERED = (
    "Hours a week, as entered. Reductions take at most a person’s contracted hours, so contracted hours less "
    "these may be fewer than the hours that were left."
)


class UsedHours:
    """The hours that reductions use in a unit and everything under it: one question to the database."""

    def __init__(self, state: State, top: Unit) -> None:
        self._beyond: Counter[tuple[str, str, str, str]] = Counter()
        posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
        if top.level != units.NATION:
            posts = posts.filter(**{"code" if top.level == "post" else f"{top.level}_code": top.code})
        posts = posts.filter(reduction_hours_micro__gt=F("contracted_hours_micro"))
        columns = ("team_code", "pdu_code", "region_code", "stream", "grade", "code")
        beyond = F("reduction_hours_micro") - F("contracted_hours_micro")
        for team, pdu, region, stream, grade, code, hours in posts.values_list(*columns, beyond):
            for level, of in zip(LEVELS, (code, team, pdu, region, units.NATION), strict=True):
                for part in {grade} if level == "post" else {grade, ""}:
                    self._beyond[level, of, stream, part] += hours

    def of(self, unit: Unit) -> int:
        """The hours used, in millionths; `unit` may be its part in a stream, or of a grade."""
        return unit.reduction_hours_micro - self._beyond[unit.level, unit.code, unit.stream, unit.grade]

    def note(self, unit: Unit) -> str:
        """What stands beside the hours entered, where less is used."""
        used = self.of(unit)
        return "" if used == unit.reduction_hours_micro else f"{grouped(micro(used) or 0)} used"
