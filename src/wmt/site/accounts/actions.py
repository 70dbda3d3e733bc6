"""Every change to people and their roles: one transaction each, with its audit event."""

from datetime import date, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from wmt.site.accounts.access import NATION, load_shown
from wmt.site.accounts.errors import CannotDoError
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.accounts.roles import ROLES, placed
from wmt.site.audit.record import record
from wmt.site.clock import calendar_day
from wmt.site.workload.models import Unit


@transaction.atomic
def add_person(*, actor: User | None, email: str, name: str, staff_code: str = "", who: str = "") -> User:
    """A person who may sign in, as yet without a role or a password. Raises CannotDoError."""
    email = email.strip().lower()
    if User.objects.filter(email__iexact=email).exists():
        raise CannotDoError("There is already an account with this email address", field="email")
    user = User.objects.create_user(email, name=name.strip(), staff_code=staff_code.strip())
    record("user", f"{user} was added ({email}).", actor=actor, who=who, after=_facts(user))
    return user


def add_reader(*, email: str, name: str) -> User:
    """An account that reads and no more, for a person the sign-on vouches for."""
    return add_person(actor=None, email=email, name=name, who=name)


@transaction.atomic
def change_person(*, actor: User, user: User, name: str, staff_code: str) -> None:
    """A person's name and staff code. Nothing is written where nothing changes."""
    _only_real(user)
    before = _facts(user)
    user.name, user.staff_code = name.strip(), staff_code.strip()
    if _facts(user) == before:
        return
    user.save(update_fields=["name", "staff_code"])
    record("user", f"{user}: name or staff code changed.", actor=actor, before=before, after=_facts(user))


@transaction.atomic
def set_active(*, actor: User, user: User, active: bool) -> None:
    """Closes or opens an account. Raises CannotDoError for one's own and for the last administrator's."""
    _only_real(user)
    _lock_administrators()
    if user == actor and not active:
        raise CannotDoError("You cannot close your own account: another administrator must do it")
    if user.is_active == active:
        return
    before, administered = _facts(user), _administers_for_good(user)
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        _end_tokens(actor, user)  # a program must not come back to life with the account
    if administered:
        _still_somebody()
    what = "opened again" if active else "closed"
    record("user", f"The account of {user} was {what}.", actor=actor, before=before, after=_facts(user))


@transaction.atomic
def grant_role(
    *,
    actor: User | None,
    user: User,
    role: str,
    level: str,
    code: str,
    first_day: date,
    last_day: date | None = None,
    who: str = "",
) -> RoleGrant:
    """A role at a unit for a time, both days counting. Raises CannotDoError for what makes no sense."""
    if actor is not None:
        _only_real(user)
    code = NATION[1] if level == NATION[0] else code.strip()
    _check_grant(role, level, code, first_day, last_day)
    same = RoleGrant.objects.filter(user=user, role=role, level=level, code=code)
    clash = same.exclude(last_day__lt=first_day)
    if (clash.exclude(first_day__gt=last_day) if last_day else clash).exists():
        raise CannotDoError("They already have this role at this unit on those dates", field="role")
    grant = RoleGrant.objects.create(
        user=user, role=role, level=level, code=code, first_day=first_day, last_day=last_day, granted_by=actor
    )
    days = f"from {first_day:%-d %B %Y}" + (f" until {last_day:%-d %B %Y}" if last_day else "")
    sentence = f"{user} was given the role {ROLES[role].title} at {placed(level, code)} {days}."
    record("role", sentence, actor=actor, who=who, level=level, code=code, after=_grant_facts(grant))
    return grant


@transaction.atomic
def end_grant(*, actor: User | None, grant: RoleGrant, last_day: date | None = None) -> None:
    """Ends a role: at once, or after `last_day`. Raises CannotDoError where nobody would administer."""
    _lock_administrators()
    today = calendar_day()
    last = today - timedelta(days=1) if last_day is None else last_day
    if last_day is not None and last_day < today:
        raise CannotDoError("The last day must be today or later", field="last_day")
    if grant.last_day is not None and grant.last_day <= last:
        raise CannotDoError("This role already ends by then", field="last_day")
    before = _grant_facts(grant)
    grant.last_day = last
    grant.save(update_fields=["last_day"])
    if grant.role == "administrator":
        if actor is not None and grant.user_id == actor.pk and not _administers_for_good(actor):
            raise CannotDoError(
                "You cannot end your own administrator role: another administrator must do it"
            )
        _still_somebody()
    when = "immediately" if last_day is None else f"after {last:%-d %B %Y}"
    role = f"{ROLES[grant.role].title} at {placed(grant.level, grant.code)}"
    sentence = f"The role of {grant.user} as {role} ends {when}."
    record(
        "role",
        sentence,
        actor=actor,
        level=grant.level,
        code=grant.code,
        before=before,
        after=_grant_facts(grant),
    )


