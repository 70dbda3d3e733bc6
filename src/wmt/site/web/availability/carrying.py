"""Carrying over what is entered for a post that is gone: to which post, what comes of it, and doing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wmt.site import tables
from wmt.site.accounts.access import may, need
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.availability import records
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.availability.withheld import without_reason
from wmt.site.changes import carry_over, carry_rights
from wmt.site.figures import units
from wmt.site.query_form import QueryForm
from wmt.site.shown import needed_state
from wmt.site.web.availability import effect_panel, post_request
from wmt.site.web.availability.forms import WhyField
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

WORDS = "Move these records"


class CarryToForm(QueryForm):
    """The code of the post that records go to, where it is none of those on offer."""

    other = forms.CharField(required=False)


class CarryForm(forms.Form):
    """Why, and what was shown when the form was opened."""

    shown = forms.CharField(required=False, max_length=64)
    why = WhyField()


@dataclass(frozen=True)
class Carrying:
    """Records of one post that is gone on their way to another, in one request."""

    place: post_request.PostRequest
    old: records.Post

    @cached_property
    def reads(self) -> bool:
        """Whether who asks may read the reasons."""
        return carry_over.reads_reasons(self.place.user, self.old, self.place.post, self.place.state)

    def look(self) -> carry_over.CarryOverPreview:
        """What it would do. Raises ConflictError and RefusedError."""
        return carry_over.look(self.old, self.place.post, self.place.state)

    def panel(self, found: carry_over.CarryOverPreview) -> effect_panel.EffectPanel:
        """The records, and figures before and after; or what stands in the way."""
        checked = found.checked
        if wrong := carry_over.told([*checked.conflicts, *checked.faults], reads=self.reads):
            return effect_panel.EffectPanel(
                missing=[each.message for each in wrong], shown=[one for f in wrong for one in f.shown]
            )
        after = checked.after.get(self.place.post, records.PostRecords())
        entries = [entry for entry in checked.entries if entry is not None]
        return effect_panel.EffectPanel(
            days=effect_panel.days_of(found.effects, self.place.state),
            entered=[self._said(entry, after) for entry in entries],
            warnings=[each.message for each in carry_over.told(checked.warnings, reads=self.reads)],
        )

    def _said(self, entry: Any, after: records.PostRecords) -> str:
        if isinstance(entry, records.ReductionRecord) and not self.reads:
            entry = without_reason(entry, post_request.contracted_of(entry, after, self.place))
        return effect_panel.said(entry, after, self.place)


def carry_href(old: records.Post, new: records.Post | None = None) -> str:
    """The address at which the records of a post that is gone are carried over."""
    query = {"from": ":".join(old), **({"to": ":".join(new)} if new else {})}
    return f"{reverse('carry-over')}?{urlencode(query)}"


@require_http_methods(["GET", "HEAD", "POST"])
def carry_over_page(request: HttpRequest) -> HttpResponse:
    """All records left behind; with `from` the choice of a post; with `to` too the effect, and doing it.

    Raises Denied and InThePast.
    """
    need(request, Action.EDIT_AVAILABILITY)
    state = needed_state(request)
    if "from" not in request.GET:
        if request.method == "POST":
            raise Http404("no post was named")
        return _list(request, state)
    code = request.GET["from"]
    team, separator, staff = code.strip().replace("\0", "").partition(":")
    if not team or not staff or not separator or len(code) > 600:
        return _list(request, state, f"‘{code[:60]}’ is not the code of a post. Choose one of these posts")
    old = team, staff
    new = (request.GET.get("other") or request.GET.get("to") or "").strip()
    if not new:
        carry_rights.need_leaving(request.user, old, state)
        asked = "other" in request.GET
        return _choice(request, state, old, "Choose a post, or enter its code" if asked else "")
    try:
        place = post_request.place_of(request, new)
    except units.UnknownUnit:
        carry_rights.need_leaving(request.user, old, state)
        return _choice(request, state, old, f"There is no post {new[:60]} in the figures shown")
    carry_rights.need_carrying(request.user, old, place.post, state)
    carrying = Carrying(place, old)
    return _posted(carrying) if request.method == "POST" else _page(carrying, CarryForm())


def targets(state: State, user: User, old: records.Post) -> list[Unit]:
    """The posts of the same staff code to which somebody may carry records over."""
    posts = units.seen(state, user, "post").filter(staff_code=old[1])
    allowed = Action.EDIT_AVAILABILITY
    return [post for post in posts if may(user, allowed, level="post", code=post.code, state=state)]


def _list(request: HttpRequest, state: State, error: str = "") -> HttpResponse:
    leaving = carry_rights.Leaving(request.user, state)
    found = carry_over.left_behind(state)
    rows = [
        tables.Row(
            {
                "post": tables.text(":".join(post)),
                "records": tables.count(number),
                "way": tables.Value(None, WORDS, carry_href(post)),
            }
        )
        for post, number in sorted(found.items())
        if leaving(post)
    ]
    columns = (tables.Column("post", "Previous post", "code"), tables.Column("records", "Records", "count"),
               tables.Column("way", "What you can do"))  # fmt: skip
    empty = "There are no records to move at posts where you can enter hours and reductions."
    table = tables.Table(
        "left", "Posts no longer in the extract, with current records", columns, rows, empty=empty
    )
    context = {"table": tables.arranged(table, request), "error": error}
    return render(request, "availability/left_behind.jinja", context, status=422 if error else 200)


def _choice(request: HttpRequest, state: State, old: records.Post, error: str = "") -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    form = CarryToForm(request.GET)
    if error:
        form.add_error("other", error)
    known = [(post.code, f"{post.name}, {post.grade}, {post.code}") for post in targets(state, user, old)]
    context = {
        "old": ":".join(old),
        "number": carry_over.left_behind(state, old[1]).get(old, 0),
        "targets": known,
        "form": form,
        "crumbs": [("Records to move", reverse("carry-over"))],
    }
    return render(request, "availability/carry_choice.jinja", context, status=422 if error else 200)


def _posted(carrying: Carrying) -> HttpResponse:
    place, form = carrying.place, CarryForm(carrying.place.request.POST)
    if not form.is_valid():
        return _page(carrying, form, status=422)
    typed = form.cleaned_data
    try:
        saved = carry_over.carry_over(
            carrying.old, place.post, user=place.user, why=typed["why"], seen=typed["shown"] or "nothing"
        )
    except ConflictError as conflict:
        return _conflict(carrying, form, conflict)
    except RefusedError as refused:
        return _page(
            carrying,
            form,
            [each.message for each in carry_over.told(refused.faults, reads=carrying.reads)],
            422,
        )
    effects = carry_over.effects_at(place.post, saved.checked, place.state)
    number = len(saved.entries) // 2
    done = f"{number} {'record was' if number == 1 else 'records were'} moved. "
    messages.success(
        place.request, done + effect_panel.saved_words(effects, place.state).removeprefix("Saved. ")
    )
    for fault in carry_over.told(saved.warnings, reads=carrying.reads):
        messages.warning(place.request, fault.message)
    return HttpResponseRedirect(place.href)


def _conflict(carrying: Carrying, form: CarryForm, conflict: ConflictError) -> HttpResponse:
    """Done already, as by a second click: the post's page says so. Anything else is shown anew."""
    place = carrying.place
    at = carry_over.carried_to(carrying.old)
    if conflict.faults[0].code == "ALREADY_CARRIED" and at is not None and at.post == place.post:
        messages.info(place.request, f"These records have already been moved. {conflict.faults[0].message}.")
        return HttpResponseRedirect(place.href)
    wrong = [each.message for each in carry_over.told(conflict.faults, reads=carrying.reads)]
    return _page(
        carrying,
        form,
        [f"{wrong[0].rstrip('.')}. Nothing was moved.", *wrong[1:]],
        409,
    )


def _page(carrying: Carrying, form: CarryForm, wrong: Sequence[str] = (), status: int = 200) -> HttpResponse:
    """The records, the effect, and the form; where it cannot be done, only why."""
    place, found, impossible = carrying.place, None, ""
    try:
        found = carrying.look()
    except RefusedError as refused:
        impossible = ". ".join(each.message for each in carry_over.told(refused.faults, reads=carrying.reads))
    effect = carrying.panel(found) if found else None
    context = {
        "place": place,
        "unit": place.unit,
        "crumbs": place.crumbs,
        "old": ":".join(carrying.old),
        "other_staff": carrying.old[1] != place.post[1],
        "change_href": carry_href(carrying.old),
        "form": form,
        "wrong": wrong,
        "impossible": "" if wrong and impossible else impossible,
        "effect": effect,
        "can_save": effect is not None and not effect.missing,
        "shown": found.mark if found else "",
    }
    return render(place.request, "availability/carry_over.jinja", context, status=status)
