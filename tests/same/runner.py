"""Runs commands of `wmt` one after another, each in a fork of one process that has imported what all need.

Started with the source to run in PYTHONPATH. It knows nothing of that source but `python -m wmt`.
"""

import json
import os
import runpy
import sys
from importlib import import_module
from pathlib import Path

#: None of these starts a thread or reads the environment that a command goes by when it is imported.
_NEEDED = ("duckdb", "polars", "pyarrow.parquet", "ibis", "xlsxwriter", "pydantic", "dataframely", "typer",
           "rich.table", "jinja2", "django.core.management", "django.db.models", "django.forms")  # fmt: skip


def run_all(commands: list[list[str]], folder: Path) -> None:
    """What each command says goes to a file of its number, with how it ended."""
    for number, command in enumerate(commands):
        said = os.open(folder / f"{number}.said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        child = os.fork()
        if not child:
            os.dup2(said, 1)
            os.dup2(said, 2)
            sys.argv = ["wmt", *command]
            runpy.run_module("wmt", run_name="__main__", alter_sys=True)
            os._exit(0)
        _, ended = os.waitpid(child, 0)
        os.write(said, f"exit {os.waitstatus_to_exitcode(ended)}".encode())
        os.close(said)


if __name__ == "__main__":
    for each in _NEEDED:
        import_module(each)
    run_all(json.loads(sys.stdin.read()), Path(sys.argv[1]))
