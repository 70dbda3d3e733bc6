"""Exit codes 0, 1 and 2, plain words, and never a traceback."""

import shutil
from pathlib import Path

import pytest

from night_tools import RUN, Nation, Run, spoil, wmt

COMMANDS = ["nation", "check", "measure", "explain", "compare", "load", "recompute", "rules"]


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS), ["rules", "show"], ["rules", "at"],
                                     ["rules", "diff"], ["rules", "validate"]])  # fmt: skip
def test_every_command_has_help(run: Run, command: list[str]) -> None:
    ran = run(*command, "--help")
    assert ran.code == 0
    assert "Usage: wmt" in ran.out
    assert ran.err == ""


def test_version(run: Run) -> None:
    assert run("--version").out.startswith("wmt ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["measure"], "give a PATH, or --tables"),
        (["explain"], "Missing argument"),
        (["measure", "nowhere.xlsx"], "No such file"),
        (["check", "EMPTY"], "manifest.json"),
        (["check", "TIDY", "WORKBOOK"], "together with something else"),
        (["measure", "TIDY", "--level", "county"], "choose one of post, team, pdu, region, nation"),
        (["measure", "TIDY", "--out", "figures.doc"], ".xlsx, .csv, .parquet"),
        (["measure", "TIDY", "--rules-date", "soon"], "'soon' is not a day"),
        (["measure", "TIDY", "--rules-date", "2010-01-01"], "choose a later rules date"),
        (["measure", "TIDY", "--overlay", "nowhere.yaml"], "nowhere.yaml"),
        (["measure", "TIDY", "--people", "nowhere"], "nowhere"),
        (["measure", "NIGHT", "TIDY"], "a night holds everything already"),
        (["measure", "NIGHT", "--people", "EMPTY"], "a night holds everything already"),
        (["explain", "TIDY", "--post", "N99:NOBODY"], "there is no post N99:NOBODY"),
        (["recompute", "EMPTY"], "is not saved data"),
        (["rules", "show", "tier_points.pc16.community.A9"], "A9"),
        (["rules", "validate", "nowhere.yaml"], "nowhere.yaml: cannot be opened"),
        (["nation", "EMPTY", "--scale", "0"], "--scale"),
        (["nation", "EMPTY", "--scale", "0.02", "--layout", "L1999"], "no layout 'L1999'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    run: Run, nation: Nation, night: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    places = {
        "TIDY": nation.tidy(0), "WORKBOOK": nation.workbook(0), "NIGHT": night, "EMPTY": tmp_path,
    }  # fmt: skip
    ran = run(*(places.get(argument, argument) for argument in arguments))
    assert ran.code == 2
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_a_misspelt_post_is_found(run: Run, nation: Nation) -> None:
    ran = run("explain", nation.tidy(0), "--post", nation.story.lower())
    assert ran.code == 2
    assert f"did you mean {nation.story}?" in ran.err


@pytest.fixture(scope="module")
def spoiled(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return spoil(nation.workbook(1), tmp_path_factory.mktemp("spoiled") / "extract.xlsx", nation.story)


def test_a_fault_refuses_and_is_placed(run: Run, spoiled: Path) -> None:
    ran = run("check", spoiled)
    assert ran.code == 2
    assert "BAD_COUNT" in ran.err
    assert "CommTierB1" in ran.err
    assert "--set-aside" in ran.out
    assert run("check", spoiled, "--json").json["accepted"] is False
    assert run("check", spoiled, "--set-aside").code == 0
    ran = run("measure", spoiled, "--json")
    assert ran.code == 2
    assert ran.json["accepted"] is False


def test_a_post_set_aside_is_named_in_every_total(
    run: Run, nation: Nation, night: Path, spoiled: Path
) -> None:
    given = (spoiled, "--people", nation.people(1), "--set-aside")
    ran = run("measure", *given, "--level", "nation")
    assert ran.code == 0
    assert "1 not measured" in ran.out
    assert f"set aside {nation.story}" in ran.err
    ran = run("measure", *given, "--former", night, "--level", "nation")
    assert f"1 stale since {nation.as_at[0]:%d %b %Y}" in ran.out
    ran = run("explain", *given, "--former", night, "--post", nation.story)
    assert f"stale since {nation.as_at[0]:%d %b %Y}" in ran.out


def test_loading_twice_says_so(run: Run, nation: Nation, tmp_path: Path) -> None:
    arguments = ("load", nation.tidy(0), "--nights", tmp_path / "nights")
    assert run(*arguments).out.startswith("Loaded ")
    again = run(*arguments)
    assert (again.code, "already loaded" in again.out, "Nothing has changed" in again.out) == (0, True, True)
    other = run(*arguments, "--people", nation.people(0))
    assert (other.code, "--correction" in other.err) == (2, True)
    assert run(*arguments, "--people", nation.people(0), "--correction").code == 0


def test_a_changed_night_is_not_believed(run: Run, night: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(night, tmp_path / night.name)
    assert run("recompute", copy).code == 0
    totals = copy / "results" / "totals.parquet"
    totals.write_bytes(totals.read_bytes()[:-1])
    for command in (["recompute", copy], ["recompute", copy, "--json"]):
        ran = run(*command)
        assert (ran.code, "totals.parquet" in ran.err) == (1, True)
    for command in (["measure", copy], ["check", copy], ["compare", copy, night]):
        ran = run(*command)
        assert (ran.code, "results/totals.parquet" in ran.err) == (2, True)


def test_a_fault_of_the_program_is_said_plainly(
    run: Run, nation: Nation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("wmt.cli.check.read", broken)
    ran = run("check", nation.tidy(0))
    assert ran.code == 1
    assert "a fault of this program (ZeroDivisionError" in ran.err
    assert "WMT_DEBUG=1" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.process
def test_processes_end_with_the_same_codes(nation: Nation, tmp_path: Path) -> None:
    refused = wmt("measure", tmp_path / "nowhere.xlsx")
    assert (refused.returncode, refused.stdout) == (2, "")
    full = wmt("rules", "at", "2023-01-06", code="import sys; sys.stdout = open('/dev/full', 'w'); " + RUN)
    assert full.returncode == 1
    assert "No space left on device" in full.stderr
    assert "Traceback" not in full.stderr
    done = wmt("check", nation.tidy(0))
    assert done.returncode == 0
    assert "\r" not in done.stderr  # no progress where nobody watches
