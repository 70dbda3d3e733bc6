"""The room's registration with Django."""

from django.apps import AppConfig


class DomainEvents(AppConfig):
    name = "wmt.site.domain_events"
    label = "domain_events"
