"""People who propose and approve rules, and the proposals of the tests."""

from datetime import date, timedelta
from typing import Any

from accounts_fixtures import grant, person

from wmt.rules.values import Consultation, Overlay
from wmt.site.changes import rule_proposals
from wmt.site.changes.rule_proposals import ProposalRequest
from wmt.site.clock import calendar_day
from wmt.site.rule_proposals import in_force
from wmt.site.rule_proposals.models import RuleProposal

C2 = "tier_points.pc16.community.C2"


def ahead(days: int = 30) -> date:
    return calendar_day() + timedelta(days)


def analyst(name: str = "ann") -> Any:
    user = person(name)
    grant(user, "analyst")
    return user


def administrator(name: str = "bob") -> Any:
    user = person(name)
    grant(user, "administrator")
    return user


def wanted(*entries: tuple[str, date, Any], **more: Any) -> ProposalRequest:
    """A whole request: C2 worth 82 in thirty days, unless told."""
    usual: dict[str, Any] = {
        "name": "Longer reviews of C2", "reference": "Letter 7 of the directorate",
        "entries": entries or ((C2, ahead(), 82),), "reason": "Reviews take longer", "effect": "More points",
        "consultation": Consultation("Napo", date(2026, 9, 1), "N/26/7"),
    }  # fmt: skip
    outer = {name: more.pop(name) for name in ("not_consulted", "supersedes", "key") if name in more}
    return ProposalRequest(overlay=Overlay(**(usual | more)), **outer)


def submitted(by: Any, *entries: tuple[str, date, Any], **more: Any) -> RuleProposal:
    row, _ = rule_proposals.propose(actor=by, wanted=wanted(*entries, **more))
    return rule_proposals.submit(actor=by, number=row.pk, edition=row.edition, checked=True)


def approved(by: Any, other: Any, *entries: tuple[str, date, Any], **more: Any) -> RuleProposal:
    row = submitted(by, *entries, **more)
    return rule_proposals.approve(actor=other, number=row.pk, edition=row.edition, checked=True)


def codes(error: Any) -> list[str]:
    """The codes of what a request was refused for."""
    return [fault.code for fault in error.value.faults]


def on(day: date, path: str = C2) -> Any:
    """The value of a rule in force here on a day."""
    return in_force.tree_now().at(day)[path].value
