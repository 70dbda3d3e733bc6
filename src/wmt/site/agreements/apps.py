"""The room's registration with Django."""

from django.apps import AppConfig


class Agreements(AppConfig):
    """Agreements of units."""

    name = "wmt.site.agreements"
    label = "agreements"
