"""The addresses of unusual changes."""

from django.urls import path

from wmt.site.web.unusual import pages

urlpatterns = [
    path(
        "unusual/<slug:level>/<code:code>/<slug:kind>/<slug:day>/", pages.change_page, name="unusual-change"
    ),
    path("unusual/<slug:level>/<code:code>/<slug:kind>/<slug:day>/undo/", pages.undo, name="unusual-undo"),
]
