"""What stands and what stood: records of posts read back, and what holds for the posts they are about."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404

from wmt import rules
from wmt.facts import GRADES
from wmt.facts.enums import MICRO
from wmt.site.accounts.access import may
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.availability import models, records
from wmt.site.availability.limits import ReasonOnDay, RecordLimits
from wmt.site.availability.reason_rules import STAGES, rules_on
from wmt.site.clock import calendar_day
from wmt.site.figures import units
from wmt.site.workload import as_of_day
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of

_RECORDS: dict[str, type[Any]] = {
    "hours": records.HoursRecord, "reduction": records.ReductionRecord, "grade": records.GradeRecord,
}  # fmt: skip
#: So many posts are named in a question to the database; of more, all records are read and sorted here.
_NAMED = 300


class UnknownRecord(Http404):
    """There is no record with this key."""


def as_entry(row: models.OfPost) -> records.Entry:
    """A version as plain data."""
    if isinstance(row, models.Hours):
        return records.HoursRecord(
            key=row.key, version=row.version, first_day=row.first_day, hours_micro=row.hours_micro
        )
    if isinstance(row, models.Reduction):
        return records.ReductionRecord(
            key=row.key, version=row.version, reason=row.reason, hours_micro=row.hours_micro,
            percent_x100=row.percent_x100, first_day=row.first_day, last_day=row.last_day, notes=row.notes,
        )  # fmt: skip
    assert isinstance(row, models.Grade)
    return records.GradeRecord(
        key=row.key, version=row.version, grade=row.grade, first_day=row.first_day, last_day=row.last_day
    )


def plans_of(
    posts: Collection[records.Post] | None = None, *, at: int | None = None
) -> dict[records.Post, records.PostRecords]:
    """The plans of these posts, or of every post that has one. `at`: as they stood after that change."""
    if posts is not None and not posts:
        return {}
    found: dict[records.Post, dict[str, list[Any]]] = {post: defaultdict(list) for post in posts or ()}
    for kind, model in models.KINDS.items():
        made = _RECORDS[kind]
        names = tuple(each.name for each in fields(made))
        rows = _of_teams(model, posts).filter(stood(at), withdrawn=False).order_by("first_day", "key")
        # values and no rows of the model: of a nation there are tens of thousands
        for team, staff, *values in rows.values_list("team_code", "staff_code", *names):
            if posts is None or (team, staff) in found:
                entry = made(**dict(zip(names, values, strict=True)))
                found.setdefault((team, staff), defaultdict(list))[kind].append(entry)
    return {
        post: records.PostRecords(
            hours=tuple(entries["hours"]),
            reductions=tuple(entries["reduction"]),
            grades=tuple(entries["grade"]),
        )
        for post, entries in found.items()
    }


def reduced_for(
    posts: Collection[records.Post], reasons: Collection[str], day: date
) -> dict[records.Post, str]:
    """Which of some reasons a reduction of a post has on a day; of several the one that began last."""
    wanted, found = set(posts), dict[records.Post, str]()
    ends = Q(last_day__isnull=True) | Q(last_day__gte=day)
    rows = _of_teams(models.Reduction, posts).filter(ends, stood(), withdrawn=False, first_day__lte=day)
    named = rows.filter(reason__in=reasons).order_by("first_day", "key")
    for team, staff, reason in named.values_list("team_code", "staff_code", "reason"):
        if (team, staff) in wanted:
            found[team, staff] = reason
    return found


def stood(at: int | None = None) -> Q:
    """What stood after a change; without one, what stands now, or stood on the day in the past asked for."""
    at = as_of_day.change_then() if at is None else at
    if at is None:
        return Q(ended_change__isnull=True)
    return Q(change__lte=at) & (Q(ended_change__isnull=True) | Q(ended_change__gt=at))


def known() -> Q:
    """What had been entered by the day in the past that is asked for; now: everything."""
    until = as_of_day.change_then()
    return Q() if until is None else Q(change__lte=until)


def _of_teams(model: type[models.OfPost], posts: Collection[records.Post] | None) -> QuerySet[Any]:
    """The rows of the teams of some posts, of one post alone its own; all rows where they are many."""
    rows = model._default_manager.all()
    if posts is None or len(posts) > _NAMED:
        return rows
    found = rows.filter(team_code__in={team for team, _ in posts})
    return found.filter(staff_code=next(iter(posts))[1]) if len(posts) == 1 else found


def history_of(post: records.Post) -> list[models.OfPost]:
    """Every version of every record of a post, the newest first."""
    rows = [
        row
        for model in models.KINDS.values()
        for row in _of_teams(model, [post]).filter(known()).select_related("recorded_by")
    ]
    return sorted(rows, key=lambda row: (row.change, row.key, row.version), reverse=True)


def versions_of(kind: str, key: str) -> list[models.OfPost]:
    """One record's versions, the newest first. Empty where there is none."""
    return list(models.KINDS[kind]._default_manager.filter(key=key).order_by("-version"))


def standing(kind: str, key: str, post: records.Post | None = None) -> models.OfPost:
    """The version that stands, be it withdrawn. Raises UnknownRecord, also for a record of another post."""
    row = models.KINDS[kind]._default_manager.filter(stood(), key=key).first()
    if row is None or (post is not None and row.post != post):
        raise UnknownRecord(f"there is no {kind} with the key {key}")
    return row


