"""Homes of earlier versions: brought up to date they show the same figures, whole history and all pages.

The homes are SQLite, whichever database the other tests run on: see tests/homes.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from forked import ran

pytestmark = [pytest.mark.one_database, pytest.mark.process]

TESTS = Path(__file__).parent.parent
NIGHT = "2026-11-20T183000"

#: What a person does after an update: start it, look at it. Runs in a process of its own, in the old home.
LOOK = """
import json
from wmt.site.start import set_up, tidy_up, update_history
set_up(lambda said: None)
tidy_up()
update_history()
from django.conf import settings
from django.test import Client
from wmt.history import open_history
from wmt.history.check import check_history
from wmt.nights.verify import verify_nights
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.changes.reconcile import differences
from wmt.site.workload.state import current_state
from wmt.site.loads.known_nights import compare
from wmt.site.workload.models import Line, Load, Unit

state, nights = current_state(), settings.CONFIG.nights
history = open_history(nights)
user = User.objects.create_user("a@example.org", name="An administrator")
held = {"level": "nation", "code": "nation", "first_day": "2020-01-01"}
RoleGrant.objects.create(user=user, role="administrator", **held)
client = Client(HTTP_HOST="localhost")
client.force_login(user)
team = Unit.objects.filter(load_id=state.load_id, level="team", whole=True).order_by("code").first()
post = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, team_code=team.code).first()
unit, own = f"/team/{team.code}/", f"/post/{post.code}/"
pages = ["/nation/", "/nation/over-time/", "/nation/caseload/", "/nation/duties/", unit, f"{unit}hours/", own,
         f"{own}working/", f"{own}over-time/", "/on/2026-11-20/nation/", "/loads/",
         f"/loads/{state.load_id}/", "/questions/", "/audit/", "/search/?q=N",
         f"/loads/night/{state.night}/withdraw/"]
