"""`wmt waiting` and `wmt candidates` without a PATH: of the figures that the site of this home shows now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wmt import ledger
from wmt.allocation import cases as given
from wmt.allocation.candidates import Candidate, not_in_data
from wmt.cli import allocate, site_start
from wmt.cli.console import RefusedInput
from wmt.facts.enums import NOT_KNOWN

if TYPE_CHECKING:
    from wmt.site.queries.waiting_cases import WaitingEntry
    from wmt.site.workload.state import State

#: The units that were asked for, by their level.
UnitsAsked = dict[str, Sequence[str] | None]


def need_no_options(**options: Any) -> None:
    """Refuses options that say how an input is read: the site shows its figures as they are."""
    for name, value in options.items():
        if value:
            raise RefusedInput(f"--{name.replace('_', '-')} goes with a PATH; without one the site is asked")


def waiting_rows(asked: UnitsAsked) -> list[dict[str, Any]]:
    """The waiting cases that the site shows, as `wmt.allocation.waiting` has those of a night: with what was
    recorded, and without what was given to somebody."""
    site_start.set_up_to_read()
    from wmt.site.queries.waiting_cases import all_waiting

    state = allocate.state_shown()
    teams = _teams(state, asked) if any(asked.values()) else None
    return [_waiting_row(each, state) for each in all_waiting(state, teams)]


def _waiting_row(each: "WaitingEntry", state: "State") -> dict[str, Any]:
    kind, since = each.kind, each.since
    return {
        "ref": each.ref or None, "location": kind.location, "tier": kind.tier, "suspended": kind.suspended,
        "stream": kind.stream, "status": each.priced.status if each.priced else "active",
        "cases": each.cases, "team_code": each.team_code,
        "staff_code": each.post.staff_code if each.post else None,
        "pdu_code": each.team.pdu_code if each.team else NOT_KNOWN,
        "region_code": each.team.region_code if each.team else NOT_KNOWN,
        "since": since, "days": (state.day - since).days if since else None,
        "points": ledger.decimal(each.points_x100),
    }  # fmt: skip


def who_could_hold(
    *,
    refs: Sequence[str],
    kinds: Sequence[str],
    now: str | None,
    asked: UnitsAsked,
    grades: Sequence[str],
) -> tuple[list[given.CaseToGive], list[Candidate]]:
    """The cases, and everybody of the units asked for, as the pages of the site have them. `grades` are those
    of posts that the data does not have."""
    site_start.set_up_to_read()
    from wmt.site.availability.change_requests import RefusedError
    from wmt.site.queries.choosing import Choosing
    from wmt.site.workload.models import Unit
    from wmt.site.workload.state import rules_of

    state = allocate.state_shown()
    rules = rules_of(state)
    try:
        cases = [_case(state, ref, now) for ref in refs]
    except RefusedError as refused:
        raise RefusedInput(f"{refused}") from None
    for text in kinds:
        stream, location, tier, suspended = given.read_kind(text, state.tier_scheme)
        of_day = rules, state.tier_scheme, state.day
        cases.append(given.of_kind(*of_day, location, tier, stream, suspended))
    teams = _teams(state, asked) or of_holders(cases)
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, team_code__in=teams)
    people = Choosing(state, posts).candidates(cases)
    return cases, people + [not_in_data(rules, state.day, cases, grade) for grade in grades]


def _case(state: "State", ref: str, now: str | None) -> given.CaseToGive:
    from wmt.site.changes.allocation_preview import case_of
    from wmt.site.changes.stated_kinds import StatedKind, case_as

    if now is None:
        return case_of(actor=None, typed=ref, state=state)[1]
    stream, location, tier, suspended = given.read_kind(now, state.tier_scheme)
    if stream != "standard":
        raise RefusedInput("--now takes a type and a tier; whether a case is T2A stays as it is")
    stated = StatedKind(location=location, tier=tier, suspended=suspended)
    return case_as(actor=None, typed=ref, stated=stated, state=state).case


def of_holders(wanted: Sequence[given.CaseToGive]) -> list[str]:
    """The teams that hold the cases now: who is nearest, where nobody says whom to look at."""
    found = sorted({each.post.partition(":")[0] for each in wanted if each.post})
    if not found:
        raise RefusedInput("say whom to look at: --team, --pdu or --region")
    return found


def _teams(state: "State", asked: UnitsAsked) -> list[str]:
    """The teams of the units asked for, none where none was. Refuses a unit that is not there."""
    from wmt.site.workload.models import Unit

    teams, chosen = Unit.objects.filter(load_id=state.load_id, level="team", whole=True), list[str]()
    for level, codes in asked.items():
        field = "code" if level == "team" else f"{level}_code"
        for code in codes or ():
            of_unit = teams.filter(**{field: code}).order_by("code").values_list("code", flat=True)
            if not of_unit:
                raise RefusedInput(f"--{level} {code}: there is no such {level} in the figures shown")
            chosen += of_unit
    return chosen
