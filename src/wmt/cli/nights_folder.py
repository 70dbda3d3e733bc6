"""The folder of nights that a command is about."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wmt.cli.console import complain

if TYPE_CHECKING:
    from wmt.history import Compacted

Nights = Annotated[
    Path | None,
    typer.Option("--nights", help="The folder of saved data; without it, that of the site in WMT_HOME."),
]


def home(nights: Path | None) -> Path:
    """The folder of nights that is meant: the one given, else that of the site."""
    # as the site says it, without the key and the database that its settings ask for
    return nights or Path(os.environ.get("WMT_HOME") or "site-data").absolute() / "nights"


def is_site(nights: Path | None) -> bool:
    """Whether the nights of the site in WMT_HOME are meant, and it has a database to ask or to tell."""
    if nights is not None and nights.resolve() != home(None).resolve():
        return False
    return bool(os.environ.get("WMT_DATABASE_URL")) or (home(None).parent / "wmt.sqlite3").is_file()


def tell_lost(done: "Compacted") -> int:
    """Say what months would lose, each with its remedy; the exit code."""
    for each in done.lost:
        complain(f"{each.name}: {each.what}. {each.remedy}")
    return 1 if done.lost else 0
