"""Changes to hours, reductions and grades: looked at, or made, always by the same check.

A change is one transaction: who may, what would come of it, the new versions, the audit event, and the
figures of the touched posts. Either all of it is there or nothing.
"""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from wmt.site.accounts.access import Denied, may
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.audit.record import record
from wmt.site.availability import change_requests, queries, records, validation
from wmt.site.availability.labels import entry_words
from wmt.site.availability.models import KINDS, OfPost
from wmt.site.changes.impact import Effect, effects_of
from wmt.site.changes.recalculate import apply, hold_journal
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, state_if_any
from wmt.text import NOTE, counted

#: Raises Denied or RefusedError where a person may not make changes.
Rights = Callable[[User, Sequence[change_requests.Change], State | None], None]
#: Of more changes in one step an audit event says how many there were; each stands in its own version.
_TOLD = 60


@dataclass(frozen=True)
class Preview:
    """What changes would come to. Nothing was saved."""

    checked: change_requests.Checked
    state: State | None

    @cached_property
    def effects(self) -> list[Effect]:
        """Posts and teams before and after; none where the changes cannot be made or nothing is loaded."""
        if self.state is None or self.checked.faults or self.checked.conflicts:
            return []
        return effects_of(self.state, self.checked.before, self.checked.after)


@dataclass(frozen=True)
class Saved:
    """What was changed: the number of the change, the versions it made, in the order of the changes."""

    number: int
    entries: Sequence[OfPost]
    checked: change_requests.Checked
    state: State | None

    @property
    def warnings(self) -> Sequence[change_requests.ChangeFault]:
        """What to look at twice."""
        return self.checked.warnings

    @cached_property
    def effects(self) -> list[Effect]:
        """Posts and teams before and after, on the days on which the changes take effect."""
        if self.state is None:
            return []
        return effects_of(self.state, self.checked.before, self.checked.after)


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who changes something: a person, or a command that is trusted (`who` is its name then)."""

    user: User | None = None
    who: str = ""

    @property
    def name(self) -> str:
        return (self.who or str(self.user))[:160]


def preview(
    *, changes: Sequence[change_requests.Change], state: State | None, actor: User | None, strict: bool = True
) -> Preview:
    """What changes would come to, with every fault. Raises Denied where the person may not make them."""
    _need(actor, changes, state, _need_each)
    found = _check(changes, state, strict=strict, keys=_keys(changes))
    return Preview(found, state)


def save(
    *,
    actor: User | None,
    changes: Sequence[change_requests.Change],
    why: str = "",
    who: str = "",
    kind: str = "",
    strict: bool = True,
    rights: Rights | None = None,
) -> Saved:
    """Make changes, all or none. `kind` names the audit event where the changes are of several kinds.

    `rights` asks whether the actor may, in place of the role at each post: for posts that are gone.

    Raises Denied, ConflictError where somebody changed a record since the version a change was made from, and
    RefusedError with every fault.
    """
    if len(why) > validation.WHY:
        raise change_requests.RefusedError(
            [
                change_requests.ChangeFault(
                    "WHY_TOO_LONG", f"Why can have {validation.WHY:,} characters at most", "why"
                )
            ]
        )
    try:
        with hold_journal() as journal:
            state = state_if_any()
            _need(actor, changes, state, rights or _need_each)
            found = _check(changes, state, strict=strict, keys=_keys(changes))
            found.raise_faults()
            asker = Actor(user=actor, who=who)
            if any(_news(changes, found)):
                journal.next()
            number = journal.journal.number
            why = NOTE.mended(why)
            entries = write(number, asker, changes, found, why)
            if any(entry.change == number for entry in entries):
                _audit(asker, changes, found, why, kind)
                apply(validation.posts_of(changes), number, found.after)
            return Saved(number, entries, found, state_if_any())
    except IntegrityError as error:  # a key that is taken: two tables, or one table twice
        raise change_requests.ConflictError(
            [change_requests.ChangeFault("KEY_TAKEN", f"A record of this name is there: {error}")]
        ) from error


def take_in(
    *, changes: Sequence[change_requests.Change], number: int, who: str, kind: str = "people import"
) -> None:
    """Write down changes that came with a load, whose figures are made with them already.

    The caller holds the journal. Raises RefusedError.
    """
    if not changes:
        return
    found = _check(changes, state_if_any(), strict=False, keys=_keys(changes))
    found.raise_faults()
    asker = Actor(who=who)
    write(number, asker, changes, found, "")
    _audit(asker, changes, found, "", kind)


def _news(changes: Sequence[change_requests.Change], found: change_requests.Checked) -> list[bool]:
    """Of each change, whether it says anything that does not stand already."""
    return [
        entry is None or all(_values(entry) != _values(each) for each in _all(found.before[change.post]))
        for change, entry in zip(changes, found.entries, strict=True)
    ]


def _need(
    actor: User | None, changes: Sequence[change_requests.Change], state: State | None, rights: Rights
) -> None:
    if actor is not None:
        rights(actor, changes, state)


def _need_each(actor: User, changes: Sequence[change_requests.Change], state: State | None) -> None:
    for post in validation.posts_of(changes):
        code = ":".join(post)
        if not may(actor, Action.EDIT_AVAILABILITY, level="post", code=code, state=state):
            raise Denied(Action.EDIT_AVAILABILITY, level="post", code=code)
        if state is None or not Unit.objects.filter(load_id=state.load_id, level="post", code=code).exists():
            fault = change_requests.ChangeFault(
                "POST_UNKNOWN", f"There is no post {code} in the figures shown", "post"
            )
            raise change_requests.RefusedError([fault])


def _keys(changes: Sequence[change_requests.Change]) -> list[str]:
    return [change.key or change.wanted_key or uuid.uuid4().hex[:12] for change in changes]


def _check(
    changes: Sequence[change_requests.Change], state: State | None, *, strict: bool, keys: Sequence[str]
) -> change_requests.Checked:
    posts = validation.posts_of(changes)
    return validation.checked(
        queries.plans_of(posts), changes, queries.limits_of(state, posts, strict=strict), keys
    )


# ---- versions ----------------------------------------------------------------------------------------------


def write(
    number: int,
    asker: Actor,
    changes: Sequence[change_requests.Change],
    found: change_requests.Checked,
    why: str,
) -> list[OfPost]:
    """Add the versions that changes make and end those they replace. The caller holds the journal.

    What says the same as the version that stands makes none: that one is given back.
    """
    now = timezone.now()
    stands, posts = _standing_rows(changes), validation.posts_of(changes)
    made: dict[type[OfPost], list[OfPost]] = {model: [] for model in KINDS.values()}
    ended: dict[type[OfPost], list[OfPost]] = {model: [] for model in KINDS.values()}
    entries = []
    news = _news(changes, found)
    for change, entry, is_new in zip(changes, found.entries, news, strict=True):
        model = KINDS[change.kind]
        former = stands.get((change.kind, change.key or change.wanted_key))
        if former is not None and not change.key and not _may_renew(former, posts, asker):
            raise change_requests.ConflictError(
                [
                    change_requests.ChangeFault(
                        "KEY_TAKEN", f"A record of the name {former.key} is there already"
                    )
                ]
            )
        if former is not None and not is_new:
            entries.append(former)
            continue
        version = former.version + 1 if former else 1
        values = _values(entry) if entry else _same_values(former)
        row = model(
            **values, version=version, change=number, recorded_at=now, recorded_by=asker.user, who=asker.name,
            why=NOTE.mended(change.why) or why, withdrawn=change.withdraw, team_code=change.post[0],
            staff_code=change.post[1],
        )  # fmt: skip
        stands[change.kind, row.key] = row
        made[model].append(row)
        entries.append(row)
        if former is not None:
            former.ended_change, former.ended_at = number, now
            if former.pk is not None:
                ended[model].append(former)
    for model, rows in ended.items():
        # the former ones first: only one version of a record stands at any moment
        model._default_manager.bulk_update(rows, ["ended_change", "ended_at"], batch_size=500)
        model._default_manager.bulk_create(made[model], batch_size=1_000)
    return entries


def _may_renew(former: OfPost, posts: Collection[records.Post], asker: Actor) -> bool:
    """Whether a name that a table gives may go on from a withdrawn record: of other people's posts never."""
    return former.withdrawn and (asker.user is None or former.post in posts)


