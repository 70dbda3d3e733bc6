"""Number formats of a workbook: which numbers are days, times or shares, and what day a number is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal

from wmt.intake import cells
from wmt.intake.xml_text import elements

Kind = Literal["number", "moment", "duration", "share"]
_MOMENTS = (*range(14, 23), *range(27, 37), 45, 47, *range(50, 59))
_BUILT_IN: dict[int, Kind] = {9: "share", 10: "share", 46: "duration", **dict.fromkeys(_MOMENTS, "moment")}
#: Parts of a format that are text, colours, conditions or fillers, and not signs of a day or share.
_LITERAL = re.compile(r'"[^"]*"?|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE | re.DOTALL)
_MILLISECONDS = 86_400_000
_LAST_SERIAL = 2_958_466  # the day after 31 December 9999


@dataclass(frozen=True)
class Formats:
    """What the numbers of each cell style are, by the style's number."""

    kinds: list[Kind] = field(default_factory=list)
    first_1904: bool = False
    shares: bool = False

    def cell(self, number: float, style: str | None) -> cells.Cell:
        """A number as Excel shows it: itself, or a day, a moment, a time or a length of time.

        With `shares` a number under a percentage format is a Share.
        """
        place = int(style) if style and style.isdecimal() and len(style) < 7 else 0
        kind = self.kinds[place] if place < len(self.kinds) else "number"
        if kind == "share":
            return cells.PercentCell(number) if self.shares else number
        if kind == "number":
            return number
        is_duration = kind == "duration"
        if not -_LAST_SERIAL < number < _LAST_SERIAL or (number < 0 and not is_duration):
            return cells.BadCell(f"the number {number:g} in a cell for a date")
        length = timedelta(milliseconds=round(number * _MILLISECONDS))
        if is_duration:
            return length
        if number < 1 and not self.first_1904:
            return (datetime(1900, 1, 1) + length).time()
        # Excel counts 29 February 1900, which never was
        start = datetime(1904, 1, 1) if self.first_1904 else datetime(1899, 12, 31 if number < 60 else 30)
        try:
            moment = start + length
        except OverflowError:
            return cells.BadCell(f"the number {number:g} in a cell for a date")
        return moment.date() if moment.time() == time() and number == int(number) else moment


def iso_moment(text: str) -> cells.Cell:
    """A day, moment or time written out (cells of kind 'd')."""
    for read in (date.fromisoformat, time.fromisoformat, datetime.fromisoformat):
        try:
            found = read(text.strip().removesuffix("Z"))
        except ValueError:
            continue
        return found.replace(tzinfo=None) if isinstance(found, datetime | time) else found
    return cells.BadCell(f"'{text[:40]}' where the file promises a date")


def formats_of(blocks: Iterable[bytes], part: str, first_1904: bool, shares: bool) -> Formats:
    custom: dict[int, Kind] = {}
    kinds: list[Kind] = []
    inside = False
    for tag, attributes in elements(blocks, part):
        if tag == "numFmt":
            custom[_number(attributes.get("numFmtId"))] = kind_of(attributes.get("formatCode", ""))
        elif tag in ("cellXfs", "cellStyles", "cellStyleXfs", "dxfs"):
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            number = _number(attributes.get("numFmtId"))
            kinds.append(custom.get(number) or _BUILT_IN.get(number, "number"))
    return Formats(kinds, first_1904, shares)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def kind_of(code: str) -> Kind:
    """What a number format shows: its first section decides, texts and colours in it aside."""
    section = _LITERAL.sub("", code).split(";")[0].lower()
    if re.search(r"\[[hms]+\]", section):
        return "duration"
    if section.strip() == "general":
        return "number"
    if re.search(r"[dmyhs]", section.replace("general", "")):
        return "moment"
    return "share" if "%" in section else "number"
