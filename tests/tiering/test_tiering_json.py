"""Cases from JSON: every way to write them, and every fault with its place and remedy."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tiering.tier_cases import answer, answers, faults, reading
from wmt.tiering.calculate import tiers
from wmt.tiering.case_fields import read_cases
from wmt.tiering.case_kinds import CASE_FIELDS
from wmt.tiering.explain import explained
from wmt.tiering.json_fields import parse
from wmt.tiering.rulebook import TieringError, check_scheme

WHOLE = {
    "crn": "X123456",
    "as_of": "2026-11-30",
    "gender": "Female",
    "rsr": Decimal("3.5"),
    "ogrs": 55,
    "registrations": [
        {"code": "RMRH", "date": "2026-01-05"},
        {"code": "MAPP", "level": "M1", "date": "2026-01-05"},
    ],
    "convictions": [{"sentence_type": "SP", "requirements": [{"main_category": "F", "restrictive": False}]}],
    "assessment": {
        "date": "2026-03-02",
        "status": "COMPLETE",
        "layer": "LAYER3",
        "san": False,
        "needs": {"attitudes": "severe", "drugs": {"answers": {"current_drug": "significant"}}},
    },
}


def test_names_and_words_may_be_written_in_the_usual_ways() -> None:
    other = {
        "CRN": "X123456",
        "asOf": "2026-11-30T09:00:00Z",
        "Gender": "FEMALE",
        "rsrScore": [{"score": Decimal("3.5")}],
        "ogrs3": Decimal("55.0"),
        "registrations": [
            {"register": "rmrh", "registrationDate": "5/1/2026", "softDeleted": "no"},
            {"code": "mapp", "register-level": "m1", "date": "5 January 2026", "endDate": None},
        ],
        "convictions": {"sentenceType": "SP", "requirements": {"mainCategory": "F", "restrictive": "N"}},
        "assessments": [
            {
                "completedOn": "2026-03-02",
                "status": "complete",
                "layer": 3,
                "needs": {
                    "Attitudes": {"severity": "SEVERE"},
                    "drugMisuse": {"answers": [2, None, "missing", None]},
                    "finance": 3,
                },
            }
        ],
    }
    one, two = answers("v2", WHOLE, other)
    assert one == two
    assert one["tier"] == "C2"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rsr": "7.0"}, "rsr: should be a number, not the text '7.0'; write 7.0 without quotes"),
        ({"rsr": True}, "rsr: should be a number, not true or false"),
        ({"rsr": -1}, "rsr: -1 is not between 0 and 9999; check it at its source"),
        ({"ogrs": 101}, "ogrs: 101 is not between 0 and 100"),
        ({"ogrs": "55"}, "ogrs: should be a whole number, not the text '55'; write 55 without quotes"),
        (
            {"as_of": "2026-02-30"},
            "as_of: should be a date such as \"2026-11-30\", not the text '2026-02-30'",
        ),
        ({"as_of": "1066-10-14"}, "as_of: 14 October 1066 is outside 1900 to 2098; check the year"),
        ({"gender": 1}, "gender: should be text between quotes, not the number 1"),
        ({"gender": "x" * 41}, "gender: should be text that can be shown, of at most 40 characters"),
        ({"gender": ["Female"]}, "gender: should be text between quotes, not a list"),
        ({"rsr": {"score": {}}}, "rsr, score: should be a number, not an object"),
        ({"rsr": Decimal("1.1234567")}, "rsr: 1.1234567 has more than 6 decimals; round it"),
        ({"ogrs": Decimal("5.5")}, "ogrs: 5.5 should be a whole number"),
        (
            {"enforcement": [{"outcome": "BRE01", "date": "2026-01-01"}] * 1_001},
            "has 1,001 entries; at most 1,000 are read",
        ),
        ({"registrations": [{}]}, "registrations 1: has no code; give the code of the register"),
        (
            {"registrations": ["RMRH"]},
            "registrations 1: should be an object with fields in { }, not the text 'RMRH'",
        ),
        (
            {"registrations": [{"code": "RMRH", "deleted": "perhaps"}]},
            "registrations 1, deleted: should be true or false",
        ),
        ({"regstrations": []}, "the field 'regstrations' is not known; did you mean 'registrations'?"),
        ({"rsr_score": 3}, "says rsr a second time; keep one of the two"),
        ({"convictions": [{"requirements": [{}]}]}, "convictions 1, requirements 1: has no main_category"),
        ({"enforcement": [{"outcome": "BRE01"}]}, "enforcement 1: should have outcome and date; give both"),
        ({"assessment": {}}, "assessment 1: has no date; give the day it was completed"),
        ({"assessment": {"date": "2026-03-02", "layer": True}}, "layer: should be the layer of OASys"),
        (
            {"assessment": {"date": "2026-03-02", "needs": []}},
            "needs: should be an object with a field for each need",
        ),
        (
            {"assessment": {"date": "2026-03-02", "needs": {"drugs": 2}}},
            'may be a severity or a score; write "standard"',
        ),
        (
            {"assessment": {"date": "2026-03-02", "needs": {"drugs": "bad"}}},
            "should be one of none, standard, severe",
        ),
        (
            {"assessment": {"date": "2026-03-02", "needs": {"drugs": {"severity": "none", "score": 2}}}},
            "needs, drugs: give one of severity, score and answers",
        ),
        (
            {"assessment": {"date": "2026-03-02", "needs": {"drugs": "none", "drug_misuse": "none"}}},
            "drugs is given twice",
        ),
        (
            {"assessment": {"date": "2026-03-02", "needs": {"drugs": [0] * 5}}},
            "has 5 answers; drugs has 4: current_drug",
        ),
        (
            {"assessment": {"date": "2026-03-02", "needs": {"drugs": ["many"]}}},
            "current_drug: should be one of none, some",
        ),
        ({"assessment": {"date": "2026-03-02", "needs": {"druggs": "none"}}}, "did you mean 'drugs'?"),
        ({"predictors": {"arp": 101}}, "predictors, arp: 101 is not between 0 and 100"),
        (
            {"predictors": {"dc_srp": {"score": 1, "band": "huge"}}},
            "band: should be one of very high, high, medium, low",
        ),
        ({"rosh": "high"}, "give registrations, or rosh in short; not both"),
        ({"mandate_for_change": True}, "give convictions or mandate_for_change, not both"),
        (
            {"registrations": None, "complexity_factors": ["ABCD"]},
            "'ABCD' is no complexity factor; use codes of RMDO",
        ),
    ],
)
def test_every_fault_says_where_it_is_and_what_to_do(changed: dict[str, Any], said: str) -> None:
    plain = {name: each for name, each in WHOLE.items() if name != "rsr" or "rsr_score" in changed}
    plain |= {"rsr": 3} if "rsr_score" in changed else {}
    found = faults(plain | changed)
    assert any(said in each for each in found), found
    assert all(each.startswith("case 1 (X123456)") for each in found)


def test_a_field_like_no_other_is_noted_and_not_read() -> None:
    read = reading({"registrations": [], "comment": "x", "assessment": {"date": "2026-03-02", "weather": 1}})
    assert (read.faults, read.unread) == ([], {0: ["comment", "weather"]})


def test_several_cases_may_share_a_day_and_a_case_may_stand_alone() -> None:
    shared = read_cases(
        {"as_of": "2026-11-30", "cases": [{"rosh": "high"}, {"as_of": "2026-11-29", "rosh": "low"}]}
    )
    assert [(each["as_of"], each["tier"]) for each in explained(shared.tables, "v2")] == [
        (date(2026, 11, 30), "B0"),
        (date(2026, 11, 29), "D0"),
    ]
    alone = read_cases({"rosh": "high"}, date(2026, 11, 30))
    assert [each["tier"] for each in explained(alone.tables, "v2")] == ["B0"]
    assert explained(read_cases([]).tables, "v2") == []
    assert read_cases({"as_of": 5, "cases": []}).faults
    everything = ["case 1: should be an object with fields in { }, not the number 7"]
    assert read_cases([7]).faults == everything
    assert read_cases({"cases": [{"as_of": "2026-11-30"}]}).faults == []
    assert len(tiers(read_cases([]).tables, "v2")) == 0
    assert tiers(shared.tables, "v2")["tier"].to_list() == ["B0", "D0"]
    with pytest.raises(TieringError, match="100,001 cases; at most 100,000 are read from JSON"):
        read_cases([{}] * 100_001)
    assert read_cases([{}]).faults == ["case 1: has no as_of; give the day on which the tier is meant"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[{", "is not readable as JSON: line 1, column 3"),
        ('[{"rsr": NaN}]', "NaN is no number; leave the field out"),
        ('[{"rsr": 1, "rsr": 2}]', "the field 'rsr' is written twice in one object"),
        ("[" * 100_000, "is nested too deeply"),
        ('"X"', "should hold a list of cases"),
    ],
)
def test_what_is_no_list_of_cases_is_refused(text: str, said: str) -> None:
    with pytest.raises(TieringError, match=r"cases.json|list of cases") as refused:
        read_cases(parse(text, "cases.json"))
    assert said in str(refused.value)


def test_decimals_are_read_as_they_are_written() -> None:
    found = explained(
        read_cases(parse('[{"as_of": "2026-11-30", "rsr": 6.999999}]', "cases.json")).tables, "v2"
    )
    assert found[0]["points"]["RSR"] == 10


def test_what_is_said_in_short_is_as_if_it_were_registered() -> None:
    short = {
        "rosh": "very high",
        "mappa_level": 1,
        "mappa_category": "M2",
        "complexity_factors": ["RMDO"],
        "iom": True,
        "lifer": "yes",
        "domestic_abuse": True,
        "stalking": False,
        "child_protection": True,
        "supervision_suspended": True,
        "mandate_for_change": True,
        "latest_release_date": "2026-11-01",
        "predictors": {"arp": 0, "arp_type": "dynamic", "csrp": {"score": 0, "type": "dynamic"}},
    }
    v2, ag = answer("v2", short), answer("a-g", short)
    assert (v2["tier"], v2["letter_points"]) == (
        "A2S",
        150 + 5 + 4,
    )  # child protection is a complexity factor too
    assert (ag["tier"], ag["provisional"]) == ("A", False)
    none = {"rosh": "none", "mappa_level": 0, "mandate_for_change": False}
    assert answer("v2", none)["tier"] == "D0"
    assert "rosh" in answer("v2", none)["missing"]
    assert answer("v2", none)["reasons"][1] == "Number 0: There is no mandate for change, as was given."


def test_what_is_null_is_as_if_it_were_not_there() -> None:
    null = {
        "crn": None,
        "rsr": [{"score": None}],
        "predictors": {"arp": None, "iic_srp": 3},
        "assessment": {"date": "2026-11-01", "needs": {"drugs": None, "alcohol": {"severity": None}}},
    }
    found = answer("v2", null | {"mandate_for_change": True})
    assert {"rsr", "assessment.needs.drugs", "assessment.needs.alcohol"} <= set(found["missing"])
    assert found["number"] == 1
    assert set(answer("a-g", null)["missing"]) == {"has_active_event", "predictors.arp", "predictors.csrp"}


def test_a_day_without_letters_has_a_number_and_says_why() -> None:
    found = answer(
        "v2",
        {"as_of": "2021-05-27", "rsr": 9, "mandate_for_change": True, "registrations": [{"code": "PRC"}]},
    )
    assert (found["tier"], found["letter"], found["number"]) == (None, None, 2)
    assert found["points"] == {"NO_VALID_ASSESSMENT": 0}
    assert found["reasons"][0].endswith("is not known, so there is no letter.")
    assert found["steps"][-1]["words"] == "There was no suffix for suspended supervision before 28 May 2024."


def test_reasons_say_what_counts_and_what_does_not() -> None:
    woman = {
        "gender": "female",
        "rosh": "low",
        "rsr": 100,
        "mandate_for_change": True,
        "ogrs": 5,
        "assessment": {"date": "2026-11-01", "san": True, "needs": {"drugs": {"score": 6}}},
    }
    found = answer("v2", woman)
    said = {step["element"]: step["words"] for step in found["steps"]}
    assert said["RSR"] == "RSR 100.00 is over 99.99 and so no score: 0 points."
    assert said["ADDITIONAL_FACTORS_FOR_WOMEN"] == "No additional factors for women: 0 points."
    assert said["NEEDS"] == "Needs: Drug misuse severe (score 6): 2. Together 2 points."
    assert said["ASSESSMENT"].startswith("The strengths and needs assessment of 1 November 2026 is used")
    assert found["reasons"] == [
        "Letter D: 0 points (nothing counts).",
        "Number 1: 2 points (needs 2, OGRS 0 and IOM 0).",
    ]
    without = answer("v2", {"gender": "female", "mandate_for_change": True})
    assert "Two of the three need a usable assessment" in without["steps"][5]["words"]
    assert without["reasons"][1] == "Number 2: there is a mandate for change and no usable assessment."


def test_the_newest_score_counts_and_of_one_day_the_dynamic_one() -> None:
    history = [
        {"score": 8, "date": "2026-01-01", "type": "static"},
        {"score": 2, "date": "2026-02-01", "type": "dynamic"},
        {"score": 9, "date": "2026-02-01", "type": "static"},
        {"score": 9, "date": "2026-12-01"},
    ]
    found = answer(
        "v2",
        {
            "rsr": history,
            "ogrs": [{"score": 20, "date": "2026-01-01"}, {"score": 90}],
            "mandate_for_change": True,
        },
    )
    assert found["points"]["RSR"] == 0
    assert found["number"] == 2


def test_a_set_that_was_scored_again_counts_only_where_there_is_no_other() -> None:
    both = {"arp": {"score": 0, "type": "dynamic"}, "csrp": {"score": 0, "type": "dynamic"}}
    high = {"arp": {"score": 99, "type": "dynamic"}, "csrp": {"score": 9, "type": "dynamic"}}
    new = high | {"date": "2026-11-01", "rescored": True}
    old = both | {"date": "2025-11-01"}
    assert answer("a-g", {"rosh": "low", "predictors": [new, old]})["tier"] == "G"
    assert answer("a-g", {"rosh": "low", "predictors": [new]})["tier"] == "A"


@pytest.mark.parametrize(
    ("scheme", "said"),
    [
        ("utm", "'utm' is no tiering scheme; use one of v2, a-g"),
        (
            "seven",
            "the seven categories of 2017 to 2021 (A B1 B2 C1 C2 D1 D2 E F G) can be read in earlier data",
        ),
        ("four", "tiers 1 to 4 (4 3 2 1) can be read in earlier data"),
    ],
)
def test_earlier_schemes_have_names_and_cannot_be_worked_out(scheme: str, said: str) -> None:
    with pytest.raises(TieringError) as refused:
        check_scheme(scheme)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("scheme", "day", "first"), [("v2", "2021-03-31", "1 April 2021"), ("a-g", "2026-04-22", "23 April 2026")]
)
def test_a_day_before_the_rules_is_refused(scheme: str, day: str, first: str) -> None:
    with pytest.raises(
        TieringError, match=rf"case X1: tiers of the scheme {scheme} can be worked out from {first}"
    ):
        answer(scheme, {"crn": "X1", "as_of": day})


def test_a_case_of_nothing_names_everything_that_is_missing() -> None:
    nothing = answer("v2", {})
    assert nothing["tier"] == "D0"
    assert set(nothing["missing"]) == {"gender", "rsr", "ogrs", "registrations", "convictions", "assessment"}
    assert set(answer("a-g", {})["missing"]) == {"has_active_event", "predictors.arp", "predictors.csrp"}
    woman = answer(
        "v2",
        {
            "gender": "female",
            "convictions": [{"requirements": [{"main_category": "F"}]}],
            "assessment": {"date": "2026-11-01", "needs": {}},
        },
    )
    assert {
        "earlier_breach_or_recall",
        "convictions.sentence_type",
        "requirements.restrictive",
        "assessment.status",
        "assessment.layer",
        "assessment.caring_responsibilities",
        "assessment.impulsivity",
        "assessment.temper",
        "assessment.needs.drugs",
    } <= set(woman["missing"])
    scored = {"arp": 1, "csrp": 1, "dc_srp": 2}
    lifer = answer("a-g", {"lifer": True, "predictors": scored, "has_active_event": True})
    assert {
        "predictors.arp.type",
        "predictors.csrp.type",
        "predictors.dc_srp.band",
        "sexual_offence_ever",
        "latest_release_date",
        "rosh",
    } == set(lifer["missing"])


def test_the_page_for_people_lists_every_field() -> None:
    page = (Path(__file__).parents[2] / "docs/tiering.md").read_text("utf-8")
    assert [name for name in CASE_FIELDS if f"`{name}`" not in page] == []
