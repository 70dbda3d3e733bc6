"""The addresses of the what-if on minutes."""

from django.urls import path

from wmt.site.web.minutes import into_plan, into_proposal, pages

urlpatterns = [
    path("rules/what-if/", pages.page, name="rules-what-if"),
    path("rules/what-if/overlay.yaml", pages.overlay_file, name="rules-what-if-overlay"),
    path("rules/what-if/plan/", into_plan.into_plan, name="rules-what-if-plan"),
    path("rules/what-if/proposal/", into_proposal.into_proposal, name="rules-what-if-proposal"),
]
