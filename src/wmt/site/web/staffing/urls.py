"""The addresses of staffing beside the tabs of units."""

from django.urls import path

from wmt.site.web.staffing import keep_scenario

urlpatterns = [path("scenario/plan/", keep_scenario.keep, name="scenario-plan")]
