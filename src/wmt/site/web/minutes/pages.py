"""The what-if on minutes: all changes stand in its address. Nothing is saved and no figure moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from wmt import rules
from wmt.ledger import OMIC, LedgerError
from wmt.nights import NightError
from wmt.rules import RuleSet, what_if
from wmt.site import tables
from wmt.site.accounts.access import NATION, home_of, may
from wmt.site.accounts.roles import Action
from wmt.site.figures import units
from wmt.site.plans import access
from wmt.site.queries import other_rules
from wmt.site.queries.rules_on_day import rules_at
from wmt.site.shown import needed_state
from wmt.site.web.minutes import forms
from wmt.site.web.minutes import tables as shown
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of

#: So many changes stand in an address, at most.
MOST = 60


@dataclass(frozen=True)
class AskedWhatIf:
    """What an address asks for: the figures, a unit, whether the change is for that unit only, the changes.

    `ignored` says what of the address makes no sense.
    """

    state: State
    unit: Unit
    only: bool
    values: dict[str, Decimal]
    ignored: tuple[str, ...] = ()

    @property
    def base(self) -> RuleSet:
        """The rules in force on the day of the figures."""
        return rules_at(self.state.rules_date)

    def query(self, values: Mapping[str, Decimal] | None = None, unit: Unit | None = None) -> str:
        """The query of the same what-if with other changes or of another unit."""
        at = unit or self.unit
        kept = self.values if values is None else values
        fields = [("level", at.level), ("code", at.code), *([("only", "yes")] if self.only else [])]
        return urlencode([*fields, *(("c", f"{path}={number}") for path, number in kept.items())])

    def href(self, values: Mapping[str, Decimal] | None = None, unit: Unit | None = None) -> str:
        """The address of the same what-if with other changes or of another unit."""
        return f"{reverse('rules-what-if')}?{self.query(values, unit)}"


def asked_by(request: HttpRequest, query: QueryDict) -> AskedWhatIf:
    """What a query asks for. Raises NoDataYet and UnknownUnit."""
    state, user = needed_state(request), request.user
    level, code = query.get("level", ""), query.get("code", "")
    if level not in units.DOWN:
        level, code = home_of(user, state)
    unit = units.find(state, user, level, code)  # type: ignore[arg-type]
    known, values, ignored = forms.words_of(rules_at(state.rules_date)), {}, []
    if len(query.getlist("c")) > MOST:
        ignored.append(f"There can be {MOST} changes at most. Those after the first {MOST} were ignored")
    for each in query.getlist("c")[:MOST]:
        path, _, typed = each.partition("=")
        try:
            number = Decimal(typed)
        except InvalidOperation:
            number = Decimal("NaN")
        if path in known and number.is_finite():
            values[path] = number
        else:
            ignored.append("A change in the address is not one that can be made here, and was ignored")
    return AskedWhatIf(state, unit, query.get("only") == "yes", values, tuple(dict.fromkeys(ignored)))


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The what-if: what is changed, what more can be, and what it comes to. Raises NoDataYet, UnknownUnit."""
    asked = asked_by(request, request.GET)
    way = request.GET.get("way", "")
    known = {
        each: forms.MinutesForm(each, asked.base, request.GET if each == way else None) for each in forms.WAYS
    }
    faults = [("", words) for words in asked.ignored]
    if sent := known.get(way):
        if sent.is_valid():
            longer = {**asked.values, **sent.values(asked.values)}
            wrong = _faults(asked, longer)
            if not wrong:
                return HttpResponseRedirect(asked.href(longer))
            sent.add_error(next(iter(sent.fields)), wrong)
        faults += [(f"{way}-{name}", str(texts[0])) for name, texts in sent.errors.items()]
    found, wrong = _tried(asked)
    if wrong:
        faults.append(("", wrong))
    context = {
        "asked": asked,
        "forms": known.values(),
        "open": way,
        "errors": faults,
        "changes": shown.changes(asked.base, asked.values, lambda path: asked.href(_without(asked, path))),
        "found": found,
        **_effect(request, asked, found),
        "proposes": uuid4().hex if found and _proposes(request) else "",
        "plans": [(str(row.pk), row.name) for row in access.own(request.user)] if found else [],
        "crumbs": [("Rules", reverse("rules"))],
    }
    return render(request, "minutes/what_if.jinja", context, status=200)


