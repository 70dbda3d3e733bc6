"""What people entered, on its way into a load: what stands here, under what a folder of tables brings along.

Intake reads it as one folder of tables, so that the night keeps the hours and reductions it was made with.
Rows of the tables that came stand first and in their order: a fault in one is told with its own row number.
"""

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from django.db.models import Q
from django.utils import timezone

from wmt.intake.people_files import KEPT, SUFFIXES
from wmt.intake.people_model import People, ReductionRow
from wmt.intake.people_schema import (
    ESTABLISHMENT_FILE,
    GRADES_FILE,
    HOURS_FILE,
    REASONS_FILE,
    REDUCTIONS_FILE,
    STAFF_FILE,
    TABLES,
)
from wmt.intake.read_table import read_table
from wmt.nights import Night, NightError
from wmt.site.availability import establishment
from wmt.site.availability.change_requests import Change, ChangeFault, RefusedError
from wmt.site.availability.models import KINDS, Grade, Journal
from wmt.site.availability.queries import plans_of
from wmt.site.availability.records import Post
from wmt.site.availability.staff_details import save_details
from wmt.site.availability.table_changes import TABLE_OF, changes_of, key_of
from wmt.site.availability.validation import FIRST_DAY
from wmt.site.changes import actions
from wmt.site.changes.follow_officer import carried, followed
from wmt.site.changes.people_files import export_folder, read_people
from wmt.site.changes.reason_tables import reasons_changed, save_reasons
from wmt.site.changes.recalculate import hold_journal
from wmt.site.workload.models import Current, Load, Unit
from wmt.site.workload.models import Fault as LoadFault
from wmt.text import counted

_CODES = ("team_code", "staff_code")
#: The code of the warning of posts that are gone and have records.
LEFT_BEHIND = "RECORDS_LEFT_BEHIND"
#: Said of tables that came with an extract that is not shown: nobody should take them for entered.
LEFT = "The tables of people that came with it were not put into the site: `wmt people import` does that"
_CARRY = "move them on this page or with `wmt people carry-over`"
#: So many faults of tables are told one by one.
_NAMED = 10
#: So many posts whose records are left behind are told one by one.
_LEFT_NAMED = 1_000


@dataclass(frozen=True)
class PeopleInput:
    """The folder intake reads, what of it came with the load, and up to which change it holds what stands."""

    folder: Path | None
    came: Path | None
    mark: int

    def changes(self, load: Load, next_change: Callable[[], int]) -> list[Change]:
        """What the tables that came would change of what stands now. Reasons, names and the establishment
        that they bring are taken in."""
        if self.came is None:
            return []
        people, faults = read_people(self.came)
        assert not faults.refusing()  # or intake would have refused the load
        with _in_words([]):
            save_reasons(reasons_changed(people.reasons), who=_asker(load))
        if load.order.get("names", True):
            save_details(people.staff, who=_asker(load))
        if units := establishment.rows_changed(people.establishment):
            establishment.save_rows(units, change=next_change(), who=_asker(load))
        return changes_of(people, plans_of())

    def save(self, load: Load) -> int:
        """Make those changes in the figures shown, all or none; how many there were. Raises NightError."""
        with hold_journal() as journal:
            changes = self.changes(load, journal.next)
            with _in_words(changes):
                if changes:
                    actions.save(
                        actor=None, who=_asker(load), changes=changes, kind="people import", strict=False
                    )
        return len(changes)

    def moved(self) -> set[Post]:
        """The posts of which somebody changed something after the folder was made."""
        later = Q(change__gt=self.mark) | Q(ended_change__gt=self.mark)
        return {
            post
            for model in KINDS.values()
            for post in model._default_manager.filter(later).values_list(*_CODES)
        }

    def take_in(self, load: Load, number: int) -> None:
        """Write down what came: the load's figures are made with it already. The caller holds the journal.

        Raises NightError where the site cannot keep it.
        """
        changes = self.changes(load, lambda: number)
        with _in_words(changes):
            actions.take_in(changes=changes, number=number, who=_asker(load))


class KeptPeopleInput(PeopleInput):
    """What stands here counts, whatever a night was made with."""

    @classmethod
    def of(cls, given: PeopleInput) -> "KeptPeopleInput":
        """The same, of a night that was made at another time."""
        return cls(given.folder, given.came, given.mark)

    def moved(self) -> set[Post]:
        """All posts of the load that is shown."""
        units = Unit.objects.filter(load=Current.objects.get().load, level="post", whole=True)
        return set(units.values_list(*_CODES))


