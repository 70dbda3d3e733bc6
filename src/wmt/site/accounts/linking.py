"""Whose account it is that the organisation's sign-on names: by the name it gives, never by an address alone.

Pages and programs come in by the same rules: who is linked is known by that name; who is not yet is linked by
a verified address of an account that nobody else is linked to.
"""

from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction

from wmt.site.accounts.models import User
from wmt.site.audit.record import record

#: The one sign-on there is, as allauth keeps it beside its names of people.
PROVIDER = "organisation"
_LONGEST = 191  # of a name that can be kept


def verified_email(claims: Mapping[str, Any]) -> str:
    """The address that the sign-on vouches for, or ''."""
    email = str(claims.get("email") or "").strip().lower()
    return email if claims.get("email_verified") is True and len(email) <= 254 else ""


def unlinked(email: str) -> User | None:
    """The account an administrator made for this address, unless another person is linked to it."""
    user = User.objects.filter(email__iexact=email, is_demonstration=False).first()
    if user is None or SocialAccount.objects.filter(user=user).exists():
        return None
    return user


def is_name(found: Any) -> bool:
    """Whether a claim can be the name of somebody."""
    return isinstance(found, str) and 0 < len(found) <= _LONGEST and found.isprintable()


def person_linked(name: str) -> User | None:
    link = SocialAccount.objects.filter(provider=PROVIDER, uid=name).select_related("user").first()
    return link.user if link else None


@transaction.atomic
def linked_now(name: str, claims: Mapping[str, Any]) -> User | None:
    """The account of whom nobody is linked to yet, by a verified address: it is linked to `name`.

    Only where pages would know them by the same name (`sub`): one person has one link.
    """
    email = verified_email(claims)
    if not email or claims.get("sub") != name:
        return None
    # of two at once the second waits here, and then finds the first's link
    User.objects.select_for_update().filter(email__iexact=email).first()
    found = person_linked(name)
    user = unlinked(email) if found is None else None
    if user is None:
        return found
    SocialAccount.objects.create(user=user, provider=PROVIDER, uid=name)
    record("user", f"{user} was linked to {settings.CONFIG.oidc_name}.", actor=user)
    return user
