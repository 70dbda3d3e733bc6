"""What other rules would do: figures of the page are sums, causes leave nothing over, who may see what."""

# ruff: noqa: F811 - fixtures come by import
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from accounts_fixtures import client_of
from api_fixtures import Program, fresh_counts, program  # noqa: F401
from django.urls import reverse
from rule_proposals_fixtures import C2, administrator, ahead, analyst, approved, submitted
from test_rule_proposal_pages import in_sight

from wmt import ledger, rules
from wmt.days import written
from wmt.ledger.arithmetic import capacity_x100
from wmt.site.audit.models import AuditEvent
from wmt.site.links import unit_url
from wmt.site.queries import rule_effects
from wmt.site.queries.rule_effects import RulesBeside, effect_on
from wmt.site.rule_proposals.models import RuleProposal
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state, rules_of

pytestmark = pytest.mark.one_database
OLD, NEW = date(2023, 1, 5), date(2023, 1, 6)
LEVELS = ("post", "team", "pdu", "region", "nation")


def beside(first: date = OLD, last: date = NEW) -> RulesBeside:
    tree = rules.shipped()
    return RulesBeside(tree.at(first), tree.at(last), "before", "after")


def units(nation: Any) -> list[Unit]:
    return [nation.unit(level) for level in LEVELS]


def test_under_its_own_rules_a_unit_has_the_figures_shown(nation: Any) -> None:
    state = current_state()
    own = rules_of(state)
    for unit in units(nation):
        found = effect_on(state, unit, RulesBeside(own, own, "", ""))
        assert found.before == found.after == (unit.points_x100, unit.available_x100)
        assert found.causes == []


def test_causes_add_up_at_all_five_levels_and_units_below_too(nation: Any) -> None:
    state = current_state()
    for unit in units(nation):
        found = effect_on(state, unit, beside())
        was, then = found.before, found.after
        assert sum(each.points_x100 for each in found.causes) == then.points_x100 - was.points_x100
        assert sum(each.available_x100 for each in found.causes) == then.available_x100 - was.available_x100
        assert sum(each.percentage_points_x100 or 0 for each in found.causes) == (
            (capacity_x100(*then) or 0) - (capacity_x100(*was) or 0)
        )
        posts = found.below("post").values()
        assert sum(each.after.points_x100 for each in posts) == then.points_x100
        up, down = found.crossing()
        over = [sum(side) for side in zip(*(each.are_over(11_000, 11_000) for each in posts), strict=True)]
        assert over[1] - over[0] == len(up) - len(down)
        assert sum(found.spread()) == sum(each.percentage_points_x100 is not None for each in posts)


def test_a_part_and_the_nation_say_the_same_of_a_pdu(nation: Any) -> None:
    state, pdu = current_state(), nation.unit("pdu")
    whole = effect_on(state, nation.unit("nation"), beside()).below("pdu")
    own = effect_on(state, pdu, beside())
    assert (own.before, own.after) == whole[pdu.code]


@pytest.mark.parametrize(
    ("moved", "band"),
    [(-1_000, 0), (-999, 1), (-500, 1), (-499, 2), (-100, 2), (-99, 3), (0, 3), (99, 3), (100, 4), (500, 5),
     (999, 5), (1_000, 6)],
)  # fmt: skip
def test_people_are_parted_by_how_far_they_move(moved: int, band: int) -> None:
    assert rule_effects._band(moved) == band


def test_everybody_sees_what_would_change_from_any_unit(nation: Any, signed_in: Any) -> None:
    team = nation.unit("team")
    client = signed_in("practitioner", "team", team.code)
    for unit in units(nation):
        address = (
            reverse("rule-effect-nation") if unit.level == "nation"
            else reverse("rule-effect", args=[unit.level, unit.code])
        )  # fmt: skip
        assert address in client.get(unit_url(unit.level, unit.code)).text
        page = in_sight(client.get(address).text)
        found = effect_on(current_state(), unit, beside())
        assert ledger.shown_capacity(*found.before) in page
        assert ledger.shown_capacity(*found.after) in page
        assert "These rows add up to the whole difference" in page


def test_a_proposal_is_looked_at_before_anybody_approves_it(nation: Any) -> None:
    ann, bob = analyst(), administrator()
    row = submitted(ann)
    client, address = client_of(ann), reverse("rule-effect-nation")
    page = in_sight(client.get(address, {"proposal": row.pk}).text)
    assert f"Proposal {row.pk}: {row.name}" in page
    assert "Community cases in tier C2" in page
    assert "1 rule differs" in page
    state, unit = current_state(), nation.unit("nation")
    tree = rules.shipped()
    was = tree.at(ahead())
    draft = rules.Overlay("draft", "test", ((C2, ahead(), 82),))
    found = effect_on(state, unit, RulesBeside(was, tree.at(ahead(), [draft]), "", ""))
    assert f"{ledger.shown_points(found.after.points_x100):,}" in page
    # after its approval the page compares with the rules as they would be without it
    done = approved(bob, administrator("cat"), (C2, ahead(), 90))
    page = in_sight(client.get(address, {"proposal": done.pk}).text)
    assert f"{ledger.shown_points(found.before.points_x100):,}" in page


