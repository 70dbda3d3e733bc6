"""Room for more cases: whether a unit is full, by kind of case; the sums behind it; the units below."""

from collections.abc import Sequence
from typing import Any

from wmt.facts import NOT_KNOWN
from wmt.ledger import HEADLINE, remaining_x100
from wmt.ledger.arithmetic import divide_half_up
from wmt.plan.full_state import HAS_ROOM, FullState
from wmt.plan.full_words import kind_words, relief_words, set_words
from wmt.site import tables
from wmt.site.figures import units
from wmt.site.links import unit_url, working_url
from wmt.site.queries import full as query
from wmt.site.queries import kind_sentences
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.full import advice_table
from wmt.site.workload.models import Unit

TITLE = "Room for more cases"
TEMPLATE = "unit/full.jinja"
_BELOW = {"nation": "pdu", "region": "pdu", "pdu": "team"}


def applies(unit: Unit) -> bool:
    """Units above posts: one post has its own capacity."""
    return unit.level != "post"


def content(question: UnitRequest) -> dict[str, Any]:
    """By kind of case: both counts, what limits, since when and when; then every sum."""
    question = question.in_stream(HEADLINE)
    unit = question.unit
    if not applies(unit):
        return {"tables": {}, "elsewhere": True}
    found = content_of(question, query.full_of(question.state, unit))
    return found | {"advice": advice_table.table(question, unit), "advise": advice_table.href(question, unit)}


def content_of(question: UnitRequest, found: query.UnitFull) -> dict[str, Any]:
    """The same of a unit of which it is known."""
    unit = question.unit
    state, past = found.state, found.outlook.past if found.outlook else None
    level = _BELOW.get(unit.level) if not question.listing else None
    return {
        "elsewhere": False,
        "word": kind_sentences.unit_today(state, found.outlook),
        "known": bool(state.kinds),
        "has_room": state.word == HAS_ROOM,
        "ceiling": _percent(state.rules.ceiling_x100),
        "over": _percent(state.rules.over_x100),
        "overview_left": tables.points(remaining_x100(unit.points_x100, unit.available_x100)).text,
        "days": state.rules.days,
        "inflow_days": state.rules.inflow_days,
        "certificate": unit_url(unit.level, unit.code, "certificate"),
        "of_lines": past.of_lines if past else 0,
        "of_totals": len(past.days) - past.of_lines if past else 0,
        "history": past is not None,
        "waits": found.waits,
        "notes": found.notes,
        "tables": {
            "full": _kinds(found),
            **({"below": register(question, level)} if level else {}),
            "frees": _frees(found),
            "sums": _sums(found),
            "grades": _grades(found),
            "cases": _cases(found),
        },
    }


def _percent(x100: int) -> str:
    return f"{tables.exact(x100).text}%"


def _kinds(found: query.UnitFull) -> tables.Table:
    over = _percent(found.state.rules.over_x100)
    columns = [
        tables.Column("kind", "Kind of case"),
        tables.Column("today", "Today", "words"),
        tables.Column(
            "spare",
            "Points left, re-shared",
            "points",
            f"Up to {_percent(found.state.rules.ceiling_x100)} of the points available to the grades that "
            "limit the kind. Below zero: too much already.",
        ),
        tables.Column("cases", "Cases, best re-sharing", "count", "Average cases: the most there can be."),
        tables.Column("unmoved", "Cases, if none move", "count", "Average cases, post by post."),
        tables.Column("posts", "By so many people", "count"),
        tables.Column("limits", "Limited by", "words", "The grades whose time runs out first."),
        tables.Column("since", "No room since", "words"),
        tables.Column("until", "Full in (estimate)", "words"),
        tables.Column("odds", "Odds of being full within (estimate)", "words"),
        tables.Column("interval", "Spread (estimate)", "words"),
        tables.Column("over_cases", f"Cases up to {over}, best re-sharing", "count"),
    ]
    rows, outlook = [], found.outlook
    for each in found.state.kinds:
        run, ahead = (outlook.runs[each.kind], outlook.ahead[each.kind]) if outlook else (None, None)
        values = {
            "kind": tables.text(kind_words(each.kind)),
            "today": tables.text(kind_sentences.today(each, run)),
            "spare": tables.points(each.best.spare_x100),
            "cases": tables.count(each.best.cases),
            "unmoved": tables.count(each.alone.cases),
            "posts": tables.count(each.alone.posts),
            "limits": tables.text(set_words(each.best.binding.grades) or "no grade here may hold it"),
            "since": tables.text(
                kind_sentences.since(run, outlook.past if outlook else None, found.state.rules.days)
            ),
            "until": tables.text(kind_sentences.until(ahead, outlook.day if outlook else None)),
            "odds": tables.text(kind_sentences.odds(ahead)),
            "interval": tables.text(kind_sentences.interval(ahead)),
            "over_cases": tables.count(each.best_over.cases),
        }
        rows.append(tables.Row(values))
    return tables.Table("full", f"Room by kind of case: {found.unit.name}", columns, rows, empty=_NONE)


_NONE = (
    "Nobody here is in sentence management, or no points are published for the tiers of this data, so nobody "
    "can say how many cases there is room for."
)


