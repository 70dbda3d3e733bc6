"""Entering figures that people counted for agreements of a unit, and what was entered."""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from wmt.agreements import reading
from wmt.agreements.collected import CollectedRow, is_number, read_rows
from wmt.days import written
from wmt.facts import NOT_KNOWN
from wmt.site import tables
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.agreements import counted
from wmt.site.agreements.models import CountedFigure
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import counted_figures as action
from wmt.site.date_field import DayField
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries.unit_request import UnitRequest, question_of
from wmt.site.shown import needed_state
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted as in_words

#: No file of counts is larger.
_MOST_BYTES = 200_000
_BETWEEN = re.compile(r"[;\s]+")
_HINT = "A number each. If several people counted, write their numbers with a space between."


class _Place(NamedTuple):
    """One figure of one unit, as the form asks for it."""

    name: str  # of the field
    code: str
    unit: str
    words: str
    figure: str
    last: CountedFigure | None


class CountsForm(RefusableForm):
    """Counts of a day: a field for each figure of the unit and of those below it, or a file."""

    key = forms.CharField(required=False, max_length=64)
    counted_on = DayField("the day of the count")
    sure = forms.BooleanField(required=False)
    file = forms.FileField(required=False)

    def __init__(self, *args: Any, places: Sequence[_Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        for place in places:
            self.fields[place.name] = forms.CharField(required=False, max_length=400)

    def clean(self) -> dict[str, Any]:
        """The counts as `rows`, where nothing is wrong with them."""
        cleaned: dict[str, Any] = super().clean() or {}
        typed = []
        for place in self.places:
            values = [value for value in _BETWEEN.split(cleaned.get(place.name, "")) if value]
            if wrong := [value for value in values if not is_number(value)]:
                said = f"{place.unit}: ‘{wrong[0]}’ is no count. Enter digits, such as 4 or 2.5"
                self.add_error(place.name, said)
            typed += [CollectedRow("", place.code, place.figure, value) for value in values]
        file = cleaned.get("file")
        if file is not None and typed:
            self.add_error("file", "Enter the counts here or upload a file, not both")
        elif file is not None and file.size > _MOST_BYTES:
            self.add_error("file", f"The file is larger than {_MOST_BYTES // 1000} KB. Upload a smaller one")
        elif file is not None:
            typed = self._of_file(file)
        cleaned["rows"] = typed
        return cleaned

    def _of_file(self, file: Any) -> list[CollectedRow]:
        try:
            return read_rows(file.read().decode("utf-8-sig"), file.name)
        except UnicodeDecodeError:
            self.add_error("file", "The file is not text in UTF-8. Save it as CSV in UTF-8")
        except reading.PackError as error:
            for line in str(error).splitlines():
                self.add_error("file", line)
        return []


@require_http_methods(["GET", "HEAD", "POST"])
def counts_page(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """The form, and the counts that hold. Raises Denied, InThePast and UnknownUnit."""
    need(request, Action.ENTER_COUNTS)
    state, unit = needed_state(request).of_now(), question_of(request, level, code).unit
    action.need_enter(request.user, unit, state)
    places = _places(request.user, state, unit)
    if request.method != "POST":
        first = {"key": uuid.uuid4().hex, "counted_on": state.day}
        return _form(request, state, unit, CountsForm(initial=first, places=places))
    form = CountsForm(request.POST, request.FILES, places=places)
    if not form.is_valid():
        return _form(request, state, unit, form, status=422)
    told = form.cleaned_data
    wanted = action.CountRequest(
        level=level, code=code, counted_on=told["counted_on"], rows=told["rows"], sure=told["sure"],
        key=told["key"],
    )  # fmt: skip
    try:
        rows, is_new = action.enter(actor=request.user, unit=unit, state=state, wanted=wanted)
    except RefusedError as refused:
        form.refuse(refused.faults)
        asks = {fault.code for fault in refused.faults} == {"UNLIKELY"}
        return _form(request, state, unit, form, asks=asks, status=422)
    done = f"{in_words(len(rows), 'figure')} entered, counted on {written(rows[0].counted_on)}."
    messages.success(request, done if is_new else f"This was sent twice. {done}")
    return HttpResponseRedirect(unit_url(level, code, "agreements"))


@require_POST
def count_withdrawn(request: HttpRequest, number: int) -> HttpResponse:
    """Takes a count back. Raises UnknownCount, Denied and InThePast."""
    need(request, Action.ENTER_COUNTS)
    row, state = counted.find(number), needed_state(request).of_now()
    try:
        action.withdraw(actor=request.user, number=number, state=state)
    except ConflictError as conflict:
        messages.error(request, f"{conflict}.")
    else:
        messages.success(request, "The count was taken back. The one before it holds, if there is one.")
    return HttpResponseRedirect(reverse("agreement-counts", args=[row.level, row.code]))


def counts_table(
    question: UnitRequest, below: Sequence[Unit], asked: Mapping[str, counted.AskedFigure]
) -> tables.Table | None:
    """What people counted of what is asked for the unit and those below it, and what nobody has counted;
    None where nothing of them is asked."""
    places = _places_of(question.state, question.unit, below, asked)
    if not places:
        return None
    columns = [
        tables.Column("unit", "Who or where"),
        tables.Column("figure", "What is counted", "words"),
        tables.Column("value", "Counted"),
        tables.Column("on", "On", "date"),
        tables.Column("who", "Entered by"),
    ]
    made = [
        tables.Row(
            {
                "unit": tables.text(place.unit),
                "figure": tables.text(place.words),
                "value": tables.text(values_words(place.last) if place.last else "nobody has counted it"),
                "on": tables.day(place.last.counted_on if place.last else None),
                "who": tables.text(staff_names.person(place.last.who) if place.last else ""),
            }
        )
        for place in places
    ]
    return tables.Table(
        "agreements-counted", "Figures that people count", columns, made, prefix="agreements-counted-"
    )


def enter_href(question: UnitRequest) -> str:
    """Where counts of the unit are entered; empty for who may not."""
    unit, state = question.unit, question.state
    may = state.as_of is None and action.may_enter(question.user, unit, state)
    return reverse("agreement-counts", args=[unit.level, unit.code]) if may else ""


def values_words(row: CountedFigure) -> str:
    """A count as people read it: one number, or those of several people."""
    return ", ".join(row.values)


def _places(user: Any, state: State, unit: Unit) -> list[_Place]:
    """The figures that somebody may enter for a unit and those directly below it."""
    below = _below(state, unit)
    mine = [each for each in below if action.may_enter(user, each, state)]
    return _places_of(state, unit, mine, counted.asked(unit, state))


def _below(state: State, unit: Unit) -> list[Unit]:
    if unit.level == "post":
        return []
    level = units.child_level(unit.level)
    found = units.everybody(state, unit) if level == "post" else units.below(state, unit, level)
    return [each for each in found if each.code != NOT_KNOWN]


def _places_of(
    state: State, unit: Unit, below: Sequence[Unit], asked: Mapping[str, counted.AskedFigure]
) -> list[_Place]:
    found = list[_Place]()
    for of_level in ([unit], below):
        if not of_level:
            continue
        level = of_level[0].level
        wanted = [figure for figure in asked.values() if level in figure.levels]
        held = counted.of_units(state, level, [each.code for each in of_level]) if wanted else {}
        for each in of_level:
            name = staff_names.shown(each.name, each.code) if level == "post" else each.name
            found += [
                _Place(
                    f"count-{each.code}-{figure.name}",
                    each.code,
                    name,
                    figure.words,
                    figure.name,
                    held.get(each.code, {}).get(figure.name),
                )
                for figure in wanted
            ]
    return found


def _form(
    request: HttpRequest, state: State, unit: Unit, form: CountsForm, *, asks: bool = False, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "unit": unit,
        "asks": asks,
        "places": form.places,
        "first": form.places[0].name if form.places else "file",
        "hint": _HINT,
        "values_words": values_words,
        "written": written,
        "person": staff_names.person,
        "deeper": (
            deeper := [each for each in counted.asked(unit, state).values() if _is_deeper(each, unit)]
        ),
        "below": _below(state, unit) if deeper else [],
        "crumbs": [(unit.name, unit_url(unit.level, unit.code, "agreements"))],
    }
    return render(request, "agreements/counts.jinja", context, status=status)


def _is_deeper(figure: counted.AskedFigure, unit: Unit) -> bool:
    """Whether a figure is counted for units further down than those on the page: a file may have them."""
    further = units.levels_below(unit.level)[1:]
    return any(level in further for level in figure.levels)
