"""Archives from files: tables in our own columns, or the daily archive that the incumbent tool exports."""

import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from wmt.days import RANGES, why_not
from wmt.facts.csv_text import CsvError, read_csv
from wmt.history.archive import KEYS
from wmt.history.figures import FIGURE, FOUND_STREAM, SUMMED
from wmt.history.index import HistoryError
from wmt.history.nobody import unclear_names
from wmt.ledger import LEVELS, STREAMS

NEEDED = ("day", "level", "code", "points_x100", "available_x100")

#: The incumbent's daily archive: its column, ours, and by what its number becomes ours.
_DAILY_NUMBERS = {
    "Total Cases": ("cases", 1),
    "Total Points": ("points_x100", 100),
    "Available Points": ("available_x100", 100),
    "Contracted Hours": ("contracted_hours_micro", 1_000_000),
    "Reductions": ("reduction_hours_micro", 1_000_000),
    "CMS Points": ("contacts_x100", 100),
}
_DAILY_NEEDED = (
    "Workload Date",
    "Region",
    "PDU",
    "Team",
    "Offender Manager",
    "Total Points",
    "Available Points",
)
_NUMBER = pl.Decimal(30, 6)
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")
#: Heads that the incumbent's exports write in full, and what it writes where a legacy row has no figure.
_ALSO = {"Probation Delivery Unit": "PDU", "Team Name": "Team", "Region Name": "Region"}
_NOTHING = "N/A"


@dataclass(frozen=True)
class KnownUnits:
    """Codes of units by their names, from a night that has both: the incumbent's archive has names alone."""

    units: Mapping[tuple[str, str], str]
    staff: Mapping[tuple[str, str], str]
    key: bytes = b""
    words: Collection[str] = ()

    @classmethod
    def of(cls, totals: pl.DataFrame | None, key: bytes = b"", words: Collection[str] = ()) -> "KnownUnits":
        """Names that mean one unit only. None: nothing is known, and names of units stand for their codes.

        Staff who are not known get a code made from the name with a `key` of this installation: the same
        each time, and no name is left in it when names are forgotten. `words` are those of names that are
        nobody's: such a name is never taken for somebody's of today, nor for the same one in two teams.
        """
        if totals is None:
            return cls({}, {}, key, words)
        units = totals.filter(pl.col("level") != "post").unique(["level", "name"], keep="none")
        posts = totals.filter(pl.col("level") == "post").unique(["team_code", "name"], keep="none")
        return cls(
            {(level, name): code for level, name, code in units.select("level", "name", "code").iter_rows()},
            {
                (team, name): staff
                for team, name, staff in posts.select("team_code", "name", "staff_code").iter_rows()
            },
            key,
            words,
        )

    def staff_codes(self, teams: Iterable[str], names: Sequence[str]) -> list[str]:
        """The codes of people in their teams, known or made."""
        unclear = unclear_names(names, self.words)
        return [
            self._made(f"{team}:{name}")
            if name in unclear
            else self.staff.get((team, name)) or self._made(name)
            for team, name in zip(teams, names, strict=True)
        ]

    def _made(self, name: str) -> str:
        return "~" + hmac.digest(self.key, name.encode(), "sha256").hex()[:12]


def read_figures(path: Path, known: KnownUnits, last_day: date | None = None) -> pl.DataFrame:
    """The figures of a file (columns `FIGURE`). Raises HistoryError naming row, column and remedy.

    `last_day` is the last day that figures may be of; without one, any within reason.
    """
    table = _Table(path, _text(path), last_day)
    found = _daily(table, known) if "Workload Date" in table.frame.columns else _own(table)
    apart = pl.when(pl.col("level") == "post").then(pl.lit("")).otherwise(FOUND_STREAM)
    repeated = found.select(pl.struct(*KEYS, apart).is_duplicated()).to_series().arg_true()
    if len(repeated):
        row = found.row(repeated[0], named=True)
        table.refuse(
            repeated[0], "code", f"{row['level']} {row['code']} has two figures on {row['day']}; keep one"
        )
    return found


def _text(path: Path) -> pl.DataFrame:
    """A file's table; of a CSV file all is text."""
    try:
        if path.suffix.lower() == ".parquet":
            return pl.read_parquet(path)
        if path.suffix.lower() == ".csv":
            cells = read_csv(path.read_bytes(), str(path))
            heads = [(cell or "").strip() for cell in cells.row(0)]
            twice = [head for number, head in enumerate(heads) if head in heads[:number]]
            if "" in heads or twice:
                is_twice = twice and twice[0]
                fault = f"has the column {twice[0]} twice" if is_twice else "has a column without a heading"
                raise HistoryError(f"{path} {fault}. Nothing was imported")
            return cells.slice(1).rename(dict(zip(cells.columns, heads, strict=True)))
    except CsvError as error:
        raise HistoryError(f"{error}. Nothing was imported") from None
    except FileNotFoundError:
        raise HistoryError(f"{path} is not there; name the files of the archive") from None
    except (OSError, pl.exceptions.PolarsError) as error:
        raise HistoryError(f"{path} cannot be read as a table ({type(error).__name__})") from error
    raise HistoryError(f"{path}: an archive is a .csv or a .parquet file")


