"""Tables of a team's present people to fill in: what stands, in the columns that sending them takes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from wmt.intake import people_schema
from wmt.ledger import decimal
from wmt.ledger.serialise import micro
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.availability import queries, records
from wmt.site.figures import units
from wmt.site.shown import needed_state
from wmt.site.web.availability.ending_soon import post_of
from wmt.site.web.files import deliver
from wmt.site.web.files.sheets import ExportSheet, Heading, Values
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: The kinds of a column that are no text.
_KINDS = {
    "hours": "hours",
    "percent": "number",
    "valid_from": "date",
    "first_day": "date",
    "last_day": "date",
}
KINDS = ("csv", "xlsx")
BOOK = "people"
Posts = Sequence[Unit]
Plans = Mapping[records.Post, records.PostRecords]


@require_safe
def people_template(request: HttpRequest, code: str, table: str, kind: str) -> HttpResponseBase:
    """One table of a team, or all of them in a workbook. Raises Denied, UnknownUnit and Http404."""
    state = needed_state(request)
    need(request, Action.EDIT_AVAILABILITY, level="team", code=code, state=state)
    need(request, Action.EXPORT)
    unit = units.find(state, request.user, "team", code)  # type: ignore[arg-type]
    if kind not in KINDS or (table not in _ROWS and (table, kind) != (BOOK, "xlsx")):
        raise Http404(f"there is no table {table}.{kind}")
    posts = list(units.everybody(state, unit))
    plans = queries.plans_of([post_of(post) for post in posts])
    sheets = [_sheet(name, posts, plans, state) for name in _ROWS]
    source = deliver.TableOrigin.of_unit(unit, state)
    if table == BOOK:
        return deliver.send_book(request, source, sheets, "Tables of people to fill in")
    return deliver.send(request, source, next(sheet for sheet in sheets if sheet.name == table), kind)


def _sheet(name: str, posts: Posts, plans: Plans, state: State) -> ExportSheet:
    columns, make = people_schema.COLUMNS[name], _ROWS[name]
    rows = make(posts, plans, state)
    # the name is for who fills it in: reading leaves it alone
    headings = [Heading(column, column, _KINDS.get(column, "code")) for column in (*columns, "name")]  # type: ignore[arg-type]
    return ExportSheet(name, f"{name} to fill in", headings, lambda: rows, len(rows))


def _hours(posts: Posts, plans: Plans, state: State) -> list[Values]:
    """A row for each person: the hours that count, since their first day, or from today where none is.

    By what a table that is sent is held against: a post that was set aside keeps the hours of an earlier
    night in its figures, or has none, and a row that nobody touched must not enter those. Hours that nobody
    gave are left blank.
    """
    limits = queries.limits_of(state, [post_of(post) for post in posts])
    found: list[Values] = []
    for post in posts:
        plan = plans[post_of(post)]
        asked = post_of(post), plan, state.day
        entered = plan.hours_on(state.day)
        first = entered.first_day if entered else state.day
        hours = None if limits.is_ungiven(*asked) else limits.contracted(*asked)
        found.append((*post_of(post), micro(hours), None if first == date.min else first, post.name))
    return found


def _reductions(posts: Posts, plans: Plans, state: State) -> list[Values]:
    """A row for each reduction that is not over."""
    return [
        (cut.key, *post_of(post), cut.reason, micro(cut.hours_micro), decimal(cut.percent_x100),
         cut.first_day, cut.last_day, None, cut.notes, post.name)
        for post in posts
        for cut in plans[post_of(post)].reductions
        if _goes_on(cut, state.day)
    ]  # fmt: skip


def _grades(posts: Posts, plans: Plans, state: State) -> list[Values]:
    """A row for each correction of grade that is not over."""
    return [
        (*post_of(post), each.grade, each.first_day, each.last_day, None, post.name)
        for post in posts
        for each in plans[post_of(post)].grades
        if _goes_on(each, state.day)
    ]


def _goes_on(entry: records.ReductionRecord | records.GradeRecord, day: date) -> bool:
    return entry.last_day is None or entry.last_day >= day


_ROWS: dict[str, Callable[[Posts, Plans, State], list[Values]]] = {
    people_schema.HOURS_FILE: _hours,
    people_schema.REDUCTIONS_FILE: _reductions,
    people_schema.GRADES_FILE: _grades,
}
