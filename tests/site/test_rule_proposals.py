"""Proposals of rules: two people, what is refused, what is in force from which day, what is written down."""

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from accounts_fixtures import grant, person
from loads_fixtures import home_of_its_own
from rule_proposals_fixtures import C2, administrator, ahead, analyst, approved, submitted, wanted

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


def codes(error: Any) -> list[str]:
    return [fault.code for fault in error.value.faults]


def on(day: date, path: str = C2) -> Any:
    return in_force.tree_now().at(day)[path].value


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


def test_a_successor_keeps_a_value_of_its_former_and_what_it_does_not_say_again_is_asked_about() -> None:
    ann, bob = analyst(), administrator()
    first = approved(ann, bob, (C2, ahead(5), 82), (NAT, ahead(5), 15))
    same = submitted(ann, (C2, ahead(9), 78), (NAT, ahead(9), 15), supersedes=first.pk)
    assert rule_checks.questions(same) == []
    row, _ = action.propose(actor=ann, wanted=wanted((C2, ahead(9), 78), supersedes=first.pk))
    asked = f"{NAT} from {written(ahead(9))} (15 to 14)"
    (question,) = rule_checks.questions(row)
    assert asked in question
    with pytest.raises(RefusedError) as refused:
        action.submit(actor=ann, number=row.pk, edition=row.edition)
    assert codes(refused) == ["CHECK"]
    action.approve(actor=bob, number=same.pk, edition=same.edition)
    assert (on(ahead(9)), on(ahead(9), NAT)) == (78, 15)


def test_withdrawing_a_successor_before_it_begins_puts_the_former_back() -> None:
    ann, bob = analyst(), administrator()
    first = approved(ann, bob, (C2, ahead(5), 82), (NAT, ahead(5), 15))
    second = approved(ann, bob, (C2, ahead(9), 78), supersedes=first.pk)
    third = approved(ann, bob, (C2, ahead(12), 79), supersedes=second.pk)
    for row, former in ((third, second), (second, first)):
        action.withdraw(actor=bob, number=row.pk, edition=find(row.pk).edition, why="Not agreed")
        former.refresh_from_db()
        assert (former.state, former.ends) == ("approved", None)
    assert [(on(ahead(d)), on(ahead(d), NAT)) for d in (4, 5, 9, 12)] == [
        (74, 14), (82, 15), (82, 15), (82, 15),
    ]  # fmt: skip
    step = first.steps.latest("pk")
    assert (step.did, step.who) == ("restored", "Bob")
    assert AuditEvent.objects.filter(sentence__contains=f"let '{first.name}' be in force again").count() == 2


def test_ending_a_successor_in_force_asks_about_what_holds_then() -> None:
    ann, bob = analyst(), administrator()
    first = approved(ann, bob, (C2, calendar_day() - timedelta(9), 82))
    second = approved(ann, bob, (C2, calendar_day(), 78), supersedes=first.pk)
    wish = {"actor": bob, "number": second.pk, "edition": second.edition, "why": "Over", "ends": ahead(3)}
    with pytest.raises(RefusedError) as refused:
        action.withdraw(**wish)
    assert codes(refused) == ["CHECK"]
    assert f"These hold from {written(ahead(3))}: {C2}: 74." in refused.value.faults[0].message
    action.withdraw(**wish, checked=True)
    first.refresh_from_db()
    assert (first.state, on(ahead(2)), on(ahead(3))) == ("superseded", 78, 74)


def test_in_a_process_of_the_site_whoever_asks_gets_what_is_approved(monkeypatch: pytest.MonkeyPatch) -> None:
    import django
    from django.apps import apps

    from wmt.site import start

    approved(analyst(), administrator())
    assert rules.load() is rules.shipped()
    monkeypatch.setattr(in_force, "_known_to_be_there", [])
    try:
        with monkeypatch.context() as patched:
            patched.setattr(apps, "ready", False)
            patched.setattr(django, "setup", lambda: None)
            start.prepare()  # as every process of the site begins
        assert rules.load() is in_force.tree_now()
        assert rules.load().at(ahead())[C2].value == 82
        in_force._known_to_be_there.clear()
        monkeypatch.setattr(RuleProposal._meta, "db_table", "of_a_later_version")
        assert rules.load() is rules.shipped()  # it is brought up to date first
    finally:
        rules.otherwise(None)


def test_nothing_of_the_site_reads_the_rules_of_the_program_where_those_in_force_are_meant() -> None:
    from wmt import site

    place, says = Path(site.__file__).parent, re.compile(r"rules\.shipped|rules(\.tree)? import .*shipped")
    found = {
        path.relative_to(place).as_posix()
        for path in place.rglob("*.py")
        if says.search(path.read_text(encoding="utf-8"))
    }
    # what is approved is laid over it; a warm start reads its files; the words for a night that is lost
    assert found == {"rule_proposals/in_force.py", "serving/warm_up.py", "web/context.py"}


