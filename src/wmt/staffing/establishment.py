"""The establishment of a unit on a day: target, people in post and vacancies by grade, down to each row.

A row of a unit counts in place of those of the units below it, so that nothing is counted twice. A target is
of the unit it is entered for alone: with those of some teams added up, the others would count as if nobody
were wanted there. Of several targets the one that began last counts; of all else every row in force does.
Exact fractions of people.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from wmt.grades import STAFF_GRADES
from wmt.staffing.gap import Staffing, places

TARGET, AGENCY, FIXED_TERM, RETURNER, VACANCY = KINDS = (
    "target", "agency", "fixed_term", "returner", "vacancy",
)  # fmt: skip
#: More than so many times the people in post is asked about.
TIMES = 5
#: The levels of units by how many codes say their place.
LEVELS = ("nation", "region", "pdu", "team")


@dataclass(frozen=True)
class EstablishmentEntry:
    """Full-time people of a grade at a place: codes from the region down, none for the nation."""

    place: tuple[str, ...]
    grade: str
    kind: str
    fte: Fraction
    first_day: date
    last_day: date | None
    why: str = ""

    @property
    def is_of_few(self) -> bool:
        """Whether its last day would say of one person in a team when their contract ends."""
        return self.kind == FIXED_TERM and len(self.place) == len(LEVELS) - 1

    def counts_on(self, day: date) -> bool:
        """Whether it counts on a day. Who comes back counts until then: from then on the data has them."""
        if self.kind == RETURNER:
            return self.first_day > day
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


def counted(
    entries: Iterable[EstablishmentEntry], place: tuple[str, ...], day: date
) -> list[EstablishmentEntry]:
    """The entries that count for a place on a day, by kind and grade: its own, else those of places
    below, where they are no targets."""
    found: dict[tuple[str, str], list[EstablishmentEntry]] = {}
    for each in entries:
        if each.place[: len(place)] == place and each.counts_on(day):
            found.setdefault((each.kind, each.grade), []).append(each)
    return [
        each
        for kind in KINDS
        for grade in STAFF_GRADES
        for each in _of_place(found.get((kind, grade), []), len(place), kind)
    ]


def _of_place(entries: Sequence[EstablishmentEntry], depth: int, kind: str) -> list[EstablishmentEntry]:
    own = [each for each in entries if len(each.place) == depth]
    if own:
        return [max(own, key=lambda each: each.first_day)] if kind == TARGET else own
    if kind == TARGET:
        return []
    below: dict[str, list[EstablishmentEntry]] = {}
    for each in entries:
        below.setdefault(each.place[depth], []).append(each)
    return [each for code in sorted(below) for each in _of_place(below[code], depth + 1, kind)]


def sums(entries: Iterable[EstablishmentEntry]) -> dict[str, dict[str, Fraction]]:
    """FTE of entries that count, by kind and grade."""
    found: dict[str, dict[str, Fraction]] = {}
    for each in entries:
        of_kind = found.setdefault(each.kind, {})
        of_kind[each.grade] = of_kind.get(each.grade, Fraction()) + each.fte
    return found


def agency(entries: Iterable[EstablishmentEntry]) -> Mapping[str, Fraction]:
    """FTE of agency staff by grade, of entries that count."""
    return sums(entries).get(AGENCY, {})


def questions(entry: EstablishmentEntry, contracted: Fraction, day: date) -> list[str]:
    """What hardly can be meant of an entry, in sentences, beside people of its grade in post by contract at
    its place on a day."""
    found, there = [], f"{places(contracted):.2f} are in post by contract"
    if entry.kind == FIXED_TERM and entry.fte > contracted:
        found.append(f"More people on a fixed term than there are: {there}")
    elif entry.fte > TIMES * max(contracted, Fraction(1)):
        found.append(f"{places(entry.fte):.2f} is more than {TIMES} times those there: {there}")
    if entry.kind == RETURNER and entry.first_day <= day:
        found.append("The day of coming back has passed, so this counts nowhere")
    if entry.last_day is not None and entry.last_day < day:
        found.append("The last day has passed, so this counts on past days alone")
    return found


def present(entries: Sequence[EstablishmentEntry], staffing: Staffing) -> dict[str, Any]:
    """Target, people in post, vacancies and what is short of the target, by grade and in all, as plain data.

    In post are contracted people of the data, whatever their reductions, and agency staff. `fixed_term` are
    among those contracted; `permanent` are the others. What is not known is None: without a target nothing
    is short of one. The sum of all grades has a target where every grade that has people or work has one.
    """
    of, grades = sums(entries), staffing.supply.grades
    told = [
        _row(grade, of, grades[grade].contracted if grade in grades else Fraction())
        for grade in STAFF_GRADES
        if grade in grades or any(grade in by_grade for by_grade in of.values())
    ]
    rows = [{name: _shown(value) for name, value in row.items()} for row in told]
    return {"grades": rows, "all": {name: _shown(value) for name, value in _all(told).items()}}


_FIGURES = ("target", "contracted", "permanent", FIXED_TERM, AGENCY, "in_post", VACANCY, RETURNER, "short")


def _row(grade: str, of: Mapping[str, Mapping[str, Fraction]], contracted: Fraction) -> dict[str, Any]:
    fte = {kind: of.get(kind, {}).get(grade, Fraction()) for kind in KINDS}
    target = of.get(TARGET, {}).get(grade)
    in_post = contracted + fte[AGENCY]
    return {
        "grade": grade,
        "target": target,
        "contracted": contracted,
        "permanent": contracted - fte[FIXED_TERM],
        FIXED_TERM: fte[FIXED_TERM],
        AGENCY: fte[AGENCY],
        "in_post": in_post,
        VACANCY: fte[VACANCY],
        RETURNER: fte[RETURNER],
        "short": None if target is None else target - in_post,
    }


def _all(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The sums of all grades; a sum over a grade without a target is none."""
    return {
        name: None
        if any(row[name] is None for row in rows) or (not rows and name in (TARGET, "short"))
        else sum((row[name] for row in rows), Fraction())
        for name in _FIGURES
    }


def _shown(value: Fraction | str | None) -> Decimal | str | None:
    return places(value) if isinstance(value, Fraction) else value


def present_entries(entries: Iterable[EstablishmentEntry]) -> list[dict[str, Any]]:
    """The entries as plain data: what each sum is made of."""
    return [
        {
            "kind": each.kind,
            "grade": each.grade,
            "level": LEVELS[len(each.place)],
            "code": each.place[-1] if each.place else LEVELS[0],
            "fte": places(each.fte),
            "first_day": each.first_day,
            "last_day": None if each.is_of_few else each.last_day,
            "why": each.why,
        }
        for each in entries
    ]
