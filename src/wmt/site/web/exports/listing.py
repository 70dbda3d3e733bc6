"""Downloads of a unit that no page shows whole: cases, reductions, contacts, reports, parts of capacity."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from wmt.facts.cohorts import names
from wmt.ledger import COMPONENTS, STREAM_NAMES, STREAMS, capacity_parts_x100, capacity_x100, decimal
from wmt.ledger.serialise import micro
from wmt.site.accounts import visibility
from wmt.site.accounts.access import may, visible_to
from wmt.site.accounts.roles import Action
from wmt.site.accounts.visibility import Reach
from wmt.site.audit.reads import note_read
from wmt.site.figures import cohort_lines, line_queries, units
from wmt.site.figures.withheld import Withholding
from wmt.site.queries.unit_names import Places, levels_over
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.tables import FORMATS, file_query
from wmt.site.web.files.sheets import ExportSheet, Heading, Values
from wmt.site.web.units import labels
from wmt.site.workload.models import Line, Pricing, Unit

TITLE = "Downloads"
TEMPLATE = "exports/downloads.jinja"

_PLACES = ("region", "pdu", "team")
_WHO = (
    Heading("region", "Region"), Heading("region_code", "Region code", "code"),
    Heading("pdu", "PDU"), Heading("pdu_code", "PDU code", "code"),
    Heading("team", "Team"), Heading("team_code", "Team code", "code"),
    Heading("name", "Practitioner"), Heading("code", "Post", "code"), Heading("grade", "Grade"),
)  # fmt: skip
_POINTS = Heading("points", "Points", "points", "points included in the figure")
_REASON = Heading("reason", "Notes")


@dataclass(frozen=True)
class Download:
    """One download: its name in addresses, what it holds, and what makes its sheet."""

    name: str
    title: str
    meaning: str
    sheet: Callable[[UnitRequest], ExportSheet]


def applies(unit: Unit) -> bool:  # noqa: ARG001
    return True


def content(question: UnitRequest) -> dict[str, Any]:
    """What can be downloaded. The tables themselves are only in files."""
    return {
        "downloads": list(DOWNLOADS.values()),
        "kinds": FORMATS,
        "overviews": []
        if question.is_post
        else [(units.PLURALS[level], level) for level in units.levels_below(question.unit.level)],
        "grade": question.grade,
        "queries": {kind: file_query(question.request.GET, kind) for kind, _ in FORMATS},
        "may_export": may(question.user, Action.EXPORT),
        "tables": {},
    }


@dataclass(frozen=True)
class _Lines:
    """Lines of the posts of a unit as rows: who holds them, then what `values` makes of a line."""

    question: UnitRequest
    kind: str
    values: Callable[[Pricing, Line, "_PostColumns"], Values]
    only_inactive: bool = False

    def sheet(self, name: str, title: str, headings: Sequence[Heading]) -> ExportSheet:
        lines = self.found()
        title = f"{title} of {self.question.unit.name}"
        said = self.said()
        return ExportSheet(
            name, title, [*_WHO, *headings], lambda: self.rows(lines), lines.count(), notes=said
        )

    @cached_property
    def cases(self) -> Reach:
        """Where the references of cases may be in this file."""
        question = self.question
        return visibility.cases_in_bulk(question.user, question.state, question.unit)

    def said(self) -> list[str]:
        """What the file says of what it leaves out."""
        question, unit = self.question, self.question.unit
        if self.kind == "reduction":
            whole = visibility.reasons(question.user).covers(unit)
            return [] if whole else [visibility.REASONS_WITHHELD]
        return (
            [] if self.cases.covers(unit) else [visibility.cases_withheld(), *visibility.bulk_withheld(unit)]
        )

    def found(self) -> QuerySet[Line]:
        question, unit = self.question, self.question.unit
        pricing = line_queries.pricing_of(question.state).values()
        numbers = [each.number for each in pricing if each.kind == self.kind]
        lines = Line.objects.filter(load_id=question.state.load_id, pricing__in=numbers)
        if unit.level == "post":
            lines = lines.filter(post_no__in=[unit.number])
        else:
            posts = units.below(question.state, unit, "post").order_by()
            lines = lines.filter(post_no__in=posts.values("number"))
        if question.grade and unit.level != "post":
            lines = lines.filter(grade=question.grade)
        if self.only_inactive:
            lines = lines.filter(active_cases=0).exclude(listed_cases=0)
        return lines.order_by("team_no", "post_no", "pk")

    def rows(self, lines: QuerySet[Line]) -> Iterable[Values]:
        question = self.question
        posts = _PostColumns(question)
        pricing = line_queries.pricing_of(question.state)
        withholding = Withholding(question.state, question.user, question.unit, cases=self.cases)
        note_read(question.user, question.unit)
        for line in lines.iterator(chunk_size=5_000):
            priced = pricing[line.pricing]
            yield (*posts.of(line.post_no), *self.values(priced, withholding.line(line, priced), posts))


class _PostColumns:
    """The posts of a unit by number, with the units each belongs to."""

    def __init__(self, question: UnitRequest) -> None:
        unit, state = question.unit, question.state
        posts = [unit] if question.is_post else units.below(state, unit, "post")
        places = Places.of(state, _PLACES)
        self.question = question
        self.by_number = {post.number: post for post in posts}
        self._who = {
            post.number: (*places.values(post), post.name, post.code, post.grade)
            for post in self.by_number.values()
        }
        self._names: dict[str, str] | None = None

    def of(self, number: int) -> Values:
        """The first columns of a row."""
        return self._who[number]

    def cohorts(self, line: Line) -> str:
        """The names of the cohorts of a case."""
        return ", ".join(names(line.cohorts, cohort_lines.cohorts_of(self.question.state)))

    def name(self, code: str) -> str:
        """The name of any post that the reader may see: colleagues can be anywhere."""
        if self._names is None:
            state = self.question.state
            seen = visible_to(units.of_level(state, "post"), self.question.user, state)
            self._names = units.names_of(seen)
        return self._names.get(code, "")


_CASES = (
    Heading("ref", "Case reference", "code", "blank where the extract gives only a number of cases"),
    Heading("place", "Type"), Heading("tier", "Tier", "code"), Heading("suspended", "Suspended"),
    Heading("stream", "Stream"), Heading("status", "Status"),
    Heading("active", "Active cases", "count"), Heading("listed", "All cases in nDelius", "count"),
    Heading("each", "Points each", "points"), _POINTS,
    Heading("beside", "OMiC points", "points", "not included in the figure"),
    _REASON, Heading("since", "Held since", "date"), Heading("flags", "Flags"), Heading("cohorts", "Cohorts"),
    Heading("rule", "Rule", "code"), Heading("from", "Rule effective from", "date"),
)  # fmt: skip


def _case(pricing: Pricing, line: Line, posts: _PostColumns) -> Values:
    return (
        line.ref, labels.place(pricing), pricing.tier, "yes" if pricing.suspended else "no",
        pricing.stream, pricing.status, line.active_cases, line.listed_cases,
        decimal(pricing.each_x100), decimal(line.points_x100), decimal(line.beside_x100),
        pricing.reason, line.since, line.about, posts.cohorts(line), pricing.rule,
        date.fromisoformat(pricing.rule_from) if pricing.rule_from else None,
    )  # fmt: skip


_CONTACTS = (
    Heading("side", "Given or received"), Heading("contact", "Contact code", "code"),
    Heading("ref", "Contact reference", "code"), Heading("day", "Day", "date"), _POINTS, _REASON,
    Heading("other_code", "Colleague's post", "code"), Heading("other", "Colleague"),
)  # fmt: skip


def _contact(pricing: Pricing, line: Line, posts: _PostColumns) -> Values:
    return (
        labels.contact_side(pricing), line.about or labels.contact_code(pricing), line.ref, line.since,
        decimal(line.points_x100), pricing.reason, line.other_post, posts.name(line.other_post),
    )  # fmt: skip


_REPORTS = (
    Heading("what", "Report"), Heading("ref", "Report reference", "code"), Heading("day", "Day", "date"),
    Heading("state", "State"), Heading("number", "Number", "number"),
    Heading("each", "Points each", "points"), _POINTS, _REASON,
)  # fmt: skip


def _report(pricing: Pricing, line: Line, posts: _PostColumns) -> Values:  # noqa: ARG001
    return (
        labels.report_name(pricing), line.ref, line.since, line.about, micro(line.quantity_micro),
        decimal(pricing.each_x100), decimal(line.points_x100), pricing.reason,
    )  # fmt: skip


_REDUCTIONS = (
    Heading("contracted", "Contracted hours", "hours"), Heading("ref", "Reduction reference", "code"),
    Heading("what", "Reason"), Heading("hours", "Hours a week", "hours"),
    Heading("first", "First day", "date"), Heading("last", "Last day", "date", "blank: no end date"),
    Heading("points", "Points taken off", "points"), _REASON,
)  # fmt: skip


def _reduction(pricing: Pricing, line: Line, posts: _PostColumns) -> Values:
    contracted = posts.by_number[line.post_no].contracted_hours_micro
    return (
        micro(contracted), line.ref, line.about, micro(-line.quantity_micro),
        line.since, line.until, decimal(-line.points_x100), pricing.reason,
    )  # fmt: skip


def _unit_sheet(
    question: UnitRequest,
    name: str,
    title: str,
    headings: Sequence[Heading],
    listed: Sequence[Unit],
    values: Callable[[UnitRequest, Unit], Values],
) -> ExportSheet:
    level = question.level if not question.is_post else "post"
    places = Places.of(question.state, levels_over(level))
    rows = [
        (
            u.level,
            u.code,
            *places.values(u),
            u.name,
            u.grade if u.level == "post" else "",
            *values(question, u),
        )
        for u in listed
    ]
    title = f"{title} of {question.unit.name}"
    over = [heading for heading in _WHO if heading.key.removesuffix("_code") in levels_over(level)]
    who = [
        Heading("level", "Level"), Heading("code", "Code", "code"), *over, Heading("name", "Name"),
        Heading("grade", "Grade"),
    ]  # fmt: skip
    return ExportSheet(name, title, [*who, *headings], lambda: rows, len(rows))


_PARTS = (
    Heading("contracted", "Contracted hours", "hours"), Heading("reduction", "Reductions", "hours"),
    Heading("used", "Reductions used", "hours", "at most each person’s contracted hours"),
    Heading("available", "Available points", "points"), Heading("points", "Points", "points"),
    *(
        Heading(part, f"{labels.PARTS[part]}, of available points (%)", "percent")
        for part in COMPONENTS
    ),
    Heading("capacity", "Capacity (%)", "percent", "the parts add up to it"),
)  # fmt: skip


def _parts(question: UnitRequest, unit: Unit) -> Values:
    points = [getattr(unit, f"{part}_x100") for part in COMPONENTS]
    parts = capacity_parts_x100(points, unit.available_x100)
    shown = [decimal(part) for part in parts] if parts is not None else [None] * len(COMPONENTS)
    return (
        micro(unit.contracted_hours_micro), micro(unit.reduction_hours_micro),
        micro(question.used_hours.of(unit)), decimal(unit.available_x100), decimal(unit.points_x100),
        *shown,
        decimal(capacity_x100(unit.points_x100, unit.available_x100)),
    )  # fmt: skip


_OMIC = (
    Heading("stream", "Work of the posts"),
    Heading("cases", "OMiC cases", "count"),
    Heading("custody", "Points in custody", "points", "not included in the figure"),
    Heading("licence", "Points if on licence", "points"),
)


def _of_lines(
    name: str, title: str, meaning: str, kind: str, headings: Sequence[Heading], values: Any, **more: bool
) -> Download:
    def sheet(question: UnitRequest) -> ExportSheet:
        return _Lines(question, kind, values, **more).sheet(name, title, headings)

    return Download(name, title, meaning, sheet)


def _of_omic(question: UnitRequest) -> ExportSheet:
    """Units with OMiC cases, a row for each stream whose posts hold them, or of the stream asked for."""
    asked = question.request.GET.get("stream")
    parts = [question] if asked or question.is_post else [question.in_stream(each) for each in STREAMS]
    listed = {(unit.code, unit.stream): unit for part in parts for unit in part.below if unit.omic_cases}

    def values(_: UnitRequest, unit: Unit) -> Values:
        points = decimal(unit.omic_x100), decimal(unit.omic_licence_x100)
        return (STREAM_NAMES[unit.stream], unit.omic_cases, *points)

    return _unit_sheet(question, "omic", "OMiC", _OMIC, list(listed.values()), values)


DOWNLOADS: dict[str, Download] = {
    each.name: each
    for each in (
        _of_lines(
            "cases", "Case details", "one row for each case of each post, or for each counted group of cases",
            "case", _CASES, _case,
        ),
        _of_lines(
            "inactive", "Cases not counted",
            "cases in nDelius that score 0 points, each with the reason: warrants, overdue terminations, "
            "suspended lifers, requirements not commenced and others",
            "case", _CASES, _case, only_inactive=True,
        ),
        _of_lines(
            "contacts", "Case management support (CMS)", "one row for each contact and each side of it: who "
            "gave, who received, when, and the points",
            "contact", _CONTACTS, _contact,
        ),
        _of_lines("reports", "Reports", "one row for each report", "report", _REPORTS, _report),
        _of_lines(
            "reductions", "Reductions", "the reductions in force, with reason, hours, first and last day",
            "reduction", _REDUCTIONS, _reduction,
        ),
        Download(
            "percentages", "Parts of capacity",
            "each part of the points as a percentage of available points; the parts add up to the capacity",
            lambda question: _unit_sheet(
                question, "percentages", "Parts of capacity", _PARTS, question.below, _parts
            ),
        ),
        Download(
            "omic", "OMiC",
            "the OMiC cases of each unit, apart for OMiC posts and others, with points that are not in the "
            "figure",
            _of_omic,
        ),
    )
}  # fmt: skip
