"""Where the cases of people who leave fit: with whom, and of each that fits with nobody, which limit binds.

It is the plain rule of re-sharing (`greedy`), asked of what leavers hold and of nothing else: who stays keeps
all they have, so that the answer says whether there is room, and moves nobody's cases to make some.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from wmt import ledger
from wmt.plan.balance import answer as telling
from wmt.plan.balance import pools, reading, solve
from wmt.plan.balance import problem as asking


class Binds(StrEnum):
    """Why cases fit with nobody."""

    RULES = "rules"  # nobody who stays may hold them
    PROTECTED = "protected"  # those who may hold them get none
    MARK = "mark"  # those who may hold them would be over the threshold
    SHARED = "shared"  # somebody else has a part in them
    NOT_YOURS = "not yours"  # whoever asks may not give them to anybody


class PlacedCases(NamedTuple):
    """A case (or `number` of counted ones alike) of somebody who leaves: who could hold it, '' for nobody."""

    leaver: str
    to: str
    refs: tuple[str, ...]
    what: str
    kind: str
    number: int
    points_x100: int  # of all of them
    binds: Binds | None = None


def placed(
    found: reading.Sharing, leavers: Collection[str], limits: asking.Limits, also: Collection[str] = ()
) -> list[PlacedCases]:
    """Where the cases of leavers fit among the others of a unit, by leaver and who would get them.

    `also` leave with them, and it is settled elsewhere who gets their cases. Nobody goes over the threshold
    of the limits, and nobody over it gets any. Cases that earn nothing go last, in turn to whoever has got
    fewest.
    """
    stay = [post for post in found.posts if post.code not in leavers and post.code not in also]
    holders: dict[asking.CaseBundle, str] = {}
    for bundle in found.bundles:
        if bundle.holder in leavers:
            # a case does not go back to who leaves, which also tells the counted cases of two leavers apart
            left = replace(bundle, holder=asking.WAITING, not_to=bundle.not_to | {bundle.holder})
            holders[left] = bundle.holder
    asked = pools.pooled(asking.problem(stay, holders, limits, [asking.Goal.WAITING]))
    rest = Counter({bundle: bundle.number for bundle in asked.problem.bundles})
    told, ends = [], _Ends(stay, limits)
    for move in telling.answer(asked, solve.quick(asked)).moves:
        rest[move.bundle] -= move.number
        ends.give(move.receiver.code, move.bundle, move.number)
        told.append(_told(holders[move.bundle], move.receiver.code, move.bundle, move.number))
    for bundle, number in rest.items():
        while number and not bundle.points_x100 and (to := ends.receiver(bundle)):
            ends.give(to, bundle, 1)
            told.append(_told(holders[bundle], to, bundle, 1))
            number -= 1
        if number:
            told.append(_told(holders[bundle], "", bundle, number, _binds(bundle, stay)))
    return sorted(told, key=lambda each: (each.leaver, each.to == "", each.to, each.what, each.refs))


class _Ends:
    """Who stays, with what they have got so far."""

    def __init__(self, stay: Iterable[asking.SharingPost], limits: asking.Limits) -> None:
        self._posts = {post.code: post for post in stay if asking.may_receive(post)}
        self._points = {code: post.points_x100 for code, post in self._posts.items()}
        self._got: Counter[str] = Counter()
        self._over_x100 = limits.over_x100

    def give(self, code: str, bundle: asking.CaseBundle, number: int) -> None:
        self._points[code] += bundle.points_x100 * number
        self._got[code] += bundle.cases * number

    def receiver(self, bundle: asking.CaseBundle) -> str:
        """Who gets a case that earns nothing: of those who may hold it and are not over, who got fewest, then
        who has the lowest capacity; '' for nobody."""
        able = [
            (self._got[code], Fraction(self._points[code], post.available_x100), code)
            for code, post in self._posts.items()
            if post.grade in bundle.grades and code not in bundle.not_to
            and not ledger.is_over(self._points[code], post.available_x100, self._over_x100)
        ]  # fmt: skip
        return min(able)[2] if able else ""


def _told(
    leaver: str, to: str, bundle: asking.CaseBundle, number: int, binds: Binds | None = None
) -> PlacedCases:
    return PlacedCases(
        leaver, to, bundle.refs, bundle.what, bundle.kind, bundle.cases * number,
        bundle.points_x100 * number, binds,
    )  # fmt: skip


def _binds(bundle: asking.CaseBundle, stay: Iterable[asking.SharingPost]) -> Binds:
    able = [
        post
        for post in stay
        if post.available_x100 and post.grade in bundle.grades and post.code not in bundle.not_to
    ]
    if not able:
        return Binds.RULES
    return Binds.MARK if any(post.receives for post in able) else Binds.PROTECTED


def moves_told(cases: Sequence[PlacedCases]) -> Iterator[dict[str, object]]:
    """The cases that fit as moves of a plan: by their references, or so many of a kind."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for each in cases:
        if each.to and each.refs:
            pairs.setdefault((each.leaver, each.to), []).extend(each.refs)
        elif each.to:
            yield {"do": "move", "number": each.number, "kind": each.kind, "from": each.leaver, "to": each.to}
    for (_, to), refs in sorted(pairs.items()):
        yield {"do": "move", "cases": refs, "to": to}
