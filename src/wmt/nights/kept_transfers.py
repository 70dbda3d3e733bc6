"""The transfers of cases that a night was worked out with: kept among its input tables."""

from wmt.allocation.transfers import CaseTransfer
from wmt.nights.folder import Night

#: The name of their table.
TRANSFERS = "case_transfer"


def kept_transfers(night: Night) -> list[CaseTransfer]:
    """In their order; none where the night has none, or its personal data were forgotten."""
    name = f"input/{TRANSFERS}"
    if f"{name}.parquet" not in night.manifest.files:
        return []
    rows = night.table(name).rename({"case_ref": "ref"}).iter_rows(named=True)
    return [CaseTransfer(**row) for row in rows]
