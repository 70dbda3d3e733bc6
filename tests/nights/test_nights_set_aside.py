"""Posts set aside keep their former figures, marked since when; everybody else is measured as ever."""

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from night_tools import Nation, spoil
from wmt import rules
from wmt.ledger import Ledger
from wmt.nights import Night, NightError, Order, keep_former, open_night
from wmt.nights.folder import FORMAT
from wmt.nights.load import load
from wmt.nights.recompute import recompute
from wmt.nights.write import Content, results, write_night
from worlds import World

KEYS = ["team_code", "staff_code"]
COUNTS = ["posts", "posts_without_time", "stale_posts", "unmeasured_posts", "stale_since"]


def order(nation: Nation, number: int, workbook: Path) -> Order:
    return Order(paths=[workbook], people=nation.people(number), set_aside=True)


@pytest.fixture(scope="module")
def stale(nation: Nation, spoiled: dict[int, Path], tmp_path_factory: pytest.TempPathFactory) -> list[Night]:
    """A clean night, then two in which one post is spoiled."""
    nights = tmp_path_factory.mktemp("stale") / "nights"
    workbooks = [nation.workbook(0), spoiled[1], spoiled[2]]
    found = [load(nights, order(nation, number, book)).night for number, book in enumerate(workbooks)]
    return [night for night in found if night is not None]


def totals(night: Night, level: str = "post") -> pl.DataFrame:
    return night.table("results/totals").filter(pl.col("level") == level)


def lines(night: Night, post: str) -> pl.DataFrame:
    team, staff = post.split(":")
    found = night.table("results/lines").filter(pl.col("team_code") == team, pl.col("staff_code") == staff)
    return found.drop("post_no")


def others(night: Night, post: str) -> pl.DataFrame:
    """All other posts. NOT-KNOWN stands in for the post set aside on the other side of its contacts."""
    codes = [post, "NOT-KNOWN:NOT-KNOWN"]
    return totals(night).filter(~pl.col("code").is_in(codes))


def units(night: Night, post: str) -> dict[str, str]:
    row = totals(night).row(by_predicate=pl.col("code") == post, named=True)
    return {
        "team": row["team_code"],
        "pdu": row["pdu_code"],
        "region": row["region_code"],
        "nation": "nation",
    }


@pytest.mark.parametrize("number", [1, 2])
def test_the_post_keeps_its_former_lines_and_the_day_they_are_of(
    nation: Nation, clean: list[Night], stale: list[Night], number: int
) -> None:
    assert lines(stale[number], nation.story).equals(lines(clean[0], nation.story))
    was = totals(clean[0]).filter(pl.col("code") == nation.story)
    now = totals(stale[number]).filter(pl.col("code") == nation.story)
    assert now.drop(COUNTS).equals(was.drop(COUNTS))
    assert now["stale_since"].to_list() == [nation.as_at[0]]
    assert (now["stale_posts"].item(), now["unmeasured_posts"].item()) == (1, 0)


@pytest.mark.parametrize("number", [1, 2])
def test_every_total_above_says_so_and_no_other(nation: Nation, stale: list[Night], number: int) -> None:
    for level, code in units(stale[number], nation.story).items():
        marked = totals(stale[number], level).filter(pl.col("stale_posts") > 0)
        assert marked.select("code", "stale_posts", "stale_since").rows() == [(code, 1, nation.as_at[0])]
        assert totals(stale[number], level)["unmeasured_posts"].sum() == 0


@pytest.mark.parametrize("number", [1, 2])
def test_all_other_posts_equal_a_clean_load(
    nation: Nation, clean: list[Night], stale: list[Night], number: int
) -> None:
    assert others(stale[number], nation.story).equals(others(clean[number], nation.story))


@pytest.mark.parametrize("level", ["team", "pdu", "region", "nation"])
def test_totals_are_the_sums_of_their_posts_stale_ones_too(stale: list[Night], level: str) -> None:
    post = totals(stale[2])
    of_unit = pl.lit("nation") if level == "nation" else pl.col(f"{level}_code")
    sums = pl.col("points_x100", "available_x100", "stale_posts").sum()
    summed = {row[:2]: row[2:] for row in post.group_by(of_unit.alias("of"), "stream").agg(sums).rows()}
    found = totals(stale[2], level).select("code", "stream", "points_x100", "available_x100", "stale_posts")
    assert {row[:2]: row[2:] for row in found.rows() if any(row[2:])} == {
        key: row for key, row in summed.items() if any(row)
    }


def test_a_stale_night_gives_the_same_bytes_again(stale: list[Night]) -> None:
    assert all(recompute(night).same for night in stale)