@transaction.atomic
def remove_second_factor(*, actor: User, user: User) -> None:
    """For who lost their telephone: they set up a new one at their next sign-in."""
    _only_real(user)
    if user == actor:
        raise CannotDoError(
            "You cannot remove your own two-step sign in here: another administrator must do it"
        )
    for authenticator in Authenticator.objects.filter(user=user):
        authenticator.delete()
    _end_tokens(actor, user)
    record("user", f"Two-step sign in was removed for {user}. They must set it up again.", actor=actor)


@transaction.atomic
def password_link(*, actor: User | None, user: User, who: str = "") -> str:
    """The path of a link by which a person sets their password: once, within three days.

    A new one is needed afterwards; setting a password makes every link made before it useless. Raises
    CannotDoError for an account that is closed or of the demonstration.
    """
    _only_real(user)
    if not user.is_active:
        raise CannotDoError("The account is closed: open it again first")
    key = urlsafe_base64_encode(force_bytes(user.pk))
    record("user", f"A link to set a password was made for {user}.", actor=actor, who=who)
    return reverse("first-password", args=[key, default_token_generator.make_token(user)])


@transaction.atomic
def set_first_password(*, user: User, password: str) -> None:
    _only_real(user)
    user.set_password(password)
    user.save(update_fields=["password"])
    _end_tokens(user, user)
    record("user", f"{user} set a password by a one-time link.", actor=user)


@transaction.atomic
def first_administrator(*, email: str, name: str) -> str:
    """An administrator made from the command line; the path of their link to set a password.

    For an address that is known the person is made administrator if they are not. Raises CannotDoError for an
    address that cannot be one, and for a closed account.
    """
    from django.core.exceptions import ValidationError

    try:
        validate_email(email.strip())
    except ValidationError as fault:
        raise CannotDoError(f"{email!r} is not an email address", field="email") from fault
    who = "the command line"
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        user = add_person(actor=None, email=email, name=name, who=who)
    _only_real(user)
    if not _administers_for_good(user):
        grant_role(
            actor=None,
            user=user,
            role="administrator",
            level=NATION[0],
            code=NATION[1],
            first_day=calendar_day(),
            who=who,
        )
    return password_link(actor=None, user=user, who=who)


def _end_tokens(actor: User, user: User) -> None:
    from wmt.site.accounts.tokens import end_all

    end_all(actor=actor, user=user)


def _check_grant(role: str, level: str, code: str, first_day: date, last_day: date | None) -> None:
    if role not in ROLES:
        raise CannotDoError("Choose a role", field="role")
    if level not in ROLES[role].levels:
        held = " or ".join(ROLES[role].levels)
        raise CannotDoError(f"{ROLES[role].title} can be held only at a {held}", field="level")
    if last_day is not None and last_day < first_day:
        raise CannotDoError("The last day must not be before the first", field="last_day")
    if level == NATION[0]:
        return
    if not code:
        raise CannotDoError("Enter the unit code", field="code")
    if not Unit.objects.filter(load_id=load_shown(), level=level, code=code, whole=True).exists():
        raise CannotDoError(
            f"There is no {placed(level, '')} with the code {code} in the figures shown now", field="code"
        )


def _lock_administrators() -> None:
    """Two administrators who take each other's right at once must not both succeed."""
    list(RoleGrant.objects.select_for_update().filter(role="administrator").values_list("pk"))


def _for_good() -> Any:
    """Administrators' rights in force today that nobody has set an end to, of people who can sign in."""
    found = RoleGrant.objects.filter(
        role="administrator",
        last_day__isnull=True,
        first_day__lte=calendar_day(),
        user__is_active=True,
    )
    return found if settings.CONFIG.demo else found.filter(user__is_demonstration=False)


def _administers_for_good(user: User) -> bool:
    return bool(_for_good().filter(user=user).exists())


def _still_somebody() -> None:
    if not _for_good().exists():
        raise CannotDoError(
            "This would leave no administrator. First make someone else an administrator with no end date"
        )


def _only_real(user: User) -> None:
    if user.is_demonstration:
        raise CannotDoError("People in the demonstration cannot be changed")


def _facts(user: User) -> dict[str, Any]:
    return {
        "email": user.email,
        "name": user.name,
        "staff_code": user.staff_code,
        "is_active": user.is_active,
    }


def _grant_facts(grant: RoleGrant) -> dict[str, Any]:
    return {
        "person": grant.user.email,
        "role": grant.role,
        "level": grant.level,
        "code": grant.code,
        "first_day": grant.first_day.isoformat(),
        "last_day": grant.last_day.isoformat() if grant.last_day else None,
    }
