"""The texts that the cells of a workbook share."""

from collections.abc import Iterable

from wmt.intake import xml_text


def shared_texts(blocks: Iterable[bytes], part: str) -> list[str]:
    """All shared texts in order, each as Excel shows it."""
    found: list[str] = []
    rich: xml_text.RichText | None = None

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal rich
        tag = name.rpartition(" ")[2]
        if rich is not None:
            rich.start(tag)
        elif tag == "si":
            rich = xml_text.RichText()

    def end(name: str) -> None:
        nonlocal rich
        tag = name.rpartition(" ")[2]
        if tag == "si" and rich is not None:
            found.append(rich.text())
            rich = None
        elif rich is not None:
            rich.end(tag)

    def text(characters: str) -> None:
        if rich is not None:
            rich.add(characters)

    parser = xml_text.new_parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    xml_text.run(parser, blocks, part)
    return found
