"""Why did it move? One unit at two moments: causes that add up to the change, each open to its lines."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

import ibis
import polars as pl

from wmt.facts import Facts, table_of
from wmt.ledger import enums
from wmt.ledger.arithmetic import Moment, percentage_points_x100
from wmt.ledger.compare import Comparison, at_level_sql
from wmt.ledger.engine import DuckDBEngine, Engine, lent, sql_text, unbound
from wmt.ledger.ledger import NAMED_LINE, PLACED_LINE, Ledger
from wmt.ledger.line_matching import KINDS
from wmt.ledger.moves import MOVE, moves_sql
from wmt.ledger.prices import price
from wmt.rules import RuleSet

#: The stream of each post.
POST_STREAM = table_of({"team_code": pl.String, "staff_code": pl.String, "post_stream": pl.String})

#: Ends the name of a column of the moment after, where both stand in one row.
_AFTER = " after"


@dataclass(frozen=True)
class Side:
    """One moment: its facts, the rules they are priced by, and the lines of posts that keep older figures.

    The facts may be those of a part of the nation that holds the unit. Then `held` says who holds the cases
    that came to the unit or left it, wherever in the nation (columns `moves.HELD`). `day` is the day that
    reductions are judged on, where it is not that of the facts. `lines` are those of the facts under the
    rules (columns `NAMED_LINE`) where they are at hand, as in a night's folder. `counted` says that
    references of cases lead to no case of another moment, because personal data were forgotten: cases are
    then compared by how many there are of each kind. `streams` are those of the posts of the lines at hand
    (columns `POST_STREAM`).
    """

    facts: Facts
    rules: RuleSet
    former: pl.DataFrame | None = None
    day: date | None = None
    held: pl.DataFrame | None = None
    lines: pl.DataFrame | None = None
    counted: bool = False
    streams: pl.DataFrame | None = None

    def moment(self, level: str, code: str, stream: str) -> Moment:
        """Points and available points of a unit in a stream, summed over the lines at hand."""
        by_post = self.given().group_by("team_code", "staff_code", "side").agg(pl.col("points_x100").sum())
        lines = placed(by_post, self.facts, self.post_streams).filter(pl.col(f"{level}_code") == code)
        lines = lines if level == "post" else lines.filter(pl.col("post_stream") == stream)
        points = pl.col("points_x100")
        work, time = (points.filter(pl.col("side") == side).sum() for side in ("work", "time"))
        found = lines.select(work.alias("work"), time.alias("time")).row(0)
        return Moment(*found)

    def given(self) -> pl.DataFrame:
        """The lines at hand; none where they have to be worked out."""
        return NAMED_LINE.to_frame() if self.lines is None else self.lines

    @property
    def post_streams(self) -> pl.DataFrame:
        """The streams of the posts of the lines at hand, where somebody said them (columns `POST_STREAM`)."""
        return POST_STREAM.to_frame() if self.streams is None else self.streams

    def placed(self) -> pl.DataFrame:
        """The lines at hand with the codes of the units above their posts, and the stream of these."""
        return placed(self.given(), self.facts, self.post_streams)

    def store(self, engine: Engine, prefix: str, rules: RuleSet | None = None) -> str:
        """Put the lines under its own rules, or under others, into an engine (`PLACED_LINE`); their name."""
        if rules is None and self.lines is not None:
            name = f"{prefix}given_line"
            engine.put(name, self.placed())
            return name
        ledger = Ledger(
            self.facts,
            rules or self.rules,
            engine=engine,
            prefix=prefix,
            former=self.former,
            day=self.day,
        )
        name = ledger.store_placed_lines()
        if self.counted:
            engine.view(f"{name}_counted", _counted_sql(engine.dialect, name))
            return f"{name}_counted"
        return name

    def as_counted(self) -> "Side":
        """The same moment with cases as counts."""
        of_case = pl.when(pl.col("kind") != "case").then("ref").alias("ref")
        lines = None if self.lines is None else self.lines.with_columns(of_case)
        return replace(self, counted=True, lines=lines, held=None)

    def price(self, engine: Engine, prefix: str) -> None:
        """Put what its rules give for a case and for an hour into an engine."""
        tables = price(self.rules, self.facts.tier_scheme, self.day or self.facts.day).tables
        for name in ("price", "grade_price"):
            engine.put(prefix + name, tables[name])

    def name_of(self, level: str, code: str) -> str | None:
        """The unit's name at this moment; None where there is no such unit."""
        if level == "nation":
            return "England and Wales"
        table = self.facts.post if level == "post" else self.facts.team
        codes = (
            pl.concat_str("team_code", pl.lit(":"), "staff_code")
            if level == "post"
            else pl.col(f"{level}_code")
        )
        names = pl.coalesce("name", "staff_code") if level == "post" else pl.col(f"{level}_name")
        found = table.filter(codes == code).select(names.min()).item() if len(table) else None
        return None if found is None else str(found)


