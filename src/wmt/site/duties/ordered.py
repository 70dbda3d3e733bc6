"""Many duties in an order: only what orders them is read of all, and the whole of those that are shown."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple, overload

from django.db.models import QuerySet

from wmt.site.duties.models import Duty
from wmt.site.workload import staff_names

_AT_ONCE = 500


class _Ordering(NamedTuple):
    pk: int
    team_code: str
    staff_code: str
    name: str
    run_since: date
    acknowledge_by: date
    acknowledged_on: date | None
    decide_by: date
    decided_on: date | None
    decision: str
    review_on: date | None
    confirm_by: date | None
    relief_by: date | None
    closed_on: date | None


class DutyInOrder(_Ordering):
    """What the place of a duty among others depends on, named as in `Duty`."""

    @property
    def code(self) -> str:
        return f"{self.team_code}:{self.staff_code}"

    @property
    def shown_name(self) -> str:
        """As `Duty.shown_name`."""
        return staff_names.shown(self.name, self.code)

    @classmethod
    def of(cls, duties: QuerySet[Duty]) -> "list[DutyInOrder]":
        """Some duties, in no order yet: of a nation, in a fifth of the time that whole ones take."""
        return [cls(*row) for row in duties.values_list(*cls._fields)]


class DutiesByNumber(Sequence[Duty]):
    """Duties in the order of some numbers, read when they are looked at; one that went is left out."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> Duty: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Duty]: ...
    def __getitem__(self, place: int | slice) -> Duty | Sequence[Duty]:
        if isinstance(place, slice):
            return list(DutiesByNumber(self._numbers[place]))
        return Duty.objects.get(pk=self._numbers[place])

    def __iter__(self) -> Iterator[Duty]:
        for start in range(0, len(self._numbers), _AT_ONCE):
            numbers = self._numbers[start : start + _AT_ONCE]
            found = Duty.objects.in_bulk(numbers)
            yield from (found[number] for number in numbers if number in found)
