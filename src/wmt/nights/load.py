"""A load: input → facts → night folder, all or nothing."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

import wmt
from wmt import rules
from wmt.facts import Facts
from wmt.intake import Import, read
from wmt.ledger import Ledger
from wmt.nights.folder import FORMAT, Night, NightError, saved_nights
from wmt.nights.lock import loading
from wmt.nights.report import check_report, checksums
from wmt.nights.write import results, sweep, write_night

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Loaded:
    """What a load did. `night` is None when the input was refused; `is_new` False when it was there."""

    night: Night | None
    is_new: bool
    report: Import | None


@dataclass(frozen=True, kw_only=True)
class Order:
    """What was asked for: the input, and how to take it."""

    paths: Sequence[Path]
    people: Path | None = None
    set_aside: bool = False
    names: bool = False
    rules_date: date | None = None
    overlays: Sequence[rules.Overlay] = ()
    correction: bool = False
    progress: Progress | None = None

    def checksum(self) -> str:
        """One checksum over everything that decides the results."""
        parts = {
            "sources": checksums([*self.paths, *([self.people] if self.people else [])]),
            "set_aside": self.set_aside,
            "names": self.names,
            "rules_date": str(self.rules_date),
            "overlays": [repr(overlay.entries) for overlay in self.overlays],
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def load(nights: Path, order: Order) -> Loaded:
    """Load an extract into a folder of nights.

    The same input again does nothing. Another input for a moment that has a night already is refused
    with NightError, unless it is marked as a correction: then it stands beside the former, which is kept.
    Raises NightBusyError when another load is under way.
    """
    with loading(nights, f"loading {', '.join(path.name for path in order.paths)}"):
        sweep(nights)
        known = {night.manifest.inputs: night for night in saved_nights(nights)}
        checksum = order.checksum()
        if checksum in known:
            return Loaded(known[checksum], False, None)
        taken = read(
            order.paths,
            people=order.people,
            set_aside=order.set_aside,
            names=order.names,
            progress=order.progress,
        )
        if taken.facts is None:
            return Loaded(None, False, taken)
        return Loaded(_store(nights, order, taken, taken.facts, checksum), True, taken)


def _store(nights: Path, order: Order, taken: Import, facts: Facts, checksum: str) -> Night:
    revision = _revision(nights, facts, order)
    day = order.rules_date or facts.day
    ruleset = rules.load().at(day, order.overlays)
    facts, former = keep_former(facts, _latest_before(nights, facts))
    if order.progress:
        order.progress("working out every line", 0.7)
    ledger = Ledger(facts, ruleset, former=former)
    tables = results(ledger)
    if order.progress:
        order.progress("writing the night", 0.9)
    path = write_night(
        nights,
        facts=facts,
        ruleset=ruleset,
        former=former,
        inputs=taken.canonical,
        tables=tables,
        report=check_report(taken),
        manifest={
            "format": FORMAT,
            "as_at": facts.as_at,
            "layout": taken.layout,
            "tier_scheme": facts.tier_scheme,
            "rules_date": day,
            "overlays": [overlay.name for overlay in order.overlays],
            "sources": [vars(source) for source in taken.sources],
            "inputs": checksum,
            "revision": revision,
            "program": wmt.__version__,
        },
    )
    return next(night for night in saved_nights(nights) if night.path == path)


def _revision(nights: Path, facts: Facts, order: Order) -> int:
    same = [night for night in saved_nights(nights) if night.manifest.as_at == facts.as_at]
    if same and not order.correction:
        raise NightError(
            f"there is a night of {facts.as_at} already, made from other input or other rules "
            f"({same[-1].path}). Nights are never rewritten: if this is a correction, say --correction and "
            "both will be kept"
        )
    return len(same)


def _latest_before(nights: Path, facts: Facts) -> Night | None:
    earlier = [night for night in saved_nights(nights) if night.manifest.as_at < facts.as_at]
    return earlier[-1] if earlier else None


def keep_former(facts: Facts, former_night: Night | None) -> tuple[Facts, pl.DataFrame | None]:
    """Give posts that were set aside the lines they had, marked with since when; facts and those lines.

    Posts without former figures stay unmeasured, and every total above them says so.
    """
    aside = facts.post.filter(pl.col("unmeasured") == 1).select("team_code", "staff_code")
    if former_night is None or aside.is_empty():
        return facts, None
    keys = ["team_code", "staff_code"]
    had = former_night.table("facts/post").filter(pl.col("unmeasured") == 0)
    had = had.join(aside, on=keys, how="semi")
    since = had.select(*keys, since=pl.col("stale_since").fill_null(former_night.manifest.as_at))
    post = facts.post.join(since, on=keys, how="left", maintain_order="left")
    post = post.with_columns(
        stale_since=pl.coalesce("since", "stale_since"),
        unmeasured=pl.when(pl.col("since").is_not_null()).then(0).otherwise(pl.col("unmeasured")),
    ).select(facts.post.schema.names())
    lines = former_night.table("results/lines").join(had, on=keys, how="semi", maintain_order="left")
    return replace(facts, post=post.cast(facts.post.schema)), lines

