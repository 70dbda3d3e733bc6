"""Homes of earlier versions: brought up to date they show the same figures, whole history and all pages.

The homes are SQLite, whichever database the other tests run on: see tests/homes.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

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
from wmt.site.workload.models import Load, Unit

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
}))
"""


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("records", ["2026-11-20"]),
        ("duties", ["2026-11-17", "2026-11-18", "2026-11-20"]),
    ],
)
def test_a_home_of_an_earlier_version_comes_up_whole(tmp_path: Path, name: str, days: list[str]) -> None:
    home = _home(tmp_path, name)
    before = _figures(home)
    told = _looked_at(home)
    assert told["differences"] == []
    assert (told["night"], told["figures"]) == (NIGHT, before)
    # the sum of all streams, which the old program showed, is now apart in three figures
    assert (told["streams"], told["headline"]) == (["courts", "omic", "sentence_management"], 0)
    assert told["days"] == days
    assert (told["faults"], told["known"]) == ([], [[], []])
    assert set(told["pages"].values()) == {200}, told["pages"]
    # figures that have new columns are made anew from their night
    assert told["loads"] == {"records": 2, "duties": 2}[name]


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
    env = {key: value for key, value in os.environ.items() if not key.startswith(("WMT_", "PYTEST_"))}
    env |= {
        "DJANGO_SETTINGS_MODULE": "site_settings", "PYTHONPATH": str(TESTS), "WMT_HOME": str(home),
        "WMT_DATABASE_URL": f"sqlite:///{home / 'wmt.sqlite3'}", "WMT_SECRET_KEY": "x",
        "WMT_TODAY": "extract", "WMT_SECOND_FACTOR": "0",
    }  # fmt: skip
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
