"""Average cases per officer by grade: at the ends of months, and over all days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from wmt.facts import NOT_KNOWN
from wmt.history.index import HistoryError
from wmt.history.nobody import is_nobody, own_policies, words_of_nobody
from wmt.history.question_base import (
    Answer,
    AnswerTable,
    DaysCovered,
    Row,
    asked,
    said_day,
    said_stream,
)
from wmt.history.reader import History
from wmt.history.succession import NAMED
from wmt.ledger import HEADLINE
from wmt.ledger.arithmetic import divide_half_up
from wmt.text import counted

#: Who is an officer of the averages, and the words for it.
WHO = {
    "holding": "officers who hold at least one active case on the day",
    "working": "officers with available hours on the day, with or without cases",
    "everyone": "everyone with a post on the day, with or without hours or cases",
}
_READ = ("day", "staff_code", "name", "grade", "cases", "available_x100")
#: Officers of a day and grade, and their cases.
_DAILY = {"day": pl.Date, "grade": pl.String, "officers": pl.Int64, "cases": pl.Int64}
_COLUMNS = (
    ("period", "Period"),
    ("grade", "Grade"),
    ("average_x10", "average at month ends"),
    ("month_ends", "month ends"),
    ("officers_x10", "officers at a month end"),
    ("daily_x10", "average over all days"),
    ("days", "days with figures"),
)


def cases_per_officer(
    history: History,
    first: date | None = None,
    last: date | None = None,
    *,
    who: str = "holding",
    grade: str = "",
    stream: str = HEADLINE,
) -> Answer:
    """Average active cases per officer, by grade: for each year and for the whole range.

    An officer is a staff code; cases of several posts are added, apart where the posts are of two grades. An
    average is the cases of all officers on its days ÷ officers on its days, half-up to a tenth. Posts whose
    name is nobody's count neither as officers nor with their cases. Raises HistoryError for what cannot be
    asked.
    """
    if who not in WHO:
        raise HistoryError(f"nobody counts officers as '{who}'; choose one of {', '.join(WHO)}")
    span = asked(history, first, last, stream, capacity=False)
    parts = list(_monthly(history, span, who, grade))
    daily = pl.concat([pl.DataFrame(schema=_DAILY), *(part.officers for part in parts)])
    ends = month_ends(history, span.first, span.last)
    periods = [(str(year), begin, end) for year, begin, end in span.years]
    if len(periods) > 1:
        periods.append(("all", span.first, span.last))
    rows = [row for said, begin, end in periods for row in _rows(daily, ends, said, begin, end, grade)]
    by_month = [row for day in ends for row in _rows(daily, [day], said_day(day), day, day, grade)]
    known = daily["day"].n_unique()
    title = f"Average cases per officer by grade{said_stream(stream)}"
    return Answer(
        title=title,
        sentence=_sentence(rows, who),
        columns=_COLUMNS,
        rows=rows,
        notes=(*span.notes, *_notes(who, span.days - known), *_left_out(parts)),
        details=(AnswerTable(f"{title}, month end by month end", _COLUMNS[:3] + _COLUMNS[4:5], by_month),),
    )


def month_ends(history: History, first: date, last: date) -> list[date]:
    """The last day with figures of every month that ends within some days."""
    found: dict[tuple[int, int], date] = {}
    for day in history.days:
        end = (day.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
        if first <= day and end <= last:
            found[day.year, day.month] = day
    return list(found.values())


@dataclass(frozen=True)
class _Month:
    """Officers and cases by day and grade, days of which no cases are known left out; posts that are nobody's
    and their cases by day; and the days with cases on which no post has a name."""

    officers: pl.DataFrame
    left_out: pl.DataFrame
    nameless: int


def _monthly(history: History, span: DaysCovered, who: str, grade: str) -> Iterator[_Month]:
    """What the answer is made from, a month at a time."""
    counts = {
        "holding": pl.col("cases") > 0,
        "working": pl.col("available_x100") > 0,
        "everyone": pl.lit(True),
    }
    for month, _ in history.months(span.first, span.last):
        begin = date.fromisoformat(f"{month}-01")
        end = (begin + timedelta(31)).replace(day=1) - timedelta(1)
        posts = history.figures(
            "post", max(begin, span.first), min(end, span.last), _READ, stream=span.stream
        )
        posts = posts.filter(pl.col("cases").is_not_null())
        nameless = posts["day"].n_unique() - posts.select(pl.col("day").filter(NAMED).n_unique()).item()
        posts = posts.filter(pl.col("grade") == grade) if grade else posts
        # whether a post of a day is nobody's. A name is looked at once, on however many days it stands.
        names = posts.select(pl.col("name").unique())
        words = words_of_nobody(own_policies(history.nights), begin)
        of_nobody = names.filter(is_nobody("name", *words))["name"]
        posts = posts.with_columns(
            (
                pl.col("staff_code").is_in(["", NOT_KNOWN])
                | pl.col("name").is_in(of_nobody.implode()).fill_null(False)
            ).alias("is_nobody")
        )
        left_out = posts.filter("is_nobody").group_by("day").agg(pl.len(), pl.col("cases").sum())
        people = posts.lazy().filter(~pl.col("is_nobody"))
        people = people.group_by("day", "grade", "staff_code").agg(pl.col("cases", "available_x100").sum())
        officers = people.filter(counts[who]).group_by("day", "grade")
        counted = officers.agg(pl.len().alias("officers"), pl.col("cases").sum())
        yield _Month(counted.collect().cast({"officers": pl.Int64}).select(list(_DAILY)), left_out, nameless)


def _left_out(parts: Sequence[_Month]) -> tuple[str, ...]:
    """What posts that are nobody's held, over all days, and on how many days they cannot be told."""
    days = [row for part in parts for row in part.left_out.iter_rows()]
    nameless = sum(part.nameless for part in parts)
    said = []
    if days:
        day, posts, cases = max(days, key=lambda row: (row[1], row[0]))
        said.append(
            f"Left out: posts that no person holds, such as 'Vacant' or 'Unallocated', on "
            f"{counted(len(days), 'day')}. Most were on {said_day(day)}: {posts:,} of them, with "
            f"{counted(cases, 'active case')}."
        )
    if nameless:
        said.append(
            f"On {counted(nameless, 'day')} no post has a name, because names were removed or never given: "
            "posts that no person holds cannot be told from others there, and are counted."
        )
    return tuple(said)