@contextmanager
def given(came: Path | None) -> Iterator[PeopleInput]:
    """What a load takes: all that stands, and in its place what came. Gone when the load is done."""
    with tempfile.TemporaryDirectory(prefix="wmt-people-") as made:
        folder = Path(made)
        mark = number()
        if any_stands():
            export_folder(folder)
            for table in (STAFF_FILE, ESTABLISHMENT_FILE):
                (folder / f"{table}.csv").unlink()  # in no figure of a night
        if came is not None:
            people, faults = read_people(came)
            if faults.refusing():
                yield PeopleInput(came, came, mark)  # intake says what is wrong with it, and with the extract
                return
            # put the rows that came before those that stand; what they are about too is taken out there
            told = _told_again(read_people(folder)[0], people)
            for table in told:
                found = [file for end in SUFFIXES if (file := came / f"{table}{end}").is_file()]
                if not found:
                    continue
                frames, stands = [read_table(found[0].read_bytes(), found[0].name)], folder / f"{table}.csv"
                if stands.is_file():
                    rows = read_table(stands.read_bytes(), stands.name)
                    frames.append(
                        rows[[place for place in range(rows.height) if place + 2 not in told[table]]]
                    )
                pl.concat(frames, how="diagonal").write_csv(stands)
        yield PeopleInput(folder if any(folder.iterdir()) else None, came, mark)


@contextmanager
def _in_words(changes: Sequence[Change]) -> Iterator[None]:
    """What the site cannot keep, though intake could read it, ends the load: told with its table and row."""
    try:
        yield
    except RefusedError as error:
        raise NightError("; ".join(_placed(fault, changes) for fault in error.faults[:_NAMED])) from error


def _placed(fault: ChangeFault, changes: Sequence[Change]) -> str:
    said = fault.message.rstrip(".:")
    # whether a fault names the reason of a reduction: how a load ended is read by more people than that
    of_reduction = fault.index is not None and bool(changes) and changes[fault.index].kind == "reduction"
    if bool(fault.shown) or (of_reduction and fault.code.startswith(("REASON_", "SHARE_"))):
        said = f"it cannot be entered ({fault.code}). Send the table on the page of a team to see why"
    if fault.index is None or not changes:
        return f"{':'.join(fault.post)}: {said}" if fault.post else f"{REASONS_FILE}: {said}"
    change = changes[fault.index]
    return f"{TABLE_OF[change.kind]} row {change.row}, {':'.join(change.post)}: {said}"


def _asker(load: Load) -> str:
    return f"{load.who} (load {load.pk})"


def posts_of(load: Load | None) -> set[Post]:
    if load is None:
        return set()
    return set(Unit.objects.filter(load=load, level="post", whole=True).values_list(*_CODES))


def follow(load: Load, former: Collection[Post], number: int) -> set[Post]:
    """Let records follow officers from posts that are gone to their new ones; the posts touched.

    What is not certain is left where it is and named in the load's report. The caller holds the journal.
    """
    assert load.as_at is not None
    shown = posts_of(load)
    if shown.issuperset(former):
        return set()
    day, plans = timezone.localdate(load.as_at), plans_of()
    found = followed(former, shown, plans, day)
    changes = [change for old, new in found.moves for change in carried(old, new, plans[old], day)]
    actions.take_in(changes=changes, number=number, who=_asker(load), kind="records followed")

    def told(code: str, rows: int, message: str) -> LoadFault:
        return LoadFault(load=load, severity="warn", code=code, rows=rows, message=message)

    faults = []
    if found.moves:
        moves = [f"{':'.join(old)} to {':'.join(new)}" for old, new in found.moves]
        more = f" and {len(moves) - _NAMED:,} more" if len(moves) > _NAMED else ""
        said = f"Hours, reductions and grades followed their officer: {', '.join(moves[:_NAMED])}{more}."
        faults.append(told("RECORDS_FOLLOWED", len(moves), said))
    faults += [told(LEFT_BEHIND, 1, left_message(post)) for post in found.left[:_LEFT_NAMED]]
    if rest := len(found.left[_LEFT_NAMED:]):
        posts = counted(rest, "more post that is gone", "more posts that are gone")
        faults.append(
            told(LEFT_BEHIND, rest, f"Hours, reductions or grades are entered for {posts}: {_CARRY}.")
        )
    LoadFault.objects.bulk_create(faults, batch_size=500)
    load.warnings += len(faults)
    return {post for move in found.moves for post in move}


def left_message(post: Post) -> str:
    """What the report of a load says of a post that is gone and has records."""
    return f"Hours, reductions or grades are entered for {':'.join(post)}, which is gone: {_CARRY}."


