"""What happens to duties by itself: after a load they are judged, and once a day the clock looks at them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.conf import settings
from django.db import transaction

from wmt import rules
from wmt.facts import NOT_KNOWN
from wmt.history import History, HistoryError, Mark, dated_marks, open_history, runs_on
from wmt.nights import NightError, open_night
from wmt.rules import RuleSet
from wmt.site.audit.record import record
from wmt.site.availability.words import day_words, percent_words
from wmt.site.duties import jobs, words
from wmt.site.duties.clock import Clock, clock_of, deadlines, due_on
from wmt.site.duties.evaluating import Outcome, Post, evaluate
from wmt.site.duties.models import Duty, Step
from wmt.site.duties.notices import Told, tell
from wmt.site.duties.people import Roles
from wmt.site.duties.steps import CLOCK, RULE, put, stepped
from wmt.site.workload.current import State, rules_of
from wmt.site.workload.models import Unit

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Read:
    """The runs of all posts on the last day of the history, the marks of that day, and the history."""

    history: History
    last: date
    marks: Sequence[Mark]
    runs: pl.DataFrame


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
        return Read(history, history.last, marks_of(history.last), runs_on(history, marks_of))
    except HistoryError as fault:
        log.exception("duties were not judged")
        record("duty", f"Duties were not judged: {fault}", who=RULE)
        return None


def after_load(state: State, read: Read | None = None) -> Outcome:
    """Judge every post and tell people. The caller holds the transaction of the load.

    `read` is what `read_runs` gave; it is read here where the caller has not.
    """
    read = read or read_runs()
    if read is None:
        return Outcome()
    found = evaluate(
        runs=read.runs, day=state.day, marks=read.marks, figures=read.history, posts=posts_of(state),
        clock=clock_on(state), seen=read.last,
    )  # fmt: skip
    announce(found, state.day)
    turn(state.day)
    return found


def _rules(day: date) -> RuleSet:
    tree = rules.load()
    return tree.at(max(day, min(tree.days)))


def clock_on(state: State) -> Clock:
    """The clock by the rules of the figures shown; where their night has none, by those of the day."""
    try:
        found = rules_of(state)
        if found.under("duties"):
            return clock_of(found)
    except NightError:
        log.warning("the rules of the night %s cannot be read: the clock is that of the rules", state.night)
    return clock_of(_rules(state.day))


def posts_of(state: State) -> dict[str, Post]:
    """The posts of the figures shown for which a duty may open: measured, and of somebody."""
    nobody = _placeholders(state)
    units = Unit.objects.filter(load_id=state.load_id, whole=True)
    teams = dict(units.filter(level="team").values_list("code", "name"))
    posts = units.filter(level="post", unmeasured_posts=0).exclude(staff_code__in=("", NOT_KNOWN))
    columns = ("code", "team_code", "staff_code", "name", "grade", "pdu_code", "region_code")
    return {
        code: Post(
            team_code=team, staff_code=staff, name=name, grade=grade, team_name=teams.get(team, team),
            pdu_code=pdu, region_code=region,
        )
        for code, team, staff, name, grade, pdu, region in posts.values_list(*columns)
        if (team, staff) not in nobody
    }  # fmt: skip


def _placeholders(state: State) -> set[tuple[str, str]]:
    try:
        posts = open_night(settings.CONFIG.nights / state.night).table("facts/post")
    except NightError:
        log.warning("the posts of the night %s cannot be read: placeholders are not known", state.night)
        return set()
    found = posts.filter(pl.col("is_placeholder") == 1)
    return set(zip(found["team_code"], found["staff_code"], strict=True))


# ---- telling -----------------------------------------------------------------------------------------------


def announce(found: Outcome, day: date) -> None:
    """Writes down what judging came to, and tells those whom it concerns."""
    if found.is_nothing:
        return
    counts = [
        f"{len(duties):,} {what}"
        for what, duties in (
            ("opened", found.opened), ("reopened", found.reopened), ("raised", found.raised),
            ("moved by corrected figures", found.moved), ("closed", found.closed),
        )
        if duties
    ]  # fmt: skip
    numbers = {
        name: [duty.pk for duty in getattr(found, name)][:500] for name in ("opened", "reopened", "closed")
    }
    record("duty", f"Duties of excessive workload: {', '.join(counts)}.", who=RULE, after=numbers)
    again = [duty for duty in (*found.opened, *found.reopened) if duty.is_open]
    raised = [duty for duty in found.raised if duty not in again]
    roles = Roles(day, [*again, *raised])
    tell([each for duty in again for each in _opened(duty, roles)])
    tell([each for duty in raised for each in _for_managers(duty, roles, "raised", _raised_words(duty))])


def _opened(duty: Duty, roles: Roles) -> list[Told]:
    kind = "reopened" if duty.reopened else "opened"
    said = f"{_who(duty)}: {lower(words.run_words(duty))}. Acknowledge by {day_words(duty.acknowledge_by)}"
    own = (
        f"Your workload: {lower(words.run_words(duty))}. Your manager has a duty to do something about it by "
        f"{day_words(duty.decide_by)}. You can ask for relief."
    )
    found = _for_managers(duty, roles, kind, f"{said}, decide by {day_words(duty.decide_by)}.")
    return [*found, Told(duty, kind, own, roles.of(duty).person)]


def _raised_words(duty: Duty) -> str:
    return f"{_who(duty)}: raised, now also over the mark of {words.MARKS['double_red']}."


def _for_managers(duty: Duty, roles: Roles, kind: str, said: str) -> list[Told]:
    """To the managers; where nobody holds that role, to the head, with the words that it is so."""
    people = roles.of(duty)
    if people.managers:
        return [Told(duty, kind, said, people.managers)]
    return [Told(duty, kind, f"{said} {people.missing}", people.heads)]


def _who(duty: Duty) -> str:
    return f"{duty.name}, {duty.team_name}"


def lower(said: str) -> str:
    """A sentence as the end of another."""
    return said[:1].lower() + said[1:]


# ---- the clock ---------------------------------------------------------------------------------------------


@transaction.atomic
def turn(day: date) -> int:
    """What the day brings: the head hears of what is late, the manager of reviews that are due.

    Done once for each deadline, however often it is called: the number of steps that were added. The mails,
    and those that could not be sent before, are a job's: whoever asks for the first page does not wait.
    """
    duties = list(Duty.objects.select_for_update().filter(due_on(day)))
    steps, told = _reminders(duties, day)
    put(steps)
    tell(told, at_once=False)
    transaction.on_commit(jobs.send_waiting, robust=True)
    if steps:
        late = sum(step.kind == Step.Kind.ESCALATED for step in steps)
        rest = len(steps) - late
        said = f"Duties on {day_words(day)}: {late:,} late and told to the head, {rest:,} to be reviewed."
        record("duty", said, who=CLOCK)
    return len(steps)


def _reminders(duties: Sequence[Duty], day: date) -> tuple[list[Step], list[Told]]:
    steps: list[Step] = []
    told: list[Told] = []
    roles = Roles(day, duties)
    for duty in duties:
        people = roles.of(duty)
        for deadline in deadlines(duty, day):
            kind = Step.Kind.ESCALATED if deadline.is_late else Step.Kind.DUE
            key = f"{kind} {deadline.key}"
            is_said = deadline.is_late or (deadline.is_due and deadline.what == "review")
            if not is_said or key in duty.told:
                continue
            data = {"key": key, "what": deadline.what, "by": deadline.by}
            steps.append(stepped(duty, kind, day, who=CLOCK, data=data))
            said = f"{_who(duty)}: {lower(words.owed(deadline))}. {_over(duty)}"
            if deadline.is_late:
                # nobody may have the role: then the head, who hears of it anyway, hears that too
                told.append(Told(duty, "late", f"{said} {people.missing}".strip(), people.heads))
                told.append(Told(duty, "late", said, people.managers))
            else:
                told += _for_managers(duty, roles, "review due", said)
    return steps, told


def _over(duty: Duty) -> str:
    return f"Over {percent_words(duty.percent_x100)} since {day_words(duty.run_since)}."