@dataclass(frozen=True)
class UnitMove:
    """One cause of a unit's change. Hundredths of points and of percentage points.

    `percentage_points_x100` is None where one side has no available hours. `lines` is how many moves there
    are, `number` how many cases, reports, contacts … came, went or changed.
    """

    cause: enums.Cause
    points_x100: int
    available_x100: int
    percentage_points_x100: int | None
    lines: int
    number: int

    @property
    def words(self) -> str:
        """The cause as people say it."""
        return self.cause.words


@dataclass(frozen=True)
class Why:
    """How one unit moved between two moments. The causes stand in order of weight and add up exactly.

    `moves` has the columns `MOVE`; the causes are their sums. `name` is None where the unit is at neither
    moment; `was_there` and `is_there` say whether it is at each.
    """

    level: str
    code: str
    stream: str
    name: str | None
    was_there: bool
    is_there: bool
    as_at_before: datetime
    as_at_after: datetime
    before: Moment
    after: Moment
    causes: tuple[UnitMove, ...]
    moves: pl.DataFrame

    def lines_of(self, cause: enums.Cause) -> pl.DataFrame:
        return self.moves.filter(pl.col("cause") == str(cause))


def why(
    before: Side,
    after: Side,
    level: str,
    code: str,
    stream: str = enums.HEADLINE,
    *,
    engine: Engine | None = None,
) -> Why:
    """Why a unit's figures in a stream moved, or those of a post. Raises LedgerError as `prices.price` does.

    Without an engine, one that is kept for few lines, or one of its own.
    """
    unit = _Asked(level, code, stream)
    if _same_word_for_word(before, after):
        standing = before.moment(*unit)
        return _told(before, after, unit, (standing, standing), MOVE.to_frame())
    worked_out = None
    with compared(before, after, engine) as comparison:
        if before.lines is None or after.lines is None:
            worked_out = comparison.moments(*unit)
        moves = comparison.moves(*unit)
    first, last = (
        side.moment(*unit) if worked_out is None else Moment(*worked_out[number])
        for number, side in enumerate((before, after))
    )
    return _told(before, after, unit, (first, last), moves)


class _Asked(NamedTuple):
    level: str
    code: str
    stream: str


def warm_up() -> None:
    """Make the SQL now, so that nobody's first question need wait for it: takes two seconds, once."""
    dialect = DuckDBEngine.dialect
    moves_sql(dialect, "before_", True)
    for level in enums.LEVELS:
        for prefix in ("before_", "after_"):
            at_level_sql(dialect, f"{prefix}given_line", level, True)


def _same_word_for_word(before: Side, after: Side) -> bool:
    """Whether the lines at hand are the same at both moments, so that nothing can have moved."""
    if before.lines is None or after.lines is None or before.rules.key != after.rules.key:
        return False
    words = [name for name in NAMED_LINE if name != "post_no"]
    units = ["team_code", "pdu_code", "region_code"]
    if len(before.lines) != len(after.lines):
        return False
    if not before.facts.team.select(units).equals(after.facts.team.select(units)):
        return False
    if not before.lines.select(words).equals(after.lines.select(words)):
        return False
    return before.placed()["post_stream"].equals(after.placed()["post_stream"], null_equal=True)


def _told(
    before: Side, after: Side, unit: _Asked, moments: tuple[Moment, Moment], moves: pl.DataFrame
) -> Why:
    """What was found, with the unit's name and the causes the moves sum to."""
    first, last = moments
    names = [side.name_of(unit.level, unit.code) for side in (before, after)]
    return Why(
        level=unit.level,
        code=unit.code,
        stream=unit.stream,
        name=names[1] or names[0],
        was_there=names[0] is not None,
        is_there=names[1] is not None,
        as_at_before=before.facts.as_at,
        as_at_after=after.facts.as_at,
        before=first,
        after=last,
        causes=_causes(moves, first, last),
        moves=moves,
    )


@contextmanager
def compared(before: Side, after: Side, engine: Engine | None = None) -> Iterator[Comparison]:
    """Two moments in an engine, ready to be asked why they differ."""
    if before.counted or after.counted:
        before, after = before.as_counted(), after.as_counted()
    # tiers of another scheme have no worth under the rules before; what came of them is then no rule's work
    same_scheme = before.facts.tier_scheme == after.facts.tier_scheme
    has_between = before.rules.key != after.rules.key and same_scheme
    if not has_between and before.lines is not None and after.lines is not None:
        before, after = _where_they_differ(before, after)
    with _engine_for((before, after), engine) as using:
        tables = [before.store(using, "before_")]
        if has_between:
            tables.append(after.store(using, "between_", before.rules))
        tables.append(after.store(using, "after_"))
        before.price(using, "before_")
        held = None
        if before.held is not None and after.held is not None:
            held = (before.held, after.held)
        yield Comparison(using, tables, prefix="before_", held=held)


@cache
def _counted_sql(dialect: str, name: str) -> str:
    """Placed lines whose cases have no references."""
    lines = unbound(name, PLACED_LINE)
    return sql_text(
        lines.mutate(ref=ibis.ifelse(lines.kind == "case", ibis.null("string"), lines.ref)), dialect
    )


