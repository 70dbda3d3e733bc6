"""Faults: collecting them, summing up the many, and the remedy that belongs to each code."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from wmt.intake.model import Fault, Post, Severity
from wmt.intake.remedies import REMEDIES
from wmt.text import shown

#: Faults of one code on one sheet that are named one by one before the rest are summed up.
NAMED = 25
#: Rows or posts given as examples in a summed-up fault.
EXAMPLES = 5


class Refusal(Exception):  # noqa: N818 - it is an answer to the sender, not an error of the program
    """Stops the reading of a file at once, with the code and text of the fault."""

    def __init__(
        self,
        code: str,
        what: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(what)
        self.code, self.what, self.sheet, self.row, self.column = code, what, sheet, row, column


class Hit(NamedTuple):
    """One place where a fault of a kind was found."""

    row: int | None
    column: str | None
    what: str
    posts: tuple[Post, ...] = ()


class Faults:
    """Faults in the order they were found."""

    def __init__(self) -> None:
        self.items: list[Fault] = []

    def add(
        self,
        severity: Severity,
        code: str,
        what: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        posts: Iterable[Post] = (),
    ) -> None:
        """Record one fault; its remedy is added to the text. An unlisted code is a KeyError of ours."""
        message = shown(f"{what.rstrip('.')}. {REMEDIES[code]}")
        self.items.append(
            Fault(
                severity=severity,
                code=code,
                message=message,
                sheet=None if sheet is None else shown(sheet),
                row=row,
                column=None if column is None else shown(column),
                posts=tuple(dict.fromkeys(posts)),
            )
        )

    def refuse(
        self,
        code: str,
        what: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        posts: Iterable[Post] = (),
    ) -> None:
        """Record a fault that stops the load, or stops it for the posts named."""
        self.add("refuse", code, what, sheet=sheet, row=row, column=column, posts=posts)

    def warn(
        self,
        code: str,
        what: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        posts: Iterable[Post] = (),
    ) -> None:
        """Record a fault that does not stop the load."""
        self.add("warn", code, what, sheet=sheet, row=row, column=column, posts=posts)

    def refused(self, refusal: Refusal) -> None:
        """Record a refusal that stopped the reading of a file."""
        self.refuse(refusal.code, refusal.what, sheet=refusal.sheet, row=refusal.row, column=refusal.column)

    def refuse_each(self, code: str, sheet: str | None, hits: Sequence[Hit]) -> None:
        """Refuse each hit by name, and beyond NAMED all the others in one fault that lists their posts."""
        for hit in hits[:NAMED]:
            self.refuse(code, hit.what, sheet=sheet, row=hit.row, column=hit.column, posts=hit.posts)
        self._rest(code, sheet, [hit for hit in hits[NAMED:] if hit.posts])
        self._rest(code, sheet, [hit for hit in hits[NAMED:] if not hit.posts])

    def _rest(self, code: str, sheet: str | None, hits: Sequence[Hit]) -> None:
        if not hits:
            return
        posts = [post for hit in hits for post in hit.posts]
        what = f"{len(hits)} more of the same, among them {hits[0].what}"
        self.refuse(code, what, sheet=sheet, row=hits[0].row, column=hits[0].column, posts=posts)

    def warn_once(self, code: str, sheet: str | None, hits: Sequence[Hit], what: str) -> None:
        """One warning for all hits: `what` has '{n}' for their number; the first few places follow."""
        if not hits:
            return
        places = [place for hit in hits[:EXAMPLES] if (place := _place(hit))]
        more = f", and {len(hits) - EXAMPLES} more" if len(hits) > EXAMPLES else ""
        text = what.format(n=len(hits)) + (f" ({'; '.join(places)}{more})" if places else "")
        self.warn(code, text, sheet=sheet, row=hits[0].row, column=hits[0].column)

    def refusing(self) -> bool:
        """Whether any fault stops the load."""
        return any(fault.severity == "refuse" for fault in self.items)

    def are_confined(self) -> bool:
        """Whether every fault that stops the load names the posts it can touch."""
        return all(fault.posts for fault in self.items if fault.severity == "refuse")

    def named_posts(self) -> dict[Post, Fault]:
        """The posts of refusing faults, each with the first fault that names it."""
        found: dict[Post, Fault] = {}
        for fault in self.items:
            for post in fault.posts if fault.severity == "refuse" else ():
                found.setdefault(post, fault)
        return found


def _place(hit: Hit) -> str:
    row = f"row {hit.row}" if hit.row else ""
    return ": ".join(part for part in (row, hit.what) if part)
