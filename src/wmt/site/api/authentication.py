"""Who asks: a program with a token, or a person's browser with its session."""

from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from wmt.site.accounts import signed_tokens, tokens
from wmt.site.accounts.middleware import lacks_second_factor
from wmt.site.accounts.models import User
from wmt.site.accounts.sign_on_keys import APART, KeysAway
from wmt.site.accounts.visibility import has_role
from wmt.site.audit.record import record
from wmt.site.problems import Problem
from wmt.site.workload import staff_names

_SAFE = ("GET", "HEAD", "OPTIONS")


class Stopped(Exception):  # noqa: N818 - nothing went wrong in the program
    """Somebody does not get in; the problem says why."""

    def __init__(self, problem: Problem, **headers: str) -> None:
        super().__init__(problem.message)
        self.problem, self.headers = problem, headers


NOBODY = Problem(
    status=401,
    code="NOT_SIGNED_IN",
    message="This address needs a token or a session.",
    remedy="Create a token on the page /accounts/tokens/ and send it: Authorization: Bearer wmt_…",
)


class Token(HttpBearer):
    """`Authorization: Bearer …`: a token of the page /accounts/tokens/, or of single sign-on."""

    def __call__(self, request: HttpRequest) -> Any:
        """The person, or None where there is no such header. Raises Stopped for one that opens nothing."""
        sent = request.headers.get(self.header)
        if not sent:
            return None
        scheme, _, secret = sent.partition(" ")
        return self.authenticate(request, secret.strip() if scheme.lower() == self.openapi_scheme else "")

    def authenticate(self, request: HttpRequest, token: str) -> User:
        """The person a token stands for. Raises Stopped."""
        person = _signed(request, token) if signed_tokens.is_signed(token) else tokens.person_of(token)
        if person is None:
            raise _refused(request, _NO_TOKEN, "Invalid API token used.", "a program")
        request.user = person
        staff_names.withhold(wanted=not has_role(person))
        if person.token and person.token.reads_only and request.method not in _SAFE:
            sentence = f"{person} tried to make a change with the token {person.token}, which is read only."
            record("denied", sentence, request=request)
            raise Stopped(
                Problem(
                    status=403,
                    code="TOKEN_ONLY_READS",
                    message="This token is read only.",
                    remedy="Create one on the page /accounts/tokens/ that can make changes.",
                )
            )
        return person


class Session(APIKeyCookie):
    """The session of a browser in which somebody is signed in. Changes need X-CSRFToken."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        """The person signed in. Raises Stopped where they may not go on yet."""
        person = request.user
        if not person.is_authenticated:
            return None
        if lacks_second_factor(request):
            remedy = "Set one up on the page /accounts/2fa/."
            raise Stopped(
                Problem(
                    status=401, code="SECOND_FACTOR", message="Two-step sign in is not set up.", remedy=remedy
                )
            )
        if check_csrf(request):
            raise HttpError(403, "CSRF")
        staff_names.withhold(wanted=not has_role(person))
        return person

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Never asked: the session is read by Django's own middleware."""
        raise NotImplementedError


_NO_TOKEN = Problem(
    status=401,
    code="TOKEN_REFUSED",
    message="This token is not valid: it is wrong, has ended, has not started, or its account is closed.",
    remedy="Look at your tokens on the page /accounts/tokens/.",
)
_AWAY = Problem(
    status=503,
    code="SIGN_ON_AWAY",
    message="Single sign-on is not responding, so its tokens cannot be checked.",
    remedy="Try again as soon as Retry-After says, or use a token of the page /accounts/tokens/.",
)


def _signed(request: HttpRequest, token: str) -> User:
    """The person whom a token of single sign-on names. Raises Stopped."""
    try:
        return signed_tokens.person_of(token)
    except KeysAway:
        raise Stopped(_AWAY, Retry_After=str(APART)) from None
    except signed_tokens.TokenRefused as why:
        problem = Problem(status=why.status, code=why.code, message=why.message, remedy=why.remedy)
        said = f"{why.who} sent a token of single sign-on that was refused: {why.message}"
        raise _refused(request, problem, said[:1].upper() + said[1:], why.who) from None


def _refused(request: HttpRequest, problem: Problem, sentence: str, who: str) -> Stopped:
    """What a token that opens nothing is told; after too many of them, nothing but to wait."""
    config = settings.ACCOUNT_RATE_LIMITS
    app, action = "wmt", "token_failed"
    if ratelimit.consume(request, app=app, action=action, config=config, limit_get=True):
        record("sign-in refused", sentence, request=request, who=who)
        return Stopped(problem)
    problem = Problem(
        status=429,
        code="TOO_MANY",
        message="Too many requests used an invalid token.",
        remedy="Wait a minute, then try again with a valid token.",
    )
    return Stopped(problem, Retry_After="60")
