"""All addresses of the site."""

from django.urls import include, path

urlpatterns = [
    path("", include("wmt.site.accounts.urls")),
    path("", include("wmt.site.audit.urls")),
    path("", include("wmt.site.web.rules.urls")),
    path("", include("wmt.site.web.units.urls")),
]

handler429 = "wmt.site.accounts.views.too_many"
