"""Working a night out again from its own folder."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from wmt.ledger import Ledger
from wmt.nights.folder import Night, sha256
from wmt.nights.write import results, write_table


@dataclass(frozen=True)
class Recomputed:
    """What came of it: files damaged since they were written, and result files whose bytes differ."""

    damaged: list[str]
    differing: list[str]
    files: int

    @property
    def same(self) -> bool:
        """Whether the night is whole and gives the same bytes."""
        return not self.damaged and not self.differing


def recompute(night: Night) -> Recomputed:
    """Make the results again from facts and rules in the folder and compare them byte by byte.

    Raises NightError when a table cannot be read at all.
    """
    damaged = night.damage()
    ledger = Ledger(night.facts(), night.rules(), former=night.former())
    differing, count = [], 0
    with tempfile.TemporaryDirectory() as scratch:
        for name, frame in results(ledger).items():
            again = Path(scratch) / f"{name.replace('/', '-')}.parquet"
            write_table(frame, again)
            count += 1
            if night.manifest.files.get(f"{name}.parquet") != sha256(again):
                differing.append(f"{name}.parquet")
    return Recomputed(damaged, differing, count)
