"""Tidy tables that an organisation keeps in a database: read where they are, with its cases counted there.

What a row of cases may hold is judged by the intake, one row at a time. Where there are millions, nearly all
are plain: of a person that no flag and no cohort names and who has one row, held by a post, in known words.
Plain rows differ in nothing that is measured but their post and their kind, so the engine counts them; all
others come here one by one and are judged as if they stood in a file.
"""

from collections.abc import Collection
from typing import Any

import ibis
import polars as pl

from wmt.facts import LOCATIONS, TIERS
from wmt.ledger.connections import FILE, EngineError, kind_of
from wmt.ledger.engine import Engine, SparkEngine, sql_text

#: What the cases of a post are counted by, as the table gives it.
KIND = ("location", "tier", "suspended", "stream", "counted_active", "first_16_weeks")
_POST = ("team_code", "staff_code")
_STREAMS = ("standard", "t2a", "omic")
_TRUTHS = ("suspended", "counted_active", "first_16_weeks")
_DAYS = ("allocated_on", "starts_on", "ends_on")
#: Texts that are taken as they stand: a CRN, a code of a post, the number of an event.
_CRN, _CODE, _NUMBER = "^[A-Z][0-9]{6}$", "^[A-Za-z0-9]{1,40}$", "^[0-9]{1,9}$"


