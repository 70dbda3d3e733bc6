"""The calculator of tiers. What is entered comes in a form's body, so that no log of addresses has it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wmt.site import tables
from wmt.site.clock import calendar_day
from wmt.site.web.tiers.forms import FORMS, TierForm
from wmt.site.web.tiers.steps import steps_table, tier_words
from wmt.tiering.case_kinds import naming_book
from wmt.tiering.rulebook import AG, TieringError, why_too_early
from wmt.tiering.what_if import what_if


@require_http_methods(["GET", "HEAD", "POST"])
def calculator(request: HttpRequest, scheme: str) -> HttpResponse:
    """The form of a scheme, and below it the tier of what was entered."""
    if scheme not in FORMS:
        raise Http404(
            f"There is no tiering scheme called '{scheme[:20]}'. The page Rules leads to those there are."
        )
    form = (
        FORMS[scheme](request.POST)
        if request.method == "POST"
        else FORMS[scheme](initial={"as_of": calendar_day()})
    )
    found = _worked_out(form, scheme) if request.method == "POST" else None
    context = {
        "form": form,
        "scheme": scheme,
        "is_ag": scheme == AG,
        "found": found,
        "tier_words": tier_words,
        "missing_words": missing_words,
        "crumbs": [("Rules", reverse("rules"))],
    }
    return render(request, "tiers/calculator.jinja", context, status=422 if form.errors else 200)


def _worked_out(form: TierForm, scheme: str) -> dict[str, Any] | None:
    """The tier and its tables; None, with faults on the form, where there is none."""
    if not form.is_valid():
        return None
    if why := why_too_early(scheme, form.cleaned_data["as_of"]):
        form.add_error("as_of", f"Enter a later date: {why}")
        return None
    try:
        case, changes = what_if(form.case(), scheme)
    except TieringError as error:
        form.add_error(None, str(error))
        return None
    return {"case": case, "steps": steps_table(case), "changes": _changes(changes)}


def _changes(changes: list[dict[str, Any]]) -> tables.Table:
    columns = [
        tables.Column(*each, "text")
        for each in (("input", "If this"), ("becomes", "Were"), ("tier", "The tier would be"))
    ]
    rows = [
        tables.Row(
            {
                "input": tables.text(each["input"]),
                "becomes": tables.text(each["becomes"]),
                "tier": tables.text(tier_words(each)),
            }
        )
        for each in changes
    ]
    return tables.Table("changes", "What one change would do", columns, rows)


def missing_words(name: str) -> str:
    """The name of an input that was not given, as a person reads it."""
    known = {
        "rsr": "RSR score", "ogrs": "OGRS score", "rosh": "RoSH",
        "convictions": "Mandate for change", "earlier_breach_or_recall": "Earlier breach or recall",
        "sexual_offence_ever": "Sexual offence at any time", "latest_release_date": "Latest release date",
        "predictors.arp": "ARP", "predictors.csrp": "CSRP", "predictors.dc_srp": "DC-SRP",
        "predictors.arp.type": "Whether ARP is static or dynamic",
        "predictors.csrp.type": "Whether CSRP is static or dynamic", "predictors.dc_srp.band": "DC-SRP band",
    }  # fmt: skip
    sections = {f"assessment.needs.{section.key}": section.name for section in naming_book().sections}
    return (known | sections).get(name) or name.rpartition(".")[2].replace("_", " ").capitalize()
