"""An independent, slow and simple reader of the active cases: what an accepted workbook must say.

It shares no code with the intake: openpyxl opens the file, and the rules are written down again.
"""

import io
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.escape import unescape

SHEET = "wmt_extract_filtered"
PLACES = ("comm", "cust", "licence", "license")


def cleaned(name: Any) -> str:
    """A name without line breaks, hyphens and surrounding spaces, in lower case."""
    text = str(name if name is not None else "")
    for gone in ("\r", "\n", "-", "_x000D_"):
        text = text.replace(gone, "")
    return text.replace("\xa0", " ").strip().lower()


def key_of(value: Any) -> str:
    """A key as text; a whole number is its digits. `_x000D_` is how the file format writes a line break."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else unescape(str(value)).strip()


def is_tier(header: str) -> bool:
    """Whether a cleaned header is one of the counted tier columns of the sixteen-tier scheme."""
    for place in PLACES:
        tier = header.removeprefix(f"{place}tier")
        if tier != header:
            tier = tier.replace("_", "")
            return tier == "0" or (
                len(tier) in (2, 3) and tier[0] in "abcd" and tier[1] in "0123" and tier[2:] in ("", "s")
            )
    return False


def can_open(path: Path) -> bool:
    """Whether openpyxl makes anything of the file: it is strict about attributes it does not know."""
    try:
        openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    except Exception:
        return False
    return True


def active_cases(path: Path) -> dict[tuple[str, str], int]:
    """Active cases of every post that has both keys. Raises ValueError for a cell that is no count."""
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    page = next(page for page in book.worksheets if cleaned(page.title) == SHEET)
    rows = [list(row) for row in page.iter_rows(values_only=True)]
    headers = [cleaned(cell) for cell in rows[0]]
    team, staff = headers.index("team_code"), headers.index("om_key")
    found: dict[tuple[str, str], int] = {}
    for row in rows[1:]:
        post = (key_of(row[team]), key_of(row[staff]))
        if all(post):
            if post in found:
                raise ValueError(f"{post} stands twice")
            found[post] = sum(
                count_of(cell) for cell, header in zip(row, headers, strict=True) if is_tier(header)
            )
    return found


def count_of(value: Any) -> int:
    """A count; blank is none."""
    if value is None or (isinstance(value, str) and not unescape(value).strip()):
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or value < 0:
        raise ValueError(f"{value!r} is no count")
    return int(value)
