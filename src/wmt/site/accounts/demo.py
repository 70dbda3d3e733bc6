"""Five people to try the site as. Only where the installation is a demonstration."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from wmt.site.accounts.access import NATION, LoadState
from wmt.site.accounts.actions import grant_role
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.clock import calendar_day
from wmt.site.security.redirects import redirect_onward
from wmt.site.workload.models import Unit

_HOST = "demonstration.invalid"
_SOME_CASES = 15


@dataclass(frozen=True)
class Part:
    """One of the five: their name, their role, and what they would do here."""

    key: str
    name: str
    role: str
    sentence: str

    @property
    def email(self) -> str:
        """An address that cannot exist."""
        return f"{self.key}@{_HOST}"


PARTS = (
    Part(
        "practitioner",
        "A practitioner",
        "practitioner",
        "Sees their own cases first, and why each earns its points.",
    ),
    Part(
        "spo",
        "A senior probation officer",
        "manager",
        "Sees how work is spread over their team before giving out a case.",
    ),
    Part("head", "A head of PDU", "head", "Compares the teams of their delivery unit."),
    Part(
        "analyst",
        "A performance and quality analyst",
        "analyst",
        "Looks at the whole nation, checks the loads and takes tables away.",
    ),
    Part(
        "administrator",
        "An administrator",
        "administrator",
        "Loads extracts, looks after people and roles, and reads the audit.",
    ),
)


def demo_people() -> list[tuple[User, str]]:
    """The people to choose from, each with what they would do; none where this is no demonstration."""
    if not settings.CONFIG.demo:
        return []
    people = {user.email: user for user in User.objects.filter(is_demonstration=True, is_active=True)}
    return [(people[part.email], part.sentence) for part in PARTS if part.email in people]


def real_person() -> User | None:
    """Somebody who signs in by a password or the sign-on, and so is no invented person; or None."""
    can = ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX) | Q(socialaccount__isnull=False)
    return User.objects.filter(can, is_demonstration=False).first()


@transaction.atomic
def ensure_demo_people(state: LoadState) -> list[User]:
    """The five people, made or brought up to date with the nation that is loaded. Does nothing twice.

    Raises RuntimeError where this is no demonstration, or the nation has no ordinary team.
    """
    if not settings.CONFIG.demo:
        raise RuntimeError("people of the demonstration are made only where WMT_DEMO is 1")
    post = _ordinary_post(state)
    places = {
        "practitioner": ("team", post.team_code),
        "manager": ("team", post.team_code),
        "head": ("pdu", post.pdu_code),
    }
    return [
        _ensure(part, places.get(part.role, NATION), post.staff_code if part.role == "practitioner" else "")
        for part in PARTS
    ]


def _ordinary_post(state: LoadState) -> Unit:
    """An officer with cases and time, in a team of several that is not of prisons; always the same."""
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
    usual = posts.filter(is_omic=False, available_x100__gt=0, cases__gte=_SOME_CASES).exclude(staff_code="")
    teams: dict[str, list[Unit]] = {}
    for post in usual.order_by("team_code", "code")[:2000]:
        teams.setdefault(post.team_code, []).append(post)
    for least in (4, 1):
        for members in teams.values():
            officers = [post for post in members if post.grade == "PO"]
            for post in officers if len(members) >= least else []:
                if posts.filter(staff_code=post.staff_code).count() == 1:  # of two posts, which is home?
                    return post
    fallback = posts.exclude(staff_code="").filter(~Q(team_code="")).order_by("code").first()
    if fallback is None:
        raise RuntimeError("the figures shown have no post: load the demonstration nation first")
    return fallback


def _ensure(part: Part, place: tuple[str, str], staff_code: str) -> User:
    user = User.objects.filter(email=part.email).first()
    if user is None:
        user = User.objects.create_user(part.email, name=part.name, is_demonstration=True)
    if (user.staff_code, user.is_active) != (staff_code, True):
        user.staff_code, user.is_active = staff_code, True
        user.save(update_fields=["staff_code", "is_active"])
    held = RoleGrant.objects.filter(user=user, role=part.role, level=place[0], code=place[1], last_day=None)
    if not held.exists():
        RoleGrant.objects.filter(user=user).delete()
        grant_role(
            actor=None,
            user=user,
            role=part.role,
            level=place[0],
            code=place[1],
            first_day=min(calendar_day(), date(2020, 1, 1)),
            who="the demonstration",
        )
    return user


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Signs in as one of the people of the demonstration, and as nobody else."""
    if not settings.CONFIG.demo:
        raise Http404("this is not a demonstration")
    person = request.POST.get("person", "")
    if not (person.isascii() and person.isdigit()):
        raise Http404("no such person")
    user = get_object_or_404(User, pk=int(person), is_demonstration=True, is_active=True)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect_onward(request.POST.get("next", ""))