@dataclass(frozen=True)
class _Table:
    """The cells of an archive. Tables of people have another reader (`intake.read_table`, `intake.tidy_cast`
    and dataframely schemas), though both read one form of CSV (`facts.csv_text`):

    - An import ends at its first bad cell. The other reader goes on, confines faults to posts, holds a place
      for each row, and has limits in bytes that are an extract's: an archive has years of rows.
    - Heads are the incumbent's, in capitals; the other reader folds them, and errors would name others.
    - Numbers come as '1,234.5', '98.2%' or Parquet integers and become whole hundredths or millionths, exact
      or refused as too fine; days come in three orders. No type of a schema says so: each needs its own cast.
    - Half of the checks go across columns (capacity, grade, a post's code) and cite what was typed, which a
      broken rule of a schema does not know.

    So a schema would stand beside these readings, not in their place.
    """

    path: Path
    frame: pl.DataFrame
    last_day: date | None = None

    def refuse(self, number: int, column: str, why: str) -> None:
        """Raise HistoryError for a row by its number from 0; people count the heading as row 1."""
        raise HistoryError(f"{self.path}, row {number + 2}, column {column}: {why}. Nothing was imported")

    def need(self, columns: Sequence[str]) -> None:
        """Refuse a table without some columns."""
        if lacking := [name for name in columns if name not in self.frame.columns]:
            raise HistoryError(
                f"{self.path} has no column {', '.join(lacking)}; see "
                f"docs/command-line.md for what an archive needs"
            )

    def texts(self, column: str) -> pl.Series:
        """A column trimmed, nothing where it is empty or absent."""
        if column not in self.frame.columns:
            return pl.Series(column, [None] * len(self.frame), dtype=pl.String)
        if self.frame[column].dtype != pl.String:
            return self.frame[column].cast(pl.String)
        text = self.frame[column].str.strip_chars()
        return text.set(text == "", None)

    def numbers(self, column: str, scale: int = 1, *, needed: bool = False) -> pl.Series:
        """A column of numbers as whole numbers of 1/scale."""
        if column in self.frame.columns and self.frame[column].dtype == pl.Int64 and scale == 1:
            whole = self.frame[column]
            self._first(column, whole.is_null() if needed else whole.is_null() & False, "it is empty")
            return whole
        text = self.texts(column)
        plain = text.str.replace_all(",", "").str.strip_suffix("%")
        found = plain.cast(_NUMBER, strict=False)
        wrong = (found.is_null() & text.is_not_null()) | (text.is_null() if needed else False)
        self._first(column, wrong, "'{}' is not a number")
        scaled = (found * scale).cast(_NUMBER)
        whole = scaled.cast(pl.Int64, strict=False)
        self._first(column, whole.cast(_NUMBER) != scaled, f"{{}} is finer than 1/{scale}")
        return whole

    def days(self, column: str) -> pl.Series:
        """A column of days."""
        if column in self.frame.columns and self.frame[column].dtype == pl.Date:
            self._first(column, self.frame[column].is_null(), "it is empty")
            return self._possible(column, self.frame[column])
        text = self.texts(column)
        heads = text.str.slice(0, 10)
        found = pl.Series(column, [None] * len(heads), dtype=pl.Date)
        for form in _DAYS:
            found = found.fill_null(heads.str.to_date(form, strict=False))
        self._first(column, found.is_null(), "'{}' is not a day; write it as 2023-01-06")
        return self._possible(column, found)

    def _possible(self, column: str, days: pl.Series) -> pl.Series:
        """The same days, if each can be so."""
        first, end = RANGES["figure"]
        wrong = (days < first) | (days > min(end, self.last_day or end))
        for place in wrong.arg_true()[:1]:
            self.refuse(place, column, why_not("figure", days[place], self.last_day) or "")
        return days

    def _first(self, column: str, wrong: pl.Series, why: str) -> None:
        """Refuse the first cell that is wrong, if there is one."""
        places = wrong.fill_null(False).arg_true()
        if len(places):
            value = self.texts(column)[places[0]]
            self.refuse(places[0], column, why.format("" if value is None else value))

    def check(self, column: str, wrong: pl.Series, why: str) -> None:
        """Refuse the first row for which something is wrong."""
        self._first(column, wrong, why)


