"""Sources: which door the given paths belong to."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from wmt.intake.book import open_book
from wmt.intake.codes import Codes
from wmt.intake.faults import Faults, Refusal
from wmt.intake.gathered import Gathered
from wmt.intake.table_file import source_of
from wmt.intake.workbook import gather_books


def gather(
    paths: Sequence[Path],
    codes_at: Callable[[date], Codes],
    faults: Faults,
    share: float,
    progress: Callable[[str, float], None],
) -> Gathered:
    """All tables of the night. Raises Refusal where a file cannot be opened at all."""
    books, sources = [], []
    for path in paths:
        data = read_bytes(path)
        sources.append(source_of(data, path.name))
        books.append(open_book(data, path.name))
        progress(f"opened {path.name}", 0.5)
    night = gather_books(books, codes_at, faults, share)
    night.sources = sources
    return night


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises Refusal when there is none."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refusal("NOT_FOUND", f"{path.name} cannot be opened: {error.strerror}") from error