class TablesInPlace:
    """The tidy tables of one schema, by the engine that keeps it.

    `place` is the schema's name (`connections.PLACE`), `names` are those of `wanted` that are there. Raises
    EngineError where the schema or one of its tables cannot be read.
    """

    def __init__(self, engine: Engine, place: str, wanted: Collection[str]) -> None:
        self.place, self._engine = place, engine
        before, _, self._schema = place.rpartition(".")
        self._catalogue = FILE if engine.dialect == "duckdb" else before or None
        try:
            self._columns = _columns(engine, place, {name.lower() for name in wanted})
        except Exception as error:  # engines have errors of their own
            raise EngineError(f"the schema {place} cannot be read: {kind_of(error)}") from error
        #: Names as they are written there, by the names that they have here.
        self._written = {name.strip().lower(): name for name in self._columns}
        self.names = frozenset(self._written)

    def rows(self, table: str) -> pl.DataFrame:
        """All rows of a table, as the engine gives them."""
        return self._asked(self._table(table))

    def cases(self, scheme: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The rows of `case` that are not plain, as they are; and the plain ones counted in `cases`, by post
        and `KIND` (columns that the table has)."""
        case = self._table("case")
        plain = _plain(case, scheme)
        if plain is None:
            return self._asked(case), pl.DataFrame()
        keyed = case.mutate(crn=_crn(case.case_ref), is_plain=plain.fill_null(False))
        told = keyed.left_join(self._told_of(keyed), [("crn", "told_of")])
        counts = told.is_plain & told.told_of.isnull()
        kinds = [name for name in (*_POST, *KIND) if name in case.columns]
        rest = told.filter(counts)
        counted = rest.group_by(kinds).aggregate(cases=rest.count().cast("int64"))
        return self._asked(told.filter(~counts).select(*case.columns)), self._asked(counted)

    def _told_of(self, keyed: Any) -> Any:
        """CRNs of which more is told than one row of `case`: column `told_of`, each once."""
        times = keyed.group_by("crn").aggregate(times=keyed.count())
        several = times.filter(times.times > 1).select(told_of="crn")
        others = (self._table(name) for name in ("case_flag", "case_cohort") if name in self.names)
        marked = [
            table.select(told_of=_crn(table.case_ref)) for table in others if "case_ref" in table.columns
        ]
        return ibis.union(several, *marked, distinct=True) if marked else several

    def _table(self, name: str) -> Any:
        written = self._written[name]
        schema = ibis.schema(self._columns[written])
        table = ibis.table(schema, name=written, catalog=self._catalogue, database=self._schema)
        plain = {column.strip().lower(): column for column in table.columns}
        if len(plain) < len(table.columns):
            raise EngineError(f"{self.place}.{written} has a column twice, in capitals and in small letters")
        return table.rename({to: column for to, column in plain.items() if to != column})

    def _asked(self, expression: Any) -> pl.DataFrame:
        try:
            found = self._engine.run(sql_text(expression, self._engine.dialect))
        except Exception as error:  # engines have errors of their own
            raise EngineError(f"the tables of {self.place} cannot be read: {kind_of(error)}") from error
        # what only the driver knows, such as a UUID, is read as it is written
        objects = [name for name, kind in found.schema.items() if kind == pl.Object]
        return found.with_columns(_texts_of(found[name]) for name in objects)


def _texts_of(objects: pl.Series) -> pl.Series:
    texts = [None if value is None else str(value) for value in objects]
    return pl.Series(objects.name, texts, dtype=pl.String)


def _crn(case_ref: Any) -> Any:
    """What all ways of writing a CRN have in common, whatever blanks or signs stand in it."""
    return case_ref.cast("string").re_replace("[^A-Za-z0-9]", "").upper()


def _columns(engine: Engine, place: str, wanted: Collection[str]) -> dict[str, dict[str, str]]:
    """Those tables of a schema that are wanted, and of each its columns with their kinds, in order."""
    listed: dict[str, dict[str, str]] = {}
    if isinstance(engine, SparkEngine):
        # views of the session have no schema, and stand in this list all the same
        shown = engine.run(f"SHOW TABLES IN {place}").filter(~pl.col("isTemporary"))["tableName"]
        for name in sorted(name for name in shown if name.strip().lower() in wanted):
            told = engine.columns(f"{place}.`{name}`")
            listed[name] = {column: _kind(kind) for column, kind in told.items()}
        return listed
    for name, column, kind in engine.run(_LISTED[engine.dialect].format(place=place, file=FILE)).iter_rows():
        if name.strip().lower() in wanted:
            listed.setdefault(name, {})[column] = _kind(kind)
    return listed


#: Every column of a schema by its table, in order. Only PostgreSQL's own catalogue has materialised views.
_LISTED = {
    "duckdb": """SELECT table_name, column_name, lower(data_type) FROM information_schema.columns
        WHERE table_catalog = '{file}' AND table_schema = '{place}' ORDER BY table_name, ordinal_position""",
    "postgres": """SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = '{place}' AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND a.attnum > 0
        AND NOT a.attisdropped ORDER BY c.relname, a.attnum""",
}
#: What columns are for an expression. Nothing is asked of others than that they are handed over.
_KINDS = {"boolean": "boolean", "date": "date"}
_TEXTS = ("string", "text", "varchar", "character")


def _kind(kind: str) -> str:
    return "string" if kind.startswith(_TEXTS) else _KINDS.get(kind, "int64")


def _is(text: Any, pattern: str) -> Any:
    """Whether a text is wholly of a form: for Spark, the end of a line is an end too."""
    return text.re_search(pattern) & ~text.contains("\n")


def _plain(case: Any, scheme: str) -> Any:
    """Whether a row holds only what the intake takes as it stands; None where no row of the table can."""
    kinds = dict(case.schema().items())
    needed = {"case_ref", *_POST, "location", "tier", "counted_active"}
    texts = {"case_ref", *_POST, "location", "tier", *({"stream"} & set(kinds))}
    days = [kinds[name] for name in _DAYS if name in kinds]
    truths = [kinds[name] for name in _TRUTHS if name in kinds]
    if not needed <= set(kinds) or not all(kinds[name].is_string() for name in texts):
        return None
    if not all(kind.is_date() for kind in days) or not all(kind.is_boolean() for kind in truths):
        return None
    tiers = [*TIERS[scheme], *(f"{tier}S" for tier in TIERS[scheme][1:])]
    tests = [
        _is(case.case_ref, _CRN),
        *(_is(case[name], _CODE) for name in _POST),
        case.location.isin(list(LOCATIONS)),
        case.tier.isin(tiers),
    ]
    ordinary = ibis.literal(True)
    if "stream" in kinds:
        tests.append(case.stream.fill_null("standard").isin(list(_STREAMS)))
        ordinary = case.stream.fill_null("standard") == "standard"
    tests.append(case.counted_active.notnull() | ~ordinary)
    if "event_no" in kinds:
        number = case.event_no.cast("string")
        tests.append(number.isnull() | _is(number, _NUMBER))
    whole = tests[0]
    for test in tests[1:]:
        whole &= test
    return whole
