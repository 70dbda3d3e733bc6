"""Door C: tidy tables that stay in a database, checked like those of a folder, with most cases counted there.

The manifest is a table of one row, with the values that `manifest.json` has beside its list of files.
"""

from typing import Protocol

import polars as pl

from wmt.intake import staging, tidy, tidy_tables
from wmt.intake.cells import clean_name, tidy_texts
from wmt.intake.faults import Faults, ReadingStopped
from wmt.intake.manifest import FORMAT, TidyManifest, manifest_of
from wmt.intake.model import SheetCount

MANIFEST = "manifest"
#: All tables that are looked for.
WANTED = (MANIFEST, *tidy_tables.TABLES)


class ReadableTables(Protocol):
    """Tidy tables somewhere: `place` is where, in words, `names` those there are."""

    place: str
    names: frozenset[str]

    def rows(self, table: str) -> pl.DataFrame:
        """All rows of a table."""

    def cases(self, scheme: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The rows of `case` that must be looked at one by one; and the others, counted in `cases`."""


def gather_in_place(source: ReadableTables, faults: Faults) -> staging.Gathered:
    """All tables of a night, from where they are kept. Raises Refusal where its manifest is none."""
    manifest = _manifest(source, faults)
    night = tidy.night_of(manifest, f"{source.place}.{MANIFEST}", faults)
    names = [name for name in tidy_tables.TABLES if name in source.names]
    tidy.check_tables(names, night.complete_cases, faults)
    tables: dict[str, pl.DataFrame] = {}
    for name in names:
        if name == "case" and night.complete_cases:
            tables[name], rows = _cases(source, manifest.tier_scheme, faults)
        else:
            read = _tidied(source.rows(name))
            tables[name], rows = _kept(name, read, manifest.tier_scheme, faults), len(read)
        night.sheets[name] = SheetCount(rows, 0)
    tidy.fill(night, tables, faults)
    return night


def _manifest(source: ReadableTables, faults: Faults) -> TidyManifest:
    place = f"{source.place}.{MANIFEST}"
    if MANIFEST not in source.names:
        what = f"there is no table {place} that can be read"
        raise ReadingStopped("MANIFEST_MISSING", what, sheet=MANIFEST)
    rows = source.rows(MANIFEST)
    if len(rows) != 1:
        raise ReadingStopped("MANIFEST_BAD", f"{place} has {len(rows)} rows; it needs one", sheet=MANIFEST)
    written = {name: None if value is None else str(value) for name, value in rows.row(0, named=True).items()}
    return manifest_of({"format": FORMAT, **written, "tables": []}, place, faults)


def _cases(source: ReadableTables, scheme: str, faults: Faults) -> tuple[pl.DataFrame, int]:
    """The cases, and how many rows the table has."""
    named, counted = (_tidied(frame) for frame in source.cases(scheme))
    alone = _kept("case", named, scheme, faults)
    if counted.is_empty():
        return alone, len(named)
    # the rules ask for a reference; these rows have none, and no fault: they hold what was asked for
    stood_for = counted["cases"].cast(pl.Int64)
    numbered = counted.drop("cases").with_columns(case_ref=pl.int_range(pl.len()).cast(pl.String))
    together = tidy.kept_rows("case", numbered, scheme, faults)
    together = together.with_columns(case_ref=pl.lit(None, dtype=pl.String), cases=stood_for)
    return pl.concat([alone, together], how="diagonal"), len(named) + int(stood_for.sum())


def _kept(name: str, read: pl.DataFrame, scheme: str, faults: Faults) -> pl.DataFrame:
    keys = [key for key in tidy_tables.TABLES[name].primary_key() if key in read.columns]
    keys = keys or [name for name in read.columns if name.endswith("_id")][:1] or read.columns[:1]
    # as many ways of asking give the rows in as many orders
    read = read.sort(keys, nulls_last=True)
    return tidy.kept_rows(name, read, scheme, faults, keys=tuple(keys))


def _tidied(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows as those of a file: blank ones left out, texts as a reader sees them."""
    frame = tidy_texts(frame.rename({name: clean_name(name) for name in frame.columns}))
    return frame.filter(~pl.all_horizontal(pl.all().is_null())) if frame.width else frame
