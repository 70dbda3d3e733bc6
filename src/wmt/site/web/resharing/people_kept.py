"""Who can be kept as they are before the first answer: the people of a unit by their teams, to tick."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from wmt import ledger
from wmt.site.figures import units
from wmt.site.web.resharing.question_form import ResharingForm
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


@dataclass(frozen=True)
class KeptPerson:
    """Somebody who can be ticked."""

    code: str
    name: str
    about: str
    ticked: bool


@dataclass(frozen=True)
class TeamToTick:
    """A team and its people; `pdu` is the name of its PDU where the unit has several."""

    name: str
    pdu: str
    people: Sequence[KeptPerson]


def by_team(state: State, unit: Unit, sharers: Sequence[Unit], form: ResharingForm) -> list[TeamToTick]:
    """The people of a unit who do not leave, by PDU, team and name, as `sharers_of` gives them."""
    levels = {"region": ("pdu", "team"), "pdu": ("team",)}.get(unit.level, ())
    names = {(level, row.code): row.name for level in levels for row in units.below(state, unit, level)}
    leavers, ticked = set(form.codes("leavers")), set(form.codes("locked"))
    stay = [post for post in sharers if post.code not in leavers]
    found = []
    for (pdu, team), posts in groupby(stay, key=lambda post: (post.pdu_code, post.team_code)):
        people = [_person(post, ticked=post.code in ticked) for post in posts]
        found.append(TeamToTick(names.get(("team", team), team), names.get(("pdu", pdu), ""), people))
    return found


def _person(post: Unit, *, ticked: bool) -> KeptPerson:
    capacity = ledger.shown_capacity(post.points_x100 or 0, post.available_x100 or 0)
    return KeptPerson(post.code, staff_names.shown(post.name, post.code), f"{post.grade}, {capacity}", ticked)
