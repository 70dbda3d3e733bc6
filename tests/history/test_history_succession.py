"""Runs that follow who gets another code: moves between teams, new staff codes, renamed teams.

WMT_SOAK=1 takes 10,000 histories instead of 300.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest
from history_counter import (
    FIRST,
    IDLE,
    OVER,
    UNDER,
    Counter,
    Figure,
    Run,
    nights_of,
    random_figures,
    write_history,
)

from wmt.history import (
    History,
    RunThreshold,
    compact,
    formers,
    moved_posts,
    open_history,
    over_for_weeks,
    runs_on,
    spells,
)
from wmt.history.archive import keep
from wmt.history.day_steps import MarksOf
from wmt.history.links import confirm
from wmt.history.months import wanted_months
from wmt.history.withdrawal_effects import history_without

HISTORIES = 10_000 if os.environ.get("WMT_SOAK") == "1" else 300
DAYS = 150
#: A name with a digit is nobody's.
_LETTERS = str.maketrans("0123456789", "abcdefghij")
RULE = RunThreshold("excessive_workload", 11_000, 28)


def of(*marks: RunThreshold) -> MarksOf:
    return lambda _day: marks


def day(number: int | None) -> date | None:
    return None if number is None else FIRST + timedelta(number)


@dataclass
class Career:
    """Somebody's figures, and the codes under which they were kept, each from a day on."""

    figures: list[Figure]
    codes: list[tuple[int, str]] = field(default_factory=list)

    def code_on(self, number: int) -> str:
        return [code for since, code in self.codes if since <= number][-1]

    def parts(self, nights: Sequence[bool]) -> list[tuple[int, int]]:
        """Stretches of days that are one for whoever looks: a change is seen only between two figures."""
        loaded = [number for number, is_there in enumerate(nights) if is_there]
        cuts = [0]
        for since, _ in self.codes[1:]:
            before = max((each for each in loaded if each < since), default=None)
            on = min((each for each in loaded if each >= since), default=None)
            if before is None or on is None or not (self.figures[before] and self.figures[on]):
                cuts.append(since)
                continue
            # both codes changed while nights were missing: nobody can say who it is
            former, now = (self.code_on(number).split(":") for number in (before, on))
            if former[0] != now[0] and former[1] != now[1]:
                cuts.append(since)
        return list(zip(cuts, [*cuts[1:], len(self.figures)], strict=True))


def careers(chance: Random, nights: Sequence[int]) -> dict[str, Career]:
    """People by a number: every other moves, gets another staff code, or both; some teams are renamed."""
    found = {}
    renamed = {f"T{n:02d}": chance.randrange(20, DAYS - 20) for n in range(0, 40, 3)}
    for n in range(HISTORIES):
        career = Career(random_figures(chance, DAYS))
        for number in nights:
            career.figures[number] = None
        team, staff = f"T{n % 40:02d}", f"S{n:05d}"
        changes = [(renamed[team], "renamed")] if team in renamed else []
        changes += [
            (number, chance.choice(("moved", "recoded")))
            for number in chance.sample(range(1, DAYS), chance.choice((0, 0, 1, 2)))
            if number not in renamed.values()
        ]
        career.codes.append((0, f"{team}:{staff}"))
        for step, (number, what) in enumerate(sorted(changes)):
            if what == "renamed":
                team = team if team.startswith("M") else f"{team}X"
            elif what == "moved":
                team = f"M{chance.randrange(900):03d}{step}"
            else:
                staff = f"S{n:05d}{step}"
            if f"{team}:{staff}" not in {code for _, code in career.codes}:
                career.codes.append((number, f"{team}:{staff}"))
        found["P" + f"{n}".translate(_LETTERS)] = career
    return found


def units_of(people: dict[str, Career]) -> tuple[dict[str, list[Figure]], dict[str, str | None]]:
    units: dict[str, list[Figure]] = {}
    names: dict[str, str | None] = {}
    for name, career in people.items():
        for number, figure in enumerate(career.figures):
            code = career.code_on(number)
            units.setdefault(code, [None] * len(career.figures))[number] = figure
            names[code] = name
    return units, names


def expected_runs(people: dict[str, Career], nights: Sequence[bool]) -> list[tuple[object, ...]]:
    found = []
    for career in people.values():
        for low, high in career.parts(nights):
            figures = [figure if low <= n < high else None for n, figure in enumerate(career.figures)]
            counter = Counter(110).walk(figures, nights=nights)
            found += [_told(career, run, high) for run in counter.runs]
    return sorted(found, key=str)


def _told(career: Career, run: Run, high: int) -> tuple[object, ...]:
    until = high - 1 if run.ended is None else min(run.ended, high - 1)
    return (
        career.code_on(until), day(run.began), day(run.excess_from), day(run.last_over), day(run.ended),
        run.days, run.why, run.with_figures,
    )  # fmt: skip


