"""If people leave, as tables: who can be chosen, units before and after, who gets cases, what is left."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence

from wmt import ledger
from wmt.plan.balance.leavers import PlacedCases
from wmt.site import tables
from wmt.site.accounts import limited_access, visibility
from wmt.site.changes.unit_moments import UnitMoment
from wmt.site.links import unit_url
from wmt.site.queries.leavers import LeaversEffect
from wmt.site.web.plans.effect_table import change_of
from wmt.site.web.plans.leaver_words import WHY
from wmt.site.web.units.labels import upper_first
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of

_NO_POINTS = (
    "Cases that earn no points now, such as suspended ones, are dealt in turn to people who are not over the "
    "threshold."
)
_ALL = (
    "Active cases, and those that are suspended, overdue or on warrant: somebody has to hold each of them. "
    "Cases in prisons under OMiC are not counted."
)


def people_table(state: State, posts: Sequence[Unit], chosen: Collection[str]) -> tables.Table:
    """Everybody who could leave, with a box to tick."""
    columns = [
        tables.Column("leaver", "Leaves", "way"),
        tables.Column("name", "Who"),
        tables.Column("capacity", "Capacity", "percent"),
        tables.Column("cases", "All cases", "count", _ALL),
        tables.Column("points", "Points", "points"),
    ]
    rows = []
    for post in posts:
        name = staff_names.shown(post.name, post.code)
        working = unit_url("post", post.code, "working")
        tone = "ticked" if post.code in chosen else "tick"
        values = {
            "leaver": tables.Value(post.code, f"{name} leaves", tone=tone),
            "name": tables.text(name, unit_url("post", post.code), f"{post.grade}, {post.team_code}"),
            "capacity": tables.capacity(
                post.points_x100, post.available_x100, state.over_x100, post.stream, working
            ),
            "cases": tables.count(post.cases_all, unit_url("post", post.code, "caseload")),
            "points": tables.points(post.points_x100, working),
        }
        rows.append(tables.Row(values, "post", post.code))
    empty = "Nobody here holds cases of sentence management."
    return tables.Table("leavers", "Who leaves?", columns, rows, empty=empty)


def units_table(state: State, found: LeaversEffect, unit: Unit) -> tables.Table:
    """The unit, its PDU and the teams that give or get cases, before and after; then who leaves."""
    order = {"region": 0, "pdu": 1, "team": 2, "post": 3}
    left = {post.code for post in found.leavers}
    touched = [
        each for each in found.moments
        if each.unit.code in left
        or (each.unit.level in order and each.unit.level != "post" and each.before != each.after)
    ]  # fmt: skip
    first = (unit.level, unit.code)
    touched.sort(key=lambda each: ((each.unit.level, each.unit.code) != first, order[each.unit.level]))
    notes = [
        "With cases that fit given to those who could take them; the others wait in the team as unallocated "
        "cases. The working of figures after it opens once this is saved as a plan."
    ]
    rows = [_row(state, each, {}) for each in touched]
    return tables.Table("units", "Before and after", _columns(()), rows, notes=notes)


def receivers_table(
    state: State, found: LeaversEffect, may_give: Callable[[tuple[str, str]], bool] | None
) -> tables.Table:
    """Who could get cases, how many and what that makes of them. `may_give` says, by the codes of a post, of
    whom the reader may allocate to; None where that is said of everybody elsewhere."""
    gets: dict[str, list[PlacedCases]] = defaultdict(list)
    for each in found.fit:
        gets[each.to].append(each)
    more = (tables.Column("gets", "Gets cases", "count"), tables.Column("points", "Of points", "points"))
    rows = []
    for code, cases in sorted(gets.items(), key=lambda pair: (-_number(pair[1]), pair[0])):
        moment, post = found.moment("post", code), found.posts[code]
        # nothing of their figures changes where all that they get earns nothing
        moment = moment or UnitMoment(post, now := _now(post), now)
        is_barred = may_give is not None and not may_give((post.team_code, post.staff_code))
        counted = {"gets": tables.count(_number(cases)), "points": tables.points(_points(cases))}
        rows.append(_row(state, moment, counted, visibility.NOT_BY_YOU if is_barred else ""))
    notes = [_NO_POINTS] if any(not each.points_x100 for each in found.fit) else []
    grades = sorted({found.posts[code].grade for code in gets})
    rules = ((grade, rules_of(state).get(f"eligibility.{grade}.condition")) for grade in grades)
    notes += [f"A {grade} who gets a case needs {rule.value}." for grade, rule in rules if rule is not None]
    empty = "None of the cases fits with anybody."
    return tables.Table("receivers", "Who could take them", _columns(more), rows, notes=notes, empty=empty)


def rest_table(found: LeaversEffect, over: str) -> tables.Table:
    """The cases that fit with nobody, by why and by who leaves."""
    columns = [
        tables.Column("why", "Why", "words"),
        tables.Column("leaver", "Held by"),
        tables.Column("cases", "Cases", "count"),
        tables.Column("points", "Points", "points"),
    ]
    groups: dict[tuple[str, str], list[PlacedCases]] = defaultdict(list)
    for each in found.rest:
        groups[WHY[each.binds].format(over=over) if each.binds else "", each.leaver].append(each)
    rows = [
        tables.Row({
            "why": tables.text(why),
            "leaver": _who(found, leaver),
            "cases": tables.count(_number(cases)),
            "points": tables.points(_points(cases)),
        })
        for (why, leaver), cases in sorted(groups.items())
    ]  # fmt: skip
    empty = "Every case fits with somebody."
    return tables.Table("no-place", "Cases that fit with nobody", columns, rows, empty=empty)


def cases_table(found: LeaversEffect, over: str, hidden: Collection[str]) -> tables.Table:
    """Every case of those whose cases the reader may read, with who could take it."""
    columns = [
        tables.Column("crn", "CRN", "code"),
        tables.Column("what", "Case"),
        tables.Column("points", "Points", "points"),
        tables.Column("leaver", "Held by"),
        tables.Column("to", "Could go to"),
        tables.Column("why", "Why not", "words"),
    ]
    rows = []
    for each in found.cases:
        if each.leaver not in found.readable:
            continue
        refs = [limited_access.HIDDEN if ref.upper() in hidden else ref for ref in each.refs]
        values = {
            "crn": tables.text(", ".join(refs) or f"{each.number} of these"),
            "what": tables.text(upper_first(each.what)),
            "points": tables.exact(each.points_x100),
            "leaver": _who(found, each.leaver),
            "to": _who(found, each.to) if each.to else tables.text("Nobody"),
            "why": tables.text(WHY[each.binds].format(over=over) if each.binds else ""),
        }
        rows.append(tables.Row(values))
    return tables.Table("cases", "Every case", columns, rows)


def _columns(more: Iterable[tables.Column]) -> list[tables.Column]:
    return [
        tables.Column("name", "Who"),
        *more,
        tables.Column("now", "Capacity now", "percent"),
        tables.Column("then", "Capacity then", "percent"),
        tables.Column("change", "Change", "number", "In percentage points of capacity."),
        tables.Column("points_now", "Points now", "points"),
        tables.Column("points_then", "Points then", "points"),
        tables.Column("available_now", "Points available now", "points"),
        tables.Column("available_then", "Points available then", "points"),
    ]


def _row(state: State, each: UnitMoment, more: dict[str, tables.Value], note: str = "") -> tables.Row:
    unit, before, after = each.unit, each.before, each.after
    working = unit_url(unit.level, unit.code, "working")
    name = staff_names.shown(unit.name, unit.code) if unit.level == "post" else unit.name
    about = f"{unit.grade}, {unit.team_code}" if unit.level == "post" else _TITLES[unit.level]
    values = {
        "name": tables.text(name, unit_url(unit.level, unit.code), "; ".join(filter(None, (about, note)))),
        **more,
        "now": tables.capacity(*before, state.over_x100, unit.stream, working),
        "then": tables.capacity(*after, state.over_x100, unit.stream),
        "change": change_of(unit, before, after),
        "points_now": tables.points(before.points_x100, working),
        "points_then": tables.points(after.points_x100),
        "available_now": tables.points(before.available_x100, working),
        "available_then": tables.points(after.available_x100),
    }
    return tables.Row(values, unit.level, unit.code)


_TITLES = {"team": "Team", "pdu": "PDU", "region": "Region"}


def _who(found: LeaversEffect, code: str) -> tables.Value:
    post = found.posts.get(code)
    name = staff_names.shown(post.name, code) if post else code
    return tables.text(name, unit_url("post", code), post.grade if post else "")


def _now(post: Unit) -> ledger.Moment:
    return ledger.Moment(post.points_x100 or 0, post.available_x100 or 0)


def _number(cases: Iterable[PlacedCases]) -> int:
    return sum(each.number for each in cases)


def _points(cases: Iterable[PlacedCases]) -> int:
    return sum(each.points_x100 for each in cases)
