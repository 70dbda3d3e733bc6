"""People to try the site as. Only where the installation is a demonstration."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from wmt.site.accounts.access import NATION, LoadState
from wmt.site.accounts.actions import grant_role
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.clock import calendar_day
from wmt.site.redirects import redirect_onward
from wmt.site.workload.models import Unit

_HOST = "demonstration.invalid"
_SOME_CASES = 15


@dataclass(frozen=True)
class DemoAccount:
    """One of them: their name, their role, and what they can do here."""

    key: str
    name: str
    role: str
    sentence: str

    @property
    def email(self) -> str:
        """An address that cannot exist."""
        return f"{self.key}@{_HOST}"


PARTS = (
    DemoAccount(
        "practitioner",
        "A practitioner",
        "practitioner",
        "See your own cases and how each one is counted.",
    ),
    DemoAccount(
        "over",
        "A probation officer over 110%",
        "practitioner",
        "See what happens after four weeks of excessive workload, and how to ask for help.",
    ),
    DemoAccount(
        "spo",
        "A senior probation officer",
        "manager",
        "See which cases wait in your teams, who could hold each, and allocate them.",
    ),
    DemoAccount(
        "head", "A head of PDU", "head", "Compare the teams in your PDU and see which actions are open."
    ),
    DemoAccount(
        "analyst",
        "A performance and quality analyst",
        "analyst",
        "See all of England and Wales, check the data that arrived and download tables.",
    ),
    DemoAccount(
        "administrator",
        "An administrator",
        "administrator",
        "Load data, manage people and roles, and read the audit trail.",
    ),
)
Place = tuple[str, str]


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
def ensure_demo_people(
    state: LoadState, over: Sequence[str] = (), waiting: Collection[str] = ()
) -> list[User]:
    """The people, made or brought up to date with the nation that is loaded. Does nothing twice.

    `over` are posts with an action on excessive workload open: the first that fits is somebody's own, the
    ordinary post is of the same PDU, and the manager has the teams of both. `waiting` are teams with waiting
    cases: one of them is the manager's, where there is one. Raises RuntimeError where this is no
    demonstration, or the nation has no ordinary team.
    """
    if not settings.CONFIG.demo:
        raise RuntimeError("people of the demonstration are made only where WMT_DEMO is 1")
    posts = _DemoPosts.of(state)
    burdened, post = _two_of_a_pdu(posts, over, waiting)
    own = {"practitioner": post, "over": burdened}
    teams = sorted({("team", each.team_code) for each in (post, burdened) if each is not None})
    places: dict[str, list[Place]] = {"spo": teams, "head": [("pdu", post.pdu_code)]}
    made = []
    for part in PARTS:
        if part.role != "practitioner":
            made.append(_ensure(part, places.get(part.key, [NATION]), ""))
        elif (mine := own[part.key]) is not None:
            made.append(_ensure(part, [("team", mine.team_code)], mine.staff_code))
        else:
            User.objects.filter(email=part.email).update(is_active=False)
    return made


@dataclass(frozen=True)
class _DemoPosts:
    """The posts of the figures shown, by how well they show what the site is for."""

    every: QuerySet[Unit]
    usual: list[Unit]

    @classmethod
    def of(cls, state: LoadState) -> "_DemoPosts":
        posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
        usual = posts.filter(is_omic=False, available_x100__gt=0, cases__gte=_SOME_CASES)
        return cls(posts, list(usual.exclude(staff_code="").order_by("team_code", "code")))

    def officers(self, least: int) -> Iterator[Unit]:
        """Officers with cases and time and with one post alone, in teams of so many such posts at least."""
        teams: dict[str, list[Unit]] = {}
        for post in self.usual:
            teams.setdefault(post.team_code, []).append(post)
        people = Counter(self.every.values_list("staff_code", flat=True))  # of two posts, which is home?
        for members in teams.values():
            if len(members) >= least:
                yield from (each for each in members if each.grade == "PO" and people[each.staff_code] == 1)


def _two_of_a_pdu(
    posts: _DemoPosts, over: Sequence[str], waiting: Collection[str]
) -> tuple[Unit | None, Unit]:
    """An officer over the threshold, where there is one, and an ordinary one of another team."""
    found = list(posts.officers(4)) or list(posts.officers(1))
    found.sort(key=lambda post: post.team_code not in waiting)
    # who was the ordinary officer before there were actions stays one of the two, so that the manager of
    # that team can read what this manager was notified of
    if not found:
        # any post of a team, where the nation has no officer who fits. Raises RuntimeError.
        any_post = posts.every.exclude(staff_code="").filter(~Q(team_code="")).order_by("code").first()
        if any_post is None:
            raise RuntimeError("the figures shown have no post: load the demonstration nation first")
        return None, any_post
    of_pdu = [post for post in found if post.pdu_code == found[0].pdu_code]
    return _pair(found[0], of_pdu, over) or _pair(found[0], found, over) or (None, found[0])


def _pair(one: Unit, others: list[Unit], over: Sequence[str]) -> tuple[Unit, Unit] | None:
    """An officer over the threshold and an ordinary one of another team, one of whom is given."""
    for other in others:
        if other.team_code != one.team_code and (one.code in over) != (other.code in over):
            return (one, other) if one.code in over else (other, one)
    return None


def _ensure(part: DemoAccount, places: Sequence[Place], staff_code: str) -> User:
    user = User.objects.filter(email=part.email).first()
    if user is None:
        user = User.objects.create_user(part.email, name=part.name, is_demonstration=True)
    if (user.name, user.staff_code, user.is_active) != (part.name, staff_code, True):
        user.name, user.staff_code, user.is_active = part.name, staff_code, True
        user.save(update_fields=["name", "staff_code", "is_active"])
    held = RoleGrant.objects.filter(user=user, last_day=None).values_list("role", "level", "code")
    if set(held) != {(part.role, *place) for place in places}:
        RoleGrant.objects.filter(user=user).delete()
        for level, code in places:
            grant_role(
                actor=None,
                user=user,
                role=part.role,
                level=level,
                code=code,
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
