"""Plans where something is gone, odd, pressed twice or not for who reads: nothing wrong, lost or told."""

# ruff: noqa: F811 - fixtures come by import
from typing import Any

import pytest
from django.urls import reverse
from tabs_fixtures import in_sight
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_plans import SignIn, effect_of, figures, kept, unit_of, user_of

from wmt.plan.plan_file import plan_of
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import plans
from wmt.site.plans.models import PlanComment, SavedPlan
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state


def test_the_plan_of_a_unit_that_is_gone_is_still_read_changed_and_deleted(
    pdu: Pdu, signed_in: SignIn
) -> None:
    client = signed_in("head", "pdu", pdu.code)
    step = {"do": "move", "cases": [pdu.held.ref], "to": pdu.free[0].code}
    row = kept(user_of(client), unit_of(pdu), step)
    SavedPlan.objects.update(code="GONE")
    page = client.get(reverse("plan", args=[row.pk]))
    assert (page.status_code, "Plan for GONE" in in_sight(page.text)) == (200, True)
    assert f"Move {pdu.held.ref} to" in in_sight(page.text)
    assert client.get(f"{reverse('plan-compare')}?a={row.pk}").status_code == 200
    for name in ("plan-share", "plan-change", "plan-upload", "plan-delete"):
        assert client.get(reverse(name, args=[row.pk])).status_code == 200
    assert client.get(reverse("plan-step", args=[row.pk, "hours"])).status_code == 200
    answer = client.post(reverse("plan-delete", args=[row.pk]), {"version": 1})
    assert (answer.status_code, answer["Location"]) == (302, reverse("plans"))
    assert SavedPlan.objects.count() == 0


def test_of_a_rule_only_units_whose_every_post_is_measured_are_shown(pdu: Pdu, signed_in: SignIn) -> None:
    """A step that touches a team elsewhere does not measure all of the PDU that it is in."""
    user = user_of(signed_in("head"))
    far = Unit.objects.filter(load_id=current_state().load_id, level="post", whole=True, points_x100__gt=0)
    other = far.exclude(pdu_code=pdu.code).order_by("code").first()
    assert other
    effect = effect_of(
        user, unit_of(pdu), {"do": "rules", "values": {"tier_points.pc16.community.C2": 0}},
        {"do": "hours", "post": other.code, "hours": 10},
    )  # fmt: skip
    assert ("pdu", pdu.code) in figures(effect)
    assert not {("team", other.team_code), ("pdu", other.pdu_code)} & figures(effect).keys()
    assert {code for level, code in figures(effect) if level == "team"} <= set(
        Unit.objects.filter(level="team", pdu_code=pdu.code).values_list("code", flat=True)
    )


@pytest.mark.parametrize(
    "values",
    [
        {"tier_points.pc16.community.C2": 10**23},
        {"cms_window_days": 99_999_999},
    ],
)
def test_a_value_that_no_figure_can_hold_is_refused_and_the_page_says_so(
    values: dict[str, Any], pdu: Pdu, signed_in: SignIn
) -> None:
    client = signed_in("head", "pdu", pdu.code)
    row = kept(user_of(client), unit_of(pdu), {"do": "rules", "values": values})
    page = client.get(reverse("plan", args=[row.pk]))
    assert (page.status_code, str(next(iter(values.values()))) in in_sight(page.text)) == (200, True)
    assert "There is a problem" in in_sight(page.text)


def test_a_form_that_is_gone_back_to_writes_another_comment_and_loses_none(
    pdu: Pdu, signed_in: SignIn
) -> None:
    client = signed_in("head", "pdu", pdu.code)
    row = kept(user_of(client), unit_of(pdu))
    for words in ("one", "one", "two"):
        client.post(reverse("plan-comment", args=[row.pk]), {"words": words, "key": "k"})
    assert [each.words for each in PlanComment.objects.order_by("pk")] == ["one", "two"]
    user = user_of(client)
    plans.comment_plan(actor=user, number=row.pk, words="three", key="other")
    with pytest.raises(RefusedError):
        plans.comment_plan(actor=user, number=row.pk, words="four", key="other")


def test_a_link_is_in_no_file_and_not_in_the_audit_and_ends_with_its_owner(
    pdu: Pdu, signed_in: SignIn
) -> None:
    owner, reader = signed_in("head", "pdu", pdu.code), signed_in("analyst", "pdu", "NOWHERE")
    row = kept(user_of(owner), unit_of(pdu), {"do": "end", "cases": [pdu.held.ref]})
    row = plans.link_plan(actor=user_of(owner), number=row.pk, wanted=True)
    page = reverse("plan", args=[row.pk])
    exported = reader.get(f"{page}effect.csv?link={row.link}")
    assert exported.status_code == 200
    assert row.link not in b"".join(exported).decode()
    assert row.link not in str(list(AuditEvent.objects.values()))
    user = user_of(owner)
    user.is_active = False
    user.save()
    assert reader.get(f"{page}?link={row.link}").status_code == 403


def test_who_has_no_role_shares_by_address_and_is_told_no_name(pdu: Pdu, signed_in: SignIn) -> None:
    owner = signed_in("", email="no.role@example.org")
    signed_in("analyst", email="somebody@example.org", name="Somebody Unknown")
    row = SavedPlan.objects.get(pk=kept(user_of(owner), unit_of(pdu)).pk)
    page = owner.post(
        reverse("plan-share", args=[row.pk]), {"email": "somebody@example.org"}, follow=True
    ).text
    assert "somebody@example.org can read this plan" in in_sight(page)
    assert "Somebody Unknown" not in page


def test_a_name_with_signs_that_no_database_keeps_is_refused(pdu: Pdu, signed_in: SignIn) -> None:
    user = user_of(signed_in("head", "pdu", pdu.code))
    with pytest.raises(RefusedError):
        plans.make_plan(actor=user, plan=plan_of({"name": "a\0b", "steps": []}), level="pdu", code=pdu.code)


def test_a_case_that_only_its_owner_cannot_see_is_not_said_to_be_held_by_nobody(
    pdu: Pdu, signed_in: SignIn
) -> None:
    owner, reader = (
        user_of(signed_in("", email="no.role@example.org")),
        user_of(signed_in("head", "pdu", pdu.code)),
    )
    step = {"do": "end", "cases": [pdu.held.ref]}
    assert effect_of(owner, unit_of(pdu), step, reader=reader).steps[0].missing == [
        f"whoever made this plan cannot see {pdu.held.ref}"
    ]
