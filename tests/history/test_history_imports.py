"""Archives from files: our own columns, and the incumbent's daily archive; refused with row and column."""

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from history_folders import Posts, totals_of

from wmt.history import FIGURE, HistoryError, cases_per_officer, compact, open_history
from wmt.history.archive import forget_names, keep, key_of, named_days
from wmt.history.import_archive import KnownUnits, read_figures

NOBODY = KnownUnits.of(None)
OWN = """day,level,code,name,pdu_code,region_code,points_x100,available_x100,cases
2026-01-05,post,A1:S1,Somebody,PA,R1,250000,217600,31
2026-01-05,team,A1,The team,PA,R1,250000,217600,31
"""
#: The end of the first row and the beginning of the next.
NEXT = "217600,31\n2026-01-05,team"
DAILY = """Workload Date,Workload ID,Region,PDU,Team,Offender Manager,Grade,Total Cases,Total Points,SDR Points,Contracted Hours,Reductions,Available Points,Capacity,CMS Points
2019-03-04,1,North,Upper,"Team, one",Ann Example,PO,40,2500,10,37,2.5,2176,114.9%,12
04/03/2019,2,North,Upper,"Team, one",Bob Example,PSO,30,"1,100",0,18.5,0,1100,100,0
2019-03-04,3,North,Lower,Two,Ann Example,PO,0,0,0,0,0,0,0,0
"""  # noqa: E501


def write(folder: Path, text: str) -> Path:
    path = folder / "archive.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_our_own_columns(tmp_path: Path) -> None:
    found = read_figures(write(tmp_path, OWN), NOBODY)
    assert found.schema == FIGURE
    post, team = found.rows(named=True)
    assert (post["day"], post["team_code"], post["staff_code"], post["posts"]) == (
        date(2026, 1, 5),
        "A1",
        "S1",
        1,
    )
    assert (post["points_x100"], post["available_x100"], post["cases"], post["night"]) == (
        250_000,
        217_600,
        31,
        "",
    )
    assert post["custody_x100"] is None
    assert (team["code"], team["name"], team["posts"]) == ("A1", "The team", None)


def test_a_parquet_file_says_the_same(tmp_path: Path) -> None:
    text = read_figures(write(tmp_path, OWN), NOBODY)
    text.write_parquet(tmp_path / "archive.parquet")
    assert read_figures(tmp_path / "archive.parquet", NOBODY).equals(text)
    pl.read_csv(tmp_path / "archive.csv").write_parquet(tmp_path / "loose.parquet")
    assert read_figures(tmp_path / "loose.parquet", NOBODY).equals(text)


def test_levels_that_are_not_given_are_the_sums_of_the_posts(tmp_path: Path) -> None:
    other = OWN + "2026-01-05,post,A1:S2,,PA,R1,100,200,1\n2026-01-06,post,A1:S2,,PA,R1,100,200,1\n"
    keep(tmp_path, read_figures(write(tmp_path, other), NOBODY))
    compact(tmp_path)
    history = open_history(tmp_path)
    days = (date(2026, 1, 5), date(2026, 1, 6))
    assert history.series("team", "A1", *days)["points_x100"].to_list() == [250_000, 100]
    for level, code in (("pdu", "PA"), ("region", "R1"), ("nation", "nation")):
        found = history.series(level, code, *days)
        assert found.select("points_x100", "available_x100", "posts").rows() == [
            (250_100, 217_800, 2),
            (100, 200, 1),
        ]


def test_the_daily_archive_by_names(tmp_path: Path) -> None:
    found = read_figures(write(tmp_path, DAILY), NOBODY)
    first, second, third = found.rows(named=True)
    assert (first["level"], first["code"], first["name"], first["grade"]) == (
        "post", f"Team, one:{first['staff_code']}", "Ann Example", "PO"
    )  # fmt: skip
    # the same person has the same code anywhere, and there is no name in it
    assert re.fullmatch("~[0-9a-f]{12}", first["staff_code"])
    assert first["staff_code"] == third["staff_code"] != second["staff_code"]
    other = read_figures(write(tmp_path, DAILY), KnownUnits.of(None, b"of another installation"))
    assert not set(other["staff_code"]) & set(found["staff_code"])
    assert (first["region_code"], first["pdu_code"], first["team_code"]) == ("North", "Upper", "Team, one")
    assert (first["points_x100"], first["available_x100"], first["cases"]) == (250_000, 217_600, 40)
    assert (first["contracted_hours_micro"], first["reduction_hours_micro"]) == (37_000_000, 2_500_000)
    assert (second["day"], second["points_x100"]) == (date(2019, 3, 4), 110_000)
    assert (third["posts"], third["posts_without_time"]) == (1, 1)


