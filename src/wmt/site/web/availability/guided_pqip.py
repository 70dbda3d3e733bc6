"""The trainee route (PQiP) as one form: its stages one after the other, saved together."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from wmt import rules
from wmt.days import written
from wmt.intake.people_model import last_of_months
from wmt.site.availability.change_requests import Change, ChangeFault
from wmt.site.availability.labels import day_words, percent_words
from wmt.site.availability.reason_rules import TraineeRoute
from wmt.site.availability.records import ReductionRecord
from wmt.site.web.availability.form_flow import Page, edit
from wmt.site.web.availability.forms import PqipForm, ordinal
from wmt.site.web.availability.post_hours import form_methods, sent
from wmt.site.web.availability.post_request import PostRequest, editable
from wmt.site.workload.state import rules_of


@form_methods
def pqip(request: HttpRequest, code: str) -> HttpResponse:
    """Enters the stages of a trainee; days that are left empty are worked out from the first."""
    place = editable(request, code)
    # the shortest, the usual and the longest route in months
    tree = rules.load()  # figures of an earlier version of this program were made with rules without them
    since = max(place.state.day, tree.parameter("pqip_route_months.usual").values[0].valid_from)
    values = rules_of(place.state).under("pqip_route_months") or tree.at(since).under("pqip_route_months")
    shortest, usual, longest = (int(str(values[name].value)) for name in ("shortest", "usual", "longest"))
    months, route = (shortest, usual, longest), place.route
    filled = _filled(place, months) if request.method == "POST" else None
    form = PqipForm(filled, route=route, months=months, initial={"months": months[1]})
    page = Page(
        title="Enter the stages of PQiP",
        template="availability/post_pqip.jinja",
        changes=lambda form: _changes(place, form),
        save="Save the stages",
        field_of=lambda fault: _field_of(fault, route),
        words={
            "stages": _stages(place),
            "route": months,
            "last_stage": ordinal(len(route.stages)),
            # the stages that are entered, in words, each with the way to it
            "entered": [
                (_said(place, cut), reverse("reduction", args=[place.unit.code, cut.key]))
                for cut in _standing(place)
            ],
        },
    )
    if request.method == "POST" and form.is_valid():
        _refuse_overlaps(place, form)
    return edit(place, form, page)


def _refuse_overlaps(place: PostRequest, form: PqipForm) -> None:
    """No day may have two stages: together they would take off more than either of them."""
    first = form.cleaned_data["first_day"]
    last = form.cleaned_data[form.ends()[-1]]
    standing = [cut for cut in _standing(place) if cut.first_day <= last and (cut.last_day or last) >= first]
    if standing:
        more = f"; and {len(standing) - 2} more, listed below" if len(standing) > 2 else ""
        said = "; ".join(_said(place, cut) for cut in standing[:2]) + more
        form.add_error("first_day", f"Stages are entered for these days already: {said}. "
                       "Change or delete those first, or enter a first day after them")  # fmt: skip


def _standing(place: PostRequest) -> list[ReductionRecord]:
    """The stages that are entered, in their order."""
    return [cut for cut in place.plan.reductions if cut.reason in place.route.reasons]


def _said(place: PostRequest, cut: ReductionRecord) -> str:
    last = f" to {day_words(cut.last_day)}" if cut.last_day else ""
    return f"{place.names[cut.reason].short_name} from {day_words(cut.first_day)}{last}"


def last_of(place: PostRequest, reason: str, first: date) -> date:
    """The last day of a stage that begins on a day and takes its whole time."""
    return last_of_months(first, place.reasons[reason].months or 6)


def _filled(place: PostRequest, months: tuple[int, int, int]) -> Any:
    """What was typed, with the last days that were left empty worked out from the day before.

    The last stage ends with the route: the names of those before it say 6 months each.
    """
    typed, route = sent(place.request), place.route
    form = PqipForm(place.request.POST, route=route, months=months)
    form.is_valid()
    first = start = form.cleaned_data.get("first_day")
    if first is None or start is None:
        return typed
    data = typed.copy()
    for reason in route.reasons:
        name = f"end_{reason}"
        end = form.cleaned_data.get(name)
        if end is None and name not in form.errors:
            ends_route = reason == route.stages[-1] and "months" in form.cleaned_data
            end = last_of_months(start, form.cleaned_data["months"]) if ends_route else None
            end = end if end is not None and end >= first else last_of(place, reason, first)
            data[name] = written(end)
        if end is None:
            break
        first = end + timedelta(1)
    return data


def _changes(place: PostRequest, form: Any) -> list[Change]:
    first, found = form.cleaned_data["first_day"], []
    for name in form.ends():
        last = form.cleaned_data[name]
        reason = name.removeprefix("end_")
        found.append(Change(kind="reduction", post=place.post, reason=reason, first_day=first, last_day=last))
        first = last + timedelta(1)
    return found


def _field_of(fault: ChangeFault, route: TraineeRoute) -> str:
    """Faults of a stage stand at its last day; of a first day, at the only one that is typed."""
    if fault.index is None:
        return ""
    return "first_day" if fault.field == "first_day" else f"end_{route.reasons[fault.index]}"


def _stages(place: PostRequest) -> list[dict[str, Any]]:
    found = []
    for reason in place.route.reasons:
        stage = place.reasons[reason]
        share = "" if stage.allowance_x100 is None else f"{percent_words(stage.allowance_x100)} off, "
        found.append(
            {
                "field": f"end_{reason}",
                "name": stage.short_name,
                "said": f"{share}usually {stage.months or 6} months",
                "is_extra": reason == place.route.newly_qualified,
            }
        )
    return found
