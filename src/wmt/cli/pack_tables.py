"""Tables of the reports of a unit on the command line and in files."""

from typing import TYPE_CHECKING, Any

from wmt.cli import console, tables

if TYPE_CHECKING:
    from wmt.site.tables import Table


def rows(table: "Table") -> list[dict[str, Any]]:
    """The rows of a table, with its last one, by the keys of its columns."""
    whole = [table.total] if table.total else []
    return [
        {column.key: row.values[column.key].raw for column in table.columns} for row in (*table.rows, *whole)
    ]


def tell(table: "Table") -> None:
    """Writes a table, or why it has no rows."""
    if not table.rows:
        console.out.print(f"{table.caption}: {table.empty}", markup=False, soft_wrap=True)
        return
    columns = [
        tables.TextColumn(column.head.replace(", ", ",\n"), "figure" if column.is_numeric else "text")
        for column in table.columns
    ]
    whole = [table.total] if table.total else []
    cells = [tuple(row.values[column.key].text for column in table.columns) for row in (*table.rows, *whole)]
    tables.table(table.caption, columns, cells)


def file_words(words: str) -> str:
    """Words in the name of a file, without what a folder could not hold."""
    return "".join(each if each.isalnum() or each in "-_." else "_" for each in words)
