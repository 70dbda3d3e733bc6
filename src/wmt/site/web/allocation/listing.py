"""What was allocated or changed its tier in a unit in the last 30 days, and what nDelius shows of it."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from wmt.site import tables
from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access, protection
from wmt.site.allocation.labels import KIND_REASONS
from wmt.site.allocation.models import CaseAllocation, CaseKindChange
from wmt.site.audit.reads import note_read
from wmt.site.changes import lacking_cases
from wmt.site.figures import units
from wmt.site.queries.allocations import allocations_of, kind_changes_of
from wmt.site.queries.colleagues import Colleagues
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import FilterForm, OneOf
from wmt.site.web.allocation import colleague_tables, labels, protect
from wmt.site.web.units import cohort_column, cover
from wmt.site.web.units.labels import upper_first
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.text import counted

TITLE = "Allocations"
TEMPLATE = "allocation/listing.jinja"
_DAYS = 30
_WITHHELD = tables.Value(None, "withheld")
_WRITTEN = {"over": "why_over", "against": "why_not_eligible"}
#: Which are listed: all, those to be looked at, and those that were given beside a threshold or a rule.
_SHOW = {
    "attention": "nDelius does not show them so",
    "ask": "Not in nDelius data: has the case ended?",
    "over": "Over the threshold",
    "against": "Against the rules",
}


def applies(unit: Unit) -> bool:
    """Cases are given to posts, within teams and PDUs."""
    return unit.level in ("post", "team", "pdu")


def content(question: UnitRequest) -> dict[str, Any]:
    """The allocations that concern a unit, the newest first; those still open are there however old."""
    unit, state = question.unit, question.state
    if not applies(unit):  # the way up of the page leads here
        return {"tables": {}, "elsewhere": True}
    rows, changes = allocations_of(question, _DAYS), kind_changes_of(question, _DAYS)
    filters = FilterForm(question.request.GET, show=OneOf("Allocations", [("", "All"), *_SHOW.items()]))
    # what nDelius shows of it is known of now alone
    show = filters.chosen("show") if state.as_of is None else ""
    if show == "attention":
        rows = [row for row in rows if row.state in labels.ATTENTION]
        changes = [row for row in changes if row.state in labels.ATTENTION]
    seen, asked = access.readable(question.user, state), lacking_cases.asked_in(state)
    readable = {row.pk for row in rows if seen(row)}
    if show == "ask":
        rows = [row for row in rows if row.pk in readable and asked(row) is not None]
        changes = []
    if show in _WRITTEN:  # why somebody wrote something is for those who read it
        rows = [row for row in rows if row.pk in readable and getattr(row, _WRITTEN[show])]
        readable, changes = {row.pk for row in rows}, []
    changes_read = {row.pk for row in changes if seen(row)}
    waits = [days for row in rows if row.pk in readable and (days := row.days_waited) is not None]
    # a case that has come to who reads the unit's cases is known to them; not who changed it before, and why
    hidden, reads_all = limited_access.hidden_from(question.user), visibility.cases(question.user, state)
    known = {row.pk for row in changes if reads_all.covers(unit) and row.ref.upper() not in hidden}
    if readable or changes_read or known:
        note_read(question.user, unit)
    posts = [unit] if unit.level == "post" else list(units.everybody(state, unit))
    by_code = {post.code: post for post in posts}
    guarded = protection.in_force(state, by_code.keys()).order_by("post", "pk")
    protected = protect.protected_table(question.user, state, guarded, by_code, of_team=unit.level != "post")
    beside = Colleagues.of_posts(state, by_code.keys())
    reads = access.reads_either(question.user, state)
    if any(reads(each.row) for each in beside.found):
        note_read(question.user, unit)
    allocates = visibility.allowed(question.user, Action.ALLOCATE_CASES).covers(unit)
    return {
        "tables": {
            "allocations": cohort_column.with_cohorts(
                _table(question, rows, readable, asked), question.user, state
            ),
            **({"kind-changes": _changes(question, changes, changes_read, known)} if changes else {}),
            **({"colleagues": colleague_tables.table(question.user, beside)} if beside.found else {}),
            **({"protected": protected} if protected.rows else {}),
        },
        "sentences": cover.sentences(beside, unit.code) if unit.level == "post" else [],
        "cover_href": reverse("cover", args=[unit.code]) if allocates and unit.level == "post" else "",
        "protect_href": reverse("protect", args=[unit.code]) if allocates and unit.level == "post" else "",
        "elsewhere": False,
        "filters": filters,
        "days": _DAYS,
        "waits": counted(len(waits), "case"),
        "waited": counted(f"{median(waits):,g}", "day") if waits else "",
        "allocates": allocates,
    }


def _table(
    question: UnitRequest,
    rows: Sequence[CaseAllocation],
    readable: set[int],
    asked: Callable[[CaseAllocation], int | None],
) -> tables.Table:
    is_now = question.state.as_of is None
    columns = [
        tables.Column("crn", "CRN", "code"),
        tables.Column("what", "Case"),
        tables.Column("points", "Points", "points"),
        tables.Column("from", "From"),
        tables.Column("to", "To"),
        tables.Column("on", "Counts from", "date", "The day of the data from which it counts."),
        tables.Column(
            "waited",
            "Days waited",
            "count",
            "Days with nobody to hold it, from the day it came where that is recorded.",
        ),
        tables.Column("by", "By"),
        tables.Column("why", "Why"),
        *(
            [tables.Column("state", "State"), tables.Column("days", "Days not seen", "count")]
            if is_now
            else []
        ),
    ]
    codes = {code for row in rows for code in (row.from_post, row.to_post, row.found_post) if code}
    names = units.names_of(units.of_level(question.state, "post").filter(code__in=codes))
    undoes = _undoes(question)
    new = {row.pk for row in rows if is_now and row.pk in readable and undoes(row)}
    columns += [tables.Column("undo", "Undo", "way")] if new else []
    found = [
        tables.Row(_values(question, row, row.pk in readable, names, asked, is_new=row.pk in new))
        for row in rows
    ]
    return tables.Table(
        "allocations", f"Allocations: {question.unit.name}", columns, found,
        notes=[visibility.cases_withheld()] * (len(readable) < len(rows)),
        empty="No case was allocated here.",
    )  # fmt: skip


def _undoes(question: UnitRequest) -> Callable[[CaseAllocation], bool]:
    """Whether who asks may undo an allocation now: of today, as its own page asks it again."""
    state = question.state
    may = visibility.ReachOfPosts(visibility.allowed(question.user, Action.ALLOCATE_CASES), state)
    return lambda row: (
        row.state == CaseAllocation.State.GIVEN
        and row.is_open
        and row.first_day == state.day
        and all(may(access.codes(code)) for code in (row.from_post, row.to_post))
    )


def _values(
    question: UnitRequest,
    row: CaseAllocation,
    may_read: bool,
    names: dict[str, str],
    asked: Callable[[CaseAllocation], int | None],
    *,
    is_new: bool,
) -> dict[str, tables.Value]:
    """The cells of an allocation; `is_new`: whether the reader may undo it now."""
    day = question.state.day
    waited, not_seen = row.days_waited, labels.not_seen(row, day)
    href = reverse("allocation", args=[row.pk])
    note = names.get(row.found_post, row.found_post)
    # sensitive notes stand on the page of their allocation alone
    notes = "" if row.sensitive else row.notes
    if may_read and (lacked := asked(row)) is not None:
        note = f"nDelius data has not had it for {counted(lacked, 'day')}: has it ended?"
    return {
        "crn": tables.text(row.ref, href) if may_read else _WITHHELD,
        "what": tables.text(upper_first(row.words)),
        "points": tables.exact(row.points_x100),
        "from": labels.post_link(row.from_post, names),
        "to": labels.post_link(row.to_post, names),
        "on": tables.day(row.first_day) if may_read else _WITHHELD,
        "waited": (tables.Value(None) if waited is None else tables.count(waited)) if may_read else _WITHHELD,
        "by": tables.text(staff_names.person(row.who)) if may_read else _WITHHELD,
        "why": tables.text("; ".join(filter(None, (labels.why(row), notes)))) if may_read else _WITHHELD,
        "state": tables.text(row.get_state_display(), note=note),
        "days": (tables.Value(None) if not_seen is None else tables.count(not_seen))
        if may_read
        else _WITHHELD,
        "undo": tables.text("Undo" if is_new else "", f"{href}#undo" if is_new else ""),
    }


def _changes(
    question: UnitRequest, rows: Sequence[CaseKindChange], readable: set[int], known: set[int]
) -> tables.Table:
    """Changes; those of `readable` as they are, of the cases of those `known` what their page says too."""
    is_now = question.state.as_of is None
    columns = [
        tables.Column("crn", "CRN", "code"),
        tables.Column("what", "Was and is"),
        tables.Column("before", "Points before", "points"),
        tables.Column("after", "Points after", "points"),
        tables.Column("who", "Held by"),
        tables.Column("on", "Counts from", "date", "The day of the data from which it counts."),
        tables.Column("by", "By"),
        tables.Column("why", "Why"),
    ]
    if is_now:
        columns += [tables.Column("state", "State"), tables.Column("days", "Days not seen", "count")]
    names = units.names_of(units.of_level(question.state, "post").filter(code__in={row.post for row in rows}))
    found = [
        tables.Row(_of_change(question, row, names, may_read=row.pk in readable, is_known=row.pk in known))
        for row in rows
    ]
    return tables.Table(
        "kind-changes", f"Changes of tier and type: {question.unit.name}", columns, found,
        notes=[visibility.cases_withheld()] * (len(readable) < len(rows)),
    )  # fmt: skip


def _of_change(
    question: UnitRequest, row: CaseKindChange, names: dict[str, str], *, may_read: bool, is_known: bool
) -> dict[str, tables.Value]:
    not_seen = labels.not_seen(row, question.state.day)
    case = f"{reverse('case')}?{urlencode({'crn': row.ref})}"
    of_case = {
        "crn": tables.text(row.ref, reverse("case-changed", args=[row.pk]) if may_read else case),
        "on": tables.day(row.first_day),
        "days": tables.Value(None) if not_seen is None else tables.count(not_seen),
    }
    decided = {
        "by": tables.text(staff_names.person(row.who)),
        "why": tables.text(KIND_REASONS.get(row.reason, row.reason)),
    }
    return {
        **(of_case if may_read or is_known else dict.fromkeys(of_case, _WITHHELD)),
        **(decided if may_read else dict.fromkeys(decided, _WITHHELD)),
        "what": tables.text(upper_first(row.words)),
        "before": tables.exact(row.from_x100),
        "after": tables.exact(row.to_x100),
        "who": labels.post_link(row.post, names),
        "state": tables.text(row.get_state_display()),
    }
