"""The import report, and the checksums of what came in, as plain data."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from wmt.intake import Import
from wmt.nights.folder import sha256


def check_report(taken: Import) -> dict[str, Any]:
    """The import report in the shape of `wmt check --json`."""
    return {
        "accepted": taken.accepted,
        "as_at": taken.as_at.isoformat() if taken.as_at else None,
        "layout": taken.layout,
        "tier_scheme": taken.tier_scheme,
        "sheets": {
            name: {"rows": sheet.rows, "orphan_rows": sheet.orphan_rows}
            for name, sheet in taken.sheets.items()
        },
        "faults": [
            {
                "severity": fault.severity,
                "code": fault.code,
                "sheet": fault.sheet,
                "row": fault.row,
                "column": fault.column,
                "rows": fault.rows,
                "message": fault.message,
            }
            for fault in taken.faults
        ],
        "set_aside": [vars(aside) for aside in taken.set_aside],
    }


def checksums(paths: Sequence[Path]) -> list[str]:
    """The sha256 of every file under the paths, sorted; what cannot be read has none, and reading tells."""
    files = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    found = []
    for file in files:
        with suppress(OSError):
            found += [sha256(file)] if file.is_file() else []
    return sorted(found)
