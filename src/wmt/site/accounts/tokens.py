"""Tokens: making them, ending them, and whom one that was sent belongs to.

A token is 256 random bits, so a plain hash of it is as good as a slow one, and is found by an index.
"""

import hashlib
import secrets
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from wmt.site.accounts import models
from wmt.site.accounts.access import grants_of
from wmt.site.accounts.errors import CannotDoError
from wmt.site.accounts.presenters import held
from wmt.site.audit.record import record
from wmt.site.clock import calendar_day

#: How tokens begin, so that people and programs know one when they see one lying about.
PREFIX = "wmt_"
#: No token is good for longer.
LONGEST = timedelta(days=366)
#: So many a person may have at a time.
MOST = 20
_HINT = len(PREFIX) + 4


@transaction.atomic
def make_token(
    *,
    user: models.User,
    name: str,
    first_day: date,
    last_day: date,
    reads_only: bool = False,
    grant: models.RoleGrant | None = None,
) -> tuple[models.ApiToken, str]:
    """A token of a person's own, and the secret that is shown once. `grant`: with this role only.

    Raises CannotDoError.
    """
    today = calendar_day()
    if last_day < max(first_day, today):
        raise CannotDoError("The last day must be today or later, and not before the first", field="last_day")
    if last_day - max(first_day, today) > LONGEST:
        raise CannotDoError("A token can last up to a year: enter an earlier date", field="last_day")
    if grant is not None and grant.pk not in {each.pk for each in grants_of(user)}:
        raise CannotDoError("You do not have this role today", field="grant")
    models.User.objects.select_for_update().get(pk=user.pk)  # two at once would both be the last that may be
    if working(user.tokens.all()).count() >= MOST:
        raise CannotDoError(f"You have {MOST} tokens. End one you no longer need first")
    secret = PREFIX + secrets.token_urlsafe(32)
    place = {"role": grant.role, "level": grant.level, "code": grant.code} if grant else {}
    token = models.ApiToken.objects.create(
        user=user, name=name.strip(), hash=_hash(secret), hint=secret[:_HINT],
        first_day=first_day, last_day=last_day, reads_only=reads_only, **place,
    )  # fmt: skip
    record("token", f"{user} made the token {token}.", actor=user, after=_facts(token))
    return token, secret


@transaction.atomic
def end_token(*, actor: models.User | None, token: models.ApiToken, who: str = "") -> None:
    """Ends a token at once. Does nothing twice."""
    token = models.ApiToken.objects.select_for_update().select_related("user").get(pk=token.pk)
    if token.ended_at is not None:
        return
    before = _facts(token)
    token.ended_at = timezone.now()
    token.save(update_fields=["ended_at"])
    sentence = f"The token {token} of {token.user} was ended."
    record("token", sentence, actor=actor, who=who, before=before, after=_facts(token))


def end_all(*, actor: models.User | None, user: models.User) -> None:
    """Ends every token of a person: their account is closed, or how they sign in is changed."""
    for token in user.tokens.filter(ended_at=None, last_day__gte=calendar_day()):
        end_token(actor=actor, token=token, who=str(actor or user))


def working(tokens: QuerySet[models.ApiToken]) -> QuerySet[models.ApiToken]:
    """Those tokens that open something today, or will."""
    return tokens.filter(ended_at=None, last_day__gte=calendar_day())


def person_of(secret: str) -> models.User | None:
    """The person that a token sent now stands for, with the token; None where it opens nothing.

    The day of its last use is kept: one write a day, whatever the number of requests.
    """
    token = models.ApiToken.objects.select_related("user").filter(hash=_hash(secret)).first()
    today = calendar_day()
    if token is None or not token.counts_on(today) or not token.user.is_active:
        return None
    if token.user.is_demonstration and not settings.CONFIG.demo:
        return None
    if token.last_used != today:
        before = Q(last_used=None) | Q(last_used__lt=today)
        models.ApiToken.objects.filter(before, pk=token.pk).update(last_used=today)
    token.user.token = token
    return token.user


def state_of(token: models.ApiToken, today: date) -> str:
    if token.ended_at is not None or token.last_day < today:
        return "ended"
    if not token.user.is_active:
        return "account closed"
    return "to come" if token.first_day > today else "in force"


def reach(token: models.ApiToken) -> str:
    """What a token may do, in words."""
    roles = held(models.RoleGrant(role=token.role, level=token.level, code=token.code)) if token.role else ""
    what = f"as {roles}" if roles else "anything its person can do"
    return f"read only, {what}" if token.reads_only else what


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _facts(token: models.ApiToken) -> dict[str, str]:
    return {
        "name": token.name,
        "hint": token.hint,
        "first_day": token.first_day.isoformat(),
        "last_day": token.last_day.isoformat(),
        "reach": reach(token),
        "ended": token.ended_at.isoformat() if token.ended_at else "",
    }
