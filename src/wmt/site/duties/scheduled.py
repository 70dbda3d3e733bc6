"""What happens to duties by itself: after a load they are judged, and once a day the clock looks at them."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import polars as pl
from django.conf import settings
from django.db import transaction

from wmt import rules
from wmt.facts import NOT_KNOWN
from wmt.history import RUN, History, HistoryError, RunThreshold, dated_marks, open_history, runs_on
from wmt.ledger import OMIC
from wmt.nights import NightError, open_night
from wmt.site.agreements import in_force
from wmt.site.alarms import levels as alarm_levels
from wmt.site.audit.record import record
from wmt.site.availability.labels import day_words, percent_words
from wmt.site.duties import due_dates, judged, labels, notify, report_mail, requests, taken_back
from wmt.site.duties.came_off import CameOff, all_of
from wmt.site.duties.evaluate import MAIN, Judgement, evaluate
from wmt.site.duties.models import Duty, Step
from wmt.site.duties.nobody import names_of_nobody
from wmt.site.duties.notices import Announcement, tell
from wmt.site.duties.projection import PLACE
from wmt.site.duties.recipients import Roles
from wmt.site.duties.reduction_ends import told_of_ends
from wmt.site.duties.steps import CLOCK, RULE, put, stepped
from wmt.site.initiatives import register
from wmt.site.priorities import levels
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, today

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Read:
    """The runs of all posts on the last day of the history, the marks of that day, and the history.

    `came_off`: what came off each open duty whose run has ended, by the present code of its post; `followed`:
    the present code of posts by their former one.
    """

    history: History
    last: date
    marks: Sequence[RunThreshold]
    runs: pl.DataFrame
    came_off: Mapping[str, CameOff] = field(default_factory=dict)
    followed: Mapping[str, str] = field(default_factory=dict)


def read_runs() -> Read | None:
    """What duties are judged by, read from the history as it is now; None where there is none.

    Of a nation this takes seconds: a load reads it before its transaction. A history that cannot be read
    leaves the duties as they are: the log and the audit say so.
    """
    try:
        history = open_history(settings.CONFIG.nights)
        if history.last is None:
            return None
        marks_of = dated_marks()
        runs = runs_on(history, marks_of)
        followed = followed_posts(history)
        # what came off the open duties whose run is not full any more. Of each this asks two nights.
        main = runs.filter((pl.col("mark") == MAIN) & pl.col("excess_since").is_not_null())
        full = set(main["code"])
        waiting = Duty.objects.filter(closed_on__isnull=True, confirm_by__isnull=True, kept_on__isnull=True)
        asked = [(followed.get(duty.code, duty.code), duty.run_since) for duty in waiting]
        assert history.last is not None
        fallen = all_of(
            history, settings.CONFIG.nights, [each for each in asked if each[0] not in full], history.last
        )
        return Read(history, history.last, marks_of(history.last), runs, fallen, followed)
    except HistoryError as fault:
        log.exception("duties were not judged")
        record("duty", f"Excessive workload was not checked: {fault}", who=RULE)
        return None


class PresentCodes(Protocol):
    """Knows the code that units of a level have now by every code they had before."""

    def present_codes(self, level: str) -> Mapping[str, str]: ...


class OfPeople:
    """Figures of posts, with those that their people had under former codes."""

    def __init__(self, history: History) -> None:
        self._history = history

    def series(self, level: str, code: str, first: date, last: date, grade: str = "") -> pl.DataFrame:
        codes = sorted(self._history.links.lineage(level, [code]))
        found = [self._history.series(level, each, first, last, grade) for each in codes]
        return pl.concat(found).sort("day")


def followed_posts(history: History) -> Mapping[str, str]:
    """The present code of posts whose code changed, by every code they had before.

    Only where the extract or a person says who it is: duties and requests hold private words.
    """
    return history.links.of_persons.present_codes("post")


def after_load(state: State, read: Read | None = None, undone: judged.Undone | None = None) -> Judgement:
    """Judge every post and tell people. The caller holds the transaction of the load.

    `read` is what `read_runs` gave; it is read here where the caller has not. `undone`: a night was withdrawn
    or restored.
    """
    read = read or read_runs()
    if read is None:
        return Judgement()
    posts = posts_of(state)
    found = evaluate(
        judged.Judged(
            runs=read.runs,
            day=state.day,
            marks=read.marks,
            figures=OfPeople(read.history),
            posts=posts,
            clock=due_dates.clock_on(state),
            seen=read.last,
            undone=undone,
            came_off=read.came_off,
            followed=read.followed,
        )
    )
    places = _post_places(posts, read.followed) | _team_places(state, read.history)
    if undone is not None:
        renamed = read.history.links.present_codes("team")
        shown = {taken_back.code_of(place): place for place in places.values()}
        requests.take_back({**renamed, **read.followed}, shown, undone)
    requests.follow(places)
    follow_units(state, read.history.links)
    in_force.follow("post", read.followed, set(posts))
    requests.follow_answered(
        read.history.links.of_persons, {code: _place(post) for code, post in posts.items()}, read.last
    )
    announce(found, state.day, undone)
    turn(state.day)
    return found


def follow_units(state: State, links: PresentCodes) -> None:
    """What people recorded of teams, PDUs and regions goes on under the codes that these have now."""
    rows = Unit.objects.filter(load_id=state.load_id, whole=True, level__in=("team", "pdu", "region"))
    shown: dict[str, set[str]] = {"team": set(), "pdu": set(), "region": set()}
    for level, code in rows.values_list("level", "code"):
        shown[level].add(code)
    levels.follow(links.present_codes("pdu"), shown["pdu"])
    register.follow(links.present_codes("pdu"), shown["pdu"])
    for level, codes in shown.items():
        in_force.follow(level, links.present_codes(level), codes)
        alarm_levels.follow(level, links.present_codes(level), codes)


def without_figures(undone: judged.Undone) -> Judgement:
    """The only night was withdrawn: no duty stands on anything any more."""
    day = today(undone.day)
    tree_day = max(day, min(rules.load().days))
    found = evaluate(judged.Judged(
        runs=pl.DataFrame(schema=RUN), day=day, marks=dated_marks()(tree_day), figures=NoFigures(), posts={},
        clock=due_dates.clock_of(due_dates.rules_on(day)), seen=undone.day, undone=undone,
    ))  # fmt: skip
    requests.take_back({}, None, undone)
    announce(found, day, undone)
    return found


class NoFigures:
    def series(self, level: str, code: str, first: date, last: date, grade: str = "") -> pl.DataFrame:  # noqa: ARG002
        return pl.DataFrame()


def _post_places(
    posts: Mapping[str, judged.Post], followed: Mapping[str, str]
) -> dict[tuple[str, str], dict[str, str]]:
    """Where each open request of a post stands now: at the same post, or where its person is now."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for former, code in (*followed.items(), *((code, code) for code in posts)):
        post = posts.get(code)
        if post is None or (former != code and former in posts):
            continue
        team, _, staff = former.partition(":")
        found[team, staff] = _place(post)
    return found


