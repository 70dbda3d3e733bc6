"""Letting others read a plan, and what they write to it. Only its owner changes it."""

import uuid
from typing import Any

from django.db import transaction

from wmt.site.accounts.access import grants_of
from wmt.site.accounts.models import User
from wmt.site.allocation.models import new_key
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes.actions import Actor
from wmt.site.changes.allocate import note_faults
from wmt.site.changes.plans import locked, tell
from wmt.site.plans import access
from wmt.site.plans.models import PlanComment, PlanShare, SavedPlan

#: So many people read a plan by name; more have its link.
MOST_READERS, MOST_COMMENTS = 50, 500


@transaction.atomic
def share_plan(*, actor: Any, number: int, email: str) -> tuple[PlanShare, bool]:
    """Let somebody with a role read a plan, by the address they sign in with; and whether that is new.

    Raises UnknownPlan, PlanDenied, and RefusedError where there is nobody with this address.
    """
    row = locked(actor, number)
    reader = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if reader is None or not grants_of(reader):
        words = "There is nobody with a role here who signs in with this address. See whether it is right"
        raise preview.refused("READER_UNKNOWN", words, "email")
    if reader.pk == row.owner_id:
        raise preview.refused("OWN", "This plan is yours already", "email")
    if same := row.shares.filter(user=reader).first():
        return same, False
    if row.shares.count() >= MOST_READERS:
        words = f"{MOST_READERS} people can be named, at most. Make a link for more"
        raise preview.refused("TOO_MANY", words, "email")
    share = PlanShare.objects.create(plan=row, user=reader)
    tell(actor, row, f"shared {row} with {reader}")
    return share, True


@transaction.atomic
def unshare_plan(*, actor: Any, number: int, reader: int) -> None:
    """Let somebody (the number of their account) no longer read a plan. Whoever does not is left so."""
    row = locked(actor, number)
    if share := row.shares.filter(user_id=reader).select_related("user").first():
        tell(actor, row, f"no longer shares {row} with {share.user}")
        share.delete()


@transaction.atomic
def link_plan(*, actor: Any, number: int, wanted: bool) -> SavedPlan:
    """Make a link by which whoever is signed in may read a plan, or end the one there is."""
    row = locked(actor, number)
    if bool(row.link) != wanted:
        row.link = uuid.uuid4().hex if wanted else ""
        row.save(update_fields=["link"])
        tell(actor, row, f"{'made a link to' if wanted else 'ended the link to'} {row}")
    return row


@transaction.atomic
def comment_plan(*, actor: Any, number: int, words: str, link: str = "", key: str = "") -> PlanComment:
    """Write something to a plan that one may read. The same request twice writes it once.

    Raises UnknownPlan, PlanDenied, and RefusedError where nothing is written or too much.
    """
    row = access.find(actor, number, link)
    words = words.strip()
    if not words:
        raise preview.refused("NOTHING", "Enter a comment", "words")
    if faults := note_faults("words", words):
        raise RefusedError(faults)
    if same := PlanComment.objects.filter(key=key).first() if key else None:
        if (same.plan_id, same.writer_id) != (row.pk, actor.pk):
            raise preview.refused("KEY_TAKEN", "Something else was sent with this key; use a new one", "key")
        return same
    if row.comments.count() >= MOST_COMMENTS:
        raise preview.refused("TOO_MANY", f"A plan can have {MOST_COMMENTS} comments at most", "words")
    made = PlanComment.objects.create(
        plan=row, writer=actor, who=Actor(user=actor).name, words=words, key=key or new_key()
    )
    tell(actor, row, f"commented on {row}")
    return made