def test_names_become_the_codes_that_a_night_has_for_them(tmp_path: Path) -> None:
    posts: Posts = {("A1", "S1"): (1, 1, "PO"), ("A1", "S2"): (1, 1, "PO"), ("B1", "S2"): (1, 1, "PO")}
    totals = totals_of(posts).with_columns(
        name=pl.col("code").replace({"A1": "Team, one", "B1": "Two", "A1:S1": "Ann Example", "R1": "North"})
    )
    found = read_figures(write(tmp_path, DAILY), KnownUnits.of(totals))
    bob, ann = NOBODY.staff_codes(["", ""], ["Bob Example", "Ann Example"])
    assert found["code"].to_list() == ["A1:S1", f"A1:{bob}", f"B1:{ann}"]
    assert set(found["region_code"]) == {"R1"}


def test_a_name_of_nobody_is_nobody_of_today_and_another_in_each_team(tmp_path: Path) -> None:
    posts: Posts = {("A1", "S1"): (1, 1, "PO")}
    totals = totals_of(posts).with_columns(
        name=pl.col("code").replace({"A1": "Team, one", "A1:S1": "Vacant 1", "R1": "North"})
    )
    archive = DAILY.replace("Ann Example", "Vacant 1")
    found = read_figures(write(tmp_path, archive), KnownUnits.of(totals, words=["vacant"]))
    first, _, third = found["staff_code"]
    assert (first[0], third[0]) == ("~", "~")
    assert first != third


@pytest.mark.parametrize(
    ("text", "old", "new", "message"),
    [
        (OWN, f"250000,{NEXT}", f"many,{NEXT}", "row 2, column points_x100: 'many' is not a number"),
        (OWN, f"250000,{NEXT}", f"2.5,{NEXT}", "row 2, column points_x100: 2.5 is finer"),
        (OWN, NEXT, NEXT.replace("217600", ""), "row 2, column available_x100: '' is not a number"),
        (OWN, NEXT, NEXT.replace("217600", "-1"), "row 2, column available_x100: -1 is below 0"),
        (OWN, "2026-01-05,team", "5 Jan,team", "row 3, column day: '5 Jan' is not a day; write it as"),
        (OWN, "team,A1", "office,A1", "row 3, column level: 'office' is no level; use one of post, team"),
        (OWN, "A1:S1", "A1S1", "row 2, column code: 'A1S1' is not TEAM:STAFF"),
        (OWN, "team,A1", "team,", "row 3, column code: it is empty"),
        (OWN, "team,A1,", "post,A1:S1,", "row 2, column code: post A1:S1 has two figures on 2026-01-05"),
        (OWN, "available_x100,cases", "free,cases", "has no column available_x100; see docs/command-line"),
        (DAILY, "114.9%", "115.9%", "row 2, column Capacity: 115.9% is not what Total Points and"),
        (DAILY, "1100,100,", "1100,99,", "row 3, column Capacity: 99 is not what Total Points and"),
        (DAILY, "114.9%", "lots", "row 2, column Capacity: 'lots' is not a number"),
        (DAILY, "Bob Example", " ", "row 3, column Offender Manager: it is empty"),
        (DAILY, "04/03/2019", "04/13/2019", "row 3, column Workload Date: '04/13/2019' is not a day"),
        (DAILY, "Available Points,", "Free Points,", "has no column Available Points"),
    ],
)  # fmt: skip
def test_refused_with_row_and_column(tmp_path: Path, text: str, old: str, new: str, message: str) -> None:
    assert old in text
    with pytest.raises(HistoryError) as refused:
        read_figures(write(tmp_path, text.replace(old, new)), NOBODY)
    assert message in str(refused.value)
    assert str(tmp_path) in str(refused.value)


@pytest.mark.parametrize("capacity", ["114.9", "114.89", "114.88", "115", "114", "114.889706", ""])
def test_a_capacity_may_be_rounded_in_any_way(tmp_path: Path, capacity: str) -> None:
    assert len(read_figures(write(tmp_path, DAILY.replace("114.9%", capacity)), NOBODY)) == 3


@pytest.mark.parametrize(
    ("name", "message"), [("none.csv", "is not there"), ("text.txt", "a .csv or a .parquet")]
)
def test_files_that_are_no_archives(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "text.txt").write_text("x")
    with pytest.raises(HistoryError, match=message):
        read_figures(tmp_path / name, NOBODY)


def test_names_of_archived_posts_are_forgotten_too(tmp_path: Path) -> None:
    other = OWN + "2026-02-05,post,A1:S1,Somebody,PA,R1,100,200,1\n"
    keep(tmp_path, read_figures(write(tmp_path, other), NOBODY))
    compact(tmp_path)
    assert named_days(tmp_path, date(2026, 1, 5)) == 0
    assert named_days(tmp_path, date(2026, 2, 1)) == 1
    assert forget_names(tmp_path, date(2026, 2, 1)) == ["2026-01"]
    assert forget_names(tmp_path, date(2026, 2, 1)) == []
    assert compact(tmp_path).written == ("2026-01",)
    history = open_history(tmp_path)
    names = history.series("post", "A1:S1", date(2026, 1, 1), date(2026, 3, 1))["name"].to_list()
    assert names == [None, "Somebody"]
    assert history.series("team", "A1", date(2026, 1, 5), date(2026, 1, 5))["name"].to_list() == ["The team"]