def _team_places(state: State, history: History) -> dict[tuple[str, str], dict[str, str]]:
    """The same of requests about a team: one moves only where the team itself has another code."""
    rows = Unit.objects.filter(load_id=state.load_id, whole=True, level="team")
    there = {
        code: {"team_code": code, "staff_code": "", "name": name, "team_name": name, "pdu_code": pdu,
               "region_code": region}
        for code, name, pdu, region in rows.values_list("code", "name", "pdu_code", "region_code")
    }  # fmt: skip
    renamed = history.links.present_codes("team").items()
    moved = {former: there[code] for former, code in renamed if former not in there and code in there}
    return {(code, ""): place for code, place in (there | moved).items()}


def _place(post: judged.Post) -> dict[str, str]:
    return {name: getattr(post, name) for name in PLACE if name != "grade"}


def posts_of(state: State) -> dict[str, judged.Post]:
    """The posts of the figures shown for which a duty may open: measured, and of somebody."""
    nobody, vacant = _placeholders(state), _vacant(state)
    units = Unit.objects.filter(load_id=state.load_id, whole=True)
    teams = dict(units.filter(level="team").values_list("code", "name"))
    posts = units.filter(level="post", unmeasured_posts=0).exclude(staff_code__in=("", NOT_KNOWN))
    columns = ("code", "team_code", "staff_code", "name", "grade", "pdu_code", "region_code", "stream")
    return {
        code: judged.Post(
            team_code=team, staff_code=staff, name=name, grade=grade, team_name=teams.get(team, team),
            pdu_code=pdu, region_code=region, has_capacity=stream != OMIC,
        )
        for code, team, staff, name, grade, pdu, region, stream in posts.values_list(*columns)
        if (team, staff) not in nobody and code not in vacant
    }  # fmt: skip


