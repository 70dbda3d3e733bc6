"""Coming in: the sign-in page, the first password, and too many tries."""

from typing import Any

from allauth.account import views as account
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlsafe_base64_decode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wmt.site.accounts.actions import set_first_password
from wmt.site.accounts.demo import demo_people
from wmt.site.accounts.forms import FirstPasswordForm
from wmt.site.accounts.models import User


class SignIn(LoginView):  # type: ignore[misc]
    """allauth's, with the other ways in beside it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whom to sign in as in a demonstration, and whether the organisation's sign-on is there."""
        found: dict[str, Any] = super().get_context_data(**kwargs)
        found["people"] = demo_people()
        found["sign_on"] = settings.CONFIG.oidc_name if settings.CONFIG.oidc_server else ""
        found["ended"] = self.request.GET.get("ended") == "1"
        found["onward"] = self.get_next_url() or ""
        return found


def password_change(request: HttpRequest) -> HttpResponse:
    """allauth's; who signs in another way has no password to change."""
    if request.user.is_authenticated and not request.user.has_usable_password():
        return HttpResponseRedirect(reverse("mfa_index"))
    response: HttpResponse = account.password_change(request)
    return response


@sensitive_post_parameters("password", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_password(request: HttpRequest, key: str, token: str) -> HttpResponse:
    """Where a one-time link leads: the person sets a password, then signs in with it."""
    user = _holder(key)
    if user is None or not default_token_generator.check_token(user, token):
        return render(request, "accounts/link_over.jinja", status=410)
    form = FirstPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        set_first_password(user=user, password=form.cleaned_data["password"])
        messages.success(request, "Your password is set. Sign in with it now.")
        return HttpResponseRedirect(reverse("account_login"))
    status = 422 if form.errors else 200
    return render(request, "accounts/first_password.jinja", {"form": form, "person": user}, status=status)


def _holder(key: str) -> User | None:
    try:
        number = int(urlsafe_base64_decode(key).decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        return None
    if not 0 < number < 2**63 or settings.CONFIG.demo:
        return None  # in a demonstration nobody has a password
    return User.objects.filter(pk=number, is_active=True, is_demonstration=False).first()


def too_many(request: HttpRequest) -> HttpResponse:
    """The page for too many tries, in words."""
    response = render(request, "accounts/too_many.jinja", status=429)
    response["Retry-After"] = "60"
    return response
