"""The list of loads, and the page of one: its progress while it is under way, then its import report."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from wmt.nights import NightError, open_night
from wmt.nights.withdrawal import folder_of
from wmt.site.accounts import access
from wmt.site.accounts.roles import Action
from wmt.site.loads import held as held_loads
from wmt.site.loads.jobs import accept_held
from wmt.site.loads.reports import Cells
from wmt.site.web.loads import held, presenters
from wmt.site.web.loads.carry_over_link import ways_left
from wmt.site.web.loads.withdraw import ways_of, withdrawn_words
from wmt.site.workload.models import Current, Load

_LARGEST = 2**63 - 1
_UNDER_WAY = (Load.State.WAITING, Load.State.RUNNING)


@require_safe
def loads(request: HttpRequest) -> HttpResponse:
    """All loads, newest first."""
    access.need_whole(request, Action.READ_LOADS)
    table = presenters.loads_table(Load.objects.order_by("-pk"), _shown(), request.GET)
    return render(
        request, "loads/loads.jinja", {"table": table, "may_load": access.may(request.user, Action.LOAD)}
    )


@require_safe
def load(request: HttpRequest, number: int) -> HttpResponse:
    return load_page(request, number)


def load_page(
    request: HttpRequest, number: int, form: held.DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of a load; with the form of a decision that could not be taken."""
    access.need_whole(request, Action.READ_LOADS)
    found = _load(number)
    context = {
        "load": found,
        "name": f"Load {found.pk}",
        "crumbs": [("Loads", reverse("loads"))],
        "may_load": access.may(request.user, Action.LOAD),
    }
    if found.state in _UNDER_WAY:
        return render(request, "loads/under_way.jinja", context | {"progress": presenters.progress(found)})
    shown, cells = _shown(), Cells.of(request.user)
    filters = presenters.faults_filters(found, request.GET)
    report = {
        "how_it_ended": presenters.state_words(found, shown),
        "is_good": found.state in (Load.State.LOADED, Load.State.UNCHANGED, Load.State.DONE),
        "outcome": presenters.outcome(found, shown),
        "facts": presenters.facts(found),
        "night": night_words(found, every_byte=request.GET.get("check") == "night"),
        "former": _former(found),
        "ways": ways_of(found, shown) if access.may(request.user, Action.LOAD) else [],
        "withdrawn": withdrawn_words(found),
        "sheets": presenters.sheets_table(found),
        "kinds": presenters.groups_table(found, request.GET, cells),
        "faults": presenters.faults_table(found, request.GET, filters, cells, ways_left(request, found)),
        "aside": presenters.aside_table(found, request.GET, cells),
        "compared": held.tables(found),
        "decided": held.decided(found),
        "is_held": found.state == Load.State.HELD,
        "form": form or held.DecisionForm(),
        "filters": filters,
        "narrowed": any(map(filters.chosen, filters.fields)),
    }
    return render(request, "loads/load.jinja", context | report, status=status)


@require_POST
def load_decide(request: HttpRequest, number: int) -> HttpResponse:
    """Accept a held night, or reject it."""
    access.need(request, Action.LOAD)
    form = held.DecisionForm(request.POST)
    if not form.is_valid():
        return load_page(request, number, form, status=422)
    reason = form.cleaned_data["reason"]
    try:
        if form.cleaned_data["decision"] == "accept":
            accept_held(number, reason=reason, user=request.user)
        else:
            held_loads.reject(number, reason=reason, who=str(request.user), user=request.user)
            messages.success(request, f"Load {number} has been rejected. The figures shown have not changed.")
    except held_loads.CannotDecideError as error:
        form.add_error("reason", str(error))
        return load_page(request, number, form, status=409)
    return HttpResponseRedirect(reverse("load", args=[number]))


@require_safe
def load_progress(request: HttpRequest, number: int) -> HttpResponse:
    """The part of a load's page that says how far it is; done loads have the whole page fetched anew."""
    access.need_whole(request, Action.READ_LOADS)
    found = _load(number)
    if found.state not in _UNDER_WAY:
        return HttpResponseClientRefresh()
    return render(request, "loads/progress.jinja", {"load": found, "progress": presenters.progress(found)})


def night_words(found: Load, *, every_byte: bool = False) -> dict[str, Any] | None:
    """Whether the night of a load is there and whole, in words; None where it has none."""
    if not found.night:
        return None
    path = settings.CONFIG.nights / found.night
    if found.withdrawn_at is not None:
        path = folder_of(settings.CONFIG.nights) / found.night
    try:
        night = open_night(path)
        missing = [name for name in night.manifest.files if not (path / name).is_file()]
        wrong = night.damage() if every_byte else missing
    except NightError as error:
        return {"name": found.night, "is_good": False, "words": str(error), "checked": every_byte}
    except OSError as error:
        words = f"The folder cannot be read ({error.strerror}). Contact support."
        return {"name": found.night, "is_good": False, "words": words, "checked": every_byte}
    if wrong:
        words = (
            f"Missing or changed: {', '.join(wrong)}. Restore the folder from a backup. "
            "The figures on the pages are not affected."
        )
    elif every_byte:
        words = "Complete and unchanged."
    else:
        words = "All its files are present."
    return {"name": found.night, "is_good": not wrong, "words": words, "checked": every_byte}


def _former(found: Load) -> Load | None:
    """For a load that had nothing to do: the one that did it, whose report says what was in the input."""
    if found.state != Load.State.UNCHANGED:
        return None
    earlier = Load.objects.filter(night=found.night, state=Load.State.LOADED, pk__lt=found.pk)
    return earlier.order_by("-pk").first()


def _load(number: int) -> Load:
    found = Load.objects.filter(pk=number).first() if number <= _LARGEST else None
    if found is None:
        raise Http404(f"There is no load {number}")
    return found


def _shown() -> int | None:
    return Current.objects.values_list("load_id", flat=True).first()