def register(question: UnitRequest, level: str) -> tables.Table:
    """The units of a level under a unit, each with its word and both counts for every kind."""
    state = question.state
    below = [unit for unit in units.below(state, question.unit, level) if unit.code != NOT_KNOWN]
    found = query.states_of(state, below) if below else {}
    below = [unit for unit in below if found[unit.code].kinds]  # a court's teams are neither full nor not
    kinds = dict.fromkeys(each.kind for of in found.values() for each in of.kinds)
    columns = [
        tables.Column("name", units.TITLES[level]),
        tables.Column("word", "Today"),
        tables.Column("over", "Over-full"),
        tables.Column("spare", "Points left", "points", "With the best re-sharing, of the kind with least."),
    ]
    for kind in kinds:
        name = kind.capitalize()
        columns += [
            tables.Column(f"{kind}_cases", f"{name}: cases, re-shared", "count", "With the best re-sharing."),
            tables.Column(f"{kind}_unmoved", f"{name}: cases, if none move", "count"),
        ]
    rows = [tables.Row(_of_unit(unit, found[unit.code], level), level, unit.code) for unit in below]
    title = f"{units.PLURALS[level]} of {question.unit.name}: which are full today"
    return tables.Table("below", title, columns, rows)


def _of_unit(unit: Unit, state: FullState, level: str) -> dict[str, tables.Value]:
    values = {
        "name": tables.text(unit.name, unit_url(level, unit.code, "full")),
        "word": tables.text(state.word),
        "over": tables.text("yes" if state.is_over_full else "no"),
        "spare": tables.points(min((each.best.spare_x100 for each in state.kinds), default=None)),
    }
    for each in state.kinds:
        values[f"{each.kind}_cases"] = tables.count(each.best.cases)
        values[f"{each.kind}_unmoved"] = tables.count(each.alone.cases)
    return values


def _frees(found: query.UnitFull) -> tables.Table:
    kinds = found.state.kinds
    columns = [
        tables.Column("what", "What would free room", "words"),
        tables.Column("points", "Points", "points"),
        *(
            tables.Column(each.kind, f"{each.kind.capitalize()}: points left then", "points")
            for each in kinds
        ),
    ]
    rows = [
        tables.Row(
            {
                "what": tables.text(_sentence(relief_words(each.what, each.subject))),
                "points": tables.points(each.points_x100),
                **{kind: tables.points(x100) for kind, x100 in each.spare_x100.items()},
            }
        )
        for each in found.reliefs
    ]
    return tables.Table("frees", "What would free most, each by itself", columns, rows)


def _sums(found: query.UnitFull) -> tables.Table:
    columns = [
        tables.Column("grades", "Grades"),
        tables.Column("kinds", "Cases that only these may hold"),
        tables.Column("time", "Points available up to the ceiling", "points"),
        tables.Column("fixed", "Less work that stays with its author", "points"),
        tables.Column("cases", "Less these cases", "points"),
        tables.Column("slack", "Points left", "points"),
    ]
    sets = dict.fromkeys(each for kind in found.state.kinds for each in kind.best.sets)
    rows = [
        tables.Row(
            {
                "grades": tables.text(set_words(each.grades) or "none"),
                "kinds": tables.text(set_words(each.kinds)),
                "time": tables.exact(each.time_x100),
                "fixed": tables.exact(each.fixed_x100),
                "cases": tables.exact(each.demand_x100),
                "slack": tables.exact(each.slack_x100),
            }
        )
        for each in sets
    ]
    return tables.Table("sums", "The sums behind it: the least that is left limits a kind", columns, rows)


def _grades(found: query.UnitFull) -> tables.Table:
    unit = found.unit
    columns = [
        tables.Column("grade", "Grade"),
        tables.Column("available", "Points available", "points"),
        tables.Column("fixed", "Reports and case management support", "points"),
    ]
    rows = [
        tables.Row(
            {
                "grade": tables.text(grade),
                "available": tables.exact(
                    time.available_x100, f"{working_url(unit.level, unit.code, 'available')}&grade={grade}"
                ),
                "fixed": tables.exact(
                    time.fixed_x100, f"{working_url(unit.level, unit.code, 'points')}&grade={grade}"
                ),
            }
        )
        for grade, time in found.state.pool.grades.items()
    ]
    return tables.Table("grades", "Time, and work that stays with its author, by grade", columns, rows)


def _cases(found: query.UnitFull) -> tables.Table:
    averages = {each.kind: each.case_x100 for each in found.state.kinds}
    columns = [
        tables.Column("kind", "Kind of case"),
        tables.Column("able", "May be held by"),
        tables.Column("points", "Points, whoever holds them", "points"),
        tables.Column("average", "Points of an average case", "points"),
    ]
    rows = [
        tables.Row(
            {
                "kind": tables.text(kind_words(each.kind)),
                "able": tables.text(set_words(_in_order(found.state, each.eligible)) or "nobody here"),
                "points": tables.exact(
                    each.points_x100, unit_url(found.unit.level, found.unit.code, "caseload")
                ),
                "average": tables.exact(divide_half_up(*averages[each.kind].as_integer_ratio())),
            }
        )
        for each in found.state.pool.demands
    ]
    notes = [
        "By grade, everybody of one together. Whether one person may hold a case can be narrower: for a "
        "trainee by the stage of training, for anybody by protection or limited access. ‘Cases and people’ "
        "asks it of each."
    ]
    return tables.Table("cases", "Cases, and who may hold them", columns, rows, notes=notes)


def _in_order(state: FullState, grades: frozenset[str]) -> Sequence[str]:
    return [grade for grade in state.pool.grades if grade in grades]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
