"""Making, changing, sharing and deleting plans that people keep, and comments on them. No figure moves.

Whoever may sign in may plan: figures are open. The audit says which plan and how many steps it has, and never
which cases it names.
"""

import re
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils import timezone

from wmt.plan.kept_plan import UnreadStep, read_kept
from wmt.plan.plan_file import Plan
from wmt.site.accounts.access import grants_of
from wmt.site.accounts.models import User
from wmt.site.allocation.models import new_key
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes.actions import Actor
from wmt.site.changes.allocate import note_faults
from wmt.site.duties import notices
from wmt.site.duties.notices import Announcement
from wmt.site.outbox import messages
from wmt.site.plans import access
from wmt.site.plans.models import PlanComment, PlanShare, SavedPlan
from wmt.text import CRN, counted

#: Nobody has a use for more; and no plan is a place to keep files.
MOST_PLANS, LONGEST = 200, 400_000
#: So many people read a plan by name; more have its link.
MOST_READERS, MOST_COMMENTS = 50, 500
_LIKE_A_CRN = re.compile(rf"(?<![A-Z0-9]){CRN}(?![A-Z0-9])", re.IGNORECASE)
#: What a step names cases and units by, which each reader is shown as far as they may see them.
_NAMED = ("cases", "from", "to", "post", "team")


@transaction.atomic
def make_plan(
    *, actor: Any, plan: Plan, level: str, code: str, key: str = "", who: str = ""
) -> tuple[SavedPlan, bool]:
    """Keep a new plan, made from a unit; the plan, and whether it is new: the same request twice makes one.

    Raises RefusedError where it is too long, where there are too many, or the key was used for another.
    """
    _need_no_crn(_texts(plan))
    text = _text(plan)
    # one at a time: of the same request twice at once, the second finds what the first made
    User.objects.select_for_update().filter(pk=actor.pk).first()
    if same := SavedPlan.objects.filter(key=key).first() if key else None:
        if same.owner_id != actor.pk or (same.version == 1 and same.text != text):
            raise preview.key_taken()
        return same, False
    if access.own(actor).count() >= MOST_PLANS:
        words = f"You have {MOST_PLANS} plans, which is the most there can be. Delete one first"
        raise preview.refused("TOO_MANY", words, "name")
    row = SavedPlan.objects.create(
        key=key or new_key(), name=plan.name, text=text, owner=actor, level=level, code=code
    )
    _tell(actor, row, f"made {row}, with {counted(len(plan.steps), 'step')}", who)
    return row, True


@transaction.atomic
def change_plan(*, actor: Any, number: int, plan: Plan, version: int, who: str = "") -> SavedPlan:
    """Put another plan in place of one. One that is the same is left as it is.

    Raises UnknownPlan, PlanDenied, RefusedError where it is too long, and ConflictError where it was changed
    since the version that somebody looked at.
    """
    row, text = _locked(actor, number), _text(plan)
    if row.text == text:
        return row
    _need_version(row, version)
    _need_no_crn(_texts(plan), _texts(row.plan))
    _put(row, plan.name, text)
    _tell(actor, row, f"changed {row}, which has {counted(len(plan.steps), 'step')} now", who)
    return row


@transaction.atomic
def undo_change(*, actor: Any, number: int, version: int) -> SavedPlan:
    """Put a plan back as it was before its last change; a second time, the change is made again.

    Raises UnknownPlan, PlanDenied, ConflictError, and RefusedError where it was not changed yet or a text
    that comes back has what looks like a CRN.
    """
    row = _locked(actor, number)
    _need_version(row, version)
    if not row.former:
        raise preview.refused("NOTHING", "This plan was not changed yet, so there is nothing to undo", "")
    former = read_kept(row.former, row.name)
    _need_no_crn(_texts(former), _texts(row.plan))
    _put(row, former.name, row.former)
    _tell(actor, row, f"undid the last change of {row}")
    return row


@transaction.atomic
def delete_plan(*, actor: Any, number: int, version: int, who: str = "") -> None:
    """Delete a plan. Raises UnknownPlan, PlanDenied, and ConflictError where it was changed since."""
    row = _locked(actor, number)
    _need_version(row, version)
    _tell(actor, row, f"deleted {row}", who)
    _take_back(row.notices.all())
    row.delete()


@transaction.atomic
def share_plan(*, actor: Any, number: int, email: str) -> tuple[PlanShare, bool]:
    """Let somebody with a role read a plan, by the address they sign in with, and tell them; and whether that
    is new.

    Raises UnknownPlan, PlanDenied, and RefusedError where there is nobody with this address.
    """
    row = _locked(actor, number)
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
    # nothing that its owner wrote: whoever reads an email on its way learns that there is a plan, no more
    said = f"{Actor(user=actor).name} shares a plan with you: figures before and after what could change."
    notices.tell([Announcement(row, "plan", said, [reader])])
    _tell(actor, row, f"shared {row} with {reader}")
    return share, True


