"""What tables of people would change of what stands. Plain data: nothing here knows the database.

Keys of reductions are their ids in tables; hours and corrections of grade are told apart by post and first
day. What tables do not mention stays as it is, and tables that say what stands already change nothing.
"""

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256

from wmt.intake import people_model, people_schema
from wmt.site.availability import records
from wmt.site.availability.change_requests import Change
from wmt.site.figures.withheld import REDUCED
from wmt.text import NOTE

KEY_LENGTH = 160
TABLE_OF = {
    "hours": people_schema.HOURS_FILE,
    "reduction": people_schema.REDUCTIONS_FILE,
    "grade": people_schema.GRADES_FILE,
}
#: Columns of tables by the fields of changes, where they are called otherwise.
_COLUMNS = {
    "hours": {"hours_micro": "hours", "first_day": "valid_from"},
    "reduction": {"hours_micro": "hours", "percent_x100": "percent", "post": "team_code"},
    "grade": {"post": "team_code"},
}


def changes_of(
    people: people_model.People,
    plans: Mapping[records.Post, records.PostRecords],
    posts: Collection[records.Post] | None = None,
) -> list[Change]:
    """What the tables would change; nothing where they say what stands. `plans` are those of all posts.

    `posts` are the ones of which changes are wanted; without, all. Withdrawals come first, and hours before
    reductions: these are judged by the hours they will have.
    """
    wanted = [*_hours(people, plans), *_grades(people, plans), *_reductions(people, plans)]
    told = (change for change in wanted if posts is None or change.post in posts)
    return sorted(told, key=lambda change: not change.withdraw)


def column_of(change: Change, field: str) -> str | None:
    """The column of a table that a field of a change was read from."""
    return _COLUMNS[change.kind].get(field, field) or None


def key_of(reference: str) -> str:
    """The key of the reduction that a table calls so. One that is too long is shortened, always alike."""
    if len(reference) <= KEY_LENGTH:
        return reference
    return f"{reference[:120]}~{sha256(reference.encode()).hexdigest()[:32]}"


def _hours(
    people: people_model.People, plans: Mapping[records.Post, records.PostRecords]
) -> Iterator[Change]:
    for row in people.dated_hours:
        hours = plans.get(row.post, records.PostRecords()).hours
        stands = next((each for each in hours if each.first_day == row.first_day), None)
        if stands is None or stands.hours_micro != row.hours_micro:
            yield Change(
                kind="hours", post=row.post, key=stands.key if stands else "",
                version=stands.version if stands else 0, first_day=row.first_day,
                hours_micro=row.hours_micro, row=row.row,
            )  # fmt: skip


def _grades(
    people: people_model.People, plans: Mapping[records.Post, records.PostRecords]
) -> Iterator[Change]:
    for row in people.grade_corrections:
        grades = plans.get(row.post, records.PostRecords()).grades
        stands = next((each for each in grades if each.first_day == row.first_day), None)
        if stands is None or (stands.grade, stands.last_day) != (row.grade, row.last_day):
            yield Change(
                kind="grade", post=row.post, key=stands.key if stands else "",
                version=stands.version if stands else 0, first_day=row.first_day,
                last_day=row.last_day, grade=row.grade, why=row.why, row=row.row,
            )  # fmt: skip


def _reductions(
    people: people_model.People, plans: Mapping[records.Post, records.PostRecords]
) -> Iterator[Change]:
    stand = {cut.key: (post, cut) for post, plan in plans.items() for cut in plan.reductions}
    named = {key_of(row.reference) for row in people.reductions}
    gone = {key_of(row.reference) for row in people.withdrawn}
    for deleted in people.withdrawn:
        key = key_of(deleted.reference)
        if key in stand and key not in named:
            yield _withdrawn(key, *stand[key], deleted.row)
    for row in people.reductions:
        key = key_of(row.reference)
        if key in stand:
            yield from _told_again(row, key, *stand[key])
        elif not _stands_unnamed(row, plans.get(row.post, records.PostRecords()).reductions, named | gone):
            yield _new(row, key)


def _told_again(
    row: people_model.ReductionRow, key: str, post: records.Post, cut: records.ReductionRecord
) -> Iterator[Change]:
    """A reduction that stands: as it was, otherwise, or of another post; then withdrawn where it was."""
    if post != row.post:
        yield _withdrawn(key, post, cut, row.row)
        yield _new(row, key, cut.notes)
    elif not _say_the_same(row, cut) or _brings_notes(row, cut):
        yield _of_row(row, key=key, version=cut.version, notes=row.notes or cut.notes)


def _brings_notes(row: people_model.ReductionRow, cut: records.ReductionRecord) -> bool:
    """Whether a row has other notes. Where retention removed the reason, no table brings them back."""
    return cut.reason != REDUCED and _plain(row.notes) not in ("", _plain(cut.notes))


def _withdrawn(key: str, post: records.Post, cut: records.ReductionRecord, row: int) -> Change:
    return Change(kind="reduction", post=post, key=key, version=cut.version, withdraw=True, row=row)


def _new(row: people_model.ReductionRow, key: str, notes: str = "") -> Change:
    return _of_row(row, wanted_key=key, notes=row.notes or notes)


def _of_row(
    row: people_model.ReductionRow, *, key: str = "", version: int = 0, wanted_key: str = "", notes: str
) -> Change:
    return Change(
        kind="reduction", post=row.post, key=key, version=version, wanted_key=wanted_key,
        reason=row.reason.reason_id, hours_micro=row.hours_micro, percent_x100=row.percent_x100,
        first_day=row.first_day, last_day=row.last_day, notes=notes, row=row.row,
    )  # fmt: skip


def _stands_unnamed(
    row: people_model.ReductionRow, cuts: Sequence[records.ReductionRecord], named: Collection[str]
) -> bool:
    """Whether the same stands under a key that no table has: somebody entered it by hand."""
    return any(cut.key not in named and _say_the_same(row, cut) for cut in cuts)


def _say_the_same(row: people_model.ReductionRow, cut: records.ReductionRecord) -> bool:
    """Whether a row says what stands. A last day that the reason's expiry filled in need not be written."""
    reason = REDUCED if cut.reason == REDUCED else row.reason.reason_id  # removed: it stays so
    said = (reason, row.hours_micro, row.percent_x100, row.first_day)
    if said != (cut.reason, cut.hours_micro, cut.percent_x100, cut.first_day):
        return False
    months = row.reason.months_to_expiry
    filled = people_model.last_of_months(row.first_day, months) if months else None
    return cut.last_day in ((row.last_day,) if row.last_day else (None, filled))


def _plain(text: str) -> str:
    """A text as tables hold it: composed, trimmed, its lines ended alike."""
    return unicodedata.normalize("NFC", NOTE.mended(text.replace("\r\n", "\n")))
