"""The mail that a night is held: to those who may decide. Counts and names of units only; it never raises."""

import logging

from django.conf import settings
from django.db import Error, transaction
from django.urls import reverse

from wmt.nights.plausibility import verdict_of
from wmt.nights.plausibility_labels import sentence
from wmt.site.accounts.access import in_force
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.accounts.roles import ROLES, Action
from wmt.site.clock import calendar_day
from wmt.site.outbox import messages
from wmt.site.workload.models import Load

log = logging.getLogger(__name__)
#: What its emails are about: loads, by their numbers.
ABOUT = "load"
_LISTED = 20


def tell(load: Load) -> None:
    """Put a mail to each who may decide into the outbox. A failure is logged: the page says it too."""
    # those who may decide on a held night today
    roles = [name for name, role in ROLES.items() if Action.LOAD in role.allows]
    grants = RoleGrant.objects.filter(role__in=roles, user__is_active=True).exclude(user__email="")
    held = {grant.user_id for grant in in_force(grants, calendar_day())}
    people = list(User.objects.filter(pk__in=held).order_by("pk"))
    if not people:
        log.warning("load %s is held, and nobody has a role that lets them decide", load.pk)
        return
    body = _body(load)
    letters = [
        messages.Letter(
            numbers=(load.pk,), kind="held", name=user.name, user=user, body=body,
            subject=f"Load {load.pk} is held for a decision",
        )
        for user in people
    ]  # fmt: skip
    try:
        with transaction.atomic():
            messages.write(ABOUT, letters)
    except Error:
        log.exception("the mail that load %s is held could not be written", load.pk)


def _body(load: Load) -> str:
    beyond = [(night, each) for night, each in verdict_of(load.verdict).differences if each.beyond]
    listed = [f"- {sentence(night, each)}" for night, each in beyond[:_LISTED]]
    if len(beyond) > _LISTED:
        listed.append(f"- and {len(beyond) - _LISTED} more")
    link = f"{settings.CONFIG.site_address}{reverse('load', args=[load.pk])}"
    return "\n".join([
        f"Data was loaded and is held for a decision. {load.message}",
        "", *listed, "",
        "Accept or reject it, with a reason:", link, "",
        "You received this because you can load extracts.", "",
    ])  # fmt: skip
