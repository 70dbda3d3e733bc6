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

from wmt.ledger import HEADLINE, STREAMS

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
        """The nation's totals, asked for as pages do. Raises where the sums of any stream do not hold."""
        with _connected(self.url) as connection:

            def asked(statement: str, *values: object) -> tuple[Any, ...]:
                return _rows(connection, self.url, statement, values)[0]

            (load,) = asked("SELECT load_id FROM workload_current")
            # a unit's row of a stream has no grade; the rows of posts have theirs
            found = (
                f"SELECT {_SUMS} FROM workload_unit WHERE load_id = ? AND stream = ? AND level = ? "
                "AND (grade = '' OR level = 'post')"
            )
            priced = (
                "SELECT COALESCE(SUM({0}.points_x100), 0) FROM {0} JOIN workload_pricing p "
                "ON p.number = {0}.pricing AND p.load_id = {0}.load_id {1} "
                "WHERE {0}.load_id = ? AND p.counted AND p.side = 'work' AND {2}"
            )
            of_posts = (
                "JOIN workload_unit u ON u.number = workload_line.post_no AND u.load_id = p.load_id "
                "AND u.level = 'post'"
            )
            lines = priced.format("workload_line", of_posts, "u.stream = ?")
            cells = (
                priced.format("workload_cell", "", "post_stream = ?") + " AND workload_cell.level = 'nation'"
            )
            for stream in STREAMS:
                nation = asked(found, load, stream, "nation")
                assert nation[3] == 1 or (stream != HEADLINE and nation[3] == 0), stream
                for level in ("region", "pdu", "team", "post"):
                    assert asked(found, load, stream, level)[:3] == nation[:3], (stream, level)
                assert asked(lines, load, stream)[0] == (nation[0] or 0), stream
                assert asked(cells, load, stream)[0] == (nation[0] or 0), stream
            nation = asked(found, load, HEADLINE, "nation")
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
    home = fresh_home(path)
    try:
        yield home
    finally:
        if home.url.startswith("postgres"):
            _of_server(home.url, f'DROP DATABASE "{_name(home.url)}" WITH (FORCE)')


def fresh_home(path: Path) -> Home:
    """The same, for all workers: on PostgreSQL its database ends with the server."""
    given = os.environ.get("WMT_DATABASE_URL", "")
    if not given.startswith("postgres"):
        return Home(path, f"sqlite:///{path / 'wmt.sqlite3'}")
    url = _fresh_url(given)
    _of_server(url, f'CREATE DATABASE "{_name(url)}"')
    return Home(path, url)


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
