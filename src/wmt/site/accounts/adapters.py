"""Who allauth lets in, and in which words it speaks."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from wmt.site.accounts import actions, linking
from wmt.site.accounts.models import User
from wmt.site.accounts.recent_sign_in import is_fresh
from wmt.site.audit.record import record
from wmt.site.redirects import own_target
from wmt.site.security import secrets

_WORDS = {
    "account/messages/password_changed.txt": "Your password has been changed.",
    "account/messages/logged_out.txt": "You have signed out.",
    "mfa/messages/totp_activated.txt": "Two-step sign in has been set up.",
    "mfa/messages/totp_deactivated.txt": "Two-step sign in has been removed.",
    "mfa/messages/recovery_codes_generated.txt": "You have new recovery codes. The old ones no longer work.",
}


class LocalAccounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Local accounts: made by administrators only."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The email address or password is incorrect",
        "too_many_login_attempts": "Too many failed attempts. Wait 5 minutes, then try again",
        "rate_limited": "Too many failed attempts. Wait 5 minutes, then try again",
        "incorrect_password": "The password is incorrect",
        "enter_current_password": "Your current password is incorrect",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never: there is no open sign-up."""
        return False

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,  # noqa: ARG002
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Says in our words what is worth saying, and nothing of the rest."""
        said = message or _WORDS.get(message_template or "")
        if said:
            super().add_message(request, level, message=said, extra_tags=extra_tags)

    def is_safe_url(self, url: str | None) -> bool:
        """Whether to go on to an address that was sent: to pages of this site only."""
        return bool(url and own_target(url))

    def get_logout_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        """Back to the sign-in page."""
        return "/accounts/login/"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        """Back to where the person's own sign-in is kept."""
        return "/accounts/2fa/"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts the try. Raises ValidationError when there were too many, and writes that down."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            self._refused(request, credentials, "there were too many attempts")
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Writes down a sign-in that failed: whose account it was for, if it is one, and nothing as typed."""
        self._refused(request, credentials, "the email address or password was incorrect")

    def _refused(self, request: HttpRequest, credentials: dict[str, Any], why: str) -> None:
        """People type passwords where addresses go: only what is known already is written down."""
        typed = str(credentials.get("email") or "").strip()
        known = User.objects.filter(email__iexact=typed).first() if "\0" not in typed else None
        who = str(known) if known else "someone unknown"
        sentence = f"{who[:1].upper()}{who[1:]} could not sign in: {why}."
        record("sign-in refused", sentence, request=request, who=who)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Tries are counted by who sends them and for which account, so that no stranger locks an owner out.

        What was typed is in it only as a hash with the installation's key.
        """
        sender = ratelimit.get_ip(request)
        typed = str(credentials.get("email") or "").strip().lower()
        return salted_hmac("wmt.accounts.tries", f"{sender}\n{typed}", algorithm="sha256").hexdigest()

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """The page for a person whose account is closed."""
        record(
            "sign-in refused",
            f"{user} could not sign in: the account is closed.",
            request=request,
            actor=user,
        )
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:  # noqa: ARG002
        """Whether to ask again before a change to how one signs in: not of who came in a moment ago."""
        from allauth.core import context

        return not is_fresh(context.request, "password", "mfa")

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whether `password` is this person's. Tries are counted like those of signing in."""
        from allauth.core import context

        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor of local accounts; its secrets are kept encrypted."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "The code is incorrect or has expired. Enter the one your app shows now",
    }

    def encrypt(self, text: str) -> str:
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again. Raises SecretError where no key of this installation fits."""
        return secrets.decrypt(encrypted_text)


class SignOn(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The organisation's sign-on: known by its stable `sub`, not by a name or an address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        """Never by allauth's own way: who is let in is decided in pre_social_login."""
        return False

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,  # noqa: ARG002
        error: Any = None,
        **_: Any,
    ) -> None:
        """Writes down that the sign-on did not say who it was."""
        record(
            "sign-in refused",
            f"Single sign-on did not identify the person ({error or 'no reason given'}).",
            request=request,
        )

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Finds the account of whom the sign-on names, or shows them the page that says whom to ask."""
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise ImmediateHttpResponse(self._unknown(request, sociallogin))
        if sociallogin.is_existing:
            return
        email = linking.verified_email(_claims(sociallogin))
        user = linking.unlinked(email) if email else None
        may_join = user is None and email and settings.CONFIG.oidc_open
        if may_join and not User.objects.filter(email__iexact=email).exists():
            user = actions.add_reader(email=email, name=_name(sociallogin) or email)
        if user is None:
            raise ImmediateHttpResponse(self._unknown(request, sociallogin))
        sociallogin.connect(request, user)
        record("user", f"{user} was linked to {settings.CONFIG.oidc_name}.", request=request, actor=user)

    def _unknown(self, request: HttpRequest, sociallogin: Any) -> HttpResponse:
        named = _name(sociallogin) or (sociallogin.user and sociallogin.user.email) or "Somebody"
        record(
            "sign-in refused",
            f"{named} could not sign in: single sign-on knows them, this site does not.",
            request=request,
            who=str(named),
        )
        return render(request, "socialaccount/unknown.jinja", {"named": named}, status=403)


def _claims(sociallogin: Any) -> dict[str, Any]:
    found = sociallogin.account.extra_data
    claims: dict[str, Any] = found.get("userinfo") or found.get("id_token") or found
    return claims


def _name(sociallogin: Any) -> str:
    return str(_claims(sociallogin).get("name") or "")[:120]
