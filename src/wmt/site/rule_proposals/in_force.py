"""The rules in force in this installation: those of the program, with the proposals that were approved.

A process of the site says so once (`ask_the_database`): from then on `wmt.rules.load()` gives this tree,
whoever asks. Within `approved_rules`, as in a request, a load or a job, it is the same one until the end.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from wmt import rules
from wmt.rules.amendments import Amendment, amended, faults_between
from wmt.site.rule_proposals.models import IN_THE_RULES, RuleProposal

log = logging.getLogger(__name__)


class _OfMoment:
    """The tree of one request or job: read when it is first asked for."""

    def __init__(self) -> None:
        self.tree: rules.Tree | None = None

    def __call__(self) -> rules.Tree:
        if self.tree is None:
            self.tree = tree_now()
        return self.tree


_moment: ContextVar[_OfMoment | None] = ContextVar("wmt_approved_rules", default=None)


@contextmanager
def approved_rules() -> Iterator[None]:
    """Let `wmt.rules.load()` give the rules in force here, as they are when it is first asked."""
    found = _OfMoment()
    token = _moment.set(found)
    try:
        with rules.using(found):
            yield
    finally:
        _moment.reset(token)


class ApprovedRules:
    """Every request sees the rules in force here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with approved_rules():
            return self.get_response(request)


def ask_the_database() -> None:
    """Let `wmt.rules.load()` give the rules in force here in all of this process."""
    rules.otherwise(_of_process)


def _of_process() -> rules.Tree:
    """The rules in force; those of the program while the database is not yet of this version."""
    return tree_now() if _is_there() else rules.shipped()


def _is_there() -> bool:
    """Whether the database has a table of proposals; once it has, it is not asked again."""
    if not _known_to_be_there:
        table = RuleProposal._meta.db_table
        if table not in connection.introspection.table_names():
            return False
        _known_to_be_there.append(table)
    return True


_known_to_be_there: list[str] = []


def changed() -> None:
    """What was approved has changed: whoever asks next in this context reads it anew."""
    if (found := _moment.get()) is not None:
        found.tree = None


def tree_now() -> rules.Tree:
    """The rules in force here: one query where nothing was approved since the last time."""
    return _tree(_known(_approved()))


def tree_without(row: RuleProposal) -> rules.Tree:
    """The rules as if one proposal had not been approved."""
    return _tree(_known(_approved().exclude(pk=row.pk)))


#: What tells an approved proposal from all others, and from itself before and after a decision.
_Known = tuple[tuple[str, int, datetime | None, date | None], ...]


def _known(found: QuerySet[RuleProposal]) -> _Known:
    return tuple(found.values_list("key", "edition", "decided_at", "ends"))


def tree_under(former: RuleProposal | None) -> rules.Tree:
    """The rules that the values of a proposal are laid on: those in force here, without what it supersedes.
    So a value of what it supersedes that is to stay has to be said again, and can be."""
    return tree_now() if former is None else tree_without(former)


def tree_beneath(row: RuleProposal) -> rules.Tree:
    """What the values of a proposal are laid on, whatever its state: the rules without it, nor what it
    supersedes or superseded."""
    if row.was_approved:
        return tree_without(row)
    former = row.supersedes
    is_there = former is not None and former.state == RuleProposal.State.APPROVED
    return tree_under(former if is_there else None)


def tree_before(row: RuleProposal) -> rules.Tree:
    """The rules as if a proposal were not approved: what it supersedes is still in force, and what it has
    superseded still would be."""
    if not row.was_approved:
        return tree_now()
    former = row.supersedes
    if former is None or former.state != RuleProposal.State.SUPERSEDED or _never_began(row):
        return tree_without(row)
    return _tree(_known(_approved(former.pk).exclude(pk=row.pk)), former.key)


def _never_began(row: RuleProposal) -> bool:
    """Whether it was withdrawn before its first day: what it had superseded was put back."""
    return row.state == RuleProposal.State.WITHDRAWN and row.ends is not None and row.ends <= row.first_day


def _approved(also: int = 0) -> QuerySet[RuleProposal]:
    """Approved proposals that were or will be in force, in the order of approval; and one more."""
    begins = Q(ends__isnull=True) | Q(ends__gt=F("first_day")) | Q(pk=also)
    found = RuleProposal.objects.filter(begins, state__in=IN_THE_RULES, decided_at__isnull=False)
    return found.order_by("decided_at", "pk")


def faults() -> list[rules.RuleFault]:
    """What is wrong with the rules as they are saved, within the transaction that asks: proposals that cannot
    be used, and values that do not hold together. Nothing of it is kept: it may be rolled back."""
    usable, found = list[Amendment](), list[rules.RuleFault]()
    for row in _approved():
        try:
            usable += [each for each in [_amendment(row)] if each is not None]
        except rules.RulesError as error:
            found += error.faults
    tree = amended(rules.shipped(), usable)
    return found + faults_between(tree, [path for each in usable for path in each.overlay.paths])


@lru_cache(maxsize=8)
def _tree(known: _Known, unended: str = "") -> rules.Tree:
    """The tree of what is approved; that of one key as if it had not ended."""
    if not known:
        return rules.shipped()
    rows = {row.key: row for row in RuleProposal.objects.filter(key__in=[each[0] for each in known])}
    if unended in rows:
        rows[unended].ends = None
    there = [rows[key] for key, *_ in known if key in rows]
    return amended(rules.shipped(), [amendment for row in there if (amendment := _usable(row))])


def _usable(row: RuleProposal) -> Amendment | None:
    """As `_amendment`. One that cannot be used at all is left out with a line in the log: pages go on."""
    try:
        return _amendment(row)
    except rules.RulesError as error:
        log.error("rule proposal %s is not in force: %s", row.pk, error)
        return None


def _amendment(row: RuleProposal) -> Amendment | None:
    """What a row adds to the rules, without what a later program has no place for any more. Raises RulesError
    for one that nobody could approve."""
    lost = unfit(row)
    if lost:
        log.warning(
            "approved values of rule proposal %s no longer fit the rules: %s", row.pk, ", ".join(lost)
        )
    overlay = row.overlay
    entries = tuple(entry for entry in overlay.entries if entry[0] not in lost)
    if not entries:
        return None
    return Amendment(
        number=row.pk,
        overlay=replace(overlay, entries=entries),
        proposed_by=row.proposer,
        approved_by=row.decider,
        ends=row.ends,
    )


def unfit(row: RuleProposal) -> list[str]:
    """The rules of a proposal that the program no longer has, or whose unit refuses the value by now."""
    shipped, found = rules.shipped().parameters, []
    for path, _, value in row.overlay.entries:
        parameter = shipped.get(path)
        empty = value is None and parameter is not None and parameter.optional
        if parameter is None or (not empty and rules.UNITS[parameter.unit].why_not(value)):
            found.append(path)
    return list(dict.fromkeys(found))
