"""Reading the people tables: every cell checked, nothing guessed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from wmt.facts import micro_hours
from wmt.intake.codes import Codes, Reason
from wmt.intake.faults import Faults, Refusal
from wmt.intake.model import Post, Source
from wmt.intake.people import People, Reduction
from wmt.intake.table_file import read_table, source_of

HOURS_FILE, REDUCTIONS_FILE = "contracted_hours", "reductions"
SUFFIXES = (".csv", ".parquet")
HOURS_COLUMNS = ("team_code", "staff_code", "hours", "valid_from")
REDUCTION_COLUMNS = [
    "reduction_id",
    "team_code",
    "staff_code",
    "reason",
    "hours",
    "percent",
    "first_day",
    "last_day",
    "deleted",
    "notes",
]
HOURS_IN_A_WEEK = 168


@dataclass(frozen=True)
class _Cells:
    """One row of a people table, with somewhere to report what is wrong with it."""

    table: str
    row: int
    cells: Mapping[str, str | None]
    faults: Faults

    @property
    def post(self) -> Post | None:
        team, staff = self.cells.get("team_code"), self.cells.get("staff_code")
        return (team, staff) if team and staff else None

    def refuse(self, code: str, column: str, what: str) -> None:
        """Record a fault of this row, confined to its post."""
        posts = [self.post] if self.post else []
        where = f"{self.table} row {self.row}"
        self.faults.refuse(
            code, f"{where}: {what}", sheet=self.table, row=self.row, column=column, posts=posts
        )

    def required(self, column: str) -> str | None:
        """The text of a cell that must not be empty."""
        if not self.cells.get(column):
            self.refuse("PEOPLE_MISSING_VALUE", column, f"{column} is empty")
        return self.cells.get(column)

    def number(self, column: str, decimals: int, most: int) -> Decimal | None:
        """A plain decimal number from 0 to `most`, None when empty or, and then refused, anything else."""
        text = self.cells.get(column)
        if not text:
            return None
        plain = re.fullmatch(r"\d{1,3}(\.(\d+))?", text, re.ASCII)
        if not plain or len((plain[2] or "").rstrip("0")) > decimals or Decimal(text) > most:
            self.refuse(
                "PEOPLE_BAD_NUMBER",
                column,
                f"{column} '{text}' is not a number from 0 to {most} with at most {decimals} decimals",
            )
            return None
        return Decimal(text)

    def day(self, column: str) -> date | None:
        """An ISO date, None when empty or, and then refused, anything else."""
        text = self.cells.get(column)
        if not text:
            return None
        try:
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
                return date.fromisoformat(text)
        except ValueError:
            pass
        self.refuse("PEOPLE_BAD_DATE", column, f"{column} '{text}' is not a date")
        return None

    def truth(self, column: str) -> bool:
        """true or false; empty is false."""
        text = (self.cells.get(column) or "false").lower()
        if text not in ("true", "false"):
            self.refuse("PEOPLE_BAD_VALUE", column, f"{column} '{text}' is neither true nor false")
        return text == "true"


def read_people(folder: Path, codes: Codes, day: date, faults: Faults) -> People:
    """Both tables of a folder; one of them may be absent. Faults are confined to posts where possible."""
    files = {name: file for name in (HOURS_FILE, REDUCTIONS_FILE) if (file := _file(folder, name))}
    if not files:
        what = f"the folder {folder.name} holds neither {HOURS_FILE} nor {REDUCTIONS_FILE}"
        faults.refuse("PEOPLE_NOT_A_TABLE", what, sheet=HOURS_FILE)
        return People()
    hours: dict[Post, int] = {}
    reductions: list[Reduction] = []
    if HOURS_FILE in files:
        hours = _hours_in_force(_rows(files[HOURS_FILE], HOURS_COLUMNS, HOURS_COLUMNS[:3], faults), day)
    if REDUCTIONS_FILE in files:
        needed = ("team_code", "staff_code", "reason", "first_day")
        reductions = _reductions(_rows(files[REDUCTIONS_FILE], REDUCTION_COLUMNS, needed, faults), codes)
    return People(hours, reductions, _sources(files.values()))


def _file(folder: Path, name: str) -> Path | None:
    return next(
        (folder / f"{name}{suffix}" for suffix in SUFFIXES if (folder / f"{name}{suffix}").is_file()), None
    )


def _sources(files: Iterable[Path]) -> list[Source]:
    return [source_of(file.read_bytes(), f"people/{file.name}") for file in files]


def _rows(file: Path, known: Sequence[str], needed: Sequence[str], faults: Faults) -> Iterator[_Cells]:
    """The rows of a table as texts. Row numbers count the header as 1."""
    table = file.stem
    try:
        frame = read_table(file.read_bytes(), file.name)
    except (Refusal, OSError) as error:
        row = error.row if isinstance(error, Refusal) else None
        faults.refuse("PEOPLE_NOT_A_TABLE", f"{file.name} cannot be read: {error}", sheet=table, row=row)
        return
    missing = [column for column in needed if column not in frame.columns]
    for column in missing:
        faults.refuse(
            "PEOPLE_MISSING_COLUMNS", f"{file.name} has no column {column}", sheet=table, row=1, column=column
        )
    strange = [column for column in frame.columns if column not in known]
    if strange:
        what = f"{file.name} has columns nobody knows: {', '.join(strange[:10])}"
        faults.warn("PEOPLE_UNKNOWN_COLUMN", what, sheet=table, row=1, column=strange[0])
    if not missing:
        for number, cells in enumerate(frame.iter_rows(named=True), 2):
            if any(cells.values()):
                yield _Cells(table, number, cells, faults)


def _hours_in_force(rows: Iterable[_Cells], day: date) -> dict[Post, int]:
    """Hours of each post on the day, in millionths: those of the latest valid_from not after it."""
    found: dict[tuple[Post, date], int] = {}
    for row in rows:
        before = len(row.faults.items)
        for column in ("team_code", "staff_code", "hours"):
            row.required(column)
        hours, since = row.number("hours", 2, HOURS_IN_A_WEEK), row.day("valid_from") or date.min
        if len(row.faults.items) > before or row.post is None or hours is None:
            continue
        if (row.post, since) in found:
            row.refuse(
                "PEOPLE_DUPLICATE", "valid_from", f"a second row for {':'.join(row.post)} from that day"
            )
        found[row.post, since] = micro_hours(hours)
    return {post: hours for (post, since), hours in sorted(found.items()) if since <= day}


def _reductions(rows: Iterable[_Cells], codes: Codes) -> list[Reduction]:
    reasons = _reasons_by_word(codes)
    found: dict[str, Reduction] = {}
    contents: set[tuple[object, ...]] = set()
    for row in rows:
        reduction = _reduction(row, reasons)
        if reduction is None:
            continue
        while not row.cells.get("reduction_id") and reduction.reference in found:
            reduction = replace(reduction, reference=reduction.reference + "+")
        content = (
            reduction.post,
            reduction.reason.reason_id,
            reduction.hours_micro,
            reduction.percent_x100,
            reduction.first_day,
            reduction.last_day,
        )
        if reduction.reference in found or content in contents:
            row.refuse(
                "PEOPLE_DUPLICATE",
                "reduction_id",
                f"the reduction {reduction.reference} stands there already",
            )
        found[reduction.reference] = reduction
        contents.add(content)
    return list(found.values())


def _reasons_by_word(codes: Codes) -> dict[str, Reason]:
    words: dict[str, Reason] = {}
    for reason in codes.reasons.values():
        for word in (reason.reason_id, reason.name, reason.short_name):
            words.setdefault(word.lower(), reason)
    return words


def _reduction(row: _Cells, reasons: Mapping[str, Reason]) -> Reduction | None:
    """The reduction of a row; None when it is deleted or refused."""
    before = len([fault for fault in row.faults.items if fault.severity == "refuse"])
    if row.truth("deleted"):
        return None
    for column in ("team_code", "staff_code", "reason", "first_day"):
        row.required(column)
    reason = reasons.get((row.cells.get("reason") or "").lower())
    if row.cells.get("reason") and reason is None:
        row.refuse("PEOPLE_UNKNOWN_REASON", "reason", f"the reason '{row.cells['reason']}' is not known")
    hours, percent = row.number("hours", 6, HOURS_IN_A_WEEK), row.number("percent", 2, 100)
    first, last = row.day("first_day"), row.day("last_day")
    if first and last and last < first:
        row.refuse("PEOPLE_LAST_BEFORE_FIRST", "last_day", f"the last day {last} is before the first {first}")
    if reason:
        percent = _amount(row, reason, hours, percent)
    after = len([fault for fault in row.faults.items if fault.severity == "refuse"])
    if after > before or row.post is None or reason is None or first is None:
        return None
    reference = row.cells.get("reduction_id") or f"{':'.join(row.post)}:{reason.reason_id}:{first}"
    return Reduction(
        row=row.row,
        reference=reference,
        post=row.post,
        reason=reason,
        hours_micro=None if hours is None else micro_hours(hours),
        percent_x100=None if percent is None or hours is not None else int(percent * 100),
        first_day=first,
        last_day=last,
    )


def _amount(row: _Cells, reason: Reason, hours: Decimal | None, percent: Decimal | None) -> Decimal | None:
    """The percentage that counts: as written, or the reason's fixed share where nothing is written."""
    written = [column for column in ("hours", "percent") if row.cells.get(column)]
    if len(written) == 2 or (not written and reason.allowance_percent is None):
        row.refuse(
            "PEOPLE_HOURS_OR_PERCENT",
            "hours",
            f"{' and '.join(written) or 'neither hours nor percent'} given",
        )
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
