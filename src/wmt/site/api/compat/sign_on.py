"""Who comes in: a token of the organisation's sign-on that names a role of the workload service."""

from typing import Any

from django.http import HttpRequest

from wmt.site.accounts.models import User
from wmt.site.api.authentication import Stopped, Token
from wmt.site.audit.record import record
from wmt.site.problems import Problem

_READS = frozenset({"ROLE_WORKLOAD_READ", "ROLE_WORKLOAD_MEASUREMENT"})
_GIVES = frozenset({"ROLE_MANAGE_A_WORKFORCE_ALLOCATE"})


class Door(Token):
    """Lets in whose token names one of some roles. What they may do here is asked besides, as everywhere."""

    def __init__(self, roles: frozenset[str]) -> None:
        super().__init__()
        self._roles = roles

    def authenticate(self, request: HttpRequest, token: str) -> User:
        """The person. Raises Stopped: 401 for a token that opens nothing, 403 for a missing role."""
        person = super().authenticate(request, token)
        if person.authorities.isdisjoint(self._roles):
            record("denied", f"{person} used the allocation screens without a role for it.", request=request)
            raise Stopped(
                Problem(
                    status=403,
                    code="ROLE_MISSING",
                    message=f"The token names none of the roles {', '.join(sorted(self._roles))}.",
                    remedy="Ask for the role in single sign-on.",
                )
            )
        return person


READ: list[Any] = [Door(_READS)]
GIVE: list[Any] = [Door(_GIVES)]
EITHER: list[Any] = [Door(_READS | _GIVES)]
