"""Applying plans: what a plan foresees is what then is; all or nothing, once, and by the right of each."""

# ruff: noqa: F811 - fixtures come by import
import re
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any
from unittest.mock import Mock

import pytest
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_plans import SignIn, change, figures, kept, real, unit_of, user_of

from how_many import SOAK
from wmt.plan.plan_file import plan_of
from wmt.site.accounts.access import Denied
from wmt.site.accounts.models import User
from wmt.site.allocation.models import DECISIONS, CaseAllocation
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.availability.models import KINDS, Journal
from wmt.site.changes import actions, allocate, plan_apply, plan_steps, plans
from wmt.site.changes.plan_again import put_back
from wmt.site.changes.plan_apply import PlanRequest
from wmt.site.changes.reconcile import differences
from wmt.site.duties.models import Notice
from wmt.site.outbox.models import Message, MessageTopic
from wmt.site.plans.access import PlanDenied
from wmt.site.plans.models import PlanApplication, SavedPlan
from wmt.site.queries.plan_applied import applied_steps
from wmt.site.queries.plan_effects import PlanReading
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import current_state

WHY = {
    "reason": "caseload_adjustment", "change_reason": "assessed_again", "reduction_reason": "11",
    "why_over": "a plan", "why_not_eligible": "a plan",
}  # fmt: skip


def people(pdu: Pdu) -> list[Unit]:
    posts = Unit.objects.filter(load_id=current_state().load_id, level="post", whole=True, pdu_code=pdu.code)
    return list(posts.filter(stream="sentence_management", grade__in=("PO", "PSO", "TPO")).order_by("code"))


def refs_of(post: Unit) -> list[str]:
    own = Pricing.objects.filter(load_id=post.load_id, kind="case").exclude(stream="omic")
    lines = Line.objects.filter(load_id=post.load_id, post_no=post.number, pricing__in=own.values("number"))
    return sorted(lines.exclude(ref="").values_list("ref", flat=True))


def random_steps(pdu: Pdu, random: Random) -> list[dict[str, Any]]:
    """Steps of every kind that can be applied, over a few people, so that they meet."""
    there = random.sample(people(pdu), 5)
    codes = [post.code for post in there]
    kinds = ("community:C2", "custody:B3", "licence:C1S", "community:untiered", "licence:D1")

    def cases() -> list[str]:
        held = refs_of(random.choice(there))
        return [*random.sample(held, min(len(held), 3)), random.choice((pdu.waiting.ref, "X999999"))]

    def hours(most: int) -> Decimal:
        return Decimal(random.randint(1, most)) / 100

    makers = (
        lambda: {"do": "move", "cases": cases(), "to": random.sample(codes, 2)},
        lambda: {"do": "move", "cases": cases(), "to": random.choice(codes)},
        lambda: {"do": "move", "number": 2, "kind": random.choice(kinds[:2]), "from": random.choice(codes),
                 "to": random.choice(codes)},
        lambda: {"do": "become", "cases": cases(), "becomes": random.choice(kinds)},
        lambda: {"do": "hours", "post": random.choice(codes), "hours": hours(3700)},
        lambda: {"do": "reduce", "post": random.choice(codes), "hours": hours(900)},
        lambda: {"do": "reduce", "post": random.choice(codes), "percent": random.randint(1, 60)},
        lambda: {"do": "end_reductions", "post": random.choice(codes)},
        lambda: {"do": "grade", "post": random.choice(codes), "grade": random.choice(("PO", "PSO", "TPO"))},
        lambda: {"do": "leave", "post": codes[0], "to": codes[1:3]},
    )  # fmt: skip
    return [random.choice(makers)() for _ in range(random.randint(2, 8))]


def reading(row: SavedPlan, user: User) -> PlanReading:
    return PlanReading(row.plan, row.owner, user, unit_of_row(row), current_state())


def unit_of_row(row: SavedPlan) -> Unit:
    return Unit.objects.get(load_id=current_state().load_id, level=row.level, whole=True, code=row.code)


def wanted(row: SavedPlan, *steps: int, **more: Any) -> PlanRequest:
    numbers = steps or tuple(range(1, len(row.plan.steps) + 1))
    return PlanRequest(**WHY | {"number": row.pk, "steps": numbers, "version": row.version} | more)


