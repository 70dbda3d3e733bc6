"""The addresses of units. A code may hold anything but what ends a segment."""

from django.urls import path, register_converter

from wmt.site.web.freshness import live
from wmt.site.web.units import views


class LevelConverter:
    """The levels that have codes."""

    regex = "region|pdu|team|post"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(LevelConverter, "level")

urlpatterns = [
    path("live/<slug:level>/<code:code>/", live, name="live"),
    path("nation/", views.unit_page, name="nation"),
    path("nation/<slug:tab>/", views.unit_page, name="nation-tab"),
    path("<level:level>/<code:code>/", views.unit_page, name="unit"),
    path("<level:level>/<code:code>/<slug:tab>/", views.unit_page, name="unit-tab"),
]
