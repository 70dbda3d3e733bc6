"""The days before, from saved data: by every line where it is kept, by totals alone elsewhere."""

import shutil
import tarfile
from pathlib import Path

import polars as pl
import pytest

from wmt.history import compact, open_history
from wmt.ledger import Ledger
from wmt.nights import Night, open_night
from wmt.plan import full_history
from wmt.plan.full import grade_sets
from wmt.plan.full_state import reliefs


@pytest.fixture
def folder(clean: list[Night], tmp_path: Path) -> Path:
    for night in clean:
        shutil.copytree(night.path, tmp_path / "nights" / night.name)
    compact(tmp_path / "nights")
    return tmp_path / "nights"


def units_of(folder: Path) -> list[tuple[str, str]]:
    posts = open_night(sorted(folder.glob("2*"))[0]).table("results/totals").filter(level="post")
    first = posts.filter(stream="sentence_management", grade="PO").sort("code").row(0, named=True)
    return [("nation", "nation"), ("pdu", first["pdu_code"]), ("team", first["team_code"])]


def test_every_night_says_what_it_says_alone(folder: Path) -> None:
    past = open_history(folder)
    for level, code in units_of(folder):
        found = full_history.past_of(past, level, code, past.days[-1])
        assert [each.day for each in found.days] == past.days
        assert found.of_lines == len(past.days) == 3
        for each in found.days:
            night = open_night(folder / (past.night_of(each.day) or ""))
            state = full_history.state_of_night(night, level, code)
            assert state is not None
            assert each.rooms == {kind.kind: kind.best for kind in state.kinds}


def test_totals_alone_tell_what_all_grades_had_together(folder: Path) -> None:
    past = open_history(folder)
    for level, code in units_of(folder):
        for each in full_history._of_totals(past, level, code, past.days):
            night = open_night(folder / (past.night_of(each.day) or ""))
            state = full_history.state_of_night(night, level, code)
            assert state is not None
            everybody = grade_sets(state.pool, state.rules.ceiling_x100)[-1]
            assert each.whole is not None
            assert each.whole.time_x100 == everybody.time_x100
            assert each.whole.slack_x100 == everybody.slack_x100


def test_what_is_kept_of_a_night_is_made_again_where_it_is_damaged(folder: Path) -> None:
    night = open_night(sorted(folder.glob("2*"))[0])
    found = full_history.sums_of_night(night)
    (kept,) = (folder / "history" / "full").glob(f"{night.name}-*.parquet")
    assert pl.read_parquet(kept).equals(found)
    kept.write_bytes(b"no parquet")
    assert full_history.sums_of_night(night).equals(found)
    assert pl.read_parquet(kept).equals(found)
    assert night.damage() == []


def test_what_is_kept_of_a_withdrawn_night_or_of_other_rules_is_removed(folder: Path) -> None:
    past = open_history(folder)
    full_history.work_out(past, past.days[-1])
    kept = folder / "history" / "full"
    names = {night.name for night in folder.glob("2*")}
    assert {path.stem[:-17] for path in kept.iterdir()} == names
    gone = sorted(names)[0]
    (kept / f"{gone}-{'0' * 16}.parquet").write_bytes(b"by rules of before")
    path = next(path for path in kept.glob(f"{gone}-*") if "-0000000000000000" not in path.name)
    path.unlink()
    full_history.sums_of_night(open_night(folder / gone))
    assert list(kept.glob(f"{gone}-*")) == [path]
    (folder / "withdrawn").mkdir()
    (folder / gone).rename(folder / "withdrawn" / gone)
    full_history.forget_gone(folder)
    assert {path.stem[:-17] for path in kept.iterdir()} == names - {gone}


def test_more_nights_than_a_page_waits_for_are_worked_out_beforehand(folder: Path) -> None:
    past = open_history(folder)
    last = past.days[-1]
    with pytest.raises(full_history.NotWorkedOutError):
        full_history.past_of(past, "nation", "nation", last, most=2)
    assert not (folder / "history" / "full").exists()
    full_history.work_out(past, last)
    found = full_history.past_of(past, "nation", "nation", last, most=0)
    assert found.of_lines == 3


def test_the_outlook_stands_on_the_days_before(folder: Path) -> None:
    past = open_history(folder)
    last = past.days[-1]
    night = open_night(folder / (past.night_of(last) or ""))
    state = full_history.state_of_night(night, "nation", "nation")
    assert state is not None
    found = full_history.outlook(state, full_history.past_of(past, "nation", "nation", last), last)
    for each in state.kinds:
        run = found.runs[each.kind]
        assert bool(run.length) == each.best.is_full
        assert found.ahead[each.kind].rate is None  # three nights are less than a week
    assert [found.past.reaches_back_to(day) for day in past.days] == [True, False, False]


def test_a_night_of_a_program_without_streams_says_the_same_in_both_ways(tmp_path: Path) -> None:
    with tarfile.open(Path(__file__).parent.parent / "homes" / "homes.tar.xz") as homes:
        homes.extractall(tmp_path, filter="data")
    night = open_night(tmp_path / "records" / "nights" / "2026-11-20T183000")
    assert "stream" not in night.table("results/totals").columns
    state = full_history.state_of_night(night, "nation", "nation")
    assert state is not None
    posts = Ledger(night.facts(), night.rules()).totals(["post"]).filter(stream="sentence_management")
    for grade, time in state.pool.grades.items():
        assert time.available_x100 == posts.filter(grade=grade)["available_x100"].sum()
    # its rules do not say how runs pause
    day = night.manifest.as_at.date()
    found = full_history.outlook(state, full_history.FullPast([], [], []), day)
    assert {run.length for run in found.runs.values()} <= {0, 1}
    assert reliefs(state, {})