@pytest.mark.parametrize("seed", range(60 if SOAK else 4))
def test_what_a_plan_foresees_is_what_is_after_it_is_applied(seed: int, pdu: Pdu, signed_in: SignIn) -> None:
    user = user_of(signed_in("head", "pdu", pdu.code))
    drawn = kept(user, unit_of(pdu), *random_steps(pdu, Random(seed)))
    fit = plan_apply.look(actor=user, wanted=PlanRequest(number=drawn.pk)).fit
    assert fit
    plan = plan_of({"name": "fit", "steps": []}).model_copy(update={"steps": [each.step for each in fit]})
    row = kept(user, unit_of(pdu))
    row.text = plan.text
    row.save()
    before = figures(reading(row, user).effect())
    looked = plan_apply.look(actor=user, wanted=wanted(row))
    assert {key: each[:2] for key, each in before.items()} == real(*before)
    seen = {(one.unit.level, one.unit.code): (*one.before, *one.after) for one in looked.moments}
    moved = {key: each for key, each in before.items() if each[:2] != each[2:]}
    assert seen == moved
    plan_apply.apply_plan(actor=user, wanted=wanted(row, seen=looked.mark))
    assert {key: each[2:] for key, each in before.items()} == real(*before)
    assert differences(current_state()) == []
    row.refresh_from_db()
    # what of it was not there stays, and what was done is not foreseen once more
    assert reading(row, user).effect().moments == []
    assert PlanApplication.objects.get().steps.count() == len(fit)


def state_of_things() -> tuple[Any, ...]:
    """Everything that applying a plan could leave behind."""
    decisions = [list(model._default_manager.values_list("pk", "state", "is_open")) for model in DECISIONS]
    records = [list(model._default_manager.values_list("pk", "ended_change")) for model in KINDS.values()]
    units = Unit.objects.order_by("pk").values_list("pk", "points_x100", "available_x100", "touched")
    kept_plans = list(SavedPlan.objects.values_list("text", "version"))
    others = [model.objects.count() for model in (PlanApplication, Message, Notice, AuditEvent, Line)]
    return decisions, records, list(units), kept_plans, others, Journal.objects.get().number


def two_steps(pdu: Pdu, user: User, **second: Any) -> SavedPlan:
    one, other = pdu.free
    return kept(
        user, unit_of(pdu), {"do": "move", "cases": [pdu.held.ref], "to": one.code},
        second or {"do": "hours", "post": other.code, "hours": 30},
    )  # fmt: skip


def test_a_preview_and_a_refusal_in_the_middle_leave_nothing(pdu: Pdu, signed_in: SignIn) -> None:
    user = user_of(signed_in("head", "pdu", pdu.code))
    row = two_steps(pdu, user, do="hours", post=pdu.free[1].code, hours=Decimal("30.123"))
    was = state_of_things()
    looked = plan_apply.look(actor=user, wanted=wanted(row))
    assert [bool(each.why_not) for each in looked.steps] == [False, True]
    assert state_of_things() == was
    with pytest.raises(RefusedError, match="Step 2: Contracted hours have at most two decimals"):
        plan_apply.apply_plan(actor=user, wanted=wanted(row))
    assert state_of_things() == was


