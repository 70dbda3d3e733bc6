"""Live figures of cases: the lines of a changed case are made again, and every figure moves with them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from wmt import ledger
from wmt.allocation.cases import MOVES, CaseToGive
from wmt.allocation.transfers import CaseTransfer, with_transfers
from wmt.ledger import Ledger
from wmt.nights import open_night
from wmt.nights.case_lines import made_lines
from wmt.nights.unit_slice import part_of
from wmt.site.allocation.queries import transfers_since
from wmt.site.changes.deltas import Exchange, is_fresh, put_exchanged, teams_of, touch
from wmt.site.changes.time_lines import case_side
from wmt.site.figures import line_queries
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import OfLoad, State, rules_of

#: So many references are named in one question to the database.
_NAMED = 300


def case_lines(state: State, refs: Collection[str]) -> list[Line]:
    """The lines that go with cases when they move: their own and those of their flags, OMiC left out."""
    numbers, wanted = _moving(state.of_load), sorted(ref for ref in refs if ref)
    found: list[Line] = []
    for start in range(0, len(wanted), _NAMED):
        named = Line.objects.filter(load_id=state.load_id, ref__in=wanted[start : start + _NAMED])
        # a case has few lines, and prices there are hundreds: to name them takes longer than to read all
        found += [line for line in named.order_by("pk") if line.pricing in numbers]
    return found


def is_in_data(state: State, ref: str) -> bool:
    """Whether the figures have a case itself, and not only flags of it."""
    pricing = line_queries.pricing_of(state)
    return any(pricing[line.pricing].kind == "case" for line in case_lines(state, [ref]))


def holders_of(state: State, refs: Collection[str]) -> list[str]:
    """The codes of the posts that have lines of some cases, OMiC left out."""
    numbers = {line.post_no for line in case_lines(state, refs)}
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, number__in=numbers)
    return sorted(posts.values_list("code", flat=True))


@lru_cache(maxsize=2)
def _moving(of_load: OfLoad) -> frozenset[int]:
    priced = line_queries.priced(of_load).items()
    return frozenset(number for number, by in priced if by.kind in MOVES and by.stream != ledger.OMIC)


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
    """Let cases be where and what their transfers make them, in all the figures that show them.

    The caller holds the journal and has written down what is changed and what is undone. `standing` are
    those of the same cases that stand beside the night then, where the caller knows.
    """
    if standing is None:
        standing = transfers_since(state, {each.ref for each in transfers})
    put_moved(state, exchanges(state, transfers, standing), change)


def put_moved(state: State, found: Sequence[PostExchange], change: int) -> None:
    """Let posts have what was found that they give and take. The caller holds the journal."""
    if not found:
        return
    units = [each.unit for each in found]
    put_exchanged(state, units, {each.unit.number or 0: each.lines for each in found}, change)
    touch(state, [(unit.team_code, unit.staff_code) for unit in units], change)


def exchanges(
    state: State,
    transfers: Sequence[CaseTransfer],
    standing: Sequence[CaseTransfer],
) -> list[PostExchange]:
    """What posts give and take when cases are where and what their transfers make them.

    `standing` are all of these cases that then stand beside the night of the figures: from its facts with
    them the ledger makes the lines of the cases again. What comes to a post is there since its last transfer.
    """
    if not transfers:
        return []
    refs = {each.ref for each in transfers}
    night = open_night(settings.CONFIG.nights / state.night)
    made = made_lines(night, standing, refs, case_side(state))
    there = case_lines(state, refs)
    numbers = {line.post_no for line in there}.union(made["post_no"])
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, number__in=numbers)
    units = {unit.number or 0: unit for unit in posts.order_by("code") if is_fresh(unit)}
    teams = teams_of(state.of_load)
    since = {each.ref: each.since for each in transfers if each.is_move}
    # a flag at a post that only counts its cases stays there, wherever its case goes: `lines_beside`
    pricing = line_queries.pricing_of(state)
    listed = {(line.ref, line.post_no) for line in there if pricing[line.pricing].kind == "case"}
    listed.update(made.filter(kind="case").select("ref", "post_no").iter_rows())
    old = [line for line in there if line.post_no in units and (line.ref, line.post_no) in listed]
    new = _new_lines(state, made.iter_rows(named=True), old, since)
    exchanged: dict[int, Exchange] = {number: Exchange() for number in units}
    same = Counter(map(_amounts, old)) & Counter(map(_amounts, new))
    for lines, side in ((old, "old"), (new, "new")):
        left = same.copy()
        for line in lines:
            left[_amounts(line)] -= 1
            if left[_amounts(line)] < 0:
                getattr(exchanged[line.post_no], side).append(line)
    for line in new:
        unit = units[line.post_no]
        line.team_no, line.grade = teams[unit.team_code].number, unit.grade
    moved = [unit for number, unit in units.items() if exchanged[number].old or exchanged[number].new]
    streams = _streams(state, moved, exchanged, standing)
    return [
        PostExchange(unit, replace(exchanged[unit.number or 0], stream=stream))
        for unit, stream in zip(moved, streams, strict=True)
    ]


def _new_lines(
    state: State, made: Iterable[Mapping[str, Any]], old: Sequence[Line], since: Mapping[str, date | None]
) -> list[Line]:
    """Lines of the ledger as the figures have them, with what is known of each case beside what it earns."""
    numbers, pricing = _numbers(state.of_load), line_queries.pricing_of(state)
    own = {line.ref: line for line in old if pricing[line.pricing].kind == "case"}
    here = {(line.ref, line.post_no): line for line in old if pricing[line.pricing].kind == "case"}
    found = []
    for each in made:
        line = Line(
            load_id=state.load_id, post_no=each["post_no"], ref=each["ref"], pricing=numbers[_price(each)],
            **{name: each[name] for name in ledger.AMOUNTS},
        )  # fmt: skip
        line.cohorts = own[line.ref].cohorts if line.ref in own else ""
        if each["kind"] == "case":
            stays = here.get((line.ref, line.post_no))
            line.since = stays.since if stays else since.get(line.ref)
            known = stays or own.get(line.ref)
            line.about = known.about if known else ""
        found.append(line)
    return found


def _amounts(line: Line) -> tuple[Any, ...]:
    return line.ref, line.post_no, line.pricing, *(getattr(line, name) for name in ledger.AMOUNTS)


def _price(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What prices a line, as the database keeps it: no text is empty, and yes or no is that."""
    return tuple(
        bool(row[name])
        if name in ("counted", "suspended")
        else row[name]
        if name == "each_x100"
        else row[name] or ""
        for name in ledger.PRICING
    )


def is_priced(state: State, case: CaseToGive, status: str) -> bool:
    """Whether the figures shown know the price of a case in a status: those of before tiers could be changed
    know only what they have."""
    kind = (case.stream, case.location, case.tier, case.suspended, status)
    return any(
        (by.stream, by.location, by.tier, by.suspended, by.status) == kind
        for by in line_queries.pricing_of(state).values()
        if by.kind == "case"
    )


@lru_cache(maxsize=2)
def _numbers(of_load: OfLoad) -> dict[tuple[Any, ...], int]:
    return {_price(vars(row)): number for number, row in line_queries.priced(of_load).items()}


def _streams(
    state: State,
    units: Sequence[Unit],
    exchanged: Mapping[int, Exchange],
    standing: Sequence[CaseTransfer],
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
        may_leave = lines.old and (teams_of(state.of_load)[unit.team_code].is_omic or writes)
        if unit.stream != ledger.HEADLINE or may_leave:
            unsure.append(unit.code)
    if not unsure:
        return [""] * len(units)
    refs = {each.ref for each in standing}
    # what else these posts hold may be there by other transfers
    transfers = [*(each for each in transfers_since(state) if each.ref not in refs), *standing]
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
