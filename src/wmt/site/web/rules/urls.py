"""Addresses of the rules and of the pages in plain words."""

from django.urls import path

from wmt.site.web.rules import tier_views, views

urlpatterns = [
    path("rules/", views.index, name="rules"),
    path("rules/value/<path:path>/", views.rule, name="rule"),
    path("rules/compare/", views.compare, name="rules-compare"),
    path("rules/tables/<slug:name>/", views.table, name="rules-table"),
    path("rules/tiers/<slug:case_type>/<slug:tier>/", tier_views.tier, name="rules-tier"),
    path("rules/what-changed-for-a-cases/", tier_views.a_case_changes, name="rules-a-cases"),
    path("the-number/", views.the_number, name="the-number"),
    path("accessibility/", views.accessibility, name="accessibility"),
]
