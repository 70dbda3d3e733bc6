"""The .xlsx door: typed cells by calamine where the XML is plain, else by our own reading of it."""

import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from threading import Lock
from typing import Any

from python_calamine import CalamineWorkbook

from wmt.intake import limits as policy
from wmt.intake import xlsx_fast_scan, xlsx_parts, xlsx_scan
from wmt.intake.archive import blocks, open_zip, prove
from wmt.intake.grid import Grid
from wmt.intake.xlsx_formats import Formats, formats_of
from wmt.intake.xlsx_texts import shared_texts
from wmt.intake.xml_text import well_formed

#: Below this size, in bytes of XML, a second thread costs more than it gains.
WORTH_A_THREAD = 4_000_000


def read_sheets(data: bytes, name: str, *, shares: bool = False) -> list[Grid]:
    """The worksheets in order. Raises Refusal for anything that is not a sound .xlsx.

    With `shares` a number under a percentage format is a `Share`; every sheet is then read cell by cell.
    """
    archive = open_zip(data, name)
    parts = xlsx_parts.parts_of(archive, name)
    book = _Book(data, name, parts, policy.current(), shares)
    # every other part is whole, although nobody reads it here
    read = {part.member for part in parts.sheets} | {parts.texts}
    for member in archive.namelist():
        if member not in read and member.endswith((".xml", ".rels")):
            well_formed(blocks(archive, member, name), member)
        elif member not in read:
            prove(archive, [member], name)
    _ = book.longest  # the threads both ask for it
    # dealt out to at most two threads, the largest first: calamine frees the lock
    sizes = [part.size for part in parts.sheets]
    dealt: list[list[int]] = [list(range(len(sizes)))]
    if sum(sizes) >= WORTH_A_THREAD:
        dealt = [[], []]
        for place in sorted(range(len(sizes)), key=lambda place: -sizes[place]):
            min(dealt, key=lambda share: sum(sizes[given] for given in share)).append(place)
    with ThreadPoolExecutor(2) as pool:
        readings = [pool.submit(book.read, share) for share in dealt if share]
        grids = {place: grid for reading in readings for place, grid in reading.result().items()}
    return [grids[place] for place in range(len(parts.sheets))]


@dataclass
class _Book:
    """One workbook that is being read."""

    data: bytes
    name: str
    parts: xlsx_parts.WorkbookParts
    limits: policy.InputLimits
    shares: bool
    _common: xlsx_scan.Sheets | None = None
    _lock: Lock = field(default_factory=Lock)

    def read(self, share: Sequence[int]) -> dict[int, Grid]:
        """The sheets of some places. All are looked at first: it guards the fast reader's memory."""
        archive = open_zip(self.data, self.name)
        sheets = {place: self.parts.sheets[place] for place in share}
        seen = {place: self._look(archive, part) for place, part in sheets.items()}
        fast = None
        if any(seen.values()):
            try:
                fast = CalamineWorkbook.from_filelike(BytesIO(self.data))
            except BaseException as error:  # not ours; what it cannot read is read cell by cell
                _only_of_the_reader(error)
        return {
            place: self._fast(fast, part, seen[place])
            or xlsx_scan.parse(blocks(archive, part.member, self.name), part.name, self.common())
            for place, part in sheets.items()
        }

    def _look(
        self, archive: zipfile.ZipFile, part: xlsx_parts.SheetPart
    ) -> xlsx_fast_scan.SheetExtent | None:
        if self.shares or not self.parts.plain or self.longest is None:
            return None
        seen = xlsx_fast_scan.look(blocks(archive, part.member, self.name), part.name, self.limits)
        too_much = seen is not None and seen.values * self.longest > self.limits.unpacked_mib * policy.MIB
        return None if too_much and self.longest > 1_000 else seen

    @cached_property
    def longest(self) -> int | None:
        """The bytes of the longest shared text; None when the texts are not plain."""
        if self.parts.texts is None:
            return 0
        part = blocks(open_zip(self.data, self.name), self.parts.texts, self.name)
        found = xlsx_fast_scan.longest_text(part, self.parts.texts)
        return found if found is not None and found <= xlsx_scan.LONGEST else None

    def _fast(
        self,
        book: CalamineWorkbook | None,
        part: xlsx_parts.SheetPart,
        seen: xlsx_fast_scan.SheetExtent | None,
    ) -> Grid | None:
        """The sheet by the fast reader; None unless it gives every value that the XML holds."""
        if book is None or seen is None:
            return None
        try:
            rows: list[list[Any]] = book.get_sheet_by_name(part.name).to_python(skip_empty_area=False)
        except BaseException as error:
            _only_of_the_reader(error)
            return None
        grid = Grid(part.name, rows)
        return grid if grid.values() == seen.values else None

    def common(self) -> xlsx_scan.Sheets:
        """Texts and formats, parsed once some sheet needs them."""
        with self._lock:
            if not self._common:
                archive = open_zip(self.data, self.name)
                texts = self.parts.texts
                formats = Formats(first_1904=self.parts.first_1904, shares=self.shares)
                if self.parts.formats is not None:
                    part = blocks(archive, self.parts.formats, self.name)
                    formats = formats_of(part, self.parts.formats, self.parts.first_1904, self.shares)
                shared = shared_texts(blocks(archive, texts, self.name), texts) if texts is not None else []
                self._common = xlsx_scan.Sheets(shared, formats, self.limits)
        return self._common


def _only_of_the_reader(error: BaseException) -> None:
    """An interrupt or an exit is no fault of the file."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
