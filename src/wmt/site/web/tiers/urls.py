"""Addresses of the calculator of tiers."""

from django.urls import path

from wmt.site.web.tiers import views

urlpatterns = [path("tiers/<slug:scheme>/", views.calculator, name="tiers")]
