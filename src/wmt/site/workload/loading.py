"""A load for the site: an extract through intake, night folder and ledger into the figures that are shown.

The night is written first, then its rows go in beside the former ones, then one pointer turns. Killed at
any instant, the former figures stand or the new ones do, and the next load cleans up and goes on.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings
from django.utils import timezone

from wmt.intake import Import
from wmt.ledger import LedgerError
from wmt.nights import Loaded, Night, NightBusyError, NightError, Order, check_report, open_night
from wmt.nights import load as load_night
from wmt.nights.lock import loading
from wmt.rules import Overlay, RulesError
from wmt.site.audit.record import record
from wmt.site.workload import store
from wmt.site.workload.models import Fault, Load
from wmt.site.workload.rows import over_mark, rows_of

#: A load that has given no sign of life for so long is taken for dead.
SILENCE = timedelta(seconds=90)
_BEAT = 0.5
Progress = Callable[[str, float], None]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be loaded, and how: files or folders by their full paths. Goes into `Load.order`."""

    paths: Sequence[str]
    people: str | None = None
    set_aside: bool = False
    names: bool = True
    correction: bool = False
    rules_date: str | None = None

    def order(self, overlays: Sequence[Overlay], progress: Progress) -> Order:
        """The same for the room of nights."""
        return Order(
            paths=[Path(path) for path in self.paths],
            people=Path(self.people) if self.people else None,
            set_aside=self.set_aside,
            names=self.names,
            correction=self.correction,
            rules_date=date.fromisoformat(self.rules_date) if self.rules_date else None,
            overlays=overlays,
            progress=progress,
        )


def ask(*, wish: Wish, who: str, user: Any = None) -> Load:
    """Note that somebody wants a load. It waits until `perform` takes it up."""
    names = [Path(path).name for path in wish.paths]
    return Load.objects.create(asked_by=user, who=who, sources=names, order=asdict(wish))


def perform(load: Load, *, overlays: Sequence[Overlay] = (), progress: Progress | None = None) -> Load:
    """Do what a load asks for. Its row says how it ended; errors of the input end it as failed, in words.

    Raises NightBusyError when another load is under way: nothing was changed, and the row says so.
    """
    home = settings.CONFIG.home
    try:
        with loading(home, f"loading {', '.join(load.sources)}"):
            _Run(load, progress).whole(overlays)
    except NightBusyError as busy:
        _end(load, Load.State.FAILED, str(busy))
        raise
    return load


@dataclass
class _Run:
    """One load under way: it tells how far it is, in the database and to whoever called."""

    load: Load
    progress: Progress | None
    told: float = field(default=0.0)

    def tell(self, stage: str, share: float) -> None:
        if self.progress:
            self.progress(stage, share)
        if time.monotonic() - self.told > _BEAT:
            self.told = time.monotonic()
            self.load.stage, self.load.percent = stage, int(share * 100)
            self.load.beat_at = timezone.now()
            self.load.save(update_fields=["stage", "percent", "beat_at"])

    def whole(self, overlays: Sequence[Overlay]) -> None:
        _bury_the_dead(self.load)
        self.load.state, self.load.started_at = Load.State.RUNNING, timezone.now()
        self.load.beat_at = self.load.started_at
        self.load.save()
        try:
            self._take(overlays)
        except (NightError, LedgerError, RulesError) as error:
            _end(self.load, Load.State.FAILED, str(error))
        except BaseException as error:
            _end(self.load, Load.State.FAILED, f"a fault of this program ({type(error).__name__}: {error})")
            raise

    def _take(self, overlays: Sequence[Overlay]) -> None:
        wish = Wish(**self.load.order)
        # reading and reckoning take the first half of the time, the database the other
        found = load_night(
            settings.CONFIG.nights, wish.order(overlays, lambda stage, share: self.tell(stage, share / 2))
        )
        if found.report is not None:
            _keep_report(self.load, found.report)
        if found.night is None:
            _end(self.load, Load.State.REFUSED, "The input has faults. Nothing was changed.")
            return
        self._show(found, found.night)

    def _show(self, found: Loaded, night: Night) -> None:
        current = store.shown()
        _describe(self.load, night)
        if current is not None and current.night == night.name:
            _end(self.load, Load.State.UNCHANGED, "The same input was loaded before. Nothing was changed.")
            return
        if current is not None and current.as_at and self.load.as_at and current.as_at > self.load.as_at:
            kept = "is kept as history: the figures shown are of a later moment"
            _end(self.load, Load.State.LOADED, f"The night of {night.manifest.as_at:%d %B %Y, %H:%M} {kept}.")
            return
        if found.report is None:
            self.load.warnings, self.load.set_aside = _former_report(night)
        _show_night(self.load, night, current, self.tell)


def _show_night(load: Load, night: Night, current: Load | None, tell: Progress) -> None:
    tell("sorting the figures for the pages", 0.55)
    rows = rows_of(night)
    whole = rows.unit.row(by_predicate=(pl.col("level") == "nation") & pl.col("whole"), named=True)
    load.posts, load.cases = whole["posts"], whole["cases"]
    store.sweep({load.pk for load in [current] if load is not None})
    tell("putting the figures into the database", 0.65)
    store.put(load, rows)
    tell("showing the new figures", 0.95)
    load.ended_at, load.percent, load.stage = timezone.now(), 100, ""
    load.message = f"{load.posts:,} posts and {load.cases:,} cases."
    store.show(load)
    _audit(load)


def show_again(night_path: Path, load: Load, progress: Progress | None = None) -> None:
    """Show a night that is there, for instance after the database was lost. Raises NightError."""
    with loading(settings.CONFIG.home, f"showing {night_path.name}"):
        night = open_night(night_path)
        _describe(load, night)
        load.started_at = timezone.now()
        load.warnings, load.set_aside = _former_report(night)
        _show_night(load, night, store.shown(), progress or (lambda stage, share: None))  # noqa: ARG005


def _former_report(night: Night) -> tuple[int, list[Any]]:
    report = night.report()
    warnings = sum(fault["severity"] == "warn" for fault in report["faults"])
    return warnings, report["set_aside"]


def _describe(load: Load, night: Night) -> None:
    manifest, rules = night.manifest, night.rules()
    load.as_at = manifest.as_at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    load.night, load.layout, load.tier_scheme = night.name, manifest.layout, manifest.tier_scheme
    load.rules_date, load.overlays = manifest.rules_date, list(manifest.overlays)
    load.over_x100 = over_mark(rules)
    load.save()


def _keep_report(load: Load, taken: Import) -> None:
    """The import report as rows: a refused input has no night to keep it."""
    report = check_report(taken)
    faults = [Fault(load=load, **fault) for fault in report["faults"]]
    Fault.objects.bulk_create(faults, batch_size=500)
    load.sheets, load.set_aside = report["sheets"], report["set_aside"]
    load.refusals = sum(fault.severity == "refuse" for fault in faults)
    load.warnings = len(faults) - load.refusals
    load.layout, load.tier_scheme = taken.layout or "", taken.tier_scheme or ""
    load.as_at = taken.as_at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)) if taken.as_at else None
    load.save()


def _bury_the_dead(load: Load) -> None:
    """Loads that were under way when their process ended: nobody else can be, because we hold the lock."""
    for dead in Load.objects.filter(state=Load.State.RUNNING).exclude(pk=load.pk):
        _end(dead, Load.State.FAILED, "The process was ended before it was done. Nothing was changed.")


def _end(load: Load, state: Load.State, message: str) -> None:
    load.state, load.message, load.ended_at = state, message, timezone.now()
    load.stage = ""
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
