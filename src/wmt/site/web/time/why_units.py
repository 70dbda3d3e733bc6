"""Which of the units below changed between two days, those whose capacity rose most first."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from wmt.history import History
from wmt.ledger import OMIC, capacity_x100
from wmt.site import tables
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.forms.date_range import FIRST, LAST

if TYPE_CHECKING:
    from wmt.site.web.time.why_request import WhyRequest

#: Points and available points of a unit on a day; None where it was not there.
_Moment = tuple[int, int] | None
_HEADS = {"pdu": "PDU"}


@dataclass(frozen=True)
class _Change:
    """A unit then and after."""

    code: str
    name: str
    before: _Moment
    after: _Moment

    @property
    def capacity(self) -> int | None:
        """How far its capacity moved, in hundredths of a percentage point; None where one day has none."""
        if self.before is None or self.after is None:
            return None
        first, last = capacity_x100(*self.before), capacity_x100(*self.after)
        return None if first is None or last is None else last - first

    def moved(self, at: int) -> int | None:
        """How far its points (0) or available points (1) moved."""
        return None if self.before is None or self.after is None else self.after[at] - self.before[at]


def level_of(question: UnitRequest) -> str:
    """The level that is listed; empty where it is practitioners, whose changes their team's causes name."""
    found = [level for level, _ in levels(question)]
    if not found:
        return ""
    return question.level if question.level in found else found[0]


def levels(question: UnitRequest) -> list[tuple[str, str]]:
    """The levels that can be listed, with their names."""
    if question.is_post or question.unit.stream == OMIC:
        return []
    return [(level, units.PLURALS[level]) for level in question.levels if level != "post"]


def table(question: UnitRequest, past: History, between: "WhyRequest") -> tables.Table | None:
    """The units of a level under a unit with their capacity on both days, the highest rise first."""
    level = level_of(question)
    if not level:
        return None
    until = "now" if between.last is None else f"{between.last.day:%-d %b %Y}"
    columns = [
        tables.Column("name", _HEADS.get(level, level.capitalize())),
        tables.Column("code", "Code", "code"),
        tables.Column("before", f"Capacity, {between.first.day:%-d %b %Y}", "percent"),
        tables.Column("after", f"Capacity, {until}", "percent"),
        tables.Column("change", "Percentage points", "percent", "how much capacity changed"),
        tables.Column("points", "Points", "points", "how much points changed"),
        tables.Column("available", "Available points", "points", "how much available points changed"),
    ]
    rows = tables.LazyRows(
        _changes(question, past, between, level),
        lambda each: _row(question, between, level, each),
        lambda each, key: _row(question, between, level, each).values[key].raw,
    )
    return tables.Table(
        "units",
        f"{units.PLURALS[level]} of {question.unit.name}: change in capacity, {between.words}",
        columns,
        rows,
        notes=["Those whose capacity rose most are first. Select one to see what changed it."],
    )


def _changes(question: UnitRequest, past: History, between: "WhyRequest", level: str) -> list[_Change]:
    before = _figures(question, past, level, between.first.day)
    after: dict[str, tuple[str, _Moment]]
    if between.last is None:
        now = units.below(question.state, question.unit, level).filter(posts__gt=0)
        after = {row.code: (row.name, (row.points_x100, row.available_x100)) for row in now}
    else:
        after = _figures(question, past, level, between.last.day)
    found = [
        _Change(code, name, before.get(code, ("", None))[1], after.get(code, ("", None))[1])
        for code, (name, _) in (before | after).items()
    ]
    return sorted(
        found, key=lambda each: (each.capacity is None, -(each.capacity or 0), each.name, each.code)
    )


def _figures(question: UnitRequest, past: History, level: str, day: date) -> dict[str, tuple[str, _Moment]]:
    unit = question.unit
    columns = ("day", "code", "name", "posts", "points_x100", "available_x100")
    frame = past.below(unit.level, unit.code, level, day, day, unit.stream, columns)
    return {
        row["code"]: (row["name"] or row["code"], (row["points_x100"], row["available_x100"]))
        for row in frame.iter_rows(named=True)
        if row["posts"]
    }


def _row(question: UnitRequest, between: "WhyRequest", level: str, each: _Change) -> tables.Row:
    days = {FIRST: between.first.day.isoformat()}
    if between.last is not None:
        days[LAST] = between.last.day.isoformat()
    href = "" if question.in_full else unit_url(level, each.code, "why", stream=question.stream, **days)
    over = question.state.over_x100
    sides = {"before": each.before, "after": each.after}
    return tables.Row(
        {
            "name": tables.text(each.name, href if each.after else ""),
            "code": tables.text(each.code),
            **{
                key: tables.percent(*moment, over) if moment else tables.Value(None, "not there")
                for key, moment in sides.items()
            },
            "change": tables.percentage_points(each.capacity),
            "points": tables.signed(each.moved(0)),
            "available": tables.signed(each.moved(1)),
        },
        level,
        each.code,
    )
