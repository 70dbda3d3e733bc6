"""Loads that are held: the night differs too far from what is shown, and a person decides.

The input stays among the uploads until then; nothing of it is shown or joins the history. Accepting loads it
like any other, so a process that is killed leaves it held or done. The row of the load keeps what it was
compared with, so that an acceptance counts only beside the same night.
"""

import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Sum
from django.utils import timezone

from wmt import nights
from wmt.facts import NOT_KNOWN
from wmt.nights.summary import UnitSize
from wmt.site.audit.record import record
from wmt.site.loads.uploads import Upload, discard
from wmt.site.policies import policies
from wmt.site.workload.models import Load, Unit
from wmt.text import counted

_TOO_FAR = "It differs too much from the figures shown, so it is held until someone decides"
_OLDER = "It is older than the data shown, so it is held until someone decides to add it to the history"
_AHEAD = "The data shown is dated in the future, so this data is held until someone decides"


def why(verdict: nights.Verdict) -> str:
    """Why a night is held, as the beginning of a sentence."""
    kinds = {each.kind for _, each in verdict.differences if each.beyond}
    if "shown_ahead" in kinds:
        return _AHEAD
    return _OLDER if kinds == {"as_at"} else _TOO_FAR


class CannotDecideError(Exception):
    """A decision that cannot be taken; the message says why and what to do."""


def last_day() -> date | None:
    """The last day an extract may be of; None where figures live on a day of their own (`WMT_TODAY`)."""
    held: str = settings.CONFIG.today
    if held == "extract":
        return None
    today = date.fromisoformat(held) if held else timezone.localdate()
    grace = policies(today)["plausibility.days_ahead"].whole
    return today + timedelta(days=grace)


def shown_summary(shown: Load | None) -> nights.Summary | None:
    """The size of what is shown: by its night, or by the database where the folder is gone."""
    if shown is None:
        return None
    path = settings.CONFIG.nights / shown.night
    return nights.summary_of_night(nights.open_night(path)) if path.is_dir() else _from_rows(shown)


def _from_rows(shown: Load) -> nights.Summary:
    units: dict[str, dict[str, UnitSize]] = {"region": {}, "pdu": {}, "team": {}, "nation": {}}
    rows = Unit.objects.filter(load=shown, grade="", level__in=units).exclude(code=NOT_KNOWN)
    named = rows.values_list("level", "code").annotate(Min("name"), Sum("posts"), Sum("cases"))
    for level, code, name, posts, cases in named:
        units[level][code] = UnitSize(name, posts, cases)
    nation = rows.filter(level="nation").aggregate(
        points_x100=Sum("points_x100"), untiered=Sum("untiered_cases")
    )
    assert shown.as_at is not None
    return nights.Summary(
        name=shown.night,
        as_at=timezone.make_naive(shown.as_at),
        posts=units["nation"]["nation"].posts,
        cases=units["nation"]["nation"].cases,
        points_x100=int(nation["points_x100"]),
        untiered=int(nation["untiered"]),
        units=units,
        sheets={name: read["rows"] - read["orphan_rows"] for name, read in shown.sheets.items()},
        layout=shown.layout,
    )


def held_as(inputs: str) -> Load | None:
    """The load that already holds the same input."""
    return Load.objects.filter(state=Load.State.HELD, inputs=inputs).order_by("-pk").first()


def is_accepted(load: Load) -> bool:
    """Whether a load that waits or is under way was held before: it is again where it comes to nothing."""
    return bool(load.inputs) and load.decision.get("is") == "accepted"


def note(load: Load, verdict: nights.Verdict | None) -> None:
    """Keep what a night that is taken was compared with, and who took it although it differs too far."""
    load.verdict = verdict.as_data() if verdict else {}
    if verdict and verdict.is_held and not load.inputs:
        reason = load.decision.get("reason", "")
        said = f"{load.who} accepted load {load.pk} although it differs too far: {reason}"
        _audit(load, said, load.asked_by, load.who)


def accepted_by(who: str, reason: str, beside: Sequence[str] | None) -> dict[str, Any]:
    """The decision to take a night, for the nights it was seen compared with, or whatever is found."""
    return {
        "is": "accepted", "by": who, "reason": reason.strip(), "on": timezone.now().isoformat(),
        "beside": None if beside is None else list(beside),
    }  # fmt: skip


