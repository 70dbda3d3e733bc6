"""Plans that others read: by name, by a link, with the cases that each reader may see, and comments."""

# ruff: noqa: F811 - fixtures come by import
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from tabs_fixtures import in_sight, number, table_of
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_plans import SignIn, kept, unit_of, user_of

from wmt.ledger import shown_capacity
from wmt.site.audit.models import AuditEvent
from wmt.site.plans.models import PlanComment, PlanShare, SavedPlan
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state


def test_a_plan_is_read_by_those_it_is_shared_with_and_changed_by_its_owner(
    pdu: Pdu, signed_in: SignIn
) -> None:
    owner, reader = signed_in("head", "pdu", pdu.code), signed_in("manager", "team", pdu.free[0].team_code)
    other = signed_in("analyst")
    row = kept(
        user_of(owner), unit_of(pdu), {"do": "move", "cases": [pdu.held.ref], "to": pdu.free[0].code},
        name="Shared one",
    )  # fmt: skip
    page, share = reverse("plan", args=[row.pk]), reverse("plan-share", args=[row.pk])
    assert reader.get(page).status_code == 403
    for wrong in ("nobody@example.org", user_of(owner).email, ""):
        answer = owner.post(share, {"email": wrong})
        assert (answer.status_code, 'id="email-error"' in answer.text) == (422, True)
    sent = {"email": user_of(reader).email.upper()}
    assert [owner.post(share, sent).status_code for _ in range(2)] == [302, 302]
    assert PlanShare.objects.count() == 1
    assert "Shared one" in in_sight(reader.get(reverse("plans")).text)
    answer = reader.get(page)
    assert (answer.status_code, "Remove" in in_sight(answer.text)) == (200, False)
    assert reader.get(reverse("plan-file", args=[row.pk])).status_code == 403
    for name in ("plan-change", "plan-steps", "plan-copy", "plan-share", "plan-delete"):
        assert reader.post(reverse(name, args=[row.pk]), {"version": 1, "name": "x"}).status_code == 403
    assert other.get(page).status_code == 403
    owner.post(share, {"do": "remove", "reader": user_of(reader).pk})
    assert reader.get(page).status_code == 403
    said = [event.sentence for event in AuditEvent.objects.filter(kind="plan").order_by("pk")]
    assert [each.partition(f"plan {row.pk}")[2] for each in said] == [
        ", with 1 step.", f" with {user_of(reader)}.", f" with {user_of(reader)}.",
    ]  # fmt: skip


def test_whoever_has_the_link_reads_figures_and_no_case_that_is_not_theirs(
    pdu: Pdu, signed_in: SignIn
) -> None:
    owner, stranger = signed_in("head", "pdu", pdu.code), signed_in("", email="no.role@example.org")
    row = kept(user_of(owner), unit_of(pdu), {"do": "move", "cases": [pdu.held.ref], "to": pdu.free[0].code})
    page, share = reverse("plan", args=[row.pk]), reverse("plan-share", args=[row.pk])
    assert stranger.get(f"{page}?link=").status_code == 403
    owner.post(share, {"do": "link"})
    row.refresh_from_db()
    answer = stranger.get(f"{page}?link={row.link}")
    assert answer.status_code == 200
    assert "Move a case to" in in_sight(answer.text)
    assert pdu.held.ref not in answer.text
    assert pdu.free[0].name not in answer.text  # nor any name of staff, without a role
    assert pdu.held.ref in owner.get(page).text
    reader = signed_in("analyst", "pdu", "NOWHERE")
    exported = reader.get(f"{page}steps.csv?link={row.link}")
    assert exported.status_code == 200
    assert pdu.held.ref not in b"".join(exported).decode()
    owner.post(share, {"do": "end-link"})
    assert stranger.get(f"{page}?link={row.link}").status_code == 403


def test_readers_comment_and_everybody_who_reads_reads_it(pdu: Pdu, signed_in: SignIn) -> None:
    owner, reader = signed_in("head", "pdu", pdu.code), signed_in("analyst")
    row = kept(user_of(owner), unit_of(pdu))
    address: Any = reverse("plan-comment", args=[row.pk])
    assert reader.post(address, {"words": "Too many moves"}).status_code == 403
    owner.post(reverse("plan-share", args=[row.pk]), {"email": user_of(reader).email})
    for _ in range(2):
        reader.post(address, {"words": "Too many moves", "key": "k"})
    reader.post(address, {"words": "  "})
    reader.post(address, {"words": "x" * 20_000})
    assert [each.words for each in PlanComment.objects.all()] == ["Too many moves"]
    assert "Too many moves" in in_sight(owner.get(reverse("plan", args=[row.pk])).text)
    assert SavedPlan.objects.get().version == 1
    assert "Too many moves" not in str(list(AuditEvent.objects.values()))


def test_two_plans_stand_side_by_side_with_what_is_now(pdu: Pdu, signed_in: SignIn) -> None:
    client, (one, other) = signed_in("head", "pdu", pdu.code), pdu.free
    away = {"do": "hours", "post": one.code, "hours": Decimal(0)}
    half = {"do": "hours", "post": other.code, "hours": Decimal("18.5")}
    first = kept(user_of(client), unit_of(pdu), away, name="Away")
    second = kept(user_of(client), unit_of(pdu), half, name="Half")
    page = client.get(f"{reverse('plan-compare')}?a={first.pk}&b={second.pk}").text
    rows = {row["Who"]: row for row in table_of(page, "compare")}
    mine = next(row for name, row in rows.items() if name.startswith(one.name))
    theirs = next(row for name, row in rows.items() if name.startswith(other.name))
    alone = {
        row["Who"]: row for row in table_of(client.get(reverse("plan", args=[second.pk])).text, "effect")
    }
    assert mine["Capacity with Away"] == "no available hours"
    assert mine["Capacity with Half"] == mine["Capacity now"]
    assert theirs["Capacity with Away"] == theirs["Capacity now"]
    assert theirs["Capacity with Half"] == next(
        row["With the plan"] for name, row in alone.items() if name.startswith(other.name)
    )
    assert set(alone) <= set(rows)
    now = client.get(f"{reverse('plan-compare')}?a={first.pk}").text
    assert "Capacity with Half" not in now
    rule = {"do": "rules", "values": {"tier_points.pc16.community.C2": 0}}
    draft = kept(user_of(client), unit_of(pdu), rule, name="Draft")
    page = client.get(f"{reverse('plan-compare')}?a={first.pk}&b={draft.pk}").text
    nation = next(row for row in table_of(page, "compare") if row["Who"].startswith("England and Wales"))
    assert nation["Capacity with Draft"] == "not worked out"
    stranger = signed_in("analyst").get(f"{reverse('plan-compare')}?a={first.pk}").text
    assert "Away" not in in_sight(stranger)


@pytest.mark.usefixtures("nation")
def test_two_units_stand_side_by_side(signed_in: SignIn) -> None:
    teams = list(Unit.objects.filter(load_id=current_state().load_id, level="team", whole=True)[:2])
    address = reverse("compare-units", args=["team"])
    page = (
        signed_in("", email="no.role@example.org").get(f"{address}?a={teams[0].code}&b={teams[1].code}").text
    )
    rows = {row["Figure"]: row for row in table_of(page, "units")}
    for team in teams:
        assert rows["Capacity"][team.name].startswith(shown_capacity(team.points_x100, team.available_x100))
        assert number(rows["Active cases"][team.name]) == team.cases
    wrong = signed_in().get(f"{address}?a=NOWHERE")
    assert (wrong.status_code, "is not in the list" in wrong.text) == (200, True)
