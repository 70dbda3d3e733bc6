"""What is sent so that something of proposals of rules is really saved, for `write_paths`."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from write_paths_set_up import set_up

from wmt.rules.overlay_text import overlay_text
from wmt.rules.values import Consultation, Overlay
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.changes import rule_proposals
from wmt.site.rule_proposals.models import RuleProposal

_DAY = date(2098, 4, 1)
_OVERLAY = Overlay(
    "Longer reviews", "Letter 7", (("nat_percent", _DAY, 15),), reason="Reviews take longer",
    consultation=Consultation("Napo", date(2026, 9, 1), "N/26/7"),
)  # fmt: skip
_SAID = {"name": "Longer reviews", "first_day": "1 April 2098", "v:nat_percent": "15"}
_VALUES = [{"rule": "nat_percent", "first_day": "2098-04-01", "value": "15"}]
_LEFT = {"edition": "1", "why": "a test", "checked": "on"}
_SENT = {"edition": 2, "why": "a test", "checked": True}


@set_up
def draft_of(user: User) -> RuleProposal:
    """A draft of somebody who may propose."""
    if not RoleGrant.objects.filter(user=user, role="administrator", level="nation").exists():
        RoleGrant.objects.create(
            user=user, role="administrator", level="nation", code="nation", first_day=timezone.localdate()
        )
    wanted = rule_proposals.ProposalRequest(overlay=_OVERLAY)
    return rule_proposals.propose(actor=User.objects.get(pk=user.pk), wanted=wanted)[0]


@set_up
def submitted_by(user: User) -> RuleProposal:
    """A proposal that waits for somebody else to approve it."""
    row = draft_of(user)
    return rule_proposals.submit(actor=User.objects.get(pk=user.pk), number=row.pk, edition=1, checked=True)


def _overlay_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("draft.yaml", overlay_text(_OVERLAY).encode())


def _table_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("windows.csv", b"row,value\r\nPO,2100\r\n")


#: As `SAVES` of `write_paths`.
RULE_SAVES: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("POST", "rule-proposal-new"): lambda place: place.form("/rules/proposals/new/", **_SAID),
    ("POST", "rule-proposal-upload"): lambda place: place.form(
        "/rules/proposals/upload/", first_day="1 April 2098", file=_overlay_file()
    ),
    ("POST", "rule-proposal-table-upload"): lambda place: place.form(
        "/rules/proposals/table/nominal_target/upload/", first_day="1 April 2098", file=_table_file()
    ),
    ("POST", "rule-proposal-edit"): lambda place: place.form(
        f"/rules/proposals/{place.draft}/edit/", edition="1", **_SAID
    ),
    ("POST", "rule-proposal-submit"): lambda place: place.form(
        f"/rules/proposals/{place.draft}/submit/", **_LEFT
    ),
    ("POST", "rule-proposal-approve"): lambda place: place.form(
        f"/rules/proposals/{place.proposed}/approve/", **{**_LEFT, "edition": "2"}
    ),
    ("POST", "rule-proposal-decline"): lambda place: place.form(
        f"/rules/proposals/{place.proposed}/decline/", **{**_LEFT, "edition": "2"}
    ),
    ("POST", "rule-proposal-withdraw"): lambda place: place.form(
        f"/rules/proposals/{place.submitted}/withdraw/", **{**_LEFT, "edition": "2"}
    ),
    ("POST", "api-rule-proposals"): lambda place: place.api(
        "post", "rule-proposals", {"name": "By a program", "values": _VALUES}
    ),
    ("PUT", "api-rule-proposal"): lambda place: place.api(
        "put", f"rule-proposals/{place.draft}", {"name": "Put", "edition": 1, "values": _VALUES}
    ),
    ("POST", "api-rule-proposal-submit"): lambda place: place.api(
        "post", f"rule-proposals/{place.draft}/submit", {**_SENT, "edition": 1}
    ),
    ("POST", "api-rule-proposal-approve"): lambda place: place.api(
        "post", f"rule-proposals/{place.proposed}/approve", _SENT
    ),
    ("POST", "api-rule-proposal-decline"): lambda place: place.api(
        "post", f"rule-proposals/{place.proposed}/decline", _SENT
    ),
    ("POST", "api-rule-proposal-withdraw"): lambda place: place.api(
        "post", f"rule-proposals/{place.submitted}/withdraw", _SENT
    ),
}
