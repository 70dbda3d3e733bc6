"""Addresses of the API, and the page that lists what there is."""

from django.urls import path

from wmt.site.accounts.gate import API
from wmt.site.api import pages
from wmt.site.api.build import addresses

urlpatterns = [
    path("api/", pages.index, name="api"),
]
for _pattern in addresses():
    urlpatterns.append(path(f"{API}{_pattern.pattern}", _pattern.callback, name=_pattern.name))
