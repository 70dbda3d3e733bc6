"""A change of how a person signs in ends their tokens: whoever made one with the former way is out."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa import signals as second_factor
from django.dispatch import receiver

from wmt.site.accounts.models import User
from wmt.site.accounts.tokens import end_all


@receiver(password_changed)
@receiver(password_set)
@receiver(password_reset)
@receiver(second_factor.authenticator_added)
@receiver(second_factor.authenticator_removed)
@receiver(second_factor.authenticator_reset)
def sign_in_changed(user: User, **_: Any) -> None:
    """By the person; what administrators change is in `actions`."""
    end_all(actor=user, user=user)