def _vacant(state: State) -> set[str]:
    """The posts whose name is nobody's, as the policies have it: 'Vacant' and the like."""
    posts = Unit.objects.filter(load_id=state.load_id, whole=True, level="post").values_list("code", "name")
    named = dict(posts)
    nobody = names_of_nobody(named.values(), state.day)
    return {code for code, name in named.items() if name in nobody}


def _placeholders(state: State) -> set[tuple[str, str]]:
    try:
        posts = open_night(settings.CONFIG.nights / state.night).table("facts/post")
    except NightError:
        log.warning("the posts of the night %s cannot be read: placeholders are not known", state.night)
        return set()
    found = posts.filter(pl.col("is_placeholder") == 1)
    return set(zip(found["team_code"], found["staff_code"], strict=True))


# ---- telling -----------------------------------------------------------------------------------------------


def announce(found: Judgement, day: date, undone: judged.Undone | None = None) -> None:
    """Writes down what judging came to, and tells those whom it concerns."""
    if found.is_nothing:
        return
    counts = [
        f"{len(duties):,} {what}"
        for what, duties in (
            ("opened", found.opened), ("reopened", found.reopened), ("escalated", found.raised),
            ("moved by corrected figures", found.moved), ("followed to another post", found.followed),
            ("to be confirmed", found.fell), ("closed", found.closed),
            ("open again as before", found.resumed),
        )
        if duties
    ]  # fmt: skip
    numbers = {
        name: [duty.pk for duty in getattr(found, name)][:500]
        for name in ("opened", "reopened", "followed", "fell", "closed", "resumed")
    }
    record("duty", f"Excessive workload actions: {', '.join(counts)}.", who=RULE, after=numbers)
    requests.attach([*found.opened, *found.reopened], day)
    ended = [duty.pk for duty in (*found.closed, *found.fell)]
    steps = Step.objects.filter(duty_id__in=ended, kind__in=(Step.Kind.CLOSED, Step.Kind.FELL))
    last = {step.duty_id: step for step in steps.order_by("number")}
    tell(notify.told_of(found, Roles(notify.concerned(found)), last, undone))


# ---- the clock ---------------------------------------------------------------------------------------------


@transaction.atomic
def turn(day: date) -> int:
    """What the day brings: the head hears of what is late, the manager of reviews that are due.

    Done once for each deadline, however often it is called: the number of steps that were added. The emails
    are a job's: whoever asks for the first page does not wait.
    """
    duties = list(Duty.objects.select_for_update().filter(due_dates.due_on(day)))
    steps, told = _reminders(duties, day)
    put(steps)
    tell([*told, *requests.turn(day), *told_of_ends(day)])
    report_mail.turn(day)
    if steps:
        late = sum(step.kind == Step.Kind.ESCALATED for step in steps)
        rest = len(steps) - late
        said = (
            f"Excessive workload actions on {day_words(day)}: {late:,} late and the head was notified, "
            f"{rest:,} to be reviewed."
        )
        record("duty", said, who=CLOCK)
    return len(steps)


def _reminders(duties: Sequence[Duty], day: date) -> tuple[list[Step], list[Announcement]]:
    steps: list[Step] = []
    told: list[Announcement] = []
    roles = Roles(duties)
    for duty in duties:
        people = roles.of(duty)
        for deadline in due_dates.open_deadlines(duty, day):  # the answer to a request has its own clock
            kind = Step.Kind.ESCALATED if deadline.is_late else Step.Kind.DUE
            key = f"{kind} {deadline.key}"
            is_said = deadline.is_late or (deadline.is_due and deadline.what == "review")
            if not is_said or key in duty.told:
                continue
            data = {"key": key, "what": deadline.what, "by": deadline.by}
            steps.append(stepped(duty, kind, day, who=CLOCK, data=data))
            said = f"{notify.who(duty)}: {notify.lower(labels.owed(deadline))}. {_over(duty)}"
            if deadline.is_late:
                # nobody may have the role: then the head, who hears of it anyway, hears that too
                told.append(Announcement(duty, "late", f"{said} {people.missing}".strip(), people.heads))
                told.append(Announcement(duty, "late", said, people.managers))
            else:
                told += notify.for_managers(duty, roles, "review due", said)
    return steps, told


def _over(duty: Duty) -> str:
    over, first = percent_words(duty.percent_x100), day_words(duty.run_since)
    return f"Over {over} since {first}." if duty.is_over else f"Over {over} from {first}; that has ended."
