"""What a page, a file or an answer says, as lines of text without what differs each time."""

import hashlib
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl

_BLOCKS = frozenset(
    ("address", "article", "aside", "br", "button", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
     "figure", "footer", "form", "h1", "h2", "h3", "h4", "header", "hr", "legend", "li", "main", "nav", "ol",
     "option", "p", "section", "summary", "table", "td", "th", "title", "tr", "ul", "label", "input",
     "select", "textarea")
)  # fmt: skip
_SILENT = frozenset(("script", "style"))
#: What a page says or asks for in attributes. Classes and ids are looks: `MARKUP=1` compares those too.
_SPOKEN = (
    "href", "action", "method", "name", "value", "type", "checked", "selected", "disabled", "alt",
    "aria-label", "placeholder", "hx-get", "hx-post", "datetime",
)  # fmt: skip
_CHANGING = (
    (re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"'), ""),
    (re.compile(r' nonce="[^"]*"'), ""),
    (re.compile(r"(/static/[\w./-]+?)\.[0-9a-f]{12}(\.\w+)"), r"\1\2"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "SITE"),
    # moments of the clock; those of the nation are of half past six or of midnight
    (re.compile(r"\b\d{1,2} [A-Z][a-z]+ 20\d\d,? (?:at )?(?!6\.30pm)\d{1,2}(?:\.\d\d)?(?:am|pm)"), "MOMENT"),
    (
        re.compile(
            r"\b20\d\d-\d\d-\d\d[T ](?!18:30:00|00:00:00)\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:,\d+|\+\d\d:\d\d|Z)?"
        ),
        "MOMENT",
    ),
    (re.compile(r"\b\d+(?:\.\d+)? s(?:econds?)?\b"), "SECONDS"),
    (re.compile(r"\b[0-9a-f]{12}(?:[0-9a-f]{20})?\b(?=[/\"\s<]|$)"), "KEY"),
    # of two-step sign in, and its picture
    (re.compile(r"\b[A-Z2-7]{32}\b|data:image/svg\+xml;[^\"']*"), "KEY"),
    (re.compile(r"\b(?:reference|Reference)(?:</\w+>)? (?:<[^>]*>)?[0-9A-F]{8}\b"), "reference REF"),
)  # fmt: skip


def same_each_time(text: str) -> str:
    """A text without tokens, moments of the clock, addresses of this run and hashes of static files."""
    for pattern, instead in _CHANGING:
        text = pattern.sub(instead, text)
    return text


class _Lines(HTMLParser):
    """A page as lines: its words, and where its links and forms lead."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = [""]
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.lines.append("")
        if tag in _SILENT:
            self.silent += 1
        given = dict(attrs)
        spoken = [f"{name}={given[name] or ''}" for name in _SPOKEN if name in given]
        if spoken and tag not in ("link", "script", "meta", "li"):
            self.lines[-1] += f" <{tag} {' '.join(spoken)}> "

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent -= 1
        if tag in _BLOCKS:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.lines[-1] += data


def lines_of_page(markup: str) -> str:
    """The lines of a page of HTML."""
    parser = _Lines()
    parser.feed(markup)
    words = (" ".join(line.split()) for line in parser.lines)
    return "\n".join(line for line in words if line)


def lines_of_file(content: bytes, kind: str) -> str:
    """The lines of a file; of what is no text, its cells, or a checksum."""
    if kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        rows = [
            f"{sheet.title}: {'|'.join('' if cell is None else str(cell) for cell in row)}"
            for sheet in book
            for row in sheet.iter_rows(values_only=True)
        ]
        return same_each_time("\n".join(rows))
    if kind == "parquet":
        frame = pl.read_parquet(io.BytesIO(content))
        about = pl.read_parquet_metadata(io.BytesIO(content))
        about.pop("ARROW:schema", None)  # has the same once more, packed
        return same_each_time(f"{about}\n{frame.write_csv()}")
    try:
        return same_each_time(content.decode())
    except UnicodeDecodeError:
        return f"{len(content)} bytes {hashlib.sha256(content).hexdigest()}"


def lines_of_json(answer: Any) -> str:
    """An answer of the API, a value a line."""
    return same_each_time(json.dumps(answer, indent=1, ensure_ascii=False))


def lines_of_folder(folder: Path) -> dict[str, str]:
    """What is in each file of a folder. Of a table its columns, each with a checksum of its values.

    What the clock or chance decides is left out: the moment of a load, keys and locks.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.startswith(".") or path.suffix == ".key":
            continue
        if path.suffix == ".parquet":
            said = _of_table(path.read_bytes())
        elif path.name == "index.json":  # checks files by their moments
            said = f"{len(json.loads(path.read_bytes()))} entries"
        else:
            said = lines_of_file(path.read_bytes(), "")
            said = re.sub(r'"manifest": "[0-9a-f]{64}"', "", said) if path.name == "loaded.json" else said
        found[f"file {path.relative_to(folder)}"] = said
    return found


def _of_table(content: bytes) -> str:
    frame = pl.read_parquet(io.BytesIO(content))
    columns = [
        f"{each.name} {each.dtype} {hashlib.sha256(repr(each.to_list()).encode()).hexdigest()[:16]}"
        for each in frame
    ]
    return "\n".join((f"{frame.height} rows, {hashlib.sha256(content).hexdigest()}", *columns))
