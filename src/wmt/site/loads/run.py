"""One load under way: alone in its home, told of while it goes on, and ended in words whatever happens."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone

from wmt.history import HistoryError, compact
from wmt.history.links import confirm
from wmt.ledger import LedgerError
from wmt.nights import Night, NightBusyError, NightError, open_night, summary_of_night
from wmt.nights.lock import loading_in_turn
from wmt.nights.withdrawal import WithdrawnError
from wmt.rules import RulesError
from wmt.site import demonstration
from wmt.site.availability import staff_details
from wmt.site.availability.carried_links import carried_links
from wmt.site.availability.queries import every_reason
from wmt.site.changes.recalculate import hold_journal, settle
from wmt.site.duties import scheduled
from wmt.site.loads import held, people_tables
from wmt.site.loads.endings import UNCHANGED, audit, end_dead_loads, fail
from wmt.site.loads.given_cases import settle_allocations
from wmt.site.loads.load_request import Progress
from wmt.site.loads.reports import keep_report, storable
from wmt.site.loads.uploads import discard
from wmt.site.loads.waiting_tables import take_waiting_cases
from wmt.site.rule_proposals.in_force import approved_rules
from wmt.site.workload import swap
from wmt.site.workload.models import Load
from wmt.site.workload.night_rows import over_mark, rows_of
from wmt.site.workload.state import current_state, state_if_any
from wmt.text import counted

_BEAT = 0.5


@dataclass
class Run:
    """One load under way: it tells how far it is, in the database and to whoever called.

    `finish_interrupted` finishes withdrawals and restorings that were cut short, before all else.
    """

    load: Load
    progress: Progress | None
    finish_interrupted: Callable[[], None]
    told: float = field(default=0.0)

    def tell(self, stage: str, share: float) -> None:
        """How far it is: a stage in words, and the share that is done."""
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

            def waiting() -> None:
                self.tell("waiting for another load to end", 0)

            with loading_in_turn(settings.CONFIG.home, what, patience, waiting), approved_rules():
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

    def _begin(self) -> None:
        end_dead_loads(self.load)
        self.finish_interrupted()
        held.drop_the_old()
        self.load.state, self.load.started_at = Load.State.RUNNING, timezone.now()
        self.load.beat_at = self.load.started_at
        self.load.save()

    def _failed(self, message: str) -> None:
        # where the database itself is what failed, the next load finds this one dead
        with suppress(DatabaseError):
            fail(self.load, message)

    def take_again(self, path: Path, *, alone: bool = True) -> None:
        """A night that lies among the nights of this home. Not `alone`: the caller judges the duties and
        writes the audit."""
        demonstration.check_night(night := undamaged(open_night(path)))
        describe(self.load, night)
        self.keep_history(night)
        keep_report(self.load, night.report())
        with people_tables.of_night(night) as people:
            self.show(night, people, alone=alone)

    def show(self, night: Night, people: people_tables.PeopleInput, *, alone: bool = True) -> None:
        """Put the figures of a night in, and turn the pages to them."""
        self.tell("sorting the figures for the pages", 0.55)
        rows = rows_of(night, {reason: each.name for reason, each in every_reason().items()})
        # the figures shown now stay: pages that were begun before the swap still read them
        last = swap.last_shown()
        swap.sweep({last.pk} if last else set())
        self.tell("putting the figures into the database", 0.65)
        swap.put(self.load.pk, rows, lambda share: self.tell("putting the figures in", 0.65 + share * 0.3))
        self.tell("checking who is over the threshold", 0.95)
        read = scheduled.read_runs() if alone else None
        self.tell("showing the new figures", 0.97)
        load = self.load
        load.ended_at, load.percent, load.stage = timezone.now(), 100, ""
        load.message = f"{counted(load.posts, 'post')} and {counted(load.cases, 'case')}."
        with hold_journal() as journal:
            former = people_tables.posts_of(last)
            before = state_if_any()
            swap.show(load)
            # what was entered while the rows were put in counts too, and so does the day it is by now
            moved, number = people.moved(), journal.next()
            people.take_in(load, number)
            moved |= people_tables.follow(load, former, number) | people_tables.reopen_grades(load, number)
            people_tables.end_agreed_grades(load, number)
            settle(moved, number)
            settle_allocations(load, night, number, former, before)
            take_waiting_cases(load, night)
            staff_details.in_figures(load.pk).update(seen_at=timezone.now())
            load.change = number
            load.save(update_fields=["change", "warnings"])
            if alone:
                scheduled.after_load(current_state(), read)
                audit(load)

    def keep_history(self, night: Night) -> None:
        """Raises HistoryError where the month of the night cannot be made, because parts of it are gone."""
        self.tell("keeping the figures of the day", 0.5)
        confirm(settings.CONFIG.nights, carried_links())
        done = compact(settings.CONFIG.nights)
        if lost := done.lost_of(night.name[:7]):
            said = "; ".join(f"{each.name}: {each.what}. {each.remedy}" for each in lost)
            raise HistoryError(f"The history was left as it is. {said}")

    def judge(self) -> None:
        """A night that came late may be what a run was missing, or what breaks it."""
        read = scheduled.read_runs()
        with transaction.atomic():
            scheduled.after_load(current_state(), read)


def undamaged(night: Night) -> Night:
    """A night that was there before, if every byte is as it was written. Raises NightError."""
    if damaged := night.damage():
        raise NightError(
            f"The data in {night.path} was changed after it was saved: {', '.join(damaged)}. "
            "Bring it back from a copy, or move the folder away and load its extract again"
        )
    return night


def describe(load: Load, night: Night) -> None:
    """Note with a load which night it made or shows, and how large it is."""
    manifest, rules = night.manifest, night.rules()
    load.as_at = manifest.as_at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    load.night, load.layout, load.tier_scheme = night.name, manifest.layout, manifest.tier_scheme
    load.rules_date, load.overlays = manifest.rules_date, list(manifest.overlays)
    load.over_x100 = over_mark(rules)
    size = summary_of_night(night)
    load.posts, load.cases = size.posts, size.cases
    load.save()
