"""The tables beside the picture: each day, week or month, with the whole range as the last row."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from wmt.site import tables
from wmt.site.figures.used_hours import ENTERED
from wmt.site.links import on_day, unit_url
from wmt.site.priorities.levels import by_day, pdu_of
from wmt.site.queries.period_figures import FigurePeriod, summed
from wmt.site.web.forms.date_range import days_words
from wmt.site.web.time import omic
from wmt.site.web.time.over_chart import TOGETHER
from wmt.site.web.time.over_request import OverTimeRequest
from wmt.site.web.units.labels import inside
from wmt.text import counted

_HEADS = {"day": "Day", "week": "Week", "month": "Month"}
_STANDING = "whether the day’s data was corrected later, or we hold only totals, which may cover all streams"
_LEVEL = "of the PDU; the figures are business as usual. The page of the day has the responsive figure beside"
CORRECTED, ARCHIVED = "corrected", "total only"


def table(asked: OverTimeRequest, found: Sequence[FigurePeriod]) -> tables.Table:
    """The figures of the unit, the newest first."""
    newest = list(reversed(found))
    days = [each.first for each in found] if asked.step == "day" else []
    levels = by_day(pdu_of(asked.unit), days)
    before = {late.first: early for early, late in pairwise(found)}

    def make(each: FigurePeriod) -> tables.Row:
        earlier = before.get(each.first)
        level = {"level": tables.text(levels.get(each.first, "Green") if levels else "")}
        return tables.Row(_name(asked, each) | _values(asked, each) | _ways(asked, each, earlier) | level)

    said = ["Days with no data are left out."]
    if asked.is_omic:
        said.append("The last row has the means over all these days.")
    elif asked.step == "day":
        said.append("The last row shows capacity over the whole period and averages of the other figures.")
        if any(each.capacity_x100 is None for each in found):
            said.append(
                "Points of days without available hours are in the last row, and not in the average above."
            )
    whole = summed(list(found), asked.sums)
    if whole is None:
        total = None
    else:
        empty = {
            "mark": tables.text(""),
            "why": tables.text(""),
            "level": tables.text(""),
            "last": tables.Value(None),
        }
        name = {"first": tables.Value("All days", "All days")}
        total = tables.Row(_values(asked, whole) | empty | name)
    return tables.Table(
        "days",
        f"{asked.unit.name} {asked.step} by {asked.step}, {asked.span.words}",
        [
            *_columns(asked, marked=asked.question.in_full or any(mark_words(each) for each in found)),
            *([tables.Column("level", "Priority level", note=_LEVEL)] if levels else []),
        ],
        tables.LazyRows(newest, make, lambda each, key: make(each).values[key].raw),
        total,
        said,
    )


def _columns(asked: OverTimeRequest, *, marked: bool) -> list[tables.Column]:
    by_day = asked.step == "day"
    mean = "" if by_day else "Average "

    def head(words: str) -> str:
        return f"{mean}{inside(words)}" if mean else words

    if asked.is_omic:
        figure_columns = omic.columns(head, by_day=asked.step == "day")
    else:
        figure_columns = [
            tables.Column("capacity", "Capacity", "percent", "points ÷ available points over the period"),
            tables.Column("points", head("Points"), "points"),
            tables.Column("available", head("Available points"), "points"),
        ]
    return [
        tables.Column("first", _HEADS[asked.step], "date"),
        *([] if by_day else [tables.Column("last", "Last day", "date")]),
        *(
            []
            if by_day
            else [tables.Column("days", "Days with data", "count", "days in the period that have data")]
        ),
        *figure_columns,
        tables.Column("contracted", head("Contracted hours"), "hours"),
        tables.Column("reductions", head("Reductions"), "hours", ENTERED),
        *(
            []
            if asked.is_omic
            else [tables.Column("cases", head("Active cases"), "count" if by_day else "number")]
        ),
        *([tables.Column("mark", "Source", note=_STANDING)] if marked else []),
        *([tables.Column("why", "What changed")] if by_day else []),
    ]


def _name(asked: OverTimeRequest, each: FigurePeriod) -> dict[str, tables.Value]:
    unit = asked.unit
    if asked.step == "day":
        page = on_day(unit_url(unit.level, unit.code, stream=asked.question.stream), each.first)
        return {"first": tables.Value(each.first, f"{each.first:%-d %b %Y}", "" if each.archived else page)}
    days = {"from": each.first.isoformat(), "to": each.last.isoformat()}
    href = unit_url(unit.level, unit.code, "over-time", stream=asked.question.stream, **days)
    text = f"{each.first:%B %Y}" if asked.step == "month" else f"{each.first:%-d %b %Y}"
    return {"first": tables.Value(each.first, text, href), "last": tables.day(each.last)}


def _values(asked: OverTimeRequest, each: FigurePeriod) -> dict[str, tables.Value]:
    figures = (
        omic.values(each)
        if asked.is_omic
        else {
            "capacity": each.capacity(asked.question.state.over_x100),
            "points": each.points("points_x100"),
            "available": each.points("available_x100"),
            "cases": each.count("cases"),
        }
    )
    return figures | {
        "days": tables.count(each.days),
        "contracted": each.hours("contracted_hours_micro"),
        "reductions": each.hours("reduction_hours_micro"),
        "mark": tables.text(mark_words(each)),
    }


def mark_words(each: FigurePeriod) -> str:
    """What has to be known of a stretch: corrected days, days of an archive."""
    if each.days == 1 and each.first == each.last:
        if each.together:
            return f"{ARCHIVED}, {TOGETHER}"
        return CORRECTED if each.corrected else ARCHIVED if each.archived else ""
    said = []
    if each.corrected:
        said.append(f"{counted(each.corrected, 'day')} corrected")
    if each.archived:
        said.append(f"{counted(each.archived, 'day')} total only")
    if each.together:
        said.append(f"{counted(each.together, 'day')} of {TOGETHER}")
    return "; ".join(said)


def _ways(
    asked: OverTimeRequest, each: FigurePeriod, earlier: FigurePeriod | None
) -> dict[str, tables.Value]:
    """From a day to what it moved by since the day with figures before it."""
    if earlier is None or each.archived or earlier.archived:
        return {"why": tables.text("")}
    days = {"from": earlier.first.isoformat(), "to": each.first.isoformat()}
    href = unit_url(asked.unit.level, asked.unit.code, "why", stream=asked.question.stream, **days)
    # in one line, or every row of the table is two lines high
    return {"why": tables.text(f"since {earlier.first:%-d %b}".replace(" ", "\u00a0"), href)}


def grades_table(asked: OverTimeRequest, by_grade: Mapping[str, Sequence[FigurePeriod]]) -> tables.Table:
    """The capacity of each grade, the newest first: the figures of the lines by grade."""
    over = asked.question.state.over_x100
    known = {(grade, each.first): each for grade, rows in by_grade.items() for each in rows}
    firsts: list[date] = sorted({first for _, first in known}, reverse=True)
    rows = []
    for first in firsts:
        text = f"{first:%B %Y}" if asked.step == "month" else f"{first:%-d %b %Y}"
        values = {"first": tables.Value(first, text)}
        for grade in by_grade:
            each = known.get((grade, first))
            values[grade] = each.capacity(over) if each else tables.Value(None, "–")
            values[f"{grade}_points"] = each.points("points_x100") if each else tables.Value(None, "–")
        rows.append(tables.Row(values))
    columns = [tables.Column("first", _HEADS[asked.step], "date")]
    for grade in by_grade:
        columns.append(tables.Column(grade, grade, "percent"))
        columns.append(tables.Column(f"{grade}_points", f"{grade} points", "points"))
    return tables.Table("grades", f"Capacity by grade, {asked.span.words}", columns, rows)


def key_figures(asked: OverTimeRequest, found: Sequence[FigurePeriod]) -> list[tuple[str, tables.Value, str]]:
    """What to see first: the last figure, that over all days, the highest, the lowest, days over the mark."""
    if asked.is_omic:
        return omic.key_figures(found, asked.sums)
    over = asked.question.state.over_x100
    whole = summed(list(found), asked.sums)
    assert whole is not None
    timed = [each for each in found if each.capacity_x100 is not None]
    last = found[-1]
    # points of days without available hours would put it above the highest of all days
    average, of = (summed(timed, asked.sums), "available hours") if timed else (whole, "figures")
    assert average is not None
    figures = [
        ("Last", last.capacity(over), days_words(last.first, last.last)),
        (
            "Average over period",
            average.capacity(over),
            f"{counted(average.days, 'day')} with {of if average.days < whole.days else 'figures'}",
        ),
    ]
    if timed:
        top = max(timed, key=lambda each: each.capacity_x100 or 0)
        low = min(timed, key=lambda each: each.capacity_x100 or 0)
        figures += [
            ("Highest", top.capacity(over), days_words(top.first, top.last)),
            ("Lowest", low.capacity(over), days_words(low.first, low.last)),
        ]
    number = sum(each.is_over(over) for each in found)
    unit = {"day": "days", "week": "weeks", "month": "months"}[asked.step]
    words = f"of {len(found):,} {unit} with figures"
    return [
        *figures,
        (f"{unit.capitalize()} over {asked.question.state.over_text}", tables.count(number), words),
    ]
