"""What can be wrong with rules, and how it is said: file, key, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from wmt.errors import RefusalError


@dataclass(frozen=True, order=True)
class RuleFault:
    """One thing wrong in one place. `key` is a parameter path or a place in the file; may be empty."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.key, self.message) if part)


class RulesError(RefusalError, ValueError):
    """Rules that cannot be used. `faults` holds every fault found, not only the first."""

    def __init__(self, message: str, faults: Sequence[RuleFault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return str(self.args[0])

    @classmethod
    def of(cls, faults: Sequence[RuleFault]) -> "RulesError":
        ordered = sorted(faults)
        return cls("\n".join(str(fault) for fault in ordered), ordered)


class NoRuleError(RulesError, KeyError):
    """A path that no rule has, or that has no value in force on the day asked for."""
