"""The addresses of units. A code may hold anything but what ends a segment."""

from django.urls import path

from wmt.site.web.freshness import live
from wmt.site.web.unit_pages import views

urlpatterns = [
    path("live/<slug:level>/<code:code>/", live, name="live"),
    path("nation/", views.unit_page, name="nation"),
    path("nation/<slug:tab>/", views.unit_page, name="nation-tab"),
    path("<level:level>/<code:code>/", views.unit_page, name="unit"),
    path("<level:level>/<code:code>/<slug:tab>/", views.unit_page, name="unit-tab"),
]
