"""Showing a kept night again, withdrawing one from the history, and restoring it.

Each is a row in the list of loads and is done as a load is: alone in this home, told step by step. A
withdrawal holds from the moment its record lies with the nights; what was cut short is finished by the next
load, the next of these, or the start of the server (`finish`).
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from wmt.history import HistoryError, compact
from wmt.nights import NightError, open_night, withdrawal
from wmt.nights.lock import loading
from wmt.nights.names import NightName, night_names, read_name
from wmt.plan import full_history
from wmt.site.audit.record import record
from wmt.site.changes import odds_alarms
from wmt.site.duties import scheduled
from wmt.site.duties.judged import Undone
from wmt.site.loads.load_request import Progress
from wmt.site.loads.reports import storable
from wmt.site.loads.run import Run, undamaged
from wmt.site.workload import models, swap
from wmt.site.workload.day_format import moment_words as in_words
from wmt.site.workload.state import NoDataYet, current_state

log = logging.getLogger(__name__)


class Deed(StrEnum):
    """What is done with a night that is kept."""

    SHOW = "show"
    WITHDRAW = "withdraw"
    RESTORE = "restore"


_CALLED = {Deed.SHOW: "Show again", Deed.WITHDRAW: "Withdraw", Deed.RESTORE: "Restore"}


@dataclass(frozen=True)
class WithdrawalRequest:
    """What a row asks for; the same goes into `Load.order`."""

    deed: Deed
    night: str
    reason: str = ""


def deed_of(load: models.Load) -> WithdrawalRequest | None:
    """What a row of the list of loads asks for, where it is not an extract."""
    if "deed" not in load.order:
        return None
    return WithdrawalRequest(Deed(load.order["deed"]), load.order["night"], load.order.get("reason", ""))


def check(wanted: WithdrawalRequest) -> NightName:
    """What the name of the night says. Raises NightError, in words, where it cannot be done."""
    nights = settings.CONFIG.nights
    found = read_name(wanted.night)
    if found is None:
        raise NightError(f"{wanted.night} is not the name of saved data")
    if wanted.deed == Deed.RESTORE:
        if withdrawal.withdrawal_of(nights, wanted.night) is None:
            raise NightError(f"the data {wanted.night} is not withdrawn")
        return found
    open_night(nights / wanted.night)
    if wanted.deed == Deed.WITHDRAW:
        withdrawal.check_reason(wanted.reason)
    return found


def ask(*, wanted: WithdrawalRequest, who: str, user: Any = None) -> models.Load:
    """Note what somebody wants; it waits until `perform`. Raises NightError where it cannot be done."""
    check(wanted)
    order = {"deed": str(wanted.deed), "night": wanted.night, "reason": storable(wanted.reason)}
    sources = [f"{_CALLED[wanted.deed]}: data {wanted.night}"]
    return models.Load.objects.create(asked_by=user, who=storable(who)[:160], sources=sources, order=order)


def perform(load: models.Load, *, progress: Progress | None = None, patience: float = 0) -> models.Load:
    """Do it. The row says how it ended, as `loading.perform` has it end."""
    wanted = deed_of(load)
    assert wanted is not None
    run = Run(load, progress, finish)
    work = {Deed.SHOW: _show, Deed.WITHDRAW: _withdraw, Deed.RESTORE: _restore}[wanted.deed]
    run.whole(f"{_CALLED[wanted.deed].lower()}: data {wanted.night}", lambda: work(run, wanted), patience)
    odds_alarms.look()
    return load


def finish() -> None:
    """Finish withdrawals and restorings that were cut short. Only who holds the lock of the home may."""
    for each in withdrawal.withdrawals(settings.CONFIG.nights):
        if each.restoring or not _is_done(each):
            # what cannot be finished now is tried again the next time: it must not stop the loads
            deed = Deed.RESTORE if each.restoring else Deed.WITHDRAW
            order = {"deed": str(deed), "night": each.night, "reason": each.reason}
            sources = [f"{_CALLED[deed]}: data {each.night}"]
            row = models.Load.objects.create(who=each.who[:160], sources=sources, order=order)
            row.started_at = timezone.now()
            run = Run(row, None, finish)
            try:
                (_complete_restoring if each.restoring else _complete)(run, each)
            except NightError as fault:
                log.exception("the night %s could not be withdrawn or restored", each.night)
                models.Load.objects.filter(pk=run.load.pk).update(
                    state=models.Load.State.FAILED, message=storable(str(fault)), ended_at=timezone.now()
                )
    names = [each.night for each in withdrawal.withdrawals(settings.CONFIG.nights)]
    # somebody brought a folder back by hand, or with the command for a folder of nights
    models.Load.objects.filter(withdrawn_at__isnull=False).exclude(night__in=names).update(
        withdrawn_at=None, withdrawn_by="", withdrawn_why=""
    )


def _is_done(each: withdrawal.Withdrawal) -> bool:
    """Whether the folder, the figures shown and the list of loads all say that a night is withdrawn."""
    current = swap.shown()
    unmarked = models.Load.objects.filter(night=each.night, withdrawn_at__isnull=True).exclude(
        order__has_key="deed"
    )
    moved = not (settings.CONFIG.nights / each.night).is_dir()
    return moved and (current is None or current.night != each.night) and not unmarked.exists()


def _show(run: Run, wanted: WithdrawalRequest) -> None:
    run.take_again(settings.CONFIG.nights / wanted.night)


def _withdraw(run: Run, wanted: WithdrawalRequest) -> None:
    nights, current = settings.CONFIG.nights, swap.shown()
    if withdrawal.withdrawal_of(nights, wanted.night):
        _done_before(run, wanted, "withdrawn")  # it was cut short, and finished since
        return
    is_shown = current is not None and current.night == wanted.night
    latest = next_shown(wanted.night) if is_shown else None
    if latest is not None:
        undamaged(open_night(nights / latest.name))  # before anything is written: it must be fit to be shown
    with loading(nights, f"withdrawing {wanted.night}"):
        found = withdrawal.ask_withdrawal(nights, wanted.night, wanted.reason, run.load.who, shown=is_shown)
    _complete(run, found)


def _restore(run: Run, wanted: WithdrawalRequest) -> None:
    nights = settings.CONFIG.nights
    if withdrawal.withdrawal_of(nights, wanted.night) is None and (nights / wanted.night).is_dir():
        _done_before(run, wanted, "in the history")
        return
    with loading(nights, f"restoring {wanted.night}"):
        found = withdrawal.ask_restoring(nights, wanted.night)
    _complete_restoring(run, found)


def _done_before(run: Run, wanted: WithdrawalRequest, what: str) -> None:
    load = run.load
    load.state, load.ended_at, load.stage = models.Load.State.DONE, timezone.now(), ""
    load.message = f"Data from {moment_words(wanted.night)} is {what}. {_shown_words()}"
    load.save()


def next_shown(name: str) -> NightName | None:
    """The night that is shown when another one is withdrawn: the latest of those that remain."""
    others = [each for each in night_names(settings.CONFIG.nights) if each.name != name]
    return others[-1] if others else None


def _complete(run: Run, found: withdrawal.Withdrawal) -> None:
    """Everything that follows from the record of a withdrawal; each step may have been done before."""
    current = swap.shown()
    if current is not None and current.night == found.night:
        latest = next_shown(found.night)
        if latest is None:
            models.Current.objects.all().delete()
        else:
            run.take_again(settings.CONFIG.nights / latest.name, alone=False)
    with loading(settings.CONFIG.nights, f"withdrawing {found.night}"):
        withdrawal.put_away(settings.CONFIG.nights, found.night)
        _compact(found.night)
    marks = {"withdrawn_at": found.at, "withdrawn_by": found.who[:160], "withdrawn_why": found.reason}
    what = f"Data from {moment_words(found.night)} was withdrawn"
    said = f"{what}: {found.reason.rstrip('.')}. {_shown_words()}"
    _settle(run, found, marks, said, restored=False)


def _complete_restoring(run: Run, found: withdrawal.Withdrawal) -> None:
    nights = settings.CONFIG.nights
    with loading(nights, f"restoring {found.night}"):
        withdrawal.put_back(nights, found.night)
        _compact(found.night)
    if found.shown and _is_later(found.night):
        run.take_again(nights / found.night, alone=False)
    said = f"Data from {moment_words(found.night)} was restored. {_shown_words()}"
    _settle(run, found, {"withdrawn_at": None, "withdrawn_by": "", "withdrawn_why": ""}, said, restored=True)
    with loading(nights, f"restoring {found.night}"):
        withdrawal.strike(nights, found.night)


def _compact(name: str) -> None:
    done = compact(settings.CONFIG.nights)
    full_history.forget_gone(settings.CONFIG.nights)
    if lost := done.lost_of(name[:7]):
        words = "; ".join(f"{each.name}: {each.what}. {each.remedy}" for each in lost)
        raise HistoryError(f"The history of {name[:7]} was left as it is. {words}")


def _is_later(name: str) -> bool:
    """Whether a night is of a later moment than the one shown, or corrects it."""
    current = swap.shown()
    shown = read_name(current.night) if current else None
    mine = read_name(name)
    return mine is not None and (shown is None or (shown.as_at, shown.revision) < (mine.as_at, mine.revision))


def moment_words(name: str) -> str:
    """When a night was, and which correction it is, by its name."""
    found = read_name(name)
    assert found is not None
    correction = f" (correction {found.revision})" if found.revision else ""
    return f"{in_words(found.as_at)}{correction}"


def _shown_words() -> str:
    current = swap.shown()
    return f"Pages show data from {moment_words(current.night)}." if current else "No figures are shown."


def _settle(
    run: Run, found: withdrawal.Withdrawal, marks: dict[str, Any], said: str, *, restored: bool
) -> None:
    """The last step, one transaction: the list of loads says it, and duties are judged without or with it."""
    run.tell("checking who is over the threshold", 0.97)
    read = scheduled.read_runs()
    name = read_name(found.night)
    assert name is not None
    undone = Undone(name.day, restored=restored)
    load = run.load
    with transaction.atomic():
        models.Load.objects.filter(night=found.night).exclude(pk=load.pk).update(**marks)
        models.Past.objects.filter(night=found.night).delete()
        try:
            scheduled.after_load(current_state(), read, undone)
        except NoDataYet:
            scheduled.without_figures(undone)
        load.message, load.stage, load.percent = storable(said), "", 100
        load.ended_at = timezone.now()
        if not models.Current.objects.filter(load=load).exists():
            load.state = models.Load.State.DONE
        load.save()
        record(
            "night", f"{load.who}: {said}", actor=load.asked_by, who=load.who,
            after={"night": found.night, "load": load.pk, "restored": restored},
        )  # fmt: skip


def former_night(shown: models.Load | None) -> str:
    """The night that was shown before the one shown now, if it is still there; else empty."""
    if shown is None:
        return ""
    kept = {each.name for each in night_names(settings.CONFIG.nights)}
    before = models.Load.objects.filter(pk__lt=shown.pk, change__isnull=False).exclude(night=shown.night)
    names: Collection[str] = before.order_by("-pk").values_list("night", flat=True)[:50]
    return next((name for name in names if name in kept), "")
