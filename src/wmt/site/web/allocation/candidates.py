"""Who in a team or PDU could hold a case of a type and tier: capacity, run and what is known to come, now and
with it, and who may."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.http import urlencode

from wmt import ledger
from wmt.allocation.candidates import RECENT_DAYS
from wmt.allocation.cases import CaseToGive, of_kind
from wmt.allocation.transfers import is_nobody
from wmt.facts import LOCATIONS, TIERS
from wmt.site import tables
from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.roles import Action
from wmt.site.allocation.models import WaitingCase
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import allocation_preview
from wmt.site.changes.stated_kinds import StatedKind, case_as
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries import choosing
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import ChoiceOrDefault, QueryForm
from wmt.site.web.allocation import choice_words, compare, room
from wmt.site.web.allocation.forms import stated_in, stated_query
from wmt.site.web.units import cover
from wmt.site.workload.models import Unit
from wmt.site.workload.state import rules_of

TITLE = "Who could hold a case"
TEMPLATE = "allocation/candidates.jinja"
_T2A = "t2a"
_BY_NOW = "Capacity includes hours and reductions entered, and cases allocated, up to now."
_AHEAD = (
    f"The next {choosing.DAYS} days use today’s work and the hours, reductions and grades entered so far. "
    "Cases planned to end and reports that will stop counting are listed and not taken off."
)
_RUN = (
    "Days in a row over the threshold, and what becomes of them with the case if nothing changes but what is "
    "entered ahead. An excessive workload action opens on the day on which 28 are full."
)
_CASES = "Active cases, and below them how many of each tier. S: supervision is suspended."


class _CaseForm(QueryForm):
    type = ChoiceOrDefault([(each, each.capitalize()) for each in LOCATIONS], label="Type of case")
    tier = ChoiceOrDefault([], label="Tier")
    kind = ChoiceOrDefault([("", "No"), (_T2A, "Yes")], label="Transition to adulthood (T2A)")
    suspended = ChoiceOrDefault([("", "No"), ("yes", "Yes")], label="Supervision suspended")
    crn = forms.CharField(required=False)  # a case that is there, in place of one that is described

    def __init__(self, query: Mapping[str, str], tier_scheme: str) -> None:
        self.tiers = [tier for tier in TIERS[tier_scheme] if tier != "0"]
        super().__init__(query, type=LOCATIONS[0], tier=self.tiers[0])

    def add_fields(self) -> None:
        """The tiers of the figures shown."""
        tier = self.fields["tier"]
        assert isinstance(tier, forms.ChoiceField)
        tier.choices = [*((each, each) for each in self.tiers), ("0", "No tier yet")]


def applies(unit: Unit) -> bool:
    """A case is given within a team or a PDU."""
    return unit.level in ("team", "pdu")


def content(question: UnitRequest) -> dict[str, Any]:
    """The form, the case, and everybody who is there in the order of who may hold it."""
    state, unit = question.state, question.unit
    form = _CaseForm(question.request.GET, state.tier_scheme)
    if not applies(unit):  # the way up of the page leads here: whole regions do not give a case
        return {"tables": {}, "form": form, "elsewhere": True, "wrong": ""}
    holder, before, stated = None, "", None
    if form.found("crn"):
        stated = stated_in(question.request.GET)
        try:
            holder, case, before = _named(question, form.found("crn"), stated)
        except RefusedError as refused:
            code = refused.faults[0].code
            if code == "TIER_MISSING":  # told to those who may allocate it: all its records have one type
                named = allocation_preview.written(state, form.found("crn"))
                form.data["type"] = WaitingCase.objects.filter(ref=named, state="waiting")[0].location
            return {
                "tables": {}, "form": form, "elsewhere": False, "wrong": str(refused), "before": "",
                "states": code in ("TIER_MISSING", "TIER", "TYPE", "SAME", "SUSPENDED"),
                "crn": form.found("crn"), "comes": code in ("TIER_MISSING", "SUSPENDED"),
            }  # fmt: skip
        note_read(question.user, holder)
        if stated is None:  # what is asked first of it is its tier
            form.data["type"] = case.location
    else:
        stream, suspended = form.found("kind") or "standard", bool(form.found("suspended"))
        kind = form.found("type"), form.found("tier"), stream, suspended
        case = of_kind(rules_of(state), state.tier_scheme, state.day, *kind)
    people = choosing.Choosing(state, units.everybody(state, unit))
    found = people.choices(case)
    chosen = {name: form.found(name) for name in form.fields if name != "crn"}
    table = _table(question, people, case, found)
    ticked = {row.code for row in table.rows}.intersection(question.request.GET.getlist("with"))
    level = "PDU" if unit.level == "pdu" else "team"
    cannot = compare.fault(len(ticked)) if "compare" in question.request.GET else ""
    return {
        "tables": {"candidates": table},
        "compare": compare.side_by_side(table, ticked) if ticked and not cannot else None,
        "cannot_compare": cannot,
        "fewest": compare.FEWEST,
        "most": compare.MOST,
        "form": form,
        "elsewhere": False,
        "wrong": "",
        "case": case,
        "holder": holder,
        "waits": holder is not None and allocation_preview.is_waiting(state, holder),
        "comes": holder is not None and is_nobody(holder.code),
        "chosen": {"crn": case.ref, **stated_query(stated)} if case.ref else chosen,
        "crn": case.ref,
        "before": before,
        "states": case.ref is not None and (before or case.tier == "0"),
        "worth": tables.exact(case.points_x100).text,
        "full": room.sentences([each.candidate for each in found], people.available, case, f"this {level}"),
        "free": sum(each.candidate.has_room for each in found),
        "people": len(found),
    }


def _named(question: UnitRequest, crn: str, stated: StatedKind | None) -> tuple[Unit, CaseToGive, str]:
    """Who holds a case, the case as it is or is stated, and what it is until then where it is stated."""
    if stated is None:
        found = allocation_preview.case_of(actor=question.user, typed=crn, state=question.state)
        return *found, ""
    there = case_as(actor=question.user, typed=crn, stated=stated, state=question.state)
    return there.holder, there.case, there.before


def _table(
    question: UnitRequest, people: choosing.Choosing, case: CaseToGive, found: Sequence[choosing.Choice]
) -> tables.Table:
    can: Collection[str] = ()
    if case.ref:
        allowed = visibility.allowed(question.user, Action.ALLOCATE_CASES)
        can = {each.post.code for each in found if allowed.covers(each.post)}
    over = question.state.over_text
    kinds = sorted({kind for each in found for kind in each.kinds}) if question.in_full else []
    columns = [
        tables.Column("name", "Practitioner"),
        *([tables.Column("with", "Compare", "way")] if len(found) >= compare.FEWEST else []),
        *([tables.Column("choose", "Allocation", "way")] if can else []),
        *([tables.Column("team", "Team code", "code")] if question.unit.level == "pdu" else []),
        tables.Column("grade", "Grade"),
        tables.Column("may", "May hold it"),
        tables.Column("now", "Capacity now", "percent"),
        tables.Column("then", "Capacity with it", "percent"),
        tables.Column("left", "Points left with it", "points", "Up to 100%: available points less points."),
        tables.Column("run", f"Days over {over}", "count", _RUN),
        *([tables.Column("run_then", f"Days over {over} with it")] if kinds else []),
        tables.Column("why", "Notes", "words"),
        tables.Column("coming", f"Next {choosing.DAYS} days", "words", _AHEAD),
        *(tables.Column(each, each.capitalize(), "count", _CASES) for each in LOCATIONS),
        *(tables.Column(_key(kind), " ".join(kind).capitalize(), "count") for kind in kinds),
        *(tables.Column(f"in_{days}", f"Given in {days} days", "count") for days in RECENT_DAYS),
    ]
    reach, why = visibility.cases(question.user, question.state), visibility.reasons(question.user)
    query = question.request.GET
    ticked, link = frozenset(query.getlist("with")), _link_to_allocate(case, stated_in(query))
    rows = [
        tables.Row(
            _values(question, people, each, reach, why)
            | {"with": compare.tick(each.post.code, _named_as(each), ticked=each.post.code in ticked)}
            | ({"choose": _choose(each, link, can)} if can else {})
            | ({"run_then": tables.text(choice_words.run_then(each, people.mark.days))} if kinds else {})
            | {_key(kind): tables.count(each.kinds.get(kind, 0)) for kind in kinds},
            "post",
            each.post.code,
        )
        for each in found
    ]
    unknown = (
        f"For how many days people are over {over} is not known: the figures of former days cannot be read."
    )
    notes = [_BY_NOW, *([unknown] if found and people.runs is None else [])]
    if any(each.leaving and not reach.covers(each.post) for each in found):
        notes.append(visibility.cases_withheld())
    return tables.Table(
        "candidates", f"Who could hold a case of {case.words}: {question.unit.name}", columns, rows,
        notes=notes, empty="There is nobody here who could hold a case.",
    )  # fmt: skip


def _key(kind: tuple[str, str]) -> str:
    return "_".join(kind).lower()


def _values(
    question: UnitRequest,
    people: choosing.Choosing,
    choice: choosing.Choice,
    reach: visibility.Reach,
    why: visibility.Reach,
) -> dict[str, tables.Value]:
    over, one = question.state.over_x100, choice.candidate
    left = ledger.remaining_x100(*one.together) if one.now.available_x100 else None
    over_words = "" if not one.over_with_all else "over already" if one.is_over else "would go over"
    (effect,) = one.effects
    is_hidden = effect.eligibility.words == limited_access.WHY_NOT
    said = effect.eligibility.eligible or is_hidden
    of_grade = effect.eligibility.words if said else "not for this grade"
    reads = why.covers(choice.post)
    protected = choice_words.protected(one.limits, effect.refused, reads=reads)
    training = one.training if reads else ""
    before = f"held it until {tables.day(choice.held_until).text}" if choice.held_until else ""
    notes = [
        "holds it now" if effect.holds else over_words,
        *one.why_not,
        *one.notes,
        of_grade,
        training,
        protected,
    ]
    notes += ["" if effect.holds else before, *people.colleagues.roles(effect.case.ref).get(one.code, ())]
    if (covered := people.colleagues.covers(one.code)).cases:
        notes.append(cover.covers(question.state, covered))
    return {
        "name": tables.text(_named_as(choice), unit_url("post", one.code)),
        "team": tables.text(one.team_code, unit_url("team", one.team_code)),
        "grade": tables.text(one.grade),
        "may": tables.text("yes" if one.eligible else "no"),
        "now": tables.percent(*one.now, over),
        "then": tables.percent(*one.together, over),
        "left": tables.points(left),
        "run": choice_words.run(choice, people.mark.days),
        "coming": tables.text(choice_words.coming(choice, reads=reach.covers(choice.post))),
        **{
            each: tables.count(one.caseload.get(each, 0), note=choice_words.letters(choice.kinds, each))
            for each in LOCATIONS
        },
        **{f"in_{days}": tables.count(one.recent.get(days, 0)) for days in RECENT_DAYS},
        "why": tables.text("; ".join(words for words in notes if words)),
    }


def _named_as(choice: choosing.Choice) -> str:
    return choice.candidate.name or choice.candidate.code


def _link_to_allocate(case: CaseToGive, stated: StatedKind | None) -> str:
    """Where a case is allocated, as it is or as it is stated; whom it goes to comes after it."""
    query = urlencode({"crn": case.ref or "", **stated_query(stated)})
    return f"{reverse('allocate')}?{query}"


def _choose(choice: choosing.Choice, link: str, can: Collection[str]) -> tables.Value:
    """The way to allocate it to them; empty where that is not for the reader, or they hold it."""
    one, (effect,) = choice.candidate, choice.candidate.effects
    is_hidden = effect.eligibility.words == limited_access.WHY_NOT
    if effect.holds or is_hidden or one.code not in can:
        return tables.text("")
    return tables.text(f"Choose {_named_as(choice)}", f"{link}&{urlencode({'to': one.code})}")
