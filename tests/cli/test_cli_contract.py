"""The JSON that others build on: keys, types, two decimals at most; and everything adds up."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from night_tools import Nation, Run

CHECK = {"accepted", "as_at", "layout", "tier_scheme", "sheets", "faults"}
FAULT = {"severity", "code", "sheet", "row", "column", "message"}
MEASURE = {
    "level", "code", "stream", "name", "team_code", "staff_code", "grade", "cases", "cases_all", "points",
    "available", "capacity", "breakdown",
}  # fmt: skip
BREAKDOWN = {"community", "licence", "custody", "t2a", "omic", "reports", "contacts"}
LINE = {
    "kind", "ref", "location", "tier", "suspended", "stream", "quantity", "each", "points", "counted",
    "reason", "rule", "rule_from",
}  # fmt: skip
COMPARE = {"code", "stream", "before", "after", "change", "causes"}
CAUSE = {"cause", "words", "points", "percentage_points", "lines"}


def numbers(content: Any) -> Iterator[float]:
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        for part in content:
            yield from numbers(part)
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield content


def exact(*parts: float) -> Decimal:
    return sum((Decimal(str(part)) for part in parts), Decimal(0))


def has_two_decimals(content: Any) -> bool:
    return all(Decimal(str(number)) * 100 % 1 == 0 for number in numbers(content))


@pytest.fixture
def given(nation: Nation) -> tuple[object, ...]:
    return nation.tidy(0), "--people", nation.people(0)


def test_check(run: Run, nation: Nation) -> None:
    ran = run("check", nation.workbook(0), "--json")
    assert ran.code == 0
    assert set(ran.json) >= CHECK
    assert ran.json["accepted"] is True
    assert datetime.fromisoformat(ran.json["as_at"]) == nation.as_at[0]
    assert (ran.json["layout"], ran.json["tier_scheme"]) == ("L2024", "pc16")
    assert "WMT_Extract" in ran.json["sheets"]
    for sheet in ran.json["sheets"].values():
        assert set(sheet) >= {"rows", "orphan_rows"}
        assert all(type(sheet[key]) is int for key in ("rows", "orphan_rows"))
    assert ran.json["faults"]
    for fault in ran.json["faults"]:
        assert set(fault) >= FAULT
        assert fault["severity"] == "warn"
        assert type(fault["row"]) in (int, type(None))


def test_check_of_a_night_gives_the_report_it_was_loaded_with(run: Run, nation: Nation, night: Path) -> None:
    ran = run("check", night, "--json")
    assert ran.code == 0
    assert ran.json == run("check", nation.tidy(0), "--people", nation.people(0), "--json").json


def test_measure(run: Run, given: tuple[object, ...]) -> None:
    ran = run("measure", *given, "--json")
    assert ran.code == 0
    assert isinstance(ran.json, list)
    assert {row["level"] for row in ran.json} == {"post", "team", "pdu", "region", "nation"}
    for row in ran.json:
        assert set(row) >= MEASURE
        assert set(row["breakdown"]) >= BREAKDOWN
        assert type(row["cases"]) is type(row["cases_all"]) is int
        assert (row["capacity"] is None) == (row["available"] == 0)
    assert has_two_decimals(ran.json)


def test_a_posts_code_is_team_and_staff(run: Run, given: tuple[object, ...]) -> None:
    for row in run("measure", *given, "--json").json:
        if row["level"] == "post":
            assert row["code"] == f"{row['team_code']}:{row['staff_code']}"
        else:
            assert row["staff_code"] is None
            assert row["grade"] is None


def test_units_are_the_sums_of_their_posts_and_parts(run: Run, given: tuple[object, ...]) -> None:
    rows = run("measure", *given, "--json").json
    nations = {row["stream"]: row for row in rows if row["level"] == "nation"}
    assert set(nations) == {row["stream"] for row in rows}
    for stream, nation in nations.items():
        for level in ("post", "team", "pdu", "region"):
            here = [row for row in rows if (row["level"], row["stream"]) == (level, stream)]
            for key in ("points", "available", "cases", "cases_all", "posts", "posts_over"):
                assert exact(*(row[key] for row in here)) == exact(nation[key])
    for row in rows:
        counted = (value for part, value in row["breakdown"].items() if part != "omic")
        assert exact(*counted) == exact(row["points"])


@pytest.mark.parametrize("level", ["post", "team", "pdu", "region", "nation"])
def test_one_level(run: Run, night: Path, level: str) -> None:
    assert {row["level"] for row in run("measure", night, "--level", level, "--json").json} == {level}


def test_explained_lines_add_up_to_the_figures(run: Run, nation: Nation, given: tuple[object, ...]) -> None:
    measured = {row["code"]: row for row in run("measure", *given, "--level", "post", "--json").json}
    for code in [nation.story, *sorted(measured)[:3]]:
        found = run("explain", *given, "--post", code, "--json").json
        assert set(found) >= {"points", "available", "capacity", "work", "time"}
        assert has_two_decimals(found)
        assert exact(*(line["points"] for line in found["work"])) == exact(measured[code]["points"])
        assert exact(*(line["points"] for line in found["time"])) == exact(measured[code]["available"])
        assert found["capacity"] == measured[code]["capacity"]
        assert sum(row["cases"] for row in found["reconciliation"]) == found["cases_all"]
        for line in (*found["work"], *found["time"]):
            assert set(line) >= LINE
            assert type(line["suspended"]) is type(line["counted"]) is bool
            assert line["rule"]
            assert line["rule_from"]
            assert line["counted"] or line["reason"]


def test_a_case_says_why_it_earns_what_it_earns(run: Run, nation: Nation, given: tuple[object, ...]) -> None:
    """Appendix A of the FAQ of 6 January 2023: A3 in the community earns 128 points, 7.32 hours a month."""
    found = run("explain", *given, "--post", nation.story, "--json").json
    cases = [line for line in found["work"] if line["rule"] == "tier_points.pc16.community.A3"]
    assert cases
    for line in cases:
        assert (line["each"], line["rule_from"], line["hours_a_month"]) == (128, "2023-01-06", 7.32)


def test_contacts_and_reductions_are_told_in_words(
    run: Run, nation: Nation, given: tuple[object, ...]
) -> None:
    found = run("explain", *given, "--post", nation.story, "--json").json
    contacts = {line["ref"]: line for line in found["work"] if line["kind"] == "contact"}
    assert contacts["2600000001"]["about"].startswith("CMS47 for ")
    assert contacts["2600000002"]["about"].startswith("CMS46 by ")
    (reduction,) = (line for line in found["time"] if line["kind"] == "reduction")
    assert reduction["about"].startswith("Single Point of Contact (SPOC) leads, ")


def test_causes_add_up_to_the_change(run: Run, nation: Nation) -> None:
    ran = run(
        "compare", nation.tidy(0), nation.tidy(1), "--people-before", nation.people(0), "--people",
        nation.people(1), "--level", "post", "--level", "region", "--json",
    )  # fmt: skip
    assert ran.code == 0
    assert {row["level"] for row in ran.json if row["causes"]} == {"post", "region"}
    for row in ran.json:
        assert set(row) >= COMPARE
        assert exact(row["after"]) - exact(row["before"]) == exact(row["change"])
        assert exact(*(cause["points"] for cause in row["causes"])) == exact(row["change"])
        for cause in row["causes"]:
            assert set(cause) >= CAUSE
            assert type(cause["lines"]) is int
        shares = [cause["percentage_points"] for cause in row["causes"]]
        if row["capacity_change"] is None:
            assert set(shares) <= {None}
        else:
            assert exact(*shares) == exact(row["capacity_change"])
    assert has_two_decimals(ran.json)


def test_streams_are_compared_apart(run: Run, nation: Nation) -> None:
    """JSON holds every stream, tables one: the headline unless another is asked for."""
    given = (
        "compare", nation.tidy(0), nation.tidy(1), "--people-before", nation.people(0), "--people",
        nation.people(1), "--level", "nation",
    )  # fmt: skip
    rows = {row["stream"]: row for row in run(*given, "--json").json}
    assert set(rows) >= {"sentence_management", "omic"}
    assert [row["stream"] for row in run(*given, "--stream", "omic", "--json").json] == ["omic"]
    said, omic = run(*given).out, run(*given, "--stream", "omic").out
    assert ("Nation: Sentence management" in said, "Nation: OMiC" in said) == (True, False)
    assert ("Nation: Sentence management" in omic, "Nation: OMiC" in omic) == (False, True)
    assert "%" not in omic  # OMiC has no capacity
    refused = run(*given, "--stream", "prisons")
    assert (refused.code, "the streams are sentence_management, courts, omic" in refused.err) == (2, True)


def test_a_post_says_which_stream_it_is_in(run: Run, given: tuple[object, ...]) -> None:
    posts = run("measure", *given, "--level", "post", "--json").json
    of = {row["stream"]: row["code"] for row in posts}
    headline = run("explain", *given, "--post", of["sentence_management"])
    assert "Sentence management" in headline.out.splitlines()[0]
    prison = run("explain", *given, "--post", of["omic"]).out
    assert "OMiC" in prison.splitlines()[0]
    assert "No capacity: OMiC work is not measured against hours" in prison
    assert "available points =" not in prison


def test_rules_are_a_cause_of_their_own(run: Run, given: tuple[object, ...]) -> None:
    asked = ("--level", "nation", "--stream", "sentence_management", "--json")
    (row,) = run("compare", *given, "--rules-date-before", "2022-06-01", *asked).json
    assert [cause["cause"] for cause in row["causes"]] == ["rule_change"]
    assert row["change"] != 0


def test_workbook_tidy_and_night_say_the_same(run: Run, nation: Nation, night: Path) -> None:
    people = ("--people", nation.people(0))
    tidy = run("measure", nation.tidy(0), *people, "--json").json
    assert run("measure", night, "--json").json == tidy

    def figures(rows: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[Any, ...]]:
        keys = ("points", "available", "capacity", "cases", "grade")
        return {(row["level"], row["code"]): tuple(row[key] for key in keys) for row in rows}

    workbook = figures(run("measure", nation.workbook(0), *people, "--json").json)
    # the workbook lists officers of OMiC teams that hold no place in the staff list
    assert {key: workbook[key] for key in figures(tidy)} == figures(tidy)
