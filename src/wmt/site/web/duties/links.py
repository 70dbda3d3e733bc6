"""The addresses of duties and requests."""

from django.urls import reverse

from wmt.site.duties.mail import path_of
from wmt.site.duties.models import Duty, Notice, Request


def duty_url(duty: Duty) -> str:
    return reverse("duty", args=[duty.pk])


def request_url(request: Request) -> str:
    return reverse("request", args=[request.pk])


def notice_url(notice: Notice) -> str:
    return path_of(notice)
