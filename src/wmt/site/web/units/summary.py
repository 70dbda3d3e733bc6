"""What a unit's page says first: its figure in one sentence and, of a practitioner, what comes next."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.urls import reverse

from wmt import ledger
from wmt.days import written
from wmt.site.accounts import visibility
from wmt.site.allocation.protection import limits_of
from wmt.site.duties import access
from wmt.site.duties.requests import open_relief
from wmt.site.figures import line_queries
from wmt.site.links import unit_url
from wmt.site.queries import data_quality
from wmt.site.queries.choosing import DAYS
from wmt.site.queries.colleagues import Colleagues
from wmt.site.queries.runs import run_of
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.queries.work_leaving import OF_CASE, LeavingDays
from wmt.site.tables import exact
from wmt.site.web.units import cover, labels, line_tables
from wmt.site.workload import models
from wmt.site.workload.state import today
from wmt.text import counted

_WINDOW = "report_window_days"


@dataclass(frozen=True)
class NextStep:
    """One thing to know or to do: words, and the way on."""

    words: str
    href: str = ""
    link: str = ""


@dataclass(frozen=True)
class Lead:
    """The first lines of a page: whose figure, the figure, the rest of the sentence, what comes next."""

    who: str
    figure: str
    href: str
    rest: str
    over: bool
    steps: list[NextStep]


def lead(question: UnitRequest) -> Lead:
    """The sentence of any unit; of a post also what comes next."""
    unit, state = question.subject, question.state
    over = ledger.is_over(unit.points_x100, unit.available_x100, state.over_x100)
    run = run_of(question) if question.is_post and over else None
    has_figure = bool(unit.available_x100) and unit.stream != ledger.OMIC
    figure = ledger.shown_capacity(unit.points_x100, unit.available_x100) if has_figure else ""
    name = "You" if access.is_own(question.user, question.unit) else question.unit.name
    if question.grade:
        name = f"{question.grade}s of {name}"
    if question.stream:
        name = f"{ledger.STREAM_NAMES[question.stream]} in {name}"
    many = access.is_own(question.user, question.unit) or bool(question.grade)
    if question.unit.stream == ledger.OMIC:
        who = f"{name} {'have' if many else 'has'} no capacity: OMiC work is not measured against hours"
    elif not has_figure:
        who = f"{name} {'have' if many else 'has'} no available hours, so no capacity"
    else:
        who = f"{name} {'are' if many else 'is'} at"
    return Lead(
        who=who,
        figure=figure,
        href=line_tables.lines_url(question, question.unit, "capacity"),
        rest=_rest(question, over=over, run=run),
        over=over,
        steps=_steps(question, over=over, run=run) if question.is_post else [],
    )


def _rest(question: UnitRequest, *, over: bool, run: dict[str, Any] | None) -> str:
    """The sentence after the figure."""
    unit, mark = question.subject, question.state.over_text
    if unit.stream == ledger.OMIC:
        custody, licence = (ledger.shown_points(x100) for x100 in (unit.omic_x100, unit.omic_licence_x100))
        cases = counted(unit.omic_cases, "OMiC case")
        return f". {cases}: {counted(custody, 'point')} in custody, {licence:,} on licence."
    left = ledger.shown_points(abs(ledger.remaining_x100(unit.points_x100, unit.available_x100)))
    points = counted(left, "point")
    # how many practitioners are over the threshold: '23 of 64 practitioners are over 110%'
    timed, people = unit.posts - unit.posts_without_time - unit.unmeasured_posts, ""
    if timed and not question.is_post:
        verb = "is" if unit.posts_over == 1 else "are"
        who = "practitioner" if timed == 1 else "practitioners"
        people = f" {unit.posts_over:,} of {timed:,} {who} {verb} over {mark}."
    if not unit.available_x100:
        return (
            f". The work is {counted(ledger.shown_points(unit.points_x100), 'point')}."
            if unit.points_x100
            else "."
        )
    if over and run:
        since = f"{_rounded(question)} since {run['since_words']}"
        return f", over {mark}{since}. That is {points} more than the hours allow.{people}"
    if over:
        return f", over {mark}{_rounded(question)}. That is {points} more than the hours allow.{people}"
    if ledger.remaining_x100(unit.points_x100, unit.available_x100) < 0:
        return f", {points} more than the hours allow. The threshold is {mark}.{people}"
    return f", with {points} left. The threshold is {mark}.{people}"


def _rounded(question: UnitRequest) -> str:
    """What has to be said where the figure is over the threshold and does not look so: 110.04% as 110.0%."""
    unit, over_x100 = question.subject, question.state.over_x100
    exact_x100 = ledger.capacity_x100(unit.points_x100, unit.available_x100)
    looks = ledger.shown_capacity(over_x100, 10_000)
    if exact_x100 is None or ledger.shown_capacity(unit.points_x100, unit.available_x100) != looks:
        return ""
    return f" ({exact(exact_x100).text}% shows as {looks})"


def _steps(question: UnitRequest, *, over: bool, run: dict[str, Any] | None) -> list[NextStep]:
    own, post = access.is_own(question.user, question.unit), question.unit
    found = []
    # on which day the run is full, or since when it is excessive workload
    if run and run["excess_since"]:
        since, who = written(run["excess_since"]), "Your" if own else "The"
        found.append(NextStep(f"It has been excessive workload since {since}. {who} manager must act."))
    elif run and run["full_on"]:
        full = written(run["full_on"])
        found.append(NextStep(f"If this continues, it becomes excessive workload on {full}."))
    there = unit_url("post", post.code, "allocations")
    beside = cover.sentences(Colleagues.of_posts(question.state, [post.code]), post.code)
    found += [NextStep(words, there, "View which") for words in beside]
    if limits := limits_of(question.state, [post.code]).get(post.code):
        found.append(
            NextStep(f"{labels.upper_first(limits.title)}: new cases are limited.", there, "View allocations")
        )
    found += reports_ending(question)
    found += cases_ending(question)
    ahead = unit_url("post", post.code, "hours") + "#table-coming"
    found.append(NextStep("", ahead, "When hours, reductions and stages of training begin or end"))
    # the reader's own request that waits for its answer; none of a day in the past
    asked = open_relief(post.team_code, post.staff_code) if own and question.state.as_of is None else None
    if asked is not None:
        asked_on, answer_by = written(asked.asked_on), written(asked.answer_by)
        words = f"You asked for relief on {asked_on}. An answer is due by {answer_by}."
        found.append(NextStep(words, reverse("request", args=[asked.pk]), "View your request"))
    elif over:
        ask = "Ask for some of the work to be moved" if own else "View actions and requests"
        said = "You can ask from the first day over the threshold." if own else ""
        # one's own request goes straight to its form
        href = reverse("relief", args=[post.code]) if own else unit_url("post", post.code, "duties")
        found.append(NextStep(said, href, ask))
    found += _to_put_right(question)
    wrong = "correct it in nDelius" if own else "it has to be corrected in nDelius"
    found.append(
        NextStep(
            f"If a case is wrong, {wrong}.",
            unit_url("post", post.code, "caseload"),
            "Check which cases count",
        )
    )
    found.append(NextStep("", "#who-can-see", "Who can see this page"))
    return found


def _to_put_right(question: UnitRequest) -> list[NextStep]:
    """How many records of a post are to be put right, and the way to the list."""
    records = data_quality.records_of(question.state, question.unit)
    if records.found is None or records.faults.is_empty():
        return []
    number = records.faults.height
    said = f"{counted(number, 'record')} {'is' if number == 1 else 'are'} to be put right."
    return [NextStep(said, unit_url("post", question.unit.code, "data-quality"), "View which, and who can")]


def reports_ending(question: UnitRequest) -> list[NextStep]:
    """When reports stop counting, and the figure then: the lines that are left, summed and divided anew.

    Their days are for those who may read the post's cases.
    """
    post, state = question.unit, question.state
    if not visibility.cases(question.user, state).covers(post):
        return []
    pricing = line_queries.pricing_of(state)
    lines = line_queries.lines_of(state, post, question.user, kind="report")
    ends = _ends(question, lines, pricing)
    left, found = post.points_x100, []
    for day, dropped in groupby(ends, key=lambda each: each[0]):
        out = [line for _, line in dropped]
        left -= line_queries.summed(out, line_tables.POINTS)
        then = (
            ledger.shown_capacity(left, post.available_x100)
            if post.available_x100
            else counted(exact(left).text, "point")
        )
        # a page as of a past day has all its later days before it: the data of that day is not late
        is_past = state.as_of is None and day < today(state.day)
        # '1 report stops counting: Fast delivery report (FDR)'
        number = line_queries.summed(out, line_tables.NUMBER)
        kinds = sorted({labels.report_name(pricing[line.pricing]) for line in out})
        said = "1 report stops" if number == 1 else f"{number:,} reports stop"
        found.append(NextStep(_ending(day, f"{said} counting: {', '.join(kinds)}", then, is_past=is_past)))
    if not found:
        return []
    where = NextStep(
        "This is if nothing else changes.", unit_url("post", post.code, "reports"), "View reports"
    )
    return [*found, where]


def cases_ending(question: UnitRequest) -> list[NextStep]:
    """How many cases are planned to end in the next four weeks, for those who may read the post's cases."""
    post, state = question.unit, question.state
    last = state.day + timedelta(DAYS)
    ends = LeavingDays(state, last).ends
    if not ends or not visibility.cases(question.user, state).covers(post):
        return []
    pricing, lines = line_queries.pricing_of(state), line_queries.lines_of(state, post, question.user)
    # what a case earns beside its tier goes with it
    going = [line for line in lines if line.ref in ends and pricing[line.pricing].kind in OF_CASE]
    mine = [line for line in going if pricing[line.pricing].kind == "case"]
    if not mine:
        return []
    points = counted(ledger.shown_points(sum(line.points_x100 for line in going)), "point")
    verb, together = ("is", "") if len(mine) == 1 else ("are", " in all")
    said = f"{counted(len(mine), 'case')} {verb} planned to end by {written(last)}, with {points}{together}."
    return [NextStep(said, unit_url("post", post.code, "hours") + "#table-leaving", "View when")]


def _ending(day: date, counted: str, then: str, *, is_past: bool) -> str:
    """What ends on a day. Where the day has passed since the data was made, the next data will show it."""
    if is_past:
        said = f"{written(day)} has passed since this data, so in the next data {counted}."
        return f"{said} The figure will then be {then}."
    return f"On {written(day)} {counted}. The figure will then be {then}."


def _ends(
    question: UnitRequest, lines: list[models.Line], pricing: dict[int, models.Pricing]
) -> list[tuple[date, models.Line]]:
    """The reports that earn points, each with the first day on which it does not, by that day."""
    used = models.RuleValue.objects.filter(load_id=question.state.load_id, path__startswith=f"{_WINDOW}.")
    windows = {path.rpartition(".")[2]: value for path, value in used.values_list("path", "value")}
    found = []
    for line in lines:
        window = windows.get(pricing[line.pricing].rule.rpartition(".")[2])
        if line.points_x100 and line.since and window is not None:
            found.append((line.since + timedelta(int(window)), line))
    return sorted(found, key=lambda each: each[0])
