"""Ten million cases in tidy tables that stay where they are: counted and measured by DuckDB and by Spark."""

import os
import shutil
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl
import psutil

TIMES = 40
_MANIFEST = "'2026-11-20T18:30:00' AS as_at, 'pc16' AS tier_scheme, 'complete' AS case_list"
#: What a Spark on one machine needs so that tables are there for the next session too.
_SPARK = """spark.sql.catalogImplementation hive
spark.driver.memory 6g
spark.sql.warehouse.dir {folder}/warehouse
spark.hadoop.javax.jdo.option.ConnectionURL jdbc:derby:;databaseName={folder}/metastore;create=true
spark.driver.extraJavaOptions -Dderby.stream.error.file={folder}/derby.log
"""


class InPlace(NamedTuple):
    """One engine: seconds of the whole command, the most memory of all its processes in MiB, its figures."""

    name: str
    seconds: float
    peak_mib: float
    figures: str


def in_place(night: Path, times: int = TIMES) -> Iterator[tuple[int, InPlace]]:
    """`wmt measure --tables` of the national night with so many times its cases, each engine in its process.

    Yields the number of cases with what was measured.
    """
    with tempfile.TemporaryDirectory() as made:
        folder, people = Path(made), (night / "people").resolve()
        cases = _tables(night / "tidy", folder / "tables", times)
        (folder / "spark-defaults.conf").write_text(_SPARK.format(folder=folder))
        for name, connection in (("duckdb", _duckdb_file(folder)), ("spark", "local[2]")):
            if name == "spark":
                if not shutil.which("java"):
                    return
                subprocess.run([sys.executable, "-c", _CATALOGUE], cwd=folder, env=_spark(folder), check=True)
            out = folder / f"{name}.csv"
            schema = "main" if name == "duckdb" else "extract"
            where = ["--engine", name, "--connection", connection, "--tables", schema]
            ran = _watched(["measure", *where, "--people", str(people), "--out", str(out)], folder)
            yield cases, InPlace(name, *ran, sha256(out.read_bytes()).hexdigest())


def _tables(tidy: Path, folder: Path, times: int) -> int:
    """The night's tables as Parquet, with every case so many times over under CRNs of its own."""
    folder.mkdir()
    for file in tidy.glob("*.parquet"):
        if file.stem not in ("case", "case_flag"):
            shutil.copy(file, folder)
    cases, flags = (pl.read_parquet(tidy / f"{name}.parquet") for name in ("case", "case_flag"))
    numbers = cases.select("case_ref").unique(maintain_order=True).with_row_index("number")
    letters = pl.Series(list(string.ascii_uppercase))
    for name, frame in (("case", cases), ("case_flag", flags)):
        numbered = frame.join(numbers, on="case_ref", how="inner", maintain_order="left")
        (folder / name).mkdir()
        for time_over in range(times):
            at = pl.col("number").cast(pl.Int64) + time_over * len(numbers)
            letter = (at // 1_000_000).map_batches(letters.gather, return_dtype=pl.String)
            crn = letter + (at % 1_000_000).cast(pl.String).str.zfill(6)
            numbered.with_columns(case_ref=crn).drop("number").write_parquet(
                folder / name / f"{time_over:02}.parquet"
            )
    return len(cases) * times


def _paths(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((folder / "tables").iterdir()):
        yield path.stem, f"{path}/*.parquet" if path.is_dir() else str(path)


def _duckdb_file(folder: Path) -> str:
    file = folder / "tables.duckdb"
    with duckdb.connect(str(file)) as made:
        for name, path in _paths(folder):
            made.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{path}')")
        made.execute(f"CREATE VIEW manifest AS SELECT {_MANIFEST}")
    return str(file)


#: Run in a process of its own: tables over the files, that the session measured finds in its catalogue.
_CATALOGUE = f"""
from pathlib import Path
from pyspark.sql import SparkSession
session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
session.sql("CREATE DATABASE extract")
for path in sorted(Path("tables").iterdir()):
    session.sql(f"CREATE TABLE extract.`{{path.stem}}` USING parquet LOCATION '{{path.resolve()}}'")
session.sql("CREATE VIEW extract.manifest AS SELECT " + {_MANIFEST!r})
session.stop()
"""


def _spark(folder: Path) -> dict[str, str]:
    return {**os.environ, "SPARK_CONF_DIR": str(folder)}


def _watched(arguments: list[str], folder: Path) -> tuple[float, float]:
    """Seconds of a `wmt` command, and the most memory that it and all it started held together, in MiB."""
    start, most = time.perf_counter(), 0.0
    command = [sys.executable, "-m", "wmt", *arguments]
    child = psutil.Popen(command, cwd=folder, env=_spark(folder), stdout=subprocess.DEVNULL)
    while child.poll() is None:
        held = 0
        for process in (child, *child.children(recursive=True)):
            try:
                held += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        most = max(most, held / 2**20)
        time.sleep(0.2)
    if child.returncode:
        raise RuntimeError(f"wmt {' '.join(arguments)} ended with {child.returncode}")
    return time.perf_counter() - start, most


def in_place_part(night: Path, times: int = TIMES) -> Iterator[str]:
    """The table for the page."""
    runs = list(in_place(night, times))
    yield "## Ten million cases, read where they are\n"
    yield f"`wmt measure --tables`: {runs[0][0]:,} rows of cases in Parquet, of the nation’s posts,"
    yield "in a fresh process each, from its start to the file of figures. Memory is of all its processes.\n"
    yield "| engine | time | peak memory | same bytes as DuckDB |"
    yield "|---|---:|---:|---|"
    for _, run in runs:
        same = "yes" if run.figures == runs[0][1].figures else "NO"
        yield f"| {run.name} | {run.seconds:.0f} s | {run.peak_mib:,.0f} MiB | {same} |"
    if len(runs) == 1:
        yield "\nSpark was left out: there is no Java on this machine."
    yield ""