def test_a_proposal_is_looked_at_on_each_of_its_days(nation: Any) -> None:
    row = submitted(analyst(), (C2, ahead(), 82), (C2, ahead(60), 74))
    state, unit = current_state(), nation.unit("team")
    assert rule_effects.days_of(row, state) == [ahead(), ahead(60)]
    first = rule_effects.beside_proposal(row, state)
    last = rule_effects.beside_proposal(row, state, ahead(60))
    assert (first.after[C2].value, last.after[C2].value) == (82, 74)
    assert effect_on(state, unit, last).causes == []
    client, address = client_of(administrator("dan")), reverse("rule-effect", args=["team", unit.code])
    page = in_sight(client.get(address, {"proposal": row.pk, "day": f"{ahead(60)}"}).text)
    assert f"rules of {written(ahead(60))}" in page
    with pytest.raises(rules.RulesError, match=f"none of its values begins on {written(ahead(45))}"):
        rule_effects.beside_proposal(row, state, ahead(45))
    asked = f"/api/v1/rule-effects/team/{unit.code}"
    answer = client.get(asked, {"proposal": row.pk, "day": f"{ahead(45)}"})
    assert (answer.status_code, answer.json()["faults"][0]["field"]) == (422, "proposal")
    page = in_sight(client.get(address, {"proposal": row.pk, "day": f"{ahead(45)}"}).text)
    assert f"rules of {written(ahead())}" in page


def test_figures_with_a_draft_laid_over_them_are_compared_with_nothing(nation: Any) -> None:
    state = replace(current_state(), overlays=("Draft",))
    with pytest.raises(ledger.LedgerError, match="have Draft laid over"):
        effect_on(state, nation.unit("team"), beside())


@pytest.mark.parametrize(
    "query", [{"before": "x"}, {"before": "1/1/2019", "after": "6/1/2023"}, {"proposal": "9" * 30}]
)
def test_what_makes_no_sense_is_said(nation: Any, query: dict[str, str]) -> None:
    answer = client_of(analyst()).get(reverse("rule-effect-nation"), query)
    assert answer.status_code == 200
    assert ("problem" in answer.text) or ("cannot be used" in answer.text) or ("Rules of" in answer.text)
    assert nation


def test_the_day_in_the_past_has_no_preview_of_its_own(nation: Any) -> None:
    answer = client_of(analyst()).get(f"/on/{nation.load.as_at:%Y-%m-%d}{reverse('rule-effect-nation')}")
    assert answer.status_code in (302, 409)


