"""One unusual change: what was seen, against what, the cases for whoever may read them, and its answer."""

import uuid
from datetime import date
from typing import Any
from urllib.parse import urlencode

import polars as pl
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from wmt.days import moment_words
from wmt.site import tables
from wmt.site.accounts import limited_access, visibility
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import unusual as action
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries import unusual as query
from wmt.site.queries.rules_on_day import rules_at
from wmt.site.shown import needed_state
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.web.unusual import tab
from wmt.site.web.unusual.waiting import asked
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.unusual.sentences import QUESTION, sentences


class UnusualAnswerForm(RefusableForm):
    """An answer as it is typed."""

    key = forms.CharField(required=False, max_length=64)
    words = forms.CharField(required=False, max_length=10 * action.MOST)


@require_http_methods(["GET", "HEAD", "POST"])
def change_page(request: HttpRequest, level: str, code: str, kind: str, day: str) -> HttpResponse:
    """The page, and the answer. Raises UnknownChange, UnknownUnit, Denied and InThePast."""
    state = needed_state(request)
    unit, found = _find(request, state, level, code, kind, day)
    if request.method != "POST":
        return _page(request, state, unit, found, UnusualAnswerForm(initial={"key": uuid.uuid4().hex}))
    form = UnusualAnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, state, unit, found, form, status=422)
    try:
        _, is_new = action.answer(
            actor=request.user, asked=asked(found), state=state.of_now(), **form.cleaned_data
        )
    except ConflictError as conflict:
        messages.error(request, f"{conflict}. Nothing was changed.")
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _page(request, state, unit, found, form, status=422)
    else:
        messages.success(
            request, "The answer is recorded." if is_new else "This was sent twice. It is recorded once."
        )
    return HttpResponseRedirect(tab.address(found))


@require_POST
def undo(request: HttpRequest, level: str, code: str, kind: str, day: str) -> HttpResponse:
    """Takes the answer back. Raises UnknownChange, UnknownUnit, Denied and InThePast."""
    state = needed_state(request)
    _, found = _find(request, state, level, code, kind, day)
    try:
        action.undo(actor=request.user, asked=asked(found), state=state.of_now())
    except RefusedError as refused:
        messages.error(request, f"{refused}. Nothing was changed.")
    else:
        messages.success(request, "The answer is taken back.")
    return HttpResponseRedirect(tab.address(found))


def _find(
    request: HttpRequest, state: State, level: str, code: str, kind: str, day: str
) -> tuple[Unit, query.FoundChange]:
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise query.UnknownChange("there is no such unusual change that you may read") from None
    found = query.find(request.user, state, (kind, level, code, on))
    return units.find(state, request.user, level, code), found  # type: ignore[arg-type]


def _page(
    request: HttpRequest, state: State, unit: Unit, found: query.FoundChange, form: UnusualAnswerForm,
    *, status: int = 200,
) -> HttpResponse:  # fmt: skip
    row, answer = found.row, found.answer
    name = staff_names.shown(unit.name, unit.code) if unit.level == "post" else unit.name
    context: dict[str, Any] = {
        "found": found,
        "form": form,
        "unit_name": name,
        "said": sentences(row, found.rule, rules_at(row["day"])),
        "question": QUESTION,
        "who": query.ASKED_OF[row["level"]],
        "answer_words": tab.answer_words(found, state),
        "answer": None if answer is None or not found.reads_words else answer.words,
        "withheld": answer is not None and not found.reads_words,
        "by": None
        if answer is None or not found.reads_words
        else f"{moment_words(timezone.localtime(answer.recorded_at))}, by {staff_names.person(answer.who)}",
        "may_answer": answer is None and action.may_answer(request.user, asked(found), state),
        "may_undo": answer is not None
        and action.may_answer(request.user, asked(found), state)
        and action.may_undo(request.user, answer),
        "here": tab.address(found),
        "undo_href": f"{tab.address(found)}undo/",
        "most": action.MOST,
        "cases": _cases(request.user, state, unit, found),
        "crumbs": [(name, unit_url(unit.level, unit.code, "unusual"))],
    }
    return render(request, "unusual/change.jinja", context, status=status)


def _case_href(ref: str) -> str:
    return f"{reverse('case')}?{urlencode({'crn': ref})}"


def _cases(user: Any, state: State, unit: Unit, found: query.FoundChange) -> tables.Table | None:
    """The cases, for whoever may read them here; None where their kind has none or nobody may list them."""
    reach = visibility.cases_in_bulk(user, state, unit)
    if reach == visibility.NOWHERE or (rows := query.cases_of(found)) is None:
        return None
    inside = visibility.ReachOfPosts(reach, state)
    posts = [post for post in rows.select("team_code", "staff_code").unique().iter_rows() if inside(post)]
    hidden = limited_access.hidden_from(user)
    seen = rows.join(
        pl.DataFrame(posts, dict.fromkeys(("team_code", "staff_code"), pl.String), orient="row"),
        on=["team_code", "staff_code"], how="semi",
    ).filter(~pl.col("case_ref").str.to_uppercase().is_in(list(hidden)))  # fmt: skip
    if seen.is_empty():
        return None
    note_read(user, unit)
    columns = [
        tables.Column("case", "Case", "code"),
        tables.Column("day", "Day", "date"),
        tables.Column("was", "It was"),
        tables.Column("now", "It is"),
        tables.Column("points", "Points", "points"),
    ]
    listed = [
        tables.Row({
            "case": tables.text(each["case_ref"], _case_href(each["case_ref"])),
            "day": tables.day(each["day"]),
            "was": tables.text(each["was"]),
            "now": tables.text(each["now"] or "no longer there"),
            "points": tables.exact(each["points_x100"]),
        })
        for each in seen.sort("day", "case_ref").iter_rows(named=True)
    ]  # fmt: skip
    notes = []
    if seen.height < rows.height:
        notes.append(visibility.cases_withheld())
    if found.row["nights"] > query.NIGHTS_LISTED:
        notes.append(f"Cases of the last {query.NIGHTS_LISTED} nights of the look are listed.")
    return tables.Table("unusual-cases", "Cases that you may see", columns, listed, notes=notes)
