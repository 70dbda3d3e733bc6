"""A load for the site: an extract through intake, night folder and ledger into the figures that are shown.

The night is written first, then its rows go in beside the former ones, then one pointer turns. Killed at
any instant, the former figures stand or the new ones do, and the next load cleans up and goes on.
"""

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone

from wmt.history import HistoryError, compact
from wmt.history.links import confirm
from wmt.ledger import LedgerError
from wmt.nights import (
    Loaded,
    Night,
    NightBusyError,
    NightError,
    check_report,
    open_night,
    summary_of_night,
)
from wmt.nights import load as load_night
from wmt.nights.lock import loading_in_turn
from wmt.nights.withdrawal import WithdrawnError
from wmt.rules import RulesError
from wmt.site import demonstration
from wmt.site.audit.record import record
from wmt.site.availability.carried_links import carried_links
from wmt.site.availability.queries import every_reason
from wmt.site.changes.recalculate import hold_journal, settle
from wmt.site.duties import scheduled
from wmt.site.loads import held, held_mail, people_tables
from wmt.site.loads.followed_facts import followed_facts
from wmt.site.loads.load_request import LoadRequest, Progress
from wmt.site.loads.reports import keep_report, storable
from wmt.site.loads.uploads import discard
from wmt.site.workload import swap
from wmt.site.workload.day_format import moment_words
from wmt.site.workload.models import Load
from wmt.site.workload.night_rows import over_mark, rows_of
from wmt.site.workload.state import current_state
from wmt.text import shown

#: A load that has given no sign of life for so long is taken for dead.
SILENCE = timedelta(seconds=90)
UNCHANGED = "The figures shown were not changed."
_BEAT = 0.5
_BEGINS_WITHIN = timedelta(seconds=5)


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
    run = Run(load, progress)
    run.whole(f"loading {', '.join(load.sources)}", run.take, patience)
    return load


def show_again(path: Path, load: Load, progress: Progress | None = None) -> Load:
    """Show a night that is there, for instance after the database was lost. It ends as `perform` does."""
    run = Run(load, progress)
    run.whole(f"showing {path.name}", lambda: run.take_again(path))
    return load


def bury_the_dead(load: Load | None = None, *, spared: Collection[int] = ()) -> None:
    """End loads whose process was ended. Only who holds the lock of the home may: nobody else can be loading.

    `load` is one's own; `spared` are those that a job will begin once more.
    """
    for dead in Load.objects.filter(state=Load.State.RUNNING).exclude(pk__in=spared):
        if dead == load:
            continue
        give_up(dead, "The process was ended before it was done.")


def bury_the_forgotten(asked: Collection[int]) -> None:
    """End loads that wait although no process will take them up: it was ended before it began.

    Only who holds the lock of the home may. `asked` are those that jobs still wait for. Who waits for its
    turn gives signs of life, and who has just asked begins within moments.
    """
    for left in Load.objects.filter(state=Load.State.WAITING).exclude(pk__in=asked):
        if timezone.now() - (left.beat_at or left.asked_at) > _BEGINS_WITHIN:
            again = "" if held.is_accepted(left) else ": load it again"
            give_up(left, f"The process was ended before it began{again}.")


def give_up(load: Load, why: str) -> None:
    """End a load that nobody works on any more, in words; its upload goes, unless it is held again."""
    if not held.is_accepted(load):
        discard(load)
    _fail(load, f"{why} {UNCHANGED}")


def _fail(load: Load, message: str) -> None:
    """A load that came to nothing. One that had been held is held again: its input is still there."""
    if held.is_accepted(load):
        load.decision = {}
        _end(load, Load.State.HELD, f"{message} It is held for a decision again.")
    else:
        _end(load, Load.State.FAILED, message)


