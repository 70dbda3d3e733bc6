"""Homes of their own for processes that are killed: copied, on whichever database the tests run."""

import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

Figures = tuple[int, ...]
_SUMS = "SUM(points_x100), SUM(available_x100), SUM(cases), COUNT(*)"


@dataclass(frozen=True)
class Home:
    """A home and its database. `env` is what a process needs to use it."""

    path: Path
    url: str

    @property
    def env(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "wmt.site.settings",
            "WMT_HOME": str(self.path),
            "WMT_DATABASE_URL": self.url,
            "WMT_DEMO": "0",
            "WMT_SECRET_KEY": "x",
        }

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a question, with a connection of its own."""
        with _connected(self.url) as connection:
            return _rows(connection, self.url, statement, values)

    def tell(self, statement: str, *values: object) -> None:
        """Change rows, with a connection of its own."""
        with _connected(self.url) as connection:
            marked = statement if self.url.startswith("sqlite") else statement.replace("?", "%s")
            connection.execute(marked, values)

    def figures(self) -> Figures:
        """The nation's totals, asked for one by one as pages do. Raises where sums do not hold."""
        with _connected(self.url) as connection:

            def asked(statement: str, *values: object) -> tuple[Any, ...]:
                return _rows(connection, self.url, statement, values)[0]

            (load,) = asked("SELECT load_id FROM workload_current")
            found = f"SELECT {_SUMS} FROM workload_unit WHERE load_id = ? AND whole AND level = ?"
            nation = asked(found, load, "nation")
            assert nation[3] == 1
            for level in ("region", "pdu", "team", "post"):
                assert asked(found, load, level)[:3] == nation[:3], level
            priced = (
                "SELECT SUM(points_x100) FROM {0} JOIN workload_pricing p ON p.number = {0}.pricing "
                "AND p.load_id = {0}.load_id WHERE {0}.load_id = ? AND p.counted AND p.side = 'work'"
            )
            assert asked(priced.format("workload_line"), load)[0] == nation[0]
            cells = priced.format("workload_cell") + " AND workload_cell.level = 'nation'"
            assert asked(cells, load)[0] == nation[0]
            return tuple(int(value) for value in nation[:3])

    @contextmanager
    def copied(self, to: Path) -> Iterator["Home"]:
        """The same again, elsewhere; its database goes with it."""
        shutil.copytree(self.path, to)
        if self.url.startswith("sqlite"):
            yield Home(to, f"sqlite:///{to / 'wmt.sqlite3'}")
            return
        url = _fresh_url(self.url)
        _of_server(url, f'CREATE DATABASE "{_name(url)}" TEMPLATE "{_name(self.url)}"')
        try:
            yield Home(to, url)
        finally:
            _of_server(url, f'DROP DATABASE "{_name(url)}" WITH (FORCE)')


@contextmanager
def empty_home(path: Path) -> Iterator[Home]:
    """A home without anything, on the kind of database that the tests run on."""
    given = os.environ.get("WMT_DATABASE_URL", "")
    if not given.startswith("postgres"):
        yield Home(path, f"sqlite:///{path / 'wmt.sqlite3'}")
        return
    url = _fresh_url(given)
    _of_server(url, f'CREATE DATABASE "{_name(url)}"')
    try:
        yield Home(path, url)
    finally:
        _of_server(url, f'DROP DATABASE "{_name(url)}" WITH (FORCE)')


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    if url.startswith("sqlite"):
        connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20, isolation_level=None)
    else:
        import psycopg

        connection = psycopg.connect(url, autocommit=True)
    try:
        yield connection
    finally:
        connection.close()


def _rows(connection: Any, url: str, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    statement = statement if url.startswith("sqlite") else statement.replace("?", "%s")
    return list(connection.execute(statement, values).fetchall())


def _of_server(url: str, statement: str) -> None:
    with _connected(urlunsplit(urlsplit(url)._replace(path="/postgres"))) as connection:
        connection.execute(statement)


def _name(url: str) -> str:
    return urlsplit(url).path.strip("/")


def _fresh_url(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/killed_{uuid.uuid4().hex[:12]}"))
