"""Rules that read as a table: which path stands in which row and column, and tables of values that are sent.

A table is all rules under a root. Records, such as reasons, have a row each and a column for each field; the
tiers of several types of case have a row each and a column for each type; anything else has one column.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from wmt.rules.errors import NoRuleError
from wmt.rules.overlay_text import typed
from wmt.rules.ruleset import RuleSet
from wmt.rules.tree import Tree
from wmt.rules.units import Scalar

#: A table has at most so many columns; rules that would need more have one column.
_MOST_COLUMNS = 14
#: The head of the column that names the rows, and that of a single column of values.
ROW, VALUE = "row", "value"
Cells = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class RuleTable:
    """Rules as a table. `paths` gives the rule of a row and a column, where there is one."""

    root: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    paths: Mapping[tuple[str, str], str]

    def cells(self, ruleset: RuleSet) -> Iterator[tuple[str, list[Scalar | None]]]:
        """Each row with its values on a day: None where no rule is, or none is in force."""
        for row in self.rows:
            found = (ruleset.get(self.paths.get((row, column), "")) for column in self.columns)
            yield row, [each.value if each else None for each in found]


def table_roots(tree: Tree) -> tuple[str, ...]:
    """The roots of all tables, in file order: each family of rules with more than one."""
    return _roots(tree)


@lru_cache(maxsize=4)
def _roots(tree: Tree) -> tuple[str, ...]:
    families: dict[str, list[str]] = {}
    for path in tree.paths:
        families.setdefault(path.partition(".")[0], []).append(path)
    found = []
    for name, paths in families.items():
        schemes = {path.split(".")[1] for path in paths if "." in path}
        deep = all(path.count(".") >= 3 for path in paths)
        if len(paths) > 1:
            found += [f"{name}.{scheme}" for scheme in sorted(schemes)] if deep else [name]
    return tuple(found)


@lru_cache(maxsize=64)
def rule_table(tree: Tree, root: str) -> RuleTable:
    """The table of a root. Raises NoRuleError where no rule lies under it."""
    rest = [path[len(root) + 1 :] for path in tree.paths if path.startswith(root + ".")]
    if not rest:
        raise NoRuleError(f"no table '{root}': no rule lies under it")
    first = list(dict.fromkeys(each.partition(".")[0] for each in rest if "." in each))
    last = list(dict.fromkeys(each.rpartition(".")[2] for each in rest if "." in each))
    is_deep = all("." in each for each in rest)
    if is_deep and len(first) < len(last) and len(first) <= _MOST_COLUMNS:
        # few groups of many: a column for each group
        placed = {tuple(reversed(each.split(".", 1))): f"{root}.{each}" for each in rest}
        columns = tuple(first)
    elif is_deep and len(last) <= _MOST_COLUMNS:
        placed = {tuple(each.rsplit(".", 1)): f"{root}.{each}" for each in rest}
        columns = tuple(last)
    else:
        placed, columns = {(each, VALUE): f"{root}.{each}" for each in rest}, (VALUE,)
    paths = {(row, column): path for (row, column), path in placed.items()}
    return RuleTable(root, tuple(dict.fromkeys(row for row, _ in paths)), columns, paths)


@dataclass(frozen=True)
class SentTable:
    """What a table that was sent says: values that differ from the rules of a day, and faults by cell."""

    entries: tuple[tuple[str, date, Scalar], ...]
    faults: tuple[str, ...]


def sent_table(tree: Tree, root: str, day: date, sheet: Cells) -> SentTable:
    """A table as it was sent, row by row, read against the rules in force on a day. Its head is the first row
    with a cell 'row'.

    Every fault names its cell as a spreadsheet does (C7). An empty cell of a rule that must have a value is
    one; columns and rows that the table does not have are too, but rows that are left out are not.
    """
    table, ruleset = rule_table(tree, root), tree.at(day)
    top = next((at for at, cells in enumerate(sheet) if ROW in map(_text, cells)), None)
    if top is None:
        words = f"no cell is the head '{ROW}'; send the table that this page offers, with other values"
        return SentTable((), (words,))
    heads = [_text(head) for head in sheet[top]]
    faults = [
        f"the column {head} is there twice" for head in dict.fromkeys(heads) if heads.count(head) > 1 and head
    ]
    faults += [
        f"{place(top, at)}: there is no column '{head}' in this table; it has {', '.join(table.columns)}"
        for at, head in enumerate(heads)
        if head and head != ROW and head not in table.columns
    ]
    entries: dict[str, tuple[str, date, Scalar]] = {}
    seen: set[str] = set()
    for number, cells in enumerate(sheet[top + 1 :], top + 1):
        row = _text(cells[heads.index(ROW)])
        if not row and not any(_text(cell) for cell in cells):
            continue
        if row not in table.rows or row in seen:
            wrong = "is there twice" if row in seen else "is no row of this table"
            faults.append(f"{place(number, heads.index(ROW))}: '{row}' {wrong}")
            continue
        seen.add(row)
        for at, head in enumerate(heads):
            path = table.paths.get((row, head))
            if path is None:
                if head in table.columns and _text(cells[at]):
                    faults.append(f"{place(number, at)}: {row} has no {head}; leave the cell empty")
                continue
            parameter, now = tree.parameter(path), ruleset.get(path)
            if now is None and not _text(cells[at]):
                continue
            value, wrong_value = typed(parameter, cells[at])
            if wrong_value:
                faults.append(f"{place(number, at)} ({path}): {wrong_value}")
            elif now is None or (now.value, type(now.value) is bool) != (value, type(value) is bool):
                entries[path] = (path, day, value)
    return SentTable(tuple(entries.values()), tuple(faults))


def place(row: int, column: int) -> str:
    """A cell as spreadsheets name it, both from 0: C7."""
    letters, left = "", column + 1
    while left:
        left, rest = divmod(left - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()
