"""What trainees may hold follows the stage of their route, where it is known, never beyond their grade."""

from datetime import date, datetime

import pytest

from wmt import rules
from wmt.allocation.candidates import Candidate, candidates
from wmt.allocation.cases import described
from wmt.allocation.eligibility import eligibility
from wmt.ledger import Ledger
from worlds import World

IN_2023 = datetime(2023, 6, 14, 18, 30)
OF_TODAY = rules.load().at(IN_2023.date())


@pytest.mark.parametrize(
    ("stage", "may"),
    [
        ("12", ["community D2", "community A0"]),
        ("13", ["community C1", "community D2", "community A0", "custody D2"]),
        ("14", ["community C1", "community D2", "community A0", "custody C1", "custody D2", "licence C1"]),
    ],
)
def test_more_may_be_held_from_stage_to_stage(stage: str, may: list[str]) -> None:
    kinds = ("community B1", "community C1", "community D2", "community A0", "custody C1", "custody D2",
             "licence B2", "licence C1")  # fmt: skip
    assert [each for each in kinds if eligibility(OF_TODAY, "TPO", *each.split(), stage).eligible] == may
    # the rules of the grade hold in every stage, and a case without a tier may turn out to be any
    assert not eligibility(OF_TODAY, "TPO", "community", "0", stage).eligible


def test_the_words_do_not_name_the_stage() -> None:
    by_grade = eligibility(OF_TODAY, "PSO", "custody", "B3").words.replace("PSO", "TPO")
    found = eligibility(OF_TODAY, "TPO", "custody", "C1", "12")
    assert (found.eligible, found.words) == (False, by_grade.replace("B3", "C1"))
    assert found.rule == "eligibility_stage.12.custody"


def test_what_a_service_agreed_for_a_stage_or_the_grade_counts() -> None:
    agreed = (
        ("eligibility_stage.12.custody", date(2020, 1, 1), "all"),
        ("eligibility.TPO.custody", date(2020, 1, 1), "C D"),
    )
    ruleset = rules.load().at(IN_2023.date(), [rules.Overlay("agreed", "a test", agreed)])
    assert eligibility(ruleset, "TPO", "custody", "C1", "12").eligible
    assert not eligibility(ruleset, "TPO", "custody", "B3", "12").eligible


def people(world: World, kind: str) -> dict[str, Candidate]:
    found = Ledger(world.facts(), OF_TODAY)
    made = candidates(found, [described(found, kind)], found.facts.team["team_code"].to_list())
    return {each.code: each for each in made}


def test_the_stage_is_that_whose_reduction_is_in_force() -> None:
    world = World(IN_2023)
    for number in range(1, 5):
        world.post(f"N1A:T{number}", grade="TPO")
    world.post("N1A:PO", grade="PO")
    world.reduction("N1A:T1", percent="80", reason="12")
    world.reduction("N1A:T2", percent="80", reason="12", last_day=date(2023, 6, 13))
    world.reduction("N1A:T2", percent="60", reason="13", first_day=date(2023, 6, 14))
    world.reduction("N1A:T3", percent="40", reason="14", first_day=date(2023, 6, 15))
    world.reduction("N1A:T4", percent="10", reason="24")
    world.reduction("N1A:PO", percent="80", reason="12")  # of no trainee: a fault of the data
    found = people(world, "community:C1")
    assert {code: each.effects[0].eligibility.eligible for code, each in found.items()} == {
        "N1A:T1": False, "N1A:T2": True, "N1A:T3": True, "N1A:T4": True, "N1A:PO": True,
    }  # fmt: skip
    unknown = "stage of training not entered: judged by grade"
    assert {code: each.training for code, each in found.items()} == {
        "N1A:T1": "stage of training: PQiP - 1st 6 months",
        "N1A:T2": "stage of training: PQiP - 6 to 12 months",
        "N1A:T3": unknown, "N1A:T4": unknown, "N1A:PO": "",
    }  # fmt: skip
    assert not people(world, "custody:C1")["N1A:T2"].eligible
    assert people(world, "custody:D1")["N1A:T2"].eligible
