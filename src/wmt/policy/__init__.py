"""Policies: what an organisation decides for itself, such as limits, retention and who reads what.

They are dated data of the same shape as the rules, in a tree of their own: a rule says what work is worth and
is the same everywhere, a policy says how one installation runs. `values/` holds what comes with the program;
an installation lays a dated file of its own over it.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from wmt.rules import Overlay, RuleSet, Tree, load_overlay
from wmt.rules import load as load_tree

__all__ = ["at", "load", "load_file"]


@cache
def load() -> Tree:
    """All policies through time, as they come with the program. Raises RulesError with every fault."""
    with as_file(files("wmt.policy") / "values") as folder:
        return load_tree(folder)


def at(day: date, overlays: Sequence[Overlay] = ()) -> RuleSet:
    """The policies in force on a day, an installation's own laid over them.

    Raises RulesError where an overlay does not fit: file, path and remedy.
    """
    return load().at(day, overlays)


def load_file(path: Path) -> Overlay:
    """An installation's own policies: a file with `name`, `reference` and `values: {path: {date: value}}`.

    Raises RulesError with every fault, each with file, path and remedy.
    """
    return load_overlay(path, load())
