"""The texts that the cells of a workbook share."""

from collections.abc import Iterable

from wmt.intake.xml_text import RichText, new_parser, run


def shared_texts(blocks: Iterable[bytes], part: str) -> list[str]:
    """All shared texts in order, each as Excel shows it."""
    found: list[str] = []
    rich: RichText | None = None

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal rich
        tag = name.rpartition(" ")[2]
        if rich is not None:
            rich.start(tag)
        elif tag == "si":
            rich = RichText()

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

    parser = new_parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    run(parser, blocks, part)
    return found
