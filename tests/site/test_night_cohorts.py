"""Nights that kept their rules before there were cohorts are read by those of the program."""

from datetime import date

from wmt import rules
from wmt.rules.ruleset import RuleSet
from wmt.site.workload.night_cohorts import cohorts_in

DAY = date(2021, 4, 21)


def test_a_night_without_rules_of_cohorts_has_those_of_the_program() -> None:
    found = cohorts_in(RuleSet(DAY, {}))
    assert {"iom": "I", "lifer": "L"}.items() <= {code: each.flag for code, each in found.items()}.items()
    assert found["nsd"].private


def test_a_night_with_rules_of_cohorts_has_its_own() -> None:
    named = {
        path: value
        for path, value in rules.load().at(DAY).under("cohorts").items()
        if path.startswith("iirms.")
    }
    assert list(cohorts_in(RuleSet(DAY, {f"cohorts.{path}": value for path, value in named.items()}))) == [
        "iirms"
    ]
