"""The dated rules of tiering as the calculation reads them, and which of them hold for which cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache

from wmt import rules
from wmt.days import written
from wmt.errors import RefusalError

#: The two schemes whose tiers can be worked out, by the names of `tiering_schemes`.
V2, AG = "v2", "a-g"
ROSH = ("low", "medium", "high", "very_high")  # from low to high: 1 to 4 in columns, 0 for none
_ROOT = "tiering_"


class TieringError(RefusalError, ValueError):
    """Cases or a scheme that cannot be tiered as they are; the message says why and what to do."""


@dataclass(frozen=True)
class NeedSection:
    """A need section: its name, weight and cut-offs, and the names of its answers in order."""

    key: str
    name: str
    weight: int
    standard: int
    severe: int
    san_standard: int
    san_severe: int
    answers: tuple[str, ...]


class Rulebook:
    """The rules of tiering in force on a day. Values are read by their path after `tiering_`."""

    def __init__(self, ruleset: rules.RuleSet) -> None:
        self.ruleset = ruleset
        self._names: dict[str, tuple[str, ...]] = {}

    def number(self, path: str) -> Decimal:
        """A number. Raises NoRuleError where none is in force."""
        return Decimal(str(self.ruleset[_ROOT + path].value))

    def whole(self, path: str) -> int:
        return self.ruleset[_ROOT + path].whole

    def text(self, path: str) -> str:
        """A text; empty where none is in force."""
        found = self.ruleset.get(_ROOT + path)
        return "" if found is None else str(found.value)

    def words(self, path: str) -> tuple[str, ...]:
        """The words of a text; none where it is not in force."""
        return tuple(self.text(path).split())

    def is_set(self, path: str) -> bool:
        """Whether a yes/no is yes."""
        return bool(self.ruleset[_ROOT + path].value)

    def names(self, path: str) -> tuple[str, ...]:
        """The names of the rows of a table, in their order."""
        if path not in self._names:
            self._names[path] = self.ruleset.children(_ROOT + path)
        return self._names[path]

    def has(self, path: str) -> bool:
        return _ROOT + path in self.ruleset

    @cached_property
    def factors(self) -> dict[str, str]:
        """The complexity factors: what each is called, by its code."""
        return {code: self.text(f"factors.{code}") for code in self.names("factors")}

    @cached_property
    def sections(self) -> tuple[NeedSection, ...]:
        """The need sections in their order. Where one has no cut-offs of its own for SAN, the usual hold."""
        found = []
        for key in self.names("needs"):
            cut = {name: self.whole(f"needs.{key}.{name}") for name in ("standard", "severe")}
            san = {
                f"san_{name}": self.whole(f"needs.{key}.san_{name}")
                if self.has(f"needs.{key}.san_{name}")
                else value
                for name, value in cut.items()
            }
            name, weight = self.text(f"needs.{key}.name"), self.whole(f"needs.{key}.weight")
            found.append(
                NeedSection(key, name, weight, **cut, **san, answers=self.words(f"needs.{key}.answers"))
            )
        return tuple(found)

    @cached_property
    def has_letters(self) -> bool:
        """Whether the letter of the Unified Tiering Model can be worked out by these rules."""
        return self.has("v2.letter.A")


@lru_cache(maxsize=64)
def _rulebook(tree: rules.Tree, period: date) -> Rulebook:
    return Rulebook(tree.at(period))


@lru_cache(maxsize=2)
def _changes(tree: rules.Tree) -> tuple[date, ...]:
    """The days on which a rule of tiering begins."""
    paths = (path for path in tree.paths if path.startswith(_ROOT))
    return tuple(sorted({value.valid_from for path in paths for value in tree.parameter(path).values}))


def rulebooks(days: Iterable[date]) -> dict[Rulebook, list[date]]:
    """The rules for each of some days, those of equal rules together."""
    found: dict[Rulebook, list[date]] = {}
    tree = rules.load()
    for day in sorted(set(days)):
        period = max((change for change in _changes(tree) if change <= day), default=day)
        found.setdefault(_rulebook(tree, period), []).append(day)
    return found


def rulebook_of(day: date) -> Rulebook:
    """The rules of a day."""
    return next(iter(rulebooks([day])))


@lru_cache(maxsize=2)
def first_day(scheme: str) -> date:
    """The first day for which tiers of a scheme can be worked out."""
    path = "tiering_v2.number.3" if scheme == V2 else "tiering_ag.floor"
    return rules.shipped().parameter(path).values[0].valid_from


def check_scheme(scheme: str) -> None:
    """Refuse a scheme that is not known, or whose tiers cannot be worked out."""
    ruleset = rulebook_of(first_day(AG)).ruleset
    schemes = ruleset.children("tiering_schemes")
    if scheme not in schemes:
        raise TieringError(f"'{scheme}' is no tiering scheme; use one of {', '.join((V2, AG))}")
    if not ruleset[f"tiering_schemes.{scheme}.is_worked_out"].value:
        name = ruleset[f"tiering_schemes.{scheme}.name"].value
        tiers = ruleset[f"tiering_schemes.{scheme}.tiers"].value
        raise TieringError(
            f"{name} ({tiers}) can be read in earlier data, but how a case got its tier is not known, so "
            f"tiers cannot be worked out; use one of {', '.join((V2, AG))}"
        )


def why_too_early(scheme: str, day: date) -> str | None:
    """Why tiers of a scheme cannot be worked out as of a day, and the remedy; None when they can."""
    first = first_day(scheme)
    if day >= first:
        return None
    begins = f"tiers of the scheme {scheme} can be worked out from {written(first)} on"
    return f"{begins}, and as_of is {written(day)}"
