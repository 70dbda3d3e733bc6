"""The worlds of all situations, and what each calculator makes of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from itertools import chain

import polars as pl

from reference import Reference
from spec.figures import Seen, of_ledger, of_reference, read
from spec.phrases import Writer
from spec.reading import FOLDER, Expectation, Key, Situation, Total, pages
from wmt import rules
from wmt.facts import Facts
from wmt.ledger import LEVELS, Ledger
from wmt.ledger.engine import DuckDBEngine, Engine
from worlds import World


def situations() -> Iterator[Situation]:
    """All situations of all pages."""
    return chain.from_iterable(table.situations for page in pages() for table in page.tables)


@cache
def keys() -> tuple[Key, ...]:
    """Every world that the specs need, in order of first use."""
    return tuple(dict.fromkeys(situation.key for situation in situations()))


@cache
def facts(key: Key) -> Facts:
    """All posts of one world."""
    writer = Writer(World(datetime.combine(key.as_at, time(18, 30)), key.tier_scheme))
    members = [situation for situation in situations() if situation.key == key]
    for situation in members:
        writer.post(situation)
    for situation in members:
        writer.work(situation)
    return writer.world.facts()


@cache
def ruleset(key: Key) -> rules.RuleSet:
    """The rules of one world."""
    overlays = [rules.load_overlay(FOLDER / key.overlay, rules.load())] if key.overlay else []
    return rules.load().at(key.rules_of, overlays)


@dataclass(frozen=True)
class Measured:
    """One world, measured by the ledger on one engine."""

    totals: pl.DataFrame
    lines: pl.DataFrame

    def post(self, code: str) -> Seen:
        return of_ledger(self._row("post", code), _of_post(self.lines, code))

    def total(self, total: Total) -> Seen:
        """A unit as the ledger has it; a person, who is no unit of the ledger, as the sum of their posts."""
        if total.of != "person":
            return of_ledger(self._row(total.of.lower(), _unit_code(total), total.stream))
        posts = self.totals.filter((pl.col("level") == "post") & (pl.col("staff_code") == total.team))
        number_columns = [name for name, dtype in posts.schema.items() if dtype == pl.Int64]
        return of_ledger(posts.select(pl.col(number_columns).sum()).row(0, named=True))

    def _row(self, level: str, code: str, stream: str | None = None) -> dict[str, object]:
        found = self.totals.filter((pl.col("level") == level) & (pl.col("code") == code))
        if stream is not None:
            found = found.filter(pl.col("stream") == stream)
        assert found.height == 1, (level, code, found)
        return found.row(0, named=True)


def _unit_code(total: Total) -> str:
    return f"{total.team}PDU" if total.of == "PDU" else total.team


def _of_post(lines: pl.DataFrame, code: str) -> pl.DataFrame:
    team, _, staff = code.partition(":")
    return lines.filter((pl.col("team_code") == team) & (pl.col("staff_code") == staff))


def measured(key: Key, engine: Engine) -> Measured:
    """One world on one engine."""
    ledger = Ledger(facts(key), ruleset(key), engine=engine)
    return Measured(ledger.totals(LEVELS if key in _summed() else ["post"]), ledger.lines())


@cache
def _summed() -> frozenset[Key]:
    """Worlds of which some table asks a total; the others need no units above the posts."""
    return frozenset(total.key for page in pages() for table in page.tables for total in table.totals)


@cache
def on_duckdb(key: Key) -> Measured:
    """One world on DuckDB, kept for all the tables that speak of it."""
    return measured(key, DuckDBEngine())


class ByReference:
    """One world, by the reference calculator."""

    def __init__(self, key: Key) -> None:
        self._reference = Reference(facts(key), ruleset(key))

    def post(self, code: str) -> Seen:
        (post,) = (row for row in self._posts() if f"{row['team_code']}:{row['staff_code']}" == code)
        return self._sum([post], self._stream(post))

    def total(self, total: Total) -> Seen:
        column = {"team": "team_code", "person": "staff_code"}.get(total.of, "team_code")
        exact = total.of in ("team", "person")
        start = "" if total.of == "nation" else total.team
        found = [
            row
            for row in self._posts()
            if (row[column] == total.team if exact else row[column].startswith(start))
        ]
        if total.of != "person":
            found = [row for row in found if self._stream(row) == total.stream]
        return self._sum(found, None if total.of == "person" else total.stream)

    def _stream(self, post: dict[str, object]) -> str:
        return self._reference.stream(int(str(post["post_no"])))

    def _posts(self) -> list[dict[str, object]]:
        return self._reference.rows["post"]

    def _sum(self, posts: Iterable[dict[str, object]], stream: str | None) -> Seen:
        figures = [self._reference.figures(int(str(post["post_no"]))) for post in posts]
        return of_reference(figures, stream)


@cache
def by_reference(key: Key) -> ByReference:
    """One world by the reference calculator, kept for all the tables that speak of it."""
    return ByReference(key)


def differences(of: Iterable[Situation | Total], calculator: Measured | ByReference) -> list[str]:
    """Every cell that reads otherwise than it says, each as a sentence."""
    return [wrong for one in of for wrong in _differences(one, calculator)]


def _differences(one: Situation | Total, calculator: Measured | ByReference) -> Iterator[str]:
    seen = calculator.post(one.code) if isinstance(one, Situation) else calculator.total(one)
    for cell in one.expected:
        found = read(seen, cell.shows)
        if found is not None and found != cell.text:
            yield _said(cell, found)


def _said(cell: Expectation, found: str) -> str:
    return f"{cell.place}: the spec says {cell.text}, the calculator {found}"
