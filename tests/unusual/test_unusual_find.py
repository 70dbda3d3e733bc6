"""What is unusual, and of whom it is told: planted changes are found once, common ones are not."""

import itertools
import math
from datetime import date, timedelta
from random import Random

import polars as pl
import pytest

from how_many import examples
from wmt.rules import load
from wmt.unusual.chance import chance_log10
from wmt.unusual.find import COUNTED, UNIT_FIGURE, Looks, _counted_among, _Finding, _with_posts, find_unusual
from wmt.unusual.kinds import ASKED, BASE_OF, UNUSUAL, change_rules
from wmt.unusual.sentences import sentences

DAY = date(2026, 11, 30)
RULES = load().at(DAY)
TEAMS = [f"T{number:02d}" for number in range(24)]
#: Six teams a PDU, two PDUs a region.
PLACES = pl.DataFrame(
    [(team, f"P{place // 6}", f"R{place // 12}") for place, team in enumerate(TEAMS)],
    ["team_code", "pdu_code", "region_code"],
    orient="row",
)
Counts = dict[tuple[str, int], dict[str, int]]


def looks(
    counts: Counts,
    *,
    kind: str = "tier_down",
    nights: int = 40,
    before: pl.DataFrame | None = None,
    there: dict[tuple[str, int], int] | None = None,
) -> Looks:
    """152 cases in each team on each night, unless `there` are others; `counts` say how many changed by team
    and nights ago, by post."""
    rows = []
    for team in TEAMS:
        for ago in range(nights):
            posts = counts.get((team, ago), {})
            day = DAY - timedelta(ago)
            number = sum(posts.values())
            of = (there or {}).get((team, ago), 152)
            rows.append((ago, day, kind, team, None, number, of, of, -500 * number))
            rows += [(ago, day, kind, team, post, each, 0, 0, -500 * each) for post, each in posts.items()]
    counted = pl.DataFrame(rows, COUNTED, orient="row")
    found_before = UNUSUAL.to_frame() if before is None else before
    return Looks(DAY, counted, PLACES, UNIT_FIGURE.to_frame(), found_before, RULES)


FOUR = {"S1": 9, "S2": 9, "S3": 9, "S4": 9}


def told(found: pl.DataFrame) -> list[tuple[str, str, str, int]]:
    return found.select("kind", "level", "code", "number").rows()


@pytest.mark.parametrize(
    "kind", ["tier_down", "tier_up", "suspended", "ended", "begun", "risk_down", "risk_up"]
)
def test_36_of_152_are_found_whichever_way_they_go(kind: str) -> None:
    found = find_unusual(looks({("T03", 0): FOUR}, kind=kind))
    assert told(found) == [(kind, "team", "T03", 36)]
    row = found.row(0, named=True)
    assert (row["of"], row["nights"], row["posts"], row["points_x100"]) == (152, 1, 4, -18_000)
    assert row["one_in"] >= 1_000_000


def test_what_one_post_did_is_about_that_post() -> None:
    found = find_unusual(looks({("T03", 0): {"S1": 30, "S2": 6}}))
    assert told(found) == [("tier_down", "post", "T03:S1", 30)]
    assert told(find_unusual(looks({("T03", 0): {"S1": 26, "S2": 10}}))) == [("tier_down", "team", "T03", 36)]


def test_most_teams_of_a_pdu_are_one_question() -> None:
    found = find_unusual(looks({(team, 0): FOUR for team in TEAMS[:4]}))
    assert told(found) == [("tier_down", "pdu", "P0", 144)]
    assert found["teams"].item() == 4


def test_a_slow_fall_is_found_by_a_longer_look() -> None:
    found = find_unusual(looks({("T03", ago): {"S1": 3, "S2": 3} for ago in range(7)}))
    assert told(found) == [("tier_down", "team", "T03", 42)]
    assert found["nights"].item() == 7