@dataclass
class Run:
    """One load under way: it tells how far it is, in the database and to whoever called."""

    load: Load
    progress: Progress | None
    told: float = field(default=0.0)

    def tell(self, stage: str, share: float) -> None:
        if self.progress:
            self.progress(stage, share)
        if time.monotonic() - self.told > _BEAT:
            self.told = time.monotonic()
            self.load.stage, self.load.percent = storable(stage)[:120], int(share * 100)
            self.load.beat_at = timezone.now()
            # how far it is may go unsaid when the database is busy; the load itself goes on
            with suppress(OperationalError):
                self.load.save(update_fields=["stage", "percent", "beat_at"])

    def whole(self, what: str, work: Callable[[], None], patience: float = 0) -> None:
        """The work, alone in this home; the row says how it ended, whatever happens."""
        try:
            with self._alone(what, patience):
                self._begin()
                work()
        except NightBusyError as busy:
            self._failed(str(busy))
            raise
        except WithdrawnError as error:
            self.load.night = error.night  # its page offers to restore it
            self._failed(f"{str(error).removesuffix('.')}. {UNCHANGED}")
        except (NightError, LedgerError, RulesError) as error:
            self._failed(f"{str(error).removesuffix('.')}. {UNCHANGED}")
        except OSError as error:
            where = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or error
            self._failed(f"{where}. {UNCHANGED}")
            raise
        except Exception as error:
            # its words may quote a cell or a row: many read how a load ended, few may read those
            self._failed(
                f"A fault of this program ({type(error).__name__}), of which the log tells more. {UNCHANGED}"
            )
            raise
        except BaseException:
            self._failed(f"It was stopped before it was done. {UNCHANGED}")
            raise
        finally:
            discard(self.load)

    def _alone(self, what: str, patience: float) -> AbstractContextManager[None]:
        def waiting() -> None:
            self.tell("waiting for another load to end", 0)

        return loading_in_turn(settings.CONFIG.home, what, patience, waiting)

    def _begin(self) -> None:
        from wmt.site.loads import withdrawal  # it is done as a load is

        bury_the_dead(self.load)
        withdrawal.finish()
        held.drop_the_old()
        self.load.state, self.load.started_at = Load.State.RUNNING, timezone.now()
        self.load.beat_at = self.load.started_at
        self.load.save()

    def _failed(self, message: str) -> None:
        # where the database itself is what failed, the next load finds this one dead
        with suppress(DatabaseError):
            _fail(self.load, message)

    def take(self) -> None:
        """The input that was asked for."""
        wish = LoadRequest(**self.load.order)
        with people_tables.given(Path(wish.people) if wish.people else None) as people:
            # reading and reckoning take the first half of the time, the database the other
            order = wish.order(people.folder, lambda stage, share: self.tell(stage, share / 2))
            current, acceptance = swap.shown(), held.acceptance_of(self.load)
            shown, known = held.shown_summary(current), followed_facts(current)
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
                keep_report(self.load, check_report(found.report))
            if found.is_held:
                self._hold(found, inputs)
            elif found.night is None:
                _end(self.load, Load.State.REFUSED, f"The input has faults. {UNCHANGED}")
            else:
                held.note(self.load, found.verdict)
                self._take_night(found, found.night, people)

    def _hold(self, found: Loaded, inputs: str) -> None:
        assert found.verdict is not None
        was_accepted = held.is_accepted(self.load)
        if found.night is not None:
            _describe(self.load, found.night)
        self.tell("keeping the extract until someone decides", 0.5)
        held.hold(self.load, found.verdict, inputs)
        changed = "It was accepted, and the figures shown have changed since. " if was_accepted else ""
        _end(self.load, Load.State.HELD, f"{changed}{held.why(found.verdict)}. {UNCHANGED}")
        held_mail.tell(self.load)

    def _is_held_already(self, twin: Load) -> None:
        self.load.as_at, self.load.decision = twin.as_at, {"is": "waiting", "load": twin.pk}
        message = f"The same input is held for a decision already, as load {twin.pk}. {UNCHANGED}"
        if self.load.order.get("people"):
            came = (
                "the tables that came with that load" if twin.order.get("people") else "no tables of people"
            )
            message += f" The tables of people that came this time were not kept: accepting takes {came}."
        _end(self.load, Load.State.UNCHANGED, message)

    def take_again(self, path: Path, *, alone: bool = True) -> None:
        """A night that lies among the nights of this home. Not `alone`: the caller judges the duties and
        writes the audit."""
        demonstration.check_night(night := whole(open_night(path)))
        _describe(self.load, night)
        self._keep_history(night)
        keep_report(self.load, night.report())
        with people_tables.of_night(night) as people:
            self._show(night, swap.shown(), people, alone=alone)

    def _take_night(self, found: Loaded, night: Night, people: people_tables.PeopleInput) -> None:
        current = swap.shown()
        self._keep_history(night)
        if not found.is_new:
            whole(night)
        _describe(self.load, night)
        if not found.is_new and current is not None and current.night == night.name:
            self._only_people(people)
            return
        if self._is_history(current):
            state = Load.State.LOADED if found.is_new else Load.State.UNCHANGED
            kept = "is kept in the history. The figures shown are from later data"
            left = f". {people_tables.LEFT}" if people.came else ""
            self._judge()
            _end(self.load, state, f"Data from {moment_words(night.manifest.as_at)} {kept}{left}.")
            return
        if found.report is None:
            keep_report(self.load, night.report())
        # a night that was there before was made with what stood then, not with what stands now
        self._show(night, current, people if found.is_new else people_tables.KeptPeopleInput.of(people))

    def _is_history(self, current: Load | None) -> bool:
        """Whether what is shown is of a later moment; one of a day that has not come is shown no longer."""
        if current is None or current.as_at is None or self.load.as_at is None:
            return False
        last = held.last_day()
        is_ahead = last is not None and timezone.localdate(current.as_at) > last
        return current.as_at > self.load.as_at and not is_ahead

    def _only_people(self, people: people_tables.PeopleInput) -> None:
        """The extract is the one shown; the tables that came with it may hold something new."""
        saved = people.save(self.load)
        if saved:
            told = f"The same extract was loaded before. Of the tables of people, {saved:,} records are new."
            _end(self.load, Load.State.LOADED, told)
        else:
            _end(self.load, Load.State.UNCHANGED, f"The same input was loaded before. {UNCHANGED}")

    def _show(
        self, night: Night, current: Load | None, people: people_tables.PeopleInput, *, alone: bool = True
    ) -> None:
        self.tell("sorting the figures for the pages", 0.55)
        rows = rows_of(night, {reason: each.name for reason, each in every_reason().items()})
        # the figures shown now stay: pages that were begun before the swap still read them
        swap.sweep({current.pk} if current else set())
        self.tell("putting the figures into the database", 0.65)
        swap.put(self.load.pk, rows, lambda share: self.tell("putting the figures in", 0.65 + share * 0.3))
        self.tell("checking who is over the threshold", 0.95)
        read = scheduled.read_runs() if alone else None
        self.tell("showing the new figures", 0.97)
        load = self.load
        load.ended_at, load.percent, load.stage = timezone.now(), 100, ""
        load.message = f"{load.posts:,} posts and {load.cases:,} cases."
        with hold_journal() as journal:
            former = people_tables.posts_of(current)
            swap.show(load)
            # what was entered while the rows were put in counts too, and so does the day it is by now
            moved, number = people.moved(), journal.next()
            people.take_in(load, number)
            moved |= people_tables.follow(load, former, number) | people_tables.reopen_grades(load, number)
            people_tables.end_agreed_grades(load, number)
            settle(moved, number)
            load.change = number
            load.save(update_fields=["change", "warnings"])
            if alone:
                scheduled.after_load(current_state(), read)
                _audit(load)

    def _keep_history(self, night: Night) -> None:
        """Raises HistoryError where the month of the night cannot be made, because parts of it are gone."""
        self.tell("keeping the figures of the day", 0.5)
        confirm(settings.CONFIG.nights, carried_links())
        done = compact(settings.CONFIG.nights)
        if lost := done.lost_of(night.name[:7]):
            said = "; ".join(f"{each.name}: {each.what}. {each.remedy}" for each in lost)
            raise HistoryError(f"The history was left as it is. {said}")

    def _judge(self) -> None:
        """A night that came late may be what a run was missing, or what breaks it."""
        read = scheduled.read_runs()
        with transaction.atomic():
            scheduled.after_load(current_state(), read)


