"""What is held about one person, as tables: by their account, their staff code and nothing else.

Rows are found by the account itself or by posts of the staff code; a row that is about somebody else is in
none, and of what names others only what it says of this person. Concerns of colleagues about them are left
out: whoever raises one must not have to fear it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from wmt.site.accounts import limited_access
from wmt.site.accounts.models import ApiToken, RoleGrant, User
from wmt.site.agreements.models import CountedFigure, StateAnswer
from wmt.site.allocation.models import CaseAllocation, CaseColleague, CaseKindChange, PostProtection
from wmt.site.audit.models import AuditEvent, ReadEvent
from wmt.site.availability.models import Grade, Hours, Reduction, StaffDetails
from wmt.site.challenges.models import Challenge
from wmt.site.changes.plan_cases import readable_cases
from wmt.site.duties.models import Duty, Notice, Request, Step
from wmt.site.exports.models import Export
from wmt.site.extra_work.models import ExtraWork, ExtraWorkDecision
from wmt.site.outbox.models import Message
from wmt.site.plans.models import PlanComment, SavedPlan
from wmt.site.unusual.models import UnusualAnswer
from wmt.site.workload.state import state_if_any

#: Kinds of events at somebody's post that are about their own hours and grade alone. Others would tell of
#: cases, of what was tried or asked in confidence, or of what colleagues did.
_OF_RECORDS = (
    "hours", "reduction", "grade", "people import", "records followed", "records carried over", "protection",
)  # fmt: skip
#: What says of a row that it is about a case, and what is said of it beside.
_CASE = ("ref", "work__ref")
_OF_CASE = (*_CASE, "from_post", "to_post", "reason", "notes", "words", "answer_words")
#: Said in place of a case that somebody may not read now.
NOT_NOW = "a case that you may not see now"


@dataclass(frozen=True)
class HeldTable:
    """One kind of what is held: its name in files, its title, its columns in words, and the rows."""

    name: str
    title: str
    columns: Sequence[str]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True)
class _Kind:
    """How one kind is found: the columns are fields of the model, through foreign keys too."""

    name: str
    title: str
    model: type[Model]
    found: Q
    fields: tuple[str, ...]

    def table(self, user: User) -> HeldTable:
        """The rows. Of a case that they may not see now the row has no more than that it was there, and when;
        of one that they are shut out of there is none."""
        found: QuerySet[Any] = self.model._default_manager.filter(self.found).order_by("pk")
        rows, case = list(found.values_list(*self.fields)), next((f for f in self.fields if f in _CASE), "")
        if case:
            place = self.fields.index(case)
            hidden, refs = limited_access.hidden_from(user), {row[place] for row in rows if row[place]}
            state = state_if_any()
            seen = readable_cases(user, refs, state) if refs and state else {}
            rows = [
                row if not row[place] or row[place] in seen else self._without_case(row)
                for row in rows
                if row[place].upper() not in hidden
            ]
        return HeldTable(
            self.name,
            self.title,
            [each.replace("__", " ").replace("_", " ") for each in self.fields],
            [tuple(map(_plain, row)) for row in rows],
        )

    def _without_case(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            NOT_NOW if name in _CASE else "" if name in _OF_CASE else value
            for name, value in zip(self.fields, row, strict=True)
        )


def _plain(value: Any) -> Any:
    """A value as files have it: moments on the clock of England and Wales, without fractions."""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | dict):
        return str(value) if value else ""
    return "" if value is None else value


def held_about(user: User) -> list[HeldTable]:
    """Every kind that has rows about a person, in an order for reading."""
    return [table for each in _kinds(user) if (table := each.table(user)).rows]


def _kinds(user: User) -> Iterable[_Kind]:
    yield from _of_account(user)
    if user.staff_code:
        yield from _of_posts(user.staff_code)
    yield from _by_person(user)


def _of_account(user: User) -> Iterable[_Kind]:
    mine = Q(user=user)
    yield _Kind("account", "Your account", User, Q(pk=user.pk),
                ("name", "email", "staff_code", "is_active", "created_at"))  # fmt: skip
    yield _Kind("roles", "Your roles", RoleGrant, mine,
                ("role", "level", "code", "first_day", "last_day", "granted_at"))  # fmt: skip
    yield _Kind("tokens", "Your API tokens, without their secrets", ApiToken, mine,
                ("name", "hint", "first_day", "last_day", "reads_only", "last_used", "ended_at"))  # fmt: skip
    yield _Kind("files", "Files you asked for", Export, mine, ("title", "kind", "asked_at", "state"))
    yield _Kind("plans", "Plans you keep", SavedPlan, Q(owner=user), ("name", "level", "code", "text"))
    yield _Kind("emails", "Emails to you: what they were about and what became of them", Message, mine,
                ("kind", "made_at", "state", "sent_at"))  # fmt: skip


def _of_posts(staff: str) -> Iterable[_Kind]:
    """What is about posts of the staff code, whoever wrote it down."""
    at = f":{re.escape(staff)}$"  # capitals are told apart, on every database
    mine, at_post = Q(staff_code=staff), Q(post__regex=at)
    yield _Kind("staff", "Your details in the staff record", StaffDetails, mine,
                ("staff_code", "forename", "middle_name", "surname", "email", "seen_at"))  # fmt: skip
    entry = ("team_code", "first_day", "version", "recorded_at", "who", "why", "withdrawn", "ended_at")
    yield _Kind("hours", "Contracted hours, every version (hours in millionths)", Hours, mine,
                (*entry, "hours_micro"))  # fmt: skip
    yield _Kind("reductions", "Reductions, every version (hours in millionths, per cent in hundredths)",
                Reduction, mine,
                (*entry, "last_day", "reason", "hours_micro", "percent_x100", "notes"))  # fmt: skip
    yield _Kind("grades", "Corrections of your grade, every version", Grade, mine,
                (*entry, "last_day", "grade"))  # fmt: skip
    yield _Kind("duties", "Excessive workload actions about you", Duty, mine,
                ("team_code", "opened_on", "run_since", "decided_on", "decision", "closed_on",
                 "closed_why"))  # fmt: skip
    yield _Kind("steps", "What was done and said on them", Step, Q(duty__staff_code=staff),
                ("duty__opened_on", "kind", "day", "who", "words"))  # fmt: skip
    yield _Kind("requests", "Requests for relief about you, and their answers", Request,
                Q(staff_code=staff, kind=Request.Kind.RELIEF),
                ("team_code", "asked_on", "asked_who", "words", "answer_by", "answered_on", "answered_who",
                 "answer", "answer_words"))  # fmt: skip
    yield _Kind("challenges", "Challenged figures of yours, and their answers", Challenge, mine,
                ("fact", "ref", "words", "asked_at", "asked_who", "due", "answered_at", "answered_who",
                 "outcome", "answer_words", "withdrawn_at"))  # fmt: skip
    yield _Kind("protection", "Protection from new cases", PostProtection, at_post,
                ("post", "first_day", "last_day", "reason", "no_new", "most_cases", "recorded_at", "who",
                 "ended_at", "ended_by"))  # fmt: skip
    given = Q(from_post__regex=at) | Q(to_post__regex=at)
    yield _Kind("allocations", "Cases given to you and taken from you", CaseAllocation, given,
                ("ref", "from_post", "to_post", "first_day", "reason", "notes", "recorded_at", "who", "state",
                 "undone_at"))  # fmt: skip
    yield _Kind("case_changes", "Changes of tier or type of your cases", CaseKindChange, at_post,
                ("ref", "post", "from_kind", "to_kind", "first_day", "reason", "notes", "recorded_at",
                 "who"))  # fmt: skip
    beside = Q(holder__regex=at) | at_post
    yield _Kind("colleagues", "Cover and co-working", CaseColleague, beside,
                ("ref", "holder", "post", "role", "first_day", "last_day", "recorded_at", "who"))  # fmt: skip
    yield _Kind("extra_work", "Extra work noted on your cases", ExtraWork, at_post,
                ("ref", "post", "activity", "times_x100", "first_day", "last_day", "words",
                 "who"))  # fmt: skip
    yield _Kind("extra_work_decisions", "What was decided of it", ExtraWorkDecision, at_post,
                ("work__ref", "kind", "post", "reason", "recorded_at", "who"))  # fmt: skip
    about_post = Q(level="post", code__regex=at)
    yield _Kind("agreements", "Plans, letters and decisions of agreements about you", StateAnswer, about_post,
                ("kind", "day", "measure", "state", "words", "until", "who", "received_at"))  # fmt: skip
    yield _Kind("counts", "What was counted about you for agreements", CountedFigure, about_post,
                ("figure", "values", "counted_on", "recorded_at", "who", "withdrawn_at"))  # fmt: skip
    yield _Kind("unusual", "Answers to unusual changes about your post", UnusualAnswer, about_post,
                ("kind", "day", "words", "recorded_at", "who"))  # fmt: skip
    yield _Kind("looked", "Who looked at your details, and on which day", ReadEvent, about_post,
                ("user__name", "code", "day"))  # fmt: skip
    told = about_post & Q(kind__in=_OF_RECORDS)
    yield _Kind("events", "Changes of the records of your posts", AuditEvent, told,
                ("at", "kind", "who", "sentence", "before", "after"))  # fmt: skip


def _by_person(user: User) -> Iterable[_Kind]:
    """What somebody wrote or did themselves. Whom it is about is left out."""
    yield _Kind("asked", "What you asked or raised", Request, Q(asked_by=user),
                ("kind", "asked_on", "words", "answered_on", "answer"))  # fmt: skip
    yield _Kind(
        "said", "Figures you challenged", Challenge, Q(asked_by=user), ("fact", "words", "asked_at", "due")
    )
    yield _Kind("answers", "Your answers to unusual changes", UnusualAnswer, Q(recorded_by=user),
                ("kind", "day", "words", "recorded_at"))  # fmt: skip
    yield _Kind("comments", "Your comments on plans", PlanComment, Q(writer=user), ("at", "words"))
    yield _Kind("notices", "Notifications to you: their kind and when you read them", Notice, Q(user=user),
                ("kind", "at", "read_at"))  # fmt: skip
    yield _Kind("did", "What you did here: kind and time", AuditEvent, Q(actor=user), ("at", "kind"))
    yield _Kind(
        "read", "Where you looked at details: how often, by day", ReadEvent, Q(user=user), ("day", "level")
    )
