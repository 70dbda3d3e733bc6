"""Entering, changing and taking back what a unit should have and what no extract tells of its people.

A row is read and refused as one of a table is (`wmt people import`). It is in no line, so no figure moves.
Heads of a PDU, analysts and administrators may, for the units that they have the role at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from django.http import Http404

from wmt.days import written
from wmt.intake import InputFault
from wmt.intake.people_model import EstablishmentRow
from wmt.intake.typed_rows import establishment_row
from wmt.ledger import HEADLINE
from wmt.site.accounts.access import Denied, may
from wmt.site.accounts.roles import Action, placed
from wmt.site.audit.record import record
from wmt.site.availability import establishment as kept
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError
from wmt.site.availability.models import Establishment
from wmt.site.changes.actions import Actor
from wmt.site.changes.recalculate import hold_journal
from wmt.site.figures import units
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of
from wmt.staffing import establishment as core
from wmt.staffing.rates import Rates
from wmt.staffing.supply import GradeSupply

#: What is wrong with a row, in the words of a form; of all else the reader's own words serve.
_WORDS = {
    ("PEOPLE_BAD_NUMBER", "fte"): "Enter full-time people from 0 to 99,999 with two decimals at most, like "
    "12 or 1.5",
    ("PEOPLE_MISSING_VALUE", "fte"): "Enter how many full-time people",
    ("PEOPLE_MISSING_VALUE", "kind"): "Choose what it is",
    ("PEOPLE_MISSING_VALUE", "grade"): "Choose a grade",
    ("PEOPLE_MISSING_VALUE", "first_day"): "Enter the first day",
    ("PEOPLE_LAST_BEFORE_FIRST", "last_day"): "The last day must not be before the first day",
}


#: What each kind is called in a sentence.
_CALLED: Mapping[str, str] = {
    core.TARGET: "a target",
    core.AGENCY: "agency staff",
    core.FIXED_TERM: "a fixed term",
    core.RETURNER: "people coming back",
    core.VACANCY: "a vacancy",
}


class UnknownEstablishment(Http404):
    """There is no such row, or none of a unit that the figures have."""


def may_enter(user: Any, unit: Unit, state: State) -> bool:
    """Whether somebody may enter the establishment of a unit. A command, without an account, may."""
    place = {"level": unit.level, "code": unit.code}
    return user is None or may(user, Action.ENTER_ESTABLISHMENT, **place, state=state)


def need_enter(user: Any, unit: Unit, state: State) -> None:
    """Nothing where somebody may. Raises Denied."""
    if not may_enter(user, unit, state):
        raise Denied(Action.ENTER_ESTABLISHMENT, level=unit.level, code=unit.code)


def find(number: int, state: State) -> tuple[Establishment, Unit]:
    """A row by its number, and its unit. Raises UnknownEstablishment."""
    row = Establishment.objects.filter(pk=number).first()
    of = units.of_level(state, row.level).filter(code=row.code) if row else Unit.objects.none()
    unit = of.first()
    if row is None or unit is None:
        raise UnknownEstablishment(f"no row {number} of the establishment")
    return row, unit


def enter(
    *,
    actor: Any,
    unit: Unit,
    state: State,
    cells: Mapping[str, str],
    sure: bool = False,
    reads_ends: bool = True,
    who: str = "",
) -> tuple[Establishment, bool]:
    """Enter a row of a unit by the texts of a table's columns; the record, and whether it is new.

    `reads_ends` says whether the actor may know when contracts of single people end. Who may not is refused
    where such a row stands, even if nothing differs: no guess is confirmed.
    Raises Denied, and RefusedError with every fault; UNLIKELY alone is a question, answered by `sure`.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal() as journal:
        need_enter(actor, unit, state)
        row = _read(unit, cells)
        stands = kept.standing().filter(key=row.key).first()
        if stands is not None:
            if kept.rows_changed([row]) or (is_of_few(row.kind, row.level) and not reads_ends):
                words = (
                    f"{_row_words(row)} stands from that day already. Change that one, or choose another day"
                )
                raise RefusedError([ChangeFault("STANDS", words, "first_day")])
            return stands, False
        _need_likely(row, unit, state, sure=sure)
        return _put(asker, row, journal.next(), "entered"), True