def _standing_rows(changes: Sequence[change_requests.Change]) -> dict[tuple[str, str], OfPost]:
    found: dict[tuple[str, str], OfPost] = {}
    for kind, model in KINDS.items():
        # a table may tell of a record again that was withdrawn: it then gets one more version
        named = (change.key or change.wanted_key for change in changes if change.kind == kind)
        keys = [key for key in named if key]
        for start in range(0, len(keys), 900):
            rows = model._default_manager.filter(key__in=keys[start : start + 900], ended_change__isnull=True)
            found |= {(kind, row.key): row for row in rows}
    return found


_FIELDS: Mapping[type[Any], tuple[str, ...]] = {
    records.HoursRecord: ("key", "first_day", "hours_micro"),
    records.ReductionRecord: (
        "key",
        "reason",
        "hours_micro",
        "percent_x100",
        "first_day",
        "last_day",
        "notes",
    ),
    records.GradeRecord: ("key", "grade", "first_day", "last_day"),
}


def _values(entry: records.Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _FIELDS[type(entry)]}


def _same_values(former: OfPost | None) -> dict[str, Any]:
    assert former is not None  # only a record that stands can be withdrawn
    return _values(queries.as_entry(former))


# ---- the audit event ---------------------------------------------------------------------------------------


def _audit(
    asker: Actor,
    changes: Sequence[change_requests.Change],
    found: change_requests.Checked,
    why: str,
    kind: str,
) -> None:
    posts = validation.posts_of(changes)
    reasons = queries.every_reason()
    told = [
        _told(change, entry, found.before[change.post], reasons)
        for change, entry, is_new in zip(changes, found.entries, _news(changes, found), strict=True)
        if is_new
    ]
    if len(told) <= _TOLD:
        what = f"{'; '.join(said['said'] for said in told)}."
    else:
        what = f"{counted(len(told), 'record')} of {counted(len(posts), 'post')}."
    because = f" Why: {why}" if why else ""
    one = len(posts) == 1
    record(
        kind or changes[0].kind,
        f"{asker.name} changed {_names(posts)}: {what}{because}",
        actor=asker.user,
        who=asker.name,
        level="post" if one else "",
        code=":".join(posts[0]) if one else "",
        before=[said["before"] for said in told[:_TOLD]],
        after=[said["after"] for said in told[:_TOLD]],
    )


def _told(
    change: change_requests.Change,
    entry: records.Entry | None,
    plan: records.PostRecords,
    reasons: Mapping[str, Any],
) -> dict[str, Any]:
    former = next((each for each in _all(plan) if each.key == change.key), None) if change.key else None
    was = entry_words(former, reasons) if former else ""
    now = entry_words(entry, reasons) if entry else ""
    said = now if not was else f"{was}, deleted" if not now else f"{now} (before: {was})"
    post = ":".join(change.post)
    return {
        "said": f"{change.kind} of {post}: {said}",
        "before": {"post": post, "kind": change.kind, "key": change.key, "says": was} if was else None,
        "after": {"post": post, "kind": change.kind, "says": now or "deleted"},
    }


def _all(plan: records.PostRecords) -> Sequence[records.Entry]:
    return [*plan.hours, *plan.reductions, *plan.grades]


def _names(posts: Collection[records.Post]) -> str:
    named = [":".join(post) for post in sorted(posts)[:3]]
    more = len(posts) - len(named)
    return ", ".join(named) + (f" and {counted(more, 'more post')}" if more > 0 else "")
