"""`wmt staffing` on a small nation: its sums are those of `wmt measure`, and units add up to the nation."""

from pathlib import Path

import pytest

from night_tools import Nation, Run
from wmt.cli import staffing
from wmt.cli.console import RefusedInput


@pytest.fixture
def night_input(nation: Nation) -> tuple[object, ...]:
    return (nation.tidy(0), "--people", nation.people(0))


def test_the_work_of_a_unit_is_its_points(run: Run, night_input: tuple[object, ...]) -> None:
    told = run("staffing", *night_input, "--unit", "nation", "--json").json
    rows = run("measure", *night_input, "--level", "nation", "--json").json
    nation = next(row for row in rows if row["stream"] == "sentence_management")
    assert told["work"]["points"] == pytest.approx(nation["points"])
    assert sum(each["points"] for each in told["kinds"]) == pytest.approx(nation["points"])
    for kind in told["kinds"]:
        assert sum(line["points"] for line in kind["lines"]) == pytest.approx(kind["points"])
        assert sum(line["hours"] for line in kind["lines"]) == pytest.approx(kind["hours"], abs=1)


def test_units_add_up(run: Run, night_input: tuple[object, ...]) -> None:
    levels = {
        level: run("staffing", *night_input, "--level", level, "--json").json
        for level in ("nation", "region", "pdu", "team")
    }
    (nation,) = levels["nation"]
    for level in ("region", "pdu", "team"):
        for figure in ("need", "in_post"):
            assert sum(row[figure] for row in levels[level]) == pytest.approx(nation[figure], abs=1), level


def test_it_is_told_in_words_and_as_a_table(run: Run, night_input: tuple[object, ...]) -> None:
    told = run("staffing", *night_input, "--unit", "nation").out
    assert "One full-time officer carries 1,776.00 points" in told
    assert "in non-effective time" in told
    assert "National Audit Office" in told
    assert "have fewer people than their work needs" in run("staffing", *night_input).out


def test_the_chain_can_be_chosen(run: Run, night_input: tuple[object, ...]) -> None:
    told = run("staffing", *night_input, "--unit", "nation", "--chain", "sum", "--json").json
    assert (told["chain"], told["points_of_one_fte"]) == ("sum", 1703.72)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"by": "cases"}, "--by cases: choose points or hours"),
        ({"chain": "both"}, "--chain both: choose product or sum"),
        ({"level": "post"}, "--level post: choose one of team, pdu, region, nation"),
    ],
)
def test_what_is_not_offered_is_refused(options: dict[str, str], words: str) -> None:
    with pytest.raises(RefusedInput, match=words):
        staffing.staffing([], **options)  # type: ignore[arg-type]


def test_a_unit_that_is_not_there_is_refused(run: Run, night_input: tuple[object, ...]) -> None:
    done = run("staffing", *night_input, "--unit", "NOWHERE")
    assert done.code == 2
    assert "no team, PDU or region of that code" in done.err


def test_the_pipeline_is_told_with_where_its_levers_come_from(run: Run) -> None:
    told = run(
        "pipeline", "--officers", 5636, "--intake", 1300, "--leaving", 7, "--wanted", 7115, "--json"
    ).json
    assert told["wanted"] == {"officers": 7115, "months": 27}
    of = {each["lever"]: each for each in told["levers"]}
    assert (of["leaving_percent"]["value"], of["leaving_percent"]["source"]) == (7, "given here")
    assert of["withdrawal_longest_percent"]["is_placeholder"]
    said = run("pipeline", "--officers", 5636, "--leaving", 7, "--wanted", 7115).out
    assert "7,115 officers: in 27 months" in said
    assert "not known" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--leaving", 120), "leaving of 120%"),
        (("--months", 0), "from 1 to 600 months"),
        (("--wanted", -1), "cannot be below 0"),
    ],
)
def test_a_pipeline_that_cannot_be_is_refused(run: Run, arguments: tuple[object, ...], words: str) -> None:
    done = run("pipeline", *arguments)
    assert done.code == 2
    assert words in done.err


def test_a_series_is_carried_on_beside_the_last_value(run: Run) -> None:
    told = run("forecast", "prison", "--steps", 4, "--json").json
    assert [step["as_at"] for step in told["steps"]] == [
        "2024-12-31",
        "2025-03-31",
        "2025-06-30",
        "2025-09-30",
    ]
    assert all(step["low"] < step["value"] < step["high"] for step in told["steps"])
    assert {step["last_value"] for step in told["steps"]} == {told["last_value"]}
    said = run("forecast", "caseload", "--steps", 4).out
    assert "12 are needed" in said
    assert "7,707 added before" in said
    assert "income-support" in run("forecast").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing.csv",), "is no file, and no series"),
        (("prison", "--steps", 0), "from 1 to 40 steps"),
        (("prison", "--as-known", "2001-01-01"), "was published by"),
    ],
)
def test_a_forecast_that_cannot_be_is_refused(run: Run, arguments: tuple[object, ...], words: str) -> None:
    done = run("forecast", *arguments)
    assert (done.code, words in done.err) == (2, True)


@pytest.mark.parametrize("number", [12, 20])
def test_a_series_that_cannot_be_compared_is_not_called_too_short(
    run: Run, tmp_path: Path, number: int
) -> None:
    """Twelve values have a method but no miss yet; if nothing changes the last value is right."""
    path = tmp_path / "same.csv"
    path.write_text("as_at,value\n" + "".join(f"{2000 + year}-12-31,7\n" for year in range(number)), "utf-8")
    said = run("forecast", path, "--steps", 1).out
    assert "It cannot be compared yet" in said
    assert "too few" not in said
