"""All addresses of the site."""

from django.urls import include, path

from wmt.site.web.as_of import choose_day
from wmt.site.web.health import health
from wmt.site.web.home import home
from wmt.site.web.search import search

urlpatterns = [
    path("health", health, name="health"),
    path("", home, name="home"),
    path("search/", search, name="search"),
    path("as-of/", choose_day, name="as-of"),
    path("", include("wmt.site.accounts.urls")),
    path("", include("wmt.site.web.help_pages")),
    path("", include("wmt.site.web.audit.urls")),
    path("", include("wmt.site.api.urls")),
    path("", include("wmt.site.web.rule_proposals.urls")),
    path("", include("wmt.site.web.rules.urls")),
    path("", include("wmt.site.web.minutes.urls")),
    path("", include("wmt.site.web.tiers.urls")),
    path("", include("wmt.site.web.availability.team_urls")),
    path("", include("wmt.site.web.exports.urls")),  # before the units: a file is no code
    path("", include("wmt.site.web.time.urls")),
    path("", include("wmt.site.web.availability.urls")),
    path("", include("wmt.site.web.duties.urls")),
    path("", include("wmt.site.web.allocation.urls")),
    path("", include("wmt.site.web.plans.urls")),
    path("", include("wmt.site.web.resharing.urls")),
    path("", include("wmt.site.web.full.urls")),
    path("", include("wmt.site.web.staffing.urls")),
    path("", include("wmt.site.web.priorities.urls")),
    path("", include("wmt.site.web.alarms.urls")),
    path("", include("wmt.site.web.agreements.urls")),
    path("", include("wmt.site.web.extra_work.urls")),
    path("", include("wmt.site.web.initiatives.urls")),
    path("", include("wmt.site.web.unusual.urls")),
    path("", include("wmt.site.web.own_data.pages")),
    path("", include("wmt.site.web.challenges.urls")),
    path("", include("wmt.site.web.unit_pages.urls")),
    path("", include("wmt.site.web.gallery")),
    path("", include("wmt.site.web.hmpps_menu")),
    path("", include("wmt.site.web.loads.urls")),
]

handler400 = "wmt.site.web.error_pages.bad_request"
handler403 = "wmt.site.web.error_pages.denied"
handler404 = "wmt.site.web.error_pages.not_found"
handler500 = "wmt.site.web.error_pages.server_error"
handler429 = "wmt.site.accounts.views.too_many"
