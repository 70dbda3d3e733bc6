"""Reading a workbook that must be accepted, and looking at the facts it gave."""

from pathlib import Path
from typing import Any

import polars as pl
from intake_books import Book

from wmt.facts import Facts, kinds
from wmt.intake import Import, read


def result_of(book: Book, folder: Path, **options: Any) -> Import:
    result = read([book.write(folder / "extract.xlsx")], **options)
    assert result.accepted, [fault.message for fault in result.faults]
    return result


def facts_of(book: Book, folder: Path, **options: Any) -> Facts:
    facts = result_of(book, folder, **options).facts
    assert facts is not None
    return facts


def rows(facts: Facts, table: str, post: str | None = None) -> list[dict[str, Any]]:
    """Rows of a table with the post written TEAM:STAFF, of one post or of all."""
    names = facts.post.select("post_no", post=pl.col("team_code") + ":" + pl.col("staff_code"))
    frame = facts.table(table)
    if "post" not in frame.columns and "team_code" not in frame.columns:
        frame = frame.join(names, on="post_no", how="left", maintain_order="left").drop("post_no")
    else:
        frame = frame.with_columns(post=pl.col("team_code") + ":" + pl.col("staff_code"))
    return [row for row in frame.iter_rows(named=True) if post in (None, row["post"])]


def cases(facts: Facts, post: str) -> dict[tuple[str, str, str, int, str], int]:
    """Cases of a post by stream, location, tier, suspended and status."""
    numbers = {kind.kind_no: tuple(kind[1:]) for kind in kinds(facts.tier_scheme)}
    found: dict[Any, int] = {}
    for row in rows(facts, "caseload", post):
        found[numbers[row["kind_no"]]] = found.get(numbers[row["kind_no"]], 0) + row["cases"]
    return found
