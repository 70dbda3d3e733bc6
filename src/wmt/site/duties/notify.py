"""Who hears what of duties: of what judging came to, and of a closing."""

from collections.abc import Mapping

from wmt.site.availability.labels import day_words
from wmt.site.duties import labels
from wmt.site.duties.evaluate import Judgement
from wmt.site.duties.judged import Undone
from wmt.site.duties.models import Duty, Step
from wmt.site.duties.notices import Announcement
from wmt.site.duties.recipients import Responsible, Roles


def told_of(
    found: Judgement, roles: Roles, last: Mapping[int, Step], undone: Undone | None
) -> list[Announcement]:
    """Everything that is told after judging. `last` are the steps by which duties closed or fell."""
    again = [duty for duty in (*found.opened, *found.reopened) if duty.is_open]
    closed = [duty for duty in found.closed if not duty.is_open]
    raised = [duty for duty in found.raised if duty not in again]
    told = [each for duty in again for each in _opened(duty, roles)]
    told += [each for duty in raised for each in for_managers(duty, roles, "escalated", _raised_words(duty))]
    for duty in closed:
        told += closing_told(duty, roles.of(duty), labels.closed_words(last[duty.pk].data))
    for duty in found.fell:
        # the manager has to confirm, and the head knows that they have to
        people = roles.of(duty)
        step = last[duty.pk]
        assert duty.confirm_by is not None
        why = f"{upper(labels.fell_words(step.data))}."
        by = day_words(duty.confirm_by)
        said = f"{who(duty)}: confirm by {by} whether the excessive workload action can close. {why}"
        heads = (
            f"{who(duty)}: the manager must confirm by {by} whether the excessive workload action can close."
        )
        own = f"Your manager must confirm by {by} whether the excessive workload action about you can close."
        told += [
            Announcement(duty, "to confirm", said, people.owners),
            Announcement(duty, "to confirm", f"{heads} {why} {people.missing}".strip(), people.other_heads),
            Announcement(duty, "to confirm", f"{own} {why}", people.person),
        ]
    if undone is not None:
        told += [each for duty in found.resumed for each in _resumed(duty, roles, undone)]
    for duty in found.followed:
        said = f"{who(duty)}: an excessive workload action followed this person to this post."
        told += for_managers(duty, roles, "followed", said)
    return told


def concerned(found: Judgement) -> list[Duty]:
    """The duties of which somebody is told."""
    every = (
        found.opened, found.reopened, found.raised, found.closed, found.fell, found.resumed, found.followed,
    )  # fmt: skip
    return [duty for duties in every for duty in duties]


def _opened(duty: Duty, roles: Roles) -> list[Announcement]:
    kind = "reopened" if duty.reopened else "opened"
    said = f"{who(duty)}: {lower(labels.run_words(duty))}. Acknowledge by {day_words(duty.acknowledge_by)}"
    own = (
        f"Your workload: {lower(labels.run_words(duty))}. Your manager must decide what to do about it by "
        f"{day_words(duty.decide_by)}. You can ask for relief."
    )
    found = for_managers(duty, roles, kind, f"{said}, decide by {day_words(duty.decide_by)}.")
    return [*found, Announcement(duty, kind, own, roles.of(duty).person)]


def closing_told(duty: Duty, people: Responsible, why: str) -> list[Announcement]:
    """Everybody whom a closing concerns: managers, heads and the practitioner."""
    said = f"{who(duty)}: the excessive workload action closed. {upper(why)}."
    own = f"The excessive workload action about you closed. {upper(why)}."
    if duty.relief_by is not None:
        own += f" Your request for relief stays open: an answer is due by {day_words(duty.relief_by)}."
    return [
        Announcement(duty, "closed", said, [*people.managers, *people.heads]),
        Announcement(duty, "closed", own, people.person),
    ]


def _resumed(duty: Duty, roles: Roles, undone: Undone) -> list[Announcement]:
    what = "restored" if undone.restored else "withdrawn"
    why = f"the figures of {day_words(undone.day)} were {what}"
    said = f"{who(duty)}: the excessive workload action is open again as before, because {why}."
    own = f"The excessive workload action about you is open again as before, because {why}."
    return [
        *for_managers(duty, roles, "resumed", said),
        Announcement(duty, "resumed", own, roles.of(duty).person),
    ]


def _raised_words(duty: Duty) -> str:
    return f"{who(duty)}: escalated, now also over the higher threshold ({labels.MARKS['double_red']})."


def for_managers(duty: Duty, roles: Roles, kind: str, said: str) -> list[Announcement]:
    """To the managers; where nobody holds that role, to the head, with the words that it is so."""
    people = roles.of(duty)
    if people.managers:
        return [Announcement(duty, kind, said, people.managers)]
    return [Announcement(duty, kind, f"{said} {people.missing}", people.heads)]


def who(duty: Duty) -> str:
    return f"{duty.name}, {duty.team_name}"


def lower(said: str) -> str:
    """A sentence as the end of another."""
    return said[:1].lower() + said[1:]


def upper(said: str) -> str:
    """Words as a sentence of their own."""
    return said[:1].upper() + said[1:]
