"""The source of a commit, or of this working tree, in a folder of its own that nobody edits meanwhile."""

import ast
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILT = Path("wmt/site/web/built")
#: A code of a fault, or words that somebody may read.
_TEXT = re.compile(r"[A-Z][A-Z0-9]+_[A-Z0-9_]+|(?s:.*\S\s+\S.*)")


def commit_of(name: str) -> str:
    """The whole hash of a commit, a branch or a tag."""
    found = subprocess.run(
        ("git", "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        sys.exit(f"There is no commit {name} here: give one that `git log` shows")
    return found.stdout.strip()


def source_of(commit: str, folder: Path) -> Path:
    """Writes the source of a commit to a folder; without a commit that of the working tree."""
    folder.mkdir(parents=True)
    if commit:
        packed = subprocess.run(("git", "archive", commit, "src"), cwd=ROOT, capture_output=True, check=True)
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
            files.extractall(folder, filter="data")
    else:
        without = shutil.ignore_patterns("__pycache__", "built", "collected", "node_modules", "*.egg-info")
        shutil.copytree(ROOT / "src", folder / "src", ignore=without)
    shutil.copytree(ROOT / "src" / BUILT, folder / "src" / BUILT, copy_function=os.link)
    return folder / "src"


def texts(source: Path) -> dict[str, str]:
    """All texts of the source and its templates, whatever module they are in: one a line, each once.

    Docstrings are left out. What is inserted in a text is written {}.
    """
    found: set[str] = set()
    for path in sorted(source.rglob("*.py")):
        if "migrations" not in path.parts:
            found |= _of_module(ast.parse(path.read_text(encoding="utf-8")))
    pieces: set[str] = set()
    for path in sorted(source.rglob("*.jinja")):
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}", "\n", path.read_text(encoding="utf-8"), flags=re.S)
        text = re.sub(r"\{\{.*?\}\}", "{}", re.sub(r"<[^>]*>", "\n", text, flags=re.S), flags=re.S)
        pieces |= {" ".join(line.split()) for line in text.split("\n")}
    return {
        "texts of the source": "\n".join(sorted(found)),
        "texts of the templates": "\n".join(sorted(pieces)),
    }


def _of_module(tree: ast.Module) -> set[str]:
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inner |= {id(each) for each in node.values}
            whole = "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            whole = node.value
        else:
            continue
        if _TEXT.fullmatch(whole):
            found.add(" ".join(whole.split()))
    return found
