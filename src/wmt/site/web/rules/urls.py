"""Addresses of the rules and of the pages in plain words."""

from django.urls import path

from wmt.site.web.rules import views

urlpatterns = [
    path("rules/", views.index, name="rules"),
    path("rules/value/<path:path>/", views.rule, name="rule"),
    path("rules/compare/", views.compare, name="rules-compare"),
    path("rules/tables/<slug:name>/", views.table, name="rules-table"),
    path("the-number/", views.the_number, name="the-number"),
    path("accessibility/", views.accessibility, name="accessibility"),
]