def _own(table: _Table) -> pl.DataFrame:
    """A table in the columns of `FIGURE`; those that are not needed may be left out."""
    table.need(NEEDED)
    columns: dict[str, pl.Series] = {"day": table.days("day")}
    for name, dtype in FIGURE.items():
        if dtype == pl.String:
            columns[name] = table.texts(name) if name == "name" else table.texts(name).fill_null("")
        elif dtype == pl.Int64:
            columns[name] = table.numbers(name, needed=name in NEEDED)
    table.check(
        "level", ~columns["level"].is_in(LEVELS), f"'{{}}' is no level; use one of {', '.join(LEVELS)}"
    )
    streams = columns["stream"]
    named = f"'{{}}' is no stream; use one of {', '.join(STREAMS)}, or nothing for all of them together"
    table.check("stream", ~streams.is_in(["", *STREAMS]), named)
    table.check("code", columns["code"] == "", "it is empty")
    table.check("available_x100", columns["available_x100"] < 0, "{} is below 0")
    post = columns["level"] == "post"
    table.check("grade", ~post & (columns["grade"] != ""), "only posts have a grade; leave it empty here")
    table.check("code", post & ~columns["code"].str.contains(":", literal=True), "'{}' is not TEAM:STAFF")
    return _finished(pl.DataFrame(columns))


def _finished(frame: pl.DataFrame) -> pl.DataFrame:
    """Codes that a post's own code tells, counts of posts, and all columns of `FIGURE`."""
    parts = pl.col("code").str.splitn(":", 2)
    is_post = pl.col("level") == "post"
    frame = frame.with_columns(
        as_at=pl.col("day").cast(pl.Datetime("us")),
        night=pl.lit(""),
        stream=pl.col("stream") if "stream" in frame.columns else pl.lit(""),
        team_code=pl.when(is_post).then(parts.struct.field("field_0")).otherwise("team_code"),
        staff_code=pl.when(is_post).then(parts.struct.field("field_1")).otherwise(pl.lit("")),
        **{name: pl.col(name) if name in frame.columns else pl.lit(None, pl.Int64) for name in SUMMED},
    )
    without = (pl.col("available_x100") == 0).cast(pl.Int64)
    return (
        frame.with_columns(
            posts=pl.when(is_post).then(1).otherwise("posts"),
            posts_without_time=pl.when(is_post).then(without).otherwise("posts_without_time"),
        )
        .select(FIGURE.names())
        .cast(FIGURE)
    )


def _daily(table: _Table, known: KnownUnits) -> pl.DataFrame:
    """The incumbent's daily archive: a row for every post and day, by names."""
    # its heads in their short form, and nothing where it has no figure
    heads = {long: short for long, short in _ALSO.items() if long in table.frame.columns}
    text = pl.col(pl.String)
    shown = pl.when(text.str.strip_chars() != _NOTHING).then(text).name.keep()
    frame = table.frame.rename(heads, strict=False).with_columns(shown)
    table = _Table(table.path, frame, table.last_day)
    table.need(_DAILY_NEEDED)
    columns = {"day": table.days("Workload Date"), "name": table.texts("Offender Manager")}
    table.check("Offender Manager", columns["name"].is_null(), "it is empty")
    for name, (ours, scale) in _DAILY_NUMBERS.items():
        columns[ours] = table.numbers(name, scale, needed=name in _DAILY_NEEDED)
    for level, name in (("region", "Region"), ("pdu", "PDU"), ("team", "Team")):
        named = table.texts(name).fill_null("")
        codes = {each: known.units.get((level, each), each) for each in named.unique()}
        columns[f"{level}_code"] = named.replace_strict(codes, return_dtype=pl.String)
    columns["grade"] = table.texts("Grade").fill_null("")
    _check_capacity(table, columns)
    staff = known.staff_codes(columns["team_code"], columns["name"].to_list())
    frame = pl.DataFrame(columns).with_columns(
        level=pl.lit("post"), staff_code=pl.Series(staff, dtype=pl.String)
    )
    return _finished(
        frame.with_columns(code=pl.col("team_code").str.replace_all(":", " ") + ":" + pl.col("staff_code"))
    )


def _check_capacity(table: _Table, columns: Mapping[str, pl.Series]) -> None:
    """Refuse a row whose points and available points do not give the capacity it states, however rounded.

    Of a post without hours the incumbent states 0%, whatever its points.
    """
    points, available = columns["points_x100"], columns["available_x100"]
    without = columns["contracted_hours_micro"].fill_null(0) == 0
    stated = table.texts("Capacity").str.replace_all(",", "").str.strip_suffix("%")
    table.numbers("Capacity", 1_000_000)
    places = stated.str.extract(r"\.(\d+)$").str.len_chars().fill_null(0)
    given = stated.cast(_NUMBER, strict=False)
    frame = pl.DataFrame({"given": given, "places": places, "points": points, "available": available})
    # both sides in millionths of a per cent times the available points, so that nothing is rounded here
    apart = (
        (pl.col("given") * 1_000_000).cast(pl.Int128) * pl.col("available")
        - pl.col("points").cast(pl.Int128) * 100_000_000
    ).abs()
    step = pl.lit(10, pl.Int64).pow(6 - pl.min_horizontal("places", 6)).cast(pl.Int128) * pl.col("available")
    nothing = without & (given == 0).fill_null(False)
    wrong = (
        ~nothing
        & frame.select(
            (pl.col("available") > 0) & pl.col("given").is_not_null() & (apart >= step)
        ).to_series()
    )
    table.check("Capacity", wrong, "{} is not what Total Points and Available Points give")


def days_of(figures: pl.DataFrame) -> set[date]:
    return set(figures["day"].unique())