def hold(load: Load, verdict: nights.Verdict, inputs: str) -> None:
    """Keep the input where nobody changes it, and what it was compared with. The caller saves the row."""
    load.order = keep(load.order)
    load.verdict, load.inputs, load.decision = verdict.as_data(), inputs, {}


def keep(order: dict[str, Any]) -> dict[str, Any]:
    """The order with its files copied among the uploads, unless they lie there. Raises OSError."""
    home = settings.CONFIG.uploads
    given = [Path(path) for path in order["paths"]]
    if all(home in path.parents for path in given):
        return order
    upload = Upload()
    try:
        paths = [_copy(path, upload.folder / f"extract-{number}") for number, path in enumerate(given)]
        people = _copy(Path(order["people"]), upload.folder / "people") if order.get("people") else None
        laid = [_copy(Path(path), upload.folder / f"overlay-{n}") for n, path in enumerate(order["overlays"])]
    except BaseException:
        upload.drop()
        raise
    return {**order, "paths": paths, "people": people, "overlays": laid}


def _copy(path: Path, to: Path) -> str:
    """A file or folder under its own name in a folder of its own."""
    to.mkdir()
    target = to / path.name
    if path.is_dir():
        shutil.copytree(path, target)
    else:
        shutil.copyfile(path, target)
    return str(target)


def acceptance_of(load: Load) -> nights.Acceptance | None:
    """What somebody decided on a load: for the nights they saw it compared with, or for all."""
    decision = load.decision
    if decision.get("is") != "accepted":
        return None
    beside = decision.get("beside")
    return nights.Acceptance(reason=decision["reason"], beside=None if beside is None else tuple(beside))


# ---- deciding ----------------------------------------------------------------------------------------------


@transaction.atomic
def accept(number: int, *, reason: str, who: str, user: Any = None) -> Load:
    """Have a held load loaded after all: it waits then as any load does. Raises CannotDecideError."""
    load = _decidable(number, reason)
    load.decision = accepted_by(who, reason, load.verdict.get("beside", []))
    load.state, load.beat_at, load.percent = Load.State.WAITING, timezone.now(), 0
    load.save()
    _audit(load, f"{who} accepted load {load.pk}, which was held: {reason.strip()}", user, who)
    return load


def reject(number: int, *, reason: str, who: str, user: Any = None) -> Load:
    """Have a held load never loaded; its files go. Raises CannotDecideError."""
    with transaction.atomic():
        load = _decidable(number, reason)
        load.decision = {
            "is": "rejected", "by": who, "reason": reason.strip(), "on": timezone.now().isoformat()
        }  # fmt: skip
        load.state, load.ended_at = Load.State.REJECTED, timezone.now()
        load.message = "It was held for a decision and rejected. The figures shown were not changed."
        load.save()
        _audit(load, f"{who} rejected load {load.pk}, which was held: {reason.strip()}", user, who)
    discard(load)
    return load


def _decidable(number: int, reason: str) -> Load:
    load = Load.objects.select_for_update().filter(pk=number).first()
    if load is None:
        raise CannotDecideError(f"There is no load {number}: `wmt loads list` shows those there are")
    if load.state != Load.State.HELD:
        raise CannotDecideError(
            f"Load {number} is not held for a decision: {Load.State(load.state).label}. Someone else may "
            "have decided"
        )
    if not reason.strip():
        raise CannotDecideError("Enter a reason")
    return load


def _audit(load: Load, sentence: str, user: Any, who: str) -> None:
    after = {"load": load.pk, "state": load.state, "reason": load.decision["reason"]}
    record("load decision", sentence, actor=user, who=who, after=after)


def waiting() -> Sequence[Load]:
    """The loads that are held now, the latest first."""
    return list(Load.objects.filter(state=Load.State.HELD).order_by("-pk"))


def drop_the_old() -> None:
    """Reject what nobody decided on in time. Only who holds the lock of the home may."""
    days = policies()["plausibility.held_days"].whole
    until = timezone.now() - timedelta(days=days)
    for load in Load.objects.filter(state=Load.State.HELD, ended_at__lt=until):
        reject(
            load.pk, reason=f"Nobody decided within {counted(days, 'day')}.", who="the rule of held nights"
        )
