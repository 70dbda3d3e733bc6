"""If people leave: who, from when, and at once which of their cases fit with whom."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.datastructures import MultiValueDict

from wmt import ledger
from wmt.days import written
from wmt.facts import NOT_KNOWN
from wmt.grades import DUMMY
from wmt.plan.balance.problem import GOALS, Goal, ProblemError
from wmt.plan.plan_file import LeaveStep, Plan
from wmt.site import tables
from wmt.site.accounts import limited_access, visibility
from wmt.site.audit.reads import note_read
from wmt.site.figures import units
from wmt.site.figures.placeholders import placeholders
from wmt.site.links import unit_url
from wmt.site.queries import leavers as asking
from wmt.site.queries.resharing import SharingQuestion
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.plans import leaver_tables, leaver_words
from wmt.site.web.plans.leavers_form import LeaversForm
from wmt.site.web.resharing.question_form import as_query
from wmt.site.web.units import cohort_column
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: As in addresses.
TAB = "leavers"
TITLE = "If people leave"
TEMPLATE = "plans/leavers.jinja"
LEVELS = ("team", "pdu")


def applies(unit: Unit) -> bool:
    """Teams and PDUs: who leaves a region leaves one of its PDUs."""
    return unit.level in LEVELS


def content(question: UnitRequest) -> dict[str, Any]:
    """The form with everybody who could leave; where some are ticked, what comes of it."""
    state, unit, sent = question.state, question.unit, question.request.GET
    found: dict[str, Any] = {"tables": {}, "is_now": state.as_of is None, "form": None, "answer": None}
    if not applies(unit) or not found["is_now"]:
        return found
    form, posts = LeaversForm(sent, unit, state.day), people(state, unit)
    chosen = chosen_of(sent, posts)
    faults = faults_of(sent, chosen, form)
    people_shown = leaver_tables.people_table(state, posts, {post.code for post in chosen})
    found |= {
        "form": form,
        "day": written(state.day),
        "errors": faults,
        "ticked": [post.code for post in chosen],
        "tables": {"leavers": people_shown},
    }
    if faults or not chosen:
        return found
    try:
        answer = answer_to(question, form, chosen)
    except ProblemError as error:
        return {**found, "errors": [("", str(error))]}
    return {
        **found, **ways_on(question, form, chosen), "answer": answer,
        "tables": {**answer.tables(), "leavers": people_shown},
    }  # fmt: skip


def ways_on(question: UnitRequest, form: LeaversForm, chosen: Sequence[Unit]) -> dict[str, Any]:
    """What can be done next: a plan of it, the best sharing without them, a wider place to look."""
    unit, codes = question.unit, [post.code for post in chosen]
    same = {"leaver": codes, "day": form.data["day"], "ask": "1"}
    at = (unit.level, unit.code) if form.level == unit.level else ("pdu", unit.pdu_code)
    # what those who leave hold comes first: whoever is over the threshold must not fill the room before it
    first = (Goal.WAITING, *(goal for goal in GOALS if goal != Goal.WAITING))
    without = SharingQuestion(goals=tuple(map(str, first)), leavers=tuple(codes))
    wider = ""
    if form.fields.get("within") and form.level == "team":
        wider = f"{unit_url(unit.level, unit.code, TAB)}?{urlencode({**same, 'within': 'pdu'}, doseq=True)}"
        said = "Look for room in the whole PDU"
    elif unit.region_code != NOT_KNOWN:
        wider, said = unit_url("region", unit.region_code, "full"), "See which PDUs of the region have room"
    return {
        "key": uuid.uuid4().hex,
        "sent": [("leaver", code) for code in codes] + [(n, v) for n, v in form.data.items() if v],
        "reshare_href": f"{unit_url(*at, 'reshare')}?{urlencode(as_query(without))}",
        "wider_href": wider,
        "wider_words": said if wider else "",
    }


def people(state: State, unit: Unit) -> list[Unit]:
    """Everybody of a unit who could leave it: no placeholders, and nobody of the OMiC stream."""
    nobody = placeholders(state)
    found = [
        post
        for post in units.everybody(state, unit)
        if post.stream != ledger.OMIC and post.grade != DUMMY and post.code not in nobody
    ]
    return sorted(found, key=lambda post: post.team_code) if unit.level == "pdu" else found


def chosen_of(sent: MultiValueDict[str, str], posts: Sequence[Unit]) -> list[Unit]:
    """Those who are ticked, as they stand in the list."""
    ticked = set(sent.getlist("leaver"))
    return [post for post in posts if post.code in ticked]


def faults_of(
    sent: MultiValueDict[str, str], chosen: Sequence[Unit], form: LeaversForm
) -> list[tuple[str, str]]:
    """What is wrong with what was sent, each with the id of its field."""
    found, gone = form.faults, len(set(sent.getlist("leaver"))) - len(chosen)
    if gone:
        one = "One person" if gone == 1 else f"{gone} people"
        found.append(("table-leavers", f"{one} in this address cannot be found here. Tick who leaves again"))
    elif "ask" in sent and not chosen:
        found.append(("table-leavers", "Tick who leaves"))
    elif len(chosen) > asking.MOST:
        found.append(("table-leavers", f"Tick {asking.MOST} people at most"))
    return found


def answer_to(question: UnitRequest, form: LeaversForm, chosen: Sequence[Unit]) -> "LeaversAnswer":
    """What comes of it if those leave who were chosen. Raises ProblemError."""
    state, unit, user = question.state, question.unit, question.user
    is_here = form.level == unit.level
    where = unit if is_here else units.find(state, user, "pdu", unit.pdu_code)
    return LeaversAnswer(state, user, unit, asking.leaving(state, user, where, chosen), form.found("day"))


def of_plan(state: State, user: Any, unit: Unit, plan: Plan) -> "LeaversAnswer | None":
    """The same of those who leave by a plan of a team or a PDU and whose cases the plan gives to nobody, by
    the figures of now; None where nobody does. Nobody who leaves by the plan takes any."""
    leave = [step for step in plan.steps if isinstance(step, LeaveStep)]
    left = {step.post for step in leave if not step.to}
    if not left or not unit.pk or not applies(unit):
        return None
    chosen = [post for post in people(state, unit) if post.code in left]
    if not chosen:
        return None
    is_here = LeaversForm({}, unit, state.day).level == unit.level
    where = unit if is_here else units.find(state, user, "pdu", unit.pdu_code)
    also = {step.post for step in leave} - {post.code for post in chosen}
    try:
        found = asking.leaving(state, user, where, chosen, also)
    except ProblemError:  # nobody of sentence management is there
        return None
    return LeaversAnswer(state, user, unit, found, also=also)


@dataclass(frozen=True)
class LeaversAnswer:
    """What comes of it if people leave a unit, for whoever asks; `day` is from when, where that is said, and
    `also` are the codes of those who leave with them and whose cases are no part of it."""

    state: State
    user: Any
    unit: Unit
    found: asking.LeaversEffect
    day: date | None = None
    also: Collection[str] = ()

    @property
    def said(self) -> str:
        """The sentences that answer."""
        found, cases = self.found, self.found.cases
        names = [staff_names.shown(post.name, post.code) for post in found.leavers]
        number, points = sum(each.number for each in cases), sum(each.points_x100 for each in cases)
        fit = sum(each.number for each in found.fit)
        where = "this PDU" if found.where.level == "pdu" else "this team"
        first = leaver_words.answered(names, self.day, number, points, fit, where, self.state.over_text)
        touched = (found.moment(each.level, each.code) for each in self._told_of)
        moved = (leaver_words.moved(one.unit.name, one.before, one.after) for one in touched if one)
        return " ".join([first, *moved])

    @property
    def href(self) -> str:
        """The page that says the same by itself; empty where it cannot."""
        if self.also or len(self.found.leavers) > asking.MOST:
            return ""
        codes = [post.code for post in self.found.leavers]
        return f"{unit_url(self.unit.level, self.unit.code, TAB)}?{urlencode({'leaver': codes}, doseq=True)}"

    @property
    def _told_of(self) -> list[Unit]:
        return [self.unit] if self.unit.level == self.found.where.level else [self.unit, self.found.where]

    @property
    def left_behind(self) -> str:
        """What of those who leave stays in the figures of their team."""
        mine = (self.found.moment("post", post.code) for post in self.found.leavers)
        return leaver_words.left_behind(sum(one.after.points_x100 for one in mine if one))

    @property
    def reads_all(self) -> bool:
        """Whether the reader may read the cases of everybody who leaves."""
        return len(self.found.readable) == len(self.found.leavers)

    @property
    def gives(self) -> bool:
        """Whether the reader may allocate cases anywhere."""
        return visibility.allocates_to(self.user, self.state) is not None

    @property
    def barred(self) -> int:
        """To how many of those who could take cases the reader cannot allocate; of who may allocate nowhere
        that is said once, by `gives`."""
        may_give = visibility.allocates_to(self.user, self.state)
        posts = [self.found.posts[code] for code in {each.to for each in self.found.fit}]
        return 0 if may_give is None else sum(not may_give((p.team_code, p.staff_code)) for p in posts)

    def fits(self) -> dict[str, tables.Table]:
        """Who could take cases, and what fits with nobody."""
        may_give = visibility.allocates_to(self.user, self.state)
        told = {"receivers": leaver_tables.receivers_table(self.state, self.found, may_give)}
        if self.found.rest:
            told["no-place"] = leaver_tables.rest_table(self.found, self.state.over_text)
        return told

    def tables(self) -> dict[str, tables.Table]:
        """Everything that is told, by name; cases only where the reader may read them, which is noted."""
        found, over = self.found, self.state.over_text
        told = self.fits()
        told["units"] = leaver_tables.units_table(self.state, found, self.unit)
        if found.readable and found.cases:
            for post in found.leavers:
                if post.code in found.readable:
                    note_read(self.user, post)
            listed = leaver_tables.cases_table(found, over, limited_access.hidden_from(self.user))
            told["cases"] = cohort_column.with_cohorts(listed, self.user, self.state)
        return told
