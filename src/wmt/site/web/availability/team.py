"""Hours and reductions of a team: every post with what counts today and what comes next."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from wmt.site import tables
from wmt.site.accounts import visibility
from wmt.site.accounts.access import may
from wmt.site.accounts.roles import Action
from wmt.site.audit.reads import note_read
from wmt.site.availability import labels, queries
from wmt.site.availability.limits import ReasonOnDay
from wmt.site.availability.records import Post, PostRecords
from wmt.site.availability.withheld import plan_without_reasons
from wmt.site.figures import units
from wmt.site.figures.used_hours import HELP
from wmt.site.links import unit_url, working_url
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.availability import ending_soon
from wmt.site.workload.models import Unit


def content(question: UnitRequest) -> dict[str, Any]:
    """The posts of the team, what ends soon, and the ways to enter more."""
    unit, state = question.unit, question.state
    posts = list(units.everybody(state, unit))
    plans = queries.plans_of([ending_soon.post_of(post) for post in posts])
    reasons = queries.reasons_on(state.day)
    plans = {
        ending_soon.post_of(post): _readable(question, post, plans[ending_soon.post_of(post)])
        for post in posts
    }
    note_read(question.user, unit)
    cuts = [(post, cut) for post in posts for cut in plans[ending_soon.post_of(post)].reductions]
    ending = ending_soon.ending_of(cuts, state.day)
    return {
        "tables": {
            "hours": posts_table(question, posts, plans, reasons),
            "ending": ending_soon.ending_table(question, ending, reasons, with_team=False),
        },
        "ending": len(ending),
        "day": f"{state.day:%-d %B %Y}",
        "edit_href": edit_href(question),
        "upload_href": reverse("people-upload") if may(question.user, Action.EDIT_AVAILABILITY) else "",
        "templates": templates(question) if edit_href(question) else [],
    }


def _readable(question: UnitRequest, post: Unit, plan: PostRecords) -> PostRecords:
    """A plan as far as who asks may read it."""
    if visibility.reasons(question.user).covers(post):
        return plan
    return plan_without_reasons(plan, lambda _: post.contracted_hours_micro)


def templates(question: UnitRequest) -> list[tuple[str, str]]:
    """The tables to fill in with the team's people: words and address."""
    code = question.unit.code
    return [
        ("Excel, all three tables", reverse("people-template", args=[code, "people", "xlsx"])),
        *(
            (f"CSV, {words}", reverse("people-template", args=[code, name, "csv"]))
            for name, words in (
                ("contracted_hours", "contracted hours"),
                ("reductions", "reductions"),
                ("grade_corrections", "corrections of grade"),
            )
        ),
    ]


def edit_href(question: UnitRequest) -> str:
    """The page that changes the whole team, for who may."""
    code = question.unit.code
    allowed = may(question.user, Action.EDIT_AVAILABILITY, level="team", code=code, state=question.state)
    return reverse("team-edit", args=[code]) if allowed else ""


def posts_table(
    question: UnitRequest,
    posts: Sequence[Unit],
    plans: Mapping[Post, PostRecords],
    reasons: Mapping[str, ReasonOnDay],
) -> tables.Table:
    """A row for each post; in full with where the hours are from in a column of its own."""
    in_full = question.in_full
    columns = [
        tables.Column("name", "Practitioner"),
        *([tables.Column("code", "Post", "code")] if in_full else []),
        tables.Column("grade", "Grade"),
        tables.Column("contracted", "Contracted hours", "hours", "hours a week, before reductions"),
        *([tables.Column("source", "Where the hours are from")] if in_full else []),
        tables.Column("reduction", "Hours off", "hours", HELP),
        tables.Column("in_force", "Reductions in force"),
        tables.Column("available", "Available points", "points"),
        tables.Column("capacity", "Capacity", "percent", "points held ÷ points available"),
        tables.Column("next", "Next change", "date"),
        *([tables.Column("next_words", "What changes")] if in_full else []),
    ]
    rows = [_row(question, post, plans[ending_soon.post_of(post)], reasons) for post in posts]
    return tables.Table(
        "hours",
        f"Hours and reductions in {question.unit.name}",
        columns,
        rows,
        _total(question) if rows else None,
        [] if visibility.reasons(question.user).covers(question.unit) else [visibility.REASONS_WITHHELD],
        "This team has no one in it.",
    )


def _row(
    question: UnitRequest, post: Unit, plan: PostRecords, reasons: Mapping[str, ReasonOnDay]
) -> tables.Row:
    day = question.state.day
    coming = ending_soon.next_change(plan, day, reasons)
    source = labels.source_of(post, plan, day)
    cuts = [
        ending_soon.cut_words(cut, post.contracted_hours_micro, reasons) for cut in plan.reductions_on(day)
    ]
    corrected = plan.grade_on(question.state.day)
    if corrected is None or post.supplied_grade in ("", corrected.grade):
        grade_note = ""
    else:
        grade_note = f"{post.supplied_grade} in the extract"
    values = {
        "name": tables.text(post.name, unit_url("post", post.code, "hours")),
        "code": tables.text(post.code),
        "grade": tables.text(post.grade, note=grade_note),
        "source": tables.text(source),
        "in_force": tables.text("; ".join(cuts) or "none"),
        "next": tables.day(coming[0], coming[1]) if coming else tables.Value(None, "none entered"),
        "next_words": tables.text(coming[1] if coming else ""),
    }
    return tables.Row(values | _figures(question, post, source), "post", post.code)


def _figures(question: UnitRequest, unit: Unit, source: str = "") -> dict[str, tables.Value]:
    """The figures of a post or the team, each with the way to its lines."""

    def href(figure: str) -> str:
        return working_url(unit.level, unit.code, figure)

    contracted, points = unit.contracted_hours_micro, unit.points_x100
    return {
        "contracted": tables.hours(contracted, href("contracted_hours"), source),
        "reduction": tables.hours(
            unit.reduction_hours_micro, href("reduction_hours"), question.used_hours.note(unit)
        ),
        "available": tables.points(unit.available_x100, href("available")),
        "capacity": tables.percent(points, unit.available_x100, question.state.over_x100, href("capacity")),
    }


def _total(question: UnitRequest) -> tables.Row:
    empty = ("code", "grade", "source", "in_force", "next_words")
    values = {
        "name": tables.text("Team"),
        "next": tables.Value(None),
        **{key: tables.text("") for key in empty},
    }
    return tables.Row(values | _figures(question, question.unit))
