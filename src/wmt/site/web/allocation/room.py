"""Room by kind of case, in words and as a table: how many may hold one and have time, or who is nearest."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from wmt import ledger
from wmt.allocation.candidates import Candidate
from wmt.allocation.cases import CaseToGive, of_kind
from wmt.allocation.room import CaseRoom, room_for
from wmt.facts import LOCATIONS
from wmt.site import tables
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries.choosing import Choosing
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.queries.waiting_cases import WaitingEntry
from wmt.site.workload.state import rules_of
from wmt.text import counted

Ahead = Mapping[str, Sequence[tuple[date, int]]]


def sentences(found: Sequence[Candidate], ahead: Ahead, case: CaseToGive, place: str) -> list[str]:
    """That nobody in a place ('this PDU') has room for a case, who is nearest, and what would free some.

    None where somebody has room.
    """
    room = room_for(found)
    if room.with_room:
        return []
    return [
        f"No eligible room for a {case.words} case in {place}.",
        nearest(room),
        *_frees(found, ahead, room),
    ]


def nearest(room: CaseRoom, place: int = 0) -> str:
    """Who would be over the threshold by least."""
    if room.nearest is None:
        return "Nobody there who may hold it has available hours and figures in this data."
    one = room.nearest
    with_it = ledger.shown_capacity(*one.effects[place].after)
    return f"The nearest: {one.name or one.code} (team {one.team_code}, {with_it} with it)."


def _frees(found: Sequence[Candidate], ahead: Ahead, room: CaseRoom) -> list[str]:
    """What would free some: time that is entered ahead, work that goes, cases that another grade may hold."""
    soon = []
    for one in found:
        (effect,) = one.effects
        if effect.may_get and not effect.holds:
            days = ahead.get(one.code, ())[1:]
            points_x100 = effect.after.points_x100
            soon += [
                (day, one.name or one.code)
                for day, x100 in days
                if x100 and not ledger.is_over(points_x100, x100, one.over_x100)
            ]
    said = []
    if soon:
        day, name = min(soon)
        said.append(f"{name} will have room from {tables.day(day).text}, by the hours entered.")
    if room.nearest is not None:
        points = counted(tables.exact(room.over_x100).text, "point")
        said.append(
            f"It would fit if {points} of {room.nearest.name or room.nearest.code}’s work went to others."
        )
    if room.others:
        grades = ", ".join(f"{number} {grade}" for grade, number in sorted(room.others.items()))
        people = counted(sum(room.others.values()), "other person has", "other people have")
        said.append(f"{people} room ({grades}): cases that they may hold could go to them.")
    return said


def room_table(question: UnitRequest, entries: Sequence[WaitingEntry]) -> tables.Table:
    """A row for each kind of active waiting case: how many wait, who has room, or who is nearest."""
    unit, state, waiting = question.unit, question.state, Counter[CaseToGive]()
    for entry in entries:
        kind = entry.kind.location, entry.kind.tier, entry.kind.stream, entry.kind.suspended
        if kind[0] in LOCATIONS and (entry.priced is None or entry.priced.status == "active"):
            waiting[of_kind(rules_of(state), state.tier_scheme, state.day, *kind)] += entry.cases
    kinds = sorted(waiting, key=lambda case: (case.tier, case.words))
    found = Choosing(state, units.everybody(state, unit)).candidates(kinds)
    columns = [
        tables.Column("what", "Kind of case", note="S: supervision is suspended."),
        tables.Column("waiting", "Waiting", "count"),
        tables.Column(
            "room", "People with room", "count", "May hold it, and stay at or under the threshold with it."
        ),
        tables.Column(
            "may", "May hold it", "count",
            "Of a grade that may hold it, with available hours and figures in this data.",
        ),
        tables.Column("nearest", "If nobody has room", "words"),
    ]  # fmt: skip
    rows = []
    for place, case in enumerate(kinds):
        room = room_for(found, place)
        asked = {
            "type": case.location, "tier": case.tier, "kind": "t2a" if case.stream == "t2a" else "",
            "suspended": "yes" if case.suspended else "",
        }  # fmt: skip
        values = {
            "what": tables.text(case.words, unit_url(unit.level, unit.code, "candidates", **asked)),
            "waiting": tables.count(waiting[case]),
            "room": tables.count(room.with_room),
            "may": tables.count(room.may_hold),
            "nearest": tables.text("" if room.with_room else nearest(room, place)),
        }
        rows.append(tables.Row(values))
    return tables.Table("room", f"Room by kind of case: {unit.name}", columns, rows)
