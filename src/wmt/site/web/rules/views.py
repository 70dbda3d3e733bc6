"""Pages about the rules. All of them only read; each works as a plain address."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from wmt import rules
from wmt.site.accounts.access import NATION, may
from wmt.site.accounts.roles import Action
from wmt.site.clock import calendar_day
from wmt.site.date_field import DayField
from wmt.site.queries.rules_on_day import laid_over, night_day
from wmt.site.query_form import ChoiceOrDefault, QueryForm
from wmt.site.redirects import own_target
from wmt.site.rule_proposals.reading import of_path
from wmt.site.tables import arranged
from wmt.site.web.charts.downloads import offered
from wmt.site.web.rules import presenters
from wmt.site.web.rules.calculation import REASONS, numbers
from wmt.site.web.rules.catalogue import BY_NAME, TABLES
from wmt.site.web.rules.labels import GROUPS, day_words
from wmt.site.web.units.labels import reason as in_words
from wmt.site.web.units.labels import upper_first

#: The days that the comparison begins with: the change of January 2023.
_CHANGED = date(2023, 1, 6)


class DayForm(QueryForm):
    """The day that rules are shown on."""

    on = DayField("the date", kind="rule", required=False)


class _RulesForm(DayForm):
    q = forms.CharField(required=False)
    group = ChoiceOrDefault([("", ""), *((group.key, group.title) for group in GROUPS)])
    changed = DayField("the day of change", kind="rule", required=False)


class _CompareForm(QueryForm):
    a = DayField("the first date", kind="rule")
    b = DayField("the second date", kind="rule")
    q = forms.CharField(required=False)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every rule with its value in force, narrowed by words, group and the day on which values begin."""
    night = night_day(request)
    form = _RulesForm(request.GET, on=night)
    wish = presenters.RuleListFilter(*(form.found(name) for name in ("q", "group", "changed")))
    day = form.found("on") or night
    laid = laid_over(request) if day == night else {}
    table = presenters.rules_table(day, wish, laid)
    context = {
        "table": arranged(table, request),
        "found": len(table.rows),
        "found_text": f"{len(table.rows):,}",
        "all_text": f"{len(rules.load().paths):,}",
        "form": form,
        "day": day_words(day),
        "is_night": day == night,
        "wish": wish,
        "errors": form.faults,
        "groups": presenters.group_sizes(),
        "days": [(value.isoformat(), day_words(value)) for value in reversed(rules.load().days)],
        "laid": len(laid),
        "published": TABLES,
    }
    return render(request, "rules/index.jinja", context)


@require_safe
def rule(request: HttpRequest, path: str) -> HttpResponse:
    night = night_day(request)
    form = DayForm(request.GET, on=night)
    day = form.found("on") or night
    try:
        page = presenters.rule_page(path, day)
    except rules.NoRuleError as error:
        context = {
            "unknown": presenters.unknown(path, error),
            "path": path,
            "crumbs": _crumbs(),
        }
        return render(request, "rules/unknown.jinja", context, status=404)
    context = {
        "page": page,
        **offered({"chart": page.chart}, request),
        "is_night": day == night,
        "errors": form.faults,
        "laid": laid_over(request).get(path),
        "ahead": presenters.ahead(path, calendar_day()),
        "waiting": of_path(path),
        "proposes": may(request.user, Action.PROPOSE_RULES, level=NATION[0], code=NATION[1]),
        "back": _back(request),
        "crumbs": _crumbs(),
    }
    return render(request, "rules/rule.jinja", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """What differs between the rules of two days."""
    form = _CompareForm(request.GET, a=_CHANGED - timedelta(days=1), b=_CHANGED)
    a, b, words = (form.found(name) for name in ("a", "b", "q"))
    context: dict[str, Any] = {
        "form": form,
        "words": words,
        "errors": form.faults,
        "presets": presenters.presets(),
        "table": None,
        "found": 0,
        "sentences": [],
        "crumbs": _crumbs(),
    }
    if a and b:
        table = presenters.compare_table(a, b, words)
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
    form = DayForm(request.GET, on=night)
    day = form.found("on") or night
    laid = laid_over(request) if day == night else {}
    context = {
        "published": published,
        "table": arranged(published.at(day), request, rows_a_page=None),
        "form": form,
        "day": day_words(day),
        "is_night": day == night,
        "before_all": presenters.before_all_rules(day),
        "errors": form.faults,
        "laid": [found for path, found in laid.items() if path.startswith(published.roots)],
        "crumbs": _crumbs(),
    }
    return render(request, "rules/table.jinja", context)


@require_safe
def the_number(request: HttpRequest) -> HttpResponse:
    day = night_day(request)
    # as tables name the reasons: what a reader looks up here is what they saw there
    reasons = {upper_first(in_words(each)): sentence for each, sentence in REASONS.items()}
    context = {"numbers": numbers(day), "reasons": reasons, "back": _back(request)}
    return render(request, "the_number.jinja", context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "accessibility.jinja")


def _crumbs() -> list[tuple[str, str]]:
    return [("Rules", reverse("rules"))]


def _back(request: HttpRequest) -> str:
    """Where the reader came from, if it is a page of this site; else empty."""
    return own_target(request.GET.get("back", ""))


def _told(a: date, b: date) -> list[str]:
    """What should be said about the two days beside what differs."""
    first = rules.load().days[0]
    if a == b:
        return ["Both dates are the same day, so nothing differs. Choose two different dates."]
    early = [day for day in (a, b) if presenters.before_all_rules(day)]
    said = [
        f"On {day_words(day)} no rule was in force: the first that are known begin on {day_words(first)}."
        for day in early
    ]
    if a > b:
        said.append("The first date is the later one, so the differences run backwards in time.")
    last = rules.load().days[-1]
    if max(a, b) > last:
        said.append(f"No rule is known to change after {day_words(last)}.")
    return said
