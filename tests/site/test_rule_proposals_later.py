"""What becomes of approved rules: superseding and ending, what nobody could have approved, who reads them."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
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
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import rule_checks
from wmt.site.changes import rule_proposals as action
from wmt.site.clock import calendar_day
from wmt.site.rule_proposals import in_force
from wmt.site.rule_proposals.models import RuleProposal
from wmt.site.rule_proposals.reading import find

pytestmark = pytest.mark.django_db
NAT = "nat_percent"


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


def test_withdrawing_a_successor_on_the_day_it_begins_puts_the_former_back() -> None:
    ann, bob = analyst(), administrator()
    first = approved(ann, bob, (C2, calendar_day() - timedelta(9), 82))
    second = approved(ann, bob, (C2, calendar_day(), 78), supersedes=first.pk)
    action.withdraw(actor=bob, number=second.pk, edition=second.edition, why="No", ends=calendar_day())
    first.refresh_from_db()
    assert (first.state, first.ends) == ("approved", None)
    assert [on(calendar_day() - timedelta(1)), on(calendar_day()), on(ahead(3))] == [82, 82, 82]


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


def test_a_file_and_a_search_are_made_by_one_tree(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from wmt.site.exports.models import Export
    from wmt.site.plans.models import SharingSearch
    from wmt.site.queries import resharing_job
    from wmt.site.web.files import making
    from wmt.site.workload.models import Load

    ann, bob = analyst(), administrator()
    approved(ann, bob)
    seen = []

    def work(_: Any) -> None:
        before = rules.load()
        approved(ann, bob, (NAT, ahead(), 15 + len(seen)))  # by somebody else, meanwhile
        seen.append((before.at(ahead())[C2].value, before is rules.load()))

    monkeypatch.setattr(in_force, "changed", lambda: None)
    monkeypatch.setattr(making, "_make", work)
    monkeypatch.setattr(resharing_job, "_look", work)
    export = Export.objects.create(key="k", user=ann, address="/", origin="http://x", title="T", kind="csv")
    making.make_export.func(export.pk)
    search = SharingSearch.objects.create(
        key="k", user=ann, level="team", code="T1", question={}, asked_of="q", day=calendar_day(),
        load=Load.objects.create(who="the tests", sources=[], order={}),
    )  # fmt: skip
    resharing_job.look_for_best.func(search.pk)
    assert seen == [(82, True), (82, True)]