def test_programs_propose_decide_and_ask_what_would_change(nation: Any, program: Any) -> None:
    ann, bob, reader = program("analyst"), program("administrator"), program("")
    sent = {
        "name": "Longer reviews", "source": "Letter 7", "reason": "Reviews take longer",
        "not_consulted": "A test", "values": [{"rule": C2, "first_day": f"{ahead()}", "value": "82.5"}],
    }  # fmt: skip
    bad = ann.ask("post", "rule-proposals", sent | {"values": [sent["values"][0] | {"value": 8.125}]})
    assert bad.status_code == 422
    assert C2 in bad.text
    twice = ann.ask("post", "rule-proposals", sent | {"values": sent["values"] * 2})
    assert "two values for one day" in twice.text
    assert reader.ask("post", "rule-proposals", sent).status_code == 403
    made = ann.ask("post", "rule-proposals", sent).json()
    address = f"rule-proposals/{made['number']}"
    changed = ann.ask("put", address, {**sent, "edition": made["edition"], "name": "Reviews"}).json()
    assert changed["values"] == [{"rule": C2, "first_day": f"{ahead()}", "value": "82.5"}]
    ready = ann.ask("post", f"{address}/submit", {"edition": changed["edition"]}).json()
    assert ann.ask("post", f"{address}/approve", {"edition": ready["edition"]}).status_code == 403
    stale = bob.ask("post", f"{address}/approve", {"edition": 1})
    assert stale.status_code == 409
    done = bob.ask("post", f"{address}/approve", {"edition": ready["edition"]}).json()
    assert done["state"] == "approved"
    said = [step.who for step in RuleProposal.objects.get(pk=done["number"]).steps.order_by("pk")]
    assert said == [
        f"A {role}, by the token a test" for role in ("analyst", "analyst", "analyst", "administrator")
    ]
    assert done["proposed_by"]
    open_one = reader.get(address)
    assert (open_one["proposed_by"], open_one["decided_by"], open_one["questions"]) == ("", "", [])
    assert [each["number"] for each in reader.all("rule-proposals")] == [done["number"]]
    assert reader.get(f"rules/{C2}", on=f"{ahead()}")["value"] == "82.5"
    unit = nation.unit("pdu")
    found = reader.get(f"rule-effects/pdu/{unit.code}", proposal=done["number"])
    assert sum(each["points"] for each in found["causes"]) == pytest.approx(
        found["points_after"] - found["points_before"]
    )
    assert [each["tier"] for each in found["causes"]] == ["C2"]
    assert reader.ask("get", f"rule-effects/pdu/{unit.code}", before="2019-01-01").status_code == 422
    row = RuleProposal.objects.get(pk=submitted(analyst("eve")).pk)
    RuleProposal.objects.filter(pk=row.pk).update(content=row.content.replace(C2, "no.such.rule"))
    unfit = reader.ask("get", f"rule-effects/pdu/{unit.code}", proposal=row.pk)
    assert (unfit.status_code, unfit.json()["faults"][0]["field"]) == (422, "proposal")
    values = [{"rule": C2, "first_day": f"{ahead(40)}", "value": 84}]
    other = ann.ask("post", "rule-proposals", sent | {"values": values}).json()
    step = {"edition": 1, "checked": True}
    ready = ann.ask("post", f"rule-proposals/{other['number']}/submit", step).json()
    no = f"rule-proposals/{other['number']}/decline"
    assert bob.ask("post", no, {"edition": ready["edition"], "why": "Twice"}).json()["state"] == "declined"
    gone = {"edition": done["edition"], "why": "A test"}
    assert bob.ask("post", f"{address}/withdraw", gone).json()["state"] == "withdrawn"
    told = AuditEvent.objects.filter(kind="rule proposal").latest("pk")
    assert told.who == "A administrator, by the token a test"


def test_the_command_lists_shows_and_writes_proposals(
    nation: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from wmt.cli import console, rule_proposals

    monkeypatch.setattr(rule_proposals, "set_up_to_read", lambda: None)
    row = approved(analyst(), administrator())
    rule_proposals.proposals(number=None, json=False, out_file=None)
    assert row.name.split()[0] in capsys.readouterr().out
    rule_proposals.proposals(number=row.pk, json=False, out_file=None)
    assert C2 in capsys.readouterr().out
    rule_proposals.proposals(number=None, json=True, out_file=None)
    assert '"state": "approved"' in capsys.readouterr().out
    file = tmp_path / "draft.yaml"
    rule_proposals.proposals(number=row.pk, json=False, out_file=file)
    assert rules.load_overlay(file, rules.shipped()).entries == row.overlay.entries
    for wrong in ({"number": 999_999}, {"number": None, "out_file": file}):
        with pytest.raises(console.RefusedInput):
            rule_proposals.proposals(**{"json": False, "out_file": None, **wrong})
    assert nation


def test_each_side_has_its_own_threshold(nation: Any) -> None:
    state, unit = current_state(), nation.unit("nation")
    row = submitted(analyst(), ("thresholds.excessive_workload.percent", ahead(), 90))
    found = effect_on(state, unit, rule_effects.beside_proposal(row, state))
    assert found.marks_x100 == (11_000, 9_000)
    posts = found.below("post").items()
    between = {code for code, each in posts if 9_000 < (capacity_x100(*each.after) or 0) <= 11_000}
    up, down = found.crossing()
    assert (set(up), down, found.causes) == (between, [], [])
    assert between
    client = client_of(administrator("dan"))
    page = in_sight(client.get(reverse("rule-effect-nation"), {"proposal": row.pk}).text)
    assert f"{len(up)} people would be over 90% and are not over 110% under the first rules" in page
    assert "The threshold itself differs: 110% before, 90% after." in page


def test_a_proposal_that_was_declined_is_not_shown_as_another_comparison(nation: Any) -> None:
    row = submitted(analyst())
    RuleProposal.objects.filter(pk=row.pk).update(state="declined")
    client, address = client_of(administrator("dan")), reverse("rule-effect-nation")
    page = in_sight(client.get(address, {"proposal": row.pk}).text)
    assert "This proposal is declined" in page
    assert f"Proposal {row.pk}: {row.name}" in page
    unknown = in_sight(client.get(address, {"proposal": row.pk + 1}).text)
    assert f"There is no proposal of rules with the number {row.pk + 1}" in unknown
    assert "Rules of 6 January 2023" not in unknown
    assert nation
