"""Which allocations count in figures whose extract does not have them yet, and how many cases wait."""

from collections.abc import Collection
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from wmt.allocation.transfers import CaseTransfer
from wmt.ledger import OMIC
from wmt.nights import open_night
from wmt.nights.case_lines import made_lines
from wmt.nights.kept_transfers import kept_transfers
from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.roles import Action
from wmt.site.allocation.models import DECISIONS, CaseAllocation, WaitingCase
from wmt.site.figures import line_queries, placeholders
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.night_rows import first_days
from wmt.site.workload.state import State


def open_transfers(refs: Collection[str] | None = None) -> list[CaseTransfer]:
    """Of every case of which the extract does not show yet what was decided, its ways, in order; or those of
    some cases."""
    named = Q() if refs is None else Q(ref__in=refs)
    return [
        row.transfer
        for model in DECISIONS
        for row in model.objects.filter(named, is_open=True).order_by("change", "pk")
    ]


def limited_before(refs: Collection[str]) -> set[str]:
    """Those of some cases that were once allocated as limited-access cases, also where that was undone, and
    those with lists of who may see them."""
    found = CaseAllocation.objects.filter(ref__in=refs, limited_access=True)
    listed = limited_access.limits(refs)
    return set(found.exclude(ref="").values_list("ref", flat=True)) | {
        ref for ref in refs if ref.upper() in listed
    }


def transfers_since(state: State, refs: Collection[str] | None = None) -> list[CaseTransfer]:
    """What was changed, and what was undone, after the night of the figures was worked out: in order. Of all
    cases or of some."""
    keys = {each.key for each in kept_by(state)}
    return transfers_back(state, refs) + [each for each in open_transfers(refs) if each.key not in keys]


def transfers_back(state: State, refs: Collection[str] | None = None) -> list[CaseTransfer]:
    """The ways back of what the night of the figures has and was undone, the last first. Of all cases or of
    some.

    What it has and no record tells of, as after a database was put back, is undone too: every figure has
    somebody who answers for it.
    """
    kept = _kept(state.night, settings.CONFIG.nights)
    kept = kept if refs is None else [each for each in kept if each[0].ref in refs]
    keys = [each.key for each, _ in kept]
    rows = {row.key: row for model in DECISIONS for row in model.objects.filter(key__in=keys)} if kept else {}
    back = []
    for each, since in reversed(kept):
        row = rows.get(each.key)
        if row is None or row.state == row.State.UNDONE:
            # to where the night has it from: a case that came may have been with a placeholder there
            back.append(each.back._replace(since=(row and row.back.since) or since))
    return back


def kept_by(state: State) -> list[CaseTransfer]:
    """The transfers that the night of the figures was worked out with."""
    return [each for each, _ in _kept(state.night, settings.CONFIG.nights)]


@lru_cache(maxsize=4)
def _kept(name: str, home: Path) -> list[tuple[CaseTransfer, date | None]]:
    """With the day since when the extract has each case at its former holder."""
    night = open_night(home / name)
    found = kept_transfers(night)
    days = first_days(night, [each.ref for each in found]) if found else {}
    return [(each, days.get((each.from_post, each.ref))) for each in found]


def is_held_in_data(state: State, ref: str) -> bool:
    """Whether somebody has a case by the extract alone, who is no placeholder and not in a prison."""
    night = open_night(settings.CONFIG.nights / state.night)
    back = [each.back for each in reversed(kept_by(state)) if each.ref == ref]
    rows = made_lines(night, back, {ref}).filter(kind="case")
    held = rows.select(pl.concat_str("team_code", pl.lit(":"), "staff_code")).to_series()
    return not placeholders.placeholders(state).issuperset(held)


def waiting_count(user: Any, state: State) -> int:
    """How many cases wait where somebody may allocate them: two questions to the database."""
    return waiting_within(visibility.allowed(user, Action.ALLOCATE_CASES), state)


def waiting_within(reach: visibility.Reach, state: State) -> int:
    """How many cases wait in some units."""
    if not reach.everywhere and not reach.units:
        return 0
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
    nobody = reach.among(posts).filter(code__in=placeholders.placeholders(state))
    teams = Unit.objects.filter(load_id=state.load_id, level="team", whole=True)
    not_seen = waiting_beside(state)
    if not reach.everywhere:
        not_seen = not_seen.filter(team_code__in=reach.among(teams).values("code"))
    return int(nobody.aggregate(Sum("cases_all"))["cases_all__sum"] or 0) + not_seen.count()


def waiting_beside(state: State) -> QuerySet[WaitingCase]:
    """The recorded waiting cases that nobody has in the figures, not even a placeholder: a prison may."""
    priced = line_queries.pricing_of(state).values()
    numbers = [each.number for each in priced if each.kind == "case" and each.stream != OMIC]
    lines = Line.objects.filter(load_id=state.load_id, ref=OuterRef("ref"), pricing__in=numbers)
    return WaitingCase.objects.filter(~Exists(lines), state=WaitingCase.State.WAITING)
