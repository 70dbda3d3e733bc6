"""Who allauth lets in."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class LocalAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Local accounts: made by administrators only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never: there is no open sign-up."""
        return False


class SignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The organisation's sign-on."""
