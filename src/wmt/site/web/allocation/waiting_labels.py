"""A recorded waiting case in words: what it is, its first appointment, how its waiting ended."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from django.urls import reverse
from django.utils import timezone

from wmt import days
from wmt.allocation.cases import case_words
from wmt.site.allocation.models import WaitingCase
from wmt.site.links import unit_url
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit

_Now = WaitingCase.State
_Appointment = WaitingCase.Appointment
#: What is of each version of a record and no detail of the case.
_OF_VERSION = ("State", "Known from", "Version")


def what(row: WaitingCase) -> str:
    """What a case is: 'custody B3'."""
    return case_words(row.location, row.tier or "0", "t2a" if row.is_t2a else "standard", suspended=False)


def appointment(row: WaitingCase) -> str:
    """What is known of the first appointment; nothing where that was not said."""
    if row.appointment != _Appointment.DUE:
        return str(row.get_appointment_display()) if row.appointment else ""
    with_whom = f", with {row.appointment_with}" if row.appointment_with else ""
    return f"due {days.written(row.appointment_day) if row.appointment_day else ''}{with_whom}"


def ended(row: WaitingCase, names: Mapping[str, str]) -> str:
    """How its waiting ended; nothing while it waits."""
    match row.state:
        case _Now.GIVEN if row.allocation:
            return f"allocated to {names.get(row.allocation.to_post, row.allocation.to_post)}"
        case _Now.WITHDRAWN:
            return f"removed: {row.change_why}"
        case _Now.HELD:
            since = f" since {days.written(row.held_since)}" if row.held_since else ""
            return f"held by {names.get(row.held_by) or 'somebody'}{since}, by nDelius data"
    return "allocated" if row.state == _Now.GIVEN else ""


def facts(row: WaitingCase, names: Mapping[str, str], team: Unit | None) -> list[tuple[str, str, str]]:
    """What is recorded of it: title, words, address."""
    given = reverse("allocation", args=[row.allocation_id]) if row.allocation_id else ""
    tier = row.tier or f"none yet: {row.no_tier_why or 'no reason was given'}"
    recorded = days.moment_words(timezone.localtime(row.recorded_at))
    source = f"{row.get_source_display()}, {recorded}, by {staff_names.person(row.who)}"
    dated = {name: getattr(row, name) for name in ("sentence_day", "handover_day", "arrived_on")}
    told = {name: days.written(day) if day else "" for name, day in dated.items()}
    found = [
        ("State", ended(row, names) or "waiting", given),
        ("CRN", f"{row.ref}, event {row.event_number}", ""),
        ("Team", f"{team.name} ({team.code})" if team else row.team_code, team_href(team)),
        ("Type", f"{row.location}{', transition to adulthood (T2A)' if row.is_t2a else ''}", ""),
        ("Tier", tier, ""),
        ("Came to the team", told["arrived_on"], ""),
        ("Sentence date", told["sentence_day"], ""),
        ("Length of order", row.order_length, ""),
        ("Handover to the community", told["handover_day"], ""),
        ("First appointment", appointment(row), ""),
        ("Court", row.court, ""),
        ("Requirements", "; ".join(row.requirements), ""),
        ("Held before by", "; ".join(names.get(code, code) for code in row.previous_posts), ""),
        ("Known from", source, ""),
        ("Version", f"{row.version}", ""),
    ]
    return [fact for fact in found if fact[1]]


def versions(rows: Sequence[WaitingCase], names: Mapping[str, str]) -> list[str]:
    """What was changed of a record, the last change first: by whom, when, and what it said before."""
    told = []
    for before, after in pairwise(rows):
        was, now = (
            {title: said for title, said, _ in facts(row, names, None) if title not in _OF_VERSION}
            for row in (before, after)
        )
        changed = [
            f"{title} was {was.get(title, 'not known')}"
            for title in dict.fromkeys([*was, *now])
            if was.get(title) != now.get(title)
        ]
        who = f"{days.moment_words(after.recorded_at)}, by {staff_names.person(after.who)}"
        told.append(f"{who}: {'; '.join(changed) or 'confirmed'}")
    return told[::-1]


def team_href(team: Unit | None) -> str:
    """The waiting cases of a team that is there."""
    return unit_url("team", team.code, "waiting") if team else ""
