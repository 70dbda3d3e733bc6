"""Signing in and out, written down as they happen."""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import password_changed
from allauth.mfa import signals as second_factor
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from wmt.site.audit.record import record


def how_signed_in(request: HttpRequest, user: Any) -> str:
    """In words: by which way this person is let in."""
    used = [entry["method"] for entry in get_authentication_records(request, user)]
    if user.is_demonstration:
        return "as a person of the demonstration"
    if "socialaccount" in used:
        return f"by {settings.CONFIG.oidc_name}"
    return "by password and second factor" if "mfa" in used else "by password"


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Any, **_: Any) -> None:
    record("sign-in", f"{user} signed in {how_signed_in(request, user)}.", request=request, actor=user)


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: Any, **_: Any) -> None:
    """A person left, or was sent out."""
    if user is not None and user.is_authenticated:
        record("sign-out", f"{user} signed out.", request=request, actor=user)


@receiver(second_factor.authentication_failed)
def wrong_code(request: HttpRequest, user: Any, **_: Any) -> None:
    """The password was right, the code was not."""
    sentence = f"{user} could not sign in: the code of the second factor was not right."
    record("sign-in refused", sentence, request=request, actor=user)


@receiver(second_factor.authenticator_added)
def second_factor_added(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    what = "recovery codes" if authenticator.type == "recovery_codes" else "a second factor"
    record("user", f"{user} set up {what}.", request=request, actor=user)


@receiver(second_factor.authenticator_removed)
def second_factor_removed(request: HttpRequest, user: Any, **_: Any) -> None:
    """By the person; what an administrator removes is written down by the action."""
    record("user", f"{user} removed their second factor.", request=request, actor=user)


@receiver(second_factor.authenticator_reset)
def recovery_codes_renewed(request: HttpRequest, user: Any, **_: Any) -> None:
    """The old codes no longer work."""
    record("user", f"{user} made new recovery codes.", request=request, actor=user)


@receiver(password_changed)
def password_was_changed(request: HttpRequest, user: Any, **_: Any) -> None:
    """By the person, who knew the former one."""
    record("user", f"{user} changed their password.", request=request, actor=user)