@transaction.atomic
def unshare_plan(*, actor: Any, number: int, reader: int) -> None:
    """Let somebody (the number of their account) no longer read a plan. Whoever does not is left so."""
    row = _locked(actor, number)
    if share := row.shares.filter(user_id=reader).select_related("user").first():
        _tell(actor, row, f"no longer shares {row} with {share.user}")
        _take_back(row.notices.filter(user_id=reader))
        share.delete()


@transaction.atomic
def link_plan(*, actor: Any, number: int, wanted: bool) -> SavedPlan:
    """Make a link by which whoever is signed in may read a plan, or end the one there is."""
    row = _locked(actor, number)
    if bool(row.link) != wanted:
        row.link = uuid.uuid4().hex if wanted else ""
        row.save(update_fields=["link"])
        _tell(actor, row, f"{'made a link to' if wanted else 'ended the link to'} {row}")
    return row


@transaction.atomic
def comment_plan(*, actor: Any, number: int, words: str, link: str = "", key: str = "") -> PlanComment:
    """Write something to a plan that one may read. The same request twice writes it once.

    Raises UnknownPlan, PlanDenied, and RefusedError where nothing is written or too much, or where the key
    was used for something else.
    """
    SavedPlan.objects.select_for_update().filter(pk=number).first()
    row = access.find(actor, number, link)
    words = words.strip()
    if not words:
        raise preview.refused("NOTHING", "Enter a comment", "words")
    if faults := note_faults("words", words):
        raise RefusedError(faults)
    _need_no_crn({"words": words})
    if same := PlanComment.objects.filter(key=key).first() if key else None:
        if (same.plan_id, same.writer_id, same.words) != (row.pk, actor.pk, words):
            raise preview.key_taken()
        return same
    if row.comments.count() >= MOST_COMMENTS:
        raise preview.refused("TOO_MANY", f"A plan can have {MOST_COMMENTS} comments at most", "words")
    made = PlanComment.objects.create(
        plan=row, writer=actor, who=Actor(user=actor).name, words=words, key=key or new_key()
    )
    _tell(actor, row, f"commented on {row}")
    return made


def _take_back(told: Any) -> None:
    """Notifications go, and of their emails those that are not sent yet."""
    messages.cancel(notices.ABOUT, list(told.values_list("pk", flat=True)))
    told.delete()


def _locked(actor: Any, number: int) -> SavedPlan:
    """A plan of somebody, until the end of the transaction nobody else's to change."""
    SavedPlan.objects.select_for_update().filter(pk=number).first()
    return access.find_own(actor, number)


def _put(row: SavedPlan, name: str, text: str) -> None:
    row.former, row.version, row.changed_at = row.text, row.version + 1, timezone.now()
    row.name, row.text = name, text
    row.save(update_fields=["name", "text", "former", "version", "changed_at"])


def _need_no_crn(texts: Mapping[str, str], former: Mapping[str, str] = MappingProxyType({})) -> None:
    """Whoever reads a plan reads its texts, and of cases only those they may see. Raises RefusedError where a
    text that is new has what looks like a CRN."""
    for field, text in texts.items():
        if text != former.get(field) and _LIKE_A_CRN.search(text):
            words = (
                "Take out what looks like a CRN: everybody who reads the plan would see it here. Add the "
                "case as a step instead, where each reader sees only the cases that they may see"
            )
            raise preview.refused("CRN", words, field)


def _texts(plan: Plan) -> dict[str, str]:
    """What people wrote in a plan in words of their own, by the field that has it. What cannot be read is
    told to the owner alone."""
    own = [
        str(value)
        for step in plan.steps
        if not isinstance(step, UnreadStep)
        for name, value in step.content.items()
        if name not in _NAMED
    ]
    return {"name": plan.name, "note": plan.note, "steps": " ".join(own)}


def _text(plan: Plan) -> str:
    text = plan.text
    if len(text) > LONGEST:
        words = f"A plan can be {LONGEST:,} characters long at most; name fewer cases, or make two plans"
        raise preview.refused("TOO_LONG", words, "steps")
    try:
        is_whole = "\0" not in plan.name and read_kept(text, plan.name) == plan
    except UnicodeError:
        is_whole = False
    if not is_whole:  # signs that no file and no database keeps
        words = "The name or a step has signs that cannot be kept. Take them out, or type them again"
        raise preview.refused("UNREADABLE", words, "name")
    return text


def _need_version(row: SavedPlan, version: int) -> None:
    if row.version != version:
        raise preview.conflict(
            "CHANGED", "This plan was changed in another window since you opened this page"
        )


def _tell(actor: Any, row: SavedPlan, said: str, who: str = "") -> None:
    asker = Actor(user=actor, who=who)
    record(
        "plan", f"{asker.name} {said}.", actor=actor, who=asker.name, level=row.level, code=row.code,
        after={"plan": row.pk},
    )  # fmt: skip
