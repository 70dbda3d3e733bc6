"""A load for the site: an extract through intake, night folder and ledger into the figures that are shown.

The night is written first, then its rows go in beside the former ones, then one pointer turns. Killed at
any instant, the former figures stand or the new ones do, and the next load cleans up and goes on.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from wmt import nights, odds
from wmt.history import dated_marks, open_history
from wmt.nights.load import load as load_night
from wmt.site import demonstration
from wmt.site.changes import odds_alarms
from wmt.site.loads import held, held_mail, people_tables, unusual_changes, withdrawal
from wmt.site.loads.endings import UNCHANGED, end
from wmt.site.loads.followed_facts import followed_facts
from wmt.site.loads.given_cases import given_cases
from wmt.site.loads.load_request import LoadRequest, Progress
from wmt.site.loads.reports import keep_report, storable
from wmt.site.loads.run import Run, describe, undamaged
from wmt.site.loads.time_ahead import time_ahead
from wmt.site.workload import swap
from wmt.site.workload.day_format import moment_words
from wmt.site.workload.models import Load
from wmt.text import counted, shown


def ask(
    *, wish: LoadRequest, who: str, user: Any = None, names: Sequence[str] = (), accept: str = ""
) -> Load:
    """Note that somebody wants a load. It waits until `perform` takes it up.

    `names` are what people call the files, where that is not how their paths end. `accept` is why the night
    is to be taken even where it is not plausible.
    """
    called = storable(list(names) or [_called(Path(path)) for path in wish.paths])
    sources = [shown(name) for name in called]
    decision = held.accepted_by(who, accept, None) if accept else {}
    return Load.objects.create(
        asked_by=user, who=storable(who)[:160], sources=sources, order=asdict(wish), decision=decision
    )


def _called(path: Path) -> str:
    """What people call an input: a file by its name, a folder with the one it lies in."""
    return f"{path.parent.name}/{path.name}" if path.is_dir() else path.name


def perform(load: Load, *, progress: Progress | None = None, patience: float = 0) -> Load:
    """Do what a load asks for. Its row says how it ended; errors of the input end it as failed, in words.

    Raises NightBusyError when another load is still under way after `patience` seconds: nothing was
    changed, and the row says so. OSError and DatabaseError are noted and raised.
    """
    run = ExtractRun(load, progress, withdrawal.finish)
    run.whole(f"loading {', '.join(load.sources)}", run.take, patience)
    if load.state == Load.State.LOADED:
        # the figures are shown by now, and nobody waits for what is said of the weeks ahead
        with suppress(nights.NightError):
            past = open_history(settings.CONFIG.nights)
            odds.work_out(past, dated_marks(), partial(time_ahead, past))
        odds_alarms.look()
        unusual_changes.look(load)
    return load


def show_again(path: Path, load: Load, progress: Progress | None = None) -> Load:
    """Show a night that is there, for instance after the database was lost. It ends as `perform` does."""
    run = Run(load, progress, withdrawal.finish)
    run.whole(f"showing {path.name}", lambda: run.take_again(path))
    return load


class ExtractRun(Run):
    """A load of an extract that was sent."""

    def take(self) -> None:
        """The input that was asked for."""
        wish = LoadRequest(**self.load.order)
        with people_tables.given(Path(wish.people) if wish.people else None) as people:
            # reading and reckoning take the first half of the time, the database the other
            order = wish.order(people.folder, lambda stage, share: self.tell(stage, share / 2))
            current, acceptance = swap.shown(), held.acceptance_of(self.load)
            shown, last = held.shown_summary(current), swap.last_shown()
            known = given_cases(last, followed_facts(last))
            order = replace(order, shown=shown, acceptance=acceptance, known=known)
            inputs = order.checksum()
            demonstration.admit(order)
            if acceptance is None and (twin := held.held_as(inputs)):
                self._is_held_already(twin)
                return
            found = load_night(settings.CONFIG.nights, order)
            if found.report is not None:
                as_at = found.report.as_at
                self.load.as_at = as_at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)) if as_at else None
                keep_report(self.load, nights.check_report(found.report))
            if found.is_held:
                assert found.verdict is not None
                was_accepted = held.is_accepted(self.load)
                if found.night is not None:
                    describe(self.load, found.night)
                self.tell("keeping the extract until someone decides", 0.5)
                held.hold(self.load, found.verdict, inputs)
                changed = (
                    "It was accepted, and the figures shown have changed since. " if was_accepted else ""
                )
                end(self.load, Load.State.HELD, f"{changed}{held.why(found.verdict)}. {UNCHANGED}")
                held_mail.tell(self.load)
            elif found.night is None:
                end(self.load, Load.State.REFUSED, f"The input has faults. {UNCHANGED}")
            else:
                held.note(self.load, found.verdict)
                self._take_night(found, found.night, people)

    def _is_held_already(self, twin: Load) -> None:
        self.load.as_at, self.load.decision = twin.as_at, {"is": "waiting", "load": twin.pk}
        message = f"The same input is held for a decision already, as load {twin.pk}. {UNCHANGED}"
        if self.load.order.get("people"):
            came = (
                "the tables that came with that load" if twin.order.get("people") else "no tables of people"
            )
            message += f" The tables of people that came this time were not kept: accepting takes {came}."
        end(self.load, Load.State.UNCHANGED, message)

    def _take_night(
        self, found: nights.Loaded, night: nights.Night, people: people_tables.PeopleInput
    ) -> None:
        current = swap.shown()
        self.keep_history(night)
        if not found.is_new:
            undamaged(night)
        describe(self.load, night)
        if not found.is_new and current is not None and current.night == night.name:
            # the extract is the one shown; the tables that came with it may hold something new
            saved = people.save(self.load)
            if saved:
                new = counted(saved, "record is", "records are")
                told = f"The same extract was loaded before. Of the tables of people, {new} new."
                end(self.load, Load.State.LOADED, told)
            else:
                end(self.load, Load.State.UNCHANGED, f"The same input was loaded before. {UNCHANGED}")
            return
        if self._is_history(current):
            state = Load.State.LOADED if found.is_new else Load.State.UNCHANGED
            kept = "is kept in the history. The figures shown are from later data"
            left = f". {people_tables.LEFT}" if people.came else ""
            self.judge()
            end(self.load, state, f"Data from {moment_words(night.manifest.as_at)} {kept}{left}.")
            return
        if found.report is None:
            keep_report(self.load, night.report())
        # a night that was there before was made with what stood then, not with what stands now
        self.show(night, people if found.is_new else people_tables.KeptPeopleInput.of(people))

    def _is_history(self, current: Load | None) -> bool:
        """Whether what is shown is of a later moment; one of a day that has not come is shown no longer."""
        if current is None or current.as_at is None or self.load.as_at is None:
            return False
        last = held.last_day()
        is_ahead = last is not None and timezone.localdate(current.as_at) > last
        return current.as_at > self.load.as_at and not is_ahead
