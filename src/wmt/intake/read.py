"""Reading: whatever paths are given, one answer. Bad input is never an exception."""

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from wmt import rules
from wmt.intake import model
from wmt.intake.assemble import Assembled, assemble
from wmt.intake.canonical import canonical_tables
from wmt.intake.codes import Codes, codes_at
from wmt.intake.faults import Faults, ReadingStopped
from wmt.intake.night_checks import refuse_ahead, refuse_cohorts, refuse_empty, refuse_waiting
from wmt.intake.people_files import kept_tables, read_people
from wmt.intake.people_model import People
from wmt.intake.sources import gather
from wmt.intake.staging import Gathered
from wmt.intake.texts import settle_texts
from wmt.intake.tidy_in_place import ReadableTables, gather_in_place
from wmt.intake.tier_sheets import MISMATCH_PERCENT

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class _Wish:
    """How the caller wants the input taken."""

    people: Path | None
    people_stand: bool
    set_aside: bool
    names: bool
    codes: Callable[[date], Codes]
    progress: Progress
    last_day: date | None


def read(
    paths: Sequence[Path] | ReadableTables,
    *,
    people: Path | None = None,
    people_stand: bool = False,
    set_aside: bool = False,
    names: bool = True,
    progress: Progress | None = None,
    tree: rules.Tree | None = None,
    mismatch_percent: float = MISMATCH_PERCENT,
    last_day: date | None = None,
) -> model.Import:
    """Read the input of one night: workbooks, or a tidy folder or zip, or a workbook and a case file; or tidy
    tables where they are kept.

    `people` is a folder of contracted hours and reductions; `people_stand` when they are kept elsewhere and
    were judged there: an extract with other hours is no reason to refuse them. With `set_aside`, faults
    confined to named posts leave out those posts instead of refusing the load. Without `names`, nobody is
    named in the result. `progress` is called with a stage and the share done, 0 to 1. `mismatch_percent` is
    the share of a sheet's rows whose control total may be wrong before the sheet is refused. `last_day` is
    the last day an extract may be of; without one, any may come.
    """
    given = tree or rules.load()
    codes = partial(codes_at, given)
    tell = progress or (lambda _stage, _share: None)
    wish = _Wish(people, people_stand, set_aside, names, codes, tell, last_day)
    faults = Faults()
    night = Gathered(main="")
    with _no_collecting():
        try:
            if isinstance(paths, Sequence):
                night = gather(paths, wish.codes, faults, mismatch_percent, wish.progress)
            else:
                night = gather_in_place(paths, faults)
        except ReadingStopped as refusal:
            faults.refused(refusal)
    return _concluded(night, wish, faults)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Cells come by the million and none is in a cycle: looking for cycles takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _concluded(night: Gathered, wish: _Wish, faults: Faults) -> model.Import:
    """Put the facts together, if nothing stands against it."""
    settle_texts(night, faults)
    refuse_ahead(night, wish.last_day, faults)
    refuse_waiting(night, faults)
    is_empty = refuse_empty(night, faults)
    if night.as_at is None or night.tier_scheme is None or is_empty:
        return _import(night, faults)
    wish.progress("checking", 0.7)
    codes = wish.codes(night.as_at.date())
    refuse_cohorts(night, codes, faults)
    people = read_people(wish.people, codes, night.as_at.date(), faults) if wish.people else People()
    people = replace(people, stands=wish.people_stand)
    night.sources += people.sources
    if not faults.are_confined():
        return _import(night, faults)
    assembled, aside = _settled(night, codes, people, wish, faults)
    if faults.refusing() and not (wish.set_aside and faults.are_confined()):
        return _import(night, faults)
    wish.progress("done", 1.0)
    kept = kept_tables(wish.people, names=wish.names) if wish.people else {}
    tables = canonical_tables(night, assembled.supplied, names=wish.names)
    return _import(night, faults, assembled, aside, tables | kept)


def _settled(
    night: Gathered, codes: Codes, people: People, wish: _Wish, faults: Faults
) -> tuple[Assembled, Collection[model.Post]]:
    """Assemble, setting posts aside until none is named any more. The faults met on the way are kept."""
    aside = faults.named_posts()
    while True:
        assembled = assemble(night, codes, people, names=wish.names, aside=list(aside))
        more = {post: fault for post, fault in assembled.faults.named_posts().items() if post not in aside}
        if not more or not wish.set_aside or not assembled.faults.are_confined():
            faults.record_all(assembled.faults.items)
            return assembled, list(aside)
        faults.record_all(fault for fault in assembled.faults.items if fault.severity == "refuse")
        aside |= more


def _import(
    night: Gathered,
    faults: Faults,
    assembled: Assembled | None = None,
    aside: Collection[model.Post] = (),
    canonical: Mapping[str, pl.DataFrame] | None = None,
) -> model.Import:
    reasons = faults.named_posts()
    set_aside = [
        model.SetAside(
            team_code=team,
            staff_code=staff,
            code=reasons[team, staff].code,
            message=reasons[team, staff].message,
        )
        for team, staff in sorted(aside)
    ]
    return model.Import(
        accepted=assembled is not None,
        as_at=night.as_at,
        layout=night.layout,
        tier_scheme=night.tier_scheme,
        sheets=night.sheets,
        faults=faults.items,
        facts=assembled.facts if assembled else None,
        set_aside=set_aside,
        sources=night.sources,
        canonical=dict(canonical or {}),
    )
