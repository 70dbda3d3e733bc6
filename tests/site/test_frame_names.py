"""Values of the frame around every page take the place of a page's own of the same name: no page has one."""

import ast
from collections.abc import Iterator
from pathlib import Path

from wmt.site import web
from wmt.site.web.context import bare

#: The same value by the same name: the figures that the request shows.
SAME = {("full/certificate.py", "state")}


def names_given(function: ast.AST) -> Iterator[str]:
    """Names in the mappings that a function hands to a template, written there or assigned before."""
    assigned: dict[str, ast.expr] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    assigned[target.id] = node.value
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "render":
            given = node.args[2] if len(node.args) > 2 else None
            if isinstance(given, ast.Name):
                given = assigned.get(given.id)
            if isinstance(given, ast.Dict):
                yield from (str(key.value) for key in given.keys if isinstance(key, ast.Constant))


def test_no_page_names_a_value_as_the_frame_does() -> None:
    room, frame, seen, taken = Path(web.__file__).parent, bare().keys(), 0, set()
    for file in sorted(room.rglob("*.py")):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                names = set(names_given(function))
                seen += len(names)
                taken |= {(file.relative_to(room).as_posix(), name) for name in names & frame}
    assert seen > 300
    assert taken == SAME
