"""Finding units: one, those above it, those below it. Whoever may not see a unit does not find it."""

from typing import Any

from django.db.models import Q, QuerySet

from wmt import ledger
from wmt.site.accounts.access import visible_to
from wmt.site.accounts.models import User
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: From the nation down.
DOWN = tuple(reversed(ledger.LEVELS))
TITLES = {"nation": "Nation", "region": "Region", "pdu": "PDU", "team": "Team", "post": "Practitioner"}
PLURALS = {"region": "Regions", "pdu": "PDUs", "team": "Teams", "post": "Practitioners"}
NATION = "nation"


class UnknownUnit(Exception):  # noqa: N818 - the address is wrong, not the program
    """There is no such unit in the figures that are shown."""

    def __init__(self, level: str, code: str) -> None:
        super().__init__(f"there is no {TITLES.get(level, level)} with the code {code}")
        self.level, self.code = level, code


def find(state: State, user: User, level: str, code: str, stream: str | None = None) -> Unit:
    """One unit with its totals: its headline, or a stream of it. A post has one row, whatever is asked for.

    Raises UnknownUnit, also for what the user may not see and for a stream the unit has no posts of.
    """
    found = seen(state, user, level, None if level == "post" else stream).filter(code=code).first()
    if found is None:
        raise UnknownUnit(level, code)
    return found


def seen(state: State, user: User, level: str, stream: str | None = None) -> QuerySet[Unit]:
    """The units of a level that the user may see, as `of_level` gives them."""
    return visible_to(of_level(state, level, stream), user, state)


def of_level(state: State, level: str, stream: str | None = None) -> QuerySet[Unit]:
    """All units of a level, by name: every post, of units their headline. With a stream, their part in it."""
    units = Unit.objects.filter(load_id=state.load_id, level=level).order_by(*_order(level))
    return (
        units.filter(whole=True)
        if stream is None
        else units.filter(Q(stream=stream) if level == "post" else Q(stream=stream, grade=""))
    )


def below(state: State, unit: Unit, level: str, grade: str = "", stream: str | None = None) -> QuerySet[Unit]:
    """The units of a level under a unit, by name, in the unit's stream or another: of posts, those in it.

    With a grade, only what posts of it make up.
    """
    units = of_level(state, level, stream or unit.stream)
    if grade:
        units = Unit.objects.filter(
            load_id=state.load_id, level=level, stream=stream or unit.stream, grade=grade
        ).order_by(*_order(level))
    return _under(units, unit)


def everybody(state: State, unit: Unit) -> QuerySet[Unit]:
    """All posts under a unit, by name, whatever their stream: for what is about people and not of figures."""
    return _under(of_level(state, "post"), unit)


def streams(state: State, unit: Unit) -> dict[str, Unit]:
    """A unit's totals by stream, the headline first: its part in every stream it has posts of."""
    rows = Unit.objects.filter(load_id=state.load_id, level=unit.level, code=unit.code)
    found = {row.stream: row for row in rows if row.level == "post" or not row.grade}
    return {stream: found[stream] for stream in ledger.STREAMS if stream in found}


def _under(units: QuerySet[Unit], unit: Unit) -> QuerySet[Unit]:
    return units if unit.level == NATION else units.filter(**{f"{unit.level}_code": unit.code})


def about(rows: QuerySet[Any], unit: Unit, load_id: int, also: Q | None = None) -> QuerySet[Any]:
    """Only those rows that are about posts under a unit, by their team and staff codes.

    A PDU or region has the teams that it has in a load, and what `also` names.
    """
    codes = {
        "post": {"team_code": unit.team_code, "staff_code": unit.staff_code},
        "team": {"team_code": unit.code},
        NATION: {},
    }
    if unit.level in codes:
        return rows.filter(**codes[unit.level])
    teams = _under(Unit.objects.filter(load_id=load_id, level="team", whole=True), unit)
    return rows.filter(Q(team_code__in=teams.values("code")) | (also or Q()))


def _order(level: str) -> tuple[str, ...]:
    """By name; posts by code where names are withheld, since the order would tell of them."""
    return ("code",) if level == "post" and staff_names.withheld() else ("name", "code")


def names_of(posts: QuerySet[Unit]) -> dict[str, str]:
    """The names of some posts by their codes, as far as who asks may see them."""
    return {code: staff_names.shown(name, code) for code, name in posts.values_list("code", "name")}


def child_level(level: str) -> str:
    """The level under a level. Raises IndexError for posts, which have nothing under them."""
    return levels_below(level)[0]


def levels_below(level: str) -> tuple[str, ...]:
    """All levels under a level, the next one first."""
    return DOWN[DOWN.index(level) + 1 :]


def above(state: State, user: User, unit: Unit) -> list[Unit]:
    """The units a unit belongs to that the user may see, the nation first."""
    levels = DOWN[1 : DOWN.index(unit.level)]
    wanted = Q(level=NATION)
    for level in levels:
        wanted |= Q(level=level, code=getattr(unit, f"{level}_code"))
    if unit.level == NATION:
        return []
    found = visible_to(Unit.objects.filter(wanted, load_id=state.load_id, whole=True), user, state)
    return sorted(found, key=lambda each: DOWN.index(each.level))


def beside(state: State, user: User, unit: Unit) -> QuerySet[Unit]:
    """The units with the same parent and of the same stream that the user may see, this one among them."""
    units = seen(state, user, unit.level, unit.stream)
    if unit.level in (NATION, "region"):
        return units
    parent = DOWN[DOWN.index(unit.level) - 1]
    return units.filter(**{f"{parent}_code": getattr(unit, f"{parent}_code")})


def grades(state: State, unit: Unit) -> list[Unit]:
    """A unit's totals in its stream apart by grade, in the order of the grades' names."""
    rows = Unit.objects.filter(
        load_id=state.load_id, level=unit.level, code=unit.code, stream=unit.stream, whole=False
    )
    return list(rows.exclude(grade="").order_by("grade"))
