"""Packages whose names are fetched when they are asked for, so that a command loads only what it uses.

A package lists its names as imports under `if TYPE_CHECKING:`, as any other would list them, and says
`__getattr__ = names_of(__name__, __file__)`. No name may be that of a module beside it: whichever was
imported last would win.
"""

import ast
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any


def names_of(package: str, file: str) -> Callable[[str], Any]:
    """The `__getattr__` of a package: a name out of the module that its own imports name."""

    def fetch(name: str) -> Any:
        module = modules_of(file).get(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(module), name)
        setattr(import_module(package), name, found)
        return found

    return fetch


@cache
def modules_of(file: str) -> dict[str, str]:
    """Every name that a package offers → the module it comes from."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    listed = [node for block in tree.body if isinstance(block, ast.If) for node in block.body]
    imports = [node for node in listed if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in imports for alias in node.names}
