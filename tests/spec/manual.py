"""The rules manual: every spec file as a page of docs/rules. Written by `python -m spec.manual` in tests/."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from spec.reading import DEFAULTS, FOLDER, GIVEN, Grid, Page, Table, pages

MANUAL = FOLDER.parents[1] / "docs" / "rules"
NOTICE = "<!-- Printed from tests/spec by `make spec`; change the spec, not this page. -->"


def manual() -> dict[str, str]:
    """Every page of the manual by its file name."""
    printed = {f"{page.name}.md": _text(_page(page)) for page in pages()}
    return {"README.md": _text(_index()), **printed}


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _index() -> Iterator[str]:
    yield from (NOTICE, "", "# The rules of the measure", "")
    yield "Every rule as short tables of situations and what the measure makes of them. Each cell of a table"
    yield "is held to a plain reference calculator and to the ledger on DuckDB, PostgreSQL and Spark in every"
    yield "test run, so this manual cannot differ from what the tool does."
    yield ""
    yield from _table(Grid(("Page", "What it says"), tuple(_entry(page) for page in pages())))
    yield ""
    yield f"Unless a table says otherwise, a situation is one post as at {DEFAULTS['as at']}, held by a"
    yield "probation officer (PO) with 37 contracted hours and no reductions. A *post* is one practitioner in"
    yield "one team."


def _entry(page: Page) -> tuple[str, str]:
    return f"[{page.title}]({page.name}.md)", page.rule.split(". ")[0].rstrip(".").replace("\n", " ") + "."


def _page(page: Page) -> Iterator[str]:
    yield from (NOTICE, "", f"# {page.title}", "", page.rule, "", f"*Source: {page.source}.*")
    for table in page.tables:
        yield from _section(table)


def _section(table: Table) -> Iterator[str]:
    content = table.content
    yield from ("", f"## {content['title']}", "")
    if "text" in content:
        yield from (content["text"].strip(), "")
    if notes := list(_notes(table)):
        yield from (*(f"- {note}" for note in notes), "")
    if table.grid.rows:
        yield from _table(_upright(table.grid))
    if table.totals_grid:
        if table.grid.rows:
            yield from ("", "Together:", "")
        yield from _table(table.totals_grid)
    if "source" in content:
        yield from ("", f"*Source: {content['source']}.*")


def _notes(table: Table) -> Iterator[str]:
    """What all the situations of a table, or of a column, have in common."""
    if table.asks == "ledger" and not _says(table, "as at"):
        yield f"As at {table.content.get('as at', DEFAULTS['as at'])}."
    if usual := _words(
        {name: table.content[name] for name in GIVEN if name in table.content and name != "as at"}
    ):
        yield f"Every post: {usual}."
    if "tier scheme" in table.content:
        yield f"Tier scheme: `{table.content['tier scheme']}`."
    for name, column in table.columns.items():
        if words := _words({key: value for key, value in column.items() if key != "shows"}):
            shows = f"; shows {column['shows']}" if "shows" in column else ""
            yield f"Column ‘{name}’: {words}{shows}."
        elif "shows" in column and column["shows"] != name:
            yield f"Column ‘{name}’ shows {column['shows']}."
    if "overlay" in table.content:
        yield from _overlay(table.content["overlay"])


def _says(table: Table, name: str) -> bool:
    return name in table.grid.header or all(name in column for column in table.columns.values() or [{}])


def _words(given: Mapping[str, Any]) -> str:
    said = {"as at": "as at {}", "rules of": "rules of {}", "grade": "grade {}"}
    parts = [
        said.get(name, name + " {}").format(str(value).replace("{", "⟨").replace("}", "⟩"))
        for name, value in given.items()
    ]
    return ", ".join(parts)


def _overlay(name: str) -> Iterator[str]:
    content = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    values = ", ".join(f"`{path}` = {value}" for path, value in content["values"].items())
    yield f"Under the overlay ‘{content['name']}’: {values}."


def _upright(grid: Grid) -> Grid:
    """A table too wide to read turned on its side, one item of work a line."""
    if len(grid.header) <= 6 or len(grid.rows) > 3:
        return grid
    first, *rest = zip(grid.header, *grid.rows, strict=True)
    return Grid(first, tuple(tuple(cell.replace("; ", "<br>") for cell in row) for row in rest))


def _table(grid: Grid) -> Iterator[str]:
    yield "| " + " | ".join(grid.header) + " |"
    yield "|" + "---|" * len(grid.header)
    for row in grid.rows:
        yield "| " + " | ".join(row) + " |"


def write(folder: Path = MANUAL) -> None:
    """Write the manual and take away pages that are no longer printed."""
    folder.mkdir(parents=True, exist_ok=True)
    printed = manual()
    for old in folder.glob("*.md"):
        if old.name not in printed:
            old.unlink()
    for name, text in printed.items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write()
    sys.stdout.write(f"{len(manual())} pages in {MANUAL}\n")