def _where_they_differ(before: Side, after: Side) -> tuple[Side, Side]:
    """Both sides without the lines that say the same word for word: they move nothing.

    A contact stays with its other half, and what a post has of time stays together: what became of the one
    is told by the other.
    """
    crossing = pl.Series(dtype=pl.String)
    if before.streams is not None and after.streams is not None:
        crossing = before.streams.join(after.streams, on=POST_STREAM.names(), how="anti")["staff_code"]
    # whoever changes their stream takes every line along
    takes_all = pl.col("staff_code").is_in(crossing.implode())
    matters = pl.col("kind").is_in(KINDS) | takes_all
    sides = [side.given().filter(matters).with_row_index("row") for side in (before, after)]
    keys = [_keys(lines, pl.col("ref").is_not_null() & ~takes_all) for lines in sides]
    same = keys[0].join(keys[1], on=["is_of", "says"], suffix=_AFTER)
    is_same = [pl.col("row").is_in(same[name].implode()) for name in ("row", "row" + _AFTER)]
    moved = pl.concat(lines.filter(~same) for lines, same in zip(sides, is_same, strict=True))
    is_contact, is_time = pl.col("kind") == "contact", pl.col("side") == "time"
    contacts, timed = moved.filter(is_contact)["ref"], moved.filter(is_time)["staff_code"]
    beside = is_contact & pl.col("ref").is_in(contacts.implode())
    beside |= is_time & pl.col("staff_code").is_in(timed.implode())
    rest = [lines.filter(~same | beside).drop("row") for lines, same in zip(sides, is_same, strict=True)]
    return replace(before, lines=rest[0]), replace(after, lines=rest[1])


def _keys(lines: pl.DataFrame, wanted: pl.Expr) -> pl.DataFrame:
    """What a line is of and all that it says, as two numbers of 64 bits; of lines that stand once.

    Of what stands twice at a post, how often it does is a difference too.
    """
    is_of = pl.struct("kind", "team_code", "staff_code", "ref").hash()
    says = lines.drop("row", "post_no").hash_rows()
    keys = lines.select("row", is_of=is_of, says=says, is_wanted=wanted)
    return keys.filter(pl.col("is_of").is_unique() & pl.col("is_wanted"))


def placed(lines: pl.DataFrame, facts: Facts, streams: pl.DataFrame) -> pl.DataFrame:
    """Lines (`NAMED_LINE`, or some columns) with the units above their posts, and their streams: columns
    `PLACED_LINE`, or those of them that are there."""
    units = facts.team.select("team_code", "pdu_code", "region_code")
    found = lines.join(units, on="team_code", how="inner", maintain_order="left")
    post_code = pl.concat_str("team_code", pl.lit(":"), "staff_code")
    found = found.join(streams, on=["team_code", "staff_code"], how="left", maintain_order="left")
    found = found.with_columns(
        post_code=post_code,
        nation_code=pl.lit("nation"),
        post_stream=pl.col("post_stream").fill_null(enums.HEADLINE),
    )
    return found.select(name for name in PLACED_LINE if name in found.columns)


def _causes(moves: pl.DataFrame, first: Moment, last: Moment) -> tuple[UnitMove, ...]:
    """The sums of the moves by cause, the weightiest first."""
    changed = pl.col("quantity_after_micro") - pl.col("quantity_before_micro")
    # what stayed and changed is one; what is counted in cells comes by the million of millionths
    counted = pl.col("kind").is_in(["case", "report"]) & (changed != 0)
    number = pl.when(counted).then(changed.abs() // 1_000_000).otherwise(1)
    summed = (
        moves.group_by("cause")
        .agg(
            pl.col("points_x100", "available_x100").sum(),
            lines=pl.len().cast(pl.Int64),
            number=number.sum().cast(pl.Int64),
        )
        .sort("cause")
        .to_dicts()
    )
    shares: list[int] | list[None] = percentage_points_x100(first, last, summed) or [None] * len(summed)
    found = [
        UnitMove(
            enums.Cause(row["cause"]),
            row["points_x100"],
            row["available_x100"],
            share,
            row["lines"],
            row["number"],
        )
        for row, share in zip(summed, shares, strict=True)
    ]
    # by percentage points where there are any, else by points of either side
    weight = {moved.cause: abs(moved.points_x100) + abs(moved.available_x100) for moved in found}
    share_of = {moved.cause: moved.percentage_points_x100 for moved in found}
    far = {cause: abs(weight[cause] if share is None else share) for cause, share in share_of.items()}
    return tuple(sorted(found, key=lambda moved: (-far[moved.cause], -weight[moved.cause], moved.cause)))


#: Engines that nobody asks anything at the moment, with their queries planned.
_idle: list[DuckDBEngine] = []


@contextmanager
def _engine_for(sides: Sequence[Side], given: Engine | None) -> Iterator[Engine]:
    """The engine asked for; or one that is kept for few rows; or one of its own, too large to be kept."""
    if given is not None:
        yield given
        return
    tables = [frame for side in sides for frame in (side.given(), *side.facts.tables().values())]
    with lent(_idle, sum(map(len, tables))) as engine:
        yield engine
