"""The room's registration with Django."""

from django.apps import AppConfig


class Web(AppConfig):
    name = "wmt.site.web"
    label = "web"