@pytest.mark.parametrize("dies", range(2))
def test_what_dies_in_the_middle_leaves_nothing(
    dies: int, pdu: Pdu, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = user_of(signed_in("head", "pdu", pdu.code))
    row = two_steps(pdu, user)
    was = state_of_things()
    place = ((plan_apply, "_keep"), (actions, "save"))[dies]
    monkeypatch.setattr(*place, Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        plan_apply.apply_plan(actor=user, wanted=wanted(row))
    assert state_of_things() == was


def test_it_is_applied_once_and_the_second_is_told_by_whom(pdu: Pdu, signed_in: SignIn) -> None:
    user = user_of(signed_in("head", "pdu", pdu.code, name="Ann Head"))
    row = two_steps(pdu, user)
    first = wanted(row, 1, key="k")
    made, is_new = plan_apply.apply_plan(actor=user, wanted=first)
    assert (is_new, plan_apply.apply_plan(actor=user, wanted=first)) == (True, (made, False))
    assert CaseAllocation.objects.filter(ref=pdu.held.ref).count() == 1
    with pytest.raises(RefusedError, match="Something else was sent with this key"):
        plan_apply.apply_plan(actor=user, wanted=replace(first, steps=[2]))
    with pytest.raises(ConflictError, match="Ann Head applied step 1 of this plan"):
        plan_apply.apply_plan(actor=user, wanted=wanted(row, 1, key="other", version=1))
    row.refresh_from_db()
    assert ([step.do for step in row.plan.steps], row.former) == (["hours"], "")
    told = AuditEvent.objects.filter(kind="plan").latest("pk")
    assert told.sentence == f"Ann Head applied 1 step of plan {row.pk}: 1 allocation."
    assert pdu.held.ref not in f"{told.sentence}{told.after}"
    assert AuditEvent.objects.filter(kind="allocation").count() == 1


def test_figures_that_moved_since_the_preview_are_asked_again(pdu: Pdu, signed_in: SignIn) -> None:
    user = user_of(signed_in("head", "pdu", pdu.code))
    row = two_steps(pdu, user)
    mark = plan_apply.look(actor=user, wanted=wanted(row)).mark
    change(pdu.free[0].code, kind="hours", hours_micro=20_000_000)
    was = state_of_things()
    with pytest.raises(ConflictError, match="have changed since you looked"):
        plan_apply.apply_plan(actor=user, wanted=wanted(row, seen=mark))
    assert state_of_things() == was
    again = plan_apply.look(actor=user, wanted=wanted(row)).mark
    plan_apply.apply_plan(actor=user, wanted=wanted(row, seen=again))


def test_each_step_needs_the_right_of_its_action_where_it_is(pdu: Pdu, signed_in: SignIn) -> None:
    owner = user_of(signed_in("head", "pdu", pdu.code))
    row = two_steps(pdu, owner)
    elsewhere = Unit.objects.filter(load_id=current_state().load_id, level="pdu", whole=True)
    far = elsewhere.exclude(code=pdu.code).order_by("code").first()
    assert far
    head, analyst = (
        user_of(signed_in(role, "pdu", code, email=f"{role}@example.org"))
        for role, code in (("head", far.code), ("analyst", pdu.code))
    )
    for user in (head, analyst):
        with pytest.raises(PlanDenied):
            plan_apply.look(actor=user, wanted=wanted(row))
        plans.share_plan(actor=owner, number=row.pk, email=user.email)
    with pytest.raises(Denied):
        plan_apply.look(actor=analyst, wanted=wanted(row))
    looked = plan_apply.look(actor=head, wanted=wanted(row))
    assert [bool(each.why_not) for each in looked.steps] == [True, True]
    assert pdu.held.ref not in str([each.outcome for each in looked.steps])
    for user in (head, analyst):
        with pytest.raises(Denied):
            plan_apply.apply_plan(actor=user, wanted=wanted(row, 2))
    assert PlanApplication.objects.count() == 0


def test_a_case_that_its_owner_may_not_see_is_moved_by_nobody(pdu: Pdu, signed_in: SignIn) -> None:
    """Else whoever types CRNs would learn by what becomes of their plan whose they are."""
    owner, head = user_of(signed_in("", email="n@example.org")), user_of(signed_in("head", "pdu", pdu.code))
    row = two_steps(pdu, owner)
    plans.share_plan(actor=owner, number=row.pk, email=head.email)
    with pytest.raises(RefusedError, match="cannot see"):
        plan_apply.apply_plan(actor=head, wanted=wanted(row, 1))
    plan_apply.apply_plan(actor=head, wanted=wanted(row, 2))


def test_what_cannot_be_applied_says_why_and_stays_in_the_plan(pdu: Pdu, signed_in: SignIn) -> None:
    user, one = user_of(signed_in("head", "pdu", pdu.code)), pdu.free[0]
    row = kept(
        user, unit_of(pdu),
        {"do": "arrive", "a_week": 3, "weeks": 2, "kind": "community:C2", "to": one.team_code},
        {"do": "end", "number": 1, "kind": "community:C2", "from": one.code},
        {"do": "start", "team": one.team_code, "grade": "PO"},
        {"do": "rules", "values": {"tier_points.pc16.community.C2": 10}},
        {"do": "leave", "post": pdu.holder.code},
        {"do": "move", "cases": [pdu.held.ref], "to": f"{one.team_code}:NEW1"},
        {"do": "move", "cases": ["X999999", pdu.held.ref], "to": one.code},
    )  # fmt: skip
    looked = plan_apply.look(actor=user, wanted=PlanRequest(number=row.pk))
    for each, words in zip(looked.steps, (
        "New cases come with the next data", "Cases end in nDelius", "does not have this person yet",
        "Rules are the same for everybody", "Say in the step who gets them", "there is no post", "",
    ), strict=True):  # fmt: skip
        assert (words in each.why_not, bool(each.why_not)) == (True, bool(words))
    plan_apply.apply_plan(actor=user, wanted=wanted(row, 7))
    row.refresh_from_db()
    assert [step.do for step in row.plan.steps][-2:] == ["move", "move"]
    assert row.plan.steps[-1].cases == ["X999999"]


def test_reasons_are_asked_as_by_hand_and_people_are_told(pdu: Pdu, signed_in: SignIn) -> None:
    user, full = user_of(signed_in("head", "pdu", pdu.code)), pdu.full[0]
    row = kept(user, unit_of(pdu), {"do": "move", "cases": [pdu.held.ref], "to": full.code},
               {"do": "become", "cases": [pdu.held.ref], "becomes": "custody:A1"},
               {"do": "reduce", "post": full.code, "hours": 1})  # fmt: skip
    bare = PlanRequest(number=row.pk, steps=[1, 2, 3])
    faults = plan_apply.faults_of(plan_apply.look(actor=user, wanted=bare))
    assert [fault.field for fault in faults] == ["reason", "change_reason", "reduction_reason", "why_over"]
    for step, field in ((1, "reason"), (2, "change_reason"), (3, "reduction_reason")):
        with pytest.raises(RefusedError) as refused:
            plan_apply.apply_plan(actor=user, wanted=replace(bare, steps=[step]))
        assert field in [fault.field for fault in refused.value.faults]
    plan_apply.apply_plan(actor=user, wanted=wanted(row))
    given = CaseAllocation.objects.get(ref=pdu.held.ref)
    assert (given.reason, given.why_over, given.to_post) == ("caseload_adjustment", "a plan", full.code)
    assert MessageTopic.objects.filter(about="allocation", number=given.pk).exists()


def test_an_undone_step_is_said_and_put_back(pdu: Pdu, signed_in: SignIn) -> None:
    user, one = user_of(signed_in("head", "pdu", pdu.code)), pdu.free[0]
    row = two_steps(pdu, user)
    plan_apply.apply_plan(actor=user, wanted=wanted(row))
    done = {each.row.number: each for each in applied_steps(row, user, current_state())}
    assert [(each.made, each.undone) for each in done.values()] == [(1, 0), (1, 0)]
    allocate.undo(actor=user, allocation=CaseAllocation.objects.get(ref=pdu.held.ref))
    done = {each.row.number: each for each in applied_steps(row, user, current_state())}
    assert {number: each.undone for number, each in done.items()} == {1: 1, 2: 0}
    put_back(actor=user, number=row.pk, applied=done[1].row.pk)
    with pytest.raises(ConflictError):
        put_back(actor=user, number=row.pk, applied=done[1].row.pk)
    with pytest.raises(ConflictError):
        put_back(actor=user, number=row.pk, applied=done[2].row.pk)
    row.refresh_from_db()
    assert [step.content for step in row.plan.steps] == [
        {"do": "move", "cases": [pdu.held.ref], "to": [one.code]}
    ]
    effect = figures(reading(row, user).effect())
    plan_apply.apply_plan(actor=user, wanted=wanted(row))
    assert {key: each[2:] for key, each in effect.items()} == real(*effect)


def test_the_page_applies_what_was_looked_at_and_no_step_that_is_not_there(
    pdu: Pdu, signed_in: SignIn
) -> None:
    client = signed_in("head", "pdu", pdu.code)
    row = two_steps(pdu, user_of(client))
    address = f"/plans/{row.pk}/apply/"

    def shown(text: str) -> dict[str, Any]:
        found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
        return {**found, "reason": WHY["reason"]}

    page = shown(client.get(address).text)
    for steps in (["3"], ["9" * 5000], ["x"], []):
        for do in ("check", "apply"):
            sent = {**page, "do": do, "step": steps, "looked": ",".join(steps)}
            assert client.post(address, sent).status_code in (200, 422)
    assert client.post(address, {**page, "do": "apply", "step": ["1"]}).status_code == 422
    assert PlanApplication.objects.count() == 0
    page = shown(client.post(address, {**page, "do": "check", "step": ["1"]}).text)
    for _ in range(2):  # pressed twice, it is done once
        assert client.post(address, {**page, "do": "apply", "step": ["1"]}).status_code == 302
    assert CaseAllocation.objects.filter(ref=pdu.held.ref).count() == 1


def test_so_many_cases_at_once_and_what_is_more_waits(
    pdu: Pdu, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that is too large takes nothing from the steps after it."""
    monkeypatch.setattr(plan_steps, "MOST_CASES", 2)
    user = user_of(signed_in("head", "pdu", pdu.code))
    refs, to = refs_of(pdu.holder), pdu.free[0].code
    parts = [refs[:1], refs[1:4], refs[4:6], refs[6:7]]
    row = kept(user, unit_of(pdu), *({"do": "move", "cases": part, "to": to} for part in parts))
    found = plan_apply.look(actor=user, wanted=wanted(row))
    told = [step.why_not.rpartition(". ")[2] for step in found.steps]
    assert told == ["", "Make smaller steps of this one", "Apply some steps first", ""]
    assert [change.ref for change in found.changes] == [refs[0], refs[6]]
