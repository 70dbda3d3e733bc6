"""Everybody who could be chosen beside every waiting case of a team or PDU: capacity with each, who may."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from django.urls import reverse

from wmt.allocation.candidates import Candidate, CaseEffect
from wmt.allocation.cases import CaseToGive
from wmt.allocation.room import has_room
from wmt.grades import STAFF_GRADES
from wmt.site import tables
from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.roles import Action
from wmt.site.audit.reads import note_read
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries import waiting_cases
from wmt.site.queries.choosing import Choosing
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import cohort_column
from wmt.site.workload.models import Unit

TITLE = "Cases and people"
TEMPLATE = "allocation/matrix.jinja"
#: So many cases stand beside each other on a page, unless all are asked for.
_BESIDE = 10


def applies(unit: Unit) -> bool:
    """Cases are given within a team or a PDU."""
    return unit.level in ("team", "pdu")


def content(question: UnitRequest) -> dict[str, Any]:
    """A row for everybody of the chosen teams, a column for each waiting case."""
    state, unit, asked = question.state, question.unit, question.request.GET
    if not applies(unit):  # the way up of the page leads here
        return {"tables": {}, "elsewhere": True}
    entries = waiting_cases.waiting_in(question)
    if entries:
        note_read(question.user, unit)
    teams = waiting_cases.teams_of(question)
    chosen = {team.code for team in teams}.intersection(asked.getlist("team"))
    people = [post for post in units.everybody(state, unit) if not chosen or post.team_code in chosen]
    first, last = _page(question, len(entries))
    cases = [to_give(entry) for entry in entries[first:last]]

    def order(one: Candidate) -> tuple[Any, ...]:
        """Who may hold any of the cases, then grade, then capacity now; those without hours last."""
        points, available = one.now
        share = (0, Fraction(points, available)) if available else (1, Fraction())
        may = not one.why_not and any(effect.may_get for effect in one.effects)
        return not may, STAFF_GRADES.index(one.grade), *share, one.code

    found = sorted(Choosing(state, people).candidates(cases), key=order)
    table = _pairs(question, entries[first:last], found) if question.in_full else _matrix(
        question, entries[first:last], found
    )  # fmt: skip
    return {
        "tables": {"matrix": table},
        "elsewhere": False,
        "may_allocate": any(
            value.href for row in table.rows for key, value in row.values.items() if key.startswith("case")
        ),
        "teams": [(team, team.code in chosen) for team in teams],
        "people": len(found),
        "cases": len(entries),
        "first": first + 1,
        "last": last,
        "kept": sorted(chosen),
        "before": str(max(0, first - _BESIDE)) if first else "",
        "after": str(last) if last < len(entries) else "",
        "shows_all": asked.get("from") == "all",
    }


def _page(question: UnitRequest, cases: int) -> tuple[int, int]:
    """Which of the cases are shown: all in files and where all are asked for."""
    asked = question.request.GET.get("from", "")
    if question.in_full or asked == "all":
        return 0, cases
    first = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 0
    first = first if first < cases else 0
    return first, min(cases, first + _BESIDE)


def to_give(entry: waiting_cases.WaitingEntry) -> CaseToGive:
    """A waiting case as one to be given; of cases that are only counted, one of them."""
    kind, priced = entry.kind, entry.priced
    status, reason, rule = (priced.status, priced.reason, priced.rule) if priced else ("active", "", "")
    return CaseToGive(
        ref=entry.ref or None, location=kind.location, tier=kind.tier, suspended=kind.suspended,
        stream=kind.stream, status=status, points_x100=entry.points_x100 // max(1, entry.cases),
        reason=reason or None, rule=rule, post=entry.post.code if entry.post else None,
    )  # fmt: skip


def _matrix(
    question: UnitRequest, entries: Sequence[waiting_cases.WaitingEntry], found: Sequence[Candidate]
) -> tables.Table:
    over, of_pdu = question.state.over_x100, question.unit.level == "pdu"
    keys, heads = [f"case{number}" for number in range(len(entries))], []
    for entry in entries:
        many = f"{entry.cases} × " if entry.cases > 1 else ""
        heads.append(f"{many}{to_give(entry).words} {entry.ref or '(CRN withheld)' * entry.withheld}".strip())
    columns = [
        tables.Column("name", "Practitioner"),
        tables.Column("now", "Capacity now", "percent"),
        *(tables.Column(key, head, "percent") for key, head in zip(keys, heads, strict=True)),
    ]
    hrefs = _hrefs(question, entries, found)
    rows, room = [], [0] * len(entries)
    for one in found:
        where = f"{one.grade}, team {one.team_code}" if of_pdu else one.grade
        values = {
            "name": tables.text(one.name or one.code, unit_url("post", one.code), where),
            "now": tables.percent(*one.now, over),
        }
        for number, (key, effect) in enumerate(zip(keys, one.effects, strict=True)):
            room[number] += has_room(one, effect)
            href = hrefs.get((one.code, number), "")
            values[key] = _cell(one, effect, over, href)
        rows.append(tables.Row({column.key: values[column.key] for column in columns}, "post", one.code))
    blank = {column.key: tables.text("") for column in columns}
    counts = {key: tables.count(number) for key, number in zip(keys, room, strict=True)}
    total = tables.Row({**blank, "name": tables.text("People with room"), **counts}) if rows else None
    return tables.Table(
        "matrix", f"Capacity with each waiting case: {question.unit.name}", columns, rows, total,
        notes=[visibility.cases_withheld()] * any(entry.withheld for entry in entries),
        empty="There is nobody here who could hold a case.",
    )  # fmt: skip


def _cell(one: Candidate, effect: CaseEffect, over: int, href: str) -> tables.Value:
    """Capacity with the case, and why not; in red where it is over the threshold."""
    if one.why_not:
        return tables.Value(None, one.why_not[0], href)
    shown = tables.percent(*effect.after, over, href)
    if effect.may_get:
        return shown
    grade = "" if effect.eligibility.eligible else "not for this grade"
    if effect.eligibility.words == limited_access.WHY_NOT:
        grade = "must not know of it"
    why = [grade, one.limits.title if one.limits and effect.refused else "", shown.note]
    return replace(shown, note="; ".join(filter(None, why)), tone=shown.tone or "quiet")


def _hrefs(
    question: UnitRequest, entries: Sequence[waiting_cases.WaitingEntry], found: Sequence[Candidate]
) -> dict[tuple[str, int], str]:
    """Where each pair is decided, for who may: the case and the person filled in."""
    allowed = visibility.allowed(question.user, Action.ALLOCATE_CASES)
    posts = allowed.among(units.everybody(question.state, question.unit))
    can: Collection[str] = set(posts.values_list("code", flat=True)) if question.state.as_of is None else ()
    page = reverse("allocate")
    refs = {
        number: quote(entry.ref)
        for number, entry in enumerate(entries)
        if entry.ref and entry.cases == 1 and (
            entry.post.code in can if entry.post
            else bool(can) and entry.team is not None and allowed.covers(entry.team)
        )
    }  # fmt: skip
    codes = [(one.code, quote(one.code)) for one in found if one.code in can]
    return {
        (code, number): f"{page}?crn={ref}&to={quoted}"
        for code, quoted in codes
        for number, ref in refs.items()
    }


def _pairs(
    question: UnitRequest, entries: Sequence[waiting_cases.WaitingEntry], found: Sequence[Candidate]
) -> tables.Table:
    """The file: a row for each person and case."""
    over = question.state.over_x100
    columns = [
        tables.Column("name", "Practitioner"),
        tables.Column("post", "Post", "code"),
        tables.Column("grade", "Grade"),
        tables.Column("crn", "CRN", "code"),
        tables.Column("what", "Case"),
        cohort_column.COLUMN,
        tables.Column("points", "Points", "points"),
        tables.Column("now", "Capacity now", "percent"),
        tables.Column("then", "Capacity with it", "percent"),
        tables.Column("room", "Has room"),
        tables.Column("why", "Why not, or on what condition"),
    ]
    rows = []
    for one in found:
        for entry, effect in zip(entries, one.effects, strict=True):
            why = [*one.why_not, effect.eligibility.words]
            why += [one.limits.title] if one.limits and effect.refused else []
            values = {
                "name": tables.text(one.name or one.code),
                "post": tables.text(one.code),
                "grade": tables.text(one.grade),
                "crn": tables.text(entry.ref),
                "what": tables.text(effect.case.words),
                "cohorts": cohort_column.value(question.state, entry.line),
                "points": tables.exact(effect.case.points_x100),
                "now": tables.percent(*one.now, over),
                "then": tables.percent(*effect.after, over),
                "room": tables.text("yes" if has_room(one, effect) else "no"),
                "why": tables.text("; ".join(words for words in why if words)),
            }
            rows.append(tables.Row(values, "post", one.code))
    return tables.Table("matrix", f"People and waiting cases: {question.unit.name}", columns, rows)
