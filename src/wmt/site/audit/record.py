"""Writing down what happened. Called in the same transaction as the change it tells of."""

from typing import Any

from django.http import HttpRequest

from wmt.site.audit.models import AuditEvent

#: Every kind of event, and what the pages call it.
KINDS: dict[str, str] = {
    "sign-in": "Signed in",
    "sign-out": "Signed out",
    "sign-in refused": "Sign-in refused",
    "load": "Extract loaded",
    "load decision": "Held data accepted or rejected",
    "export": "Table downloaded",
    "read": "Someone's details viewed",
    "denied": "Attempt denied",
    "user": "Person changed",
    "role": "Role added or ended",
    "token": "Token created or ended",
    "setting": "Setting changed",
    "hours": "Contracted hours changed",
    "reduction": "Reduction changed",
    "grade": "Grade corrected",
    "reason": "Reason for reductions changed",
    "people import": "Hours and reductions uploaded",
    "records followed": "Records followed an officer to a new post",
    "records carried over": "Records carried over to another post",
    "day": "A new day began",
    "allocation": "Case allocated",
    "case change": "Tier or type of a case changed",
    "waiting case": "Waiting case recorded, changed or removed",
    "colleague": "Cover or co-working of cases named or ended",
    "protection": "Post protected from new cases, or that ended",
    "priority": "Priority level of a PDU set, ended or undone",
    "alarm": "Alarm level of a team or PDU chosen, or an alarm raised",
    "establishment": "Establishment of a unit entered, changed or taken back",
    "agreement": "Local agreement switched on for a unit, or that ended",
    "agreement answer": "Action plan, letter or decision about an agreement",
    "agreement count": "Figure that people counted for an agreement",
    "extra work": "Extra work on a case noted or decided",
    "unusual": "Unusual change answered",
    "challenge": "Figure challenged, or that answered",
    "initiative": "Initiative entered or withdrawn",
    "rule proposal": "Change of rules proposed, approved, declined or withdrawn",
    "court advice": "Courts advised of a full unit, or that ended",
    "plan": "Plan made, changed or deleted",
    "limited access": "Limited access to a case changed",
    "screen": "Reported by the allocation screens of HMPPS",
    "duty": "Excessive workload action",
    "request": "Request for relief or concern",
    "report": "Heads told that a monthly report is ready",
    "retention": "Personal text deleted after its retention period",
    "night": "Data withdrawn, restored or missing",
}


def record(
    kind: str,
    sentence: str,
    *,
    request: HttpRequest | None = None,
    actor: Any = None,
    who: str = "",
    level: str = "",
    code: str = "",
    before: Any = None,
    after: Any = None,
) -> AuditEvent:
    """Adds one event and returns it.

    `actor` is who did it (without one: the person signed in on `request`, if any); `who` is their name where
    there is no account, such as a command or the address typed by a stranger. `level` and `code` name the
    unit it is about; `before` and `after` hold what a change changed, as plain data. Raises ValueError for a
    kind that is not in KINDS.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of audit event: {kind!r}")
    if actor is None and request is not None:
        signed_in = getattr(request, "user", None)
        actor = signed_in if signed_in is not None and signed_in.is_authenticated else None
    return AuditEvent.objects.create(
        kind=kind,
        sentence=printable(sentence),
        actor=actor,
        who=printable(who or (str(actor) if actor else "someone not signed in"))[:160],
        level=level,
        code=code[:100],
        path=printable(request.path)[:500] if request is not None else "",
        before=_storable(before),
        after=_storable(after),
    )


def _storable(facts: Any) -> Any:
    """Facts without NUL, which no database keeps: filters of an address come through here."""
    if isinstance(facts, str):
        return facts.replace("\0", " ")
    if isinstance(facts, dict):
        return {_storable(name): _storable(value) for name, value in facts.items()}
    return [_storable(each) for each in facts] if isinstance(facts, list | tuple) else facts


def printable(text: str) -> str:
    """Without characters no database keeps or no page shows: what strangers type comes through here."""
    return "".join(character if character.isprintable() else " " for character in text)