def test_what_was_found_is_not_found_again_and_is_no_base() -> None:
    counts = {("T03", 1): FOUR}
    yesterday = find_unusual(looks({("T03", 0): FOUR})).with_columns(
        day=pl.lit(DAY - timedelta(1)), first_day=pl.lit(DAY - timedelta(1))
    )
    assert find_unusual(looks(counts, before=yesterday)).is_empty()
    again = find_unusual(looks(counts | {("T03", 0): FOUR}, before=yesterday))
    assert told(again) == [("tier_down", "team", "T03", 36)]


def test_what_is_common_at_the_unit_or_elsewhere_is_not_unusual() -> None:
    often = {("T03", ago): FOUR for ago in range(112)}
    assert find_unusual(looks(often, nights=112)).is_empty()
    everywhere = {(team, 0): FOUR for team in TEAMS}
    # all of the nation alike: one question about the nation, none about its parts
    assert told(find_unusual(looks(everywhere))) in ([], [("tier_down", "nation", "nation", 24 * 36)])


def test_what_came_is_counted_over_all_nights_of_a_look() -> None:
    """27 nights with 3 of 4 arrivals, and one arrival on the last: 81 of 109, not 81 of 1."""
    counts = {("T03", ago): {"S1": 2, "S2": 1} for ago in range(1, 28)}
    there = {("T03", ago): 4 for ago in range(1, 28)} | {("T03", 0): 1}
    row = find_unusual(looks(counts, kind="without_time", there=there)).row(0, named=True)
    assert (row["code"], row["number"], row["of"], row["nights"]) == ("T03", 81, 109, 28)


def test_a_part_with_a_question_of_its_own_still_has_its_cases_in_the_whole() -> None:
    """T03's last night is used up by a question of its own; nights before count for the PDU, as its cases."""
    asked = looks({("T03", 0): FOUR})
    of_pdu = asked.teams.filter(
        pl.col("pdu_code") == "P0", (pl.col("team_code") != "T03") | (pl.col("ago") > 0)
    )
    assert _counted_among(asked, of_pdu, "tier_down") == 6 * 152
    assert _counted_among(asked, of_pdu.filter(pl.col("team_code") != "T03"), "tier_down") == 5 * 152


def test_parts_found_by_other_looks_are_one_look_of_the_whole() -> None:
    """Two teams fell in one night, two in seven: the PDU's numbers are of as many nights as are told."""
    counts = {(team, 0): FOUR for team in TEAMS[:2]}
    counts |= {(team, ago): {"S1": 3, "S2": 3} for team in TEAMS[2:4] for ago in range(7)}
    row = find_unusual(looks(counts)).row(0, named=True)
    assert (row["level"], row["code"]) == ("pdu", "P0")
    of_nights = sum(sum(posts.values()) for (_, ago), posts in counts.items() if ago < row["nights"])
    assert (row["number"], row["of"]) == (of_nights, 6 * 152)
    assert row["expected_milli"] == pytest.approx(
        row["expected_rate"] * row["nights"] * 6 * 152 / 100, abs=500
    )


def test_what_one_post_did_above_a_team_is_about_that_post() -> None:
    """Where it is common beside the team, the PDU can be unusual and the team not."""
    counts = {("T06", ago): {"S9": 5} for ago in range(28, 40)}
    counts |= {("T06", 0): {"S1": 9}, ("T07", 0): {"S2": 1}}
    for level in ("pdu", "region", "nation"):
        teams = looks(counts, nights=112).teams
        row = {"kind": "tier_down", "level": level, "judged": level, "number": 10, "of": 912}
        made_of = teams.filter(ago=0)
        row = _with_posts(looks(counts, nights=112), _Finding(row, made_of))
        assert (row["level"], row["code"], row["number"], row["posts"]) == ("post", "T06:S1", 9, 1)
        assert (row["team_code"], row["pdu_code"], row["region_code"]) == ("T06", "P1", "R0")
        assert (row["judged"], row["of"]) == (level, 912)