@pytest.mark.soak
def test_runs_follow_whoever_gets_another_code(tmp_path: Path) -> None:
    """Random histories with holes, code changes and moves against a counter of each career."""
    chance = Random(2026)
    missing = [40, 41, 90, 91, 92, 93, 94, 95, 96, 97, 98, 120]
    people = careers(chance, missing)
    units, names = units_of(people)
    history, nights = write_history(tmp_path, units, names=names), nights_of(units)
    found = spells(history, RULE)
    told = found.select(
        "code", "began", "excess_from", "last_over", "ended", "days", "end_reason", "with_figures"
    ).rows()
    assert sorted(told, key=str) == expected_runs(people, nights)
    moved = [career for career in people.values() if len(career.codes) > 1]
    assert len(moved) > HISTORIES // 3
    (last,) = [DAYS - 1]
    standing = {row["code"]: row for row in runs_on(history, of(RULE), day=day(last)).rows(named=True)}
    few = [career.codes[-1][1] for career in moved[:: max(1, len(moved) // 20)]]
    alone = {
        row["code"]: row for row in runs_on(history, of(RULE), day=day(last), codes=few).rows(named=True)
    }
    assert alone == {code: standing[code] for code in few if code in standing}
    running = {row[0]: row[5] for row in expected_runs(people, nights) if row[4] is None}
    assert {code: row["length"] for code, row in standing.items() if row["length"]} == running


def moving(
    folder: Path,
    before: dict[str, list[Figure]],
    after: dict[str, list[Figure]],
    names: dict[str, str | None] | None = None,
    cases: int = 0,
) -> History:
    """Posts of 20 days, and those of the days after that."""
    length = len(next(iter(after.values())))
    units: dict[str, list[Figure]] = {code: [*figures, *[None] * length] for code, figures in before.items()}
    for code, figures in after.items():
        units[code] = [*units.get(code, [None] * 20)[:20], *figures]
    return write_history(folder, units, names=names, cases=cases)


def links_of(history: History) -> list[tuple[str, str, str, str]]:
    return sorted(history.links.frame.select("level", "code", "former_code", "basis").rows())


def test_a_renamed_team_goes_on_with_its_posts(tmp_path: Path) -> None:
    history = moving(
        tmp_path,
        {"A:1": [OVER] * 20, "A:2": [UNDER] * 20, "B:3": [OVER] * 20},
        {"NEW:1": [OVER] * 10, "NEW:2": [UNDER] * 10, "B:3": [OVER] * 10},
    )
    assert links_of(history) == [
        ("post", "NEW:1", "A:1", "same staff code"),
        ("post", "NEW:2", "A:2", "same staff code"),
        ("team", "NEW", "A", "same posts"),
    ]
    assert set(history.links.frame["since"]) == {day(20)}
    rows = {row["code"]: row for row in runs_on(history, of(RULE), codes=["NEW:1"]).rows(named=True)}
    assert (rows["NEW:1"]["since"], rows["NEW:1"]["length"]) == (day(0), 30)
    assert runs_on(history, of(RULE)).filter(code="A:1").is_empty()
    assert formers(history.links, "post", FIRST + timedelta(19)).is_empty()
    assert formers(history.links, "post", FIRST + timedelta(20)).height == 2
    assert formers(history.links, "post", FIRST + timedelta(25), FIRST + timedelta(20)).is_empty()


def test_post_and_person_say_the_same_day(tmp_path: Path) -> None:
    """Day 35 of a run, in the second team since day 21: the post, the person and the question agree."""
    history = moving(
        tmp_path, {"A:1": [OVER] * 20, "A:9": [UNDER] * 20}, {"B:1": [OVER] * 15, "A:9": [UNDER] * 15}
    )
    (post,) = runs_on(history, of(RULE), codes=["B:1"]).rows(named=True)
    (person,) = runs_on(history, of(RULE), level="person", codes=["1"]).rows(named=True)
    same = ("length", "since", "excess_since", "with_figures")
    assert [post[name] for name in same] == [person[name] for name in same]
    assert post["length"] == 35
    for level in ("post", "person"):
        assert over_for_weeks(history, 11_000, 4, level).rows[0]["over"] == 1
        assert over_for_weeks(history, 11_000, 4, level).rows[0]["units"] == 2


@pytest.mark.parametrize("level", ["post", "person", "team"])
def test_a_run_that_ended_before_the_move_counts_in_its_year(tmp_path: Path, level: str) -> None:
    """Nobody gets out of the year's count by moving to another team after it, and nobody counts twice."""
    units: dict[str, list[Figure]] = {
        "A:1": [OVER] * 30 + [UNDER] * 5 + [None] * 340,
        "B:1": [None] * 35 + [UNDER] * 300 + [OVER] * 5 + [None] * 35,
        "C:1": [None] * 340 + [OVER] * 35,
    }
    found = over_for_weeks(write_history(tmp_path, units), 11_000, 4, level)
    assert [(row["year"], row["units"], row["over"]) for row in found.rows] == [(2026, 1, 1), (2027, 1, 1)]
    last = {"post": "C:1", "person": "1", "team": "C"}[level]
    assert {row["code"] for row in found.details[0].rows} == {last}


def test_who_moved_to_another_grade_is_counted_in_the_former(tmp_path: Path) -> None:
    names = {"A:1": "Ash Vale", "B:1": "Ash Vale"}
    units: dict[str, list[Figure]] = {"A:1": [OVER] * 30 + [None] * 10, "B:1": [None] * 30 + [UNDER] * 10}
    write_history(tmp_path, units, names=names)
    posts = pl.read_parquet(sorted((tmp_path / "history").glob("archive-*.parquet")))
    keep(tmp_path, posts.with_columns(grade=pl.lit("PSO")).filter(pl.col("code") == "B:1"))
    compact(tmp_path)
    history = open_history(tmp_path)
    for grade, units_of_grade, over in (("PO", 1, 1), ("", 1, 1)):
        row = over_for_weeks(history, 11_000, 4, grade=grade).rows[0]
        assert (row["units"], row["over"]) == (units_of_grade, over), grade


def test_a_new_staff_code_is_followed_by_the_name(tmp_path: Path) -> None:
    before = {"A:1": [OVER] * 20, "A:2": [UNDER] * 20}
    after = {"A:77": [OVER] * 10, "A:2": [UNDER] * 10}
    names = {"A:1": "Ash Vale", "A:77": "Ash Vale"}
    history = moving(tmp_path / "named", before, after, names)
    assert links_of(history) == [
        ("person", "77", "1", "same name"),
        ("post", "A:77", "A:1", "same name"),
    ]
    other = moving(tmp_path / "other", before, after, {"A:1": "Ash Vale", "A:77": "Kim Moor"})
    assert links_of(other) == []
    twins = moving(
        tmp_path / "twins", {**before, "A:3": [OVER] * 20}, {**after, "A:78": [OVER] * 10},
        {**names, "A:3": "Ash Vale", "A:78": "Ash Vale"},
    )  # fmt: skip
    assert links_of(twins) == []


@pytest.mark.parametrize(
    "name",
    ["Vacant", "VACANT", "Agency 1", "Not Known", "Vacant PO", "T.B.C.", "Unallocated Staff", "n/a", "-"],
)
def test_a_name_of_nobody_links_nobody(tmp_path: Path, name: str) -> None:
    """One vacancy is filled and another one comes, on one day: whoever sits there is somebody else."""
    before, after = {"A:1": [OVER] * 20, "A:2": [UNDER] * 20}, {"A:77": [OVER] * 10, "A:2": [UNDER] * 10}
    history = moving(tmp_path, before, after, {"A:1": name, "A:77": name}, cases=30)
    assert links_of(history) == []
    assert runs_on(history, of(RULE), codes=["A:77"])["length"].to_list() == [10]


@pytest.mark.parametrize("stays", ["before", "after"])
def test_a_name_of_two_posts_of_the_team_links_nobody(tmp_path: Path, stays: str) -> None:
    """Of two people of one name, one of whom stays, nobody can say who it is that is gone or new."""
    before, after = {"A:1": [OVER] * 20, "A:2": [UNDER] * 20}, {"A:77": [OVER] * 10, "A:2": [UNDER] * 10}
    other = dict.fromkeys(("A:2",), "ash vale") if stays == "before" else {}
    if stays == "after":
        after["A:3"], before["B:3"] = [UNDER] * 10, [UNDER] * 20
        other = {"A:3": "Ash Vale", "B:3": "Ash Vale"}
    history = moving(tmp_path, before, after, {"A:1": "Ash Vale", "A:77": "Ash Vale", **other})
    assert [link for link in links_of(history) if link[3] == "same name"] == []


def test_links_by_a_name_of_nobody_go_when_the_words_say_so(tmp_path: Path) -> None:
    """Links found before the installation named a word are found again."""
    nights = tmp_path / "home" / "nights"
    history = moving(
        nights, {"A:1": [OVER] * 20}, {"A:77": [OVER] * 10}, {"A:1": "Relief Pair", "A:77": "Relief Pair"}
    )
    assert {link[3] for link in links_of(history)} == {"same name"}
    (tmp_path / "home" / "policy.yaml").write_text(
        "name: ours\nreference: the rota\nvalues:\n  names.of_nobody: {2017-05-01: 'vacant, relief'}\n"
    )
    compact(nights)
    assert links_of(open_history(nights)) == []
    # what the history would be without a night is found by the same words
    for month in wanted_months(nights):
        with history_without(nights, f"{month}-28T0600-a1b2c3") as other:
            assert links_of(other) == []


def test_a_second_post_is_no_move(tmp_path: Path) -> None:
    """Of two posts that are gone nobody can say which one goes on."""
    history = moving(tmp_path, {"A:1": [OVER] * 20, "B:1": [OVER] * 20}, {"C:1": [OVER] * 10})
    assert links_of(history) == []
    both = moving(
        tmp_path / "both", {"A:1": [OVER] * 20, "B:1": [IDLE] * 20}, {"A:1": [OVER] * 9, "C:1": [IDLE] * 9}
    )
    assert links_of(both) == [
        ("post", "C:1", "B:1", "same staff code"),
        ("team", "C", "B", "same posts"),
    ]
    assert moved_posts({("A", "1"), ("B", "1")}, {("A", "1"), ("C", "1")}) == {("C", "1"): ("B", "1")}
    assert moved_posts({("A", "1"), ("B", "1")}, {("C", "1")}) == {}


def test_a_link_that_somebody_confirmed(tmp_path: Path) -> None:
    """Two posts are gone and one is new: it goes on with the one that is named."""
    history = moving(tmp_path, {"A:1": [OVER] * 20, "B:1": [UNDER] * 20}, {"C:1": [OVER] * 10})
    version = history.version
    confirm(tmp_path, [("C:1", "A:1", FIRST + timedelta(24))])
    compact(tmp_path)
    history = open_history(tmp_path)
    assert history.version != version
    assert history.links.frame.rows() == [("post", "C:1", "A:1", day(20), "confirmed")]
    assert runs_on(history, of(RULE), codes=["C:1"])["length"].to_list() == [30]


def test_links_are_the_same_however_often_they_are_found(tmp_path: Path) -> None:
    before = {"A:1": [OVER] * 20, "A:2": [UNDER] * 20}
    moving(tmp_path, before, {"NEW:1": [OVER] * 30, "NEW:2": [UNDER] * 30})
    path = tmp_path / "history" / "links.json"
    content = path.read_bytes()
    path.write_text("{")
    compact(tmp_path)
    assert path.read_bytes() == content
    for file in (tmp_path / "history").glob("20*.parquet"):
        file.unlink()
    compact(tmp_path)
    assert path.read_bytes() == content


def test_a_name_that_was_forgotten_leaves_the_link(tmp_path: Path) -> None:
    from wmt.history.archive import forget_names

    names = {"A:1": "Ash Vale", "A:77": "Ash Vale"}
    history = moving(tmp_path, {"A:1": [OVER] * 20}, {"A:77": [UNDER] * 10}, names)
    links = history.links.frame
    assert links.height == 2
    forget_names(tmp_path, FIRST + timedelta(25))
    compact(tmp_path)
    assert (
        open_history(tmp_path).series("post", "A:1", FIRST, FIRST + timedelta(9))["name"].null_count() == 10
    )
    assert open_history(tmp_path).links.frame.equals(links)


def test_a_name_that_was_forgotten_makes_no_link(tmp_path: Path) -> None:
    """Whoever took over all of a leaver's work is somebody else, also when the names are forgotten."""
    from wmt.history.archive import forget_names

    names = {"A:1": "Ash Vale", "A:77": "Bo Fenn"}
    history = moving(tmp_path, {"A:1": [OVER] * 20}, {"A:77": [OVER] * 10}, names, cases=30)
    assert history.links.frame.is_empty()
    forget_names(tmp_path, FIRST + timedelta(40))
    for _ in range(2):
        compact(tmp_path)
        assert open_history(tmp_path).links.frame.is_empty()


def test_codes_through_time(tmp_path: Path) -> None:
    """A team gets another code and its own one back."""
    units: dict[str, list[Figure]] = {
        "A:1": [OVER] * 10 + [None] * 10 + [OVER] * 12,
        "B:1": [None] * 10 + [OVER] * 10 + [None] * 12,
    }
    history = write_history(tmp_path, units)
    links = history.links
    assert [links.code_on("post", "A:1", FIRST + timedelta(n)) for n in (5, 15, 25)] == ["A:1", "B:1", "A:1"]
    assert links.lineage("post", ["A:1"]) == {"A:1", "B:1"}
    assert runs_on(history, of(RULE), codes=["A:1"])["length"].to_list() == [32]
    assert isinstance(links.frame, pl.DataFrame)
