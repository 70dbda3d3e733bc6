"""Emails to single people. A row is written in the transaction of what it tells of, and sent by a job."""

from django.conf import settings
from django.db import models
from django.utils import timezone

#: So much is kept of the name of whom an email is for.
NAME = 200


class Message(models.Model):
    """One email to one person about its `topics`, such as allocation 12.

    `user` is who it is for; their address is asked for when it is sent. Whoever has no account is told at
    `address`. Its text is kept for as long as it may still be sent.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        GIVEN_UP = "given up"
        CANCELLED = "cancelled"  # what it tells of was undone before it was sent
        NO_ADDRESS = "no address"
        OFF = "off"  # email was not switched on

    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=NAME)  # whom it is for, in words
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    address = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(default=timezone.now)
    fault = models.TextField(blank=True)  # of the last try, in words
    made_at = models.DateTimeField(default=timezone.now)
    since = models.DateTimeField(default=timezone.now)  # it is tried; later than it was made where again
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["next_try"],
                name="message_to_send",
                condition=models.Q(state__in=("waiting", "sending")),
            ),
        )

    def __str__(self) -> str:
        return f"message {self.pk}"


class MessageTopic(models.Model):
    """One thing that an email is about: a word for what it is, and its number."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="topics")
    about = models.CharField(max_length=20)
    number = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=["about", "number"]),)

    def __str__(self) -> str:
        return f"{self.about} {self.number}"


class ReportMail(models.Model):
    """That the heads of a unit were told that the report of a month is ready: once, whatever became of the
    emails. `first_day` is that of the month; the emails are about its number."""

    first_day = models.DateField()
    level = models.CharField(max_length=10)
    code = models.TextField()
    told_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["first_day", "level", "code"], name="report_told_once"),
        )

    def __str__(self) -> str:
        return f"report of {self.level} {self.code}, {self.first_day:%Y-%m}"
