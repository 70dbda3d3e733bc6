"""The room's registration with Django."""

from django.apps import AppConfig


class ChallengesRoom(AppConfig):
    """What people say is wrong with their figures."""

    name = "wmt.site.challenges"
    label = "challenges"
