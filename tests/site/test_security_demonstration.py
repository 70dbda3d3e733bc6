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
from loads_homes import Home, empty_home

from night_tools import wmt
from wmt.demo import Truth, write_nation
from wmt.demo.recognise import is_invented
from wmt.site.config import ConfigError, read_config
from wmt.site.security.loopback import is_loopback


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


def test_a_demonstration_takes_in_nothing_real(
    home: Home, written_nation: tuple[Path, Truth], tmp_path: Path
) -> None:
    night = written_nation[0] / written_nation[1].nights[0].folder
    real = real_copy(night, tmp_path / "real")
    assert run(home, "load", night / "tidy", "--people", night / "people")[0] == 0
    shown = home.figures()
    code, said = run(home, "load", real)
    assert code == 2
    assert "takes in only what `wmt nation` wrote" in said
    assert home.figures() == shown
    # a night that came by another way than a load
    for path in (home.path / "nights").glob("20*"):
        copy = path.with_name("2026-11-19T183000")
        shutil.copytree(path, copy)
        manifest = json.loads((copy / "manifest.json").read_text())
        (copy / "manifest.json").write_text(json.dumps({**manifest, "inputs": "0" * 64}))
        break
    code, said = run(home, "load", night / "tidy")
    assert code == 1
    assert "2026-11-19T183000 was not loaded by this demonstration" in said


def test_a_home_is_a_demonstration_from_its_making_or_never(
    home: Home, written_nation: tuple[Path, Truth]
) -> None:
    night = written_nation[0] / written_nation[1].nights[0].folder
    assert run(home, "load", night / "tidy")[0] == 0
    code, said = run(home, "load", night / "tidy", demo="0")
    assert (code, "was made as a demonstration" in said) == (1, True)
    (home.path / "demonstration").unlink()
    code, said = run(home, "load", night / "tidy")
    assert (code, "it cannot become one" in said) == (1, True)
    assert run(home, "load", night / "tidy", demo="0")[0] == 0
    code, said = run(home, "administrator", "ann@example.org", "--name", "Ann", demo="0")
    assert code == 0


def test_a_real_person_ends_the_demonstration(home: Home) -> None:
    assert run(home, "retention", "--dry-run")[0] != 3  # makes the home
    assert (home.path / "demonstration").is_file()
    code, said = run(home, "administrator", "ann@example.org", "--name", "Ann")
    assert (code, "nobody has a password" in said) == (2, True)
    home.ask("SELECT COUNT(*) FROM accounts_user")
    (home.path / "demonstration").unlink()
    assert run(home, "administrator", "ann@example.org", "--name", "Ann", demo="0")[0] == 0
    set_password(home)
    code, said = run(home, "retention", "--dry-run")
    assert (code, "has a real person in it (Ann)" in said) == (1, True)


def set_password(home: Home) -> None:
    code = (
        "from wmt.site.start import prepare; prepare()\n"
        "from wmt.site.accounts.models import User\n"
        "user = User.objects.get(); user.set_password('heather oat lantern'); user.save()"
    )
    done = wmt(code=code, **home.env)
    assert done.returncode == 0, done.stderr


def test_a_demonstration_listens_on_this_machine_only(home: Home) -> None:
    code, said = run(home, "serve", "--host", "0.0.0.0", "--port", "8149")
    assert (code, "listens on this machine only" in said) == (2, True)


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
