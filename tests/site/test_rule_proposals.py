"""Proposals of rules: two people, what is refused, what is in force from which day, what is written down."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from accounts_fixtures import grant, person
from loads_fixtures import home_of_its_own
from rule_proposals_fixtures import (
    C2,
    administrator,
    ahead,
    analyst,
    approved,
    codes,
    on,
    submitted,
    wanted,
)  # fmt: skip

from wmt import rules
from wmt.days import written
from wmt.rules.values import Consultation
from wmt.site.accounts.access import Denied
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import rule_checks
from wmt.site.changes import rule_proposals as action
from wmt.site.clock import calendar_day
from wmt.site.rule_proposals import in_force
from wmt.site.rule_proposals.models import RuleProposal
from wmt.site.rule_proposals.reading import find, of_path, standing

pytestmark = pytest.mark.django_db
NAT = "nat_percent"


def test_two_people_make_a_rule_and_it_is_in_force_from_its_day() -> None:
    ann, bob = analyst(), administrator()
    row, is_new = action.propose(actor=ann, wanted=wanted(key="k"))
    assert is_new
    assert action.propose(actor=ann, wanted=wanted(key="k")) == (row, False)
    row = action.submit(actor=ann, number=row.pk, edition=row.edition)
    assert on(ahead()) == 74  # nobody has approved it
    row = action.approve(actor=bob, number=row.pk, edition=row.edition)
    assert (on(ahead(29)), on(ahead())) == (74, 82)
    value = in_force.tree_now().at(ahead())[C2]
    assert (value.source, value.status, value.valid_from) == (
        "Letter 7 of the directorate", "approved", ahead(),
    )  # fmt: skip
    assert [step.did for step in row.steps.order_by("pk")] == ["proposed", "submitted", "approved"]
    assert [step.who for step in row.steps.order_by("pk")] == ["Ann", "Ann", "Bob"]
    events = AuditEvent.objects.filter(kind="rule proposal").order_by("pk")
    assert [event.sentence.split(" '")[0] for event in events][-1] == "Bob approved"
    assert standing(row, calendar_day()).startswith("Approved: in force from")
    assert standing(row, ahead()).startswith("In force since")


@pytest.mark.parametrize("place", [("region", "R1"), ("pdu", "P1")])
def test_a_role_for_a_part_of_the_country_is_not_enough(place: tuple[str, str]) -> None:
    user = person("cat")
    grant(user, "analyst", place)
    with pytest.raises(Denied):
        action.propose(actor=user, wanted=wanted())


def test_nobody_decides_on_their_own_proposal_and_an_analyst_on_none() -> None:
    ann, bob, cat = analyst(), administrator(), administrator("cat")
    of_bob = submitted(bob)
    with pytest.raises(RefusedError) as refused:
        action.approve(actor=bob, number=of_bob.pk, edition=of_bob.edition)
    assert codes(refused) == ["SAME_PERSON"]
    for who in (ann, None):
        with pytest.raises(Denied):
            action.approve(actor=who, number=of_bob.pk, edition=of_bob.edition)
        with pytest.raises(Denied):
            action.decline(actor=who, number=of_bob.pk, edition=of_bob.edition, why="no")
    with pytest.raises(Denied):
        action.propose(actor=None, wanted=wanted())  # no command does it: a change has two names
    of_ann = submitted(ann)
    with pytest.raises(Denied):
        action.approve(actor=ann, number=of_ann.pk, edition=of_ann.edition)
    assert action.approve(actor=cat, number=of_bob.pk, edition=of_bob.edition).decider == "Cat"
    with pytest.raises(ConflictError):
        action.approve(actor=bob, number=of_bob.pk, edition=of_bob.edition)


def test_a_draft_is_changed_by_its_own_proposer_and_only_as_they_saw_it() -> None:
    ann, bob = analyst(), administrator()
    row, _ = action.propose(actor=ann, wanted=wanted())
    with pytest.raises(RefusedError) as refused:
        action.edit(actor=bob, number=row.pk, edition=row.edition, wanted=wanted())
    assert codes(refused) == ["NOT_YOURS"]
    changed = action.edit(actor=ann, number=row.pk, edition=row.edition, wanted=wanted((C2, ahead(9), 80)))
    assert (changed.first_day, changed.overlay.entries) == (ahead(9), ((C2, ahead(9), 80),))
    with pytest.raises(ConflictError):
        action.edit(actor=ann, number=row.pk, edition=row.edition, wanted=wanted())
    with pytest.raises(RefusedError):
        action.propose(actor=ann, wanted=wanted(key=row.key))  # another request with a key that is taken


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ({"reference": ""}, ["SOURCE"]),
        ({"reason": " "}, ["REASON"]),
        ({"consultation": Consultation()}, ["CONSULTATION"]),
        ({"consultation": Consultation("Napo")}, ["CONSULTATION"]),
        ({"consultation": Consultation(), "not_consulted": "A mistake is put right"}, []),
    ],
)
def test_what_has_to_be_said_before_anybody_can_approve(more: dict[str, Any], missing: list[str]) -> None:
    ann = analyst()
    row, _ = action.propose(actor=ann, wanted=wanted(**more))
    if not missing:
        assert action.submit(actor=ann, number=row.pk, edition=row.edition).state == "submitted"
        return
    with pytest.raises(RefusedError) as refused:
        action.submit(actor=ann, number=row.pk, edition=row.edition)
    assert codes(refused) == missing


@pytest.mark.parametrize(
    ("entries", "more", "code"),
    [
        ((), {"name": " "}, "NAME"),
        ((), {"name": "x" * 201}, "NAME"),
        ((), {"reason": "x" * 4001}, "TOO_LONG"),
        ((), {"reference": "x" * 201}, "TOO_LONG"),
        ((), {"entries": ()}, "NO_VALUES"),
        (((C2, date(2027, 4, 1), Decimal("8.125")),), {}, "VALUE"),
        ((("no.such", date(2027, 4, 1), 8),), {}, "VALUE"),
        ((), {"consultation": Consultation("Napo", date(2098, 1, 1), "N")}, "CONSULTED"),
        ((), {"supersedes": 99}, "SUPERSEDED"),
    ],
)
def test_what_is_refused_is_named(entries: Any, more: dict[str, Any], code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        action.propose(actor=analyst(), wanted=wanted(*entries, **more))
    assert codes(refused) == [code]
    assert not RuleProposal.objects.exists()


def test_what_is_unlikely_is_asked_and_answered() -> None:
    ann = analyst()
    yesterday = calendar_day() - timedelta(1)
    row, _ = action.propose(actor=ann, wanted=wanted((C2, yesterday, 740)))
    assert len(rule_checks.questions(row)) == 2
    with pytest.raises(RefusedError) as refused:
        action.submit(actor=ann, number=row.pk, edition=row.edition)
    assert codes(refused) == ["CHECK", "CHECK"]
    assert action.submit(actor=ann, number=row.pk, edition=row.edition, checked=True).state == "submitted"


def test_withdrawing_before_and_after_its_day() -> None:
    ann, bob = analyst(), administrator()
    before = approved(ann, bob)
    gone = action.withdraw(actor=bob, number=before.pk, edition=before.edition, why="Not agreed")
    assert (on(ahead()), gone.ends) == (74, gone.first_day)
    assert standing(gone, calendar_day()) == "Withdrawn before it was in force"
    after = approved(ann, bob, (C2, calendar_day(), 82))
    with pytest.raises(Denied):
        action.withdraw(actor=ann, number=after.pk, edition=after.edition, why="x", ends=ahead())
    for ends in (None, calendar_day() - timedelta(1)):
        with pytest.raises(RefusedError) as refused:
            action.withdraw(actor=bob, number=after.pk, edition=after.edition, why="x", ends=ends)
        assert codes(refused) == ["ENDS"]
    ended = action.withdraw(actor=bob, number=after.pk, edition=after.edition, why="Over", ends=ahead(10))
    assert [on(ahead(days)) for days in (0, 9, 10)] == [82, 82, 74]
    assert "ends on" in standing(ended, calendar_day())
    assert standing(ended, ahead(10)).startswith("Withdrawn: in force from")


def test_a_draft_is_withdrawn_by_its_proposer_and_declined_with_a_reason() -> None:
    ann, bob = analyst(), administrator()
    draft, _ = action.propose(actor=ann, wanted=wanted())
    with pytest.raises(RefusedError) as refused:
        action.withdraw(actor=bob, number=draft.pk, edition=draft.edition, why="x")
    assert codes(refused) == ["NOT_YOURS"]
    with pytest.raises(RefusedError):
        action.withdraw(actor=ann, number=draft.pk, edition=draft.edition)
    gone = action.withdraw(actor=ann, number=draft.pk, edition=draft.edition, why="A slip")
    assert (gone.state, gone.was_approved, standing(gone, ahead())) == ("withdrawn", False, "Withdrawn")
    row = submitted(ann)
    for why in ("", "x" * 4001):
        with pytest.raises(RefusedError) as refused:
            action.decline(actor=bob, number=row.pk, edition=row.edition, why=why)
        assert codes(refused) == ["WHY"]
    assert action.decline(actor=bob, number=row.pk, edition=row.edition, why="Too early").state == "declined"
    assert on(ahead()) == 74


def test_superseding_ends_the_former_on_the_day_the_new_one_begins() -> None:
    ann, bob = analyst(), administrator()
    first = approved(ann, bob, (C2, ahead(5), 82), (NAT, ahead(5), 15))
    second = approved(ann, bob, (C2, ahead(9), 78), supersedes=first.pk)
    first.refresh_from_db()
    assert (first.state, first.ends) == ("superseded", ahead(9))
    assert [(on(ahead(d)), on(ahead(d), NAT)) for d in (4, 5, 8, 9)] == [
        (74, 14), (82, 15), (82, 15), (78, 14),
    ]  # fmt: skip
    other = submitted(ann, (C2, ahead(20), 80), supersedes=second.pk)
    action.withdraw(actor=bob, number=second.pk, edition=find(second.pk).edition, why="x")
    with pytest.raises(RefusedError) as refused:
        action.approve(actor=bob, number=other.pk, edition=other.edition)
    assert codes(refused) == ["SUPERSEDED"]


def test_requests_jobs_and_loads_see_what_is_approved_and_nothing_outside_does() -> None:
    ann, bob = analyst(), administrator()
    with in_force.approved_rules():
        assert rules.load() is rules.shipped()
        row = approved(ann, bob)
        assert rules.load().at(ahead())[C2].value == 82
        assert rules.load() is in_force.tree_now()  # read once while nothing changes
    assert rules.load() is rules.shipped()
    assert in_force.tree_without(row) is rules.shipped()


def test_a_value_that_a_later_program_has_no_place_for_is_left_out_and_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    row = approved(analyst(), administrator(), (C2, ahead(), 82), (NAT, ahead(), 15))
    row.content = row.content.replace(C2, "tier_points.pc16.community.Z9")
    row.edition += 1
    row.save()
    assert in_force.tree_now().at(ahead())[NAT].value == 15
    assert in_force.unfit(row) == ["tier_points.pc16.community.Z9"]
    assert "no longer fit" in caplog.text
    row.content = row.content.replace(NAT, "nat")
    row.edition += 1
    row.save()
    assert in_force.tree_now().paths == rules.shipped().paths


def test_what_waits_for_a_rule_is_found_by_its_whole_name() -> None:
    row = submitted(analyst())
    assert [each.pk for each in of_path(C2)] == [row.pk]
    assert of_path("tier_points.pc16.community.C") == []


def test_a_value_that_gives_way_to_a_later_one_is_asked_about() -> None:
    ann, bob = analyst(), administrator()
    approved(ann, bob, (C2, ahead(20), 80))
    with in_force.approved_rules():
        row, _ = action.propose(actor=ann, wanted=wanted((C2, ahead(9), 78)))
        assert "1 value gives way to a later value" in rule_checks.questions(row)[0]


def test_the_next_load_measures_with_what_is_in_force_and_a_night_keeps_its_rules(
    nation: Any, settings: Any, tmp_path: Path
) -> None:
    from wmt.nights import open_night
    from wmt.site.loads import loading
    from wmt.site.loads.load_request import LoadRequest

    home_of_its_own(nation, settings, tmp_path)
    ann, bob = analyst(), administrator()
    truth = nation.truth.nights[1]
    day = nation.night.manifest.as_at.date() + timedelta(1)
    approved(ann, bob, (C2, day, 82))
    wish = LoadRequest(paths=[str(nation.folder / truth.folder / "tidy")])
    done = loading.perform(loading.ask(wish=wish, who="the tests", accept="a test"))
    assert done.state == "loaded", done.message
    night = open_night(settings.CONFIG.nights / done.night)
    assert night.rules()[C2].value == 82
    assert night.manifest.approved == f"{C2} 82"
    assert nation.night.rules()[C2].value == 74


def test_two_values_of_a_rule_for_one_day_are_refused() -> None:
    with pytest.raises(RefusedError) as refused:
        action.propose(actor=analyst(), wanted=wanted((C2, ahead(), 82), (C2, ahead(), 84)))
    assert codes(refused) == ["TWICE"]
    assert not RuleProposal.objects.exists()


def test_a_value_that_takes_the_place_of_one_that_is_still_ahead_is_asked_about() -> None:
    ann = analyst()
    first = approved(ann, administrator(), (C2, ahead(5), 82))
    row, _ = action.propose(actor=ann, wanted=wanted((C2, ahead(9), 74)))
    assert rule_checks.questions(row) == [
        f"1 value replaces one that is still ahead: {C2} (82 from {written(ahead(5))}, then 74)."
    ]
    again, _ = action.propose(actor=ann, wanted=wanted((C2, ahead(9), 78), supersedes=first.pk))
    assert rule_checks.questions(again) == []