def under(unit: Unit, state: State) -> QuerySet[models.Reduction]:
    """Reductions that stand, not withdrawn, for the posts of a unit."""
    return units.about(models.Reduction.objects.filter(stood(), withdrawn=False), unit, state.load_id)


def ending(state: State, unit: Unit, days: int = 30) -> list[models.Reduction]:
    """Reductions of a unit in force today whose last day comes within so many days, the soonest first."""
    until = state.day + timedelta(days)
    rows = under(unit, state).filter(first_day__lte=state.day, last_day__gte=state.day, last_day__lte=until)
    return list(rows.order_by("last_day", "team_code", "staff_code", "key"))


def reasons_on(day: date | None = None) -> dict[str, ReasonOnDay]:
    """Every reason by its id, as it is on a day: those of the rules, and what administrators entered."""
    day = day or calendar_day()
    return _with_entered(_reasons_of_rules(day), day)


def _with_entered(of_rules: Mapping[str, ReasonOnDay], day: date) -> dict[str, ReasonOnDay]:
    found = dict(of_rules)
    rows = models.Reason.objects.filter(stood(), withdrawn=False, first_day__lte=day)
    for row in rows.order_by("first_day", "change"):
        longest = found[row.reason].longest if row.reason in found else None
        found[row.reason] = ReasonOnDay(
            reason=row.reason, name=row.name, short_name=row.short_name, category=row.category,
            allowance_x100=row.allowance_x100, max_x100=row.max_x100, months=row.months, enabled=row.enabled,
            longest=longest,
        )  # fmt: skip
    return found


def every_reason() -> dict[str, ReasonOnDay]:
    """Every reason there ever was or will be, for names: those of the rules as they are today, where they
    are, and the latest of those that administrators entered."""
    of_rules = {**_reasons_of_rules(date.max), **_reasons_of_rules(calendar_day())}
    return _with_entered(of_rules, date.max)


def _reasons_of_rules(day: date) -> Mapping[str, ReasonOnDay]:
    return _reasons_of(rules.load(), day)


@lru_cache(maxsize=8)
def _reasons_of(tree: rules.Tree, day: date) -> Mapping[str, ReasonOnDay]:  # noqa: ARG001 - rules_on asks it
    there = rules_on(day)
    values, longest = there.under("reduction_reasons"), there.under(STAGES)

    def reason(name: str) -> ReasonOnDay:
        def of(part: str) -> Any:
            found = values.get(f"{name}.{part}")
            return None if found is None or found.value is None else found

        months, allowance, most = of("months_to_expiry"), of("allowance_percent"), of("max_percent")
        return ReasonOnDay(
            reason=name,
            name=str(of("name").value),
            short_name=str(of("short_name").value),
            category=str(of("category").value),
            allowance_x100=allowance.hundredths if allowance else None,
            max_x100=most.hundredths if most else None,
            months=int(months.value) if months else None,
            enabled=of("enabled") is None or of("enabled").value is not False,
            longest=int(str(longest[name].value)) if name in longest else None,
        )

    return {name: reason(name) for name in dict.fromkeys(path.split(".")[0] for path in values)}


def limits_of(state: State | None, posts: Iterable[records.Post], *, strict: bool = True) -> RecordLimits:
    """What holds for changes of these posts. Before any extract is loaded, the rules of today hold."""
    ruleset = rules_of(state) if state else rules.load().at(calendar_day())
    wanted = list(posts)
    default = {grade: ruleset[f"default_hours.{grade}"].hundredths * (MICRO // 100) for grade in GRADES}
    full = {grade: ruleset[f"full_time_hours.{grade}"].hundredths * (MICRO // 100) for grade in GRADES}
    grades: dict[records.Post, str] = {}
    supplied: dict[records.Post, int] = {}
    unlisted = set()
    for unit in _units_of(state, wanted):
        post = unit.team_code, unit.staff_code
        grades[post] = unit.supplied_grade or unit.grade
        if unit.supplied_micro is not None:
            supplied[post] = unit.supplied_micro
        unlisted |= {post} if unit.is_only_mentioned else set()
    return RecordLimits(
        reasons=reasons_on(state.day if state else None),
        full_time_micro=full,
        most_micro=settings.CONFIG.most_hours * MICRO,
        default_micro=default,
        grades=grades,
        supplied_micro=supplied,
        unlisted=unlisted,
        strict=strict,
    )


def _units_of(state: State | None, posts: Collection[records.Post]) -> Iterator[Unit]:
    if state is None:
        return
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
    if len(posts) <= _NAMED:
        units = units.filter(code__in=[":".join(post) for post in posts])
    wanted = set(posts)
    yield from (unit for unit in units if (unit.team_code, unit.staff_code) in wanted)


def may_read(user: Any, post: records.Post, state: State) -> bool:
    """Whether somebody may read the notes and the history of a post: their own, or by their role."""
    if getattr(user, "staff_code", "") and isinstance(user, User) and user.staff_code == post[1]:
        return True
    return may(user, Action.READ_RECORDS, level="post", code=":".join(post), state=state)
