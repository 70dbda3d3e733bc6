"""Faults: collecting them, summing up the many, and the remedy that belongs to each code."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from wmt.intake.model import Fault, Post, Severity

#: Faults of one code on one sheet that are named one by one before the rest are summed up.
NAMED = 25
#: Rows or posts given as examples in a summed-up fault.
EXAMPLES = 5

RESEND = "Ask for the extract again, or correct the cell at its source."

REMEDIES: dict[str, str] = {
    # opening
    "NOT_FOUND": "Check the path.",
    "NOT_A_WORKBOOK": "Give the .xlsx or .xls file as it was sent, or a tidy folder or zip with a manifest.json.",
    "DAMAGED_FILE": "Copy or send the file again; compare its size with the original.",
    "PROTECTED_FILE": "Save it again without a password.",
    "UNSAFE_ARCHIVE": "Make the file anew with the usual program; do not load files of unknown origin.",
    "TOO_LARGE": "Delete the stray cells or empty sheets and save again.",
    "MIXED_INPUT": "Give the workbooks of one night, or one tidy folder, or one workbook and one case file.",
    # the workbook as a whole
    "MISSING_SHEETS": "Ask for the whole extract; nothing was loaded.",
    "MISSING_COLUMNS": "Put the column back under its usual name, or ask for the extract again.",
    "DUPLICATE_SHEET_OR_COLUMN": "Keep one of the two and remove or rename the other.",
    "UNKNOWN_TIER_SCHEME": "This layout is not known yet: ask the maintainers to add it. It is not guessed at.",
    "MIXED_TIER_SCHEMES": "Load only sheets of one tier scheme together.",
    "LEGACY_TIER_SCHEME": "Loaded with its own scheme; it earns no points of tiers A3 to D0.",
    "TIER_SETS_DIFFER": "Check that no suspended tiers (suffix S) are missing from the shorter sheet.",
    "MIXED_LAYOUTS": "Load files of one layout together.",
    "LAYOUT_OLDER_THAN_DATE": "If ARMS, parole and group reports belong to this night, ask for those sheets.",
    "UNKNOWN_SHEET": "Kept as raw cells and not counted; check whether it should have a known name.",
    "UNKNOWN_COLUMN": "Kept as raw cells and not counted; check whether it should have a known name.",
    # dates of the night
    "NO_DATESTAMP": "Every extract needs the date and time it describes in Datestamp; ask for it again.",
    "SEVERAL_DATESTAMPS": "The latest is taken; check that no sheet is left over from an earlier night.",
    "BAD_DATESTAMP": "The other rows' Datestamp is taken; check how the column is formatted.",
    # rows and cells
    "BAD_COUNT": RESEND,
    "BAD_KEY": "A key that cannot be read may belong to any post: correct the cell at its source.",
    "BAD_DATE": "The cell must hold a date, not text or a bare number: correct it at its source.",
    "DUPLICATE_OFFICER_ROW": "Keep one row for each officer and team.",
    "T2A_NOT_BELOW_ACTIVE": "Check that the sheets T2A and WMT_Extract_Filtered were not exchanged or cut short.",
    "CONTROL_TOTAL_MISMATCH": "Compare V-CRN_Count with the tier columns of the rows named.",
    "CONTROL_TOTAL_READING": "For information; both readings are accepted.",
    "ORPHAN_ROW": "Set aside and never counted; have the missing key filled in at its source.",
    "PLACEHOLDER_ROW": "Ignored; nothing need be done.",
    "BLANK_GRADE": "Treated as grade DMY, with no hours until some are entered; fill in the grade at its source.",
    "UNKNOWN_GRADE": "Treated as grade DMY; add the code to the grade codes or correct it at its source.",
    "FLAG_LETTER_CONFLICT": "The letter decides; check the row at its source.",
    "UNKNOWN_TIER_CODE": "Listed as untiered; check the row at its source.",
    "UNKNOWN_LOCATION": "Listed with location unknown; use Community, Custody or Licence.",
    "UNMATCHED_OFFICER": "Kept and listed; check whether they should stand on the main list.",
    "CONFLICTING_ATTRIBUTE": "The first sheet in order of authority is followed; make the sources agree.",
    "KEY_CASE_DIFFERS": "Treated as different; correct the code that is miswritten.",
    "CASE_LIST_PARTIAL": "The counts are followed for these posts; their cases cannot be named one by one.",
    # contacts
    "CONTACT_SIDE_UNKNOWN": "The missing side goes to the post NOT-KNOWN; fill in both keys at the source.",
    "DUPLICATE_CONTACT_ID": "Check the contact at its source.",
    "CONTACT_AHEAD": "Earns nothing yet; check the date at its source.",
    "UNKNOWN_CONTACT_CODE": "Earns nothing; add the code to the rules or correct it at its source.",
    "TRAINEE_CONTACT": "Trainees' co-working is not case management support; ask for another contact type.",
    # tidy tables
    "MANIFEST_MISSING": "Put a manifest.json beside the tables: docs/input.md shows one.",
    "MANIFEST_BAD": "Correct manifest.json: docs/input.md shows one.",
    "MANIFEST_FORMAT": "This program reads 'workload-input/1'.",
    "MANIFEST_TIME_ZONE": "The time is kept as written; leave the zone out.",
    "MANIFEST_SHA256": "The file is not the one the manifest describes: make or send both again.",
    "MANIFEST_ROWS": "The file was cut or added to: make or send it and its manifest again.",
    "MANIFEST_TABLE": "Make the list of tables in manifest.json agree with the files.",
    "NOT_A_TABLE": "Write it as UTF-8 CSV with commas, a header row and paired quotes, or as Parquet.",
    "BAD_VALUE": "Correct the cell: docs/input.md gives the form of every column.",
    "MISSING_VALUE": "Fill the cell in; the column is required.",
    "DUPLICATE_KEY": "Keep one row for each key.",
    "CASES_AND_COUNTS_DIFFER": "Make the case list and the counts agree, or leave one of them out.",
    "REPORTS_AND_COUNTS_DIFFER": "Make the reports and their counts agree, or leave one of them out.",
    "REPORT_NOT_COUNTED": "Kept and not counted; nothing need be done.",
    # people tables
    "PEOPLE_NOT_A_TABLE": "Give contracted_hours and reductions as UTF-8 CSV with a header row, or as Parquet.",
    "PEOPLE_MISSING_COLUMNS": "Put the column in; docs/input.md lists them.",
    "PEOPLE_UNKNOWN_COLUMN": "Ignored; check its name against docs/input.md.",
    "PEOPLE_MISSING_VALUE": "Fill the cell in.",
    "PEOPLE_BAD_NUMBER": "Write a plain number such as 18.5, within the limits of docs/input.md.",
    "PEOPLE_BAD_DATE": "Write the date as 2024-06-30.",
    "PEOPLE_BAD_VALUE": "Write true or false.",
    "PEOPLE_UNKNOWN_POST": "Ignored for this night; check the codes, or remove the row when the post has gone.",
    "PEOPLE_UNKNOWN_REASON": "Use the id, the name or the short name of a reason in the rules.",
    "PEOPLE_REASON_OFF": "The reason is switched off for new use; it still counts where it was made earlier.",
    "PEOPLE_HOURS_OR_PERCENT": "Give hours or percent, not both; neither only where the reason has a fixed share.",
    "PEOPLE_OVER_MAXIMUM": "Lower the reduction to what the reason allows, or choose another reason.",
    "PEOPLE_SHARE_DIFFERS": "Taken as written; check it against the share the reason usually has.",
    "PEOPLE_LAST_BEFORE_FIRST": "Correct the dates: both days count.",
    "PEOPLE_DUPLICATE": "Keep one of the rows.",
    "PEOPLE_EXPIRED": "It still counts; give it a last day if it has ended.",
    "REDUCTIONS_ABOVE_HOURS": "Available time is cut at nothing; check the reductions of the post.",
    "STAGE_GAP": "For those days no reduction counts; move the dates together if that is not meant.",
}


class Refusal(Exception):  # noqa: N818 - it is an answer to the sender, not an error of the program
    """Stops the reading of a file at once, with the code and text of the fault."""

    def __init__(
        self,
        code: str,
        what: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(what)
        self.code, self.what, self.sheet, self.row, self.column = code, what, sheet, row, column


class Hit(NamedTuple):
    """One place where a fault of a kind was found."""

    row: int | None
    column: str | None
    what: str
    post: Post | None = None


class Faults:
    """Faults in the order they were found."""

    def __init__(self) -> None:
        self.items: list[Fault] = []

    def add(
        self,
        severity: Severity,
        code: str,
        what: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        posts: Iterable[Post] = (),
    ) -> None:
        """Record one fault; its remedy is added to the text. An unlisted code is a KeyError of ours."""
        message = f"{what.rstrip('.')}. {REMEDIES[code]}"
        self.items.append(
            Fault(
                severity=severity,
                code=code,
                message=message,
                sheet=sheet,
                row=row,
                column=column,
                posts=tuple(dict.fromkeys(posts)),
            )
        )

    def refuse(
        self,
        code: str,
        what: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        posts: Iterable[Post] = (),
    ) -> None:
        """Record a fault that stops the load, or stops it for the posts named."""
        self.add("refuse", code, what, sheet=sheet, row=row, column=column, posts=posts)

    def warn(
        self,
        code: str,
        what: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        posts: Iterable[Post] = (),
    ) -> None:
        """Record a fault that does not stop the load."""
        self.add("warn", code, what, sheet=sheet, row=row, column=column, posts=posts)

    def refused(self, refusal: Refusal) -> None:
        """Record a refusal that stopped the reading of a file."""
        self.refuse(refusal.code, refusal.what, sheet=refusal.sheet, row=refusal.row, column=refusal.column)

    def refuse_each(self, code: str, sheet: str | None, hits: Sequence[Hit]) -> None:
        """Refuse each hit by name, and beyond NAMED all the others in one fault that lists their posts."""
        for hit in hits[:NAMED]:
            posts = (hit.post,) if hit.post else ()
            self.refuse(code, hit.what, sheet=sheet, row=hit.row, column=hit.column, posts=posts)
        self._rest(code, sheet, [hit for hit in hits[NAMED:] if hit.post], confined=True)
        self._rest(code, sheet, [hit for hit in hits[NAMED:] if not hit.post], confined=False)

    def _rest(self, code: str, sheet: str | None, hits: Sequence[Hit], *, confined: bool) -> None:
        if not hits:
            return
        posts = [hit.post for hit in hits if hit.post] if confined else []
        what = f"{len(hits)} more of the same, among them {hits[0].what}"
        self.refuse(code, what, sheet=sheet, row=hits[0].row, column=hits[0].column, posts=posts)

    def warn_once(self, code: str, sheet: str | None, hits: Sequence[Hit], what: str) -> None:
        """One warning for all hits: `what` has '{n}' for their number; the first few places follow."""
        if not hits:
            return
        places = [place for hit in hits[:EXAMPLES] if (place := _place(hit))]
        more = f", and {len(hits) - EXAMPLES} more" if len(hits) > EXAMPLES else ""
        text = what.format(n=len(hits)) + (f" ({'; '.join(places)}{more})" if places else "")
        self.warn(code, text, sheet=sheet, row=hits[0].row, column=hits[0].column)

    def refusing(self) -> bool:
        """Whether any fault stops the load."""
        return any(fault.severity == "refuse" for fault in self.items)

    def are_confined(self) -> bool:
        """Whether every fault that stops the load names the posts it can touch."""
        return all(fault.posts for fault in self.items if fault.severity == "refuse")

    def named_posts(self) -> dict[Post, Fault]:
        """The posts of refusing faults, each with the first fault that names it."""
        found: dict[Post, Fault] = {}
        for fault in self.items:
            for post in fault.posts if fault.severity == "refuse" else ():
                found.setdefault(post, fault)
        return found


def _place(hit: Hit) -> str:
    row = f"row {hit.row}" if hit.row else ""
    return ": ".join(part for part in (row, hit.what) if part)
