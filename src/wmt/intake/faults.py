"""Faults: collecting them, summing up the many, and the remedy that belongs to each code."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypedDict, Unpack

from wmt.intake import limits
from wmt.intake.model import InputFault, Post, Severity
from wmt.intake.refusal import ReadingStopped
from wmt.intake.remedies import REMEDIES
from wmt.text import counted, shown

__all__ = ["EXAMPLES", "NAMED", "FaultPlace", "Faults", "ReadingStopped"]

#: Faults of one code on one sheet that are named one by one before the rest are summed up.
NAMED = 25
#: Rows or posts given as examples in a summed-up fault.
EXAMPLES = 5


class FaultAt(TypedDict, total=False):
    """Where a fault is, which posts it can touch, and of how many rows it is."""

    sheet: str | None
    row: int | None
    column: str | None
    posts: Iterable[Post]
    rows: int | None


class FaultPlace(NamedTuple):
    """One place where a fault of a kind was found."""

    row: int | None
    column: str | None
    what: str
    posts: tuple[Post, ...] = ()


@dataclass
class _Rest:
    """Faults of one kind beyond the most that are told one by one."""

    severity: Severity
    code: str
    faults: int = 0
    rows: int = 0
    posts: dict[Post, None] = field(default_factory=dict)

    def fault(self) -> InputFault:
        what = f"and {counted(self.faults, 'more fault')} of this kind, not told one by one"
        message = f"{what}. {REMEDIES.get(self.code, '')}".rstrip()
        return InputFault(
            severity=self.severity, code=self.code, message=message, rows=self.rows, posts=tuple(self.posts)
        )


class Faults:
    """Faults in the order they were found. Beyond `most` they are only counted, by their kind."""

    def __init__(self, most: int | None = None) -> None:
        self.most = limits.current().faults if most is None else most
        self._told: list[InputFault] = []
        self._untold: dict[tuple[str, str, bool], _Rest] = {}

    @property
    def items(self) -> list[InputFault]:
        """The faults that are told, and one more for each kind of which there are others."""
        return [*self._told, *(rest.fault() for rest in self._untold.values())]

    def record(self, fault: InputFault) -> None:
        """Keep one fault, or count it where there are too many to be told."""
        if len(self._told) < self.most:
            self._told.append(fault)
            return
        key = (fault.severity, fault.code, bool(fault.posts))
        rest = self._untold.setdefault(key, _Rest(fault.severity, fault.code))
        rest.faults, rest.rows = rest.faults + 1, rest.rows + fault.rows
        rest.posts.update(dict.fromkeys(fault.posts))

    def record_all(self, faults: Iterable[InputFault]) -> None:
        """Keep faults that were found elsewhere."""
        for fault in faults:
            self.record(fault)

    def add(self, severity: Severity, code: str, what: str, **place: Unpack[FaultAt]) -> None:
        """Record one fault, of one row unless `rows` says of how many; its remedy is added to the text.

        An unlisted code is a KeyError of ours.
        """
        sheet, row, column = place.get("sheet"), place.get("row"), place.get("column")
        rows = place.get("rows")
        self.record(
            InputFault(
                severity=severity,
                code=code,
                message=shown(f"{what.rstrip('.')}. {REMEDIES[code]}"),
                sheet=None if sheet is None else shown(sheet),
                row=row,
                column=None if column is None else shown(column),
                posts=tuple(dict.fromkeys(place.get("posts", ()))),
                rows=(0 if row is None else 1) if rows is None else rows,
            )
        )

    def refuse(self, code: str, what: str, **place: Unpack[FaultAt]) -> None:
        """Record a fault that stops the load, or stops it for the posts named."""
        self.add("refuse", code, what, **place)

    def warn(self, code: str, what: str, **place: Unpack[FaultAt]) -> None:
        """Record a fault that does not stop the load."""
        self.add("warn", code, what, **place)

    def refused(self, refusal: ReadingStopped) -> None:
        self.refuse(refusal.code, refusal.what, sheet=refusal.sheet, row=refusal.row, column=refusal.column)

    def refuse_each(self, code: str, sheet: str | None, hits: Sequence[FaultPlace]) -> None:
        """Refuse each hit by name, and beyond NAMED all the others in one fault that lists their posts."""
        for hit in hits[:NAMED]:
            self.refuse(code, hit.what, sheet=sheet, row=hit.row, column=hit.column, posts=hit.posts)
        self._rest(code, sheet, [hit for hit in hits[NAMED:] if hit.posts])
        self._rest(code, sheet, [hit for hit in hits[NAMED:] if not hit.posts])

    def _rest(self, code: str, sheet: str | None, hits: Sequence[FaultPlace]) -> None:
        if not hits:
            return
        posts = [post for hit in hits for post in hit.posts]
        what = f"{len(hits)} more of the same, among them {hits[0].what}"
        first = hits[0]
        self.refuse(code, what, sheet=sheet, row=first.row, column=first.column, posts=posts, rows=len(hits))

    def warn_once(self, code: str, sheet: str | None, hits: Sequence[FaultPlace], what: str) -> None:
        """One warning for all hits: `what` has '{n}' for their number; the first few places follow."""
        if not hits:
            return
        words = ((f"row {hit.row}" if hit.row else "", hit.what) for hit in hits[:EXAMPLES])
        places = [place for each in words if (place := ": ".join(part for part in each if part))]
        more = f", and {len(hits) - EXAMPLES} more" if len(hits) > EXAMPLES else ""
        text = (what if len(hits) > 1 else _of_one(what)).format(n=len(hits)) + (
            f" ({'; '.join(places)}{more})" if places else ""
        )
        self.warn(code, text, sheet=sheet, row=hits[0].row, column=hits[0].column, rows=len(hits))

    def refusing(self) -> bool:
        """Whether any fault stops the load."""
        return any(fault.severity == "refuse" for fault in self.items)

    def are_confined(self) -> bool:
        """Whether every fault that stops the load names the posts it can touch."""
        return all(fault.posts for fault in self.items if fault.severity == "refuse")

    def named_posts(self) -> dict[Post, InputFault]:
        """The posts of refusing faults, each with the first fault that names it."""
        found: dict[Post, InputFault] = {}
        for fault in self.items:
            for post in fault.posts if fault.severity == "refuse" else ():
                found.setdefault(post, fault)
        return found


#: Verbs of the warnings, of several things and of one.
_VERBS = {"are": "is", "have": "has", "were": "was", "do": "does"} | {
    verb: f"{verb}s" for verb in ("hold", "lack", "name", "repeat", "run", "share", "stand", "take")
}


def _of_one(what: str) -> str:
    """'{n} posts have no grade' of one: '{n} post has no grade'."""
    before, number, rest = what.replace("{n} people", "{n} persons").partition("{n} ")
    noun, blank, rest = rest.partition(" ")
    if not before:
        verbs = rf"(?<!\S)({'|'.join(_VERBS)})(?=\s)"
        rest = re.sub(verbs, lambda found: _VERBS[found[0]], rest, count=1)
    return f"{before}{number}{noun.removesuffix('s')}{blank}{rest}"
