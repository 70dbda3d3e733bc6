"""Pages about the rules. All of them only read; each works as a plain address."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from wmt import rules
from wmt.rules import NoRuleError
from wmt.site.queries.rules_on_day import laid_over, night_day
from wmt.site.redirects import own_target
from wmt.site.tables import arranged
from wmt.site.web.charts.downloads import offered
from wmt.site.web.forms.date_param import DateParam, asked
from wmt.site.web.rules import presenters
from wmt.site.web.rules.calculation import REASONS, numbers
from wmt.site.web.rules.labels import GROUPS, day_words
from wmt.site.web.rules.published import BY_NAME, TABLES

_MOST_WORDS = 100
#: The days that the comparison begins with: the change of January 2023.
_CHANGED = date(2023, 1, 6)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every rule with its value in force, narrowed by words, group and the day on which values begin."""
    night = night_day(request)
    on = asked("on", request.GET.get("on"), "the date", night)
    changed, wrong = _changed(request)
    wish = presenters.RuleListFilter(_words(request), _group(request), changed)
    day = on.day or night
    laid = laid_over(request) if day == night else {}
    table = presenters.rules_table(day, wish, laid)
    context = {
        "table": arranged(table, request),
        "found": len(table.rows),
        "found_text": f"{len(table.rows):,}",
        "all_text": f"{len(rules.load().paths):,}",
        "on": on,
        "day": day_words(day),
        "is_night": day == night,
        "wish": wish,
        "errors": [*_errors(on), *wrong],
        "groups": presenters.group_sizes(),
        "days": [(value.isoformat(), day_words(value)) for value in reversed(rules.load().days)],
        "laid": len(laid),
        "published": TABLES,
    }
    return render(request, "rules/index.jinja", context)


@require_safe
def rule(request: HttpRequest, path: str) -> HttpResponse:
    night = night_day(request)
    on = asked("on", request.GET.get("on"), "the date", night)
    try:
        page = presenters.rule_page(path, on.day or night)
    except NoRuleError as error:
        context = {
            "unknown": presenters.unknown(path, error),
            "path": path,
            "crumbs": _crumbs(),
        }
        return render(request, "rules/unknown.jinja", context, status=404)
    context = {
        "page": page,
        **offered({"chart": page.chart}, request),
        "is_night": (on.day or night) == night,
        "errors": _errors(on),
        "laid": laid_over(request).get(path),
        "back": _back(request),
        "crumbs": _crumbs(),
    }
    return render(request, "rules/rule.jinja", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """What differs between the rules of two days."""
    asked_for = "a" in request.GET or "b" in request.GET
    a = asked("a", request.GET.get("a"), "the first date", _CHANGED - timedelta(days=1), needed=asked_for)
    b = asked("b", request.GET.get("b"), "the second date", _CHANGED, needed=asked_for)
    words = _words(request)
    context: dict[str, Any] = {
        "a": a,
        "b": b,
        "words": words,
        "errors": [*_errors(a), *_errors(b)],
        "presets": presenters.presets(),
        "table": None,
        "found": 0,
        "sentences": [],
        "crumbs": _crumbs(),
    }
    if a.day and b.day:
        table = presenters.compare_table(a.day, b.day, words)
        context |= {"table": arranged(table, request), "found": len(table.rows), "sentences": _told(a, b)}
    return render(request, "rules/compare.jinja", context)


@require_safe
def table(request: HttpRequest, name: str) -> HttpResponse:
    published = BY_NAME.get(name)
    if published is None:
        raise Http404(
            f"There is no table of rules called '{name[:60]}'. The page Rules lists those there are."
        )
    night = night_day(request)
    on = asked("on", request.GET.get("on"), "the date", night)
    day = on.day or night
    laid = laid_over(request) if day == night else {}
    context = {
        "published": published,
        "table": arranged(published.at(day), request, rows_a_page=None),
        "on": on,
        "day": day_words(day),
        "is_night": day == night,
        "before_all": presenters.before_all_rules(day),
        "errors": _errors(on),
        "laid": [found for path, found in laid.items() if path.startswith(published.roots)],
        "crumbs": _crumbs(),
    }
    return render(request, "rules/table.jinja", context)


@require_safe
def the_number(request: HttpRequest) -> HttpResponse:
    day = night_day(request)
    context = {"numbers": numbers(day), "reasons": REASONS, "back": _back(request)}
    return render(request, "the_number.jinja", context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "accessibility.jinja")


def _words(request: HttpRequest) -> str:
    return " ".join(request.GET.get("q", "")[:_MOST_WORDS].split())


def _group(request: HttpRequest) -> str:
    found = request.GET.get("group", "")
    return found if found in {group.key for group in GROUPS} else ""


def _changed(request: HttpRequest) -> tuple[Any, list[tuple[str, str]]]:
    """The day on which values begin that was asked for, if any, and what is wrong with it."""
    if not request.GET.get("changed", "").strip():
        return None, []
    found = asked("changed", request.GET["changed"], "the day of change", rules.load().days[0], needed=True)
    return found.day, _errors(found)


def _errors(found: DateParam) -> list[tuple[str, str]]:
    return [(found.name, found.error)] if found.error else []


def _crumbs() -> list[tuple[str, str]]:
    return [("Rules", reverse("rules"))]


def _back(request: HttpRequest) -> str:
    """Where the reader came from, if it is a page of this site; else empty."""
    return own_target(request.GET.get("back", ""))


def _told(a: DateParam, b: DateParam) -> list[str]:
    """What should be said about the two days beside what differs."""
    if not a.day or not b.day:
        return []
    first = rules.load().days[0]
    if a.day == b.day:
        return ["Both dates are the same day, so nothing differs. Choose two different dates."]
    early = [day for day in (a.day, b.day) if presenters.before_all_rules(day)]
    said = [
        f"On {day_words(day)} no rule was in force: the first that are known begin on {day_words(first)}."
        for day in early
    ]
    if a.day > b.day:
        said.append("The first date is the later one, so the differences run backwards in time.")
    last = rules.load().days[-1]
    if max(a.day, b.day) > last:
        said.append(f"No rule is known to change after {day_words(last)}.")
    return said
