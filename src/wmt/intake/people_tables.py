"""People tables, row by row: hours, reductions, corrections of grade and reasons as records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from wmt.days import read_day
from wmt.facts import micro_hours
from wmt.grades import DUMMY
from wmt.intake import people_model, people_schema
from wmt.intake.codes import ReductionReason
from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.model import Post
from wmt.intake.people_cells import PeopleRow


def dated_hours(rows: Iterable[PeopleRow]) -> list[people_model.DatedHours]:
    """Contracted hours as written, one row for each post and first day."""
    found: dict[tuple[Post, date], people_model.DatedHours] = {}
    for row in rows:
        hours, since = row.number("hours"), row.values["valid_from"] or date.min
        if row.refused or hours is None:
            continue
        if (row.post, since) in found:
            what = f"a second row for {':'.join(row.post)} from that day"
            row.refuse("PEOPLE_DUPLICATE", "valid_from", what)
        found[row.post, since] = people_model.DatedHours(row.row, row.post, since, micro_hours(hours))
    return list(found.values())


def hours_on(hours: Iterable[people_model.DatedHours], day: date) -> dict[Post, int]:
    """Hours of each post on the day, in millionths: those of the latest first day not after it."""
    ordered = sorted(hours, key=lambda each: (each.post, each.first_day))
    return {each.post: each.hours_micro for each in ordered if each.first_day <= day}


def grade_corrections(rows: Iterable[PeopleRow]) -> list[people_model.GradeCorrection]:
    """Corrections of grade as written, one row for each post and first day."""
    found: dict[tuple[Post, date], people_model.GradeCorrection] = {}
    for row in rows:
        if row.refused:
            continue
        grade, first, last = row.text("grade").upper(), row.values["first_day"], row.values["last_day"]
        if (row.post, first) in found:
            what = f"a second correction for {':'.join(row.post)} from that day"
            row.refuse("PEOPLE_DUPLICATE", "first_day", what)
        found[row.post, first] = people_model.GradeCorrection(
            row.row, row.post, grade, first, last, row.text("why")
        )
    return list(found.values())


def grades_on(corrections: Iterable[people_model.GradeCorrection], day: date) -> dict[Post, str]:
    """The corrected grade of each post on the day: of several, the one that began last."""
    ordered = sorted(corrections, key=lambda each: (each.post, each.first_day))
    return {each.post: each.grade for each in ordered if each.in_force(day)}


def reasons(rows: Iterable[PeopleRow]) -> list[people_model.DatedReason]:
    """Reasons as written, one row for each id and first day."""
    found: dict[tuple[str, date], people_model.DatedReason] = {}
    for row in rows:
        if row.refused:
            continue
        months, first = row.values["months_to_expiry"], row.values["first_day"] or date.min
        reason = ReductionReason(
            row.text("id"), row.text("name"), row.text("short_name"), row.number("allowance_percent"),
            row.number("max_percent"), None if months is None else int(months),
            row.values["enabled"] is not False,
        )  # fmt: skip
        if (reason.reason_id, first) in found:
            row.refuse("PEOPLE_DUPLICATE", "id", f"a second row for the reason {reason.reason_id} from then")
        found[reason.reason_id, first] = people_model.DatedReason(
            row.row, reason, row.text("category"), first
        )
    return list(found.values())


def staff_details(rows: Iterable[PeopleRow]) -> list[people_model.StaffDetailsRow]:
    """Names and email addresses as written, one row for each staff code, whatever its letter case."""
    found: dict[str, people_model.StaffDetailsRow] = {}
    for row in rows:
        if row.refused:
            continue
        code, *texts = (
            row.text(name) for name in ("staff_code", "forename", "middle_name", "surname", "email")
        )
        if code.upper() in found:
            row.refuse("PEOPLE_DUPLICATE", "staff_code", f"a second row for {code}")
        found[code.upper()] = people_model.StaffDetailsRow(row.row, code, *texts)
    return list(found.values())


def establishment(rows: Iterable[PeopleRow]) -> list[people_model.EstablishmentRow]:
    """The establishment as written, one row for each kind, grade, unit and first day."""
    found: dict[str, people_model.EstablishmentRow] = {}
    for row in rows:
        _check_establishment(row)
        if row.refused:
            continue
        fte, deleted = row.number("fte"), bool(row.values["deleted"])
        made = people_model.EstablishmentRow(
            row.row, row.text("level").lower(), row.text("code"), row.text("grade").upper(),
            row.text("kind").lower(), 0 if fte is None else int(fte * 100),
            row.values["first_day"], row.values["last_day"], row.text("why"), deleted,
        )  # fmt: skip
        if made.key in found:
            what = f"a second row of {made.kind} of {made.grade} for {made.level} {made.code} from that day"
            row.refuse("PEOPLE_DUPLICATE", "first_day", what)
        found[made.key] = made
    return list(found.values())


def _check_establishment(row: PeopleRow) -> None:
    """Refuse a row whose unit, kind or days cannot be so."""
    kind = row.text("kind").lower()
    for column, known in (
        ("level", people_schema.ESTABLISHMENT_LEVELS),
        ("kind", people_schema.ESTABLISHMENT_KINDS),
    ):
        if row.text(column) and row.text(column).lower() not in known:
            what = f"{column} '{row.text(column)}' is none of {', '.join(known)}"
            row.refuse("PEOPLE_ESTABLISHMENT", column, what)
    if row.text("grade").upper() == DUMMY:
        row.refuse("PEOPLE_ESTABLISHMENT", "grade", f"{DUMMY} is the grade of nobody")
    if row.values["deleted"]:
        if not all(row.text(column) for column in ("level", "code", "grade", "kind")) or (
            row.values["first_day"] is None
        ):
            row.refuse("PEOPLE_ESTABLISHMENT", "deleted", "nobody can tell which row is meant")
    elif kind == people_schema.TARGET and not row.text("why"):
        row.refuse("PEOPLE_ESTABLISHMENT", "why", "a target needs its reason")
    elif kind == people_schema.FIXED_TERM and row.values["last_day"] is None and not row.text("last_day"):
        row.refuse("PEOPLE_ESTABLISHMENT", "last_day", "a fixed term needs its last day")
    elif kind not in ("", people_schema.TARGET) and row.text("why"):
        what = "only targets have a reason: of people, a text could say who it is"
        row.refuse("PEOPLE_ESTABLISHMENT", "why", what)


def warn_of_establishment(
    faults: Faults,
    strangers: Sequence[people_model.EstablishmentRow],
    odd: Sequence[tuple[people_model.EstablishmentRow, int]],
) -> None:
    """Warn of rows whose unit is not known, and of targets unlike the one before, with that in hundredths."""
    table = people_schema.ESTABLISHMENT_FILE
    hits = [FaultPlace(row.row, None, f"{row.level} {row.code}") for row in strangers]
    what = "{n} rows name a unit that is not in the figures shown"
    faults.warn_once("PEOPLE_UNKNOWN_UNIT", table, hits, what)
    hits = [
        FaultPlace(row.row, None, f"{row.fte_x100 / 100:,.2f} FTE of {row.grade}, {was / 100:,.2f} before")
        for row, was in odd
    ]
    what = "{n} targets are more than twice, or less than half, of what they were"
    faults.warn_once("PEOPLE_ESTABLISHMENT_ODD", table, hits, what)


def reasons_on(
    rules: Mapping[str, ReductionReason], dated: Iterable[people_model.DatedReason], day: date
) -> dict[str, ReductionReason]:
    """Reasons by id: those of the rules, and in their place or beside them those of the table on the day.

    One that begins later only is known from its first form on, so that reductions can be scheduled.
    """
    found = dict(rules)
    ordered = sorted(dated, key=lambda each: each.first_day)
    for each in reversed(ordered):
        if each.first_day > day and each.reason.reason_id not in rules:
            found[each.reason.reason_id] = each.reason
    return found | {each.reason.reason_id: each.reason for each in ordered if each.first_day <= day}


def reductions(
    rows: Iterable[PeopleRow], known: Mapping[str, ReductionReason]
) -> tuple[list[people_model.ReductionRow], list[people_model.Withdrawn]]:
    """The reductions, and beside them those marked as deleted."""
    # reasons by every word they go by. An id is never taken for another reason's name.
    words = {reason_id.lower(): reason for reason_id, reason in known.items()}
    for reason in known.values():
        for word in (reason.name, reason.short_name):
            words.setdefault(word.lower(), reason)
    found: dict[str, people_model.ReductionRow] = {}
    contents: set[tuple[object, ...]] = set()
    gone: list[people_model.Withdrawn] = []
    for row in rows:
        if row.values["deleted"]:
            gone += _withdrawn(row, words)
            continue
        reduction = _reduction(row, words)
        if reduction is None:
            continue
        while not row.text("reduction_id") and reduction.reference in found:
            reduction = replace(reduction, reference=reduction.reference + "+")
        amount = (reduction.hours_micro, reduction.percent_x100)
        content = reduction.post, reduction.reason.reason_id, amount, reduction.first_day, reduction.last_day
        if reduction.reference in found or content in contents:
            what = f"the reduction {reduction.reference} stands there already"
            row.refuse("PEOPLE_DUPLICATE", "reduction_id", what)
        found[reduction.reference] = reduction
        contents.add(content)
    return list(found.values()), [each for each in gone if each.reference not in found]


def _withdrawn(row: PeopleRow, words: Mapping[str, ReductionReason]) -> Sequence[people_model.Withdrawn]:
    """The reduction a deleted row means; none where neither an id nor post, reason and day tell."""
    reference, reason = row.text("reduction_id"), words.get(row.text("reason").lower())
    first = read_day(row.text("first_day"))
    post = row.post if all(row.post) else None
    if not reference and post and reason and first:
        reference = f"{':'.join(post)}:{reason.reason_id}:{first}"
    return [people_model.Withdrawn(row.row, reference, post)] if reference else []


def _reduction(row: PeopleRow, words: Mapping[str, ReductionReason]) -> people_model.ReductionRow | None:
    """The reduction of a row; None when the row was refused."""
    reason = words.get(row.text("reason").lower())
    if row.text("reason") and reason is None:
        row.refuse("PEOPLE_UNKNOWN_REASON", "reason", f"the reason '{row.text('reason')}' is not known")
    hours, percent = row.number("hours"), row.number("percent")
    if reason:
        percent = _amount(row, reason, hours, percent)
    if row.refused or reason is None:
        return None
    first = row.values["first_day"]
    return people_model.ReductionRow(
        row=row.row,
        reference=row.text("reduction_id") or f"{':'.join(row.post)}:{reason.reason_id}:{first}",
        post=row.post,
        reason=reason,
        hours_micro=None if hours is None else micro_hours(hours),
        percent_x100=None if percent is None or hours is not None else int(percent * 100),
        first_day=first,
        last_day=row.values["last_day"],
        notes=row.text("notes"),
    )


def _amount(
    row: PeopleRow, reason: ReductionReason, hours: Decimal | None, percent: Decimal | None
) -> Decimal | None:
    """The percentage that counts: as written, or the reason's fixed share where nothing is written."""
    written = [column for column in ("hours", "percent") if row.text(column)]
    if len(written) == 2 or (not written and reason.allowance_percent is None):
        what = f"{' and '.join(written) or 'neither hours nor percent'} given"
        row.refuse("PEOPLE_HOURS_OR_PERCENT", "hours", what)
    if not reason.enabled:
        what = f"{row.table} row {row.row}: the reason {reason.short_name} is switched off"
        row.faults.warn("PEOPLE_REASON_OFF", what, sheet=row.table, row=row.row, column="reason")
    if not written:
        return reason.allowance_percent
    if percent is not None and reason.allowance_percent not in (None, percent):
        usual = f"the usual {reason.allowance_percent}% of {reason.short_name}"
        what = f"{row.table} row {row.row}: {percent}%, not {usual}"
        row.faults.warn("PEOPLE_SHARE_DIFFERS", what, sheet=row.table, row=row.row, column="percent")
    return percent if hours is None else None
