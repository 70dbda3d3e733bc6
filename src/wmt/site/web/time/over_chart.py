"""The picture of a unit over time: capacity, then points against available points, then reductions."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from wmt.ledger import shown_points
from wmt.site.web.time.amounts import Stretch
from wmt.site.web.time.chart import Chart, Place, Scale, Series, Wish, chart, scale_of
from wmt.site.web.time.span import days_words

if TYPE_CHECKING:
    from wmt.site.web.time.over_time import Asked

LOW_X100, FULL_X100 = 9_000, 10_000


def picture(
    asked: "Asked", found: Sequence[Stretch], by_grade: Mapping[str, Sequence[Stretch]]
) -> Chart | None:
    """The panels of a unit; None where too little is known to draw a line."""
    over = asked.question.state.over_x100
    lines = _capacity_lines(found, by_grade)
    values = [place.value for line in lines for place in line.places]
    scale = scale_of(values, low=8_000, high=max(12_000, over), words=lambda x100: f"{x100 // 100}%")
    title = f"Capacity of {asked.unit.name}, {asked.span.words}"
    wishes = [
        Wish("Capacity", lines, scale, (LOW_X100, over), FULL_X100),
        _points(found),
        _reductions(found),
    ]
    return chart(title, _summary(asked, found), wishes)


def _capacity_lines(found: Sequence[Stretch], by_grade: Mapping[str, Sequence[Stretch]]) -> list[Series]:
    rows = by_grade or {"Capacity": found}
    return [
        Series(name, [_place(each) for each in each_rows], tone)
        for tone, (name, each_rows) in enumerate(rows.items())
    ]


def _place(each: Stretch) -> Place:
    mark = "corrected" if each.corrected else "archive" if each.archived else ""
    said = {"corrected": ", corrected", "archive": ", archive figure"}.get(mark, "")
    return Place(
        each.first,
        each.last,
        each.capacity_x100,
        lambda: f"{days_words(each.first, each.last)}: {each.capacity_words}{said}",
        mark,
    )


def _plain(each: Stretch, value: int | None, words: Callable[[int], str]) -> Place:
    def said() -> str:
        return f"{days_words(each.first, each.last)}: {'not known' if value is None else words(value)}"

    return Place(each.first, each.last, value, said)


def _points(found: Sequence[Stretch]) -> Wish:
    def line(name: str, field: str, tone: int) -> Series:
        places = [
            _plain(each, each.mean(field), lambda x100: f"{name.lower()} {_shown_points(x100)}")
            for each in found
        ]
        return Series(name, places, tone)

    lines = [line("Points", "points_x100", 0), line("Available points", "available_x100", 1)]
    return Wish("Points held, and points there is time for", lines, _scale(lines, _shown_points))


def _reductions(found: Sequence[Stretch]) -> Wish:
    places = [
        _plain(each, each.mean("reduction_hours_micro"), lambda micro: f"{_shown_hours(micro)} hours")
        for each in found
    ]
    lines = [Series("Reductions", places)]
    return Wish("Reductions, hours a week", lines, _scale(lines, _shown_hours, least=4_000_000))


def _scale(lines: Sequence[Series], words: Callable[[int], str], least: int = 1_000) -> Scale:
    values = [place.value for line in lines for place in line.places if place.value is not None]
    return scale_of(
        values, low=min(values, default=0), high=max(values, default=0) + least, words=words, most=3
    )


def _shown_points(x100: int) -> str:
    return f"{shown_points(x100):,}"


def _shown_hours(value_micro: int) -> str:
    whole, rest = divmod(value_micro, 1_000_000)
    return f"{whole:,}.{rest // 100_000}" if rest else f"{whole:,}"


def _summary(asked: "Asked", found: Sequence[Stretch]) -> str:
    """The same in words: where it began and ended, the highest and the lowest, how often over the mark."""
    state = asked.question.state
    timed = [each for each in found if each.capacity_x100 is not None]
    if not timed:
        return "There was no available time on any of these days, so no capacity. The table has the points."
    first, last = timed[0], timed[-1]
    top = max(timed, key=lambda each: each.capacity_x100 or 0)
    low = min(timed, key=lambda each: each.capacity_x100 or 0)
    over = sum(each.is_over(state.over_x100) for each in timed)
    steps = {"day": "days", "week": "weeks", "month": "months"}[asked.step]
    return (
        f"From {first.capacity_words} ({days_words(first.first, first.last)}) to {last.capacity_words} "
        f"({days_words(last.first, last.last)}); highest {top.capacity_words}, lowest {low.capacity_words}; "
        f"over {state.over_text} on {over:,} of {len(found):,} {steps} with figures. "
        "The same figures are in the table."
    )
