"""The real site on the national nation, on SQLite or on PostgreSQL: loaded, served by two workers."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench.engines import postgres_address
from bench.nation import FOLDER, past

PATIENCE = 120
FIGURE = re.compile(r'href="(/(?:region|pdu|team|post)/[^"?/]+/)')


@dataclass(frozen=True)
class Served:
    """A site that answers: its address, its environment, the session of somebody who may see everything."""

    address: str
    environment: dict[str, str]
    cookie: str
    load_s: float

    def session(self) -> requests.Session:
        """A connection of its own, signed in."""
        found = requests.Session()
        found.cookies["sessionid"] = self.cookie
        return found


@contextmanager
def served(night: Path, then: Path, database: str, port: int) -> Iterator[Served]:
    """The site with a year of daily figures, a night and the night after it, while this lasts.

    `database` is 'SQLite' or 'PostgreSQL'. The first night's load is timed.
    """
    home = FOLDER / f"site-{database.lower()}"
    shutil.rmtree(home, ignore_errors=True)
    environment = {**os.environ, "WMT_HOME": str(home.absolute()), "WMT_DEMO": "1"}
    environment.pop("WMT_DATABASE_URL", None)
    with ExitStack() as stack:
        if database == "PostgreSQL":
            environment["WMT_DATABASE_URL"] = stack.enter_context(postgres_address())
        command = [sys.executable, "-m", "wmt", "nights", "import-archive", *map(str, past())]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        start = time.perf_counter()
        load(night, environment)
        load_s = time.perf_counter() - start
        load(then, environment)
        address = stack.enter_context(serving(environment, port))
        yield Served(address, environment, _signed_in(address), load_s)


@contextmanager
def serve_home(home: Path, port: int) -> Iterator[Served]:
    """The site of a demonstration home that shows figures already, while this lasts."""
    environment = {**os.environ, "WMT_HOME": str(home.absolute()), "WMT_DEMO": "1"}
    with serving(environment, port) as address:
        yield Served(address, environment, _signed_in(address), 0.0)


def load(night: Path, environment: dict[str, str]) -> None:
    """Load a night into the site by the command line, in a process of its own."""
    command = (sys.executable, "-m", "wmt", "load", night / "tidy", "--people", night / "people")
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def serving(
    environment: dict[str, str], port: int, *, workers: int = 2, folder: Path | None = None, log: Any = None
) -> Iterator[str]:
    """The address of `wmt serve` in an environment and a folder, once it answers, while this lasts.

    What it says goes to `log`; without one its errors are ours and the rest is nobody's. Raises RuntimeError
    where it does not start.
    """
    command = (sys.executable, "-m", "wmt", "serve", "--port", str(port), "--workers", str(workers))
    said = {"stdout": log or subprocess.DEVNULL, "stderr": log}
    server = subprocess.Popen(command, cwd=folder, env=environment, **said)
    address = f"http://127.0.0.1:{port}"
    try:
        give_up = time.monotonic() + PATIENCE
        while not _answers(address):
            if server.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"the site did not start: wmt serve ended with {server.poll()}")
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/health", timeout=5).ok
    except requests.RequestException:
        return False


def _signed_in(address: str) -> str:
    """Sign in as the demonstration's administrator, as a browser would."""
    session = requests.Session()
    page = session.get(f"{address}/accounts/login/").text
    forms = re.findall(r'<form method="post" action="/demo/sign-in/">.*?</form>', page, re.S)
    form = next(form for form in forms if "dministrator" in form or form is forms[-1])
    values = dict(re.findall(r'name="(\w+)" value="([^"]+)"', form))
    session.post(f"{address}/demo/sign-in/", data=values, headers={"Referer": address}).raise_for_status()
    return session.cookies["sessionid"]


def pages(site: Served) -> dict[str, list[str]]:
    """The pages of the site by kind, several of each: every tab of units of every level, and the others."""
    session = site.session()
    units = {"nation": ["/nation/"]}
    units["region"] = _units(session, site, "/nation/", "region")
    units["pdu"] = _units(session, site, units["region"][0], "pdu")
    units["team"] = [team for pdu in units["pdu"][:5] for team in _units(session, site, pdu, "team")]
    units["post"] = [post for team in units["team"][:12] for post in _units(session, site, team, "post")]
    tabs = (
        "",
        "caseload/",
        "working/",
        "reports/",
        "help/",
        "omic/",
        "court/",
        "hours/",
        "per-fte/",
        "over-time/",
        "why/",
        "duties/",
    )
    found = {
        f"{level}: {tab.strip('/') or 'overview'}": [f"{unit}{tab}" for unit in addresses]
        for level, addresses in units.items()
        for tab in tabs
    }
    found["team: look-ahead"] = [f"{unit}ahead/" for unit in units["team"]]
    found["pdu: candidates"] = [f"{unit}candidates/?type=custody&tier=B3" for unit in units["pdu"]]
    found["pdu: allocations"] = [f"{unit}allocations/" for unit in units["pdu"]]
    found["pdu: waiting"] = [f"{unit}waiting/" for unit in units["pdu"]]
    found["post: supervision sheet"] = [f"{unit}sheet/" for unit in units["post"]]
    found["requests"] = ["/requests/"]
    found["average cases per officer"] = ["/questions/officers/"]
    found["region: its practitioners"] = [f"{unit}?list=post" for unit in units["region"]]
    found["nation: its teams"] = ["/nation/?list=team"]
    found["nation: one figure"] = ["/nation/working/?figure=community", "/nation/working/?figure=cases"]
    for level in ("nation", "region", "team", "post"):
        found[f"{level}: as of a day"] = [f"/on/2026-11-20{unit}" for unit in units[level]]
    found["questions"] = ["/questions/"]
    found["search"] = [f"/search/?q={word}" for word in ("smith", "north", "an", "X12", "lee", "N03")]
    found["rules"] = ["/rules/", "/rules/?q=tier", "/rules/tables/community/"]
    found["a rule"] = [
        f"/rules/value/tier_points.pc16.community.{tier}/" for tier in ("A3", "B1", "C2", "D1")
    ]
    found["rules compared"] = ["/rules/compare/?a=2023-01-05&b=2023-01-06"]
    found["what this number is"] = ["/the-number/"]
    found["loads"] = ["/loads/", "/loads/1/"]
    found["audit"] = ["/audit/"]
    found["people"] = ["/people/"]
    return found


def _units(session: requests.Session, site: Served, address: str, level: str) -> list[str]:
    """The units of a level that a page leads to."""
    text = session.get(f"{site.address}{address}").text
    return [href for href in dict.fromkeys(FIGURE.findall(text)) if href.startswith(f"/{level}/")]
