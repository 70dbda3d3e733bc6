"""Addresses of the API, and the page that lists what there is."""

from django.urls import path

from wmt.site.accounts.middleware import API
from wmt.site.api import reference_page
from wmt.site.api.api import addresses

urlpatterns = [
    path("api/", reference_page.index, name="api"),
]
for _pattern in addresses():
    urlpatterns.append(path(f"{API}{_pattern.pattern}", _pattern.callback, name=_pattern.name))