def whole(night: Night) -> Night:
    """A night that was there before, if every byte is as it was written. Raises NightError."""
    if damaged := night.damage():
        raise NightError(
            f"The night {night.path} was changed after it was written: {', '.join(damaged)}. "
            "Bring it back from a copy, or move the folder away and load its extract again"
        )
    return night


def _describe(load: Load, night: Night) -> None:
    manifest, rules = night.manifest, night.rules()
    load.as_at = manifest.as_at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    load.night, load.layout, load.tier_scheme = night.name, manifest.layout, manifest.tier_scheme
    load.rules_date, load.overlays = manifest.rules_date, list(manifest.overlays)
    load.over_x100 = over_mark(rules)
    size = summary_of_night(night)
    load.posts, load.cases = size.posts, size.cases
    load.save()


def _end(load: Load, state: Load.State, message: str) -> None:
    load.state, load.message, load.ended_at = state, storable(message), timezone.now()
    load.stage = ""
    with transaction.atomic():
        load.save()
        _audit(load)


def _audit(load: Load) -> None:
    files = ", ".join(load.sources)
    record(
        "load",
        f"{load.who} loaded {files}: {Load.State(load.state).label}. {load.message}".strip(),
        actor=load.asked_by,
        who=load.who,
        after={"load": load.pk, "state": load.state, "night": load.night},
    )
