"""Proposals of rules, their steps, and what other rules would change for a unit."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Field, Path, Query, Router, Schema

from wmt import ledger, rules
from wmt.rules import overlay_text
from wmt.rules.values import Consultation, Overlay
from wmt.site.accounts.access import NATION, may, need
from wmt.site.accounts.roles import Action
from wmt.site.api import lookups, schemas
from wmt.site.availability.change_requests import ChangeFault, RefusedError
from wmt.site.changes import rule_checks
from wmt.site.changes import rule_proposals as action
from wmt.site.clock import calendar_day
from wmt.site.queries import rule_effects
from wmt.site.rule_proposals.models import RuleProposal
from wmt.site.rule_proposals.reading import find, listed, standing
from wmt.site.workload.staff_names import person

router = Router()

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the proposal.")]
Words = Annotated[str, schemas.StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")]
Edition = Annotated[int, Field(ge=1, le=2_000_000_000, description="The `edition` that was read.")]


class ProposedValueIn(schemas.RequestSchema):
    """One value of a rule, from a day on."""

    rule: Annotated[str, schemas.StringConstraints(max_length=300, pattern=r"^[A-Za-z0-9_.-]+$")] = Field(
        description="The path of the rule."
    )
    first_day: schemas.Day
    value: str | bool | int | float | None = Field(
        description="As files of rules have it: decimals best as text; null for none."
    )


class ConsultationIn(schemas.RequestSchema):
    """Who was consulted, when, and the reference of the letter: all three, or none."""

    body: Words = ""
    day: schemas.Day | None = None
    letter: Words = ""


class RuleProposalIn(schemas.RequestSchema):
    """A change of rules."""

    name: Words
    source: Words = Field("", description="Where the values come from; needed before it can be submitted.")
    reason: Words = Field("", description="Needed before it can be submitted. Everybody reads it.")
    effect: Words = ""
    consultation: ConsultationIn = ConsultationIn()
    not_consulted: Words = Field("", description="Why nobody was consulted, where nobody was.")
    supersedes: int | None = Field(None, ge=1, le=2_000_000_000, description="An approved proposal's number.")
    values: Annotated[list[ProposedValueIn], Field(max_length=3_000)]
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and request again makes one draft."
    )


class RuleProposalEditIn(RuleProposalIn):
    """The same in place of a draft."""

    edition: Edition


class RuleProposalStepIn(schemas.RequestSchema):
    """A step of a proposal."""

    edition: Edition
    why: Words = Field("", description="Needed to decline and to withdraw.")
    checked: bool = Field(False, description="That the `questions` were looked at.")
    ends: schemas.Day | None = Field(None, description="Of what is in force: the first day without it.")


class ProposedValueShown(Schema):
    """One value that is proposed."""

    rule: str
    first_day: date
    value: str | None = Field(description="Exactly as written; null: none.")


class RuleProposalShown(Schema):
    """A proposal."""

    number: int
    edition: int
    name: str
    state: str
    standing: str = Field(description="What became of it, in words.")
    first_day: date
    ends: date | None = Field(description="The first day without it; null: no end.")
    source: str
    reason: str
    effect: str
    consulted: str
    consulted_on: date | None
    letter: str
    not_consulted: str
    supersedes: int | None
    proposed_by: str = Field(description="Only for who proposes, approves or reads the audit.")
    decided_by: str = Field(description="As `proposed_by`; empty where nobody decided.")
    questions: list[str] = Field(description="What a person is asked before it goes on.")
    values: list[ProposedValueShown]


class RuleProposalsShown(schemas.PageShown):
    """Proposals, the last first."""

    items: list[RuleProposalShown]


class RuleCauseShown(Schema):
    """Why a figure would differ."""

    side: str = Field(description="`work` or `time`.")
    kind: str
    component: str
    tier: str
    suspended: bool
    points: float
    available: float
    percentage_points: float | None


class RuleEffectShown(Schema):
    """A unit under two sets of rules."""

    level: str
    code: str
    before: str = Field(description="What the rules before are.")
    after: str
    points_before: float
    points_after: float
    available_before: float
    available_after: float
    capacity_before: str
    capacity_after: str
    threshold_before: float = Field(description="Of excessive workload, in per cent.")
    threshold_after: float
    people_over_after: int = Field(description="Over the threshold after, and not before.")
    people_no_longer_over: int
    spread: list[int] = Field(
        description="People by percentage points: -10 or less, -5, -1, within 1, 1, 5, 10 or more."
    )
    causes: list[RuleCauseShown] = Field(description="They add up to the difference.")


class RuleEffectQuery(Schema):
    """Which rules: a proposal, or those of two days."""

    proposal: int | None = Field(None, ge=1, le=2_000_000_000)
    before: schemas.Day = Field(date(2023, 1, 5), description="Without a proposal.")
    after: schemas.Day = Field(date(2023, 1, 6), description="Without a proposal.")
    day: schemas.Day | None = Field(
        None, description="Of a proposal whose values begin on several days: one of them; else the first."
    )


@router.get(
    "rule-proposals", response=schemas.answers(RuleProposalsShown, 422), url_name="api-rule-proposals",
    summary="Proposed changes of rules",
)  # fmt: skip
def list_proposals(request: HttpRequest, paging: Query[schemas.Paging]) -> dict[str, Any]:
    """Everybody may read them; who proposed and decided is for those who do that."""
    rows = listed().select_related("supersedes")
    items = [_shown(request, row, asks=False) for row in paging.part(rows)]
    return {**paging.about(rows.count()), "items": items}


@router.post(
    "rule-proposals", response=schemas.answers(RuleProposalShown, *schemas.WRITE),
    url_name="api-rule-proposal-new", summary="Propose a change of rules",
)  # fmt: skip
def propose(request: HttpRequest, payload: Body[RuleProposalIn]) -> dict[str, Any]:
    """A draft. It becomes a rule when you submit it and somebody else approves it."""
    _need(request, Action.PROPOSE_RULES)
    return _shown(
        request,
        action.propose(actor=lookups.me(request), who=lookups.who(request), wanted=_wanted(payload))[0],
    )


@router.get(
    "rule-proposals/{number}", response=schemas.answers(RuleProposalShown, *schemas.READ),
    url_name="api-rule-proposal", summary="One proposed change of rules",
)  # fmt: skip
def one(request: HttpRequest, number: Number) -> dict[str, Any]:
    """With its values and the questions that are asked of it."""
    return _shown(request, find(number))


@router.put(
    "rule-proposals/{number}", response=schemas.answers(RuleProposalShown, *schemas.WRITE),
    url_name="api-rule-proposal-edit", summary="Change a draft of your own",
)  # fmt: skip
def edit(request: HttpRequest, number: Number, payload: Body[RuleProposalEditIn]) -> dict[str, Any]:
    """All of it is put in place of what was there."""
    _need(request, Action.PROPOSE_RULES)  # before what was sent is read
    return _decided(
        request, Action.PROPOSE_RULES, action.edit, number, payload.edition, wanted=_wanted(payload)
    )


@router.post(
    "rule-proposals/{number}/submit", response=schemas.answers(RuleProposalShown, *schemas.WRITE),
    url_name="api-rule-proposal-submit", summary="Submit a draft for approval",
)  # fmt: skip
def submit(request: HttpRequest, number: Number, payload: Body[RuleProposalStepIn]) -> dict[str, Any]:
    """Refused with `CHECK` while there are questions, unless `checked`."""
    return _decided(
        request, Action.PROPOSE_RULES, action.submit, number, payload.edition, checked=payload.checked
    )


@router.post(
    "rule-proposals/{number}/approve", response=schemas.answers(RuleProposalShown, *schemas.WRITE),
    url_name="api-rule-proposal-approve", summary="Approve a change of rules",
)  # fmt: skip
def approve(request: HttpRequest, number: Number, payload: Body[RuleProposalStepIn]) -> dict[str, Any]:
    """Refused with `SAME_PERSON` for whoever proposed it. It holds from its first day by itself."""
    return _decided(
        request, Action.APPROVE_RULES, action.approve, number, payload.edition, checked=payload.checked
    )


@router.post(
    "rule-proposals/{number}/decline", response=schemas.answers(RuleProposalShown, *schemas.WRITE),
    url_name="api-rule-proposal-decline", summary="Decline a change of rules",
)  # fmt: skip
def decline(request: HttpRequest, number: Number, payload: Body[RuleProposalStepIn]) -> dict[str, Any]:
    """With `why`, for whoever proposed it."""
    return _decided(request, Action.APPROVE_RULES, action.decline, number, payload.edition, why=payload.why)


@router.post(
    "rule-proposals/{number}/withdraw", response=schemas.answers(RuleProposalShown, *schemas.WRITE),
    url_name="api-rule-proposal-withdraw", summary="Withdraw a change of rules",
)  # fmt: skip
def withdraw(request: HttpRequest, number: Number, payload: Body[RuleProposalStepIn]) -> dict[str, Any]:
    """Before its first day it is gone; what is in force ends on a day that has not passed (`ends`)."""
    return _decided(
        request,
        Action.PROPOSE_RULES,
        action.withdraw,
        number,
        payload.edition,
        why=payload.why,
        ends=payload.ends,
        checked=payload.checked,
    )


@router.get(
    "rule-effects/{level}/{code:code}", response=schemas.answers(RuleEffectShown, *schemas.READ),
    url_name="api-rule-effect", summary="What other rules would change for a unit",
)  # fmt: skip
def effect(
    request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode, wish: Query[RuleEffectQuery]
) -> dict[str, Any]:
    """The work and hours of now under two sets of rules; nothing changes."""
    state, unit = lookups.unit_for(request, level, code)
    try:
        if wish.proposal is not None:
            beside = rule_effects.beside_proposal(find(wish.proposal), state, wish.day)
        else:
            beside = rule_effects.of_days(wish.before, wish.after)
        found = rule_effects.effect_on(state, unit, beside)
    except (ledger.LedgerError, rules.RulesError) as fault:
        field = "before" if wish.proposal is None else "proposal"
        raise RefusedError([ChangeFault("RULES", str(fault), field)]) from None
    was, then = found.before, found.after
    up, down = found.crossing()
    return {
        "level": level, "code": code, "before": beside.before_name, "after": beside.after_name,
        "points_before": was.points_x100 / 100, "points_after": then.points_x100 / 100,
        "available_before": was.available_x100 / 100, "available_after": then.available_x100 / 100,
        "capacity_before": ledger.shown_capacity(*was), "capacity_after": ledger.shown_capacity(*then),
        "threshold_before": found.marks_x100[0] / 100, "threshold_after": found.marks_x100[1] / 100,
        "people_over_after": len(up), "people_no_longer_over": len(down), "spread": found.spread(),
        "causes": [
            {
                "side": each.side, "kind": each.kind, "component": each.component, "tier": each.tier,
                "suspended": each.suspended, "points": each.points_x100 / 100,
                "available": each.available_x100 / 100,
                "percentage_points": None if each.percentage_points_x100 is None
                else each.percentage_points_x100 / 100,
            }
            for each in found.causes
        ],
    }  # fmt: skip


def _need(request: HttpRequest, wanted: Action) -> None:
    level, code = NATION
    need(request, wanted, level=level, code=code)


def _decided(
    request: HttpRequest, needed: Action, decide: Callable[..., RuleProposal], number: int, edition: int,
    **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """What becomes of a proposal by an action on it, for who may."""
    _need(request, needed)
    actor, who = lookups.me(request), lookups.who(request)
    return _shown(request, decide(actor=actor, who=who, number=number, edition=edition, **more))


def _wanted(sent: RuleProposalIn) -> action.ProposalRequest:
    """What was sent as the action asks for it. Raises RefusedError for values that are none."""
    tree, entries, faults = rules.load(), [], []
    for each in sent.values:
        value: rules.Scalar = each.value if isinstance(each.value, str | bool | int) else None
        if each.rule in tree.parameters:
            value, fault = overlay_text.typed(tree.parameter(each.rule), each.value)
            if fault:
                faults.append(ChangeFault("VALUE", f"{each.rule}: {fault}", each.rule))
        entries.append((each.rule, each.first_day, value))
    if len({entry[:2] for entry in entries}) < len(entries):
        faults.append(ChangeFault("TWICE", "A rule has two values for one day; send one", "values"))
    if faults:
        raise RefusedError(faults)
    asked = Consultation(sent.consultation.body, sent.consultation.day, sent.consultation.letter)
    overlay = Overlay(
        sent.name, sent.source, tuple(entries), reason=sent.reason, effect=sent.effect, consultation=asked
    )
    return action.ProposalRequest(
        overlay=overlay, not_consulted=sent.not_consulted, supersedes=sent.supersedes, key=sent.key
    )


def _shown(request: HttpRequest, row: RuleProposal, *, asks: bool = True) -> dict[str, Any]:
    overlay, asked = row.overlay, row.overlay.consultation
    names = _reads_names(request)
    is_open = row.state in (RuleProposal.State.DRAFT, RuleProposal.State.SUBMITTED)
    return {
        "number": row.pk, "edition": row.edition, "name": row.name, "state": str(row.state),
        "standing": standing(row, calendar_day()), "first_day": row.first_day, "ends": row.ends,
        "source": overlay.reference, "reason": overlay.reason, "effect": overlay.effect,
        "consulted": asked.body, "consulted_on": asked.day, "letter": asked.letter,
        "not_consulted": row.not_consulted, "supersedes": row.supersedes_id,
        "proposed_by": person(row.proposer) if names else "",
        "decided_by": person(row.decider) if names else "",
        "questions": rule_checks.questions(row) if asks and is_open else [],
        "values": [
            {"rule": path, "first_day": day, "value": None if value is None else _written(value)}
            for path, day, value in overlay.entries
        ],
    }  # fmt: skip


def _written(value: rules.Scalar) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _reads_names(request: HttpRequest) -> bool:
    level, code = NATION
    wanted = (Action.PROPOSE_RULES, Action.APPROVE_RULES, Action.READ_AUDIT)
    return any(may(request.user, each, level=level, code=code) for each in wanted)