@pytest.mark.parametrize("name", ["Ann ", "ANN", "  ann"])
def test_a_name_that_is_spaced_or_written_otherwise_is_the_same_person(name: str) -> None:
    row = submitted(analyst())
    bob = administrator()
    bob.name = name
    bob.save()
    with pytest.raises(RefusedError) as refused:
        action.approve(actor=bob, number=row.pk, edition=row.edition)
    assert codes(refused) == ["SAME_PERSON"]


def test_what_nobody_could_have_approved_is_left_out_with_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ann, bob = analyst(), administrator()
    approved(ann, bob, (NAT, ahead(), 15))
    broken = approved(ann, bob, (C2, ahead(), 82))
    RuleProposal.objects.filter(pk=broken.pk).update(proposer="Bob ", edition=broken.edition + 1)
    assert (on(ahead()), on(ahead(), NAT)) == (74, 15)
    assert f"rule proposal {broken.pk} is not in force" in caplog.text
    row = submitted(ann, (C2, ahead(), 80))
    action.approve(actor=bob, number=row.pk, edition=row.edition)  # it stops no other decision
    assert on(ahead()) == 80


def test_nothing_ends_on_which_another_change_stands() -> None:
    ann, bob = analyst(), administrator()
    shares = rules.shipped().at(ahead()).under("responsive_time.percent")
    lower = [(each.path, ahead(), 24) for each in shares.values() if each.value == 30]
    first = approved(ann, bob, *lower)
    second = approved(ann, bob, ("responsive_time.max_percent", ahead(40), 29))
    with pytest.raises(RefusedError) as refused:
        action.withdraw(actor=bob, number=first.pk, edition=first.edition, why="Not agreed")
    assert "more than the 29% that rules allow" in refused.value.faults[0].message
    first.refresh_from_db()
    assert (first.state, first.ends) == ("approved", None)
    assert on(ahead(40), lower[0][0]) == 24
    action.withdraw(actor=bob, number=second.pk, edition=second.edition, why="Not agreed")
    action.withdraw(actor=bob, number=first.pk, edition=first.edition, why="Not agreed")


def test_what_a_successor_is_compared_with_has_what_it_superseded() -> None:
    ann, bob = analyst(), administrator()
    first = approved(ann, bob, (C2, ahead(5), 82), (NAT, ahead(5), 15))
    draft, _ = action.propose(actor=ann, wanted=wanted((C2, ahead(9), 78), supersedes=first.pk))

    def values(tree: rules.Tree) -> list[Any]:
        return [tree.at(ahead(9))[path].value for path in (C2, NAT)]

    assert values(in_force.tree_before(draft)) == [82, 15]
    assert values(in_force.tree_beneath(draft)) == [74, 14]
    action.submit(actor=ann, number=draft.pk, edition=draft.edition, checked=True)
    done = action.approve(actor=bob, number=draft.pk, edition=find(draft.pk).edition, checked=True)
    assert values(in_force.tree_before(done)) == [
        82,
        15,
    ]  # as if it were not approved, not those of the program
    assert values(in_force.tree_beneath(done)) == [74, 14]
    assert values(in_force.tree_now()) == [78, 14]
    gone = action.withdraw(actor=bob, number=done.pk, edition=done.edition, why="Not agreed")
    assert values(in_force.tree_before(gone)) == values(in_force.tree_now()) == [82, 15]


def test_a_mark_of_days_gone_by_is_asked_about() -> None:
    ann, mark = analyst(), "thresholds.excessive_workload.days"
    yesterday = calendar_day() - timedelta(1)
    past, _ = action.propose(actor=ann, wanted=wanted((C2, yesterday, 75), (mark, yesterday, 29)))
    assert f"over the threshold on days gone by ({mark})" in rule_checks.questions(past)[1]
    ahead_only, _ = action.propose(actor=ann, wanted=wanted((C2, yesterday, 75), (mark, ahead(), 29)))
    assert len(rule_checks.questions(ahead_only)) == 1
    first = approved(ann, administrator(), (mark, calendar_day() - timedelta(9), 29))
    after, _ = action.propose(actor=ann, wanted=wanted((C2, yesterday, 75), supersedes=first.pk))
    assert any(f"days gone by ({mark})" in each for each in rule_checks.questions(after))
    later, _ = action.propose(actor=ann, wanted=wanted((C2, ahead(), 75), supersedes=first.pk))
    assert not any("days gone by" in each for each in rule_checks.questions(later))


def test_a_request_that_was_taken_is_not_refused_because_the_rules_have_changed_since() -> None:
    ann, bob = analyst(), administrator()
    sent = wanted(key="once", not_consulted="A mistake is put right")
    row, _ = action.propose(actor=ann, wanted=sent)
    former = approved(ann, bob)  # the same value: a new request would be refused as there already
    with in_force.approved_rules():
        assert action.propose(actor=ann, wanted=sent) == (row, False)
        for other in (
            wanted(key="once"),
            wanted(key="once", not_consulted="A mistake is put right", supersedes=former.pk),
            wanted(key="once", not_consulted="A mistake is put right", entries=()),
        ):
            with pytest.raises(RefusedError) as refused:
                action.propose(actor=ann, wanted=other)
            assert codes(refused) == ["KEY_TAKEN"]
