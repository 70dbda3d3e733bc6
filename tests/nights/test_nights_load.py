"""Loading: once, all of it, and never over what is there."""

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from night_tools import Nation, wmt
from wmt import rules
from wmt.nights import Night, NightError, Order, night_name, open_night, saved_nights, withdrawal
from wmt.nights.load import load
from wmt.nights.recompute import recompute
from wmt.rules.amendments import Amendment, amended


def tree(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_a_load_makes_one_folder_named_after_its_moment(nation: Nation, clean: list[Night]) -> None:
    nights = clean[0].path.parent
    visible = sorted(path.name for path in nights.iterdir() if not path.name.startswith("."))
    assert visible == [f"{moment:%Y-%m-%dT%H%M%S}" for moment in nation.as_at]
    assert [night.name for night in saved_nights(nights)] == visible


def test_the_manifest_says_what_came_in(nation: Nation, clean: list[Night]) -> None:
    manifest = clean[0].manifest
    names = [source.name for source in manifest.sources]
    assert names[0] == "extract.xlsx"
    assert set(names) == {"extract.xlsx", "people/contracted_hours.csv", "people/reductions.csv"}
    assert manifest.sources[0].size == nation.workbook(0).stat().st_size
    assert (manifest.layout, manifest.tier_scheme, manifest.revision) == ("L2024", "pc16", 0)
    assert manifest.rules_date == nation.as_at[0].date()
    assert clean[0].rules() == rules.load().at(nation.as_at[0].date())
    assert clean[0].report()["accepted"] is True


def test_the_same_input_again_does_nothing(nation: Nation, tmp_path: Path) -> None:
    order = Order(paths=[nation.tidy(0)], people=nation.people(0))
    first = load(tmp_path / "nights", order)
    before = tree(tmp_path / "nights")
    again = load(tmp_path / "nights", order)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.night == first.night
    assert tree(tmp_path / "nights") == before


def test_an_approved_change_of_a_past_rule_makes_a_night_beside(nation: Nation, tmp_path: Path) -> None:
    nights, order = tmp_path / "nights", Order(paths=[nation.tidy(0)])
    day = nation.as_at[0].date()
    first = load(nights, order).night
    assert first is not None
    before = tree(first.path)
    path = "tier_points.pc16.community.C2"
    laid = rules.Overlay("Reform", "Letter 7", ((path, day, 82),))
    amendment = Amendment(number=3, overlay=laid, proposed_by="Ann", approved_by="Bob")
    approved = amended(rules.shipped(), [amendment])
    ahead = replace(laid, entries=((path, day + timedelta(1), 82),))
    with rules.using(lambda: amended(rules.shipped(), [replace(amendment, overlay=ahead)])):
        assert not load(nights, order).is_new  # nothing changes for the day of this extract
    with rules.using(lambda: approved):
        with pytest.raises(NightError, match="--correction"):
            load(nights, order)
        second = load(nights, replace(order, correction=True)).night
        assert not load(nights, order).is_new
    assert second is not None
    assert (second.manifest.revision, second.manifest.approved) == (1, f"{path} 82")
    assert (first.rules()[path].value, second.rules()[path].value) == (74, 82)
    assert tree(first.path) == before
    assert recompute(first).same  # by the rules it was measured with, whatever is approved now
    with rules.using(lambda: approved):
        assert recompute(first).same
    assert recompute(second).same


def test_a_withdrawn_input_stays_away_whatever_is_approved_since(nation: Nation, tmp_path: Path) -> None:
    nights, order = tmp_path / "nights", Order(paths=[nation.tidy(0)])
    first = load(nights, order).night
    assert first is not None
    withdrawal.ask_withdrawal(nights, first.name, "Sent by mistake", "Ann")
    withdrawal.finish(nights)
    laid = rules.Overlay("Reform", "Letter 7", (("nat_percent", nation.as_at[0].date(), 15),))
    amendment = Amendment(number=3, overlay=laid, proposed_by="Ann", approved_by="Bob")
    with rules.using(lambda: amended(rules.shipped(), [amendment])):
        with pytest.raises(NightError, match="Sent by mistake"):
            load(nights, order)  # as the nightly load does, without a word
        again = load(nights, replace(order, correction=True)).night
    assert again is not None
    assert (again.manifest.revision, again.manifest.approved) == (1, "nat_percent 15")
    with pytest.raises(NightError, match="Sent by mistake"):
        load(nights, replace(order, correction=True))  # by the rules it was withdrawn with


def test_the_same_bytes_under_another_name_are_the_same_input(nation: Nation, tmp_path: Path) -> None:
    other = shutil.copytree(nation.tidy(0), tmp_path / "another name")
    load(tmp_path / "nights", Order(paths=[nation.tidy(0)]))
    assert not load(tmp_path / "nights", Order(paths=[other])).is_new


def test_other_input_for_a_moment_is_refused_unless_it_is_a_correction(
    nation: Nation, tmp_path: Path
) -> None:
    nights = tmp_path / "nights"
    first = load(nights, Order(paths=[nation.tidy(0)], people=nation.people(0))).night
    assert first is not None
    before = tree(first.path)
    other = Order(paths=[nation.tidy(0)])
    with pytest.raises(NightError, match="--correction"):
        load(nights, other)
    assert len(saved_nights(nights)) == 1

    corrected = load(nights, Order(paths=[nation.tidy(0)], correction=True)).night
    assert corrected is not None
    assert [night.name for night in saved_nights(nights)] == [first.name, f"{first.name}.1"]
    assert (corrected.manifest.revision, corrected.name) == (1, night_name(nation.as_at[0], 1))
    assert tree(first.path) == before
    assert not load(nights, other).is_new


def test_a_correction_after_one_was_taken_away_keeps_its_own_name(nation: Nation, tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    load(nights, Order(paths=[nation.tidy(0)]))
    days = [date(2023, 1, 6), date(2022, 1, 1)]
    for day in days:
        load(nights, Order(paths=[nation.tidy(0)], rules_date=day, correction=True))
    shutil.rmtree(nights / night_name(nation.as_at[0], 1))
    third = load(nights, Order(paths=[nation.tidy(0)], rules_date=days[0], correction=True)).night
    assert third is not None
    assert third.manifest.revision == 3


@pytest.mark.parametrize("change", ["rules_date", "overlay", "set_aside", "names"])
def test_whatever_decides_the_results_is_part_of_the_input(
    nation: Nation, tmp_path: Path, change: str
) -> None:
    overlay = tmp_path / "draft.yaml"
    overlay.write_text(
        "name: draft\nreference: a test\nvalues:\n  tier_points.pc16.community.A3: 200\n", encoding="utf-8"
    )
    plain = Order(paths=[nation.tidy(0)])
    changed = {
        "rules_date": Order(paths=plain.paths, rules_date=date(2022, 1, 1)),
        "overlay": Order(paths=plain.paths, overlays=[rules.load_overlay(overlay, rules.load())]),
        "set_aside": Order(paths=plain.paths, set_aside=True),
        "names": Order(paths=plain.paths, names=True),
    }
    assert changed[change].checksum() != plain.checksum()


def test_names_are_kept_only_where_asked(nation: Nation, tmp_path: Path) -> None:
    for names in (False, True):
        night = load(tmp_path / str(names), Order(paths=[nation.tidy(0)], names=names)).night
        assert night is not None
        assert (night.facts().post["name"].null_count() < len(night.facts().post)) == names
        assert ("name" in night.table("input/staff").columns) == names


def test_refused_input_leaves_nothing(nation: Nation, spoiled: dict[int, Path], tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    load(nights, Order(paths=[nation.workbook(0)]))
    refused = load(nights, Order(paths=[spoiled[1]]))
    assert refused.night is None
    assert refused.report is not None
    assert "BAD_COUNT" in [fault.code for fault in refused.report.faults]
    assert [night.manifest.as_at for night in saved_nights(nights)] == [nation.as_at[0]]


def test_leftovers_of_a_killed_load_are_never_listed_and_swept(nation: Nation, tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    whole = load(tmp_path / "other", Order(paths=[nation.tidy(0)])).night
    assert whole is not None
    nights.mkdir()
    shutil.copytree(whole.path, nights / ".incoming-0123")
    assert saved_nights(nights) == []
    load(nights, Order(paths=[nation.tidy(1)]))
    assert [path.name for path in nights.iterdir() if path.name.startswith(".incoming")] == []


def test_a_damaged_night_in_the_folder_stops_a_load(nation: Nation, tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    night = load(nights, Order(paths=[nation.tidy(0)])).night
    assert night is not None
    (night.path / "manifest.json").write_text("", encoding="utf-8")
    with pytest.raises(NightError, match=night.name):
        load(nights, Order(paths=[nation.tidy(1)]))


def test_other_folders_beside_the_nights_do_no_harm(nation: Nation, tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    (nights / "notes").mkdir(parents=True)
    (nights / "notes" / "manifest.json").write_text("{", encoding="utf-8")
    assert load(nights, Order(paths=[nation.tidy(0)])).is_new
    assert len(saved_nights(nights)) == 1


def test_tidy_and_workbook_of_a_night_give_the_same_totals(
    nation: Nation, clean: list[Night], tmp_path: Path
) -> None:
    """Where the two doors differ is said in the input's own tests; points and time are the same."""
    tidy = load(tmp_path / "nights", Order(paths=[nation.tidy(0)], people=nation.people(0))).night
    assert tidy is not None
    columns = ["level", "code", "points_x100", "available_x100", "cases"]
    level = pl.col("level") == "nation"
    figures = [night.table("results/totals").filter(level).select(columns) for night in (tidy, clean[0])]
    assert figures[0].equals(figures[1])


def test_other_processes_write_the_same_bytes(nation: Nation, tmp_path: Path) -> None:
    manifests = []
    for seed, threads in (("1", "1"), ("77", "2")):
        nights = tmp_path / seed
        done = wmt(
            "load", nation.tidy(0), "--people", nation.people(0), "--nights", nights, "--json",
            PYTHONHASHSEED=seed, POLARS_MAX_THREADS=threads,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        night = open_night(Path(json.loads(done.stdout)["night"]))
        assert recompute(night).same
        manifests.append((night.path / "manifest.json").read_bytes())
    assert manifests[0] == manifests[1]
