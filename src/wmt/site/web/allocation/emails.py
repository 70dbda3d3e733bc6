"""Who was told of an allocation by email, when, and what became of each email; sending one again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseAllocation
from wmt.site.availability.change_requests import ConflictError
from wmt.site.changes import allocation_messages
from wmt.site.outbox import labels, mail_server
from wmt.site.outbox import messages as outbox
from wmt.site.shown import needed_state

_KINDS = {
    allocation_messages.GIVEN: "New practitioner",
    allocation_messages.TAKEN: "Previous practitioner",
    allocation_messages.COPY: "Copy to the person who decided",
    allocation_messages.OTHER: "Another person",
}


def shown(row: CaseAllocation, *, may_give: bool) -> list[dict[str, Any]]:
    """The emails about an allocation: whom for, what became of it, and whether it can be sent again.

    Addresses, and what the mail server said, are for those who may allocate cases there.
    """
    found = []
    for message in outbox.of(allocation_messages.ABOUT, [row.pk]).select_related("user"):
        kind = message.kind.removeprefix(allocation_messages.UNDONE)
        address = (message.user.email if message.user is not None else message.address) if may_give else ""
        is_named = kind != allocation_messages.OTHER
        who = f"{message.name} ({address})" if is_named and address else message.name if is_named else address
        found.append({
            "number": message.pk,
            "kind": _KINDS[kind] + (" (that it was undone)" if kind != message.kind else ""),
            "who": who,
            "state": labels.state_words(message, with_fault=may_give),
            "can_send": may_give and mail_server.is_on() and message.state in outbox.AGAIN
            and (row.state in allocation_messages.STANDS or kind != message.kind),
        })  # fmt: skip
    return found


@require_POST
def email_again(request: HttpRequest, number: int, message: int) -> HttpResponse:
    """Has an email sent again that was given up. Raises Denied, InThePast and UnknownAllocation."""
    need(request, Action.ALLOCATE_CASES)
    row = access.find(request.user, needed_state(request).of_now(), number)
    try:
        allocation_messages.send_again(actor=request.user, row=row, number=message)
    except ConflictError as conflict:
        messages.error(request, f"{conflict}.")
    else:
        messages.success(request, "The email will be sent again.")
    return HttpResponseRedirect(reverse("allocation", args=[row.pk]))
