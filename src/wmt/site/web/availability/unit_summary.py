"""Hours and reductions above a team: which teams have reductions in force, and which end soon."""

from collections import Counter
from typing import Any

from django.urls import reverse

from wmt.site import tables
from wmt.site.accounts import visibility
from wmt.site.accounts.access import may
from wmt.site.accounts.roles import Action
from wmt.site.audit.reads import note_read
from wmt.site.availability import queries
from wmt.site.availability.records import ReductionRecord
from wmt.site.availability.withheld import without_reason
from wmt.site.figures import units
from wmt.site.figures.used_hours import HELP
from wmt.site.links import unit_url, working_url
from wmt.site.queries.unit_names import Places
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.availability import ending_soon
from wmt.site.workload.models import Unit


def content(question: UnitRequest) -> dict[str, Any]:
    """The teams of a PDU or a region, and what ends soon in them."""
    # the reductions of the posts under the unit that are in force today. Posts that are gone have none.
    unit, state = question.unit, question.state
    rows = queries.under(unit, state).filter(first_day__lte=state.day).exclude(last_day__lt=state.day)
    found = [(row.post, cut) for row in rows if isinstance(cut := queries.as_entry(row), ReductionRecord)]
    staff = {code for (_, code), _ in found}
    posts = {
        ending_soon.post_of(post): post for post in units.everybody(state, unit).filter(staff_code__in=staff)
    }
    reach = visibility.reasons(question.user)
    note_read(question.user, unit)
    cuts = [
        (
            posts[post],
            cut if reach.covers(posts[post]) else without_reason(cut, posts[post].contracted_hours_micro),
        )
        for post, cut in found
        if post in posts
    ]
    day = question.state.day
    in_force = Counter(post.team_code for post, cut in cuts if cut.in_force(day))
    ending = ending_soon.ending_of(cuts, day)
    reasons = queries.reasons_on(day)
    return {
        "tables": {
            "teams": _teams(question, in_force, ending),
            "ending": ending_soon.ending_table(question, ending, reasons, with_team=True),
        },
        "ending": len(ending),
        "in_force": in_force.total(),
        "day": f"{day:%-d %B %Y}",
        "upload_href": reverse("people-upload") if may(question.user, Action.EDIT_AVAILABILITY) else "",
    }


def _teams(question: UnitRequest, in_force: Counter[str], ending: list[ending_soon.Ending]) -> tables.Table:
    unit, state = question.unit, question.state
    ends = Counter(each.post.team_code for each in ending)
    teams = list(units.below(state, unit, "team"))
    with_pdu = unit.level != "pdu"
    names = Places.of(state, ("pdu",)).names["pdu"] if with_pdu else {}
    rows = []
    for team in teams:
        pdu = tables.text(names.get(team.pdu_code, team.pdu_code), unit_url("pdu", team.pdu_code, "hours"))
        name = tables.text(team.name, unit_url("team", team.code, "hours"))
        figures = _figures(question, team, in_force[team.code], ends[team.code])
        rows.append(tables.Row({"name": name, "pdu": pdu} | figures, "team", team.code))
    total = {"name": tables.text("Total"), "pdu": tables.text("")}
    columns = [
        tables.Column("name", "Team"),
        *([tables.Column("pdu", "PDU")] if with_pdu else []),
        tables.Column("posts", "Posts", "count"),
        tables.Column("in_force", "Reductions in force", "count"),
        tables.Column("ends", f"Ending in {ending_soon.DAYS} days", "count"),
        tables.Column("contracted", "Contracted hours", "hours"),
        tables.Column("reduction", "Hours off", "hours", HELP),
        tables.Column("available", "Available points", "points"),
        tables.Column("capacity", "Capacity", "percent", "points held ÷ points available"),
    ]
    sums = tables.Row(total | _figures(question, unit, in_force.total(), len(ending)))
    caption = f"Teams of {unit.name}"
    return tables.Table(
        "teams", caption, columns, rows, sums if rows else None, empty="There is no team here."
    )


def _figures(question: UnitRequest, unit: Unit, in_force: int, ends: int) -> dict[str, tables.Value]:
    def href(figure: str) -> str:
        return working_url(unit.level, unit.code, figure)

    listed = unit_url(unit.level, unit.code, "hours") + "#table-ending"
    return {
        "posts": tables.count(unit.posts),
        "in_force": tables.count(in_force, href("reduction_hours") if in_force else ""),
        "ends": tables.count(ends, listed if ends else ""),
        "contracted": tables.hours(unit.contracted_hours_micro, href("contracted_hours")),
        "reduction": tables.hours(
            unit.reduction_hours_micro, href("reduction_hours"), question.used_hours.note(unit)
        ),
        "available": tables.points(unit.available_x100, href("available")),
        "capacity": tables.percent(
            unit.points_x100, unit.available_x100, question.state.over_x100, href("capacity")
        ),
    }
