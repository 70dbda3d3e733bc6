"""People with whom a plan is shared are told, with nothing of what is in it."""

# ruff: noqa: F811 - fixtures come by import
from django.urls import reverse
from tabs_fixtures import in_sight
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_plans import SignIn, kept, unit_of, user_of

from wmt.site.changes import plans
from wmt.site.duties.models import Notice
from wmt.site.outbox.models import Message


def test_somebody_is_told_once_of_a_plan_and_reads_it_by_opening_it(pdu: Pdu, signed_in: SignIn) -> None:
    owner, reader = signed_in("head", "pdu", pdu.code), signed_in("analyst")
    user, other = user_of(owner), user_of(reader)
    step = {"do": "move", "cases": [pdu.held.ref], "to": pdu.free[0].code}
    row = kept(user, unit_of(pdu), step, name="Not to be told")
    for _ in range(2):
        owner.post(reverse("plan-share", args=[row.pk]), {"email": other.email})
    (notice,), (email,) = Notice.objects.all(), Message.objects.all()
    assert (notice.user, notice.plan, notice.read_at) == (other, row, None)
    assert email.user == other
    assert email.subject == "A plan is shared with you"
    for told in (notice.words, f"{email.subject} {email.body}"):
        assert not any(word in told for word in ("Not to be told", pdu.held.ref, pdu.free[0].name))
    assert (user.name in notice.words, reverse("plan", args=[row.pk]) in email.body) == (True, True)
    page = in_sight(reader.get(reverse("notices")).text)
    assert "shares a plan with you" in page
    assert reverse("plan", args=[row.pk]) in reader.get(reverse("notices")).text
    assert reader.get(reverse("plan", args=[row.pk])).status_code == 200
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_who_no_longer_reads_a_plan_has_no_notification_and_gets_no_email(
    pdu: Pdu, signed_in: SignIn
) -> None:
    owner, reader = signed_in("head", "pdu", pdu.code), signed_in("analyst")
    user, other = user_of(owner), user_of(reader)
    for end in ("unshared", "deleted"):
        row = kept(user, unit_of(pdu), name=end)
        plans.share_plan(actor=user, number=row.pk, email=other.email)
        if end == "unshared":
            plans.unshare_plan(actor=user, number=row.pk, reader=other.pk)
        else:
            plans.delete_plan(actor=user, number=row.pk, version=1)
        assert Notice.objects.count() == 0
    assert {(each.state, each.body) for each in Message.objects.all()} == {(Message.State.CANCELLED, "")}
    assert Message.objects.count() == 2


def test_who_lost_the_plan_by_another_way_reads_that_they_may_not(pdu: Pdu, signed_in: SignIn) -> None:
    owner, reader = signed_in("head", "pdu", pdu.code), signed_in("analyst")
    row = kept(user_of(owner), unit_of(pdu))
    plans.share_plan(actor=user_of(owner), number=row.pk, email=user_of(reader).email)
    row.shares.all().delete()
    page = in_sight(reader.get(reverse("notices")).text)
    assert ("shares a plan" in page, "no longer let you read" in page) == (False, True)
