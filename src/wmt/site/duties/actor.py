"""Who does something with a duty or a request."""

from dataclasses import dataclass

from wmt.site.accounts.models import User
from wmt.site.workload.state import State


@dataclass(frozen=True, kw_only=True)
class DutyActor:
    """Who does something, of which figures, and the name that is written down if it is not theirs alone."""

    user: User
    state: State
    who: str = ""

    @property
    def name(self) -> str:
        return self.who or str(self.user)
