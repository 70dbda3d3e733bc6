"""Forms about the grade of a post: correct it from a day on, end the correction, withdraw it."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from wmt.facts import GRADES
from wmt.site.availability.change_requests import Change
from wmt.site.availability.models import Grade
from wmt.site.web.availability import form_flow, post_hours
from wmt.site.web.availability.forms import GradeEndForm, GradeForm
from wmt.site.web.availability.post_request import editable

_NAMES = {"TPO": "TPO, on screen often PQiP", "DMY": "DMY, a dummy post"}


@post_hours.form_methods
def grade_new(request: HttpRequest, code: str) -> HttpResponse:
    """Another grade than the extract's from a day on."""
    place = editable(request, code)
    page = form_flow.Page(
        title="Correct the grade",
        template="availability/post_grade.jinja",
        changes=lambda form: [
            Change(
                kind="grade",
                post=place.post,
                grade=form.cleaned_data["grade"],
                first_day=form.cleaned_data["first_day"],
            )
        ],
        save="Save the grade",
        words={
            "grades": [(grade, _NAMES.get(grade, grade)) for grade in GRADES],
            "supplied": place.unit.supplied_grade or place.unit.grade,
            "said": "",
        },
    )
    return form_flow.edit(place, GradeForm(post_hours.sent(request)), page)


@post_hours.form_methods
def grade_end(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """The last day of a correction: from the next the extract's grade counts again."""
    place = editable(request, code)
    record = place.standing("grade", key)
    assert isinstance(record, Grade)
    form = GradeEndForm(
        post_hours.sent(request),
        initial={"version": form_flow.versions([record]), "last_day": record.last_day},
    )

    def changes(form: Any) -> list[Change]:
        typed = {
            "grade": record.grade,
            "first_day": record.first_day,
            "last_day": form.cleaned_data["last_day"],
        }
        return [form_flow.keyed(form, Change(kind="grade", post=place.post, **typed), record)]

    page = form_flow.Page(
        title="End the correction of the grade",
        template="availability/post_grade.jinja",
        changes=changes,
        save="Save the end",
        records=[record],
        words={
            "grades": [],
            "supplied": place.unit.supplied_grade or place.unit.grade,
            "said": post_hours.record_words(place, record),
        },
    )
    return form_flow.edit(place, form, page)


@post_hours.form_methods
def grade_withdraw(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Asks before a correction of the grade is withdrawn."""
    return post_hours.withdraw(request, code, "grade", key, "Delete this correction of the grade?")
