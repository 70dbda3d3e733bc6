"""A demonstration cannot meet the real world: not by its settings, its people, its nights, nor its home."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from allauth.socialaccount.models import SocialAccount
from loads_homes import Home, empty_home

from night_tools import wmt
from wmt.demo import Truth, write_nation
from wmt.demo.detect import is_invented
from wmt.nights import NightError, Order
from wmt.nights.folder import saved_nights
from wmt.site.config import ConfigError, read_config
from wmt.site.demonstration import MixedError, admit, check_home, check_night, mark_of
from wmt.site.loopback import is_loopback

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost:8000",
        "[::1]",
        "::1",
        "[::1]:8000",
        "wmt.localhost",
        "127.8.9.1",
    ],
)
def test_hosts_that_are_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["", "*", ".", "0.0.0.0", "wmt.example.org", "localhost.example.org", "127.0.0.1.example.org", "10.0.0.1",
     "128.0.0.1", "[::]", ".example.org", "notlocalhost", "127.0.0.1 evil"],
)  # fmt: skip
def test_hosts_that_are_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("WMT_HTTPS", "1"), ("WMT_HOSTS", "wmt.example.org"), ("WMT_HOSTS", "localhost wmt.example.org"),
        ("WMT_HOSTS", "*"), ("WMT_OIDC_SERVER", "https://sign-on.example.org"),
        ("WMT_ADDRESS", "https://wmt.example.org"),
    ],
)  # fmt: skip
def test_settings_that_let_the_world_in_are_refused(setting: str, value: str) -> None:
    with pytest.raises(ConfigError, match="WMT_DEMO"):
        read_config({"WMT_DEMO": "1", "WMT_SECRET_KEY": "x", setting: value})
    assert read_config({"WMT_SECRET_KEY": "x", setting: value}).demo is False


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with empty_home(tmp_path / "home") as home:
        yield home


def run(home: Home, *arguments: object, demo: str = "1") -> tuple[int, str]:
    done = wmt(*arguments, **{**home.env, "WMT_DEMO": demo})
    return done.returncode, done.stderr


def real_copy(night: Path, to: Path) -> Path:
    """The same tables as a real sender would send them."""
    shutil.copytree(night / "tidy", to)
    manifest = json.loads((to / "manifest.json").read_text())
    manifest["source"] = "nDelius"
    (to / "manifest.json").write_text(json.dumps(manifest))
    return to


def test_a_demonstration_takes_in_nothing_real_and_stays_one(
    home: Home, written_nation: tuple[Path, Truth], tmp_path: Path
) -> None:
    night = written_nation[0] / written_nation[1].nights[0].folder
    real = real_copy(night, tmp_path / "real")
    assert run(home, "load", night / "tidy", "--people", night / "people")[0] == 0
    shown = home.figures()
    code, said = run(home, "load", real)
    assert (code, "takes in only what `wmt nation` wrote" in said) == (2, True)
    assert home.figures() == shown
    code, said = run(home, "load", night / "tidy", demo="0")
    assert (code, "was made as a demonstration" in said) == (1, True)
    code, said = run(home, "administrator", "ann@example.org", "--name", "Ann")
    assert (code, "nobody has a password" in said) == (2, True)
    code, said = run(home, "serve", "--host", "0.0.0.0", "--port", "8149")
    assert (code, "listens on this machine only" in said) == (2, True)


@pytest.fixture
def demonstration(db: None, tmp_path: Path, settings: Any) -> Path:  # noqa: ARG001
    """A home in which nothing is yet, of an installation that is a demonstration."""
    from wmt.site.workload.models import Current, Load

    Current.objects.all().delete()
    Load.objects.all().delete()
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path / "home", demo=True)
    return tmp_path / "home"


def test_an_empty_home_becomes_one(demonstration: Path) -> None:
    check_home()
    assert json.loads(mark_of(demonstration).read_text())["taken"] == []
    check_home()


def test_a_home_that_was_none_never_becomes_one(demonstration: Path, settings: Any) -> None:
    from wmt.site.workload.models import Load

    load = Load.objects.create(who="somebody")
    with pytest.raises(MixedError, match="it cannot become one"):
        check_home()
    assert not mark_of(demonstration).exists()
    load.delete()
    check_home()
    settings.CONFIG = replace(settings.CONFIG, demo=False)
    with pytest.raises(MixedError, match="was made as a demonstration"):
        check_home()


def test_nights_that_came_by_another_way(demonstration: Path, kept_home: Home) -> None:
    shutil.copytree(kept_home.path / "nights", demonstration / "nights")
    with pytest.raises(MixedError, match="it cannot become one"):
        check_home()
    shutil.rmtree(demonstration / "nights")
    check_home()
    shutil.copytree(kept_home.path / "nights", demonstration / "nights")
    with pytest.raises(MixedError, match="2026-11-20T183000 was not loaded by this demonstration"):
        check_home()
    [night] = saved_nights(demonstration / "nights")
    with pytest.raises(NightError, match="was not loaded by this demonstration"):
        check_night(night)


def test_a_mark_that_is_damaged_is_said(demonstration: Path, written_nation: tuple[Path, Truth]) -> None:
    mark_of(demonstration).parent.mkdir()
    mark_of(demonstration).write_text("[]")
    with pytest.raises(MixedError, match="is damaged"):
        admit(Order(paths=[written_nation[0] / written_nation[1].nights[0].folder / "tidy"]))


@pytest.mark.both_databases
def test_a_real_person_ends_the_demonstration(demonstration: Path) -> None:  # noqa: ARG001
    from wmt.site.accounts.models import User
    from wmt.site.start import StartError, _keep_worlds_apart

    User.objects.create_user("demo@demonstration.invalid", name="Demo", is_demonstration=True)
    ann = User.objects.create_user("ann@example.org", name="Ann")
    _keep_worlds_apart()  # somebody who was added in the demonstration cannot sign in
    ann.set_password("heather oat lantern")
    ann.save()
    with pytest.raises(StartError, match=r"has a real person in it \(Ann\)"):
        _keep_worlds_apart()
    ann.set_unusable_password()
    ann.save()
    SocialAccount.objects.create(user=ann, provider="organisation", uid="1")
    with pytest.raises(StartError, match="real person"):
        _keep_worlds_apart()


def test_invented_data_in_a_real_home_are_warned_of(
    written_nation: tuple[Path, Truth], caplog: pytest.LogCaptureFixture
) -> None:
    admit(Order(paths=[written_nation[0] / written_nation[1].nights[0].folder / "tidy"]))
    assert "invented data" in caplog.text


def test_nobody_sets_a_password_in_a_demonstration(db: None, settings: Any) -> None:  # noqa: ARG001
    from django.test import Client

    from wmt.site.accounts.actions import password_link
    from wmt.site.accounts.models import User

    link = password_link(actor=None, user=User.objects.create_user("ann@example.org", name="Ann"))
    assert Client().get(link).status_code == 200
    settings.CONFIG = replace(settings.CONFIG, demo=True)
    assert Client().get(link).status_code == 410


def test_extracts_that_say_they_are_invented(written_nation: tuple[Path, Truth], tmp_path: Path) -> None:
    folder, truth = written_nation
    night = folder / truth.nights[0].folder
    with zipfile.ZipFile(tmp_path / "tidy.zip", "w") as archive:
        for path in (night / "tidy").iterdir():
            archive.write(path, f"night/{path.name}")
    write_nation(tmp_path / "books", scale=0.01, formats=("workbook",))
    [book] = (tmp_path / "books").glob("*/extract.xlsx")
    again = openpyxl.load_workbook(book)
    again.save(tmp_path / "saved-again.xlsx")
    for path in (night / "tidy", tmp_path / "tidy.zip", book, tmp_path / "saved-again.xlsx"):
        assert is_invented([path]), path
    real = openpyxl.Workbook()
    real.save(tmp_path / "real.xlsx")
    (tmp_path / "junk.xlsx").write_bytes(b"PK\x03\x04 junk")
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / "manifest.json").write_text("[]")
    others = [tmp_path / "real.xlsx", tmp_path / "junk.xlsx", tmp_path / "list", tmp_path / "none", tmp_path,
              real_copy(night, tmp_path / "copy")]  # fmt: skip
    for path in others:
        assert not is_invented([path]), path
        assert not is_invented([night / "tidy", path])
    assert not is_invented([])