@require_safe
def overlay_file(request: HttpRequest) -> HttpResponse:
    """The what-if as an overlay: the changes, the hours they make, and the points of these."""
    asked = asked_by(request, request.GET)
    found, wrong = _tried(asked)
    if found is None or not found.tiers:
        return HttpResponse(
            f"{wrong or 'Nothing differs, so there is no overlay to download'}.\n", status=422,
            content_type="text/plain; charset=utf-8",
        )  # fmt: skip
    text = what_if.overlay_text("What-if on minutes", reference(asked), found.overlay_values)
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="what-if-on-minutes.yaml"'
    return answer


def _proposes(request: HttpRequest) -> bool:
    level, code = NATION
    return may(request.user, Action.PROPOSE_RULES, level=level, code=code)


def reference(asked: AskedWhatIf) -> str:
    """In a sentence what a what-if changes."""
    words = forms.words_of(asked.base)
    return "; ".join(f"{words[path][0]}: {number}" for path, number in asked.values.items())


def tried(asked: AskedWhatIf) -> what_if.WhatIf:
    """What the changes come to. Raises RulesError."""
    return what_if.what_if(rules.load(), asked.base, asked.values)


def _tried(asked: AskedWhatIf) -> tuple[what_if.WhatIf | None, str]:
    if not asked.values:
        return None, ""
    try:
        return tried(asked), ""
    except rules.RulesError as error:
        return None, _said(error)


def _faults(asked: AskedWhatIf, values: Mapping[str, Decimal]) -> str:
    if len(values) > MOST:
        return f"There can be {MOST} changes at most. Take some back first"
    try:
        what_if.what_if(rules.load(), asked.base, values)
    except rules.RulesError as error:
        return _said(error)
    return ""


def _said(error: rules.RulesError) -> str:
    return "; ".join(f"This value {fault.message}" for fault in error.faults)


def _without(asked: AskedWhatIf, path: str) -> dict[str, Decimal]:
    return {each: number for each, number in asked.values.items() if each != path}


def _effect(request: HttpRequest, asked: AskedWhatIf, found: what_if.WhatIf | None) -> dict[str, Any]:
    """The tables of what it comes to; none where nothing is changed, and why where there are no figures."""
    none: dict[str, Any] = {"tiers": None, "capacities": None, "lines": None, "why_not": ""}
    if found is None:
        return none
    if laid := asked.state.overlays:
        words = f"the figures shown have {', '.join(laid)} laid over the rules already"
        return {**none, "why_not": f"{words}, and changes here are of the published ones"}
    effect = none | {"tiers": tables.arranged(shown.tiers(found.tiers), request, rows_a_page=None)}
    try:
        other = other_rules.OtherRules.of(asked.state, what_if.lay(rules_of(asked.state), found.points))
    except (NightError, LedgerError) as fault:
        return {**effect, "why_not": f"{fault}"}
    around = [
        each for each in other_rules.around(asked.state, request.user, asked.unit) if each.stream != OMIC
    ]
    moved = other.differences(around)
    if asked.only:
        here = moved.get((asked.unit.level, asked.unit.code), 0)
        down = units.DOWN.index(asked.unit.level)
        above = [each for each in around if units.DOWN.index(each.level) < down]
        # a unit's figure is of one stream: work of another is not in it
        moved |= {(each.level, each.code): here if each.stream == asked.unit.stream else 0 for each in above}
    lines = other.lines_of([asked.unit]).get(asked.unit.code, [])
    table = shown.capacities(asked.state, around, moved, lambda unit: asked.href(unit=unit))
    return {
        **effect,
        "capacities": tables.arranged(table, request, rows_a_page=None),
        "lines": tables.arranged(shown.lines(asked.unit, lines), request, rows_a_page=None),
    }
