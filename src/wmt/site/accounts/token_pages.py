"""Pages of tokens: one's own, to make and end, and everybody's for administrators."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wmt.site.accounts import access
from wmt.site.accounts import tokens as keeping
from wmt.site.accounts.errors import CannotDoError
from wmt.site.accounts.forms import TokenForm
from wmt.site.accounts.models import ApiToken, User
from wmt.site.accounts.presenters import day, held
from wmt.site.accounts.recent_sign_in import need_fresh
from wmt.site.accounts.roles import Action
from wmt.site.clock import calendar_day

PAGE = 100
_LARGEST = 2**63 - 1


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens, and the form to make one. A new one is shown in the answer, and never again."""
    me = _me(request)
    grants = {grant.pk: grant for grant in access.grants_of(me)}
    roles = [(number, held(grant)) for number, grant in grants.items()]
    today = calendar_day()
    first = {"first_day": today, "last_day": today + keeping.LONGEST / 4}
    form = TokenForm(request.POST or None, initial=first, roles=roles)
    made, secret = None, ""
    if request.method == "POST" and form.is_valid():
        wanted: dict[str, Any] = form.cleaned_data
        try:
            need_fresh(request, "to make a token")
            grant = grants[wanted["grant"]] if wanted["grant"] else None
            made, secret = keeping.make_token(user=me, **{**wanted, "grant": grant})
            form = TokenForm(initial=first, roles=roles)
        except CannotDoError as fault:
            form.add_error(fault.field or None, str(fault))
    context = {
        "rows": [_row(token) for token in me.tokens.select_related("user").order_by("-pk")[:PAGE]],
        "form": form,
        "roles": roles,
        "secret": secret,
        "made": made.name if made else "",
        "sees_all": access.may(me, Action.MANAGE_USERS),
    }
    return render(request, "accounts/tokens.jinja", context, status=422 if form.errors else 200)


@require_safe
def everybodys(request: HttpRequest) -> HttpResponse:
    """Every token that opens something or will, by person."""
    access.need(request, Action.MANAGE_USERS)
    found = keeping.working(ApiToken.objects.select_related("user")).order_by(
        "user__name", "user__email", "pk"
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"rows": [_row(token) for token in page], "page": page, "count": page.paginator.count}
    return render(request, "accounts/tokens_all.jinja", context)


@require_POST
def token_end(request: HttpRequest, number: int) -> HttpResponse:
    """Ends a token: one's own, or as an administrator anybody's."""
    mine = _me(request).tokens.filter(pk=min(number, _LARGEST)).first()
    if mine is None:
        access.need(request, Action.MANAGE_USERS)
    token = mine or get_object_or_404(ApiToken, pk=min(number, _LARGEST))
    keeping.end_token(actor=_me(request), token=token)
    messages.success(
        request, f"The token {token.name} has been ended. Programs that use it will now be refused."
    )
    return HttpResponseRedirect(reverse("tokens" if mine else "tokens-all"))


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _row(token: ApiToken) -> dict[str, Any]:
    state = keeping.state_of(token, calendar_day())
    return {
        "id": token.pk,
        "person": str(token.user),
        "person_id": token.user_id,
        "name": token.name,
        "hint": token.hint,
        "reach": keeping.reach(token),
        "first_day": day(token.first_day),
        "last_day": day(token.last_day),
        "last_used": day(token.last_used) if token.last_used else "never",
        "state": state,
        "can_end": state != "ended",
    }
