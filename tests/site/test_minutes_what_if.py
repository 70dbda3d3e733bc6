"""The what-if on minutes: figures held to a ledger under the same rules, its file, the step of a plan."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from tabs_fixtures import in_sight, table_of

from wmt import rules
from wmt.ledger import LEVELS, Ledger
from wmt.site.plans.models import SavedPlan
from wmt.site.queries import other_rules
from wmt.site.rule_proposals.models import RuleProposal
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]
PAGE = "/rules/what-if/"
LONGER = "activity_timings.planned_contact.with_the_person=40"


def test_every_unit_has_the_figure_of_a_ledger_under_the_overlay(
    nation: Any, signed_in: SignIn, tmp_path: Any
) -> None:
    client = signed_in("analyst")
    sent = client.get(f"{PAGE}overlay.yaml", {"c": LONGER})
    assert sent["Content-Disposition"].endswith('"what-if-on-minutes.yaml"')
    file = tmp_path / "overlay.yaml"
    file.write_bytes(sent.content)
    overlay = rules.load_overlay(file, rules.load())
    state = current_state()
    laid = rules.load().at(state.rules_date, [overlay])
    found = other_rules.OtherRules.of(state, laid)
    shown = Unit.objects.filter(load=nation.load, whole=True).exclude(stream="omic")
    moved = found.differences(shown)
    ledger = Ledger(nation.night.facts(), laid, former=nation.night.former())
    for row in ledger.totals(LEVELS).to_dicts():
        if row["level"] == "post" or row["stream"] == "sentence_management":
            unit = next((u for u in shown if (u.level, u.code) == (row["level"], row["code"])), None)
            if unit is not None:
                then = unit.points_x100 + moved.get((unit.level, unit.code), 0)
                assert then == row["points_x100"], unit
    assert moved["nation", "nation"] > 0


def test_a_change_is_added_shown_at_every_level_and_taken_back(nation: Any, signed_in: SignIn) -> None:
    client, team = signed_in("analyst"), nation.unit("team")
    typed = {
        "level": "team", "code": team.code, "way": "minutes", "number": "40",
        "rule": "activity_timings.planned_contact.with_the_person",
    }  # fmt: skip
    answer = client.get(PAGE, typed)
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query)["c"] == [LONGER]
    text = client.get(answer["Location"]).content.decode()
    assert "A3, community" in text
    rows = table_of(text, "capacities")
    assert {row["Level"] for row in rows} == {"Nation", "Region", "PDU", "Team", "Practitioner"}
    own = next(row for row in rows if row["Level"] == "Team")
    parts = table_of(text, "lines")
    assert parts[-1]["Difference in points"] == own["Difference in points"]
    posts = [row for row in rows if row["Level"] == "Practitioner"]
    added = sum(float(row["Difference in points"].replace(",", "")) for row in posts)
    assert added == float(own["Difference in points"].replace(",", ""))
    only = client.get(answer["Location"] + "&only=yes").content.decode()
    above = [
        row["Difference in points"] for row in table_of(only, "capacities") if row["Level"] != "Practitioner"
    ]
    assert set(above) == {own["Difference in points"]}
    assert "Take back" in text
    assert "Capacity now and then" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"way": "minutes", "number": "x"}, "‘New minutes’ must be a number"),
        ({"way": "minutes", "number": "+10"}, "what it would be, not what is added: without the +"),
        ({"way": "minutes", "number": "4"}, "Choose for ‘Activity and part’"),
        ({"way": "remote", "share": "101", "number": "5"}, "must be 100 or less"),
        (
            {"way": "share", "rule": "responsive_time.percent.community.A3", "number": "40"},
            "more than the 30%",
        ),
        ({"c": "annual_hours.pc16.community.C2=1"}, "not one that can be made here"),
        ({"c": "activity_timings.oasys_review=NaN"}, "not one that can be made here"),
        ({"c": "activity_timings.oasys_review=-5"}, "is below 0"),
    ],
)
@pytest.mark.usefixtures("nation")
def test_bad_input_is_said_and_nothing_is_lost(signed_in: SignIn, query: dict[str, str], said: str) -> None:
    text = signed_in("analyst").get(PAGE, query).content.decode()
    assert said in text
    assert "There is a problem" in text


def test_beside_figures_with_rules_of_their_own_nothing_is_said(nation: Any, signed_in: SignIn) -> None:
    """The changes are of the published rules: beside others a difference would mix the two."""
    nation.load.overlays = ["ours.yaml"]
    nation.load.save()
    text = signed_in("analyst").get(f"{PAGE}?{urlencode({'c': LONGER})}").content.decode()
    assert "the figures shown have ours.yaml laid over the rules already" in text
    assert "Capacity now and then" not in text


@pytest.mark.usefixtures("nation")
def test_an_overlay_of_nothing_is_refused(signed_in: SignIn) -> None:
    assert signed_in("analyst").get(f"{PAGE}overlay.yaml").status_code == 422


@pytest.mark.both_databases
def test_it_goes_into_a_plan_as_a_step_once(nation: Any, signed_in: SignIn) -> None:
    client, team = signed_in("analyst"), nation.unit("team")
    client.post("/plans/new/", {"name": "Longer contacts", "level": "team", "code": team.code})
    row = SavedPlan.objects.get(name="Longer contacts")
    sent = {"level": "team", "code": team.code, "c": LONGER, "plan": row.pk}
    for _ in range(2):
        assert client.post(f"{PAGE}plan/", sent)["Location"] == f"/plans/{row.pk}/"
    row.refresh_from_db()
    assert len(row.plan.steps) == 1
    assert row.plan.steps[0].values["tier_points.pc16.community.A3"] == 142
    refused = client.post(f"{PAGE}plan/", {**sent, "c": "activity_timings.oasys_review=180"}, follow=True)
    assert "nothing to put into a plan" in in_sight(refused.content.decode())


def test_it_becomes_the_draft_of_a_proposal_once_by_who_may_propose(nation: Any, signed_in: SignIn) -> None:
    unit = nation.unit("team")
    sent = {"level": "team", "code": unit.code, "c": LONGER, "key": "what-if-key"}
    other = signed_in("practitioner")
    assert "Write a proposal" not in other.get(PAGE, sent).text
    assert other.post(f"{PAGE}proposal/", sent).status_code == 403
    client = signed_in("analyst")
    assert "Write a proposal" in client.get(PAGE, sent).text
    for _ in range(2):
        answer = client.post(f"{PAGE}proposal/", sent)
    (row,) = RuleProposal.objects.all()
    assert (row.state, answer["Location"]) == ("draft", f"/rules/proposals/{row.pk}/edit/")
    paths = {path for path, _, _ in row.overlay.entries}
    assert "activity_timings.planned_contact.with_the_person" in paths
    assert {day for _, day, _ in row.overlay.entries} == {row.first_day}
    refused = client.post(f"{PAGE}proposal/", {"level": "team", "code": unit.code}, follow=True)
    assert "Nothing was proposed" in in_sight(refused.text)
    assert RuleProposal.objects.count() == 1
