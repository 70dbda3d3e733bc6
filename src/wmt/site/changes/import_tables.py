"""Putting tables of people into the site: all of them or nothing, with everything said that they would do."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.db import transaction

from wmt.intake import InputFault as Told
from wmt.intake import People, people_schema
from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.people_tables import warn_of_establishment
from wmt.site.availability import change_requests, establishment, table_changes
from wmt.site.availability.queries import plans_of
from wmt.site.availability.records import Post
from wmt.site.availability.staff_details import details_changed, save_details
from wmt.site.changes import impact, reason_tables
from wmt.site.changes.actions import preview, save
from wmt.site.changes.people_files import read_people, shown_posts
from wmt.site.changes.recalculate import hold_journal
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, state_if_any
from wmt.text import fold

Progress = Callable[[str, float], None]

#: The kind of the audit event.
_KIND = "people import"


@dataclass
class Count:
    """How many records of a table are new, otherwise, withdrawn, or as they stand already."""

    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class ImportEffect:
    """What the first day on which anything changes comes to: the nation, and the posts, most moved first."""

    day: date
    nation: impact.Effect
    posts: Sequence[impact.Effect]


@dataclass
class Imported:
    faults: Faults
    counts: dict[str, Count] = field(default_factory=dict)
    moved: ImportEffect | None = None
    saved: bool = False

    @property
    def refused(self) -> bool:
        """Whether anything stands against it; nothing was changed then."""
        return self.faults.refusing()

    @property
    def records(self) -> int:
        """How many records differ from what stands."""
        return sum(count.new + count.changed + count.withdrawn for count in self.counts.values())


def import_tables(
    given: Path, *, who: str, why: str = "", only_check: bool = False, progress: Progress
) -> Imported:
    """Make what stands what the tables say, where they say anything. With `only_check` nothing is changed.

    Whoever runs commands here is trusted, and what another site or a former system allowed is taken: a share
    or a last day other than the reason's is warned of.
    """
    progress("reading the tables", 0.05)
    state = state_if_any()
    people, faults = read_people(given, state.day if state else None)
    done = Imported(faults)
    if done.refused:
        return done
    wanted = _Wanted(people, reason_tables.reasons_changed(people.reasons), who, why)
    progress("comparing with current records", 0.2)
    with _undone() if wanted.reasons else nullcontext():
        _look(wanted, done, state, progress)
    if done.records and not done.refused and not only_check:
        progress("putting the records into the database", 0.7)
        # make the changes, as they are by now: others may have changed something meanwhile
        changes: Sequence[change_requests.Change] = []
        try:
            with hold_journal() as journal:
                reason_tables.save_reasons(wanted.reasons, who=wanted.who, why=wanted.why)
                save_details(wanted.people.staff, who=wanted.who)
                units = establishment.rows_changed(wanted.people.establishment)
                if units:
                    establishment.save_rows(units, change=journal.next(), who=wanted.who)
                changes = table_changes.changes_of(wanted.people, plans_of())
                save(actor=None, who=wanted.who, why=wanted.why, changes=changes, kind=_KIND, strict=False)
            done.saved = True
        except change_requests.RefusedError as error:
            _tell(done.faults, changes, error.faults, "refuse")
    progress("done", 1.0)
    return done


@dataclass(frozen=True)
class _Wanted:
    """The tables, what they change of the reasons, and whose wish it is."""

    people: People
    reasons: Sequence[reason_tables.ReasonChange]
    who: str
    why: str


@contextmanager
def _undone() -> Iterator[None]:
    """What is done within never was: changes that use new reasons cannot be judged before these are there."""
    with hold_journal():
        yield
        transaction.set_rollback(True)


def _look(wanted: _Wanted, done: Imported, state: State | None, progress: Progress) -> None:
    """What the tables would do, and everything that is wrong with them."""
    changes: Sequence[change_requests.Change] = []
    try:
        reason_tables.save_reasons(wanted.reasons, who=wanted.who, why=wanted.why)
        changes = table_changes.changes_of(wanted.people, plans_of())
        done.counts.update(_counts(wanted.people, changes, wanted.reasons))
        rows = wanted.people.establishment
        warn_of_establishment(
            done.faults, establishment.unknown_units(rows, state), establishment.odd_targets(rows)
        )
        progress("checking every change", 0.3)
        found = preview(changes=changes, state=state, actor=None, strict=False).checked
        _tell(done.faults, changes, found.warnings, "warn")
        if state is not None:
            known = shown_posts(state)
            for kind, table in table_changes.TABLE_OF.items():
                hits = [
                    FaultPlace(change.row, None, ":".join(change.post))
                    for change in changes
                    if change.kind == kind and change.post not in known
                ]
                what = "{n} records name a post that is not in the figures shown; kept all the same"
                done.faults.warn_once("PEOPLE_UNKNOWN_POST", table, hits, what)
            _refuse_alike(done.faults, changes, known)
        found.raise_faults()
        progress("working out the figures", 0.5)
        done.moved = _moved(state, found)
    except change_requests.RefusedError as error:
        _tell(done.faults, changes, error.faults, "refuse")


def _tell(
    faults: Faults,
    changes: Sequence[change_requests.Change],
    found: Sequence[change_requests.ChangeFault],
    severity: str,
) -> None:
    """Faults of changes as those of tables: with table, row and column."""
    for fault in found:
        change = None if fault.index is None or not changes else changes[fault.index]
        table = (
            table_changes.TABLE_OF[change.kind]
            if change
            else None
            if fault.post or changes
            else people_schema.REASONS_FILE
        )
        posts = [change.post] if change else [fault.post] if fault.post else []
        faults.record(
            Told(
                severity="refuse" if severity == "refuse" else "warn",
                code=fault.code,
                message=f"{_whose(fault)}{fault.said}",
                sheet=table,
                row=change.row if change else None,
                column=table_changes.column_of(change, fault.field) if change and fault.field else None,
                posts=tuple(posts),
                rows=1 if change else 0,
            )
        )


def _whose(fault: change_requests.ChangeFault) -> str:
    return f"{':'.join(fault.post)}: " if fault.post else ""


def _refuse_alike(faults: Faults, changes: Sequence[change_requests.Change], known: Collection[Post]) -> None:
    """Refuse rows of a post that is not shown and is written like one that is."""
    strangers = [change for change in changes if change.post not in known and not change.withdraw]
    folded = {tuple(map(fold, post)): post for post in known} if strangers else {}
    for change in strangers:
        like = folded.get(tuple(map(fold, change.post)))
        if like is not None:
            table = table_changes.TABLE_OF[change.kind]
            what = f"{table} row {change.row}: {':'.join(change.post)} looks like the post {':'.join(like)}"
            faults.refuse("PEOPLE_LOOKS_ALIKE", what, sheet=table, row=change.row, column="staff_code")


def _counts(
    people: People, changes: Sequence[change_requests.Change], reasons: Sequence[reason_tables.ReasonChange]
) -> Mapping[str, Count]:
    rows = {
        people_schema.HOURS_FILE: len(people.dated_hours),
        people_schema.REDUCTIONS_FILE: len(people.reductions) + len(people.withdrawn),
        people_schema.GRADES_FILE: len(people.grade_corrections),
        people_schema.REASONS_FILE: len(people.reasons),
        people_schema.STAFF_FILE: len(people.staff),
        people_schema.ESTABLISHMENT_FILE: len(people.establishment),
    }
    found = {table: Count() for table, number in rows.items() if number}
    gone = {change.key for change in changes if change.withdraw}
    moved = {change.wanted_key for change in changes if change.wanted_key in gone}
    for change in changes:
        count = found[table_changes.TABLE_OF[change.kind]]
        if change.withdraw:
            count.withdrawn += change.key not in moved
        elif change.key or change.wanted_key in moved:
            count.changed += 1
        else:
            count.new += 1
    for reason in reasons:
        found[people_schema.REASONS_FILE].changed += reason.stands is not None
        found[people_schema.REASONS_FILE].new += reason.stands is None
    for _, is_kept in details_changed(people.staff):
        found[people_schema.STAFF_FILE].changed += is_kept
        found[people_schema.STAFF_FILE].new += not is_kept
    for row, was in establishment.rows_changed(people.establishment):
        count = found[people_schema.ESTABLISHMENT_FILE]
        stands = was is not None and not was.withdrawn
        count.withdrawn += row.deleted
        count.changed += stands and not row.deleted
        count.new += not stands and not row.deleted
    for table, count in found.items():
        count.unchanged = rows[table] - count.new - count.changed - count.withdrawn
    return found


def _moved(state: State | None, found: change_requests.Checked) -> ImportEffect | None:
    if state is None:
        return None
    known = shown_posts(state)
    plans = [
        {post: plan for post, plan in side.items() if post in known} for side in (found.before, found.after)
    ]
    days = impact.days_of_effect(plans[0], plans[1], state.day)
    if not days:
        return None
    nation = Unit.objects.get(load_id=state.load_id, level="nation", whole=True)
    effects = impact.effects_of(state, plans[0], plans[1], days=days[:1])
    posts = [effect for effect in effects if effect.level == "post" and effect.before != effect.after]
    before = impact.UnitFigures(
        nation.points_x100, nation.available_x100, nation.contracted_hours_micro, nation.reduction_hours_micro
    )
    # posts of other streams are no part of the nation's own figure
    others = Unit.objects.filter(load_id=state.load_id, level="post").exclude(stream=nation.stream)
    apart = set(others.values_list("code", flat=True))
    own = [effect for effect in posts if effect.code not in apart]
    after = impact.UnitFigures(*(
        getattr(before, name) + sum(getattr(p.after, name) - getattr(p.before, name) for p in own)
        for name in ("points_x100", "available_x100", "contracted_hours_micro", "reduction_hours_micro")
    ))  # fmt: skip
    told = impact.Effect("nation", nation.code, nation.name, days[0], before, after)
    return ImportEffect(days[0], told, sorted(posts, key=_least_moved))


def _least_moved(effect: impact.Effect) -> tuple[int, str]:
    return -abs(effect.after.available_x100 - effect.before.available_x100), effect.code
