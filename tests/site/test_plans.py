"""Plans that people keep: what they come to, who sees what of them, and how they are changed."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tabs_fixtures import in_sight, links, table_of
from test_allocation_pages import Pdu, pdu  # noqa: F401

from wmt.plan.plan_file import plan_of, read_plan
from wmt.site.accounts.models import User
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import Change, ConflictError, RefusedError
from wmt.site.changes import actions, allocate, allocation_preview, plans
from wmt.site.changes.plan_cases import A_CASE
from wmt.site.changes.reconcile import differences
from wmt.site.links import unit_url
from wmt.site.plans.access import PlanDenied
from wmt.site.plans.models import SavedPlan
from wmt.site.queries.plan_effects import PlanEffect, PlanReading
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]


def user_of(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def kept(user: User, unit: Unit, *steps: dict[str, Any], name: str = "A plan") -> SavedPlan:
    plan = plan_of({"name": name, "steps": list(steps)})
    return plans.make_plan(actor=user, plan=plan, level=unit.level, code=unit.code)[0]


def effect_of(user: User, unit: Unit, *steps: dict[str, Any], reader: User | None = None) -> PlanEffect:
    plan = plan_of({"name": "A plan", "steps": list(steps)})
    return PlanReading(plan, user, reader or user, unit, current_state()).effect()


def figures(effect: PlanEffect) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    return {(each.unit.level, each.unit.code): (*each.before, *each.after) for each in effect.moments}


def real(*codes: tuple[str, str]) -> dict[tuple[str, str], tuple[int, int]]:
    rows = Unit.objects.filter(
        load_id=current_state().load_id, whole=True, code__in=[code for _, code in codes]
    )
    found = {(unit.level, unit.code): (unit.points_x100, unit.available_x100) for unit in rows}
    return {key: found[key] for key in codes}


def change(post: str, **values: Any) -> None:
    """What somebody enters of a post, from the day of the figures on; a later one replaces the first."""
    team, _, staff = post.partition(":")
    wanted = Change(post=(team, staff), first_day=current_state().day, **values)
    actions.save(actor=None, who="Ann", changes=[wanted], why="as planned")


def give(ref: str, to: Unit, reason: str) -> None:
    wanted = allocation_preview.AllocationRequest(
        ref=ref, to_post=to.code, reason=reason, why_over="x", why_not_eligible="x"
    )
    allocate.allocate(actor=None, who="Ann", wanted=wanted)


def test_a_plan_foresees_what_the_same_changes_then_do(pdu: Pdu, signed_in: SignIn) -> None:
    """Before is what pages show, after what they show once it is done; also of facts that people changed."""
    user, one, other = user_of(signed_in("head", "pdu", pdu.code)), *pdu.free
    give(pdu.waiting.ref, one, "initial_allocation")
    change(other.code, kind="hours", hours_micro=20_000_000)
    unit = Unit.objects.get(load_id=current_state().load_id, level="pdu", whole=True, code=pdu.code)
    effect = effect_of(
        user, unit,
        {"do": "move", "cases": [pdu.waiting.ref, pdu.held.ref], "to": other.code},
        {"do": "hours", "post": one.code, "hours": Decimal(30)},
        {"do": "reduce", "post": pdu.holder.code, "hours": Decimal("3.5")},
    )  # fmt: skip
    assert [step.missing for step in effect.steps] == [[], [], []]
    found = figures(effect)
    assert {code for level, code in found if level == "post"} == {one.code, other.code, pdu.holder.code}
    assert {level for level, _ in found} == {"post", "team", "pdu", "region", "nation"}
    assert {key: each[:2] for key, each in found.items()} == real(*found)
    for ref in (pdu.waiting.ref, pdu.held.ref):
        give(ref, other, "caseload_adjustment")
    change(one.code, kind="hours", hours_micro=30_000_000)
    change(pdu.holder.code, kind="reduction", hours_micro=3_500_000, reason="11", notes="x")
    assert {key: each[2:] for key, each in found.items()} == real(*found)
    assert differences(current_state()) == []


def test_what_is_gone_is_marked_and_the_rest_is_done(pdu: Pdu, signed_in: SignIn) -> None:
    client = signed_in("head", "pdu", pdu.code)
    one, other = pdu.free
    row = kept(
        user_of(client), unit_of(pdu),
        {"do": "move", "cases": ["X999999", pdu.held.ref], "to": one.code},
        {"do": "leave", "post": f"{one.team_code}:GONE"},
        {"do": "end", "number": 1, "kind": "community:C2", "from": "NOTEAM"},
    )  # fmt: skip
    page = client.get(reverse("plan", args=[row.pk]))
    text = in_sight(page.text)
    assert "In part: nobody holds X999999 in this data" in text
    assert f"No: there is no post {one.team_code}:GONE" in text
    assert "No: there is nobody in NOTEAM to take cases from" in text
    shown = {each["Who"]: each for each in table_of(page.text, "effect")}
    assert any(name.startswith(one.name) for name in shown)
    assert not any(name.startswith(other.name) for name in shown)


def unit_of(pdu: Pdu) -> Unit:
    return Unit.objects.get(load_id=current_state().load_id, level="pdu", whole=True, code=pdu.code)


def test_a_case_that_its_owner_may_not_see_is_as_if_nobody_held_it(pdu: Pdu, signed_in: SignIn) -> None:
    """Otherwise a plan would tell who holds any CRN that somebody types, and what it earns."""
    step = {"do": "move", "cases": [pdu.held.ref], "to": pdu.free[0].code}
    other_team = Unit.objects.filter(load_id=current_state().load_id, level="pdu", whole=True)
    elsewhere = other_team.exclude(code=pdu.code).order_by("code").first()
    assert elsewhere
    for client in (signed_in("head", "pdu", elsewhere.code), signed_in("", email="no.role@example.org")):
        user = user_of(client)
        effect = effect_of(user, unit_of(pdu), step)
        gone = effect_of(user, unit_of(pdu), {**step, "cases": ["X999999"]})
        assert (effect.moments, gone.moments) == ([], [])
        assert [effect.steps[0].missing, gone.steps[0].missing] == [
            [f"nobody holds {pdu.held.ref} in this data"], ["nobody holds X999999 in this data"],
        ]  # fmt: skip


def test_who_may_not_see_a_case_sees_its_figure_and_not_the_case(pdu: Pdu, signed_in: SignIn) -> None:
    owner, analyst = (
        user_of(signed_in("head", "pdu", pdu.code)),
        user_of(signed_in("", email="a@example.org")),
    )
    steps = (
        {"do": "move", "cases": [pdu.held.ref], "to": pdu.free[0].code},
        {"do": "become", "cases": [pdu.held.ref, "X999999"], "becomes": "custody:B3"},
    )
    mine, seen = (
        effect_of(owner, unit_of(pdu), *steps),
        effect_of(owner, unit_of(pdu), *steps, reader=analyst),
    )
    assert figures(mine) == figures(seen) != {}
    assert pdu.held.ref in str(mine.steps)
    assert pdu.held.ref not in str(seen.steps)
    assert "X999999" not in str(seen.steps)
    assert A_CASE in seen.steps[0].words


def test_steps_are_added_moved_and_taken_out_by_forms(pdu: Pdu, signed_in: SignIn) -> None:
    client, (one, other) = signed_in("head", "pdu", pdu.code), pdu.free
    listing = client.get(unit_url("pdu", pdu.code, "plans"))
    new = f"{reverse('plan-new')}?level=pdu&code={pdu.code}"
    assert new in listing.text.replace("&amp;", "&")
    assert client.post(new, {"name": " "}).status_code == 422
    sent = {"name": "Two leave", "key": "k1"}
    address = client.post(new, sent)["Location"]
    assert client.post(new, sent)["Location"] == address
    row = SavedPlan.objects.get()
    assert "Two leave" in in_sight(client.get(unit_url("pdu", pdu.code, "plans")).text)

    def add(form: str, **typed: Any) -> Any:
        row.refresh_from_db()
        return client.post(reverse("plan-step", args=[row.pk, form]), {"version": row.version, **typed})

    said = {
        ("move-cases", "cases"): {"cases": "X999999", "to": one.code},
        ("move-cases", "to"): {"cases": pdu.held.ref, "to": "NO:ONE"},
        ("hours", "hours"): {"post": one.code, "hours": "169"},
        ("reduce", "hours"): {"post": one.code, "hours": "3", "percent": "3"},
        ("arrive", "weeks"): {"kind": "community:C2", "place": one.team_code, "a_week": "3"},
        ("start", "posts"): {"team": one.team_code, "grade": "PO", "posts": "0"},
    }
    for (kind, field), typed in said.items():
        answer = add(kind, **typed)
        assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True), kind
    assert "There is no case X999999 that you may see" in in_sight(add("move-cases", cases="x999999").text)
    for kind, typed in {
        "move-cases": {"cases": pdu.held.ref.lower(), "to": other.code},
        "move-number": {"number": "2", "kind": "community:C2", "from": pdu.holder.code, "to": one.code},
        "arrive": {"kind": "t2a:custody:B3", "place": one.team_code, "a_week": "3", "weeks": "4"},
        "end": {"number": "1", "kind": "community:C2", "from": one.team_code},
        "become": {"cases": pdu.held.ref, "becomes": "custody:untiered"},
        "hours": {"post": one.code, "hours": "30.5"},
        "reduce": {"post": one.code, "percent": "20"},
        "end-reductions": {"post": other.code},
        "leave": {"post": other.code, "to": one.code},
        "start": {"team": one.team_code, "grade": "PO", "posts": "2"},
        "grade": {"post": one.code, "grade": "PO"},
    }.items():
        assert add(kind, **typed).status_code == 302, kind
    row.refresh_from_db()
    assert [step.do for step in row.plan.steps] == [
        "move", "move", "arrive", "end", "become", "hours", "reduce", "end_reductions", "leave", "start",
        "grade",
    ]  # fmt: skip
    page = client.get(address)
    assert page.status_code == 200
    assert f"Move {pdu.held.ref} to {other.name}" in in_sight(page.text)
    ways = links(page.text)
    assert f"/allocate/?crn={pdu.held.ref}&to={other.code.replace(':', '%3A')}" in ways
    assert {reverse("hours-new", args=[one.code]), reverse("reduction-new", args=[one.code])} <= set(ways)

    def one_step(number: int, do: str) -> Any:
        row.refresh_from_db()
        return client.post(
            reverse("plan-steps", args=[row.pk]), {"version": row.version, "number": number, "do": do}
        )

    one_step(11, "up")
    one_step(1, "down")
    one_step(3, "remove")
    one_step(99, "remove")
    row.refresh_from_db()
    assert [step.do for step in row.plan.steps] == [
        "move", "move", "end", "become", "hours", "reduce", "end_reductions", "leave", "grade", "start",
    ]  # fmt: skip
    assert "number" in row.plan.steps[0].model_fields_set
    client.post(
        reverse("plan-change", args=[row.pk]), {"version": row.version, "name": "Other", "note": "Why"}
    )
    copy = client.post(reverse("plan-copy", args=[row.pk]), {"key": "k2"})["Location"]
    assert client.post(reverse("plan-copy", args=[row.pk]), {"key": "k2"})["Location"] == copy
    row.refresh_from_db()
    assert SavedPlan.objects.get(name="Copy of Other").plan.steps == row.plan.steps
    assert (row.name, row.plan.note) == ("Other", "Why")
    client.post(reverse("plan-delete", args=[row.pk]), {"version": row.version})
    assert [each.name for each in SavedPlan.objects.all()] == ["Copy of Other"]


def test_a_stale_page_changes_nothing(pdu: Pdu, signed_in: SignIn) -> None:
    client = signed_in("head", "pdu", pdu.code)
    user = user_of(client)
    row = kept(user, unit_of(pdu), {"do": "leave", "post": pdu.holder.code})
    plans.change_plan(actor=user, number=row.pk, plan=plan_of({"name": "Newer", "steps": []}), version=1)
    with pytest.raises(ConflictError, match="changed in another window"):
        plans.delete_plan(actor=user, number=row.pk, version=1)
    stale = {"version": 1, "number": 1, "do": "remove"}
    client.post(reverse("plan-change", args=[row.pk]), {"version": 1, "name": "Older"})
    client.post(reverse("plan-delete", args=[row.pk]), stale)
    answer = client.post(
        reverse("plan-step", args=[row.pk, "hours"]), {"version": 1, "post": pdu.free[0].code, "hours": "30"}
    )
    assert answer.status_code == 409
    row.refresh_from_db()
    assert (row.name, row.version, row.plan.steps) == ("Newer", 2, [])


def test_a_plan_goes_out_as_its_file_and_comes_back(pdu: Pdu, signed_in: SignIn) -> None:
    client = signed_in("head", "pdu", pdu.code)
    row = kept(
        user_of(client), unit_of(pdu),
        {"do": "move", "cases": [pdu.held.ref], "to": pdu.free[0].code},
        {"do": "hours", "post": pdu.free[0].code, "hours": Decimal("30.25")},
    )  # fmt: skip
    answer = client.get(reverse("plan-file", args=[row.pk]))
    assert read_plan(answer.text) == row.plan
    assert AuditEvent.objects.filter(kind="export", code=pdu.code).count() == 1
    upload = reverse("plan-upload", args=[row.pk])

    def send(text: bytes, **more: Any) -> Any:
        row.refresh_from_db()
        file = SimpleUploadedFile("my.yaml", text)
        return client.post(upload, {"version": row.version, "file": file, **more})

    wrong = send(b"name: x\nsteps:\n  - {do: hours, post: A:B}\n")
    assert (wrong.status_code, "my.yaml: step 1 &gt; hours: is missing; add it" in wrong.text) == (422, True)
    assert send(b"\xff\xfe").status_code == 422
    assert send(b"x" * 1_100_000).status_code == 422
    assert client.post(upload, {"version": row.version}).status_code == 422
    assert send(answer.content.replace(b"30.25", b"31.5")).status_code == 302
    row.refresh_from_db()
    assert "31.5" in row.text
    new = f"{reverse('plan-new')}?level=pdu&code={pdu.code}"
    made = client.post(new, {"name": "", "key": "k", "file": SimpleUploadedFile("a.yaml", answer.content)})
    assert made.status_code == 302
    assert SavedPlan.objects.get(key="k").plan == read_plan(answer.text)


def test_nobody_else_finds_a_plan_and_that_they_tried_is_written_down(pdu: Pdu, signed_in: SignIn) -> None:
    row = kept(user_of(signed_in("head", "pdu", pdu.code)), unit_of(pdu), name="Secret")
    other = signed_in("administrator")
    for name, more in {"plan": [], "plan-file": [], "plan-step": ["hours"], "plan-delete": []}.items():
        answer = other.get(reverse(name, args=[row.pk, *more]))
        assert (answer.status_code, "Secret" in answer.text) == (403, False)
    for name in ("plan-copy", "plan-steps", "plan-change"):
        assert other.post(reverse(name, args=[row.pk]), {"version": 1, "name": "x"}).status_code == 403
    with pytest.raises(PlanDenied):
        plans.delete_plan(actor=user_of(other), number=row.pk, version=1)
    said = AuditEvent.objects.filter(kind="denied", sentence__contains=f"plan {row.pk} and was denied")
    assert said.count() == 7
    assert "Secret" not in str(list(AuditEvent.objects.values()))
    assert other.get(unit_url("pdu", pdu.code, "plans")).text.count("Secret") == 0


def test_a_plan_is_the_same_whatever_order_its_reader_asks_in(pdu: Pdu, signed_in: SignIn) -> None:
    """New posts and rules: the file is the same object, and a rule is worked out within its unit alone."""
    user, unit = user_of(signed_in("head", "pdu", pdu.code)), unit_of(pdu)
    effect = effect_of(
        user, unit, {"do": "rules", "reference": "a draft", "values": {"tier_points.pc16.community.C2": 0}}
    )
    levels = {each.unit.level for each in effect.moments}
    assert (effect.only_within, levels) == (unit.name, {"post", "team", "pdu"})
    assert all(each.after.points_x100 < each.before.points_x100 for each in effect.moments)
    started = effect_of(
        user, unit, {"do": "start", "team": pdu.free[0].team_code, "grade": "PO", "hours": Decimal(37)}
    )
    (new,) = [each for each in started.moments if each.unit.pk is None]
    (team,) = [each for each in started.moments if each.unit.level == "team"]
    assert new.unit.name == "New person 1 (only in this plan)"
    assert team.after.available_x100 - team.before.available_x100 == new.after.available_x100 > 0


def test_plans_have_limits_and_nothing_odd_is_kept(pdu: Pdu, signed_in: SignIn, monkeypatch: Any) -> None:
    user = user_of(signed_in("head", "pdu", pdu.code))
    monkeypatch.setattr(plans, "MOST_PLANS", 1)
    kept(user, unit_of(pdu))
    with pytest.raises(RefusedError):
        kept(user, unit_of(pdu), name="another")
    monkeypatch.setattr(plans, "LONGEST", 10)
    row = SavedPlan.objects.get()
    with pytest.raises(RefusedError):
        plans.change_plan(actor=user, number=row.pk, plan=plan_of({"name": "longer", "steps": []}), version=1)


def test_cases_are_ticked_in_a_caseload_added_up_and_put_into_a_plan(pdu: Pdu, signed_in: SignIn) -> None:
    client, to = signed_in("head", "pdu", pdu.code), pdu.free[0]
    address = reverse("plan-basket", args=[pdu.holder.code])
    assert address in client.get(unit_url("post", pdu.holder.code, "caseload")).text
    assert "You have no plan yet" in client.get(address).text
    row = kept(user_of(client), unit_of(pdu))
    page = client.get(address).text
    refs = [each["CRN"] for each in table_of(page, "cases")]
    worth = {each["CRN"]: Decimal(each["Points"]) for each in table_of(page, "cases")}
    assert pdu.held.ref in refs
    two = [pdu.held.ref, next(ref for ref in refs if ref != pdu.held.ref)]
    summed = client.post(address, {"do": "sum", "case": [*two, "X999999"]}).text
    assert f"2 cases ticked: {worth[two[0]] + worth[two[1]]:f}".rstrip("0").rstrip(".") in in_sight(summed)
    assert summed.count(" checked>") == 2
    for sent, field in (({"plan": row.pk, "to": to.code}, "case"), ({"case": two, "to": to.code}, "plan"),
                        ({"case": two, "plan": row.pk, "to": pdu.holder.code}, "to")):  # fmt: skip
        answer = client.post(address, {"do": "add", **sent})
        assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True)
    for _ in range(2):  # sent twice it is one step
        sent_all = {"do": "add", "case": two, "plan": row.pk, "to": to.code}
        assert client.post(address, sent_all).status_code == 302
    row.refresh_from_db()
    assert [(step.do, list(step.cases)) for step in row.plan.steps] == [("move", two)]
    stranger = signed_in("", email="no.role@example.org")
    assert stranger.get(address).status_code == 404
    elsewhere = signed_in("head", "pdu", "NOWHERE")
    assert elsewhere.get(address).status_code == 404
    assert address not in elsewhere.get(unit_url("post", pdu.holder.code, "caseload")).text
