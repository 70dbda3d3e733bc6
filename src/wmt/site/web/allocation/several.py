"""Giving several cases of one post at once: which cases and people, a suggestion to change, and doing it."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wmt import ledger
from wmt.allocation.candidates import Candidate
from wmt.allocation.cases import CaseToGive
from wmt.allocation.eligibility import eligibility
from wmt.allocation.spread import LOWEST
from wmt.site import tables
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.allocation import labels
from wmt.site.allocation.models import CaseAllocation
from wmt.site.allocation.queries import limited_before
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import allocate, allocation_messages, spread
from wmt.site.changes import allocation_preview as preview
from wmt.site.figures import cohort_lines, units
from wmt.site.outbox import mail_server
from wmt.site.queries import case_selection
from wmt.site.shown import state_anew
from wmt.site.web.allocation import case_filter, choice_words
from wmt.site.web.allocation.crumbs import crumbs
from wmt.site.web.allocation.effect import effect_table
from wmt.site.web.allocation.effect_lines import lines_tables
from wmt.site.web.allocation.forms import ReasonsForm
from wmt.site.workload.state import State, rules_of
from wmt.text import counted

#: So many people can be chosen from, at most.
_PEOPLE = 100
#: No code or reference is longer.
_LONGEST = 1_200


@dataclass(frozen=True)
class Picked:
    """What somebody picked: the references of cases, the codes of people, and who gets which ('' is nobody).

    `seen` is what each case was when it was looked at.
    """

    refs: Sequence[str] = ()
    people: Sequence[str] = ()
    to: Sequence[str] = ()
    seen: Sequence[str] = ()
    why: Sequence[str] = field(default=(), compare=False)

    @property
    def mark(self) -> str:
        """What stands for who gets which, to see whether what is sent is what was looked at."""
        said = "\n".join(f"{ref} {to}" for ref, to in zip(self.refs, self.to, strict=True) if to)
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    @property
    def given(self) -> list[spread.CaseGiven]:
        """Those that go to somebody."""
        sent = zip(self.refs, self.to, self.seen, strict=True)
        return [spread.CaseGiven(*each) for each in sent if each[1]]


def _picked(sent: QueryDict) -> Picked:
    """What was sent, with an answer for every case."""
    # no database keeps NUL
    cases, people, to, seen = (
        [each.replace("\0", "")[:_LONGEST] for each in sent.getlist(name)]
        for name in ("case", "person", "to", "seen")
    )
    refs = list(dict.fromkeys(cases))
    if not len(to) == len(seen) == len(refs) == len(cases):
        to = seen = [""] * len(refs)
    return Picked(refs, list(dict.fromkeys(people)), to, seen)


@require_http_methods(["GET", "HEAD", "POST"])
def several_page(request: HttpRequest, post: str) -> HttpResponse:
    """Which cases of a post and which people; then who gets which, what it would do, and doing it.

    Raises Denied, InThePast and UnknownUnit.
    """
    need(request, Action.ALLOCATE_CASES)
    page = _Page(request, post)
    if request.method != "POST":
        return page.choose(Picked((), page.with_room(own_team=True)))
    picked, do = _picked(request.POST), request.POST.get("do", "")
    if do == "fit":
        fits = [case.ref or "" for case in page.fitting()]
        return page.choose(Picked(fits[: spread.MOST], picked.people), fits=len(fits))
    if do in ("all", "none"):
        every = [case.ref or "" for case in page.listed if do == "all"]
        picked = Picked(every[: spread.MOST], picked.people)
    elif do == "room":
        picked = Picked(picked.refs, page.with_room(own_team=False))
    if do not in ("suggest", "hand", "check", "give"):
        return page.choose(picked)
    cases, people = len(picked.refs), len(picked.people)
    lacking = [words for is_so, words in (
        (not cases, "Choose at least one case"), (not people, "Choose at least one person"),
        (cases > spread.MOST, f"Choose {spread.MOST} cases at most: {cases} are ticked"),
        (people > _PEOPLE, f"Choose {_PEOPLE} people at most: {people} are ticked"),
    ) if is_so]  # fmt: skip
    if lacking:
        return page.choose(picked, lacking)
    if do == "suggest":
        return page.suggest(picked)
    return page.give(picked) if do == "give" else page.decide(picked)


class _Page:
    """The pages of giving cases of a post, for one request."""

    def __init__(self, request: HttpRequest, post: str) -> None:
        self.request, self.post = request, post
        self.read()

    def read(self) -> None:
        """The figures as they are now: what somebody else did meanwhile is seen."""
        self.state: State = state_anew(self.request).of_now()
        try:
            self.holder = preview.holder_of(self.request.user, self.post, self.state)
        except RefusedError:
            raise units.UnknownUnit("post", self.post) from None
        note_read(self.request.user, self.holder)
        self.listed: list[CaseToGive] = spread.listed(self.state, self.holder, self.request.user)
        self.waiting = preview.is_waiting(self.state, self.holder)
        user, sent = self.request.user, set(self.request.POST.getlist("pdu"))
        self.others = spread.other_pdus(user, self.holder, self.state)
        self.pdus = [pdu.code for pdu in self.others if pdu.code in sent]
        found = spread.people(user, self.holder, self.state, self.pdus)
        self.people: dict[str, Candidate] = {each.code: each for each in found}

    def with_room(self, *, own_team: bool) -> list[str]:
        """Who is at or under the threshold, managers left out: of the same team or of the PDU."""
        return [
            each.code for each in self.people.values()
            if (each.team_code == self.holder.team_code or not own_team)
            and each.grade != "SPO" and not each.why_not and not each.is_over and each.limits is None
        ]  # fmt: skip

    def context(self, picked: Picked) -> dict[str, Any]:
        """What both pages show."""
        return {
            "holder": self.holder, "waiting": self.waiting, "picked": picked, "state": self.state,
            "sent": self.request.POST, "others": self.others, "pdus": self.pdus,
            "crumbs": crumbs(self.request, self.state, self.holder, "caseload"),
            "here": reverse("allocate-several", args=[self.post]),
        }  # fmt: skip

    @cached_property
    def cohorts(self) -> dict[str, str]:
        """What the cohorts of the listed cases are called, by CRN."""
        refs = {case.ref for case in self.listed if case.ref}
        return cohort_lines.names_of(self.request.user, self.state, refs)

    def fitting(self) -> list[CaseToGive]:
        """The cases that fit what was chosen to narrow them."""
        chosen = case_filter.chosen(self.request.POST, self.state)
        return case_selection.fitting(chosen, self.state, self.holder, self.listed)

    def choose(
        self, picked: Picked, errors: Sequence[str] = (), conflict: str = "", fits: int | None = None
    ) -> HttpResponse:
        """Cases and people, with what is ticked; `fits`: how many cases fit what narrows them."""
        context = self.context(picked) | {
            "conflict": conflict,
            "narrow": case_filter.form_of(self.request.POST, self.state),
            "fits": fits,
            "most": spread.MOST,
            "errors": [
                ("case-1" if "person" not in words and "people" not in words else "person-1", words)
                for words in errors
            ],
            "cases": [_case(case, self.cohorts) for case in self.listed],
            "people": [_person(each, self.state) for each in self.people.values()],
        }
        status = 409 if conflict else 422 if errors else 200
        return render(self.request, "allocation/several.jinja", context, status=status)

    def suggest(self, picked: Picked) -> HttpResponse:
        """Who could get which, by the rule, for a manager to change."""
        refs = self.still(picked).refs
        try:
            found = spread.suggest(
                actor=self.request.user, post=self.post, refs=refs, people=picked.people, state=self.state
            )
        except RefusedError as refused:
            return self.choose(picked, [fault.message for fault in refused.faults])
        to, why = [each.to for each in found], ["" if each.why == LOWEST else each.why for each in found]
        return self.decide(replace(picked, refs=refs, to=to, seen=[""] * len(to), why=why))

    def still(self, picked: Picked) -> Picked:
        """What was picked, of the cases that the post still holds."""
        held = {case.ref for case in self.listed}
        nothing = [""] * len(picked.refs)
        sent = zip(picked.refs, picked.to or nothing, picked.seen or nothing, strict=True)
        kept = [each for each in sent if each[0] in held]
        refs, to, seen = ([each[place] for each in kept] for place in range(3))
        return replace(picked, refs=refs, to=to, seen=seen)

    def decide(
        self, picked: Picked, form: ReasonsForm | None = None, conflict: str = "", status: int = 200
    ) -> HttpResponse:
        """Who gets which, what that would do, and why."""
        if form is None:  # what was written before somebody went back stays
            new = {"key": uuid.uuid4().hex, "tell_previous": True}
            form = ReasonsForm(self.request.POST if self.request.POST.get("key") else None, initial=new)
        picked, found, wrong = self.still(picked), None, ""
        if not picked.refs:
            return self.choose(picked, ["None of these cases is held here by now"], conflict)
        if picked.given:
            try:
                wanted = spread.SpreadRequest(
                    from_post=self.post, given=[each._replace(seen="") for each in picked.given]
                )
                found = spread.look(actor=self.request.user, wanted=wanted, state=self.state)
            except RefusedError as refused:
                wrong = str(refused)
        context = self.context(picked) | {
            "form": form, "found": found, "first": labels.INITIAL, "wrong": wrong, "conflict": conflict,
            "rows": self.rows(picked, found),
            "reasons": list(labels.reasons_of(waiting=self.waiting).items()),
            "most": allocate.NOTES,
            "mail_is_on": mail_server.is_on(),
            "domains": allocation_messages.domains(),
            "limited": ", ".join(sorted(limited_before([each.ref for each in picked.given]))),
        }  # fmt: skip
        if found:
            got = {code: f"gets {counted(len(cases), 'case')}" for code, cases in found.takers.items()}
            nobody = self.holder.code if self.waiting else ""
            context["table"] = effect_table(self.state, found.moments, got, nobody)
            context["lines"] = lines_tables(self.state, found.moments, found.moved, got, nobody)
            context["number"] = counted(len(found.found), "case")
        return render(self.request, "allocation/several_decide.jinja", context, status=status)

    def rows(self, picked: Picked, found: spread.SpreadPreview | None) -> list[dict[str, Any]]:
        """Each case, who gets it, and what is to be known of that."""
        by_ref = {case.ref: case for case in self.listed}
        against = {each.wanted.ref: "; ".join(each.why_not) for each in found.found} if found else {}
        marks = {each.wanted.ref: each.mark for each in found.found} if found else {}
        why = picked.why or [""] * len(picked.refs)
        people = dict.fromkeys((*picked.people, *filter(None, picked.to)))
        return [
            {
                **_case(by_ref[ref], self.cohorts), "to": to, "seen": marks.get(ref, ""),
                "why": against.get(ref) or said,
                "options": [
                    (code, _option(self.people[code], by_ref[ref], self.state))
                    for code in people if code in self.people
                ],
            }
            for ref, to, said in zip(picked.refs, picked.to, why, strict=True)
        ]  # fmt: skip

    def give(self, picked: Picked) -> HttpResponse:
        """Gives the cases away, if it is what was looked at."""
        form = ReasonsForm(self.request.POST)
        if not form.is_valid():
            return self.decide(picked, form, status=422)
        if not picked.given or self.request.POST.get("shown") != picked.mark:
            form.add_error(None, "This is not what you last looked at. See what it would do, then allocate")
            return self.decide(picked, form, status=422)
        wanted = spread.SpreadRequest(from_post=self.post, given=picked.given, **form.cleaned_data)
        try:
            rows, is_new = spread.spread(actor=self.request.user, wanted=wanted)
        except ConflictError as conflict:
            self.read()
            if conflict.faults[0].code == "UNDONE":
                form.renew()
            return self.decide(picked, form, conflict=str(conflict), status=409)
        except RefusedError as refused:
            form.refuse(refused.faults)
            return self.decide(picked, form, status=422)
        if is_new:
            messages.success(self.request, f"{counted(len(rows), 'case is', 'cases are')} allocated.")
        else:
            since = sum(row.state != CaseAllocation.State.GIVEN for row in rows)
            more = f" {counted(since, 'case has', 'cases have')} changed since: see below." if since else ""
            messages.info(self.request, f"This was sent twice. The cases were allocated once.{more}")
        return HttpResponseRedirect(reverse("allocation-batch", args=[rows[0].batch]))


def _case(case: CaseToGive, cohorts: Mapping[str, str]) -> dict[str, Any]:
    what = ", ".join(filter(None, (case.words, cohorts.get(case.ref or ""))))
    return {"ref": case.ref, "what": what, "points": tables.exact(case.points_x100).text}


def _person(one: Candidate, state: State) -> dict[str, Any]:
    left = ledger.remaining_x100(*one.now) if one.now.available_x100 else None
    return {
        "code": one.code, "name": one.name or one.code, "grade": one.grade, "team": one.team_code,
        "now": tables.percent(*one.now, state.over_x100), "left": tables.points(left).text,
        "protected": choice_words.protected(one.limits, "", reads=True), "training": one.training,
    }  # fmt: skip


def _option(one: Candidate, case: CaseToGive, state: State) -> str:
    may = eligibility(rules_of(state), one.grade, case.location, case.tier, one.stage)
    note = f", {may.words}" if may.eligible and may.words else "" if may.eligible else ", not for this grade"
    note += f", {choice_words.protected(one.limits, '', reads=True)}" if one.limits else ""
    return f"{one.name or one.code}, {one.grade}, {ledger.shown_capacity(*one.now)} now{note}"
