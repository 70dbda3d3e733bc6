"""What a page of a unit was asked for: the unit, the figures of one load, and the filters of the address."""

from dataclasses import dataclass, replace
from functools import cached_property

from django.http import HttpRequest

from wmt.grades import GRADES
from wmt.site import tables
from wmt.site.accounts.models import User
from wmt.site.figures import units
from wmt.site.figures.used_hours import UsedHours
from wmt.site.links import stream_of
from wmt.site.queries.responsive import Responsive
from wmt.site.shown import needed_state
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, low_x100

BANDS = ("under", "within", "over", "none", "busy", "idle", "unentered")


@dataclass(frozen=True)
class UnitRequest:
    """One request for a tab of a unit. Filters that make no sense are taken for none.

    `in_full`: for a file, where tables have columns too that would crowd a page. `listing`: the level of the
    units that are listed, whatever the address says.
    """

    request: HttpRequest
    state: State
    unit: Unit
    in_full: bool = False
    listing: str = ""

    @property
    def user(self) -> User:
        user: User = self.request.user  # type: ignore[assignment]
        return user

    @property
    def is_post(self) -> bool:
        """Whether it is about one post, which has nothing under it."""
        return self.unit.level == "post"

    def in_stream(self, stream: str) -> "UnitRequest":
        """The same of the unit's part in a stream; as it is where the unit has none in it."""
        return replace(self, unit=units.streams(self.state, self.unit).get(stream, self.unit))

    @property
    def grade(self) -> str:
        """Only posts of this grade; empty: all. A post has one grade: asking for another makes no sense."""
        return "" if self.is_post else self._one_of("grade", GRADES)

    @property
    def band(self) -> str:
        """Only units whose capacity lies in this band; empty: all."""
        return self._one_of("band", BANDS)

    @cached_property
    def low_x100(self) -> int:
        """The capacity under which a unit is in the lowest band, in hundredths of a per cent."""
        return low_x100(self.state)

    @property
    def bands(self) -> dict[str, str]:
        """The bands in words; being over is judged by the mark of the rules that the figures were made by."""
        low, mark = f"{tables.exact(self.low_x100).text}%", self.state.over_text
        return {
            "under": f"under {low}",
            "within": f"{low} to {mark}",
            "over": f"over {mark}",
            "none": "no available hours",
            "busy": "no available hours, holds work",
            "idle": "no available hours, holds no work",
            "unentered": "no contracted hours entered",
        }

    @property
    def stream(self) -> str:
        """The stream as an address has it: empty for a post, which has one, and for sentence management."""
        return stream_of(self.unit.level, self.unit.stream)

    @property
    def level(self) -> str:
        """The level of the units that are listed: the one under this unit unless another is asked for."""
        if self.listing:
            return self.listing
        return self._one_of("list", self.levels) or self.levels[0]

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that can be listed. All practitioners of the nation are for files, not for a page."""
        found = units.levels_below(self.unit.level)
        return found[:-1] if self.unit.level == units.NATION and not self.in_full else found

    def _one_of(self, name: str, choices: tuple[str, ...]) -> str:
        asked = self.request.GET.get(name, "")
        return asked if asked in choices else ""

    @cached_property
    def used_hours(self) -> UsedHours:
        """What reductions use, of the unit and of everything under it."""
        return UsedHours(self.state, self.unit)

    @cached_property
    def responsive(self) -> Responsive:
        """The figures beside business as usual, at the priority levels of the day."""
        return Responsive.of(self.state)

    @cached_property
    def below(self) -> list[Unit]:
        """The units that are listed, of the grade asked for."""
        if self.is_post:
            return [self.unit]
        return list(units.below(self.state, self.unit, self.level, self.grade))

    @cached_property
    def subject(self) -> Unit:
        """The unit as the filters leave it: of one grade only, or itself."""
        if not self.grade or self.is_post:
            return self.unit
        rows = [row for row in units.grades(self.state, self.unit) if row.grade == self.grade]
        unit = self.unit
        return rows[0] if rows else Unit(level=unit.level, code=unit.code, name=unit.name, stream=unit.stream)


def question_of(request: HttpRequest, level: str, code: str) -> UnitRequest:
    """What an address asks for. Raises NoDataYet and UnknownUnit, which become pages."""
    state = needed_state(request)
    stream = request.GET.get("stream") or None
    unit = units.find(state, request.user, level, code, stream)  # type: ignore[arg-type]
    return UnitRequest(request, state, unit)
