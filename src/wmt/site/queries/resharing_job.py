"""Looking for the best way to share cases again: asked for on a page, done by the process for jobs.

The answer is that of the solver, which comes out the same of the same question about the same figures; who
asks it again gets the answer that is there. A search can be stopped, and then has what was found until then.
"""

import logging
import secrets
import threading
import time
from contextlib import suppress
from hashlib import sha256
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from wmt.errors import RefusalError
from wmt.plan.balance import levers, questions, solve
from wmt.plan.balance.kept_moves import kept_moves, with_moves
from wmt.plan.balance.problem import GOAL_WORDS, SharingProblem
from wmt.plan.balance.reading import Kept
from wmt.site.accounts.models import User
from wmt.site.audit.record import record
from wmt.site.changes.allocation_preview import refused
from wmt.site.consistent_read import moved
from wmt.site.exports.kept_files import figures_of, rights_of
from wmt.site.figures import units
from wmt.site.loads.recovery import when_killed
from wmt.site.plans.models import SharingSearch
from wmt.site.queries import resharing_answer
from wmt.site.queries.resharing import JOB_ONLY, SharingNow, SharingQuestion, sharing_now
from wmt.site.queries.resharing_answer import AskedSharing, overload_left, relieved
from wmt.site.rule_proposals.in_force import approved_rules
from wmt.site.workload.models import Unit
from wmt.site.workload.state import NoDataYet, State, current_state

log = logging.getLogger(__name__)
#: Loads come first: many people wait for them.
_AFTER_LOADS = -10
#: So many searches of one person wait or are under way at most.
MOST_AT_ONCE = 3
#: Seconds between two signs of life, and those after which a search ends with what it has found.
_BEAT, LONGEST = 1.0, 600.0
#: The solver's count of work for each change that might help.
WORK_OF_A_CHANGE = 1.0
#: So often it is begun again where figures changed while they were read.
_TRIES = 3
_STAGES = {str(goal): words for goal, words in GOAL_WORDS.items()}
_ENDED = "The process that was looking stopped, so this ended without an answer. Look again."


@transaction.atomic
def ask_best(
    *, actor: Any, state: State, unit: Unit, question: SharingQuestion
) -> tuple[SharingSearch, bool]:
    """Have a job look for the best answer; the search, and whether it is new: the same question of the same
    figures is one search.

    Raises RefusedError where too many of one person are under way.
    """
    # one at a time: of the same request twice at once, the second finds what the first made
    User.objects.select_for_update().filter(pk=actor.pk).first()
    # who is protected, what trainees may hold and who must not know of a case move no figure, and yet decide
    asked_of = _digest(figures_of(state, ("plan",)), unit.level, unit.code, question.as_data,
                       rights_of(actor))  # fmt: skip
    mine = SharingSearch.objects.filter(user=actor)
    same = mine.filter(asked_of=asked_of, stop_asked=False).exclude(state=SharingSearch.State.FAILED)
    if found := same.order_by("-pk").first():
        return found, False
    under_way = (SharingSearch.State.WAITING, SharingSearch.State.RUNNING)
    if mine.filter(state__in=under_way).count() >= MOST_AT_ONCE:
        words = f"You have {MOST_AT_ONCE} searches waiting or under way. Ask again when one has ended"
        raise refused("TOO_MANY", words, "")
    row = SharingSearch.objects.create(
        key=secrets.token_urlsafe(16), user=actor, level=unit.level, code=unit.code,
        question=question.as_data, asked_of=asked_of, load_id=state.load_id, day=state.day,
    )  # fmt: skip
    said = f"{actor} asked for the best way to share cases of {unit.level} {unit.code} again."
    record("plan", said, actor=actor, level=unit.level, code=unit.code, after={"search": row.pk})
    look_for_best.enqueue(row.pk)
    return row, True


def stop_search(row: SharingSearch) -> None:
    """Ask a search to end with what it has found. One that has not begun ends without an answer."""
    rows = SharingSearch.objects.filter(pk=row.pk)
    # first the one that waits: it may begin between the two
    rows.filter(state=SharingSearch.State.WAITING).update(
        state=SharingSearch.State.FAILED, stop_asked=True, ended_at=timezone.now(),
        message="You stopped it before it began.",
    )  # fmt: skip
    rows.filter(state=SharingSearch.State.RUNNING).update(stop_asked=True)


@task(priority=_AFTER_LOADS)
def look_for_best(number: int) -> str:
    """Look for the best answer; the row says how it went. Returns its state."""
    rows = SharingSearch.objects.filter(pk=number)
    begun = rows.filter(state=SharingSearch.State.WAITING).update(
        state=SharingSearch.State.RUNNING, beat_at=timezone.now()
    )
    row = rows.select_related("user").first()
    if row is None or not begun:
        return "gone" if row is None else str(row.state)
    try:
        with approved_rules():
            _look(row)
    except Exception as fault:
        _end(row, SharingSearch.State.FAILED, _words(row, fault))
    except BaseException:
        _end(row, SharingSearch.State.FAILED, _ENDED)
        raise
    return str(row.state)


def look_after() -> None:
    """End searches that nobody does any more, whatever became of their jobs. For workers."""
    # searches before jobs, and each as it is in the end: one asked for or found meanwhile is left alone
    under_way = SharingSearch.objects.filter(state__in=("waiting", "running"))
    found = list(under_way.values_list("pk", flat=True))
    jobs = DBTaskResult.objects.filter(task_path=look_for_best.module_path)
    given = {
        number
        for job in jobs.filter(status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING))
        for number in job.args_kwargs["args"]
    }
    left = under_way.filter(pk__in=set(found) - given)
    # one with an answer was still looking for what would help
    left.filter(answer__isnull=False).update(state=SharingSearch.State.DONE, ended_at=timezone.now())
    left.update(state=SharingSearch.State.FAILED, message=_ENDED, percent=0, ended_at=timezone.now())


