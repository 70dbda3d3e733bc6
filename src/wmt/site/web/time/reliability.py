"""What was said of the weeks ahead, held against what happened: a sentence for each word, and a chart."""

from collections.abc import Iterator, Mapping
from typing import Any

from wmt import odds
from wmt.site.queries.odds import OddsScore
from wmt.site.web.charts import figure
from wmt.site.web.charts.reliability import SaidClass, reliability
from wmt.text import counted

#: Of fewer than so many, what happened can lie fourteen points beside what was said by chance alone.
FEW = 50


def told(score: OddsScore, units: str, over: str) -> list[str]:
    """A sentence for each word or pair of words: how often it was said, and how often that was so."""
    found = []
    for low, high, words in _groups():
        rows = [row for row in score.tenths.iter_rows(named=True) if low <= row["from_percent"] < high]
        said = sum(row["count"] for row in rows)
        if said:
            happened = sum(round(row["count"] * row["happened"]) for row in rows)
            were = "1 was" if happened == 1 else f"{happened:,} were" if happened else "none were"
            few = f" ({said} is too few to judge by.)" if said < FEW else ""
            found.append(
                f"Of {said:,} {units} told {words} ({low}% to {high}%), {were} over {over} for four weeks "
                f"in a row by then.{few}"
            )
    return found


def _groups() -> Iterator[tuple[int, int, str]]:
    """Words whose bands together are whole tenths, from the likeliest: from, to, and the words."""
    high, within = 100, []
    for least, words in odds.BANDS:
        within.append(f"‘{words}’")
        if least % 10 == 0:
            yield least, high, " or ".join(within)
            high, within = least, []


def picture(score: OddsScore, units: str) -> figure.Chart | None:
    """The chart of some weeks ahead; None where nothing was said of them."""
    rows = list(score.tenths.iter_rows(named=True))
    found = [
        SaidClass(
            row["from_percent"] * 100 + 500,
            round(row["stated"] * 10_000),
            round(row["happened"] * 10_000),
            row["count"],
            row["count"] < FEW,
            f"{_class_of(row)}: said {counted(row['count'], 'time')}, {_percent(row['stated'])} on average; "
            f"happened in {_percent(row['happened'])}",
        )
        for row in rows
    ]
    title = f"What was said {score.weeks} weeks ahead for {units}, against what happened"
    return reliability(f"reliability-{score.weeks}", title, _summary(rows), found)


def _summary(rows: list[dict[str, Any]]) -> str:
    judged = [row for row in rows if row["count"] >= FEW]
    if not judged:
        return f"No class was said {FEW} times, so nothing can be judged by this yet."
    near = sum(_off(row) <= 0.1 for row in judged)
    worst = max(judged, key=_off)
    return (
        f"Of {counted(len(judged), 'class', 'classes')} said at least {FEW} times, {near} "
        f"{'lies' if near == 1 else 'lie'} within ten points of what happened. The furthest off is "
        f"{_class_of(worst)}: {_percent(worst['stated'])} was said, {_percent(worst['happened'])} happened."
    )


def _off(row: Mapping[str, Any]) -> float:
    return abs(float(row["stated"]) - float(row["happened"]))


def _class_of(row: Mapping[str, Any]) -> str:
    return f"{row['from_percent']}% to {row['from_percent'] + 10}%"


def _percent(share: float) -> str:
    return f"{share:.1%}"
