"""The pages of the five-year questions: a list of them, and a form with its answer for each."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from wmt.history import History, HistoryError
from wmt.site.accounts.access import scope
from wmt.site.queries.histories import history_for
from wmt.site.queries.questions import PERSONAL, QUESTIONS, answer_to
from wmt.site.shown import needed_state
from wmt.site.tables import arranged
from wmt.site.web.forms.date_range import days_words
from wmt.site.web.time.question_form import QuestionForm
from wmt.site.web.time.question_tables import tables_of
from wmt.site.workload.state import State


@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    past, away = _past(request, needed_state(request))
    days = days_words(past.first, past.last) if past and past.first and past.last else ""
    context = {"questions": list(QUESTIONS.values()), "days": days, "away": away}
    return render(request, "time/questions.jinja", context)


@require_safe
def question(request: HttpRequest, name: str) -> HttpResponse:
    """One question: its form, and the answer to what stands in it."""
    if name not in QUESTIONS:
        raise Http404(f"there is no question '{name[:60]}'")
    state = needed_state(request)
    past, away = _past(request, state)
    context: dict[str, Any] = {
        "asked": QUESTIONS[name],
        "crumbs": [("Analysis", reverse("questions"))],
        "away": away,
        "form": None,
        "errors": [],
        "answer": None,
        "message": "",
        "personal": False,
        "tables": {},
    }
    if past is None or past.first is None or past.last is None:
        context["away"] = away or "No data has been loaded yet, so there is nothing to analyse."
        return render(request, "time/question.jinja", context)
    narrowed = scope(request.user, state) is not None
    last = min(past.last, state.as_at.date())
    form = QuestionForm(QUESTIONS[name], request.GET, past, last, narrowed=narrowed)
    context |= {"form": form, "errors": form.faults, "narrowed": narrowed}
    context |= _answered(request, state, name, past, form)
    return render(request, "time/question.jinja", context)


def _answered(
    request: HttpRequest, state: State, name: str, past: History, form: QuestionForm
) -> dict[str, Any]:
    wish = form.wish
    if wish is None:
        return {}
    try:
        answer = answer_to(name, past, wish)
    except HistoryError as error:
        words = str(error)
        return {"message": f"{words[:1].upper()}{words[1:]}."}
    user: Any = request.user
    names = form.data["names"] == "1"
    found = tables_of(answer, wish.level, state, user, names=names, stream=wish.stream)
    shown = {key: arranged(table, request) for key, table in found.items()}
    return {"answer": answer, "tables": shown, "personal": wish.level in PERSONAL}


def _past(request: HttpRequest, state: State) -> tuple[History | None, str]:
    """The history as far as who asks may read it, or why it cannot be read."""
    try:
        return history_for(request.user, state), ""
    except HistoryError as away:
        return None, str(away)
