"""All addresses of the site."""

from django.urls import include, path

from wmt.site.web.health import health

urlpatterns = [
    path("health", health, name="health"),
    path("", include("wmt.site.accounts.urls")),
    path("", include("wmt.site.audit.urls")),
    path("", include("wmt.site.web.rules.urls")),
    path("", include("wmt.site.web.exports.urls")),  # before the units: a file is no code
    path("", include("wmt.site.web.units.urls")),
    path("", include("wmt.site.web.loads.urls")),
]

handler429 = "wmt.site.accounts.views.too_many"
