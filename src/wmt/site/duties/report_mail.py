"""Each month heads of PDUs and regions are told that the report of last month is ready: a link, no figure.

Off unless the policy `mail.month_report` says yes. It goes on the first working day of the month, or on the
first day after it on which the clock is turned and data from the last day of the month before, or from a
later one, is in; once for each unit and month.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.conf import settings

from wmt.nights.names import night_names
from wmt.site.accounts.access import in_force
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.audit.record import record
from wmt.site.clock import calendar_day
from wmt.site.duties import mail, workdays
from wmt.site.links import unit_url
from wmt.site.outbox import messages
from wmt.site.outbox.models import Message, ReportMail
from wmt.site.policies import policies
from wmt.site.workload.models import Current, Unit
from wmt.text import counted

#: What its emails are about: a unit and a month, by the number of `ReportMail`.
ABOUT = "month report"
POLICY = "mail.month_report"
_LEVELS = {"pdu": "PDU", "region": "region"}


def turn(day: date) -> int:
    """Tell the heads what is to be told by a day: of how many units. The caller has a transaction that
    nobody else turns the clock in."""
    first = day.replace(day=1)
    month = (first - timedelta(1)).replace(day=1)
    if not policies(day)[POLICY].value or day < first_working_day(first):
        return 0
    if ReportMail.objects.filter(first_day=month).exists() or not _is_in(month):
        return 0
    heads = _heads()
    told = [unit for unit in _units() if (unit.level, unit.code) in heads]
    rows = [ReportMail(first_day=month, level=unit.level, code=unit.code) for unit in told]
    made = ReportMail.objects.bulk_create(rows)
    messages.write(ABOUT, [
        letter
        for row, unit in zip(made, told, strict=True)
        for letter in letters(row, unit.name, heads[unit.level, unit.code])
    ])  # fmt: skip
    if made:
        said = f"The heads of {_counted(told)} were told that the report of {month:%B %Y} is ready."
        record("report", said, who="the clock")
    return len(made)


def first_working_day(first: date) -> date:
    """The first working day of the month that begins on a day."""
    return workdays.after(first - timedelta(1), 1)


def mails_of(level: str, code: str, month: date) -> list[Message]:
    """The emails that told heads of a unit of the report of a month, in the order they were written."""
    rows = ReportMail.objects.filter(first_day=month, level=level, code=code)
    return list(messages.of(ABOUT, list(rows.values_list("pk", flat=True))))


def href_of(row: ReportMail) -> str:
    """Where the report is that heads were told of."""
    return unit_url(row.level, row.code, "month", month=f"{row.first_day:%Y-%m}")


def letters(row: ReportMail, name: str, heads: Sequence[User]) -> list[messages.Letter]:
    """The emails about a unit, one to each of its heads."""
    month = f"{row.first_day:%B %Y}"
    link = mail.address(href_of(row))
    why = f"You get this because you are a head of {_LEVELS[row.level]} in the Workload Measurement Tool."
    body = f"The monthly report of {name} for {month} is ready to read and to print:\n{link}\n\n{why}\n"
    return [
        messages.Letter(
            numbers=(row.pk,), kind="report", name=user.name, user=user, body=body,
            subject=f"Monthly report of {name}, {month}"[:200],
        )
        for user in heads
    ]  # fmt: skip


def is_in(month: date, nights: Sequence[date]) -> bool:
    """Whether there is something to report of a month, and its last night cannot be to come any more."""
    last = (month.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
    return any(month <= day <= last for day in nights) and any(day >= last for day in nights)


def _is_in(month: date) -> bool:
    return is_in(month, [name.day for name in night_names(settings.CONFIG.nights)])


def _counted(told: Sequence[Unit]) -> str:
    levels = [unit.level for unit in told]
    return " and ".join(counted(levels.count(each), name) for each, name in _LEVELS.items() if each in levels)


def _heads() -> Mapping[tuple[str, str], list[User]]:
    """Who is head of which unit today."""
    found: dict[tuple[str, str], list[User]] = defaultdict(list)
    grants = RoleGrant.objects.filter(role="head", user__is_active=True).select_related("user")
    for grant in in_force(grants, calendar_day()).order_by("user_id"):
        if grant.user not in found[grant.level, grant.code]:
            found[grant.level, grant.code].append(grant.user)
    return found


def _units() -> Sequence[Unit]:
    """The units that the figures shown have, which can have heads."""
    rows = Unit.objects.filter(load_id__in=Current.objects.values("load_id"), whole=True)
    return list(rows.filter(level__in=_LEVELS).order_by("level", "code"))
