"""Limits: how large an input may be, looked at before anything of it is read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from wmt import policy
from wmt.intake.refusal import ReadingStopped
from wmt.rules import RuleSet

MIB = 1024 * 1024
#: The groups of policies that hold the limits of extracts and of people's tables.
EXTRACT, PEOPLE = "input", "people_input"
#: Below this size, in bytes, how far a part unpacks is of no weight.
SMALL = 16 * MIB
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class InputLimits:
    """The most that one input may be. The policies `input.…` and `people_input.…` describe each."""

    rows: int
    columns: int
    cells: int
    sheet_cells: int
    part_mib: int
    unpacked_mib: int
    ratio: int
    memory_mib: int
    faults: int

    def check_table(self, name: str, rows: int, columns: int) -> None:
        """Raise Refusal for a table that has too many rows, columns or cells."""
        for found, most, what in (
            (columns, self.columns, "columns"),
            (rows, self.rows, "rows"),
            (rows * columns, self.cells, "cells"),
        ):
            if found > most:
                raise ReadingStopped("TOO_LARGE", f"{name} has {found:,} {what}; at most {most:,} are read")

    def check_ratio(self, name: str, packed: int, unpacked: int) -> None:
        """Raise Refusal for a part that unpacks to far more than any sheet or table does."""
        if unpacked > SMALL and unpacked > self.ratio * max(packed, 1):
            raise ReadingStopped(
                "TOO_LARGE", f"a part of {name} would unpack to {unpacked // max(packed, 1):,} times its size"
            )

    def check_bytes(self, name: str, unpacked: int) -> None:
        """Raise Refusal for a file that would unpack to too much."""
        if unpacked > self.unpacked_mib * MIB:
            what = (
                f"{name} would unpack to {unpacked // MIB:,} MiB; at most {self.unpacked_mib:,} MiB are read"
            )
            raise ReadingStopped("TOO_LARGE", what)


def limits_of(policies: RuleSet, group: str = EXTRACT) -> InputLimits:
    """The limits that a set of policies puts on extracts or on people's tables."""
    found = {field.name: policies[f"{group}.{field.name}"].whole for field in fields(InputLimits)}
    return InputLimits(**found)


def all_limits(policies: RuleSet) -> Mapping[str, InputLimits]:
    """The limits of both groups, for `under`."""
    return {group: limits_of(policies, group) for group in (EXTRACT, PEOPLE)}


@cache
def packaged(group: str = EXTRACT) -> InputLimits:
    return limits_of(policy.at(date.today()), group)


_in_force: ContextVar[Mapping[str, InputLimits]] = ContextVar("limits", default=MappingProxyType({}))
_group: ContextVar[str] = ContextVar("group", default=EXTRACT)


def current() -> InputLimits:
    """The limits of the reading that is under way; those of the program where nobody has set others."""
    return _in_force.get().get(_group.get()) or packaged(_group.get())


@contextmanager
def under(limits: Mapping[str, InputLimits]) -> Iterator[None]:
    """Read under these limits, by group. Threads started within do not inherit them: hand them over."""
    with _set(_in_force, limits):
        yield


@contextmanager
def of_people() -> Iterator[None]:
    """Read under the limits of people's tables."""
    with _set(_group, PEOPLE):
        yield


@contextmanager
def _set(variable: ContextVar[T], value: T) -> Iterator[None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)
