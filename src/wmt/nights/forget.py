"""Forgetting: a night whose retention has ended loses its personal data and keeps every figure.

What goes: CRNs, names of staff, dates and references of single cases, contacts and reports, flags, the
input tables, and what the import report quoted. What stays: counts, posts by their codes, hours, reductions
and rules, from which the results are worked out again, to the same bytes whenever anybody likes.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from wmt.facts import SCHEMAS, Facts
from wmt.ledger import LEVELS, Ledger
from wmt.ledger.prices import price, trainee_days
from wmt.nights import pseudonymise, write
from wmt.nights.folder import Forgotten, Night, NightError, saved_nights, sha256
from wmt.nights.fsync import sync
from wmt.nights.withdrawal import withdrawn_nights

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Forgetting:
    """Names of the nights that were forgotten, and of those before the day that are kept whole."""

    forgotten: tuple[str, ...]
    kept: tuple[str, ...]


def to_forget(nights: Path, before: date) -> list[Night]:
    """The nights before a day that still hold personal data, without the last night of all; withdrawn too."""
    found = [*saved_nights(nights)[:-1], *withdrawn_nights(nights)]
    return [night for night in found if _is_due(night, before)]


def _is_due(night: Night, before: date) -> bool:
    return night.manifest.as_at.date() < before and night.manifest.forgotten is None


def forget_nights(nights: Path, before: date, progress: Progress | None = None) -> Forgetting:
    """Replace every night before a day by one without personal data. The caller holds the lock.

    Killed at any instant, each night is whole, the one or the other, once `sweep` has run. Raises NightError
    naming a night that is damaged, or whose figures would not stay the same; that one is left as it was.
    """
    write.sweep(nights)
    due = to_forget(nights, before)
    for number, night in enumerate(due):
        if progress:
            progress(f"forgetting {night.name}", number / len(due))
        _forget(night, before)
    last = saved_nights(nights)[-1:]
    return Forgetting(tuple(night.name for night in due), tuple(n.name for n in last if _is_due(n, before)))


def _forget(night: Night, before: date) -> None:
    if damaged := night.damage():
        raise NightError(
            f"{night.path} was changed after it was written ({', '.join(damaged)}), so its figures cannot be "
            "kept without its personal data; bring it back from a copy"
        )
    cases, content = _reduced(night)
    told = Forgotten(
        on=datetime.now(UTC).replace(microsecond=0),
        before=before,
        cases=cases,
        manifest=sha256(night.path / "manifest.json"),
    )
    manifest = {**night.manifest.model_dump(exclude={"files"}), "forgotten": told}
    loaded_at = json.loads((night.path / "loaded.json").read_text(encoding="utf-8"))["loaded_at"]
    folder = write.write_beside(night.path.parent, content, manifest, {"loaded_at": loaded_at})
    aside = write.put_aside(night.path)
    try:
        folder.rename(night.path)
    except BaseException:
        aside.rename(night.path)
        shutil.rmtree(folder, ignore_errors=True)
        raise
    sync(night.path.parent)
    shutil.rmtree(aside)


def _reduced(night: Night) -> tuple[str, write.Content]:
    """The night without personal data, and how its cases are kept."""
    facts, rules, former = night.facts(), night.rules(), night.former()
    prices = price(rules, facts.tier_scheme, facts.day).tables
    trainees = trainee_days(facts.reduction, rules, facts.day)
    bare = pseudonymise.without_references(facts, prices["report_price"], prices["scalar"], trainees)
    former = None if former is None else pseudonymise.reduced_lines(former)
    was = night.table("results/totals")
    for cases, reduce in (
        ("counted", pseudonymise.counted_cases),
        ("renumbered", pseudonymise.renumbered_cases),
    ):
        small = _in_order(reduce(bare))
        tables = write.results(Ledger(small, rules, former=former))
        again = tables["results/totals"]
        if "stream" not in was.columns:
            again = Ledger(small, rules, former=former).totals(together=True)
        # whether every number of every unit is what it was; posts lose their names, and whose hours nobody
        # entered may have been counted in another way (`night_rows`)
        recounted = ("name", "unentered_posts_without_time")
        columns = [name for name in was.columns if name in again.columns and name not in recounted]
        keys = [name for name in ("level", "code", "stream") if name in columns]
        if was.select(columns).sort(keys).equals(again.select(columns).sort(keys)) and set(
            was["level"]
        ) <= set(LEVELS):
            report = night.report()  # without what it quoted from the input
            for part in ("faults", "set_aside"):
                report[part] = [{**each, "message": "forgotten"} for each in report.get(part, [])]
            return cases, write.Content(
                facts=small, ruleset=rules, former=former, inputs={}, results=tables, report=report
            )
    raise NightError(
        f"{night.path} would not keep its figures without its personal data, so it was left as it is: "
        "see whether `wmt nights verify --replay` works it out to the same bytes"
    )


def _in_order(facts: Facts) -> Facts:
    """Facts in the order that `Facts` promises."""
    tables: dict[str, Any] = {
        name: facts.table(name).sort(SCHEMAS[name].names(), nulls_last=False)
        for name in SCHEMAS
        if name not in ("team", "post")
    }
    return replace(facts, **tables)
