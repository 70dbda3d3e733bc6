"""Pages of a night that is kept: show it again, withdraw it, restore it; each says first what will change."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wmt.nights import NightError
from wmt.nights.names import read_name
from wmt.nights.withdrawal import withdrawal_of
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.loads import withdrawal
from wmt.site.loads.jobs import ask_for_deed
from wmt.site.loads.night_effects import effects_of
from wmt.site.web.loads.presenters import when
from wmt.site.workload.day_format import moment_words
from wmt.site.workload.models import Load

_LONGEST = 60


@dataclass(frozen=True)
class Words:
    """What the page of a deed says."""

    title: str
    about: str
    button: str


_WORDS = {
    withdrawal.Deed.SHOW: Words(
        "Show this data again",
        "All pages will show the figures from this data, with the hours and reductions recorded now. "
        "Later data stays in the history. If some of it is wrong, withdraw it instead.",
        "Show this data",
    ),
    withdrawal.Deed.WITHDRAW: Words(
        "Withdraw this data",
        "The data is taken out of the history, as though never loaded. Its folder is kept, and you can "
        "restore it at any time.",
        "Withdraw this data",
    ),
    withdrawal.Deed.RESTORE: Words(
        "Restore this data",
        "The data goes back into the history as it was before it was withdrawn.",
        "Restore this data",
    ),
}


def show(request: HttpRequest, night: str) -> HttpResponse:
    """Showing a night that is kept in place of the one shown now."""
    return _page(request, withdrawal.Deed.SHOW, night)


def withdraw(request: HttpRequest, night: str) -> HttpResponse:
    """Taking a night out of the history."""
    return _page(request, withdrawal.Deed.WITHDRAW, night)


def restore(request: HttpRequest, night: str) -> HttpResponse:
    """Bringing a withdrawn night back."""
    return _page(request, withdrawal.Deed.RESTORE, night)


@require_http_methods(["GET", "HEAD", "POST"])
def _page(request: HttpRequest, deed: withdrawal.Deed, night: str) -> HttpResponse:
    need(request, Action.LOAD)
    name = read_name(night) if len(night) <= _LONGEST else None
    if name is None:
        raise Http404(f"There is no saved data {night}")
    error = ""
    if request.method == "POST":
        wanted = withdrawal.WithdrawalRequest(deed, night, request.POST.get("reason", ""))
        try:
            load = ask_for_deed(wanted=wanted, user=request.user)
        except NightError as fault:
            error = _without_paths(fault)
        else:
            return HttpResponseRedirect(reverse("load", args=[load.pk]))
    try:
        withdrawal.check(withdrawal.WithdrawalRequest(deed, night, "any"))
        effects = effects_of(deed, night)
    except NightError as fault:
        words = _without_paths(fault)
        return render(request, "loads/night.jinja", _context(deed, night, impossible=words), status=409)
    context = _context(deed, night, effects=effects, error=error, reason=request.POST.get("reason", ""))
    return render(request, "loads/night.jinja", context, status=400 if error else 200)


def _context(deed: withdrawal.Deed, night: str, **more: Any) -> dict[str, Any]:
    name = read_name(night)
    assert name is not None
    correction = f", correction {name.revision}" if name.revision else ""
    known = withdrawal_of(settings.CONFIG.nights, night)
    return {
        "words": _WORDS[deed],
        "night": moment_words(name.as_at) + correction,
        "known": f"It was {known.words}." if known and deed == withdrawal.Deed.RESTORE else "",
        "asks_reason": deed == withdrawal.Deed.WITHDRAW,
        "crumbs": [("Loads", reverse("loads"))],
        "impossible": "", "effects": [], "error": "", "reason": "",
        **more,
    }  # fmt: skip


def _without_paths(fault: NightError) -> str:
    said = settings.CONFIG.without_paths(str(fault)).removesuffix(".")
    return f"{said[:1].upper()}{said[1:]}"


def ways_of(load: Load, shown: int | None) -> list[tuple[str, str]]:
    """What can be done with the night of a load, as words and addresses."""
    if not load.night or read_name(load.night) is None:
        return []
    if withdrawal_of(settings.CONFIG.nights, load.night):
        return [("Restore this data", reverse("night-restore", args=[load.night]))]
    if not (settings.CONFIG.nights / load.night).is_dir():
        return []
    ways = [("Withdraw this data", reverse("night-withdraw", args=[load.night]))]
    if load.pk != shown:
        return [("Show this data again", reverse("night-show", args=[load.night])), *ways]
    if former := withdrawal.former_night(load):
        ways.insert(0, ("Show the previous data again", reverse("night-show", args=[former])))
    return ways


def withdrawn_words(load: Load) -> str:
    """That the night of a load is withdrawn, when, by whom and why; empty where it is not."""
    if load.withdrawn_at is None or "deed" in load.order:
        return ""
    return f"Withdrawn on {when(load.withdrawn_at)} by {load.withdrawn_by}: {load.withdrawn_why}"
