"""Emails to those who cover or co-work cases: that they do, that it has ended, and that it goes on after all.

Of a limited-access case they have names and the CRN only, and whoever is shut out of a case is told nothing
of it. Why the holder is away is in none. The rows are written in the transaction of what they tell of.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from django.conf import settings
from django.utils import timezone

from wmt.allocation.cases import case_words
from wmt.days import moment_words, written
from wmt.site.accounts.models import User
from wmt.site.allocation.access import codes
from wmt.site.allocation.models import CaseColleague
from wmt.site.allocation.queries import limited_before
from wmt.site.changes.allocation_messages import COLLEAGUES, not_shut_out, post_names
from wmt.site.changes.case_deltas import case_lines
from wmt.site.figures import line_queries
from wmt.site.links import unit_url
from wmt.site.outbox import messages
from wmt.site.workload.state import State
from wmt.text import counted

_Role, _End = CaseColleague.Role, CaseColleague.End
#: The end of a subject and the first sentence, of a case and how many whose cases they are.
Words = Callable[[CaseColleague, str], tuple[str, str]]
#: What people do for a case, by their role.
DOING = {_Role.COVER: "cover", _Role.CO_WORKER: "co-work", _Role.MENTOR: "mentor the holder of"}


def tell_named(state: State, rows: Iterable[CaseColleague]) -> None:
    """Somebody was named beside the holder of cases."""

    def words(row: CaseColleague, cases: str) -> tuple[str, str]:
        back = " until they are back" if row.role == _Role.COVER else ""
        until = f" until {written(row.last_day)}" if row.last_day else back
        doing = DOING[_Role(row.role)]
        by = f"Named by: {row.who}, {moment_words(timezone.localtime(row.recorded_at))}"
        first = written(row.first_day)
        return f"to {doing} cases", f"You are named to {doing} {cases} from {first}{until}.\n\n{by}"

    _write(state, rows, "named", words)


def tell_ended(state: State, rows: Iterable[CaseColleague]) -> None:
    """It has ended, for the reason that the rows have."""

    def words(row: CaseColleague, cases: str) -> tuple[str, str]:
        by = f", by {row.ended_by}" if row.end == _End.HAND else ""
        return "no longer beside the holder of cases", (
            f"You no longer {DOING[_Role(row.role)]} {cases}: {_End(row.end).label}{by}."
        )

    _write(state, rows, "ended", words)


def tell_again(state: State, rows: Iterable[CaseColleague]) -> None:
    """What had ended it came to nothing."""

    def words(row: CaseColleague, cases: str) -> tuple[str, str]:
        doing = DOING[_Role(row.role)]
        return f"again to {doing} cases", f"You {doing} {cases} again: what had ended this was undone."

    _write(state, rows, "again", words)


def _write(state: State, rows: Iterable[CaseColleague], kind: str, words: Words) -> None:
    """One email to each person about all cases of one holder that are said of in the same words."""
    rows = sorted((row for row in rows if row.ref), key=_alike)
    refs = {row.ref for row in rows}
    limited, what = limited_before(refs), _what(state, refs)
    names = post_names({code for row in rows for code in (row.holder, row.post)}, state)
    people = messages.people_at([codes(row.post)[1] for row in rows])
    letters, nobody = [], list[User | None]([None])
    for _, group in groupby(rows, _alike):
        alike = list(group)
        name, holder = names[alike[0].post], names[alike[0].holder]
        for user in people[codes(alike[0].post)[1]] or nobody:
            known = [row for row in alike if user is None or not_shut_out([user], [row.ref])]
            if not known:
                continue
            subject, said = words(known[0], f"{counted(len(known), 'case')} of {holder}")
            facts = [f"CRN: {row.ref}{'' if row.ref in limited else what.get(row.ref, '')}" for row in known]
            if any(row.ref in limited for row in known):
                facts = [f"CRN: {row.ref}" for row in known]
                facts.append("\nAccess to this is limited, so the email says nothing more.")
            letters.append(_letter(known, kind, name, user, f"You are {subject}", [said, "\n".join(facts)]))
    messages.write(COLLEAGUES, letters)


def _alike(row: CaseColleague) -> tuple[str, ...]:
    return row.post, row.holder, row.role, row.end, str(row.first_day), str(row.last_day or ""), row.ended_by


def _what(state: State, refs: Iterable[str]) -> dict[str, str]:
    """The type and tier of cases in the figures, by reference, after a comma."""
    pricing = line_queries.pricing_of(state)
    priced = ((line.ref, pricing[line.pricing]) for line in case_lines(state, set(refs)))
    return {
        ref: f", {case_words(by.location, by.tier, by.stream, suspended=by.suspended)}"
        for ref, by in priced
        if by.kind == "case"
    }


def _letter(
    rows: Sequence[CaseColleague], kind: str, name: str, user: User | None, subject: str,
    parts: Sequence[str],
) -> messages.Letter:  # fmt: skip
    address = f"{settings.CONFIG.site_address}{unit_url('post', rows[0].post, 'allocations')}"
    body = "\n\n".join([
        *parts, f"To see more, sign in:\n{address}",
        "You received this from the Workload Measurement Tool because you were named for these cases.",
    ])  # fmt: skip
    return messages.Letter(
        numbers=tuple(row.pk for row in rows), kind=kind, name=name, user=user, subject=subject,
        body=f"{body}\n",
    )  # fmt: skip
