"""The addresses of duties and requests."""

from django.urls import reverse

from wmt.site.duties import models
from wmt.site.duties.mail import path_of


def duty_url(duty: models.Duty) -> str:
    return reverse("duty", args=[duty.pk])


def request_url(request: models.Request) -> str:
    return reverse("request", args=[request.pk])


def notice_url(notice: models.Notice) -> str:
    return path_of(notice)