@when_killed(look_for_best)
def search_was_killed(number: int, *, again: bool) -> bool:
    """A search is begun once more; then its page says that it ended without an answer."""
    row = SharingSearch.objects.filter(pk=number, state__in=("waiting", "running")).first()
    if row is not None and again and not row.stop_asked:
        SharingSearch.objects.filter(pk=number).update(state=SharingSearch.State.WAITING, percent=0)
    elif row is not None:
        _end(row, SharingSearch.State.FAILED, _ENDED)
    return again


class SearchProgress:
    """Tells in the row how far a search is, and the solver whether to stop; from a thread beside it."""

    def __init__(self, row: SharingSearch) -> None:
        self.row, self.until = row, time.monotonic() + LONGEST
        self.stopped = False
        self._told = time.monotonic()

    def __call__(self, goal: str, share: float) -> bool:
        """Whether to stop. A database that is busy may go untold."""
        if time.monotonic() - self._told > _BEAT:
            self._told = time.monotonic()
            with suppress(DatabaseError):
                self._tell(goal, share)
            if threading.current_thread() is not threading.main_thread():
                connection.close()  # of this thread alone
        return self.is_over

    @property
    def is_over(self) -> bool:
        """Whether somebody stopped it, or it has taken too long."""
        return self.stopped or time.monotonic() > self.until

    def _tell(self, goal: str, share: float) -> None:
        rows = SharingSearch.objects.filter(pk=self.row.pk)
        stage = _STAGES.get(goal, goal)
        rows.update(stage=stage, percent=min(int(share * 100), 99), beat_at=timezone.now())
        self.stopped = self.stopped or rows.filter(stop_asked=True).exists()


def _look(row: SharingSearch) -> None:
    tell = SearchProgress(row)
    state = current_state()
    for left in reversed(range(_TRIES)):
        unit = units.find(state, row.user, row.level, row.code)
        with sharing_now(state, row.user, unit, SharingQuestion.of_data(row.question)) as now:
            asked = AskedSharing(now)
            if left and moved(state):
                state = current_state()
                continue
            row.load_id, row.day = state.load_id, state.day
            solved = solve.solve(asked.left, tell=tell)
            row.answer = asked.answered(solved)
            row.save(update_fields=["load", "day", "answer"])
            overload = overload_left(row.answer)
            if not tell.is_over:
                ways = _with_fewer(asked, row, tell)
                row.answer["frontier"] = resharing_answer.frontier_told(row.answer, asked, ways)
                row.save(update_fields=["answer"])
            # of a region each change takes as long as the answer: the command line tries them
            if overload[0] and not tell.is_over and unit.level not in JOB_ONLY:
                row.answer["would_help"] = _what_would_help(now, asked, overload, tell)
        break
    _end(row, SharingSearch.State.DONE)


def _with_fewer(asked: AskedSharing, row: SharingSearch, tell: SearchProgress) -> questions.Ways:
    """What some smaller numbers of moves leave; of a region by the plain rule, which takes a second each."""
    numbers = resharing_answer.fewer_moves(row.answer or {}, asked)
    way = questions.frontier_quick if row.level in JOB_ONLY else questions.frontier
    found: questions.Ways = []
    for place, number in enumerate(numbers):
        if tell("with fewer moves", place / len(numbers)):
            break
        found += way(asked.left.problem, [number], work=WORK_OF_A_CHANGE)
    return found


def _what_would_help(
    now: SharingNow, asked: AskedSharing, left: tuple[int, int], tell: SearchProgress
) -> dict[str, Any] | None:
    """What each change would leave of overload, beside what the answer leaves; found by solving again."""

    def again(kept: Kept) -> SharingProblem:
        whole = now.problem(kept)
        # the moves that the answer keeps and no others, which could break a limit
        return with_moves(whole, kept_moves(whole, asked.fixed))

    changes = levers.changes(asked.left.problem, now.ledger, now.kept, again, named=False)
    found = questions.relief(
        asked.left.problem, changes, work=WORK_OF_A_CHANGE,
        tell=lambda _, share: tell("what would help", share),
    )  # fmt: skip
    return None if tell.is_over else relieved(found, left)


def _end(row: SharingSearch, state: SharingSearch.State, message: str = "") -> None:
    if row.answer is not None:  # only what would help was still looked for
        state, message = SharingSearch.State.DONE, ""
    row.state, row.message, row.percent = state, message, 100 if state == SharingSearch.State.DONE else 0
    row.ended_at = timezone.now()
    row.save(update_fields=["state", "message", "percent", "ended_at", "answer"])


def _words(row: SharingSearch, fault: Exception) -> str:
    """Why there is no answer, for the person who asked."""
    if isinstance(fault, units.UnknownUnit | NoDataYet):
        return "The unit is no longer in the figures."
    if isinstance(fault, RefusalError):
        return f"{str(fault)[:1].upper()}{str(fault)[1:]}."
    reference = secrets.token_hex(4).upper()
    log.error("fault %s while %s was done", reference, row, exc_info=fault)
    return f"There is a problem with the service. Contact support and give them the number {reference}."


def _digest(*facts: object) -> str:
    return sha256(repr(facts).encode()).hexdigest()
