"""Help, privacy, feedback, what is new, one's own account: what the footer and the account menu lead to."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from wmt.site.accounts.access import grants_of
from wmt.site.accounts.roles import ROLES, Action
from wmt.site.accounts.who_can_see import rights
from wmt.site.figures.units import TITLES
from wmt.site.web.whats_new import NEWS


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How to do what people come for, and whom to ask."""
    return render(request, "about/help.jinja", _whom())


@require_safe
def feedback(request: HttpRequest) -> HttpResponse:
    """Where to say that something is wrong or could be better."""
    return render(request, "about/feedback.jinja", _whom())


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Who can see what, from the roles and policies in force."""
    head, *rows = rights()
    return render(request, "about/privacy.jinja", {"head": head, "rows": rows, **_whom()})


@require_safe
def whats_new(request: HttpRequest) -> HttpResponse:
    """What changed for the people who use the tool."""
    return render(request, "about/whats_new.jinja", {"news": NEWS})


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who is signed in, with which roles, and the pages about one's own sign-in."""
    roles = []
    for grant in grants_of(request.user):
        where = "England and Wales" if grant.level == "nation" else f"{TITLES[grant.level]} {grant.code}"
        until = f"until {grant.last_day:%-d %B %Y}" if grant.last_day else "no end date"
        roles.append((ROLES[grant.role].title, where, until))
    return render(request, "about/account.jinja", {"roles": roles})


def _whom() -> dict[str, object]:
    contact = settings.CONFIG.contact
    return {
        "contact": contact,
        "contact_href": f"mailto:{contact}" if "@" in contact and "://" not in contact else contact,
        "who_helps": [role.title for role in ROLES.values() if Action.MANAGE_USERS in role.allows],
    }


urlpatterns = [
    path("help/", help_page, name="help"),
    path("feedback/", feedback, name="feedback"),
    path("privacy/", privacy, name="privacy"),
    path("whats-new/", whats_new, name="whats-new"),
    path("account/", account, name="account"),
]
