"""What would change: any unit under a proposal, or under the rules of any two days, before and after."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from wmt import rules
from wmt.days import written
from wmt.ledger import LedgerError
from wmt.site.date_field import DayField
from wmt.site.figures import units
from wmt.site.links import NATION, unit_url
from wmt.site.queries import rule_effects
from wmt.site.query_form import QueryForm
from wmt.site.rule_proposals.models import RuleProposal
from wmt.site.rule_proposals.reading import listed
from wmt.site.shown import needed_state
from wmt.site.tables import arranged
from wmt.site.web.rule_proposals import effect_tables
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: The days that the page begins with: the change of January 2023.
BEFORE, AFTER = date(2023, 1, 5), date(2023, 1, 6)
_S = RuleProposal.State
_OPEN = (_S.DRAFT, _S.SUBMITTED, _S.APPROVED)


class ProposalField(forms.CharField):
    """The number of a proposal, whatever became of it."""

    def clean(self, value: Any) -> RuleProposal | None:
        typed = super().clean(value)
        if not typed:
            return None
        found = listed().filter(pk=int(typed)).first() if typed.isdecimal() and len(typed) < 10 else None
        if found is None:
            raise forms.ValidationError(f"There is no proposal of rules with the number {typed[:20]}")
        return found


class EffectForm(QueryForm):
    """What is compared: a proposal, or the rules of two days."""

    proposal = ProposalField(required=False)
    before = DayField("the first date", kind="rule", required=False)
    after = DayField("the second date", kind="rule", required=False)
    day = DayField("the day of the rules", kind="rule", required=False)


@require_safe
def effect(request: HttpRequest, level: str = NATION, code: str = NATION) -> HttpResponse:
    """A unit before and after. Raises NoDataYet, InThePast and UnknownUnit."""
    state = needed_state(request).of_now()
    unit = units.find(state, request.user, level, code)  # type: ignore[arg-type]
    form = EffectForm(request.GET, before=BEFORE, after=AFTER)
    chosen = form.found("proposal")
    offered = list(listed().filter(Q(state__in=_OPEN) | Q(pk=chosen.pk if chosen else 0)))
    context: dict[str, Any] = {
        "unit": unit, "form": form, "errors": form.faults, "proposals": offered, "chosen": chosen,
        "beside": None, "figures": (), "impossible": "", "spread": None, "crossing": None, "below": None,
        "crumbs": [(each.name, unit_url(each.level, each.code))
                   for each in [*units.above(state, request.user, unit), unit]],  # type: ignore[arg-type]
        "days": _days(rule_effects.days_of(chosen, state)) if chosen else [],
        "presets": [(words, day) for day, words in _days((BEFORE, AFTER))],
    }  # fmt: skip
    beside = None if "proposal" in form.errors else _beside(form, chosen, state)
    if beside is not None:
        try:
            found = rule_effects.effect_on(state, unit, beside)
            context |= _content(request, state, unit, found, beside)
        except LedgerError as fault:
            context["impossible"] = str(fault)
    return render(request, "rule_proposals/effect.jinja", context)


def _days(found: Sequence[date]) -> list[tuple[str, str]]:
    return [(day.isoformat(), written(day)) for day in found]


def _beside(form: EffectForm, chosen: RuleProposal | None, state: State) -> rule_effects.RulesBeside | None:
    """The rules that are compared; None where they are not told well enough, or do not fit any more."""
    if chosen is not None:
        try:
            day = form.found("day")  # of a proposal that was chosen before this one it says nothing
            return rule_effects.beside_proposal(
                chosen, state, day if day in rule_effects.days_of(chosen, state) else None
            )
        except rules.RulesError:
            return None
    first, last = form.found("before"), form.found("after")
    return None if first is None or last is None else rule_effects.of_days(first, last)


def _content(
    request: HttpRequest, state: State, unit: Unit, found: rule_effects.UnitEffect,
    beside: rule_effects.RulesBeside,
) -> dict[str, Any]:  # fmt: skip
    up, down = found.crossing()
    made: dict[str, Any] = {
        "beside": beside, "figures": effect_tables.figures(found, unit.stream),
        "over": effect_tables.thresholds(found),
        "up": len(up), "down": len(down), "people": sum(found.spread()),
        "causes": arranged(effect_tables.causes(found), request),
        "changes": rules.diff(beside.before, beside.after),
    }  # fmt: skip
    if unit.level != "post":
        made["spread"] = effect_tables.spread(found)
        level = units.child_level(unit.level)
        below = list(units.below(state, unit, level))
        address = f"?{request.GET.urlencode()}" if request.GET else ""
        made["below"] = arranged(
            effect_tables.below(found, level, below, lambda each: _url(each, address)), request
        )
        if unit.level in ("team", "pdu"):
            posts = list(units.below(state, unit, "post").filter(code__in=[*up, *down]))
            made["crossing"] = arranged(effect_tables.crossing(found, posts), request)
    return made


def _url(unit: Unit, query: str) -> str:
    return reverse("rule-effect", args=[unit.level, unit.code]) + query
