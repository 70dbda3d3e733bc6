"""The day on which a trainee comes to the next stage: one ends and the next begins, together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse

from wmt.intake.people_model import last_of_months
from wmt.site.availability.change_requests import Change
from wmt.site.availability.labels import day_words
from wmt.site.availability.records import ReductionRecord
from wmt.site.web.availability import form_flow
from wmt.site.web.availability.forms import StageForm
from wmt.site.web.availability.guided_pqip import last_of
from wmt.site.web.availability.post_hours import form_methods, sent
from wmt.site.web.availability.post_request import PostRequest, editable


@dataclass(frozen=True)
class Boundary:
    """Where one stage ends and another begins; `later` are the stages after it, none where it is to come."""

    former: ReductionRecord
    later: Sequence[ReductionRecord]

    @property
    def day(self) -> date | None:
        """The first day of the next stage, as it stands."""
        return self.later[0].first_day if self.later else None


@form_methods
def pqip_stage(request: HttpRequest, code: str) -> HttpResponse:
    """Moves the day of a change of stage, or enters the next stage after the last one."""
    place = editable(request, code)
    found = boundaries(place)
    # the change of stage that comes next
    ahead = [key for key, each in found.items() if each.day is None or each.day > place.state.day]
    chosen = found.get(request.POST.get("stage", "") or (ahead or list(found) or [""])[0])
    records = [place.standing("reduction", cut.key) for cut in _stages(place)]
    form = StageForm(
        sent(request),
        initial={
            "version": form_flow.versions(records),
            "stage": chosen.former.key if chosen else "",
            "day": chosen.day if chosen else None,
        },
    )
    choices = []
    for key, each in found.items():
        former = place.reasons[each.former.reason].short_name
        later = place.reasons[each.later[0].reason if each.later else _next(place, each)].short_name
        now = f"now on {day_words(each.day)}" if each.day else "not entered yet"
        choices.append((key, f"{former} to {later}, {now}"))
    page = form_flow.Page(
        title="Change of a PQiP stage",
        template="availability/post_stage.jinja",
        changes=lambda form: _changes(place, found[form.cleaned_data["stage"]], form),
        save="Save the change of stage",
        records=records,
        field_of=lambda fault: "day" if fault.index is not None else "",
        words={"choices": choices},
    )
    if request.method == "POST" and chosen is None:
        form.add_error("stage", "Choose which change of stage")
    return form_flow.edit(place, form, page)


def boundaries(place: PostRequest) -> dict[str, Boundary]:
    """The changes of stage that can be moved or entered, by the key of the stage before."""
    day, stages = place.state.day, _stages(place)
    found = {}
    for n, cut in enumerate(stages):
        is_over = cut.last_day is not None and cut.last_day < day and n + 1 == len(stages)
        if place.route.after(cut.reason) and not is_over:
            found[cut.key] = Boundary(cut, stages[n + 1 :])
    return found


def _stages(place: PostRequest) -> list[ReductionRecord]:
    """The stages of the trainee in their order. Forms carry the versions of them all."""
    return [cut for cut in place.plan.reductions if cut.reason in place.route.reasons]


def _next(place: PostRequest, boundary: Boundary) -> str:
    """The reason that comes after the stage before: a boundary is of one that something comes after."""
    return place.route.after(boundary.former.reason) or place.route.newly_qualified


def _changes(place: PostRequest, boundary: Boundary, form: Any) -> list[Change]:
    """The stage before ends the day before; those after move with the day, one after the other."""
    day: date = form.cleaned_data["day"]
    former = boundary.former
    found = [_version(place, former, form, former.first_day, day - timedelta(1))]
    if not boundary.later:
        reason = _next(place, boundary)
        new = Change(
            kind="reduction",
            post=place.post,
            reason=reason,
            first_day=day,
            last_day=last_of(place, reason, day),
        )
        return [*found, new]
    for n, cut in enumerate(boundary.later, 1):
        last = _moved_end(place, cut, day)
        found.append(_version(place, cut, form, day, last))
        if n < len(boundary.later):
            later = boundary.later[n]
            gap = later.first_day - cut.last_day if cut.last_day else timedelta(1)
            day = (last or day) + gap
    return found


def _moved_end(place: PostRequest, cut: ReductionRecord, first: date) -> date | None:
    """The last day of a stage that begins on another day: as long as it was, if its reason allows."""
    if cut.last_day is None:
        return None
    reason, most = place.reasons[cut.reason], last_of(place, cut.reason, first)
    if reason.longest is not None and cut.last_day > last_of(place, cut.reason, cut.first_day):
        most = last_of_months(first, reason.longest)  # it was longer than usual, as on a route of 21 months
    return min(first + (cut.last_day - cut.first_day), most)


def _version(place: PostRequest, cut: ReductionRecord, form: Any, first: date, last: date | None) -> Change:
    version = form.version_of(_stages(place).index(cut))
    return Change(
        kind="reduction", post=place.post, key=cut.key, version=version, reason=cut.reason,
        hours_micro=cut.hours_micro, percent_x100=cut.percent_x100, first_day=first, last_day=last,
        notes=cut.notes,
    )  # fmt: skip
