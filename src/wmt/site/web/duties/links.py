"""The addresses of duties and requests."""

from django.urls import reverse

from wmt.site.duties.mail import path_of
from wmt.site.duties.models import Duty, Notice, Request


def duty_url(duty: Duty) -> str:
    """The page of a duty."""
    return reverse("duty", args=[duty.pk])


def request_url(request: Request) -> str:
    """The page of a request."""
    return reverse("request", args=[request.pk])


def notice_url(notice: Notice) -> str:
    """The page that a notice is about."""
    return path_of(notice)
