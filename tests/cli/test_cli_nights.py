"""`wmt nights` and `wmt ask` on a nation with a past: words, tables, files, codes of exit."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from night_tools import Run
from wmt.cli.main import DONE, FAILURE, REFUSED
from wmt.nights import NightBusyError, saved_nights
from wmt.nights.lock import loading

NIGHTS = 6


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration nation in small, with a past, and all its nights loaded."""
    from wmt.cli.nation import nation
    from wmt.nights import Order
    from wmt.nights.load import load

    folder: Path = tmp_path_factory.mktemp("demo")
    nation(folder, scale=0.01, nights=NIGHTS, formats=["tidy", "people"], past_days=60)
    for night in sorted(folder.glob("2*")):
        load(folder / "nights", Order(paths=[night / "tidy"], people=night / "people", names=True))
    return folder


@pytest.fixture(scope="module")
def kept(demo: Path) -> Path:
    """Its nights with their history. Nobody may write into them."""
    from wmt.cli.nights import import_archive

    import_archive(sorted((demo / "past").glob("*.parquet")), nights=demo / "nights")
    return demo / "nights"


@pytest.fixture
def nights(kept: Path, tmp_path: Path) -> Path:
    return shutil.copytree(kept, tmp_path / "nights")


def test_every_night_of_the_demonstration_comes_out_the_same(run: Run, kept: Path) -> None:
    ran = run("nights", "verify", "--replay", "--nights", kept)
    assert (ran.code, ran.err) == (DONE, "")
    assert (
        "6 saved loads complete, and the history agrees; 6 loads recalculated with identical results"
        in ran.out
    )
    told = run("nights", "verify", "--replay", "--nights", kept, "--json").json
    assert told == {"nights": NIGHTS, "replayed": NIGHTS, "faults": []}


def test_list(run: Run, kept: Path) -> None:
    ran = run("nights", "list", "--nights", kept)
    names = [night.name for night in saved_nights(kept)]
    assert [name for name in names if name in ran.out] == names
    rows = run("nights", "list", "--nights", kept, "--json").json
    assert [row["night"] for row in rows] == names
    assert all(row["stands"] and not row["forgotten"] for row in rows)


def test_verify_names_what_is_wrong_and_the_remedy(run: Run, nights: Path) -> None:
    first, second, *_ = saved_nights(nights)
    (first.path / "rules.yaml").write_text("other")
    second.path.rename(nights / "2026-01-01T000000")
    (nights / "history/2026-11.parquet").unlink()
    ran = run("nights", "verify", "--replay", "--nights", nights)
    assert ran.code == FAILURE
    assert f"{first.name}/rules.yaml: changed, lost or added" in ran.err
    assert "Bring the folder back from a copy" in ran.err
    assert f"the folder holds the data {second.name}" in ran.err
    told = run("nights", "verify", "--nights", nights, "--json")
    assert told.code == FAILURE
    assert {fault["what"] for fault in told.json["faults"]} >= {
        f"{first.name}/rules.yaml",
        "2026-01-01T000000",
    }


def test_a_month_that_was_changed_is_named(run: Run, nights: Path) -> None:
    (nights / "history/2026-11.parquet").unlink()
    ran = run("nights", "verify", "--nights", nights)
    assert ran.code == FAILURE
    assert "history/2026-11.parquet" in ran.err
    assert "wmt nights compact" in ran.err
    assert run("nights", "compact", "--nights", nights, "--json").json["written"] == ["2026-11"]
    assert run("nights", "verify", "--nights", nights).code == DONE
    assert "months rebuilt: none" in run("nights", "compact", "--nights", nights).out


def test_a_night_that_is_gone_is_a_fault_until_somebody_accepts_it(run: Run, nights: Path) -> None:
    gone = saved_nights(nights)[2].name
    shutil.rmtree(nights / gone)
    for command in ("verify", "compact"):
        ran = run("nights", command, "--nights", nights)
        assert ran.code == FAILURE
        assert f"{gone}: its folder is gone, and the history has its figures" in ran.err
        assert f"wmt nights accept-missing {gone} --reason" in ran.err
    blank = run("nights", "accept-missing", gone, "--reason", " ", "--nights", nights)
    assert (blank.code, "say why" in blank.err) == (REFUSED, True)
    there = run(
        "nights", "accept-missing", saved_nights(nights)[0].name, "--reason", "no", "--nights", nights
    )
    assert (there.code, "wmt nights withdraw" in there.err) == (REFUSED, True)
    done = run("nights", "accept-missing", gone, "--reason", "its disk died", "--nights", nights)
    assert (done.code, done.err) == (DONE, "")
    assert run("nights", "verify", "--nights", nights).code == DONE
    assert "its disk died" in (nights / "accepted-missing.json").read_text()