def _rows(daily: pl.DataFrame, ends: list[date], said: str, first: date, last: date, grade: str) -> list[Row]:
    """The rows of a period: each grade, and where all are asked for all of them together."""
    within = daily.filter(pl.col("day").is_between(first, last))
    days = within["day"].n_unique()
    at_ends = within.filter(pl.col("day").is_in(ends))
    names = [grade] if grade else [*sorted(within["grade"].unique()), "all"]
    month_ends = at_ends["day"].n_unique()
    rows: list[Row] = []
    for name in names:
        daily, monthly = (
            each if name == "all" else each.filter(pl.col("grade") == name) for each in (within, at_ends)
        )
        rows.append(
            {
                "period": said,
                "grade": name,
                "average_x10": _per(_sum(monthly, "cases"), _sum(monthly, "officers")),
                "month_ends": month_ends,
                "officers_x10": _per(_sum(monthly, "officers"), month_ends),
                "daily_x10": _per(_sum(daily, "cases"), _sum(daily, "officers")),
                "days": days,
            }
        )
    return rows


def _sum(rows: pl.DataFrame, name: str) -> int:
    return int(rows[name].sum())


def _per(part: int, whole: int) -> int | None:
    """A quotient in tenths, half-up."""
    return divide_half_up(part * 10, whole) if whole else None


def tenths(value: int | None) -> str:
    return "not known" if value is None else f"{value // 10:,}.{value % 10}"


def _sentence(rows: list[Row], who: str) -> str:
    if not rows:
        return "No cases are known on these days."
    period = rows[-1]["period"]
    of_last = [row for row in rows if row["period"] == period]
    key = "average_x10" if of_last[0]["month_ends"] else "daily_x10"
    when = "at month ends" if key == "average_x10" else "over all days"
    listed = ", ".join(f"{row['grade']} {tenths(row[key])}" for row in of_last)
    over = "the whole period" if period == "all" else period
    return f"Average active cases per officer {when}, {over}: {listed} ({WHO[who]})."


def _notes(who: str, unknown: int) -> tuple[str, ...]:
    said = [
        f"Counted: {WHO[who]}. An officer with several posts is one officer; an officer with posts of two "
        "grades is counted in each with the cases of that grade.",
        "The average at month ends is the cases on the last day with figures of each month divided by the "
        "officers on those days. A month that has not ended is not among them. The average over all days is "
        "the same for every day with figures.",
    ]
    if unknown:
        said.append(
            f"{counted(unknown, 'day is', 'days are')} left out because the archive does not say how many "
            "cases there were."
        )
    return tuple(said)
