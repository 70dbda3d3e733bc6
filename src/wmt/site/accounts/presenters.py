"""People and their roles as pages show them."""

from datetime import date, datetime
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from wmt.site.accounts import models
from wmt.site.accounts.forms import EndForm
from wmt.site.accounts.roles import ROLES, placed
from wmt.site.clock import calendar_day
from wmt.site.workload.day_format import moment_words


def person_row(user: Any) -> dict[str, Any]:
    """One row of the list. `user.held_today` are the grants in force."""
    return {
        "id": user.pk,
        "name": str(user),
        "email": user.email,
        "staff_code": user.staff_code,
        "roles": [held(grant) for grant in user.held_today],
        "last_sign_in": moment(user.last_login),
        "state": _state(user),
    }


def person_facts(user: models.User, forms: dict[str, Any]) -> dict[str, Any]:
    """One person, with every role they hold or held, the latest first."""
    grants = (
        models.RoleGrant.objects.filter(user=user).select_related("granted_by").order_by("-first_day", "-pk")
    )
    return {
        "id": user.pk,
        "name": str(user),
        "email": user.email,
        "staff_code": user.staff_code,
        "is_active": user.is_active,
        "is_demonstration": user.is_demonstration,
        "state": _state(user),
        "last_sign_in": moment(user.last_login),
        "added": moment(user.created_at),
        "has_password": user.has_usable_password(),
        "has_second_factor": is_mfa_enabled(user, ["totp"]),
        "is_linked": SocialAccount.objects.filter(user=user).exists(),
        "grants": [_grant(grant, forms.get(f"end-{grant.pk}")) for grant in grants],
    }


def held(grant: models.RoleGrant) -> str:
    return f"{ROLES[grant.role].title}, {placed(grant.level, grant.code)}"


def moment(at: datetime | None) -> str:
    """A moment in local time, or the word for none."""
    return moment_words(timezone.localtime(at)) if at else "never"


def _grant(grant: models.RoleGrant, form: Any) -> dict[str, Any]:
    today = calendar_day()
    return {
        "id": grant.pk,
        "held": held(grant),
        "first_day": day(grant.first_day),
        "last_day": day(grant.last_day) if grant.last_day else "no end",
        "state": _grant_state(grant, today),
        "can_end": grant.last_day is None or grant.last_day >= today,
        "by": str(grant.granted_by) if grant.granted_by else "",
        "form": form or EndForm(prefix=None),
    }


def _grant_state(grant: models.RoleGrant, today: date) -> str:
    if grant.last_day is not None and (grant.last_day < today or grant.last_day < grant.first_day):
        return "ended"
    return "to come" if grant.first_day > today else "in force"


def day(found: date) -> str:
    return found.strftime("%-d %B %Y")


def _state(user: models.User) -> str:
    if user.is_demonstration:
        return "demonstration"
    return "open" if user.is_active else "closed"
