"""A few people who could be chosen, side by side: the rows of their table as columns."""

from collections.abc import Collection

from wmt.site import tables

#: So many people stand side by side, at least and at most.
FEWEST, MOST = 2, 4


def tick(code: str, name: str, *, ticked: bool) -> tables.Value:
    """What somebody is ticked by, to be compared with others."""
    return tables.Value(code, f"Compare {name}", tone="ticked" if ticked else "tick")


def fault(ticked: int) -> str:
    """Why those ticked cannot be compared; '' where they can."""
    if ticked < FEWEST:
        return f"Tick at least {FEWEST} people to compare them"
    return f"Tick {MOST} people at most: you ticked {ticked}" if ticked > MOST else ""


def side_by_side(table: tables.Table, codes: Collection[str]) -> tables.Table:
    """The people of a table with these codes, a column for each, in the order of the table."""
    people = [row for row in table.rows if row.code in codes]
    columns = [tables.Column("what", "About them")]
    columns += [tables.Column(row.code, row.values["name"].text, "words") for row in people]
    rows = []
    for column in table.columns:
        if column.key not in ("name", "with"):
            values = {row.code: row.values[column.key] for row in people}
            rows.append(tables.Row({"what": tables.text(column.head), **values}))
    return tables.Table("compare", "Side by side", columns, rows)
