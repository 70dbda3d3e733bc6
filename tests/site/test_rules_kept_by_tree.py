"""What is kept of rules is kept for each tree; what is approved for a day ahead is not told as of today."""

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from wmt import rules
from wmt.allocation import eligibility
from wmt.rules import amendments
from wmt.site.availability import queries
from wmt.site.clock import calendar_day
from wmt.site.extra_work import noted
from wmt.site.queries import data_quality, plan_effects
from wmt.site.queries.full import KeyedFigures
from wmt.site.queries.movement import marks_on
from wmt.site.queries.periods import KeyedHistory
from wmt.site.web.rules import presenters
from wmt.site.web.time import past_runs

OVER, C2 = "thresholds.excessive_workload.percent", "tier_points.pc16.community.C2"
KIND, HOURS = "data_quality_kinds.untiered.name", "annual_hours.pc16.community.C2"


def approved(*entries: tuple[str, date, Any]) -> rules.Tree:
    """The rules with something that two people agreed on."""
    laid = rules.Overlay("Draft", "Letter 7", entries)
    by = amendments.Amendment(number=1, overlay=laid, proposed_by="Ann", approved_by="Bob")
    return amendments.amended(rules.shipped(), [by])


def ahead() -> date:
    return calendar_day() + timedelta(30)


def test_runs_and_answers_of_a_history_are_kept_for_each_tree() -> None:
    past: Any = SimpleNamespace(nights=Path("nights"), version="1")
    one = KeyedHistory(past)
    assert one == KeyedHistory(past)
    tree = approved((OVER, ahead(), 115))
    with rules.using(lambda: tree):
        other = KeyedHistory(past)
    assert one != other


def test_what_rules_of_today_say_of_older_figures_is_kept_for_each_tree() -> None:
    state: Any = SimpleNamespace(of_load=(1, 2), revision=3)
    day, path = date(2026, 3, 2), "eligibility.PSO.community"
    old = rules.RuleSet(day, {C2: rules.shipped().at(day)[C2]})  # of a night from before there were any
    now = eligibility.judging(old)[path]
    tree = approved((path, date(2026, 3, 1), "another"))
    one = KeyedFigures(state)
    assert one == KeyedFigures(state)
    with rules.using(lambda: tree):
        assert one != KeyedFigures(state)
        assert eligibility.judging(old)[path].value == "another" != now.value
    assert eligibility.judging(old)[path] == now
    own = rules.shipped().at(day)
    assert eligibility.judging(own) is own


def test_rules_of_a_day_and_marks_are_those_of_the_tree_in_force() -> None:
    day = date(2026, 3, 2)
    before = noted.rules_on(day)[C2].value, marks_on(day)[0].percent_x100
    tree = approved((OVER, date(2026, 3, 1), 115), (C2, date(2026, 3, 1), 82))
    with rules.using(lambda: tree):
        assert (noted.rules_on(day)[C2].value, marks_on(day)[0].percent_x100) == (82, 115_00)
    assert (noted.rules_on(day)[C2].value, marks_on(day)[0].percent_x100) == before == (74, 110_00)


def test_a_mark_before_there_was_one_is_the_first_and_none_that_is_still_ahead() -> None:
    tree = approved((OVER, ahead(), 115))
    with rules.using(lambda: tree):
        assert past_runs._mark(date(2010, 1, 1)).percent_x100 == 110_00


def test_what_is_said_of_today_has_no_value_of_a_day_ahead() -> None:
    shipped = rules.shipped().at(calendar_day())
    tree = approved((KIND, ahead(), "Another name"), (HOURS, ahead(), 0))
    with rules.using(lambda: tree):
        assert data_quality._of_today()[KIND].value == shipped[KIND].value
        assert presenters._tier_of(C2) == ("community", "C2")


@pytest.mark.django_db
def test_a_reason_is_called_what_it_is_called_today() -> None:
    reason, said = next((name, each.name) for name, each in queries.every_reason().items())
    tree = approved((f"reduction_reasons.{reason}.name", ahead(), "Another name"))
    with rules.using(lambda: tree):
        assert queries.every_reason()[reason].name == said
        assert queries.reasons_on(ahead())[reason].name == "Another name"


def test_a_step_of_a_plan_changes_the_rules_that_the_figures_shown_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    day, nat = date(2026, 3, 2), "nat_percent"
    draft: Any = SimpleNamespace(overlays=[rules.Overlay("plan 1", "a test", ((nat, day, 15),))])
    state: Any = SimpleNamespace(rules_date=day, overlays=())
    own = rules.shipped().at(day)
    monkeypatch.setattr(plan_effects, "rules_of", lambda _: own)

    def both() -> list[tuple[Any, Any]]:
        anybody: Any = None
        reading = plan_effects.PlanReading(anybody, anybody, anybody, anybody, state)
        return [(each[C2].value, each[nat].value) for each in reading._rules(draft)]

    assert both() == [(74, 14), (74, 15)]
    since = approved((C2, date(2026, 3, 1), 82))  # for a day gone by: the night keeps its rules
    with rules.using(lambda: since):
        assert both() == [(74, 14), (74, 15)]
    own = since.at(day)
    assert both() == [(82, 14), (82, 15)]  # approved then, and ended since
