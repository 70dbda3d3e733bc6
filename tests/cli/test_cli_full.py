"""`wmt full` on a small nation: its sums are those of `wmt measure`, its counts those of single posts."""

from collections import defaultdict
from pathlib import Path

import pytest

from night_tools import Nation, Run
from wmt.cli import full
from wmt.cli.console import RefusedInput

#: Who may hold what by the rules of the program, written down again.
ABLE = {"high": {"PO"}, "medium": {"PO", "PSO", "TPO"}, "low": {"PO", "PSO", "TPO"}}


@pytest.fixture
def night_input(nation: Nation) -> tuple[object, ...]:
    return (nation.tidy(0), "--people", nation.people(0))


def posts_of(run: Run, given: tuple[object, ...]) -> list[dict[str, object]]:
    rows = run("measure", *given, "--level", "post", "--json").json
    return [row for row in rows if row["stream"] == "sentence_management"]


def test_cases_and_what_stays_with_its_author_add_up_to_the_points(
    run: Run, night_input: tuple[object, ...]
) -> None:
    told = run("full", *night_input, "--unit", "nation", "--json").json
    posts = posts_of(run, night_input)
    by_grade: dict[str, float] = defaultdict(float)
    for post in posts:
        by_grade[post["grade"]] += post["available"]
    for grade in ("PO", "PSO", "TPO"):
        assert told["grades"][grade]["available"] == pytest.approx(by_grade[grade])
    stays = sum(post["breakdown"]["reports"] + post["breakdown"]["contacts"] for post in posts)
    of_cases = sum(kind["points"] for kind in told["kinds"])
    assert of_cases + stays == pytest.approx(sum(post["points"] for post in posts))


def test_cases_without_moving_anybody_are_counted_post_by_post(
    run: Run, night_input: tuple[object, ...]
) -> None:
    told = run("full", *night_input, "--unit", "nation", "--json").json
    posts = [post for post in posts_of(run, night_input) if post["available"] and not post["stale_since"]]
    for kind in told["kinds"]:
        taken = [
            int((round(post["available"] * 100) - round(post["points"] * 100)) / 100 // kind["average_case"])
            for post in posts
            if post["grade"] in ABLE[kind["kind"]] and post["available"] > post["points"]
        ]
        assert kind["cases_without_moving_anybody"] == pytest.approx(
            sum(taken), abs=2
        )  # the mean is shown rounded
        assert kind["eligible"] == [grade for grade in ("PO", "PSO", "TPO") if grade in ABLE[kind["kind"]]]


def test_the_slack_of_a_set_is_the_sum_it_is_shown_as(run: Run, night_input: tuple[object, ...]) -> None:
    for row in run("full", *night_input, "--level", "pdu", "--json").json[:5]:
        told = run("full", *night_input, "--unit", row["code"], "--json").json
        assert told["word"] == row["word"]
        for kind in told["kinds"]:
            slacks = []
            for each in kind["sets_of_grades"]:
                left = each["time_up_to_the_ceiling"] - each["stays_with_author"] - each["cases"]
                assert each["slack"] == pytest.approx(left)
                slacks.append(each["slack"])
            assert kind["spare"] == min(slacks)
            assert row[f"{kind['kind']}_spare"] == kind["spare"]


def test_what_would_free_most_is_what_the_site_has(run: Run, night_input: tuple[object, ...]) -> None:
    """Reductions of one post are asked of teams and PDUs alone."""
    told = run("full", *night_input, "--unit", "nation", "--json").json["what_would_free_most"]
    assert told
    assert "reduction" not in {each["what"] for each in told}


def test_a_run_that_begins_with_the_first_day_known_may_be_older(run: Run, night: object) -> None:
    """One night: whoever has no room on it may have had none for years."""
    pdus = [row["code"] for row in run("full", night, "--level", "pdu", "--json").json]
    told = [run("full", night, "--unit", code, "--json").json for code in pdus]
    runs = [(pdu["code"], kind["run"]) for pdu in told for kind in pdu["kinds"] if kind["run"]["since"]]
    assert runs
    assert all(each["since_may_be_earlier"] for _, each in runs)
    shown = run("full", night, "--unit", runs[0][0]).out
    assert "or earlier" in shown
    assert "no room now" in shown
    assert runs[0][1]["since"] not in shown, "a day as people write it"


def test_a_certificate_is_checked_against_its_night(run: Run, night: object) -> None:
    told = run("full", night, "--unit", "nation", "--json").json
    good = run("full", night, "--unit", "nation", "--verify", told["checksum"].upper())
    assert good.code == 0
    assert "is that of these figures" in good.out
    pdu = run("full", night, "--level", "pdu", "--json").json[0]["code"]
    bad = run("full", night, "--unit", pdu, "--verify", told["checksum"])
    assert bad.code == 1
    assert "is not that of these figures" in bad.err
    other = run("full", night, "--unit", "nation", "--day", "2027-01-01", "--json").json
    assert other["checksum"] is None


def test_another_ceiling_of_an_overlay_is_used(
    run: Run, night_input: tuple[object, ...], tmp_path: Path
) -> None:
    overlay = tmp_path / "lower.yaml"
    text = "name: lower\ndescription: A lower ceiling.\nreference: a test\nvalues:\n"
    overlay.write_text(text + "  full.ceiling_percent: {2020-01-01: 90}\n", encoding="utf-8")
    usual = run("full", *night_input, "--unit", "nation", "--json").json
    lower = run("full", *night_input, "--overlay", overlay, "--unit", "nation", "--json").json
    assert lower["ceiling_percent"] == 90
    for before, after in zip(usual["kinds"], lower["kinds"], strict=True):
        assert after["spare"] < before["spare"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--unit", "NOWHERE"), "no team, PDU or region"),
        (("--level", "post"), "choose one of team, pdu, region, nation"),
        (("--unit", "nation", "--level", "pdu"), "nation is a nation here"),
        (("--verify", "abc"), "needs --unit"),
        (("--unit", "nation", "--verify", "abc"), "against a night as it was loaded"),
    ],
)
def test_what_makes_no_sense_is_refused(
    run: Run, night_input: tuple[object, ...], arguments: tuple[str, ...], said: str
) -> None:
    found = run("full", *night_input, *arguments)
    assert found.code == 2
    assert said in found.err


def test_a_code_that_a_team_and_a_pdu_share_needs_the_level() -> None:
    sums = {"team": {"N1", "N1A"}, "pdu": {"N1"}, "region": {}, "nation": {"nation"}}
    units = full._Units(None, None, None, None, None, None, sums)  # type: ignore[arg-type]
    assert units.level_of("N1A", None) == "team"
    assert [units.level_of("N1", level) for level in ("team", "pdu")] == ["team", "pdu"]
    with pytest.raises(RefusedInput, match="a team and a pdu have this code; add --level team or pdu"):
        units.level_of("N1", None)
    with pytest.raises(RefusedInput, match="N1 is a team and a pdu here"):
        units.level_of("N1", "region")