def test_few_changes_are_never_unusual() -> None:
    assert find_unusual(looks({("T03", 0): {"S1": 4}})).is_empty()


def test_nothing_is_unusual_where_changes_come_by_chance() -> None:
    """A hundred nights of 24 teams whose cases change at the common rate, in bunches of up to three."""
    random = Random(18)
    kinds = change_rules(RULES)
    found = 0
    for _ in range(examples(30)):
        counts: Counts = {}
        for team in TEAMS:
            for ago in range(40):
                bunches = sum(
                    random.random() < 152 * kinds["tier_down"].least_rate / 200_000 for _ in range(1)
                )
                if bunches:
                    counts[team, ago] = {"S1": random.randint(1, 3)}
        found += find_unusual(looks(counts)).height
    assert found == 0


@pytest.mark.parametrize(("spread", "mean", "number"), [(2, 1.0, 10), (2, 1.0, 1), (2, 1.0, 40)])
def test_chance_of_a_geometric_count(spread: float, mean: float, number: int) -> None:
    # of shape 1 the counts are geometric: each further one half as likely
    assert chance_log10(number, mean, spread) == pytest.approx(-number * math.log10(2))


def test_chance_is_never_more_than_certain_and_falls_with_the_number() -> None:
    chances = [chance_log10(number, 3.0, 1.5) for number in range(60)]
    assert chances[0] == 0
    assert all(one >= other for one, other in itertools.pairwise(chances))
    assert all(math.isfinite(each) for each in chances)
    assert chance_log10(500, 499.0, 3.0) > -1


def test_sentences_give_the_base_and_accuse_nobody() -> None:
    row = find_unusual(looks({("T03", 0): FOUR})).row(0, named=True)
    said = " ".join(sentences(row, change_rules(RULES)["tier_down"], RULES))
    assert "36 of 152 cases with a tier, in 1 night to 30 November 2026" in said
    assert "−180.00" in said
    assert "last 5 days of a month" in said
    assert not {"gaming", "fraud", "manipulat", "cheat", "suspicious", "blame"} & set(said.lower().split())
    rarest = sentences({**row, "one_in": 10**15}, change_rules(RULES)["tier_down"], RULES)[2]
    assert "once in more than 1,000,000,000 looks" in rarest  # nobody can tell it closer


def test_rates_are_those_that_were_seen() -> None:
    """Nobody was ever lowered, here or elsewhere: that is said, and beside it the rate that counted."""
    row = find_unusual(looks({("T03", 0): FOUR})).row(0, named=True)
    assert (row["own_rate"], row["others_rate"], row["expected_rate"]) == (0, 0, 100)
    said = sentences(row, change_rules(RULES)["tier_down"], RULES)[1]
    assert said.startswith(
        "Before, it was 0 a day of 100,000 cases with a tier here, and 0 elsewhere; 100 of"
    )
    assert "100 of 100,000 were to be expected" in said


@pytest.mark.parametrize("kind", BASE_OF)
def test_rates_of_others_are_said_to_be_of_others(kind: str) -> None:
    row = find_unusual(looks({("T03", 0): FOUR})).row(0, named=True) | {"kind": kind}
    seen, base, *_ = sentences(row, change_rules(RULES)[kind], RULES)
    assert "36 of 152 people nearly four weeks over the threshold" in seen
    assert "of 100,000 other people here" in base


def test_of_a_post_it_is_said_whose_cases_it_is_counted_among() -> None:
    row = find_unusual(looks({("T03", 0): {"S1": 30, "S2": 6}})).row(0, named=True)
    said = " ".join(sentences(row, change_rules(RULES)["tier_down"], RULES))
    assert "30 of the team’s 152 cases with a tier" in said
    assert "0.2 were to be expected in the team." in said
    assert "cases with a tier in the team, and" in said


def test_every_kind_has_words_and_a_rate() -> None:
    kinds = change_rules(RULES)
    assert all(kinds[kind].name and kinds[kind].among and kinds[kind].least_rate for kind in ASKED)
