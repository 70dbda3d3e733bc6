"""Help given and received (CMS): work on a colleague's case moves points from one to the other."""

from collections.abc import Iterable
from typing import Any

from wmt.facts import NOT_KNOWN
from wmt.site import tables
from wmt.site.figures import line_queries, units
from wmt.site.links import unit_url
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import labels, line_tables
from wmt.site.web.units.references import notes
from wmt.site.workload import models

TITLE = "Case management support (CMS)"
TEMPLATE = "unit/contacts.jinja"
LISTED_AT = ("team", "post")


def applies(unit: models.Unit) -> bool:  # noqa: ARG001
    """Everybody may help a colleague; where nobody did, the page says so."""
    return True


def content(question: UnitRequest) -> dict[str, Any]:
    """What the units below gave and received; of a team and a post also the contacts one by one."""
    state, unit = question.state, question.unit
    grade = line_tables.grade_of(question)
    below = line_tables.below(question)
    found: dict[str, tables.Table] = {}
    own: list[line_queries.Lines] = []
    if not question.is_post:
        own = _sums(question, [unit], grade).get(unit.code, [])
        found["help"] = _of_units(question, below, _sums(question, below, grade), own)
    if unit.level in LISTED_AT:
        # numbers of posts and of teams are apart: a team's own would find another team's post
        holders = {each.number: each for each in ([unit] if question.is_post else below)}
        lines = [
            line
            for line in line_queries.lines_of(state, unit, question.user, kind="contact")
            if line.post_no in holders
        ]
        found["contacts"] = _listed(question, lines, holders)
    net = line_queries.summed(own, line_tables.POINTS)
    return {
        "tables": found,
        "filters": line_tables.grade_filter(question),
        "nets_to_zero": unit.level == units.NATION and not grade and net == 0,
        "window": models.RuleValue.objects.filter(load_id=state.load_id, path="cms_window_days").first(),
        "not_known": any(each.code == NOT_KNOWN for each in below),
    }


def _sums(question: UnitRequest, of: list[models.Unit], grade: str) -> dict[str, list[line_queries.Lines]]:
    return line_queries.sums_of(question.state, of, grade=grade, kind="contact", by_grade=False)


def _of_units(
    question: UnitRequest,
    below: list[models.Unit],
    sums: dict[str, list[line_queries.Lines]],
    own: list[line_queries.Lines],
) -> tables.Table:
    columns = [
        *line_tables.name_columns(question),
        tables.Column("given", "Given", "points", "Points for support given to colleagues."),
        tables.Column("received", "Received", "points", "Points for support received from colleagues."),
        tables.Column("net", "Net points", "points", "Given less received. This is included in the points."),
        tables.Column(
            "contacts", "Contacts", "count", "Contacts that count. A contact inside the unit has two sides."
        ),
        tables.Column("late", "Contacts not counted", "count", "Expired, or 0 points."),
    ]
    rows = [
        line_tables.name_row(question, unit, "help", _values(question, unit, sums.get(unit.code, [])))
        for unit in below
    ]
    total = line_tables.total_row(_values(question, question.unit, own))
    caption = line_tables.caption(question, "Case management support (CMS)")
    return tables.Table("help", caption, columns, rows, total)


def _values(
    question: UnitRequest, unit: models.Unit, lines: list[line_queries.Lines]
) -> dict[str, tables.Value]:
    def href(of: list[line_queries.Lines]) -> str:
        return line_tables.those_url(question, unit, "contacts", of)

    earning = [line for line in lines if line.points_x100]
    sides = line_tables.sort_out(earning, labels.contact_side)
    silent = [line for line in lines if not line.points_x100]
    given, received = sides[labels.GIVEN], sides[labels.RECEIVED]
    whole = line_tables.lines_url(question, unit, "contacts")
    return {
        "given": tables.points(line_queries.summed(given, line_tables.POINTS), href(given)),
        "received": tables.points(line_queries.summed(received, line_tables.POINTS), href(received)),
        "net": tables.points(line_queries.summed(lines, line_tables.POINTS), whole),
        "contacts": tables.count(line_queries.summed(earning, line_tables.NUMBER), href(earning)),
        "late": tables.count(line_queries.summed(silent, line_tables.NUMBER), href(silent)),
    }


def _listed(
    question: UnitRequest, lines: list[models.Line], holders: dict[int | None, models.Unit]
) -> tables.Table:
    """The contacts of a post or a team one by one: who helped whom, when, with what."""
    activities = _activities(question, {line.about for line in lines})
    names = _names(question, {line.other_post for line in lines if line.other_post})
    pricing, back = line_queries.pricing_of(question.state), question.request.get_full_path()
    rows = []
    for line in lines:
        priced, holder = pricing[line.pricing], holders[line.post_no]
        working = unit_url("post", holder.code, "working", figure="contacts", of=str(priced.number))
        other = names.get(line.other_post, line.other_post)
        values = {
            "since": tables.Value(None, "withheld") if line.withheld else tables.day(line.since),
            "holder": tables.text(holder.name, unit_url("post", holder.code, "help")),
            "side": tables.text(labels.contact_side(priced)),
            "other": tables.text(
                other, unit_url("post", line.other_post) if line.other_post in names else ""
            ),
            "about": tables.text(line.about),
            "activity": tables.text(activities.get(line.about, "")),
            "points": tables.exact(line.points_x100, working),
            "why": tables.text(labels.reason(priced.reason) or "yes", labels.rule_href(priced.rule, back)),
        }
        rows.append(tables.Row(values))
    columns = [
        tables.Column("since", "Date", "date"),
        *([] if question.is_post else [tables.Column("holder", "Practitioner")]),
        tables.Column("side", "What"),
        tables.Column("other", "Colleague"),
        tables.Column("about", "Code", "code"),
        tables.Column("activity", "Activity"),
        tables.Column("points", "Points", "points"),
        tables.Column("why", "Counts"),
    ]
    points = tables.exact(line_queries.summed(lines, line_tables.POINTS))
    return tables.Table(
        "contacts",
        "Contacts",
        columns,
        rows,
        line_tables.listed_total(columns, rows, points=points),
        notes(lines),
        "There are no contacts with points in this extract.",
    )


def _activities(question: UnitRequest, codes: Iterable[str]) -> dict[str, str]:
    """What people do in contacts of these codes, in words."""
    paths = {f"cms_activity.{code}": code for code in codes}
    rows = models.RuleValue.objects.filter(load_id=question.state.load_id, path__in=list(paths))
    return {paths[path]: value or "" for path, value in rows.values_list("path", "value")}


def _names(question: UnitRequest, codes: set[str]) -> dict[str, str]:
    """The names of posts, as far as the person who asks may see them."""
    posts = units.seen(question.state, question.user, "post").filter(code__in=codes)
    return units.names_of(posts)
