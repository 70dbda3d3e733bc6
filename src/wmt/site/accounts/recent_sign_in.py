"""What needs a fresh sign-in: nobody who finds a browser open can take more from it than the pages."""

import time

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest

from wmt.site.accounts.errors import CannotDoError
from wmt.site.accounts.models import User

#: So many seconds a sign-in is fresh.
FRESH = 300


def is_fresh(request: HttpRequest, *methods: str) -> bool:
    """Whether the person signed in, or gave a password or code again, a moment ago; by one of these ways."""
    used = get_authentication_records(request, request.user)
    latest = max((each["at"] for each in used if not methods or each["method"] in methods), default=0)
    return bool(time.time() - latest <= FRESH)


def need_fresh(request: HttpRequest, what: str) -> None:
    """Nothing where the sign-in is fresh.

    Raises ReauthenticationRequired, which asks for the password or code and then goes on, or CannotDoError
    for who has neither because the organisation's sign-on lets them in.
    """
    user = request.user
    assert isinstance(user, User)
    if user.is_demonstration or is_fresh(request):
        return  # people of the demonstration have nothing to give again
    if get_reauthentication_flows(user):
        raise ReauthenticationRequired
    raise CannotDoError(f"You signed in too long ago {what}. Sign out, sign in again, and try again")
