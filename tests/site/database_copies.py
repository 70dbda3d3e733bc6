"""The database of the tests as one worker made it, for the others: a file, or a template of PostgreSQL."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection


def keep(folder: Path) -> None:
    """A copy of this worker's database as it is now, under a folder's name."""
    folder.mkdir(exist_ok=True)
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(folder / "database.sqlite3")) as kept:
            connection.connection.backup(kept)
    else:
        _copy(_name(), folder.name)


def bring_back(folder: Path) -> None:
    """This worker's database becomes what was kept."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(folder / "database.sqlite3")) as kept:
            kept.backup(connection.connection)
    else:
        _copy(folder.name, _name())


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _copy(name: str, to: str) -> None:
    connection.close()  # nobody may be connected to a template
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{to}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{to}" TEMPLATE "{name}"')
