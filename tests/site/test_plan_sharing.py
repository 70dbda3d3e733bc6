"""Plans that others read: by name, by a link, with the cases that each reader may see, and comments."""

# ruff: noqa: F811 - fixtures come by import
from typing import Any

from django.urls import reverse
from tabs_fixtures import in_sight
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_plans import SignIn, kept, unit_of, user_of

from wmt.site.audit.models import AuditEvent
from wmt.site.plans.models import PlanComment, PlanShare, SavedPlan


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
