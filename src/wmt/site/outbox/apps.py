"""The room's registration with Django."""

from django.apps import AppConfig


class Outbox(AppConfig):
    name = "wmt.site.outbox"
    label = "outbox"
