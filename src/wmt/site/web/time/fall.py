"""Causes as steps from one figure to another, for a template: each begins where the last ended."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, LABELS, RIGHT, ROW, BAR, TOP = 960, 270, 120, 34, 22, 8
_THIN = 3


@dataclass(frozen=True)
class Cause:
    """What moved a figure: its words, how far, that in words, and where its lines are."""

    label: str
    amount: int
    words: str
    href: str = ""


@dataclass(frozen=True)
class Step:
    """A bar. `tone` is 'up', 'down' or 'none'; `join` is the height to which the next bar is joined."""

    label: str
    y: int
    text_y: int
    x: int
    width: int
    tone: str
    words: str
    words_x: int
    href: str
    end_x: int


@dataclass(frozen=True)
class Fall:
    """The picture: where it began, the steps, where it ended."""

    title: str
    summary: str
    width: int
    height: int
    bar: int
    row: int
    start: tuple[int, str, str]
    end: tuple[int, str, str]
    steps: list[Step]


def fall(
    title: str, summary: str, start: tuple[str, str], end: tuple[str, str], causes: Sequence[Cause]
) -> Fall | None:
    """The picture of causes; `start` and `end` are (day, figure). None where nothing moved."""
    if not causes:
        return None
    sums = [0]
    for cause in causes:
        sums.append(sums[-1] + cause.amount)
    low, high = min(sums), max(sums)
    room = WIDTH - LABELS - RIGHT
    reach = max(1, high - low)

    def at(amount: int) -> int:
        return LABELS + (amount - low) * room // reach

    steps = [
        _step(cause, number, at(sums[number]), at(sums[number + 1])) for number, cause in enumerate(causes)
    ]
    return Fall(
        title=title,
        summary=summary,
        width=WIDTH,
        height=TOP + ROW * (len(causes) + 2) + TOP,
        bar=BAR,
        row=ROW,
        start=(at(0), *start),
        end=(at(sums[-1]), *end),
        steps=steps,
    )


def _step(cause: Cause, number: int, start: int, end: int) -> Step:
    y = TOP + ROW * (number + 1)
    left, right = min(start, end), max(start, end)
    tone = "up" if cause.amount > 0 else "down" if cause.amount < 0 else "none"
    return Step(
        label=cause.label,
        y=y,
        text_y=y + BAR - 6,
        x=left,
        width=max(_THIN, right - left),
        tone=tone,
        words=cause.words,
        words_x=max(right, left + _THIN) + 8,
        href=cause.href,
        end_x=end,
    )