def change(
    *,
    actor: Any,
    number: int,
    state: State,
    cells: Mapping[str, str],
    sure: bool = False,
    reads_ends: bool = True,
    who: str = "",
) -> tuple[Establishment, bool]:
    """Change how many, until when and why of a row; the version that stands, and whether it is new.

    Who may not know when contracts of single people end (`reads_ends`) leaves that day as it is.

    Raises UnknownEstablishment, Denied, RefusedError as `enter` does, and ConflictError where somebody else
    changed it.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal() as journal:
        was, unit = find(number, state)
        need_enter(actor, unit, state)
        same = {"kind": was.kind, "grade": was.grade, "first_day": was.first_day.isoformat()}
        if is_of_few(was.kind, was.level) and not reads_ends:
            same["last_day"] = was.last_day.isoformat() if was.last_day else ""
        row = _read(unit, {**cells, **same})
        now = _standing(was)
        if now is not None and not now.withdrawn and not kept.rows_changed([row]):
            return now, False
        _need_same(was, now)
        _need_likely(row, unit, state, sure=sure)
        return _put(asker, row, journal.next(), "changed"), True


def is_of_few(kind: str, level: str) -> bool:
    """Whether the last day of such a row would say when the contract of one person in a team ends."""
    return kind == core.FIXED_TERM and level == "team"


def take_back(*, actor: Any, number: int, state: State, who: str = "") -> Establishment:
    """Take a row back, as if it had not been entered; its last version.

    Raises UnknownEstablishment, Denied, and ConflictError where somebody changed it or took it back.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal() as journal:
        was, unit = find(number, state)
        need_enter(actor, unit, state)
        _need_same(was, _standing(was))
        row = EstablishmentRow(
            0, was.level, was.code, was.grade, was.kind, was.fte_x100, was.first_day, was.last_day, was.why
        )
        return _put(asker, replace(row, deleted=True), journal.next(), "took back")


def _read(unit: Unit, cells: Mapping[str, str]) -> EstablishmentRow:
    """The row as a table's is read. Raises RefusedError with every fault."""
    row, faults = establishment_row({**cells, "level": unit.level, "code": unit.code, "deleted": ""})
    if row is None:
        raise RefusedError([_said(each) for each in faults])
    return row


def _said(fault: InputFault) -> ChangeFault:
    column = fault.column or ""
    return ChangeFault(fault.code, _WORDS.get((fault.code, column), fault.message), column)


def _standing(was: Establishment) -> Establishment | None:
    return Establishment.objects.filter(key=was.key, ended_change__isnull=True).first()


def _need_same(was: Establishment, now: Establishment | None) -> None:
    """Raises ConflictError where what somebody looked at no longer stands."""
    if now is None or now.pk != was.pk or now.withdrawn:
        by = now.who if now else "Somebody"
        what = "taken this back" if now and now.withdrawn else "changed this"
        raise ConflictError(
            [ChangeFault("CHANGED", f"{by} has {what} since. Open the list to see what stands")]
        )


def _need_likely(row: EstablishmentRow, unit: Unit, state: State, *, sure: bool) -> None:
    """Raises RefusedError with what hardly can be meant, where nobody said that it is."""
    if sure:
        return
    entry = core.EstablishmentEntry(
        (), row.grade, row.kind, Fraction(row.fte_x100, 100), row.first_day, row.last_day
    )
    found = core.questions(entry, contracted_of(unit, row.grade, state), state.day)
    found += [
        f"The target before was {was / 100:.2f}, which is less than half or more than twice of this"
        for _, was in kept.odd_targets([row])
    ]
    if found:
        said = [ChangeFault("UNLIKELY", f"{words}. Confirm that this is right", "sure") for words in found]
        raise RefusedError(said)


def contracted_of(unit: Unit, grade: str, state: State) -> Fraction:
    """People of a grade in post by contract at a unit, as FTE: those of sentence management."""
    rows = Unit.objects.filter(
        load_id=state.load_id, level=unit.level, code=unit.code, stream=HEADLINE, whole=False, grade=grade
    )
    micro = sum(rows.values_list("contracted_hours_micro", flat=True))
    full_time = Rates(rules_of(state)).number(f"full_time_hours.{grade}")
    return GradeSupply(full_time, contracted_micro=micro).contracted


def _put(asker: Actor, row: EstablishmentRow, change: int, did: str) -> Establishment:
    (wanted,) = kept.rows_changed([row])
    (made,) = kept.put_rows([wanted], change=change, who=asker.name, user=asker.user)
    said = f"{did} {_row_words(row)} from {written(row.first_day)} for {placed(row.level, row.code)}"
    record(
        "establishment", f"{asker.name} {said}.",
        actor=asker.user, who=asker.name, level=row.level, code=row.code,
        before=kept.facts(wanted.stands) if wanted.stands else None, after=kept.facts(row),
    )  # fmt: skip
    return made


def _row_words(row: EstablishmentRow) -> str:
    return f"{_CALLED[row.kind]} of {row.grade}"


def rows_of(unit: Unit, below: Sequence[Unit]) -> list[Establishment]:
    """What stands for a unit and some of those below it, past and future days too."""
    codes = {(each.level, each.code) for each in [unit, *below]}
    levels, named = {level for level, _ in codes}, {code for _, code in codes}
    found = kept.standing().filter(level__in=levels, code__in=named).order_by("kind", "grade", "first_day")
    return [row for row in found if (row.level, row.code) in codes]
