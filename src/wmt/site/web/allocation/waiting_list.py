"""The cases of a team or PDU that nobody holds, longest waiting first; of larger units, how many."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from wmt.allocation.cases import case_words
from wmt.days import written
from wmt.facts import LOCATIONS, TIERS
from wmt.site import tables
from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.allocation.models import WaitingCase
from wmt.site.audit.reads import note_read
from wmt.site.figures import cohort_lines, units
from wmt.site.links import unit_url
from wmt.site.queries import waiting_cases as query
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import FilterForm, OneOf
from wmt.site.web.allocation import room, waiting_labels
from wmt.site.web.units import cohort_column, labels, references
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.text import SEPARATOR

TITLE = "Waiting cases"
TEMPLATE = "unit/waiting.jinja"
_SOURCES = {
    "data": "nDelius data", "typed": "recorded here", "feed": "another system",
    "table": "a table of the nightly data",
}  # fmt: skip
#: Of a record; also where others have the case, of whom one may not read that.
_NOT_SEEN = "nDelius data has no such case with your teams yet"
_AGES = ("7", "14", "28")
_ALL = ("", "All")
_GONE = "Recorded cases of teams that are no longer in the data"
_Fits = Callable[[query.WaitingEntry], bool]


def applies(unit: Unit) -> bool:
    """Cases wait in teams; who gives them looks within a team or a PDU, others at how many there are."""
    return unit.level != "post"


def content(question: UnitRequest) -> dict[str, Any]:
    """Every waiting case with what it would earn, and the way to who could hold one of its kind."""
    unit = question.unit
    if not applies(unit):
        return {"tables": {}, "elsewhere": True}
    counts = {} if unit.level == "team" else {"counts": _counts(question)}
    if unit.level not in ("team", "pdu"):
        cases = sum(each.raw or 0 for each in (row.values["waiting"] for row in counts["counts"].rows))
        gone = query.without_team(question) if unit.level == units.NATION else []
        if gone:
            counts["gone"] = replace(_table(question, gone, visibility.NOWHERE), name="gone", caption=_GONE)
        return {"tables": counts, "elsewhere": False, "cases": cases + len(gone), "is_list": False}
    everything = query.waiting_in(question)
    filters, fits = _filters(question, everything)
    found = [entry for entry in everything if fits(entry)]
    if found:
        note_read(question.user, unit)
    allowed = visibility.allowed(question.user, Action.ALLOCATE_CASES)
    teams = query.teams_of(question)
    may = any(allowed.covers(team) for team in teams) and question.state.as_of is None
    ended = query.ended_in(question)
    own = {"team": unit.code} if unit.level == "team" else {}
    return {
        "tables": {
            "waiting": _table(question, found, allowed),
            **({"room": room.room_table(question, everything)} if everything else {}),
            **counts,
            **({"ended": _ended(question, ended)} if ended else {}),
        },
        "elsewhere": False,
        "is_list": True,
        "filters": filters if everything else None,
        "narrowed": any(map(filters.chosen, filters.fields)),
        "cases": sum(entry.cases for entry in everything),
        "shown": sum(entry.cases for entry in found),
        "worth": tables.exact(sum(entry.points_x100 for entry in everything)).text,
        "allocates": may,
        "new_href": f"{reverse('waiting-new')}?{urlencode(own)}".rstrip("?") if may else "",
        "several": _several(everything, allowed) if may else [],
        "ended_days": query.ENDED_DAYS,
    }


def _several(found: Sequence[query.WaitingEntry], allowed: visibility.Reach) -> list[tuple[str, str]]:
    """The placeholders, and the teams with recorded cases, of which several cases can be allocated at once,
    and the address for each."""
    there = [entry.post for entry in found if entry.post and entry.line and entry.line.listed_cases == 1]
    many = Counter(post.code for post in there)
    posts = {post.code: post.name for post in there if many[post.code] > 1 and allowed.covers(post)}
    teams = [entry.team for entry in found if entry.team and entry.recorded and not entry.line]
    recorded = Counter(team.code for team in teams)
    posts |= {
        f"{team.code}{SEPARATOR}": f"recorded in {team.name}"
        for team in teams
        if recorded[team.code] > 1 and allowed.covers(team)
    }
    return [(name, reverse("allocate-several", args=[code])) for code, name in sorted(posts.items())]


def _filters(question: UnitRequest, everything: Sequence[query.WaitingEntry]) -> tuple[FilterForm, _Fits]:
    """The choices over the list, and which cases they leave."""
    tiers = [
        ("0", "No tier yet"),
        *((tier, tier) for tier in TIERS[question.state.tier_scheme] if tier != "0"),
    ]
    choices = {
        "type": OneOf("Type of case", [_ALL, *((each, each.capitalize()) for each in LOCATIONS)]),
        "tier": OneOf("Tier", [_ALL, *tiers]),
        "source": OneOf("Known from", [_ALL, *((n, labels.upper_first(w)) for n, w in _SOURCES.items())]),
        "age": OneOf("Waiting", [_ALL, *((days, f"{days} days or more") for days in _AGES)]),
    }
    # those of cases that who asks may read: a withheld line has none
    here = {code for entry in everything for code in cohort_column.codes(entry.line)}
    if here:
        cohorts = cohort_lines.cohorts_of(question.state)
        named = [(code, each.name) for code, each in cohorts.items() if code in here]
        choices["cohort"] = OneOf("Cohort", [_ALL, *named])
    filters = FilterForm(question.request.GET, **choices)
    chosen = {name: filters.chosen(name) for name in choices}
    day = question.state.day

    def fits(entry: query.WaitingEntry) -> bool:
        days = (day - entry.since).days if entry.since else -1
        return (
            chosen["type"] in ("", entry.kind.location)
            and chosen["tier"] in ("", entry.kind.tier)
            and chosen["source"] in ("", *_sources(entry))
            and (not chosen["age"] or days >= int(chosen["age"]))
            and chosen.get("cohort", "") in ("", *cohort_column.codes(entry.line))
        )

    return filters, fits


def _sources(entry: query.WaitingEntry) -> list[str]:
    """From where a case is known; of one that is withheld and only recorded, not by whom."""
    of_record = [entry.recorded.source] if entry.recorded else []
    return ["data"] * (entry.line is not None) + of_record


def _table(
    question: UnitRequest, found: Sequence[query.WaitingEntry], allowed: visibility.Reach
) -> tables.Table:
    columns = [
        tables.Column("crn", "CRN", "code"),
        tables.Column("what", "Case"),
        cohort_column.COLUMN,
        tables.Column("cases", "Cases", "count"),
        tables.Column("points", "Points", "points", "What it will be for whoever holds it."),
        tables.Column("team", "Team code", "code"),
        tables.Column("since", "With nobody since", "date", "The day it came, where that is recorded."),
        tables.Column("days", "Days", "count"),
        tables.Column("appointment", "First appointment"),
        tables.Column("source", "Known from"),
        tables.Column("who", "Allocation", "way"),
        tables.Column("details", "Details", "way"),
        tables.Column("why", "Notes"),
    ]
    limited = limited_access.limits([entry.ref for entry in found if entry.ref])
    made = [_row(question, allowed, entry, is_limited=entry.ref.upper() in limited) for entry in found]
    said = {key: any(row.values[key].text for row in made) for key in ("appointment", "details")} | {
        "cases": any(entry.cases > 1 for entry in found),
        "cohorts": cohort_column.is_used([entry.line for entry in found], in_full=question.in_full),
    }
    columns = [column for column in columns if said.get(column.key, True)]
    rows = [replace(row, values={each.key: row.values[each.key] for each in columns}) for row in made]
    return tables.Table(
        "waiting", f"Waiting cases: {question.unit.name}", columns, rows,
        notes=[visibility.cases_withheld()] * any(entry.withheld for entry in found),
        empty="No case here waits to be allocated.",
    )  # fmt: skip


def _row(
    question: UnitRequest, allowed: visibility.Reach, entry: query.WaitingEntry, *, is_limited: bool
) -> tables.Row:
    line, row, kind = entry.line, entry.recorded, entry.kind
    withheld = tables.Value(None, references.WITHHELD)
    may = entry.team is not None and allowed.covers(entry.post or entry.team)
    days = (
        tables.count(max((question.state.day - entry.since).days, 0)) if entry.since else tables.Value(None)
    )
    there = reverse("waiting-case", args=[row.pk]) if row else ""
    add = ""
    is_now = question.state.as_of is None
    if is_now and may and line is not None and line.ref and entry.cases == 1 and row is None:
        known = {"crn": line.ref, "team": entry.team_code, "type": kind.location, "tier": kind.tier}
        add = f"{reverse('waiting-new')}?{urlencode(known)}"
    href = _choose_href(question, entry, may)
    words = case_words(kind.location, kind.tier, kind.stream, suspended=kind.suspended)
    crn = tables.text(entry.ref, there)
    if not entry.ref:
        crn = tables.Value("", references.WITHHELD if entry.withheld else "counts only")
    sources = ", ".join(_SOURCES[each] for each in _sources(entry)) or references.WITHHELD
    values = {
        "crn": crn,
        "what": tables.text(labels.what(entry.priced) if entry.priced else labels.upper_first(words)),
        "cohorts": cohort_column.value(question.state, line),
        "cases": tables.count(entry.cases),
        "points": tables.exact(entry.points_x100),
        "team": tables.text(entry.team_code, unit_url("team", entry.team_code) if entry.team else ""),
        "since": withheld if entry.withheld else tables.day(entry.since),
        "days": withheld if entry.withheld else days,
        "appointment": tables.text(waiting_labels.appointment(row) if row else ""),
        "source": tables.text(sources),
        "who": tables.text("Who could hold it" if href else "", href),
        "details": tables.text("See details" if there else "Add details" if add else "", there or add),
        "why": tables.text("; ".join(["limited access"] * is_limited + _notes(entry))),
    }
    post = entry.post
    return tables.Row(values, "post" if post else "team", post.code if post else entry.team_code)


def _choose_href(question: UnitRequest, entry: query.WaitingEntry, may: bool) -> str:
    """Who could hold it: the case itself for who may give it, one of its kind for others."""
    kind = entry.kind
    if kind.location not in LOCATIONS or entry.team is None:
        return ""
    asked = {
        "type": kind.location, "tier": kind.tier, "kind": "t2a" if kind.stream == "t2a" else "",
        "suspended": "yes" if kind.suspended else "",
    }  # fmt: skip
    if may and entry.ref and entry.cases == 1 and question.state.as_of is None:
        asked = {"crn": entry.ref}
    return unit_url(question.unit.level, question.unit.code, "candidates", **asked)


def _notes(entry: query.WaitingEntry) -> list[str]:
    row = entry.recorded
    found = [entry.priced.reason if entry.priced else "" if entry.withheld else _NOT_SEEN]
    if row is not None:
        if entry.kind.tier == "0":
            found.append(f"no tier yet: {row.no_tier_why or 'no reason was given'}")
        elif entry.priced and row.tier and row.tier != entry.kind.tier:
            found.append(f"recorded as {row.tier}")
        if row.handover_day:
            found.append(f"handover {written(row.handover_day)}")
    return [words for words in found if words]


def _counts(question: UnitRequest) -> tables.Table:
    level = units.child_level(question.unit.level)
    columns = [
        tables.Column("name", units.TITLES[level]),
        tables.Column("waiting", "Waiting cases", "count"),
        tables.Column("untiered", "No tier yet", "count"),
        tables.Column("recorded", "Not in nDelius data yet", "count"),
        tables.Column(
            "median", "Days to decide", "number",
            f"From arrival to allocation: the median of {query.DECIDED_DAYS} days, of cases you may read.",
        ),
    ]  # fmt: skip
    rows = []
    for each in query.counts_below(question):
        days = each.median_days
        values = {
            "name": tables.text(each.unit.name, unit_url(level, each.unit.code, "waiting")),
            "waiting": tables.count(each.waiting),
            "untiered": tables.count(each.untiered),
            "recorded": tables.count(each.only_recorded),
            "median": tables.Value(days, "" if days is None else f"{days:,g}"),
        }
        rows.append(tables.Row(values, level, each.unit.code))
    return tables.Table("counts", f"Waiting cases by {units.TITLES[level]}", columns, rows)


def _ended(question: UnitRequest, found: Sequence[WaitingCase]) -> tables.Table:
    reads = access.reads_waiting(question.user, question.state)
    found = list(map(access.ended_as_read(question.user, question.state), found))
    holders = units.of_level(question.state, "post").filter(
        code__in=[row.allocation.to_post if row.allocation else row.held_by for row in found]
    )
    names = units.names_of(holders)
    columns = [
        tables.Column("crn", "CRN", "code"),
        tables.Column("what", "Case"),
        tables.Column("team", "Team code", "code"),
        tables.Column("how", "What happened"),
        tables.Column("on", "On", "date"),
        tables.Column("by", "By"),
    ]
    rows = []
    for row in found:
        may = reads(row)
        withheld = tables.Value(None, references.WITHHELD)
        values = {
            "crn": tables.text(row.ref, reverse("waiting-case", args=[row.pk])) if may else withheld,
            "what": tables.text(labels.upper_first(waiting_labels.what(row))),
            "team": tables.text(row.team_code, unit_url("team", row.team_code)),
            "how": tables.text(waiting_labels.ended(row, names)) if may else withheld,
            "on": tables.day(timezone.localdate(row.closed_at) if row.closed_at else None)
            if may
            else withheld,
            "by": tables.text(staff_names.person(row.closed_by)) if may else withheld,
        }
        rows.append(tables.Row(values))
    return tables.Table(
        "ended", "No longer waiting", columns, rows,
        notes=[visibility.cases_withheld()] * any(not reads(row) for row in found),
    )  # fmt: skip
