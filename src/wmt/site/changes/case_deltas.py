"""Live figures of cases: the lines of a case go from one post to another, and every figure with them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import polars as pl
from django.conf import settings

from wmt import ledger
from wmt.allocation.cases import MOVES
from wmt.allocation.transfers import CaseTransfer, led, with_transfers
from wmt.ledger import Ledger
from wmt.nights import open_night
from wmt.nights.unit_slice import part_of
from wmt.site.allocation.access import codes
from wmt.site.allocation.queries import transfers_since
from wmt.site.availability.queries import plans_of
from wmt.site.changes.deltas import Exchange, is_fresh, put_exchanged, touch
from wmt.site.changes.time_lines import posts_in
from wmt.site.figures import line_queries
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State, rules_of

#: So many references are named in one question to the database.
_NAMED = 300


def case_lines(state: State, refs: Collection[str]) -> list[Line]:
    """The lines that go with cases when they move: their own and those of their flags, OMiC left out."""
    numbers = [
        number
        for number, priced in line_queries.pricing_of(state).items()
        if priced.kind in MOVES and priced.stream != ledger.OMIC
    ]
    wanted = sorted(refs)
    found: list[Line] = []
    for start in range(0, len(wanted), _NAMED):
        named = Line.objects.filter(load_id=state.load_id, ref__in=wanted[start : start + _NAMED])
        found += named.filter(pricing__in=numbers).order_by("pk")
    return found


@dataclass(frozen=True)
class PostExchange:
    """A post, and its lines that go and come with the cases it gives and takes."""

    unit: Unit
    lines: Exchange

    @property
    def moments(self) -> tuple[ledger.Moment, ledger.Moment]:
        """Its points and available points before and after."""
        before = ledger.Moment(self.unit.points_x100, self.unit.available_x100)
        more = sum(line.points_x100 for line in self.lines.new)
        less = sum(line.points_x100 for line in self.lines.old)
        return before, before._replace(points_x100=before.points_x100 + more - less)


def put_transfers(
    state: State,
    transfers: Sequence[CaseTransfer],
    change: int,
    standing: Sequence[CaseTransfer] | None = None,
) -> None:
    """Let cases go where their transfers lead, in all the figures that show them.

    The caller holds the journal and has written down what is given and what is undone. `standing` are all
    that stand beside the night then, where the caller knows.
    """
    if not transfers:
        return
    found = exchanges(state, transfers, transfers_since(state) if standing is None else standing)
    units = [each.unit for each in found]
    plans = plans_of([(unit.team_code, unit.staff_code) for unit in units])
    put_exchanged(state, units, plans, {each.unit.number or 0: each.lines for each in found}, change)
    touch(state, [(unit.team_code, unit.staff_code) for unit in units], change)


def exchanges(
    state: State,
    transfers: Sequence[CaseTransfer],
    standing: Sequence[CaseTransfer],
) -> list[PostExchange]:
    """What posts give and take when cases go where their transfers lead.

    `standing` are all that then stand beside the night of the figures.
    """
    by_ref: dict[str, list[Line]] = defaultdict(list)
    for line in case_lines(state, {each.ref for each in transfers}):
        by_ref[line.ref].append(line)
    named = {codes(code) for each in transfers for code in (each.from_post, each.to_post)}
    units = {unit.code: unit for unit in posts_in(state, named) if is_fresh(unit)}
    above = {unit.team_code for unit in units.values()}
    teams = {
        team.code: team
        for team in Unit.objects.filter(load_id=state.load_id, level="team", whole=True, code__in=above)
    }
    by_number = {unit.number or 0: unit for unit in units.values()}
    pricing = line_queries.pricing_of(state)
    held = {
        ref: {
            by_number[line.post_no].code
            for line in lines
            if line.post_no in by_number and pricing[line.pricing].kind == "case"
        }
        for ref, lines in by_ref.items()
    }
    ends, counted = led(transfers, held, units)
    since = {each.ref: each.since for each in counted}
    exchanged: dict[int, Exchange] = defaultdict(Exchange)
    moving = [
        (line, units[ends[line.ref, by_number[line.post_no].code]])
        for lines in by_ref.values()
        for line in lines
        if line.post_no in by_number and (line.ref, by_number[line.post_no].code) in ends
    ]
    for line, unit in moving:
        end, made = unit.number or 0, copy(line)
        made.pk, made._state = None, copy(line._state)
        made._state.adding = True
        made.post_no, made.team_no, made.grade = end, teams[unit.team_code].number or 0, unit.grade
        made.since = since[line.ref] if pricing[line.pricing].kind == "case" else line.since
        exchanged[line.post_no].old.append(line)
        exchanged[end].new.append(made)
    moved = [by_number[number] for number in exchanged]
    streams = _streams(state, moved, teams, exchanged, standing)
    return [
        PostExchange(unit, replace(exchanged[unit.number or 0], stream=stream))
        for unit, stream in zip(moved, streams, strict=True)
    ]


def _streams(
    state: State,
    units: Sequence[Unit],
    teams: Mapping[str, Unit],
    exchanged: Mapping[int, Exchange],
    transfers: Sequence[CaseTransfer],
) -> list[str]:
    """The stream each post is in with its cases; '' where it stays in the one it is in.

    Only a post of another stream, or one that has no case left, may change it. The ledger says which it is.
    """
    unsure = []
    for unit in units:
        lines = exchanged[unit.number or 0]
        cases = unit.cases_all + sum(line.listed_cases for line in lines.new)
        cases -= sum(line.listed_cases for line in lines.old)
        writes = cases == 0 and unit.code in _report_writers(state.night, settings.CONFIG.nights)
        may_leave = lines.old and (teams[unit.team_code].is_omic or writes)
        if unit.stream != ledger.HEADLINE or may_leave:
            unsure.append(unit.code)
    if not unsure:
        return [""] * len(units)
    night = open_night(settings.CONFIG.nights / state.night)
    touched = {code for each in transfers for code in (each.from_post, each.to_post)}
    part = part_of(night, "post", {*unsure, *touched, *(unit.code for unit in units)})
    facts, _ = with_transfers(part.facts, transfers)
    totals = Ledger(facts, rules_of(state), former=part.former, day=state.day).totals(["post"])
    streams = dict(totals.select("code", "stream").iter_rows())
    return [streams[unit.code] if unit.code in unsure else "" for unit in units]


@lru_cache(maxsize=4)
def _report_writers(name: str, home: Path) -> frozenset[str]:
    """The posts that have reports, or stand on their sheet: no other can be left with court work only."""
    night = open_night(home / name)
    listed = night.table("facts/measure").filter(basis="reports")["post_no"]
    numbers = pl.concat([listed, night.table("facts/report")["post_no"]]).unique()
    posts = night.table("facts/post").filter(pl.col("post_no").is_in(numbers.implode()))
    return frozenset(posts.select(pl.concat_str("team_code", pl.lit(":"), "staff_code")).to_series())