def test_it_is_fresh_again_when_its_fault_is_mended(
    nation: Nation, clean: list[Night], stale: list[Night], tmp_path: Path
) -> None:
    nights = tmp_path / "nights"
    for night in stale[:2]:
        nights.mkdir(exist_ok=True)
        (nights / night.name).symlink_to(night.path)
    mended = load(nights, order(nation, 2, nation.workbook(2))).night
    assert mended is not None
    assert totals(mended).equals(totals(clean[2]))
    assert mended.former() is None


def test_without_a_former_night_the_post_is_not_measured_and_totals_say_so(
    nation: Nation, clean: list[Night], spoiled: dict[int, Path], tmp_path: Path
) -> None:
    night = load(tmp_path / "nights", order(nation, 1, spoiled[1])).night
    assert night is not None
    assert lines(night, nation.story).is_empty()
    post = totals(night).row(by_predicate=pl.col("code") == nation.story, named=True)
    assert (post["points_x100"], post["available_x100"], post["unmeasured_posts"]) == (0, 0, 1)
    assert (post["stale_posts"], post["stale_since"], post["posts_without_time"]) == (0, None, 0)
    for level, code in units(night, nation.story).items():
        marked = totals(night, level).filter(pl.col("unmeasured_posts") > 0)
        assert marked.select("code", "unmeasured_posts").rows() == [(code, 1)]
    assert others(night, nation.story).equals(others(clean[1], nation.story))
    assert recompute(night).same


def test_a_former_night_that_was_changed_lends_nothing(
    nation: Nation, spoiled: dict[int, Path], tmp_path: Path
) -> None:
    nights = tmp_path / "nights"
    former = load(nights, Order(paths=[nation.workbook(0)])).night
    assert former is not None
    (former.path / "results/lines.parquet").unlink()
    with pytest.raises(NightError, match=r"results/lines\.parquet"):
        load(nights, order(nation, 1, spoiled[1]))


def test_several_posts_can_be_set_aside(nation: Nation, clean: list[Night], tmp_path: Path) -> None:
    known = totals(clean[1]).filter(pl.col("cases") > 5, pl.col("grade") == "PO")["code"].to_list()
    chosen = sorted(known)[:3]
    workbook = spoil(nation.workbook(1), tmp_path / "three.xlsx", *chosen)
    nights = tmp_path / "nights"
    load(nights, Order(paths=[nation.workbook(0)], people=nation.people(0)))
    night = load(nights, order(nation, 1, workbook)).night
    assert night is not None
    marked = totals(night).filter(pl.col("stale_posts") == 1)["code"].to_list()
    assert marked == chosen
    assert totals(night, "nation")["stale_posts"].sum() == 3


# Contacts between a fresh post and a stale one: a home visit (CMS47) is worth 17 points since 6 January 2023.

BEFORE = datetime(2023, 6, 14, 18, 30)


def saved(world: World, nights: Path) -> Night:
    facts = world.facts()
    ruleset = rules.load().at(facts.day)
    about = {
        "format": FORMAT, "as_at": facts.as_at, "layout": "tidy", "tier_scheme": "pc16", "revision": 0,
        "rules_date": facts.day, "overlays": (), "sources": [], "inputs": "", "program": "test",
    }  # fmt: skip
    content = Content(
        facts=facts,
        ruleset=ruleset,
        former=None,
        inputs={},
        results=results(Ledger(facts, ruleset)),
        report={},
    )
    return open_night(write_night(nights, content, about))


@pytest.mark.parametrize(
    ("aside", "figures"),
    [
        ("NT1:OWNS", {"NT1:HELPS": 17 + 17, "NT1:OWNS": -17, "NOT-KNOWN:NOT-KNOWN": -34 + 17}),
        ("NT1:HELPS", {"NT1:HELPS": 17, "NT1:OWNS": -17 - 17, "NOT-KNOWN:NOT-KNOWN": 34 - 17}),
    ],
)
def test_contacts_between_a_fresh_and_a_stale_post(
    tmp_path: Path, aside: str, figures: dict[str, int]
) -> None:
    """The stale post keeps one, the fresh one has two; intake sends the sides of a post set aside to the
    post not known, and what the stale post keeps is balanced there, so that the nation stays at zero."""
    before = World(BEFORE).post("NT1:HELPS").post("NT1:OWNS").contact("CMS47", by="NT1:HELPS", om="NT1:OWNS")
    former = saved(before, tmp_path)

    after = World(BEFORE + timedelta(days=1))
    for name in ("NT1:HELPS", "NT1:OWNS"):
        after.post(name, unmeasured=int(name == aside))
    by, om = (None if name == aside else name for name in ("NT1:HELPS", "NT1:OWNS"))
    for _ in range(2):
        after.contact("CMS47", by=by, om=om, age_days=1)
    facts, kept = keep_former(after.facts(), former)
    found = Ledger(facts, rules.load().at(facts.day), former=kept).totals(["post"])
    assert dict(found.select("code", pl.col("points_x100") // 100).rows()) == figures
    assert found["points_x100"].sum() == 0
