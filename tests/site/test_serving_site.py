"""The site as it is served, by one process of several threads: same answers, and a lock stops only some."""

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
import requests
from loads_homes import Home
from test_serving_new_day import PATIENCE_S, free_port

from night_tools import start, wmt

SIGNED_IN = """
import json
from datetime import date, timedelta
from wmt.site.start import set_up
set_up(lambda said: None)
from django.test import Client
from django.utils import timezone
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.accounts.tokens import make_token
from wmt.site.workload.models import Unit
today = timezone.localdate()
user = User.objects.create_user("all@example.org", name="All Roles")
for role in ("administrator", "analyst"):
    RoleGrant.objects.create(user=user, role=role, level="nation", code="nation", first_day=date(2020, 1, 1))
client = Client()
client.force_login(user)
token = make_token(user=user, name="saves", first_day=today, last_day=today + timedelta(2))[1]
units = Unit.objects.filter(whole=True).order_by("code")
posts = list(units.filter(level="post", available_x100__gte=160_000).values_list("code", flat=True)[:8])
teams = list(units.filter(level="team").values_list("code", flat=True)[:3])
cookie = client.cookies["sessionid"].value
print(json.dumps({"cookie": cookie, "token": token, "posts": posts, "teams": teams}))
"""
TABS = ("", "caseload/", "working/", "reports/", "hours/", "per-fte/", "over-time/", "why/", "duties/")
#: What is another each time a page is made.
EACH_TIME = re.compile(r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|[\w-]*csrf[\w-]*": ?"[^"]*"')
AT_ONCE = 12
DAY = date(2026, 11, 25)


@dataclass
class Site:
    """A site that is served by one process, and who is signed in."""

    home: Home
    address: str
    cookie: str
    token: str
    posts: list[str]
    teams: list[str]
    server: int

    def page(self, path: str) -> tuple[int, str]:
        answer = requests.get(
            f"{self.address}{path}",
            cookies={"sessionid": self.cookie},
            timeout=PATIENCE_S,
            allow_redirects=False,
        )
        return answer.status_code, EACH_TIME.sub("", answer.text)

    def save(self, post: str, number: int) -> int:
        """Enter hours of a post from a day with this number; the status of the answer."""
        more = {"headers": {"Authorization": f"Bearer {self.token}"}, "timeout": PATIENCE_S}
        address = f"{self.address}/api/v1/posts/{post}/hours/{DAY + timedelta(number)}"
        return int(requests.put(address, json={"hours": 20}, **more).status_code)  # type: ignore[arg-type]

    def process(self) -> int:
        """The process that answers."""
        parts = psutil.Process(self.server).children(recursive=True)
        (master,) = [part for part in parts if "gunicorn" in part.cmdline() and part.ppid() == self.server]
        (worker,) = master.children()
        assert master.num_threads() == 1
        return int(worker.pid)


@pytest.fixture(scope="module")
def site(kept_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with kept_home.copied(tmp_path_factory.mktemp("served") / "home") as home:
        env = {**home.env, "WMT_SECOND_FACTOR": "0", "WMT_TODAY": "extract"}
        told = wmt(code=SIGNED_IN, **env)
        assert told.returncode == 0, told.stderr
        port = free_port()
        server = start("serve", "--port", port, "--workers", 1, **env)
        try:
            assert server.stdout is not None
            assert f"http://127.0.0.1:{port}/" in server.stdout.readline()
            yield Site(home, f"http://127.0.0.1:{port}", **json.loads(told.stdout), server=server.pid)
        finally:
            server.terminate()
            _, complaints = server.communicate(timeout=PATIENCE_S)
        # what was cancelled is in the log with its trace; these would be faults of ours
        assert "left inside a transaction" not in complaints, complaints
        assert "it is started again" not in complaints, complaints


def test_many_who_ask_at_once_get_what_one_gets(site: Site) -> None:
    units = ["/nation/", f"/team/{site.teams[0]}/", f"/post/{site.posts[0]}/", f"/post/{site.posts[1]}/"]
    paths = [f"{unit}{tab}" for unit in units for tab in TABS]
    paths += ["/search/?q=an", "/rules/", "/questions/", f"/on/2026-11-20/team/{site.teams[1]}/"]
    alone = {path: site.page(path) for path in paths}
    assert {status for status, _ in alone.values()} <= {200, 302}
    with ThreadPoolExecutor(AT_ONCE) as people:
        asked = [(path, people.submit(site.page, path)) for path in paths * 2]
        wrong = [path for path, answer in asked if answer.result() != alone[path]]
    assert wrong == []


def test_a_flood_is_answered_with_pages_or_told_to_come_back(site: Site) -> None:
    path = f"{site.address}/team/{site.teams[0]}/working/"
    cookies = {"sessionid": site.cookie}
    with ThreadPoolExecutor(80) as people:
        asked = [people.submit(requests.get, path, cookies=cookies, timeout=PATIENCE_S) for _ in range(160)]
        health = [requests.get(f"{site.address}/health", timeout=PATIENCE_S).json() for _ in range(5)]
        answers = [answer.result() for answer in asked]
    assert {found["status"] for found in health} == {"ok"}
    assert {answer.status_code for answer in answers} <= {200, 503}
    for answer in answers:
        if answer.status_code == 503:
            assert answer.headers["Retry-After"] == "5"
            assert "Sorry, the service is busy" in answer.text
        else:
            assert answer.text.rstrip().endswith("</html>")


def test_who_connects_and_says_nothing_takes_no_thread(site: Site) -> None:
    place = urlsplit(site.address)
    with ExitStack() as stack:
        for _ in range(200):  # more than there are threads
            stack.enter_context(socket.create_connection((place.hostname, place.port), PATIENCE_S))
        assert requests.get(f"{site.address}/health", timeout=PATIENCE_S).json()["status"] == "ok"
        assert site.page("/nation/")[0] == 200
        slow = stack.enter_context(socket.create_connection((place.hostname, place.port), PATIENCE_S))
        slow.sendall(b"GET /acc")
        assert site.page("/nation/")[0] == 200
        slow.sendall(f"ounts/login/ HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: close\r\n\r\n".encode())
        assert slow.recv(12) == b"HTTP/1.1 200"


@contextmanager
def locked(home: Home) -> Iterator[Callable[[int], None]]:
    """Somebody holds what every change must hold. Gives what cancels so many waits, on PostgreSQL."""
    if home.url.startswith("sqlite"):
        import sqlite3

        with sqlite3.connect(home.url.removeprefix("sqlite:///"), isolation_level=None) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield lambda _: None
            connection.execute("ROLLBACK")
        connection.close()
        return
    with psycopg.connect(home.url) as holds, psycopg.connect(home.url, autocommit=True) as looks:
        holds.execute("SELECT 1 FROM availability_journal FOR UPDATE")

        def cancel(number: int) -> None:
            give_up = time.monotonic() + PATIENCE_S
            waiting = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            while looks.execute(f"SELECT count(*) {waiting}").fetchone() != (number,):
                assert time.monotonic() < give_up
            looks.execute(f"SELECT pg_cancel_backend(pid) {waiting}")

        yield cancel


def test_changes_that_wait_stop_nobody_and_a_broken_wait_poisons_nothing(site: Site) -> None:
    process = site.process()
    assert site.save(site.posts[0], 0) == 200
    is_postgres = not site.home.url.startswith("sqlite")
    for number in range(2):
        answers: list[int] = []
        waiting = [
            threading.Thread(target=lambda post=post: answers.append(site.save(post, 1 + number)))  # noqa: B023
            for post in site.posts[:2]
        ]
        with locked(site.home) as cancel:
            for thread in waiting:
                thread.start()
            reads = [site.page(f"/team/{site.teams[0]}/")[0] for _ in range(6)]
            cancel(2)
        for thread in waiting:
            thread.join(PATIENCE_S)
        assert reads == [200] * 6
        assert answers == [503 if is_postgres else 200] * 2
    assert [site.save(post, 3) for post in site.posts] == [200] * len(site.posts)
    assert [site.page("/nation/")[0] for _ in range(6)] == [200] * 6
    assert site.process() == process
