"""What figures of a plan are made of: lines of a post, and what each step does to a unit."""

# ruff: noqa: F811 - fixtures come by import
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from tabs_fixtures import in_sight, links, table_of
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_plans import SignIn, kept, unit_of, user_of

from wmt.plan.plan_file import plan_of
from wmt.site.accounts.models import User
from wmt.site.queries import plan_lines
from wmt.site.queries.plan_effects import PlanReading
from wmt.site.queries.plan_lines import lines_of, moves_of
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state


def _steps(pdu: Pdu) -> list[dict[str, Any]]:
    one, other = pdu.free
    return [
        {"do": "move", "cases": [pdu.held.ref], "to": one.code},
        {"do": "move", "number": 2, "kind": "community:C2", "from": pdu.holder.code,
         "to": [one.code, other.code]},
        {"do": "become", "cases": [pdu.held.ref], "becomes": "custody:B3"},
        {"do": "hours", "post": one.code, "hours": Decimal("20.5")},
        {"do": "reduce", "post": other.code, "percent": Decimal(20)},
        {"do": "leave", "post": pdu.full[0].code},
        {"do": "start", "team": one.team_code, "grade": "PO"},
    ]  # fmt: skip


def _reading(user: User, pdu: Pdu, *steps: dict[str, Any], reader: User | None = None) -> PlanReading:
    plan = plan_of({"name": "A plan", "steps": list(steps)})
    return PlanReading(plan, user, reader or user, unit_of(pdu), current_state())


def test_the_lines_of_every_post_add_up_to_its_figures_before_and_after(pdu: Pdu, signed_in: SignIn) -> None:
    user = user_of(signed_in("head", "pdu", pdu.code))
    rule = {"do": "rules", "values": {"tier_points.pc16.community.C2": 7}}
    for steps in (_steps(pdu), [rule]):
        reading = _reading(user, pdu, *steps)
        posts = [each for each in reading.effect().moments if each.unit.level == "post"]
        assert len(posts) > 3
        for each in posts:
            lines = lines_of(reading, each.unit.code)
            sums = [
                sum(amount.points_x100 for side, amount in amounts if side == wanted)
                for amounts in (
                    [(line.pricing.side, line.before) for line in lines],
                    [(line.pricing.side, line.after) for line in lines],
                )
                for wanted in ("work", "time")
            ]
            assert sums == [*each.before, *each.after], each.unit.code


def test_the_steps_add_up_to_what_the_plan_moves_in_every_unit(pdu: Pdu, signed_in: SignIn) -> None:
    user = user_of(signed_in("head", "pdu", pdu.code))
    reading = _reading(user, pdu, *_steps(pdu))
    above = [each for each in reading.effect().moments if each.unit.level != "post"]
    assert {each.unit.level for each in above} == {"team", "pdu", "region", "nation"}
    for each in above:
        moves = moves_of(reading, each.unit)
        assert moves is not None
        assert len(moves) == len(_steps(pdu))
        assert sum(step.points_x100 for step in moves) == each.after.points_x100 - each.before.points_x100
        assert (
            sum(step.available_x100 for step in moves)
            == each.after.available_x100 - each.before.available_x100
        )
    hours = {step.number: step for step in moves_of(reading, unit_of(pdu)) or ()}[4]
    one = pdu.free[0]
    alone = _reading(user, pdu, _steps(pdu)[3]).effect().moments[0]
    assert alone.unit.code == one.code
    assert (hours.points_x100, hours.available_x100) == (
        0, alone.after.available_x100 - alone.before.available_x100,
    )  # fmt: skip


def test_a_post_shows_what_was_taken_off_and_put_on_and_cases_to_those_who_read_them(
    pdu: Pdu, signed_in: SignIn
) -> None:
    owner, stranger = signed_in("head", "pdu", pdu.code), signed_in("", email="no.role@example.org")
    row = kept(user_of(owner), unit_of(pdu), *_steps(pdu)[:1])
    page = reverse("plan", args=[row.pk])
    to, of = (reverse("plan-figure", args=[row.pk, "post", post.code]) for post in (pdu.free[0], pdu.holder))
    assert {to, of} <= set(links(owner.get(page).text))
    (put,) = [each for each in table_of(owner.get(to).text, "lines") if each["CRN"] == pdu.held.ref]
    (off,) = [each for each in table_of(owner.get(of).text, "lines") if each["CRN"] == pdu.held.ref]
    assert (put["With the plan"], put["Number now"], put["Number with the plan"]) == ("put on", "0", "1")
    assert (off["With the plan"], off["Points with the plan"]) == ("taken off", "0")
    assert off["Points now"] == put["Points with the plan"]
    for address in (to, of, page):
        assert stranger.get(address).status_code == 403
    owner.post(reverse("plan-share", args=[row.pk]), {"do": "link"})
    row.refresh_from_db()
    shown = stranger.get(f"{to}?link={row.link}")
    assert shown.status_code == 200
    found = table_of(shown.text, "lines")
    assert {each["CRN"] for each in found} == {""}
    assert [each["With the plan"] for each in found].count("as now") < len(found)
    assert pdu.held.ref not in shown.text
    elsewhere = signed_in("head", "pdu", "NOWHERE")
    exported = elsewhere.get(f"{to}lines.csv?link={row.link}")
    assert exported.status_code == 200
    text = b"".join(exported).decode()
    assert (pdu.held.ref in text, row.link in text) == (False, False)
    assert pdu.held.ref in b"".join(owner.get(f"{to}lines.csv")).decode()


def test_a_unit_shows_its_people_and_what_each_step_changes(
    pdu: Pdu, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("head", "pdu", pdu.code)
    row = kept(user_of(client), unit_of(pdu), *_steps(pdu)[:5])
    address = reverse("plan-figure", args=[row.pk, "pdu", pdu.code])
    page = client.get(address).text
    assert [each["Step"] for each in table_of(page, "by-step")] == ["1", "2", "3", "4", "5"]
    names = {each["Who"] for each in table_of(page, "below")}
    assert any(name.startswith(pdu.free[0].name) for name in names)
    posts = Unit.objects.filter(load_id=current_state().load_id, level="post", whole=True, pdu_code=pdu.code)
    rest = f"{posts.count() - len(names)} posts here keep the points and the time they have now."
    assert f"Only those whom the plan touches are listed. {rest}" in in_sight(page)
    assert client.get(reverse("plan-nation", args=[row.pk])).status_code == 200
    for gone in (("post", "NO:ONE"), ("team", "NOTEAM")):
        assert client.get(reverse("plan-figure", args=[row.pk, *gone])).status_code == 404
    monkeypatch.setattr(plan_lines, "MOST_BY_STEP", 4)
    assert "plans of up to" in in_sight(client.get(address).text)
    empty = kept(user_of(client), unit_of(pdu), name="Empty")
    assert client.get(reverse("plan-figure", args=[empty.pk, "pdu", pdu.code])).status_code == 404
    broken = kept(user_of(client), unit_of(pdu), {"do": "become", "cases": ["X1"], "becomes": "no:Z9"})
    assert client.get(reverse("plan-figure", args=[broken.pk, "pdu", pdu.code])).status_code == 404
