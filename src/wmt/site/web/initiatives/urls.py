"""The addresses of the register of initiatives."""

from django.urls import path

from wmt.site.web.files.page_files import files_of
from wmt.site.web.initiatives import pages

urlpatterns = [
    files_of("initiatives/", pages.listing, "New instructions"),
    files_of("initiatives/<int:number>/", pages.one, "One new instruction"),
    path("initiatives/", pages.listing, name="initiatives"),
    path("initiatives/new/", pages.new, name="initiative-new"),
    path("initiatives/<int:number>/", pages.one, name="initiative"),
    path("initiatives/<int:number>/withdraw/", pages.withdraw, name="initiative-withdraw"),
]
