"""Looking for unusual changes once a load is shown, and telling whoever leads the units. It never raises.

An email says how many there are and where to read them: neither who, nor what changed.
"""

import logging
from collections import defaultdict
from dataclasses import dataclass

import polars as pl
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from wmt import rules
from wmt.history import dated_marks, open_history
from wmt.site.accounts.models import User
from wmt.site.duties.recipients import Roles
from wmt.site.links import unit_url
from wmt.site.outbox import messages
from wmt.site.workload import swap
from wmt.site.workload.day_format import moment_words
from wmt.site.workload.models import Load
from wmt.text import counted
from wmt.unusual import kept

log = logging.getLogger(__name__)
#: What its emails are about: loads, by their numbers.
ABOUT = "unusual"


@dataclass(frozen=True)
class _About:
    """The unit of a change, as recipients are found by."""

    team_code: str
    pdu_code: str
    staff_code: str


def look(load: Load) -> None:
    """Find what is unusual in the data that is shown, and write the emails about it, once.

    What a look could not finish, the next one does, at the start of the site too.
    """
    try:
        past = open_history(settings.CONFIG.nights)
        if past.last is None:
            return
        found = kept.work_out(past, dated_marks(), rules.load().at(past.last))
        if found is not None and not found.is_empty():
            _tell(swap.shown() or load, found)  # a load of earlier days may have changed what is found
    except Exception:  # the figures are shown by now: whatever it is, the load has not failed
        log.exception("unusual changes could not be looked for after load %s", load.pk)


def _tell(load: Load, found: pl.DataFrame) -> None:
    """One email to each person, however many changes they are asked about; none about what was written of."""
    letters = _letters(load, found)
    with transaction.atomic():
        Load.objects.select_for_update().get(pk=load.pk)  # of two looks at once one writes
        if not messages.of(ABOUT, [load.pk]).exists():
            messages.write(ABOUT, letters)


def _letters(load: Load, found: pl.DataFrame) -> list[messages.Letter]:
    rows = list(found.select("level", "code", "team_code", "pdu_code").iter_rows())
    about = [
        _About(team, pdu, code.partition(":")[2] if level == "post" else "")
        for level, code, team, pdu in rows
    ]
    roles = Roles(about)
    asked: dict[int, list[tuple[str, str]]] = defaultdict(list)
    people: dict[int, User] = {}
    for each, (level, code, *_) in zip(about, rows, strict=True):
        who = roles.of(each)
        told = [*who.owners, *who.other_heads, *(who.person if level == "post" else [])]
        for user in {user.pk: user for user in told}.values():
            people[user.pk] = user
            asked[user.pk].append(("team", each.team_code) if level == "post" else (level, code))
    return [_letter(load, people[pk], places) for pk, places in sorted(asked.items())]


def _letter(load: Load, user: User, places: list[tuple[str, str]]) -> messages.Letter:
    as_at = moment_words(timezone.localtime(load.as_at)) if load.as_at else "the last load"
    number, site = len(places), settings.CONFIG.site_address
    changes = counted(number, "unusual change")
    body = "\n".join([
        f"In the data of {as_at} there {'is' if number == 1 else 'are'} {changes} that you are told of.",
        "", "Such a change can have good reasons. The page says what was seen and what is common:",
        *(f"{site}{unit_url(level, code, 'unusual')}" for level, code in dict.fromkeys(places)),
        "", "Whoever leads the unit answers there in words.",
        "", "You received this because you lead the unit, or because it is about your own cases.", "",
    ])  # fmt: skip
    return messages.Letter(
        numbers=(load.pk,), kind="unusual", name=user.name, user=user, body=body,
        subject=f"{changes} in the data of {as_at}",
    )  # fmt: skip
