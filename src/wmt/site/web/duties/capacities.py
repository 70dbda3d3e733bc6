"""The capacity of the posts that duties and requests are about, read once for a whole table."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from wmt import ledger
from wmt.site import tables
from wmt.site.duties import models
from wmt.site.duties.ordered import DutyInOrder
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_AT_ONCE = 500


@dataclass(frozen=True)
class Capacities:
    """Points and available points by the code of the post, in hundredths, and its stream."""

    figures: Mapping[str, tuple[int, int, str]]

    @classmethod
    def of(cls, state: State, about: Collection[models.Duty | DutyInOrder | models.Request]) -> "Capacities":
        """Those of the figures shown."""
        codes = sorted({each.code for each in about if each.staff_code})
        posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
        columns = ("code", "points_x100", "available_x100", "stream")
        found: dict[str, tuple[int, int, str]] = {}
        for start in range(0, len(codes), _AT_ONCE):
            rows = posts.filter(code__in=codes[start : start + _AT_ONCE])
            for code, points, available, stream in rows.values_list(*columns):
                found[code] = points, available, stream
        return cls(found)

    def exact(self, about: models.Duty | DutyInOrder | models.Request) -> int:
        """The capacity to order by, in hundredths of a per cent; −1 where there is none."""
        points, available, stream = self.figures.get(about.code, (0, 0, ""))
        return points * 10_000 // available if available > 0 and stream != ledger.OMIC else -1

    def value(self, about: models.Duty | models.Request, over_x100: int) -> tables.Value:
        found = self.figures.get(about.code)
        if found is None:
            return tables.Value(None, "not in today's figures")
        points, available, stream = found
        return tables.capacity(points, available, over_x100, stream)

    def stream(self, about: models.Duty | models.Request) -> str:
        """The stream of the post, in words; empty where the figures have none."""
        stream = self.figures.get(about.code, (0, 0, ""))[2]
        return ledger.STREAM_NAMES.get(stream, "")
