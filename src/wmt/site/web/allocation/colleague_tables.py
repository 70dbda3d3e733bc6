"""Colleagues of cases in tables and sentences: who covers or co-works which, until when, and how it ended."""

from collections.abc import Callable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from wmt.days import written
from wmt.site import tables
from wmt.site.accounts import visibility
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseColleague
from wmt.site.changes.allocation_messages import COLLEAGUES
from wmt.site.changes.colleague_ends import ColleagueOnDay
from wmt.site.figures import units
from wmt.site.outbox import messages
from wmt.site.outbox.labels import state_words
from wmt.site.outbox.models import Message
from wmt.site.queries.colleagues import Colleagues
from wmt.site.web.allocation import labels
from wmt.site.workload import staff_names
from wmt.site.workload.state import State


def table(
    user: Any, found: Colleagues, *, ends: Callable[[CaseColleague], bool] | None = None
) -> tables.Table:
    """All of them. `ends` says which the reader may end; without it none is offered.

    The reference is for who reads cases of one of the two posts.
    """
    state = found.state
    codes = {code for each in found.found for code in (each.row.holder, each.row.post)}
    names = units.names_of(units.of_level(state, "post").filter(code__in=codes))
    reads = access.reads_either(user, state)
    columns = [
        tables.Column("crn", "CRN", "code"),
        tables.Column("holder", "Held by"),
        tables.Column("who", "Colleague"),
        tables.Column("role", "Role"),
        tables.Column("first", "From", "date"),
        tables.Column("last", "Until", "date"),
        tables.Column(
            "points", "Points, not in the figure", "points", "Of a case that is covered. Co-working has none."
        ),
        tables.Column("state", "State"),
        tables.Column("by", "Named by"),
        tables.Column("emails", "Emails to the colleague", "words"),
        *([tables.Column("end", "End", "way")] if ends else []),
    ]
    rows, gives = [], visibility.ReachOfPosts(visibility.allowed(user, Action.ALLOCATE_CASES), state)
    emails = messages.by_number(COLLEAGUES, [each.row.pk for each in found.found])
    for each in found.found:
        way = reverse("colleague-end", args=[each.row.pk]) if ends and not each.end and ends(each.row) else ""
        values = _values(found, each, names, reads=reads(each.row))
        values["end"] = tables.text("End" if way else "", way)
        told = _told(emails.get(each.row.pk, ()), may_give=gives(access.codes(each.row.holder)))
        values["emails"] = tables.text(told) if reads(each.row) else tables.Value(None, "withheld")
        rows.append(tables.Row({column.key: values[column.key] for column in columns}))
    return tables.Table(
        "colleagues", "Cover and co-working", columns, rows,
        notes=[visibility.cases_withheld()]
        * any(not reads(each.row) for each in found.found),
        empty="Nobody covers or co-works a case here.",
    )  # fmt: skip


def _told(emails: Sequence[Message], *, may_give: bool) -> str:
    """What became of each email about it; why one was not sent is for who may allocate the holder's cases."""
    said = [f"{_ABOUT[each.kind]}: {state_words(each, with_fault=may_give)}" for each in emails]
    return "; ".join(said) or "none"


def _values(
    found: Colleagues, each: ColleagueOnDay, names: dict[str, str], *, reads: bool
) -> dict[str, tables.Value]:
    row, withheld = each.row, tables.Value(None, "withheld")
    is_cover = row.role == CaseColleague.Role.COVER
    open_end = "until their return" if is_cover else "no last day"
    last = tables.day(each.until) if each.until else tables.Value(None, open_end)
    case = f"{reverse('case')}?{urlencode({'crn': row.ref})}" if row.ref else ""
    worth = tables.exact(found.worth(row)) if is_cover and not each.end else tables.Value(None)
    return {
        "crn": tables.text(row.ref, case) if reads else withheld,
        "holder": labels.post_link(row.holder, names),
        "who": labels.post_link(row.post, names),
        "role": tables.text(row.get_role_display()),
        "first": tables.day(row.first_day) if reads else withheld,
        "last": last if reads else withheld,
        "points": worth,
        "state": tables.text(_state(each, found.state, reads=reads)),
        "by": tables.text(staff_names.person(row.who)) if reads else withheld,
    }


def _state(each: ColleagueOnDay, state: State, *, reads: bool) -> str:
    """Whether it is in force, is to begin, or why it has ended."""
    if not each.end:
        return "in force" if each.in_force(state.day) else "not begun"
    said = CaseColleague.End(each.end).label
    if not reads:
        return f"ended: {said}"
    by = f", by {staff_names.person(each.row.ended_by)}" if each.end in _BY_PEOPLE else ""
    when = f" on {written(each.until)}" if each.until else ""
    return f"ended{when}: {said}{by}"


#: What an email to a colleague says, by its kind.
_ABOUT = {"named": "That they are named", "ended": "that it ended", "again": "that it goes on"}
_BY_PEOPLE = (CaseColleague.End.HAND, CaseColleague.End.GIVEN)
