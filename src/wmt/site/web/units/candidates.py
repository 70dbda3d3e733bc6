"""Who in a team or PDU could hold a case of a type and tier: capacity now and with it, and who may."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Sum
from django.urls import reverse
from django.utils.http import urlencode

from wmt import ledger
from wmt.allocation.candidates import RECENT_DAYS, Candidate, candidate_of, lately
from wmt.allocation.cases import CaseToGive, of_kind
from wmt.facts import LOCATIONS, TIERS
from wmt.grades import DUMMY
from wmt.rules import RuleSet
from wmt.site import tables
from wmt.site.accounts import visibility
from wmt.site.accounts.roles import Action
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import allocation_preview
from wmt.site.figures import line_queries, units
from wmt.site.figures.placeholders import placeholders
from wmt.site.links import unit_url
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import ChoiceOrDefault, QueryForm
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State, rules_of

TITLE = "Who could hold a case"
TEMPLATE = "unit/candidates.jinja"
_T2A = "t2a"
_BY_NOW = "Capacity includes hours and reductions entered, and cases allocated, up to now."


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
    ruleset, holder = rules_of(state), None
    stream = form.found("kind") or "standard"
    kind = form.found("type"), form.found("tier"), stream, bool(form.found("suspended"))
    case = of_kind(ruleset, state.tier_scheme, state.day, *kind)
    if form.found("crn"):
        try:
            holder, case = allocation_preview.case_of(
                actor=question.user, typed=form.found("crn"), state=state
            )
        except RefusedError as refused:
            return {"tables": {}, "form": form, "elsewhere": False, "wrong": str(refused)}
        note_read(question.user, holder)
    found = _candidates(state, unit, ruleset, case)
    free = sum(each.eligible and not each.over_with_all and not each.effects[0].holds for each in found)
    chosen = {name: form.found(name) for name in form.fields if name != "crn"}
    return {
        "tables": {"candidates": _table(question, case, found)},
        "form": form,
        "elsewhere": False,
        "wrong": "",
        "case": case,
        "holder": holder,
        "waits": holder is not None and holder.code in placeholders(state),
        "chosen": {"crn": case.ref} if case.ref else chosen,
        "worth": tables.exact(case.points_x100).text,
        "free": free,
        "people": len(found),
    }


def _candidates(state: State, unit: Unit, ruleset: RuleSet, case: CaseToGive) -> list[Candidate]:
    there = units.everybody(state, unit).exclude(stream=ledger.OMIC).exclude(grade=DUMMY)
    nobody = placeholders(state)
    posts = [post for post in there if post.code not in nobody]
    held, recent = _held(state, posts), lately(_given(state, posts), state.day)
    found = [
        candidate_of(
            ruleset, {**vars(post), "post_no": post.number, "unmeasured": post.unmeasured_posts},
            [case], held[post.number], recent.get(post.number, {}),
        )
        for post in posts
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.order)


def _held(state: State, posts: Sequence[Unit]) -> defaultdict[int | None, Counter[str]]:
    """The active cases of posts by type."""
    held: defaultdict[int | None, Counter[str]] = defaultdict(Counter)
    pricing = line_queries.pricing_of(state)
    rows = _cases(state, posts).values_list("post_no", "pricing").order_by()
    for post_no, number, cases in rows.annotate(Sum("active_cases")):
        held[post_no][pricing[number].location] += int(cases)
    return held


def _given(state: State, posts: Sequence[Unit]) -> Iterable[tuple[int | None, date]]:
    """The posts that were given the cases they hold in the last days, and on which day each."""
    first = state.day - timedelta(days=max(RECENT_DAYS) - 1)
    found: Iterable[tuple[int | None, date]] = (
        _cases(state, posts).filter(since__gte=first).values_list("post_no", "since")
    )
    return found


def _cases(state: State, posts: Sequence[Unit]) -> Any:
    numbers = line_queries.of_kind(state, "case")
    in_posts = Line.objects.filter(load_id=state.load_id, post_no__in=[post.number for post in posts])
    return in_posts.filter(pricing__in=numbers)


def _table(question: UnitRequest, case: CaseToGive, found: Sequence[Candidate]) -> tables.Table:
    of_pdu = question.unit.level == "pdu"
    can: frozenset[str] = frozenset()
    if case.ref:
        allowed = visibility.allowed(question.user, Action.ALLOCATE_CASES)
        everybody = allowed.among(units.everybody(question.state, question.unit))
        can = frozenset(everybody.values_list("code", flat=True))
    columns = [
        tables.Column("name", "Practitioner"),
        *([tables.Column("choose", "Allocation", "way")] if can else []),
        *([tables.Column("team", "Team code", "code")] if of_pdu else []),
        tables.Column("grade", "Grade"),
        tables.Column("may", "May hold it"),
        tables.Column("now", "Capacity now", "percent"),
        tables.Column("then", "Capacity with it", "percent"),
        tables.Column("left", "Points left with it", "points"),
        *(tables.Column(each, each.capitalize(), "count", "Active cases.") for each in LOCATIONS),
        *(tables.Column(f"in_{days}", f"Given in {days} days", "count") for days in RECENT_DAYS),
        tables.Column("why", "Notes"),
    ]
    rows = [tables.Row(_values(question, each, can), "post", each.code) for each in found]
    return tables.Table(
        "candidates", f"Who could hold a case of {case.words}: {question.unit.name}", columns, rows,
        notes=[_BY_NOW], empty="There is nobody here who could hold a case.",
    )  # fmt: skip


def _values(question: UnitRequest, one: Candidate, can: Collection[str]) -> dict[str, tables.Value]:
    over = question.state.over_x100
    left = ledger.remaining_x100(*one.together) if one.now.available_x100 else None
    over_words = "" if not one.over_with_all else "over already" if one.is_over else "would go over"
    (effect,) = one.effects
    of_grade = effect.eligibility.words if effect.eligibility.eligible else "not for this grade"
    notes = ["holds it now" if effect.holds else over_words, *one.why_not, *one.notes, of_grade]
    to = urlencode({"crn": effect.case.ref or "", "to": one.code})
    choose = "" if effect.holds or one.code not in can else f"Choose {one.name or one.code}"
    return {
        "name": tables.text(one.name or one.code, unit_url("post", one.code)),
        "team": tables.text(one.team_code, unit_url("team", one.team_code)),
        "grade": tables.text(one.grade),
        "may": tables.text("yes" if one.eligible else "no"),
        "now": tables.percent(*one.now, over),
        "then": tables.percent(*one.together, over),
        "left": tables.points(left),
        **{each: tables.count(one.caseload.get(each, 0)) for each in LOCATIONS},
        **{f"in_{days}": tables.count(one.recent.get(days, 0)) for days in RECENT_DAYS},
        "why": tables.text("; ".join(words for words in notes if words)),
        **({"choose": tables.text(choose, f"{reverse('allocate')}?{to}")} if can else {}),
    }
