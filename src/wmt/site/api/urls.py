"""Addresses of the API, and the page that lists what there is."""

from django.urls import path

from wmt.site.accounts.middleware import API, COMPAT
from wmt.site.api import reference_page
from wmt.site.api.api import addresses
from wmt.site.api.compat import app

urlpatterns = [
    path("api/", reference_page.index, name="api"),
]
for _pattern in addresses():
    urlpatterns.append(path(f"{API}{_pattern.pattern}", _pattern.callback, name=_pattern.name))
for _route, _pattern in app.addresses().items():
    _view = app.only_when_on(_pattern.callback)
    urlpatterns.append(path(f"{COMPAT}{_route}", _view, name=_pattern.name))
