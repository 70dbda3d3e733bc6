"""Amendments: dated values that people of an installation proposed and approved, laid into the tree.

An amended tree is an ordinary tree: a plain list of dated values for every parameter. A value holds until the
next one of its parameter begins, whether that came with the program or was approved here. Of two that begin
on one day the one approved later is in force.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from wmt.rules import activity_checks, priority_checks
from wmt.rules.errors import RuleFault, RulesError
from wmt.rules.ruleset import diff
from wmt.rules.tree import Tree
from wmt.rules.units import Scalar
from wmt.rules.values import ALWAYS, DatedValue, Overlay, Parameter

#: The status of a value that was proposed and approved here.
APPROVED = "approved"


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """An overlay of dated values that one person proposed and another approved.

    `number` is what people call it by. `ends` is the first day on which it is in force no longer: it was
    withdrawn, or another took its place. Raises RulesError without a source, a day or two different names.
    """

    number: int
    overlay: Overlay
    proposed_by: str
    approved_by: str
    ends: date | None = None

    def __post_init__(self) -> None:
        if not are_two_people(self.proposed_by, self.approved_by):
            self._refuse("needs two people: one who proposed it, and another who approved it")
        if not self.overlay.reference.strip():
            self._refuse("has no source; say where its values come from")
        if any(day == ALWAYS for _, day, _ in self.overlay.entries):
            self._refuse("has a value without a day; say from which day it holds")

    def _refuse(self, message: str) -> None:
        raise RulesError.of([RuleFault(f"proposal {self.number}", "", message)])

    def holds(self, day: date) -> bool:
        """Whether it has not ended by a day."""
        return self.ends is None or day < self.ends


def are_two_people(one: str, other: str) -> bool:
    """Whether two names are there and not the same, however they are spaced and whatever their case."""
    names = [" ".join(name.split()).casefold() for name in (one, other)]
    return all(names) and names[0] != names[1]


def amended(tree: Tree, amendments: Sequence[Amendment]) -> Tree:
    """The tree with what was approved, in the order of approval. Raises RulesError for a path it has not."""
    if not amendments:
        return tree
    parameters = dict(tree.parameters)
    for path in dict.fromkeys(path for each in amendments for path in each.overlay.paths):
        parameters[path] = _amended(tree.parameter(path), amendments)
    return Tree(parameters)


class _Dated(NamedTuple):
    """A value that begins on a day; `rank` orders those of one day, the last approved last."""

    day: date
    rank: int
    value: DatedValue
    by: Amendment | None


def _amended(parameter: Parameter, amendments: Sequence[Amendment]) -> Parameter:
    entries = [_Dated(value.valid_from, -1, value, None) for value in parameter.values]
    for rank, each in enumerate(amendments):
        entries += [
            _Dated(day, rank, _value(parameter, day, value, each), each)
            for path, day, value in each.overlay.entries
            if path == parameter.path
        ]
    ends = {each.by.ends for each in entries if each.by is not None and each.by.ends is not None}
    values: list[DatedValue] = []
    last: _Dated | None = None
    for day in sorted({each.day for each in entries} | ends):
        there = [each for each in entries if each.day <= day and (each.by is None or each.by.holds(day))]
        found = max(there, key=lambda each: each[:2], default=None)
        if found is not None and found is not last:
            values.append(found.value if found.day == day else _again(found.value, day, last))
            last = found
    return replace(parameter, values=tuple(values))


def _value(parameter: Parameter, day: date, value: Scalar, by: Amendment) -> DatedValue:
    text = (parameter.at(day) or parameter.values[0]).description
    reason = f": {by.overlay.reason}" if by.overlay.reason else ""
    note = f"Proposal {by.number}, {by.overlay.name}{reason}"
    about = (parameter.unit, text, by.overlay.reference, APPROVED, note)
    return DatedValue(parameter.path, value, day, *about)


def _again(value: DatedValue, day: date, last: _Dated | None) -> DatedValue:
    """A value in force again, because one that was approved after it ended."""
    ended = f"proposal {last.by.number}" if last is not None and last.by is not None else "what replaced it"
    said = f"In force again: {ended} ended"
    return replace(value, valid_from=day, note=f"{value.note}. {said}" if value.note else said)


def faults(tree: Tree, overlay: Overlay) -> list[RuleFault]:
    """Every reason why an overlay cannot amend a tree; empty when it can.

    As strict as the files: paths, units, days, and what lies between values. Values need a day of their own,
    none before its rule began, and one that the rule does not have on that day anyway (`is_there`).
    """
    file = overlay.file or overlay.name
    found = tree.overlay_faults(overlay)
    bad = {fault.key for fault in found}
    for path, day, value in overlay.entries:
        if path not in bad:
            own = [(since, each) for at, since, each in overlay.entries if at == path]
            found += [RuleFault(file, path, message) for message in _of_entry(tree, path, day, value, own)]
    if found:
        return found
    laid = amended(tree, [_trial(overlay)])
    files = dict.fromkeys(overlay.paths, file)
    known = {(fault.key, fault.message) for fault in _between(tree.parameters, files)}
    after = _between(laid.parameters, files)
    return [replace(fault, file=file) for fault in after if (fault.key, fault.message) not in known]


def _trial(overlay: Overlay) -> Amendment:
    """An overlay as if two people had agreed on it, to see what would come of it."""
    named = overlay if overlay.reference.strip() else replace(overlay, reference="not yet given")
    return Amendment(number=0, overlay=named, proposed_by="one person", approved_by="another person")


def trial(tree: Tree, overlay: Overlay) -> Tree:
    """The tree as it would be if an overlay were approved. Raises RulesError with every fault."""
    if found := faults(tree, overlay):
        raise RulesError.of(found)
    return amended(tree, [_trial(overlay)])


def is_there(parameter: Parameter, own: Iterable[tuple[date, Scalar]], day: date, value: Scalar) -> bool:
    """Whether a rule has a value on a day anyway: by what is in force, or by an earlier one of its `own` new
    values. So what a change for a time only goes back to is not there."""
    there, found = until(parameter, own, day)
    return there and is_same(found, value)


def until(parameter: Parameter, own: Iterable[tuple[date, Scalar]], day: date) -> tuple[bool, Scalar]:
    """Whether a rule is in force until a day on which one of its `own` new values begins, and its value."""
    there, earlier = parameter.at(day), [each for each in own if each[0] < day]
    last = max(earlier, key=lambda each: each[0], default=None)
    if last is not None and (there is None or last[0] >= there.valid_from):
        return True, last[1]
    return there is not None, None if there is None else there.value


def _of_entry(
    tree: Tree, path: str, day: date, value: Scalar, own: Iterable[tuple[date, Scalar]]
) -> Iterator[str]:
    parameter = tree.parameter(path)
    if day == ALWAYS:
        yield "has no day; write {day: value}, the day from which it holds"
        return
    if day < parameter.values[0].valid_from:
        yield f"holds from {day}, but the rule begins on {parameter.values[0].valid_from}; write a later day"
        return
    if is_there(parameter, own, day, value):
        yield f"is {'empty' if value is None else value} on {day} already; leave it out"


def _between(parameters: Mapping[str, Parameter], files: Mapping[str, str]) -> list[RuleFault]:
    """What single values cannot show; asked only where the paths touch it."""
    found: list[RuleFault] = []
    if any(path.startswith(activity_checks.ROOTS) for path in files):
        found += activity_checks.faults(parameters, files)
    if any(path.startswith("priority_") for path in files):
        found += priority_checks.faults(parameters, files)
    return found


def faults_between(tree: Tree, paths: Iterable[str]) -> list[RuleFault]:
    """What does not hold together in a tree where these paths touch it: what single values cannot show."""
    return _between(tree.parameters, dict.fromkeys(paths, "rules in force"))


def fingerprint(tree: Tree, shipped: Tree, day: date) -> str:
    """What of the rules of a day is not what came with the program, as one text; empty when nothing is."""
    if tree is shipped:
        return ""
    changes = diff(shipped.at(day), tree.at(day))
    return "; ".join(f"{each.path} {each.after.value if each.after else None!r}" for each in changes)


def reverting(
    before: Tree, under: Tree, overlay: Overlay, first: date
) -> Iterator[tuple[str, date, DatedValue | None, DatedValue | None]]:
    """What else changes when an overlay takes the place of what was approved: path, day, value before, after.

    `before` has what it supersedes, `under` has not. A day on which the overlay says a value itself is no
    question; on every other from `first` on, on which a value of `before` begins, the one that holds then is
    asked about where it differs: what the rules are without both holds, or the overlay's earlier value.
    """
    after = amended(under, [_trial(overlay)])
    for path in before.paths:
        old, new = before.parameter(path), after.parameter(path)
        own = {day for each, day, _ in overlay.entries if each == path}
        days = {first, *(value.valid_from for value in old.values)} if old is not new else set[date]()
        for day in sorted(day for day in days - own if day >= first):
            was, then = old.at(day), new.at(day)
            if (was is None) != (then is None) or (was and then and not is_same(was.value, then.value)):
                yield path, day, was, then


def is_same(one: Scalar, other: Scalar) -> bool:
    """Whether two values are the same; yes is not 1."""
    return (one, type(one) is bool) == (other, type(other) is bool)


def as_overlay(tree: Tree, overlay: Overlay) -> Overlay:
    """An overlay that says of every day what `amended` makes of it, laid over the tree with `Tree.at`.

    An overlay lies over later values of the tree; an amendment gives way to them. So the value that follows
    in the tree is written for its day. The same overlay where nothing follows.
    """
    added: list[tuple[str, date, Scalar]] = []
    for path in overlay.paths:
        own = [day for each, day, _ in overlay.entries if each == path]
        later = (each for each in tree.parameter(path).values if each.valid_from > min(own))
        added += [(path, each.valid_from, each.value) for each in later if each.valid_from not in own]
    return replace(overlay, entries=(*overlay.entries, *added)) if added else overlay


def first_day(overlays: Iterable[Overlay]) -> date | None:
    """The first day on which a value begins."""
    return min((day for each in overlays for _, day, _ in each.entries), default=None)
