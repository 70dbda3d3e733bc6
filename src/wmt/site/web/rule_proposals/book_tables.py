"""The tables of rule books side by side: the figures, and the lines that they are the sums of."""

from collections.abc import Callable, Iterator

from wmt import ledger
from wmt.agreements import states
from wmt.ledger.rule_books import BookLine
from wmt.site import tables
from wmt.site.queries import rule_books
from wmt.site.web.rule_proposals import effect_tables

#: What stands where a book says nothing: an agreement has no points, and rules have no measures of its own.
_NOTHING = tables.Value(None, "–")
_WORK, _TIME = "#table-book-work", "#table-book-time"


def figures(found: rule_books.BooksBeside) -> tables.Table:
    """A column for each book: capacity, points, available points; and what agreements measure."""
    columns = [tables.Column("figure", "Figure")]
    columns += [
        tables.Column(f"b{at}", book.name, "text" if book.rules is None else "number")
        for at, book in enumerate(found.books)
    ]
    rows = list(_figures(found) if found.with_rules else ())
    rows += [row for book in found.books if book.pack for row in _stated(found, book)]
    notes = ["Each figure is the sum of its column in the tables below."] if found.with_rules else []
    return tables.Table("books", f"{found.unit.name}, side by side", columns, rows, notes=notes)


def _figures(found: rule_books.BooksBeside) -> Iterator[tables.Row]:
    stream = found.unit.stream
    if stream != ledger.OMIC:
        yield _row(
            found,
            "Capacity",
            lambda book: tables.capacity(*found.moment(book), rule_books.over_x100(book), stream, _WORK),
        )
    yield _row(found, "Points", lambda book: tables.points(found.moment(book).points_x100, _WORK))
    yield _row(
        found, "Available points", lambda book: tables.points(found.moment(book).available_x100, _TIME)
    )
    if stream != ledger.OMIC:
        yield _row(found, "Threshold", lambda book: _percent(rule_books.over_x100(book)))


def _percent(x100: int) -> tables.Value:
    shown_exactly = tables.exact(x100)
    return tables.Value(shown_exactly.raw, f"{shown_exactly.text}%")


def _row(
    found: rule_books.BooksBeside, name: str, value: Callable[[rule_books.ChosenBook], tables.Value]
) -> tables.Row:
    cells = {f"b{at}": value(book) if book.rules else _NOTHING for at, book in enumerate(found.books)}
    return tables.Row({"figure": tables.text(name), **cells})


def _stated(found: rule_books.BooksBeside, book: rule_books.ChosenBook) -> Iterator[tables.Row]:
    """What an agreement says: of the unit itself, else how many below it are in each state."""
    stated = found.stated.get(book.key, ())
    own = [each for each in stated if each.total["code"] == found.unit.code]
    said = (
        [(each.measure.name, _of_one(each)) for each in own]
        if own
        else [(name, _of_many(many)) for name, many in rule_books.counted(stated).items()]
    )
    for name, words in said or [("Agreement", "says nothing of this unit")]:
        cells = {f"b{at}": tables.text(words) if each is book else _NOTHING
                 for at, each in enumerate(found.books)}  # fmt: skip
        yield tables.Row({"figure": tables.text(name), **cells})


def _of_one(each: states.PackFinding) -> str:
    state = each.state.state if each.state else "state not known"
    note = f" ({each.note})" if each.note else ""
    return f"{states.shown(each.value)} {each.measure.unit}: {state}{note}"


def _of_many(found: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {state}" for state, number in found.items())


def lines(found: rule_books.BooksBeside, side: str) -> tables.Table:
    """The lines alike of one side, work or time: how many, and what they come to under each book."""
    books, own = found.with_rules, [each for each in found.lines if each.side == side]
    is_work = side == "work"
    columns = [
        tables.Column("what", "Work" if is_work else "Time"),
        tables.Column("many", "How many" if is_work else "Hours", "hours"),
        *(tables.Column(f"b{at}", book.name, "points") for at, book in enumerate(books)),
    ]
    made = [
        tables.Row(
            {
                "what": tables.text(_words(each)),
                "many": _many(each),
                **{f"b{at}": tables.exact(points) for at, (_, points) in enumerate(each.amounts)},
            }
        )
        for each in own
    ]
    total = tables.Row(
        {
            "what": tables.text("All together"),
            "many": tables.Value(None),
            **{f"b{at}": tables.exact(sum(each.amounts[at][1] for each in own)) for at in range(len(books))},
        }
    )
    caption = "What the points are made of" if is_work else "What the available points are made of"
    empty = "There is no work here." if is_work else "There is no time here."
    name, unit = ("book-work", "points") if is_work else ("book-time", "available points")
    notes = [f"The last row is the {unit} above, with every decimal."] if made else []
    return tables.Table(name, caption, columns, made, total, notes, empty, f"{side}-")


def _many(line: BookLine) -> tables.Value:
    many = line.quantity_micro
    return tables.Value(None, "differs") if many is None else tables.exact(many // 10_000)


def _words(line: BookLine) -> str:
    of, is_suspended = (line.kind, line.component, line.tier), line.suspended
    return effect_tables.alike_words(*of, is_suspended=is_suspended)
