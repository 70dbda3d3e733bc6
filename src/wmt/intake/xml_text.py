"""XML parts of a workbook: proved whole, without entities, however they are encoded."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.parsers import expat

from wmt.intake.faults import ReadingStopped

#: No part of a workbook nests nearly as deep as this.
DEEPEST = 200
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATES = range(0xD800, 0xE000)


class Element(NamedTuple):
    """An element's local name and its attributes, whose names bear their namespace and a blank."""

    tag: str
    attributes: dict[str, str]


def new_parser() -> expat.XMLParserType:
    """A parser that puts a namespace and a blank before each name and gives each text in one piece."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    return parser


def run(parser: expat.XMLParserType, blocks: Iterable[bytes], part: str) -> None:
    """Parse a whole part. Refuses XML that is damaged or declares entities; `part` is named then."""

    def refuse(*_: object) -> None:
        raise ReadingStopped("UNSAFE_ARCHIVE", f"{part} declares entities", sheet=part)

    parser.StartDoctypeDeclHandler = refuse
    try:
        for block in blocks:
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise ReadingStopped("DAMAGED_FILE", f"{part} is damaged: {error}", sheet=part) from error


def well_formed(blocks: Iterable[bytes], part: str) -> None:
    """Refuse XML that is damaged or declares entities; its contents are not looked at."""
    run(expat.ParserCreate(), blocks, part)


def elements(blocks: Iterable[bytes], part: str) -> Iterator[Element]:
    """All elements of a small part in order. Refuses what is damaged or nests too deep."""
    found: list[Element] = []
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise ReadingStopped(
                "UNSAFE_ARCHIVE", f"{part} nests elements deeper than any workbook", sheet=part
            )
        found.append(Element(name.rpartition(" ")[2], attributes))

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = new_parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    run(parser, blocks, part)
    return iter(found)


def unescaped(text: str) -> str:
    """A text with its characters that XML cannot hold put back: `_x000D_` is a carriage return."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(
        lambda found: found[0] if (code := int(found[1], 16)) in _SURROGATES else chr(code), text
    )


class RichText:
    """Follows the parts of an inline or shared text: runs are joined, phonetic hints left out.

    The caller hands over the start and end of every element inside `<is>` or `<si>`, by local name.
    """

    _HINTS = frozenset({"rPh", "phoneticPr", "rPr", "extLst"})

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.skipped = 0
        self.open = False

    def start(self, tag: str) -> None:
        if self.skipped or tag in self._HINTS:
            self.skipped += 1
        elif tag == "t":
            self.open = True

    def end(self, tag: str) -> None:
        if self.skipped:
            self.skipped -= 1
        elif tag == "t":
            self.open = False

    def add(self, text: str) -> None:
        """Characters were met."""
        if self.open:
            self.pieces.append(text)

    def text(self) -> str:
        return unescaped("".join(self.pieces))