def test_withdraw_says_what_it_does_and_restore_undoes_it(run: Run, nights: Path) -> None:
    name = saved_nights(nights)[1].name
    day = f"{saved_nights(nights)[1].manifest.as_at:%-d %B %Y}"
    checked = run("nights", "withdraw", name, "--reason", "wrong", "--check", "--nights", nights)
    assert f"1 day of the history changes: {day} will have no figures. Nothing was changed" in checked.out
    assert len(saved_nights(nights)) == NIGHTS
    done = run("nights", "withdraw", name, "--reason", "another region's file", "--nights", nights)
    assert (done.code, f"wmt nights restore {name}" in done.out) == (DONE, True)
    rows = run("nights", "list", "--nights", nights, "--json").json
    (row,) = [row for row in rows if row["withdrawn"]]
    assert (row["night"], row["stands"]) == (name, False)
    assert "another region's file" in row["withdrawn"]
    assert "another region's file" in run("nights", "list", "--nights", nights).out
    assert run("nights", "verify", "--nights", nights).code == DONE
    assert run("nights", "restore", name, "--nights", nights).code == DONE
    assert len(saved_nights(nights)) == NIGHTS
    assert run("nights", "restore", name, "--nights", nights).code == REFUSED


def test_forget_asks_first(run: Run, nights: Path) -> None:
    names = [night.name for night in saved_nights(nights)]
    ran = run("nights", "forget", "--before", "2026-11-23", "--nights", nights)
    assert ran.code == DONE
    assert "Personal data of 3 loads and the names of" in ran.out
    assert "Nothing has changed: add --yes" in ran.out
    assert [name for name in names if name in ran.out] == names[:3]
    assert not any(night.manifest.forgotten for night in saved_nights(nights))
    done = run("nights", "forget", "--before", "2026-11-23", "--yes", "--nights", nights, "--json")
    assert done.json == {"forgotten": names[:3], "kept": []}
    rows = run("nights", "list", "--nights", nights, "--json").json
    assert [row["forgotten"] for row in rows] == [True] * 3 + [False] * 3
    assert run("nights", "verify", "--replay", "--nights", nights).code == DONE
    last = run("nights", "forget", "--before", "2027-01-01", "--yes", "--nights", nights)
    assert f"{names[-1]} is kept as it is: it is the latest data" in last.err


