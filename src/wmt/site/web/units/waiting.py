"""The cases of a team or PDU that nobody holds: those of placeholder posts, longest waiting first."""

from collections import Counter
from typing import Any

from wmt import ledger
from wmt.allocation.cases import MOVES
from wmt.facts import LOCATIONS
from wmt.site import tables
from wmt.site.accounts import visibility
from wmt.site.accounts.roles import Action
from wmt.site.audit.reads import note_read
from wmt.site.figures import line_queries, units
from wmt.site.figures.placeholders import placeholders
from wmt.site.figures.withheld import Withholding
from wmt.site.links import unit_url
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import labels, references
from wmt.site.workload.models import Line, Pricing, Unit

_KIND = ("location", "tier", "suspended", "stream", "status")
TITLE = "Waiting cases"
TEMPLATE = "unit/waiting.jinja"


def applies(unit: Unit) -> bool:
    """Whoever gives cases looks within a team or a PDU."""
    return unit.level in ("team", "pdu")


def content(question: UnitRequest) -> dict[str, Any]:
    """Every waiting case with what it would earn, and the way to who could hold one of its kind."""
    if not applies(question.unit):  # the way up of the page leads here: lists of whole regions are no help
        return {"tables": {}, "elsewhere": True}
    state, unit = question.state, question.unit
    nobody = placeholders(state)
    posts = {post.number: post for post in units.everybody(state, unit) if post.code in nobody}
    pricing = line_queries.pricing_of(state)
    moving = [n for n, priced in pricing.items() if priced.kind in MOVES and priced.stream != ledger.OMIC]
    of_cases = Line.objects.filter(load_id=state.load_id, pricing__in=moving)
    lines = list(of_cases.filter(post_no__in=list(posts)).order_by("pk"))
    # a case may weigh more for a flag it has: one row for all its lines, as `wmt.allocation.waiting` has it
    # where cases are only counted, a flag names its case and weighs on the counted ones of its kind
    listed = {(line.post_no, line.ref) for line in lines if line.listed_cases}
    worth = Counter[tuple[Any, ...]]()

    def key_of(line: Line) -> tuple[Any, ...]:
        ref = line.ref if (line.post_no, line.ref) in listed else ""
        return line.post_no, ref, *(() if ref else (getattr(pricing[line.pricing], n) for n in _KIND))

    for line in lines:
        worth[key_of(line)] += line.points_x100
    note_read(question.user, unit)
    withholding = Withholding(state, question.user, unit)
    allowed = visibility.allowed(question.user, Action.ALLOCATE_CASES)
    found = []
    for line in lines:
        priced = pricing[line.pricing]
        if priced.kind == "case" and line.listed_cases > 0:
            points_x100 = worth[key_of(line)]
            found.append((withholding.line(line, priced), priced, posts[line.post_no], points_x100))
    found.sort(key=lambda each: (each[0].since is None, each[0].since or state.day, each[0].ref, each[0].pk))
    rows = [_row(question, allowed, *each) for each in found]
    columns = [
        tables.Column("crn", "CRN", "code"),
        tables.Column("what", "Case"),
        *([tables.Column("cases", "Cases", "count")] if any(line.listed_cases > 1 for line in lines) else []),
        tables.Column("points", "Points", "points", "What it will be for whoever holds it."),
        tables.Column("team", "Team code", "code"),
        tables.Column("since", "With nobody since", "date"),
        tables.Column("days", "Days", "count"),
        tables.Column("who", "Allocation", "way"),
        tables.Column("why", "Notes"),
    ]
    table = tables.Table(
        "waiting", f"Waiting cases: {unit.name}", columns, rows,
        notes=references.notes([line for line, *_ in found]),
        empty="No case here waits to be allocated.",
    )  # fmt: skip
    cases = sum(line.listed_cases for line, *_ in found)
    total = tables.exact(sum(points for *_, points in found)).text
    return {
        "tables": {"waiting": table},
        "elsewhere": False,
        "cases": cases,
        "worth": total,
        "allocates": any(allowed.covers(post) for post in posts.values()),
    }


def _row(
    question: UnitRequest,
    allowed: visibility.Reach,
    line: Line,
    priced: Pricing,
    post: Unit,
    points_x100: int,
) -> tables.Row:
    kind = {
        "type": priced.location,
        "tier": priced.tier,
        "kind": "t2a" if priced.stream == "t2a" else "",
        "suspended": "yes" if priced.suspended else "",
    }
    if line.ref and line.listed_cases == 1 and allowed.covers(post):
        kind = {"crn": line.ref}
    level, code = question.unit.level, question.unit.code
    withheld = tables.Value(None, references.WITHHELD)
    days = tables.Value(None, "")
    if line.since is not None:
        days = tables.count((question.state.day - line.since).days)
    href = unit_url(level, code, "candidates", **kind) if priced.location in LOCATIONS else ""
    return tables.Row(
        {
            "crn": references.reference(line),
            "what": tables.text(labels.what(priced)),
            "cases": tables.count(line.listed_cases),
            "points": tables.exact(points_x100),
            "team": tables.text(post.team_code, unit_url("team", post.team_code)),
            "since": withheld if line.withheld else tables.day(line.since),
            "days": withheld if line.withheld else days,
            "who": tables.text("Who could hold it" if href else "", href),
            "why": tables.text(priced.reason),
        },
        "post",
        post.code,
    )
