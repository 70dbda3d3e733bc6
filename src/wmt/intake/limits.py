"""Limits: how large an input may be, looked at before anything of it is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from datetime import date
from functools import cache

from wmt import policy
from wmt.intake.refusal import Refusal
from wmt.rules import RuleSet

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
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
                raise Refusal("TOO_LARGE", f"{name} has {found:,} {what}; at most {most:,} are read")

    def check_bytes(self, name: str, unpacked: int) -> None:
        """Raise Refusal for a file that would unpack to too much."""
        if unpacked > self.unpacked_mib * MIB:
            what = (
                f"{name} would unpack to {unpacked // MIB:,} MiB; at most {self.unpacked_mib:,} MiB are read"
            )
            raise Refusal("TOO_LARGE", what)


def limits_of(policies: RuleSet, group: str = "input") -> Limits:
    """The limits that a set of policies puts on extracts (`input`) or people's tables (`people_input`)."""
    found = {field.name: int(str(policies[f"{group}.{field.name}"].value)) for field in fields(Limits)}
    return Limits(**found)


@cache
def packaged(group: str = "input") -> Limits:
    """The limits that come with the program."""
    return limits_of(policy.at(date.today()), group)


_in_force: ContextVar[Limits | None] = ContextVar("limits", default=None)


def current() -> Limits:
    """The limits of the reading that is under way; those of the program where nobody has set others."""
    return _in_force.get() or packaged()


@contextmanager
def in_force(limits: Limits) -> Iterator[Limits]:
    """Read under these limits. Threads that are started within do not inherit them: hand them over."""
    token = _in_force.set(limits)
    try:
        yield limits
    finally:
        _in_force.reset(token)