def test_the_site_hears_of_withdrawn_nights_that_are_forgotten(
    run: Run, nights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows and the files that people asked for may hold what is forgotten."""
    from wmt.cli import nights as command

    first = saved_nights(nights)[0].name
    assert run("nights", "withdraw", first, "--reason", "wrong", "--nights", nights).code == DONE
    heard: list[str] = []
    monkeypatch.setattr(command, "_forget_in_site", heard.extend)
    monkeypatch.setattr(command, "home", lambda _: nights)
    day = f"{date.fromisoformat(first[:10]) + timedelta(days=1)}"
    assert run("nights", "forget", "--before", day, "--yes", "--nights", nights).code == DONE
    assert heard == [first]


@pytest.mark.parametrize("command", [("compact",), ("forget", "--before", "2026-11-23", "--yes")])
def test_they_wait_for_nobody(run: Run, nights: Path, command: tuple[str, ...]) -> None:
    with loading(nights, "another load"):
        ran = run("nights", *command, "--nights", nights)
    assert ran.code == FAILURE
    assert "another load is under way" in ran.err
    assert NightBusyError


def test_an_archive_with_a_fault_changes_nothing(run: Run, nights: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    head = "day,level,code,points_x100,available_x100\n"
    good.write_text(f"{head}2020-01-01,post,A:B,1,1\n")
    bad.write_text(f"{head}2020-01-02,post,A:B,one,1\n")
    before = sorted(path.name for path in (nights / "history").iterdir())
    ran = run("nights", "import-archive", good, bad, "--nights", nights)
    assert ran.code == REFUSED
    assert "bad.csv, row 2, column points_x100: 'one' is not a number. Nothing was imported" in ran.err
    assert sorted(path.name for path in (nights / "history").iterdir()) == before
    ran = run("nights", "import-archive", good, "--nights", nights, "--json")
    assert (ran.json["days"], ran.json["rows"], ran.json["written"]) == (1, 1, ["2020-01"])


def test_the_site_s_nights_are_meant_without_a_word(
    run: Run, nights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WMT_HOME", str(nights.parent))
    assert len(run("nights", "list", "--json").json) == NIGHTS
    assert run("ask", "days-over", "--json").code == DONE


def test_over_says_a_sentence_and_a_row_a_year(run: Run, kept: Path) -> None:
    ran = run("ask", "over", "--percent", 110, "--weeks", 2, "--nights", kept)
    assert ran.code == DONE
    assert "Posts over 110% for 2 weeks in a row: " in ran.out
    assert "21 September 2026 to 25 November 2026: " in ran.out
    assert "days with figures" in ran.out
    told = run("ask", "over", "--percent", 110, "--weeks", 2, "--nights", kept, "--who", "--json").json
    (row,) = told["rows"]
    assert (row["year"], row["first"], row["last"]) == (2026, "2026-09-21", "2026-11-25")
    assert row["days"] + row["missing"] == 66
    assert row["over"] == len({each["code"] for each in told["who"]}) > 0
    assert f"{row['over']} of {row['units']} in 2026" in told["sentence"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_answers_as_files(run: Run, kept: Path, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"answer{suffix}"
    common = ("--nights", kept, "--out", path, "--json")
    told = run("ask", "over", "--percent", 110, "--weeks", 2, "--who", *common).json
    if suffix == ".xlsx":
        assert path.stat().st_size > 1000
        return
    frame = pl.read_csv(path) if suffix == ".csv" else pl.read_parquet(path)
    assert frame["code"].to_list() == [row["code"] for row in told["who"]]
    rows = run("ask", "days-over", "--level", "post", *common).json["rows"]
    frame = pl.read_csv(path) if suffix == ".csv" else pl.read_parquet(path)
    assert frame.columns == ["code", "name", "over", "days", "share"]
    assert frame["over"].to_list() == [row["over"] for row in rows]


def test_spread_and_spells(run: Run, kept: Path) -> None:
    rows = run("ask", "spread", "--by", "year", "--nights", kept, "--json").json["rows"]
    assert rows[-1]["grade"] == "all"
    assert rows[-1]["units"] == sum(row["units"] for row in rows[:-1])
    ran = run("ask", "spells", "--percent", "112.5", "--top", 3, "--nights", kept)
    assert "spells of posts over 112.5%" in ran.out
    assert len(run("ask", "spells", "--top", 3, "--nights", kept, "--json").json["rows"]) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("over", "--level", "office"), "no level 'office'; choose one of post, person, team"),
        (("over", "--percent", "much"), "'much' is not a per cent up to 100,000; write it as 120 or 112.5"),
        (("over", "--percent", "1e17"), "'1e17' is not a per cent up to 100,000"),
        (("over", "--reading", "monthly"), "no reading 'monthly'"),
        (("over", "--from", "2030-01-01"), "has figures; they run from 21 September 2026"),
        (("over", "--to", "1.1.2026"), "wmt: no day to 1 January 2026 has figures; they run from"),
        (("over", "--to", "31.2.2026"), "'31.2.2026' is not a day"),
        (("over", "--to", "Christmas"), "'Christmas' is not a day"),
        (("spread", "--by", "month"), "no spread by 'month'"),
        (("spells", "--out", "x.doc"), "choose a name that ends in .xlsx, .csv, .parquet"),
    ],
)
def test_questions_that_make_no_sense(run: Run, kept: Path, arguments: tuple[str, ...], message: str) -> None:
    ran = run("ask", *arguments, "--nights", kept)
    assert ran.code == REFUSED
    assert message in ran.err


def test_no_history_yet(run: Run, tmp_path: Path) -> None:
    ran = run("ask", "over", "--nights", tmp_path / "none")
    assert ran.code == REFUSED
    assert "there is no history in" in ran.err
    assert run("nights", "verify", "--nights", tmp_path / "none").code == DONE
    assert json.loads(run("nights", "list", "--nights", tmp_path / "none", "--json").out) == []
