"""The addresses of searches for the best way to share cases again."""

from django.urls import path

from wmt.site.web.files.page_files import files_of
from wmt.site.web.resharing import pages

urlpatterns = [
    files_of("reshare/<slug:key>/", pages.search_page, "Re-share cases"),
    path("reshare/new/<level:level>/<code:code>/", pages.search_new, name="sharing-new"),
    path("reshare/<slug:key>/", pages.search_page, name="sharing"),
    path("reshare/<slug:key>/progress/", pages.search_progress, name="sharing-progress"),
    path("reshare/<slug:key>/stop/", pages.search_stop, name="sharing-stop"),
    path("reshare/<slug:key>/again/", pages.search_again, name="sharing-again"),
    path("reshare/<slug:key>/plan/", pages.search_plan, name="sharing-plan"),
]
