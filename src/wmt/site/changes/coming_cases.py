"""Cases that are recorded as waiting and that the data does not have yet: what each is, by its record.

Nothing is guessed: a case comes with the type and tier that were recorded. The next extract must be able to
show it, so data that only counts cases takes none.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from wmt import ledger
from wmt.allocation.cases import CaseToGive, of_kind
from wmt.facts import TIERS
from wmt.grades import DUMMY
from wmt.ledger import LedgerError
from wmt.site.accounts import limited_access
from wmt.site.accounts.access import may
from wmt.site.accounts.roles import Action
from wmt.site.allocation.models import CaseKindChange, WaitingCase
from wmt.site.availability.change_requests import ChangeFault, RefusedError
from wmt.site.changes.case_deltas import is_priced
from wmt.site.figures import line_queries
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import OfLoad, State, rules_of
from wmt.text import SEPARATOR, counted


def coming(
    actor: Any, ref: str, state: State, stated: tuple[str, str] | None = None
) -> tuple[Unit, CaseToGive] | None:
    """Nobody in the team where a case is recorded as waiting, and the case; None where the person may
    allocate none of that CRN. The caller has looked that the figures do not have it. `stated` are the type
    and tier ('0': none) that it is to have in place of those of its record.

    Raises RefusedError where what is recorded does not say what the case earns.
    """
    rows = list(
        WaitingCase.objects.filter(ref=ref, state=WaitingCase.State.WAITING).order_by("arrived_on", "pk")
    )
    mine = [row for row in rows if actor is None or may(
        actor, Action.ALLOCATE_CASES, level="team", code=row.team_code, state=state
    )]  # fmt: skip
    if not mine:
        return None
    if ref.upper() in limited_access.hidden_from(actor):
        raise _refused("LIMITED_ACCESS", limited_access.SENTENCE)
    if stated is not None and len(rows) == 1:
        rows[0].location, rows[0].tier = stated[0], "" if stated[1] == "0" else stated[1]
    elif stated is not None:
        words = f"{ref} is recorded as waiting {counted(len(rows), 'time')}"
        raise _refused("SEVERAL", f"{words}. Correct the tier in its records, not here")
    if len({(row.location, row.tier, row.is_t2a) for row in rows}) > 1:
        words = f"{ref} is recorded as waiting {counted(len(rows), 'time')}, with different types or tiers"
        raise _refused("SEVERAL", f"{words}. Correct the records, so that they say the same")
    row = mine[0]
    team = Unit.objects.filter(load_id=state.load_id, level="team", whole=True, code=row.team_code).first()
    if team is None:
        words = f"{ref} is recorded in team {row.team_code}, which is not in the data shown"
        raise _refused("TEAM_UNKNOWN", f"{words}. Change the team in its record")
    if CaseKindChange.objects.filter(ref=ref, is_open=True).exists():
        words = f"A change of the tier or type of {ref} waits for data that has the case"
        raise _refused("KIND_CHANGED", f"{words}. Allocate it in nDelius, or after the next extract")
    if counts_cases(state.of_load):
        words = f"The data counts cases and does not list them, so it would never show {ref} by its CRN"
        raise _refused("COUNTED", f"{words}. Allocate it in nDelius")
    return nobody_in(team), replace(as_recorded(row, state), post=f"{team.code}{SEPARATOR}")


def nobody_in(team: Unit) -> Unit:
    """Who has the cases of a team that the data does not have: a post that is in no figures."""
    return Unit(
        load_id=team.load_id, level="post", code=f"{team.code}{SEPARATOR}", name=f"Waiting in {team.name}",
        stream=ledger.HEADLINE, grade=DUMMY, region_code=team.region_code, pdu_code=team.pdu_code,
        team_code=team.code, staff_code="",
    )  # fmt: skip


def as_recorded(row: WaitingCase, state: State) -> CaseToGive:
    """The case that a record states. Raises RefusedError where that does not say what it earns."""
    if not row.tier and not row.no_tier_why:
        words = f"The record of {row.ref} has no tier, so it is not known what it earns"
        raise _refused("TIER_MISSING", f"{words}. Add its tier, or say why it has none yet")
    tiers = TIERS[state.tier_scheme]
    if row.tier and row.tier not in tiers:
        known = ", ".join(tier for tier in tiers if tier != "0")
        words = f"The record of {row.ref} has tier {row.tier}. The tiers are {known}"
        raise _refused("TIER", f"{words}: change the record")
    stream = "t2a" if row.is_t2a else "standard"
    try:
        kind = row.location, row.tier or "0", stream
        case = of_kind(rules_of(state), state.tier_scheme, state.day, *kind)
    except (LedgerError, KeyError) as error:
        raise _refused("TIER", f"{row.ref} cannot be priced as it is recorded: {error}") from None
    if not is_priced(state, case, "active"):
        words = f"The figures shown were loaded before cases like {row.ref} could be added to them"
        raise _refused("NOT_YET", f"{words}: it can be allocated here after the next extract")
    return replace(case, ref=row.ref)


@lru_cache(maxsize=2)
def counts_cases(of_load: OfLoad) -> bool:
    """Whether some post of a load has cases that are counted and not listed, OMiC left out."""
    numbers = [
        number for number, by in line_queries.priced(of_load).items()
        if by.kind == "case" and by.stream != ledger.OMIC
    ]  # fmt: skip
    return Line.objects.filter(load_id=of_load[0], ref="", pricing__in=numbers).exists()


def _refused(code: str, message: str) -> RefusedError:
    return RefusedError([ChangeFault(code, message, "ref")])
