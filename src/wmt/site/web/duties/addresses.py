"""The addresses of duties."""

from django.urls import reverse

from wmt.site.duties.models import Duty


def duty_url(duty: Duty) -> str:
    """The page of a duty."""
    return reverse("duty", args=[duty.pk])
