"""Pages about what the points of tiers are for. All of them only read."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from wmt import rules
from wmt.rules import activities
from wmt.site.queries.rules_on_day import laid_over, night_day
from wmt.site.redirects import own_target
from wmt.site.web.rules import a_cases, tier_page
from wmt.site.web.rules.activity_tables import tier_url
from wmt.site.web.rules.views import DayForm


@require_safe
def tier(request: HttpRequest, case_type: str, tier: str) -> HttpResponse:
    """What the points of a tier are for, activity by activity, on the day of the figures or one asked for."""
    night = night_day(request)
    form = DayForm(request.GET, on=night)
    day: date = form.found("on") or night
    page = tier_page.tier_page(case_type, tier, day)
    if page is None:
        said = (
            f"There is no tier '{tier[:20]}' of {case_type[:20]} cases. The page Rules lists those there are."
        )
        raise Http404(said)
    context = {
        "page": page,
        "form": form,
        "errors": form.faults,
        "is_night": day == night,
        "laid": laid_over(request).get(page.points_path) if day == night else None,
        "others": _others(case_type, tier, day),
        "back": own_target(request.GET.get("back", "")),
        "crumbs": [("Rules", reverse("rules"))],
    }
    return render(request, "rules/tier.jinja", context)


@require_safe
def a_case_changes(request: HttpRequest) -> HttpResponse:
    """What is known of the fall of points of A cases on 6 January 2023."""
    context = {"page": a_cases.a_cases(), "crumbs": [("Rules", reverse("rules"))]}
    return render(request, "rules/a_cases.jinja", context)


def _others(case_type: str, here: str, day: date) -> list[tuple[str, str]]:
    """Other tiers of the type of case with hours, each with its page."""
    ruleset = rules.load().at(day)
    tiers = (
        str(ruleset["tier_schemes.pc16.tiers"].value).split() if "tier_schemes.pc16.tiers" in ruleset else []
    )
    known = [each for each in tiers if activities.published_hours(ruleset, case_type, each)]
    return [(each, tier_url(case_type, each)) for each in known if each != here]
