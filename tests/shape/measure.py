"""The shape of the source in figures: `make shape` prints them beside their limits, a test holds the limits.

Only the text is read, nothing is run. Migrations are left out: they are what was, and nobody changes them.
"""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
OURS = "wmt"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class SourceFile:
    """One module: its dotted name, its path, its lines and its syntax."""

    name: str
    path: Path
    lines: int
    tree: ast.Module = field(repr=False)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All of its syntax, walked once."""
        return list(ast.walk(self.tree))

    @cached_property
    def imports(self) -> list[tuple[str, str]]:
        """What it takes from our own modules: (module, name) for each name."""
        return [
            (node.module or "", each.name)
            for node in self.nodes
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == OURS
            for each in node.names
        ]

    @cached_property
    def functions(self) -> list[Function]:
        """All functions and methods, those within others too."""
        return [node for node in self.nodes if isinstance(node, Function)]


@dataclass(frozen=True)
class Measure:
    """A figure, and the limit it must keep; None where it is only shown."""

    what: str
    value: float
    limit: float | None = None

    @property
    def is_kept(self) -> bool:
        """Whether it is within its limit."""
        return self.limit is None or self.value <= self.limit


def files() -> list[SourceFile]:
    """All modules of the source but migrations."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        found.append(SourceFile(name, path, len(text.splitlines()), ast.parse(text)))
    return found


def arrows(modules: list[SourceFile]) -> dict[str, set[str]]:
    """Which modules each module imports. A package counts where it is named, whatever it hands on."""
    names = {each.name for each in modules}
    found: dict[str, set[str]] = {}
    for each in modules:
        targets = {
            f"{module}.{name}" if f"{module}.{name}" in names else module for module, name in each.imports
        }
        found[each.name] = (targets & names) - {each.name}
    return found


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """A circle of imports, if there is any: modules that import each other, however far around."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [error.args[1]]
    return []


def upward(graph: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Imports of the site from a layer to one above or beside it, by the contract in pyproject.toml."""
    floor = {room: number for number, rooms in enumerate(layers()) for room in rooms}
    found = []
    for module, targets in graph.items():
        for target in targets:
            one, other = _room(module), _room(target)
            if one and other and one != other and floor[one] >= floor[other]:
                found.append((module, target))
    return found


def layers() -> list[list[str]]:
    """The layers of the site from above."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    found = next(each for each in contracts if each["type"] == "layers")
    return [[room.strip() for room in each.split("|")] for each in found["layers"]]


def _room(module: str) -> str:
    parts = module.split(".")
    return parts[2] if parts[:2] == [OURS, "site"] and len(parts) > 2 else ""


def doubled_classes(modules: list[SourceFile]) -> dict[str, list[str]]:
    """Class names that more than one module defines, with those modules."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in modules:
        for node in each.tree.body:
            if isinstance(node, ast.ClassDef):
                found[node.name].append(each.name)
    return {name: where for name, where in found.items() if len(where) > 1}


def used_once(module: SourceFile, *, called: bool = True) -> Iterator[str]:
    """Private functions that are named once in their module beside where they are defined.

    With `called`, only those that could be a part of their caller: one that is handed over without a call
    (to a table of functions, a thread, a hook) or is decorated (kept by a cache, a context, a property) has
    to be a function, however often it is named.
    """
    calls = {node.func for node in module.nodes if isinstance(node, ast.Call)}
    named: dict[str, list[bool]] = defaultdict(list)
    for node in module.nodes:
        if isinstance(node, ast.Name | ast.Attribute):
            named[node.id if isinstance(node, ast.Name) else node.attr].append(node in calls)
    for function in module.functions:
        name, times = function.name, named[function.name]
        is_helper = not called or (times == [True] and not function.decorator_list)
        if name.startswith("_") and not name.startswith("__") and len(times) == 1 and is_helper:
            yield name


def measures(modules: list[SourceFile]) -> list[Measure]:
    """All figures, in the order they are printed."""
    graph = arrows(modules)
    functions = [node for each in modules for node in each.functions]
    lengths = [(node.end_lineno or node.lineno) - node.lineno + 1 for node in functions]
    named, once = (sum(len(list(used_once(each, called=how))) for each in modules) for how in (False, True))
    taken = [len(each.imports) for each in modules if each.lines > 1]
    sizes = [each.lines for each in modules]
    return [
        Measure("files", len(modules)),
        Measure("lines", sum(sizes)),
        Measure("circles of imports", len(circles(graph)), 0),
        Measure("imports from a layer to one above or beside it", len(upward(graph)), 0),
        Measure("class names with two meanings", len(doubled_classes(modules)), 0),
        Measure("names of ours imported, median file", median(taken), 6),
        Measure("private functions named once, % of functions", round(100 * named / len(functions), 1)),
        Measure("private functions called once, % of functions", round(100 * once / len(functions), 1)),
        Measure("lines of a function, 9 of 10", quantiles(lengths, n=10)[-1], 30),
        Measure("lines of the longest function", max(lengths), 60),
        Measure("lines of a file, 9 of 10", quantiles(sizes, n=10)[-1], 250),
        Measure("lines of the longest file", max(sizes), 400),
    ]


def main() -> None:
    """Print the table."""
    for each in measures(files()):
        limit = (
            ""
            if each.limit is None
            else f"   at most {each.limit:g}" + ("" if each.is_kept else "  EXCEEDED")
        )
        print(f"{each.value:>10,g}  {each.what}{limit}")


if __name__ == "__main__":
    main()