def test_units_given_for_a_part_of_the_nation(tmp_path: Path) -> None:
    """One region by itself, another by its posts: the nation is both."""
    text = (
        "day,level,code,region_code,pdu_code,team_code,points_x100,available_x100,cases\n"
        "2020-01-06,region,RA,RA,,,1000,800,7\n"
        "2020-01-06,post,T1:S1,RB,PB,T1,150,200,3\n"
        "2020-01-06,post,T1:S2,RB,PB,T1,50,100,\n"
    )
    keep(tmp_path, read_figures(write(tmp_path, text), NOBODY))
    compact(tmp_path)
    found = open_history(tmp_path)
    day = date(2020, 1, 6)
    figure = ("points_x100", "available_x100", "cases")
    for level, code, told in (
        ("team", "T1", (200, 300, None)),
        ("region", "RA", (1000, 800, 7)),
        ("region", "RB", (200, 300, None)),
        ("nation", "nation", (1200, 1100, None)),
    ):
        assert found.series(level, code, day, day).select(figure).rows() == [told]


def test_only_posts_have_grades(tmp_path: Path) -> None:
    text = "day,level,code,grade,points_x100,available_x100\n2020-01-06,region,RA,PO,1000,800\n"
    with pytest.raises(HistoryError, match="row 2, column grade: only posts have a grade"):
        read_figures(write(tmp_path, text), NOBODY)


def test_no_name_is_left_of_whom_only_an_archive_knew(tmp_path: Path) -> None:
    key = key_of(tmp_path)
    assert (len(key), key_of(tmp_path)) == (32, key)
    keep(tmp_path, read_figures(write(tmp_path, DAILY), KnownUnits.of(None, key)))
    compact(tmp_path)
    forget_names(tmp_path, date(2030, 1, 1))
    compact(tmp_path)
    (tmp_path / "archive.csv").unlink()
    for path in tmp_path.rglob("*.parquet"):
        for column in pl.read_parquet(path).select(pl.col(pl.String)).iter_columns():
            assert not column.drop_nulls().str.contains("Example").any(), (path, column.name)


def test_the_incumbent_s_export_comes_in_as_it_is(tmp_path: Path) -> None:
    text = """\ufeffWorkload Date,Workload ID,Region,Probation Delivery Unit,Team,Offender Manager,Grade,Total Cases,Total Points,SDR Points,SDR Conversion Points,PAROMS Points,Nominal Target,Contracted Hours,Reductions,Available Points,Capacity,CMS Points,CMS %,GS Points,GS %,ARMS Total Cases\r
04-03-2019,N/A,North,Upper,One,Ann Example,PO,40,2500,N/A,N/A,N/A,N/A,37,2.5,2176,114.89%,N/A,N/A,N/A,N/A,N/A\r
31-12-2019,12,North,Upper,One,Bob Example,PSO,12,500,0,0,0,2176,0,0,2176,0%,0,0%,0,0%,0\r
05-03-2019,13,North,Upper,One,Cyd Example,PSO,12,500,0,0,0,2176,N/A,N/A,0,0%,0,0%,0,0%,0\r
"""  # noqa: E501
    found = read_figures(write(tmp_path, text), NOBODY)
    assert found["day"].to_list() == [date(2019, 3, 4), date(2019, 12, 31), date(2019, 3, 5)]
    assert found["pdu_code"].to_list() == ["Upper"] * 3
    assert found["points_x100"].to_list() == [250_000, 50_000, 50_000]
    assert found["contacts_x100"].to_list() == [None, 0, 0]
    assert found["contracted_hours_micro"].to_list() == [37_000_000, 0, None]


def test_nothing_is_no_total(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=r"row 2, column Total Points"):
        read_figures(write(tmp_path, DAILY.replace(",2500,", ",N/A,")), NOBODY)


def test_an_archive_with_bare_carriage_returns_is_read(tmp_path: Path) -> None:
    path = tmp_path / "archive.csv"
    path.write_bytes(DAILY.replace("\n", "\r").encode())
    assert len(read_figures(path, NOBODY)) == 3


def test_an_archive_of_years_before_the_names_were_a_policy_is_compacted(tmp_path: Path) -> None:
    """Every month of a history is asked for its links, and with them for the words of nobody."""
    for year in ("2000", "2016"):
        keep(tmp_path, read_figures(write(tmp_path, DAILY.replace("2019", year)), NOBODY))
    compact(tmp_path)
    history = open_history(tmp_path)
    assert {day.year for day in history.days} == {2000, 2016}
    assert cases_per_officer(history, who="everyone").rows
