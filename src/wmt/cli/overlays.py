"""Laying the rules that a command is given over our own."""

from collections.abc import Sequence
from pathlib import Path

from wmt import rules


def lay(overlays: Sequence[Path] | None) -> list[rules.Overlay]:
    """Overlay files, checked against the packaged rules."""
    return [rules.load_overlay(path, rules.load()) for path in overlays or ()]
