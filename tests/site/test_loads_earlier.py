"""Many extracts of earlier days, loaded at once into the history."""

from pathlib import Path

import pytest
from loads_homes import empty_home

from night_tools import wmt
from wmt.demo import write_nation
from wmt.history import open_history
from wmt.nights import saved_nights


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nation")
    write_nation(folder, scale=0.01, nights=1, earlier=3, formats=("tidy", "people"))
    return folder


def test_they_are_kept_and_nothing_is_shown_until_a_night_is(nation: Path, tmp_path: Path) -> None:
    with empty_home(tmp_path / "home") as home:
        done = wmt("load-earlier", nation / "earlier", **home.env)
        assert done.returncode == 0, done.stderr
        assert "3 earlier days loaded into the history" in done.stdout
        assert home.ask("SELECT COUNT(*) FROM workload_current") == [(0,)]
        assert home.ask("SELECT state, COUNT(*) FROM workload_load GROUP BY state") == [("loaded", 3)]
        nights = [night.name for night in saved_nights(home.path / "nights")]
        assert nights == [f"2026-11-{day}T183000" for day in (17, 18, 19)]
        assert len(open_history(home.path / "nights").days) == 3

        night = nation / "2026-11-20T183000"
        assert wmt("load", night / "tidy", "--people", night / "people", **home.env).returncode == 0
        again = wmt("load-earlier", nation / "earlier", **home.env)
        assert "0 earlier days loaded" in again.stdout
        shown = "SELECT night FROM workload_current c JOIN workload_load l ON l.id = c.load_id"
        assert home.ask(shown) == [("2026-11-20T183000",)]
        assert wmt("nights", "verify", **home.env).returncode == 0
        checked = wmt("compare", *(home.path / "nights" / name for name in nights[::2]), "--level", "team")
        assert checked.returncode == 0, checked.stderr


def test_one_that_is_refused_ends_it_there(nation: Path, tmp_path: Path) -> None:
    given = tmp_path / "given"
    (given / "2026-11-17T183000" / "tidy").mkdir(parents=True)
    with empty_home(tmp_path / "home") as home:
        assert wmt("load-earlier", given, **home.env).returncode == 2
        nothing = wmt("load-earlier", nation, **home.env)
        assert nothing.returncode in (0, 2)
        assert wmt("load-earlier", tmp_path / "home", **home.env).returncode == 2
