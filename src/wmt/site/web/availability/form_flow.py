"""What all forms about a post do: show the effect before anything is saved, save, and lose no word typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from wmt.site.availability import change_requests
from wmt.site.availability.labels import day_words, entry_words
from wmt.site.availability.models import OfPost
from wmt.site.availability.queries import as_entry
from wmt.site.changes import actions
from wmt.site.web.availability import effect_panel
from wmt.site.web.availability.entered_by import moment, name_of
from wmt.site.web.availability.forms import ChangeForm
from wmt.site.web.availability.post_request import PostRequest

SAVE = "save"
Form = Any  # a ChangeForm: each page's own


@dataclass(frozen=True, kw_only=True)
class Page:
    """One form: its words, its template, what its fields come to, and the records it changes.

    `field_of` names the form's field for a fault of one of several changes; empty: as the form has it.
    """

    title: str
    template: str
    changes: Callable[[Form], list[change_requests.Change]]
    save: str = "Save"
    records: Sequence[OfPost] = ()
    field_of: Callable[[change_requests.ChangeFault], str] | None = None
    words: Mapping[str, Any] = field(default_factory=dict)
    effect: effect_panel.EffectPanel | None = None  # what is known before anything is typed
    takes_away: bool = False  # the button that does it is red
    can_renew: bool = False  # what is withdrawn meanwhile may be entered as a record of its own


@dataclass(frozen=True)
class Conflict:
    """What somebody else made of a record since the form was opened."""

    by: str
    when: str
    why: str
    now: str
    is_gone: bool


def versions(records: Sequence[OfPost]) -> str:
    return ",".join(str(record.version) for record in records)


def edit(place: PostRequest, form: ChangeForm, page: Page) -> HttpResponse:
    """Shows a form, its effect, or saves it. Raises Denied."""
    request = place.request
    if request.method != "POST":
        return _gone(place, form, page) or _shown(place, form, page)
    is_part = request.headers.get("HX-Request") == "true"
    if is_part or request.POST.get("do") != SAVE:
        form.fields["why"].required = False  # the reason is for the history: looking writes none
    if not form.is_valid():
        return (
            _part(
                place,
                effect_panel.EffectPanel(
                    missing=[str(message) for faults in form.errors.values() for message in faults]
                ),
            )
            if is_part
            else _shown(place, form, page, status=422)
        )
    changes = page.changes(form)
    preview = actions.preview(changes=changes, state=place.state, actor=place.user)
    if is_part:
        return _part(place, effect_panel.panel(place, preview))
    if preview.checked.conflicts:
        return _conflict(place, form, page)
    if preview.checked.faults:
        return _refused(place, form, page, preview.checked.faults)
    if request.POST.get("do") != SAVE:
        return _shown(place, form, page, effect=effect_panel.panel(place, preview))
    return _save(place, form, page, changes)


def _save(
    place: PostRequest, form: ChangeForm, page: Page, changes: Sequence[change_requests.Change]
) -> HttpResponse:
    try:
        saved = actions.save(actor=place.user, changes=changes, why=form.cleaned_data["why"])
    except change_requests.ConflictError:
        return _conflict(place, form, page)
    except change_requests.RefusedError as refused:
        return _refused(place, form, page, refused.faults)
    messages.success(place.request, effect_panel.saved_words(saved.effects, place.state))
    after = PostRequest(place.request, place.state, place.unit).plan
    gaps = effect_panel.new_gaps(place.plan, after, place)
    for said in [fault.said for fault in saved.warnings] + gaps:
        messages.warning(place.request, said)
    return HttpResponseRedirect(place.href)


def _refused(
    place: PostRequest, form: ChangeForm, page: Page, faults: Sequence[change_requests.ChangeFault]
) -> HttpResponse:
    """The form again, each fault on its field; records that stand in the way are listed."""
    for fault in faults:
        where = page.field_of(fault) if page.field_of else ""
        form.say(where or fault.field, fault.message)
    shown = [record for fault in faults for record in fault.shown]
    return _shown(place, form, page, shown=shown, status=422)


def _conflict(place: PostRequest, form: ChangeForm, page: Page) -> HttpResponse:
    """What was typed stays; what the records say now stands above it, and saving again means it."""
    now = [place.standing(record._meta.model_name or "", record.key) for record in page.records]
    moved = [record for n, record in enumerate(now) if record.version != form.version_of(n)]
    data = place.request.POST.copy()
    data["version"] = versions(now)
    if page.can_renew and any(record.withdrawn for record in now):
        data["anew"] = "on"
    form.data = data
    return _shown(place, form, page, conflicts=[_told(place, record) for record in moved], status=409)


def _gone(place: PostRequest, form: ChangeForm, page: Page) -> HttpResponse | None:
    """Of a record that was withdrawn before the form was opened: the same, before anything is typed."""
    gone = [record for record in page.records if record.withdrawn]
    if not gone:
        return None
    form.initial = {**form.initial, "anew": page.can_renew}
    return _shown(place, form, page, conflicts=[_told(place, record) for record in gone])


def _told(place: PostRequest, record: OfPost) -> Conflict:
    now = entry_words(as_entry(record), place.names)
    return Conflict(name_of(record), moment(record.recorded_at), record.why, now, record.withdrawn)


def keyed(form: ChangeForm, change: change_requests.Change, record: OfPost) -> change_requests.Change:
    """A change of a record that is there, or of one of its own where that one was withdrawn."""
    if form.cleaned_data["anew"] and not change.withdraw:
        return change
    return replace(change, key=record.key, version=form.version_of(0))


def _part(place: PostRequest, effect: effect_panel.EffectPanel) -> HttpResponse:
    return render(place.request, "availability/post_effect.jinja", {"effect": effect, "place": place})


def _shown(
    place: PostRequest,
    form: ChangeForm,
    page: Page,
    *,
    effect: effect_panel.EffectPanel | None = None,
    conflicts: Sequence[Conflict] = (),
    shown: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    context = {
        "place": place,
        "unit": place.unit,
        "crumbs": place.crumbs,
        "form": form,
        "page": page,
        "effect": effect or page.effect,
        "conflicts": conflicts,
        "can_save": page.can_renew or not any(told.is_gone for told in conflicts),
        "shown": shown,
        "today": day_words(place.state.day),
        **page.words,
    }
    return render(place.request, page.template, context, status=status)
