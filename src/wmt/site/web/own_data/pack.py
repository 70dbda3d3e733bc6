"""The file: a folder of tables and a document to print, as one ZIP that a job makes."""

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import IO, Any

from django.template.loader import render_to_string

from wmt import outfiles
from wmt.site.web.own_data.held import HeldTable

#: The same file every time it is made of the same: ZIP has no times before this.
_WHEN = (1980, 1, 1, 0, 0, 0)


def write_zip(out: IO[bytes], tables: Sequence[HeldTable], about: Sequence[tuple[str, str]]) -> int:
    """Writes `about.txt`, `document.html` and a CSV for each table; how many rows they have together."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        _add(packed, "about.txt", "\r\n".join(f"{what}: {said}" for what, said in about) + "\r\n")
        document = render_to_string("own_data/document.jinja", {"tables": tables, "about": about})
        _add(packed, "document.html", document)
        for table in tables:
            _add(packed, f"{table.name}.csv", _csv(table))
    return sum(len(table.rows) for table in tables)


def _add(packed: zipfile.ZipFile, name: str, text: str) -> None:
    packed.writestr(zipfile.ZipInfo(name, _WHEN), text.encode(), zipfile.ZIP_DEFLATED)


def _csv(table: HeldTable) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    return outfiles.neutral(value) if isinstance(value, str) else value