nation = Unit.objects.filter(load_id=state.load_id, level="nation", grade="")
parts = Unit.objects.filter(load_id=state.load_id, level="post", stream="sentence_management")
points = sum(parts.values_list("points_x100", flat=True))
known = compare()
print(json.dumps({
    "differences": differences(state),
    "night": state.night,
    "figures": [sum(getattr(row, name) for row in nation) for name in
                ("points_x100", "available_x100", "cases")],
    "streams": [row.stream for row in nation.order_by("stream")],
    "headline": nation.get(whole=True).points_x100 - points,
    "days": [str(day) for day in history.days],
    "faults": [str(each) for each in (*check_history(nights), *verify_nights(nights, replay=True).faults)],
    "known": [list(map(str, known.faults)), list(known.unknown)],
    "pages": {page: client.get(page, follow=True).status_code for page in pages},
    "loads": Load.objects.count(),
    "cohorts": sorted(set(Line.objects.exclude(cohorts="").values_list("cohorts", flat=True))),
}))
"""


def test_a_home_of_an_earlier_version_comes_up_whole(tmp_path: Path) -> None:
    home = _home(tmp_path, "records")
    before = _figures(home)
    # figures that have new columns are made anew from their night: a second load
    _is_whole(home, before, ["2026-11-20"], loads=2)


def _is_whole(home: Path, before: list[int], days: list[str], *, loads: int) -> None:
    told = _looked_at(home)
    assert told["differences"] == []
    assert (told["night"], told["figures"]) == (NIGHT, before)
    # the sum of all streams, which the old program showed, is now apart in three figures
    assert (told["streams"], told["headline"]) == (["courts", "omic", "sentence_management"], 0)
    assert told["days"] == days
    assert (told["faults"], told["known"]) == ([], [[], []])
    assert set(told["pages"].values()) == {200}, told["pages"]
    assert told["loads"] == loads
    # its rules name no cohort yet: flags say which cases are in one
    assert told["cohorts"] == ["iom", "lifer"]


#: The first start after an update, killed when the database is up to date and the figures are not.
KILLED = """
import os
from wmt.site import start
start.prepare()
from wmt.site.loads import upgrade
upgrade.make_figures_anew = lambda say: os._exit(9)
start.set_up(print)
"""


def test_an_update_that_was_killed_is_finished_by_the_next_start(tmp_path: Path) -> None:
    home = _home(tmp_path, "records")
    before = _figures(home)
    assert _run(home, KILLED).returncode == 9
    told = _looked_at(home)
    assert (told["differences"], told["figures"], told["loads"]) == ([], before, 2)
    assert not (home / ".make-figures-anew").exists()


#: What the steps of docs/operations.md find on their machine: services that write down what they are told.
SYSTEMCTL = '#!/bin/sh\necho "$@" >> "$SAID"\n'
WMT = f"#!/bin/sh\nexec {sys.executable} -c 'from wmt.cli.main import run; run()' \"$@\"\n"


def test_the_steps_of_an_upgrade_and_of_restoring_keep_every_figure(tmp_path: Path) -> None:
    home, said = _home(tmp_path, "duties"), tmp_path / "said"
    before = _figures(home)
    same = "every row is the same again"
    told = _steps(home, "Upgrading", said)
    assert same in " ".join(told.split())
    assert _sums(home) == before
    assert said.read_text().splitlines() == [
        "stop wmt-load.timer wmt-load.service wmt", "start wmt", "start wmt-load.timer",
    ]  # fmt: skip
    (copy,) = (tmp_path / "backups").iterdir()
    assert _migrations(copy) < _migrations(home)  # made before the new version touched anything
    shutil.rmtree(home / "nights")
    (home / "wmt.sqlite3").write_bytes(b"lost")
    assert same in " ".join(_steps(home, "Restoring", said).split())
    assert len(list(tmp_path.glob("duties.replaced-*"))) == 1
    _is_whole(home, before, ["2026-11-17", "2026-11-18", "2026-11-20"], loads=2)


def _steps(home: Path, heading: str, said: Path) -> str:
    """Run every command of a section as it is written there, in the order of its steps; what was printed."""
    page = (TESTS.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", section, re.DOTALL | re.MULTILINE)
    here = home.parent
    places = {"/var/lib/wmt": home, "/var/backups/wmt": here / "backups", "/opt/wmt": here}
    script = "\n".join(blocks)
    for written, meant in places.items():
        script = script.replace(written, str(meant))
    commands = here / "commands"
    commands.mkdir(exist_ok=True)
    for name, text in (("systemctl", SYSTEMCTL), ("wmt", WMT)):
        (commands / name).write_text(text)
        (commands / name).chmod(0o700)
    env = _environment(home) | {"SAID": str(said), "PATH": f"{commands}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euc", script], env=env, cwd=here, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def _sums(home: Path) -> list[int]:
    """The nation's figures of all streams together."""
    with sqlite3.connect(home / "wmt.sqlite3") as database:
        row = database.execute(
            "SELECT sum(u.points_x100), sum(u.available_x100), sum(u.cases) FROM workload_unit u JOIN "
            "workload_current c ON c.load_id = u.load_id WHERE u.level = 'nation' AND u.grade = ''"
        ).fetchone()
    return list(row)


def _migrations(home: Path) -> set[str]:
    with sqlite3.connect(home / "wmt.sqlite3") as database:
        return {name for (name,) in database.execute("SELECT app || name FROM django_migrations")}


def _home(path: Path, name: str) -> Path:
    with tarfile.open(TESTS / "homes" / "homes.tar.xz") as archive:
        mine = [member for member in archive.getmembers() if member.name.startswith(f"{name}/")]
        archive.extractall(path, members=mine, filter="data")
    return path / name


def _figures(home: Path) -> list[int]:
    """The nation's figures as the old program left them."""
    with sqlite3.connect(home / "wmt.sqlite3") as database:
        row = database.execute(
            "SELECT u.points_x100, u.available_x100, u.cases FROM workload_unit u JOIN workload_current c "
            "ON c.load_id = u.load_id WHERE u.level = 'nation' AND u.whole"
        ).fetchone()
    return list(row)


def _looked_at(home: Path) -> Any:
    done = _run(home, LOOK)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def _run(home: Path, code: str) -> "subprocess.CompletedProcess[str]":
    return ran(code, [], _environment(home))


def _environment(home: Path) -> dict[str, str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("WMT_", "PYTEST_"))}
    return env | {
        "DJANGO_SETTINGS_MODULE": "site_settings", "PYTHONPATH": str(TESTS), "WMT_HOME": str(home),
        "WMT_DATABASE_URL": f"sqlite:///{home / 'wmt.sqlite3'}", "WMT_SECRET_KEY": "x",
        "WMT_TODAY": "extract", "WMT_SECOND_FACTOR": "0",
    }  # fmt: skip