def end_agreed_grades(load: Load, number: int) -> None:
    """End the corrections of grade that the extract of a load agrees with. The caller holds the journal."""
    assert load.as_at is not None
    day = timezone.localdate(load.as_at)
    running = Q(last_day__isnull=True) | Q(last_day__gt=day)
    rows = Grade.objects.filter(running, ended_change__isnull=True, withdrawn=False, first_day__lte=day)
    posts = Unit.objects.filter(load=load, level="post", whole=True)
    given = {(team, staff): grade for team, staff, grade in posts.values_list(*_CODES, "supplied_grade")}
    # of several the one that began last counts; with it those before it end, or they would count again
    counts = {row.post: row.grade for row in rows.order_by("first_day", "key")}
    why = f"The extract of {day:%-d %B %Y} gives the same grade."
    changes = [
        Change(**_same(row), last_day=day, why=why) for row in rows if given.get(row.post) == counts[row.post]
    ]
    actions.take_in(changes=changes, number=number, who=_asker(load), kind="grade")


def reopen_grades(load: Load, number: int) -> set[Post]:
    """Let corrections of grade go on that only the extract of a later night ended; the posts touched.

    For a night that is shown again: its own extract may not agree. What somebody changed since stays as it
    is. The caller holds the journal.
    """
    later = Load.objects.filter(change__isnull=False, as_at__gte=load.as_at).exclude(night=load.night)
    ended = Grade.objects.filter(
        change__in=later.values("change"), ended_change__isnull=True, withdrawn=False, version__gt=1
    )
    former = {
        (row.key, row.version): row.last_day for row in Grade.objects.filter(key__in=ended.values("key"))
    }
    why = "The data whose extract gave the same grade is no longer shown."
    changes = [
        Change(**_same(row), last_day=former[row.key, row.version - 1], why=why)
        for row in ended
        if (row.key, row.version - 1) in former
    ]
    actions.take_in(changes=changes, number=number, who=_asker(load), kind="grade")
    return {change.post for change in changes}


def _same(row: Grade) -> dict[str, Any]:
    return {"kind": "grade", "post": row.post, "key": row.key, "grade": row.grade, "first_day": row.first_day}


@contextmanager
def of_night(night: Night) -> Iterator[PeopleInput]:
    """What counts when a night is shown again: what stands here; where nothing does, as after the database
    was lost, the tables that the night keeps."""
    with tempfile.TemporaryDirectory(prefix="wmt-people-") as made:
        folder = Path(made)
        if any_stands():
            yield KeptPeopleInput(None, None, number())
            return
        for table in TABLES:
            if f"input/{KEPT}{table}.parquet" in night.manifest.files:
                night.table(f"input/{KEPT}{table}").write_csv(folder / f"{table}.csv")
        came = folder if any(folder.iterdir()) else None
        yield PeopleInput(came, came, number())


def number() -> int:
    """The last change there was."""
    return Journal.objects.values_list("number", flat=True).first() or 0


def any_stands() -> bool:
    """Whether anybody entered anything about posts that still stands."""
    return any(
        model._default_manager.filter(ended_change__isnull=True, withdrawn=False).exists()
        for model in KINDS.values()
    )


def _told_again(stands: People, came: People) -> dict[str, set[int]]:
    """The rows of the tables of what stands, as Excel counts them, that tables that came are about too.

    A reduction is the same by its reference, or because it says the same: somebody entered it by hand, and
    intake takes nothing twice.
    """
    hours = {(row.post, row.first_day) for row in came.dated_hours}
    grades = {(row.post, row.first_day) for row in came.grade_corrections}
    named = {key_of(row.reference) for row in came.reductions}
    named |= {key_of(row.reference) for row in came.withdrawn}
    said = {_said(row) for row in came.reductions}
    # a reason that always was one is kept from the first day that people may enter
    reasons = {(row.reason.reason_id, max(row.first_day, FIRST_DAY)) for row in came.reasons}
    return {
        HOURS_FILE: {row.row for row in stands.dated_hours if (row.post, row.first_day) in hours},
        GRADES_FILE: {row.row for row in stands.grade_corrections if (row.post, row.first_day) in grades},
        REDUCTIONS_FILE: {
            row.row for row in stands.reductions if row.reference in named or _said(row) in said
        },
        REASONS_FILE: {row.row for row in stands.reasons if (row.reason.reason_id, row.first_day) in reasons},
    }


def _said(row: ReductionRow) -> tuple[object, ...]:
    return row.post, row.reason.reason_id, row.hours_micro, row.percent_x100, row.first_day, row.last_day
