"""The requests and concerns of a unit, beside its register, for those who may read them."""

from datetime import date

from django.db.models import Q, QuerySet
from django.urls import reverse

from wmt.ledger import is_over
from wmt.site import tables
from wmt.site.duties import access, labels, requests
from wmt.site.duties.models import Request
from wmt.site.duties.recipients import Roles
from wmt.site.figures import units
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.duties.capacities import Capacities
from wmt.site.web.duties.links import request_url
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit


def ways_of(question: UnitRequest) -> list[tuple[str, str]]:
    """What somebody may raise about a unit: words and address."""
    state, unit = question.state, question.unit
    if state.as_of is not None or unit.level not in ("post", "team"):
        return []
    found = []
    own = question.is_post and access.is_own(question.user, question.unit)
    # over the threshold, the way to ask stands in a sentence of its own (`guidance`)
    over = is_over(unit.points_x100, unit.available_x100, state.over_x100)
    if own and not over and requests.has_open_duty(unit):
        found.append(("Ask for relief", reverse("relief", args=[unit.code])))
    found.append(("Raise a concern", reverse("concern", args=[unit.level, unit.code])))
    return found


def table_of(question: UnitRequest) -> tables.Table | None:
    """Those that wait for an answer first; None where the reader may read none, or in the past."""
    state = question.state
    if state.as_of is not None:
        return None
    reads = access.reader_of_requests(question.request.user)
    found = [each for each in under(question.unit, state.load_id) if reads(each)]
    if not found:
        return None
    capacities, roles, day = Capacities.of(state, found), Roles(found), state.day
    found.sort(key=lambda each: (not each.is_open, each.answer_by, -capacities.exact(each), each.pk))
    columns = [
        tables.Column("what", "What"),
        tables.Column("about", "About"),
        tables.Column("capacity", "Capacity", "percent"),
        tables.Column("asked", "Raised", "date"),
        tables.Column("owner", "Assigned to"),
        tables.Column("by", "Answer by", "date"),
        tables.Column("answer", "Answer"),
    ]
    rows = [_row(question, each, roles, capacities, day) for each in found]
    return tables.Table("requests", f"Requests and concerns, {question.unit.name}", columns, rows)


def under(unit: Unit, load_id: int) -> QuerySet[Request]:
    """The requests about a unit and the posts and teams below it."""
    return units.about(Request.objects.all(), unit, load_id, Q(**{f"{unit.level}_code": unit.code}))


def _row(
    question: UnitRequest, found: Request, roles: Roles, capacities: Capacities, day: date
) -> tables.Row:
    href = "" if question.in_full else request_url(found)
    people = roles.of(found)
    owners = (
        ", ".join(dict.fromkeys(staff_names.person(str(user)) for user in people.owners)) or people.owner_role
    )
    late = found.is_open and found.answer_by < day
    answer = "overdue" if late else "" if found.is_open else labels.ANSWERS.get(found.answer, "")
    return tables.Row(
        {
            "what": tables.text(found.get_kind_display(), href),
            "about": tables.text(found.shown_name),
            "capacity": capacities.value(found, question.state.over_x100)
            if found.staff_code
            else tables.text(""),
            "asked": tables.day(found.asked_on),
            "owner": tables.text(owners if found.is_open else found.answered_who),
            "by": tables.day(found.answer_by),
            "answer": tables.text(answer),
        }
    )
