"""Agreements: which a unit goes by, what they say of it and of those below, in force and in shadow."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse

from wmt.agreements.states import shown
from wmt.days import written
from wmt.facts import NOT_KNOWN
from wmt.nights import NightError
from wmt.site import tables
from wmt.site.agreements import counted, in_force
from wmt.site.agreements.models import UnitAgreement
from wmt.site.changes.agreement_answers import may_answer
from wmt.site.changes.agreements import may_switch
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries import agreements as query
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.agreements import answers, counts
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

TITLE = "Agreements"
TEMPLATE = "agreements/tab.jinja"
_NOT_KNOWN = "not known"
_BELOW = {"nation": "region", "region": "pdu", "pdu": "team", "team": "post"}


def applies(unit: Unit) -> bool:
    """Everywhere but where the unit is not known."""
    return unit.code != NOT_KNOWN and unit.team_code != NOT_KNOWN


def content(question: UnitRequest) -> dict[str, Any]:
    """The agreements of the unit, their states here and below, and what differs between live and shadow."""
    state, unit = question.state, question.unit
    rows = in_force.on_day(unit, state)
    try:
        here = query.findings_of(state, rows, [unit])
        level = _BELOW.get(unit.level, "")
        below = _known(units.below(state, unit, level)) if level and rows else []
        found = query.findings_of(state, rows, below)
        # a PDU lists its teams, and says of the people in them how many are in which state
        people = query.findings_of(state, rows, _people(question)) if unit.level == "pdu" and rows else []
    except NightError:
        here, below, found, people, level = [], [], [], [], ""
    answered = answers.answers_table(question.user, unit, state, here)
    asked = counted.asked(unit, state)
    people_count = counts.counts_table(question, below, asked) if rows else None
    return {
        "rows": [(row, in_force.pack_of(row), _period(row)) for row in rows],
        "set_href": _set_href(question),
        "count_href": counts.enter_href(question) if asked else "",
        "duties": _duties(question, here),
        "tables": {
            "agreements": here_table(here),
            **({"agreements-answers": answered} if answered else {}),
            **({"agreements-counted": people_count} if people_count else {}),
            **({"agreements-below": below_table(level, found)} if found else {}),
            **({"agreements-people": people_table(people)} if people else {}),
            **({"agreements-compared": compared} if (compared := _compared(level, found, people)) else {}),
        },
    }


def _people(question: UnitRequest) -> list[Unit]:
    return _known(units.below(question.state, question.unit, "post"))


def _known(found: Iterable[Unit]) -> list[Unit]:
    return [each for each in found if NOT_KNOWN not in (each.code, each.team_code)]


def _compared(
    level: str, found: Sequence[query.AgreementFinding], people: Sequence[query.AgreementFinding]
) -> tables.Table | None:
    """Of the units below; of the people in them, where agreements measure people alone."""
    return compared_table(level, found) or compared_table("post", people)


def _duties(question: UnitRequest, here: Sequence[query.AgreementFinding]) -> list[tuple[Any, Any, str]]:
    """What is owed here, and where a plan, letter or decision is written; empty for who may not write one."""
    unit, state = question.unit, question.state
    writes = state.as_of is None and may_answer(question.user, unit, state)
    found = []
    for each in here:
        for duty in each.found.state.duties if each.found.state else []:
            place = [each.row.pk, unit.level, unit.code, each.found.measure_key]
            wanted = writes and duty.kind in answers.KINDS and not each.in_shadow
            found.append((each, duty, reverse("agreement-answer-new", args=place) if wanted else ""))
    return found


def here_table(here: Sequence[query.AgreementFinding]) -> tables.Table:
    """What every measure says of the unit, with its value, its level and why nobody can say more."""
    columns = [
        tables.Column("agreement", "Agreement"),
        tables.Column("measure", "What is measured"),
        tables.Column("value", "Value"),
        tables.Column("unit", "In"),
        tables.Column("state", "State"),
        tables.Column("levels", "States and their levels", "words"),
        tables.Column("working", "Worked out from", "words"),
    ]
    made = [
        tables.Row(
            {
                "agreement": tables.text(
                    f"{each.row.name}{_mode(each)}", reverse("agreement", args=[each.row.pk])
                ),
                "measure": tables.text(each.found.measure.name),
                "value": tables.text(shown(each.found.value)),
                "unit": tables.text(each.found.measure.unit),
                "state": tables.text(query.state_words(each.found)),
                "levels": tables.text("; ".join(f"{one.state}: {one.words}" for one in each.found.levels)),
                "working": tables.text(
                    "; ".join(f"{one.name} = {shown(one.value)}" for one in each.found.working)
                ),
            }
        )
        for each in here
    ]
    empty = "No agreement that is switched on here measures a unit of this kind."
    return tables.Table("agreements", "What agreements say here", columns, made, empty=empty)


def below_table(level: str, found: Sequence[query.AgreementFinding]) -> tables.Table:
    """Units below, a column for each measure of an agreement."""
    keys = {_key(each): each for each in found}
    columns = [
        tables.Column("name", units.TITLES[level]),
        *(
            tables.Column(key, f"{each.row.name}: {each.found.measure.name}{_mode(each)}")
            for key, each in keys.items()
        ),
    ]
    by_unit: dict[str, dict[str, tables.Value]] = {}
    for each in found:
        total = each.found.total
        href = unit_url(level, total["code"], "agreements")
        row = by_unit.setdefault(total["code"], {"name": tables.text(total["name"], href)})
        value = "" if each.found.state is None else f" ({shown(each.found.value)})"
        row[_key(each)] = tables.text(f"{query.state_words(each.found)}{value}")
    made = [
        tables.Row({**{key: tables.text("not covered") for key in keys}, **row}, level, code)
        for code, row in by_unit.items()
    ]
    return tables.Table(
        "agreements-below", f"{units.PLURALS[level]} by agreements", columns, made, prefix="agreements-below-"
    )


def people_table(found: Sequence[query.AgreementFinding]) -> tables.Table:
    """How many people are in each state of each measure, in the order of the agreement; last those of whom
    nobody can say."""
    counts: dict[str, Counter[str]] = {}
    for each in found:
        states = [one.state for one in each.found.measure.states]
        counts.setdefault(
            f"{each.row.name}: {each.found.measure.name}{_mode(each)}", Counter(dict.fromkeys(states, 0))
        )[each.found.state.state if each.found.state else _NOT_KNOWN] += 1
    columns = [
        tables.Column("measure", "Agreement and what is measured", "words"),
        tables.Column("state", "State"),
        tables.Column("number", units.PLURALS["post"], "count"),
    ]
    made = [
        tables.Row(
            {"measure": tables.text(name), "state": tables.text(state), "number": tables.count(number)}
        )
        for name, of_measure in counts.items()
        for state, number in of_measure.items()
    ]
    return tables.Table(
        "agreements-people", "Practitioners by state", columns, made, prefix="agreements-people-"
    )


def compared_table(level: str, found: Sequence[query.AgreementFinding]) -> tables.Table | None:
    """How many units are in which state by an agreement in force and by one in shadow, side by side."""
    live: dict[str, dict[str, str]] = {}
    shadow: dict[str, dict[str, str]] = {}
    for each in found:
        name = f"{each.row.name}: {each.found.measure.name}"
        of = shadow if each.in_shadow else live
        of.setdefault(name, {})[each.found.total["code"]] = query.state_words(each.found)
    pairs = [(one, other) for one in live for other in shadow]
    if not pairs:
        return None
    columns = [
        tables.Column("live", "In force"),
        tables.Column("live_state", "State"),
        tables.Column("shadow", "In shadow"),
        tables.Column("shadow_state", "State there"),
        tables.Column("number", units.PLURALS[level], "count"),
    ]
    made = []
    for one, other in pairs:
        both = Counter(
            (state, shadow[other][code]) for code, state in live[one].items() if code in shadow[other]
        )
        made += [
            tables.Row(
                {
                    "live": tables.text(one),
                    "live_state": tables.text(state),
                    "shadow": tables.text(other),
                    "shadow_state": tables.text(there),
                    "number": tables.count(number),
                }
            )
            for (state, there), number in sorted(both.items())
        ]
    return tables.Table(
        "agreements-compared",
        "In force and in shadow, compared",
        columns,
        made,
        prefix="agreements-compared-",
    )


def _key(each: query.AgreementFinding) -> str:
    return f"a{each.row.pk}_{each.found.measure_key}"


def _mode(each: query.AgreementFinding) -> str:
    return " (in shadow)" if each.in_shadow else ""


def _period(row: UnitAgreement) -> str:
    until = f" until {written(row.last_day)}" if row.last_day else ""
    return f"since {written(row.first_day)}{until}, switched on by {staff_names.person(row.who)}"


def _set_href(question: UnitRequest) -> str:
    """Where agreements of the unit are switched on and off; empty for who may not, and of the nation: none
    is switched on for all of it at once."""
    unit, state = question.unit, question.state
    may = unit.level != units.NATION and state.as_of is None and may_switch(question.user, unit, state)
    return reverse("unit-agreements", args=[unit.level, unit.code]) if may else ""


def history_table(state: State, rows: Sequence[UnitAgreement]) -> tables.Table:
    """All that was switched on for a unit, the last first."""
    columns = [
        tables.Column("name", "Agreement"),
        tables.Column("mode", "How"),
        tables.Column("first", "From", "date"),
        tables.Column("last", "Until", "date"),
        tables.Column("who", "Switched on by"),
        tables.Column("state", "State"),
    ]
    made = [
        tables.Row(
            {
                "name": tables.text(row.name, reverse("agreement", args=[row.pk])),
                "mode": tables.text(row.get_mode_display()),
                "first": tables.day(row.first_day),
                "last": tables.day(row.last_day),
                "who": tables.text(staff_names.person(row.who)),
                "state": tables.text(row_state(row, state)),
            }
        )
        for row in rows
    ]
    empty = "No agreement has been switched on here."
    return tables.Table("agreements-set", "Agreements switched on", columns, made, empty=empty)


def row_state(row: UnitAgreement, state: State) -> str:
    """Whether an agreement of a unit is on, is to begin, or how it ended, by the day of the figures."""
    if in_force.has_ended(row, state):
        return f"ended by {staff_names.person(row.ended_by)}"
    if row.last_day and row.last_day < state.day:
        return "over"
    return "on" if row.first_day <= state.day else "not begun"
