"""Pages by which administrators look after people and their roles."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wmt.site.accounts import actions
from wmt.site.accounts.access import in_force, need
from wmt.site.accounts.errors import CannotDoError
from wmt.site.accounts.forms import HELD_AT, EndForm, GrantForm, NewPersonForm, PeopleFilterForm, PersonForm
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.accounts.presenters import person_facts, person_row
from wmt.site.accounts.roles import ROLES, Action
from wmt.site.clock import calendar_day

PAGE = 100
View = Callable[..., HttpResponse]


def administrators_only(view: View) -> View:
    """Lets in who may manage users and roles. Raises Denied."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        need(request, Action.MANAGE_USERS)
        return view(request, *args, **kwargs)

    return inner


@require_safe
@administrators_only
def people(request: HttpRequest) -> HttpResponse:
    """Everyone who can sign in, or might."""
    form = PeopleFilterForm(request.GET)
    typed = form.data
    today = in_force(RoleGrant.objects.all(), calendar_day())
    found = User.objects.order_by("name", "email").prefetch_related(
        Prefetch("grants", queryset=today, to_attr="held_today")
    )
    if wanted := typed["q"]:
        found = found.filter(
            Q(name__icontains=wanted) | Q(email__icontains=wanted) | Q(staff_code__icontains=wanted)
        )
    if typed["role"] == "none":
        found = found.filter(~Exists(today.filter(user=OuterRef("pk"))))
    elif typed["role"]:
        found = found.filter(Exists(today.filter(user=OuterRef("pk"), role=typed["role"])))
    if typed["state"]:
        found = found.filter(is_active=typed["state"] == "open")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [person_row(user) for user in page],
        "form": form,
        "page": page,
        "count": page.paginator.count,
    }
    return render(request, "accounts/people.jinja", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def person_new(request: HttpRequest) -> HttpResponse:
    """Adds a person, and shows once the link by which they set a password."""
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made: list[User] = []
        if _did(form, lambda: made.append(actions.add_person(actor=_me(request), **form.cleaned_data))):
            return _link_page(request, made[0])
    return render(request, "accounts/person_new.jinja", {"form": form}, status=422 if form.errors else 200)


@require_safe
@administrators_only
def person(request: HttpRequest, number: int) -> HttpResponse:
    """One person: their facts, their roles, and what can be done."""
    return _person_page(request, _user(number))


@require_POST
@administrators_only
def person_change(request: HttpRequest, number: int) -> HttpResponse:
    """Changes name and staff code."""
    user, form = _user(number), PersonForm(request.POST)
    act = _with(form, actions.change_person, actor=_me(request), user=user)
    return _after(request, user, form, act, "change", "The name and staff code have been saved.")


@require_POST
@administrators_only
def person_active(request: HttpRequest, number: int) -> HttpResponse:
    """Closes or opens an account."""
    user = _user(number)
    active = request.POST.get("active") == "1"
    said = (
        "The account has been reopened."
        if active
        else "The account has been closed and the person has been signed out."
    )
    return _plain(
        request, user, lambda: actions.set_active(actor=_me(request), user=user, active=active), said
    )


@require_POST
@administrators_only
def person_grant(request: HttpRequest, number: int) -> HttpResponse:
    """Gives a role at a unit for a time."""
    user, form = _user(number), GrantForm(request.POST)
    act = _with(form, actions.grant_role, actor=_me(request), user=user)
    return _after(request, user, form, act, "grant", "Role added.")


@require_POST
@administrators_only
def grant_end(request: HttpRequest, number: int, grant: int) -> HttpResponse:
    """Ends a role, at once or after a day."""
    user = _user(number)
    found = get_object_or_404(RoleGrant, pk=grant, user=user)  # a grant of this person, not of another
    form = EndForm(request.POST)
    act = _with(form, actions.end_grant, actor=_me(request), grant=found)
    return _after(request, user, form, act, f"end-{found.pk}", "The last day of the role has been saved.")


@require_POST
@never_cache
@administrators_only
def person_link(request: HttpRequest, number: int) -> HttpResponse:
    """A new link to set a password, shown once."""
    return _link_page(request, _user(number))


@require_POST
@administrators_only
def person_second_factor(request: HttpRequest, number: int) -> HttpResponse:
    """Takes away a second factor that is lost."""
    user = _user(number)
    said = "Two-step sign in has been removed. They will set it up again when they next sign in."
    return _plain(request, user, lambda: actions.remove_second_factor(actor=_me(request), user=user), said)


def _user(number: int) -> User:
    return get_object_or_404(User, pk=number)


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _with(form: Any, action: Callable[..., Any], **more: Any) -> Callable[[], Any]:
    return lambda: action(**more, **form.cleaned_data)


def _did(form: Any, act: Callable[[], Any]) -> bool:
    """Whether it was done; where it cannot be, the form says why."""
    try:
        act()
    except CannotDoError as fault:
        form.add_error(fault.field if fault.field in form.fields else None, str(fault))
        return False
    return True


def _after(
    request: HttpRequest, user: User, form: Any, act: Callable[[], Any], part: str, said: str
) -> HttpResponse:
    if form.is_valid() and _did(form, act):
        messages.success(request, said)
        return HttpResponseRedirect(reverse("person", args=[user.pk]))
    user.refresh_from_db()
    return _person_page(request, user, forms={part: form}, status=422)


def _plain(request: HttpRequest, user: User, act: Callable[[], Any], said: str) -> HttpResponse:
    try:
        act()
    except CannotDoError as fault:
        user.refresh_from_db()
        return _person_page(request, user, fault=str(fault), status=422)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("person", args=[user.pk]))


def _person_page(
    request: HttpRequest,
    user: User,
    *,
    forms: dict[str, Any] | None = None,
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    forms = forms or {}
    context = {
        "person": person_facts(user, forms),
        "change": forms.get("change")
        or PersonForm(initial={"name": user.name, "staff_code": user.staff_code}),
        "grant": forms.get("grant") or GrantForm(initial={"first_day": calendar_day()}),
        "wrong": next(iter(forms.values()), None),
        "fault": fault,
        "roles": [(name, role.title) for name, role in ROLES.items()],
        "levels": [(level, level) for level in HELD_AT],
        "is_self": user == request.user,
    }
    return render(request, "accounts/person.jinja", context, status=status)


def _link_page(request: HttpRequest, user: User) -> HttpResponse:
    try:
        link = actions.password_link(actor=_me(request), user=user)
    except CannotDoError as fault:
        return _person_page(request, user, fault=str(fault), status=422)
    context = {"person": user, "link": request.build_absolute_uri(link)}
    response = render(request, "accounts/link.jinja", context)
    response["Cache-Control"] = "no-store"
    return response
