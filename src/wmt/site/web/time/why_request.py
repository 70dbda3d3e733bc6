"""Between which two days a page was asked why a figure moved."""

from dataclasses import dataclass

from wmt.days import written
from wmt.site.queries.movement import NightOnDay


@dataclass(frozen=True)
class WhyRequest:
    """Two days that have nights; `last` None: until now."""

    first: NightOnDay
    last: NightOnDay | None

    @property
    def words(self) -> str:
        until = "now" if self.last is None else written(self.last.day)
        return f"{written(self.first.day)} to {until}"
