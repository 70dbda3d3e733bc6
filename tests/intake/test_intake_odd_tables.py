"""Odd CSV and Parquet files of people's tables: refused by name, or read right."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wmt.intake import read_people_apart, read_people_tables
from wmt.intake.limits import packaged

DAY = date(2026, 3, 1)
TEAM, STAFF = ["N01AAA", "N01BBB"], ["N01A001", "N01A002"]
CSV = "team_code,staff_code,hours\nN01AAA,N01A001,37\nN01BBB,N01A002,18.5\n"
HOURS = {("N01AAA", "N01A001"): 37_000_000, ("N01BBB", "N01A002"): 18_500_000}
REFUSED = "PEOPLE_NOT_A_TABLE"


class Odd(NamedTuple):
    """One kind of file: its name, what is in it, the fault it gives ('' for none) and words of it."""

    name: str
    suffix: str
    make: Callable[[], bytes]
    code: str = ""
    says: str = ""


def parquet(hours: Any = None, more: dict[str, Any] | None = None, **options: Any) -> bytes:
    """The table as Parquet, the column of hours or others given."""
    columns = {"team_code": TEAM, "staff_code": STAFF, "hours": [37.0, 18.5] if hours is None else hours}
    return written(pa.table({**columns, **(more or {})}), **options)


def written(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


def many_rows() -> bytes:
    """Three million rows in some kilobytes: the same row again and again."""
    count = 3_000_000
    texts = [
        pa.DictionaryArray.from_arrays(pa.array([0] * 1, pa.int8()), [word])
        for word in ("N01AAA", "N01A001", "37")
    ]
    chunks = [pa.chunked_array([text.take(pa.array(bytes(count // 10), pa.uint8()))] * 10) for text in texts]
    return written(
        pa.table(dict(zip(("team_code", "staff_code", "hours"), chunks, strict=True))), compression="zstd"
    )


def many_texts() -> bytes:
    """One long text, 20,000 times over, in some kilobytes."""
    text = pa.DictionaryArray.from_arrays(pa.array([0], pa.int8()), ["x" * 30_000])
    column = text.take(pa.array(bytes(20_000), pa.uint8()))
    return written(pa.table({"team_code": column, "staff_code": column, "hours": column}), compression="zstd")


ALL = [
    Odd("plain", "csv", CSV.encode),
    Odd("with a mark", "csv", lambda: b"\xef\xbb\xbf" + CSV.encode()),
    Odd("ends of lines of Windows", "csv", lambda: CSV.replace("\n", "\r\n").encode()),
    Odd("ends of lines of old Macs", "csv", lambda: CSV.replace("\n", "\r").encode()),
    Odd("Excel's 'Unicode text' with commas", "csv", lambda: CSV.encode("utf-16")),
    Odd("quoted cells", "csv", lambda: CSV.replace("N01AAA", '"N01AAA"').encode()),
    Odd("blank lines at the end", "csv", (CSV + "\n\n").encode),
    Odd("blanks around cells", "csv", lambda: CSV.replace("37", "  37 ").encode()),
    Odd("a header in capitals", "csv", lambda: CSV.replace("hours", "HOURS").encode()),
    Odd("semicolons", "csv", lambda: CSV.replace(",", ";").encode(), REFUSED, "semicolons"),
    Odd("tabs", "csv", lambda: CSV.replace(",", "\t").encode(), REFUSED, "tabs"),
    Odd(
        "Latin letters of Windows",
        "csv",
        lambda: CSV.replace("37", "37\xa0").encode("cp1252"),
        REFUSED,
        "encoding",
    ),
    Odd("a quote without its pair", "csv", lambda: CSV.replace("37", '"37').encode(), REFUSED),
    Odd("a row cut short", "csv", lambda: CSV.replace(",37", "").encode(), REFUSED, "row 2"),
    Odd(
        "a column without a header",
        "csv",
        lambda: CSV.replace("hours", "").encode(),
        REFUSED,
        "without a header",
    ),
    Odd("a column twice", "csv", lambda: CSV.replace("hours", "Team_Code ").encode(), REFUSED),
    Odd("nothing", "csv", lambda: b"", REFUSED, "empty"),
    Odd(
        "20,000 columns",
        "csv",
        (",".join(f"c{n}" for n in range(20_000)) + "\n").encode,
        REFUSED,
        "20,000 columns",
    ),
    Odd("300,000 rows", "csv", (CSV + "N01AAA,N01A009,37\n" * 300_000).encode, REFUSED, "rows"),
    Odd("a picture", "csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(400), REFUSED),
    Odd("Parquet", "parquet", parquet),
    Odd("Parquet with decimals", "parquet", lambda: parquet([Decimal("37.00"), Decimal("18.50")])),
    Odd("Parquet with hours as text", "parquet", lambda: parquet(["37", "18.5"])),
    Odd(
        "Parquet with a dictionary", "parquet", lambda: parquet(pa.array(["37", "18.5"]).dictionary_encode())
    ),
    Odd("Parquet with long strings", "parquet", lambda: parquet(pa.array(["37", "18.5"], pa.large_string()))),
    Odd("Parquet by zstd", "parquet", lambda: parquet(compression="zstd")),
    Odd("Parquet by gzip", "parquet", lambda: parquet(compression="gzip")),
    Odd("Parquet in groups of one row", "parquet", lambda: parquet(row_group_size=1)),
    Odd("Parquet of version 1", "parquet", lambda: parquet(version="1.0")),
    Odd("Parquet with a list", "parquet", lambda: parquet([[37.0], [18.5]]), REFUSED, "lists"),
    Odd("Parquet with a struct", "parquet", lambda: parquet([{"a": 1}, {"a": 2}]), REFUSED, "lists"),
    Odd("Parquet with bytes", "parquet", lambda: parquet([b"37", b"18.5"]), REFUSED, "bytes"),
    Odd("Parquet cut short", "parquet", lambda: parquet()[:-20], REFUSED, "no Parquet"),
    Odd("CSV called Parquet", "parquet", CSV.encode, REFUSED, "no Parquet"),
    Odd("Parquet of three million rows", "parquet", many_rows, REFUSED, "3,000,000 rows"),
    Odd("Parquet of 600 MB of text", "parquet", many_texts, REFUSED, "MiB"),
    Odd(
        "Parquet of 2,000 columns",
        "parquet",
        lambda: parquet(more={f"c{n}": [1, 2] for n in range(2_000)}),
        REFUSED,
        "columns",
    ),
]


@pytest.mark.parametrize("case", ALL, ids=[case.name for case in ALL])
def test_an_odd_table_is_refused_by_name_or_read_right(case: Odd) -> None:
    people, faults = read_people_tables([(f"contracted_hours.{case.suffix}", case.make())], DAY)
    refused = [(fault.code, fault.message) for fault in faults.items if fault.severity == "refuse"]
    if case.code:
        assert [code for code, _ in refused] == [case.code], refused
        assert case.says in refused[0][1]
    else:
        assert not refused
        assert people.hours_micro == HOURS


def test_small_files_are_small_and_large_work_is_not_done() -> None:
    """The files that ask for large work are small enough to be sent by anybody."""
    assert len(many_rows()) < 100_000
    assert len(many_texts()) < 100_000


@pytest.mark.process
def test_a_table_is_read_apart_the_same() -> None:
    files = [("contracted_hours.parquet", parquet())]
    people, faults = read_people_apart(files, DAY, limits={"people_input": packaged("people_input")})
    assert not faults.items
    assert people.hours_micro == HOURS
