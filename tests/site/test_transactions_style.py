"""Nobody opens a transaction by hand: what is opened by hand stays open when the next line fails."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import wmt

SOURCES = sorted(Path(wmt.__file__).parent.rglob("*.py"))
#: What a context manager must not be asked to do by name, and what switches transactions by hand.
BY_HAND = {"__enter__", "__exit__", "__aenter__", "__aexit__", "set_autocommit", "commit", "rollback"}


def faults(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    allowed = {id(each) for node in ast.walk(tree) for each in _closed_by_python(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in BY_HAND:
            yield f"line {node.lineno}: {name}()"
        if name in ("atomic", "hold_journal") and id(node) not in allowed:
            yield f"line {node.lineno}: {name}() is neither in `with` nor a decorator"


def _closed_by_python(node: ast.AST) -> list[ast.expr]:
    """Expressions that Python itself closes: those of `with`, decorators, and what an ExitStack is given."""
    if isinstance(node, ast.With | ast.AsyncWith):
        return [item.context_expr for item in node.items]
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.decorator_list
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "enter_context"
    ):
        return node.args
    return []


def test_no_transaction_is_opened_by_hand() -> None:
    assert len(SOURCES) > 300
    found = {str(path): list(faults(path.read_text("utf-8"))) for path in SOURCES}
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize(
    "source",
    [
        "self.held = transaction.atomic()\nself.held.__enter__()",
        "held = hold_journal()",
        "connection.set_autocommit(False)",
        "transaction.rollback()",
        "def f():\n    return atomic(using='default')",
    ],
)
def test_the_lint_sees_what_it_looks_for(source: str) -> None:
    assert list(faults(source))


@pytest.mark.parametrize(
    "source",
    [
        "with transaction.atomic(), connection.cursor() as cursor: pass",
        "@transaction.atomic\ndef f(): pass",
        "@transaction.atomic(durable=True)\ndef f(): pass",
        "stack.enter_context(transaction.atomic())",
    ],
)
def test_what_python_closes_is_no_fault(source: str) -> None:
    assert not list(faults(source))
