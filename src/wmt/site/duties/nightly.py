"""What happens to duties by itself: after a load they are judged, and once a day the clock looks at them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from wmt import rules
from wmt.facts import NOT_KNOWN
from wmt.history import RUN, History, HistoryError, Mark, dated_marks, open_history, runs_on
from wmt.nights import NightError, open_night
from wmt.rules import RuleSet
from wmt.site.audit.record import record
from wmt.site.availability.words import day_words, percent_words
from wmt.site.duties import jobs, words
from wmt.site.duties.clock import Clock, clock_of, deadlines, due_on
from wmt.site.duties.evaluating import Outcome, Post, Undone, evaluate
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


def after_load(state: State, read: Read | None = None, undone: Undone | None = None) -> Outcome:
    """Judge every post and tell people. The caller holds the transaction of the load.

    `read` is what `read_runs` gave; it is read here where the caller has not. `undone`: a night was withdrawn
    or restored.
    """
    read = read or read_runs()
    if read is None:
        return Outcome()
    found = evaluate(
        runs=read.runs, day=state.day, marks=read.marks, figures=read.history, posts=posts_of(state),
        clock=clock_on(state), seen=read.last, undone=undone,
    )  # fmt: skip
    announce(found, state.day, undone)
    turn(state.day)
    return found


def without_figures(undone: Undone) -> Outcome:
    """The only night was withdrawn: no duty stands on anything any more."""
    day = timezone.localdate()
    tree_day = max(day, min(rules.load().days))
    found = evaluate(
        runs=pl.DataFrame(schema=RUN), day=day, marks=dated_marks()(tree_day), figures=NoFigures(), posts={},
        clock=clock_of(_rules(day)), seen=undone.day, undone=undone,
    )  # fmt: skip
    announce(found, day, undone)
    return found


class NoFigures:
    """Figures where there are none."""

    def series(self, level: str, code: str, first: date, last: date, grade: str = "") -> pl.DataFrame:  # noqa: ARG002
        """Nothing."""
        return pl.DataFrame()


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


def announce(found: Outcome, day: date, undone: Undone | None = None) -> None:
    """Writes down what judging came to, and tells those whom it concerns."""
    if found.is_nothing:
        return
    counts = [
        f"{len(duties):,} {what}"
        for what, duties in (
            ("opened", found.opened), ("reopened", found.reopened), ("raised", found.raised),
            ("moved by corrected figures", found.moved), ("closed", found.closed),
            ("open again as before", found.resumed),
        )
        if duties
    ]  # fmt: skip
    numbers = {
        name: [duty.pk for duty in getattr(found, name)][:500]
        for name in ("opened", "reopened", "closed", "resumed")
    }
    record("duty", f"Duties of excessive workload: {', '.join(counts)}.", who=RULE, after=numbers)
    again = [duty for duty in (*found.opened, *found.reopened) if duty.is_open]
    raised = [duty for duty in found.raised if duty not in again]
    taken_back = found.closed if undone is not None and not undone.restored else []
    roles = Roles(day, [*again, *raised, *taken_back, *found.resumed])
    if undone is not None:
        tell([each for duty in taken_back for each in _taken_back(duty, roles, undone)])
        tell([each for duty in found.resumed for each in _resumed(duty, roles, undone)])
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


def _taken_back(duty: Duty, roles: Roles, undone: Undone) -> list[Told]:
    """Whoever was told that it opened hears that it did on figures that were withdrawn."""
    why = f"the figures of {day_words(undone.day)}, on which it stood, were withdrawn"
    own = f"The duty about your workload was closed: {why}."
    said = f"{_who(duty)}: the duty was closed, because {why}."
    return [
        *_for_managers(duty, roles, "withdrawn", said),
        Told(duty, "withdrawn", own, roles.of(duty).person),
    ]


def _resumed(duty: Duty, roles: Roles, undone: Undone) -> list[Told]:
    what = "restored" if undone.restored else "withdrawn"
    why = f"the figures of {day_words(undone.day)} were {what}"
    said = f"{_who(duty)}: the duty is open again as before, because {why}."
    return _for_managers(duty, roles, "resumed", said)


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
