"""Door A: the sheets of one night's workbook or workbooks, gathered into tables with text keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from wmt.intake import case_sheets, mentions, staging, tier_sheets, workbook_schema
from wmt.intake.book import Book
from wmt.intake.cells import clean_name, show
from wmt.intake.codes import Codes
from wmt.intake.datestamp import as_at_of, place_of
from wmt.intake.faults import Faults
from wmt.intake.headers import TierSet
from wmt.intake.layout import check_sheets, layout_of, scheme_of, tier_sets
from wmt.intake.model import SheetCount
from wmt.intake.report_sheets import read_reports
from wmt.intake.sheet import Sheet, make_sheet, missing_columns, sort_rows, unknown_columns, unknown_sheet

CodesAt = Callable[[date], Codes]


@dataclass
class _Understood:
    """One workbook after its headers were read: its sheets by cleaned name, only keyed rows in them."""

    sheets: dict[str, Sheet]
    tiers: dict[str, TierSet]
    scheme: str | None
    counts: dict[str, SheetCount] = field(default_factory=dict)
    lacking: set[str] = field(default_factory=set)
    raw: list[staging.RawCell] = field(default_factory=list)


def gather_books(books: Sequence[Book], codes_at: CodesAt, faults: Faults, share: float) -> staging.Gathered:
    """All tables of the night. What is wrong stands in `faults`; tables may then be incomplete."""
    night = staging.Gathered(
        main=workbook_schema.SHEETS[workbook_schema.MAIN],
        lone=mentions.LONE_RANKS,
        listing=mentions.LISTING_RANKS,
    )
    understood = [_understand(book, len(books) > 1, faults) for book in books]
    stamped = [
        s
        for u in understood
        for known, s in u.sheets.items()
        if known in (*workbook_schema.BASES, *workbook_schema.REPORTS)
    ]
    night.as_at = as_at_of(stamped, faults)
    night.as_at_place = place_of(stamped, night.as_at) if night.as_at else None
    _settle_layout(night, understood, faults)
    for one in understood:
        night.raw += one.raw
        for name, count in one.counts.items():
            night.sheets[name] = count
    # What a sheet lacks stops the load; the other sheets are read all the same, to tell all faults at once.
    # Without a moment or a scheme the codes are the latest: nothing is loaded then.
    _read_sheets(night, understood, codes_at(night.as_at.date() if night.as_at else date.max), faults, share)
    # where a sheet or column is missing or doubtful, nobody can be told from the sheets
    stops = {
        "MISSING_COLUMNS", "UNKNOWN_TIER_SCHEME", "MIXED_TIER_SCHEMES", "MIXED_LAYOUTS",
        "DUPLICATE_SHEET_OR_COLUMN",
    }  # fmt: skip
    if not any(fault.severity == "refuse" and fault.code in stops for fault in faults.items):
        official = _sheets(understood, *workbook_schema.BASES, *workbook_schema.REPORTS)
        night.person = staging.stacked(mentions.people_of(official, night), staging.PERSON)
        night.team = staging.stacked(mentions.teams_of(official), staging.TEAM)
        totals = night.person.filter(pl.col("rank").is_in([0, 1]))
        night.standing = totals.select("team_code", "staff_code").unique(maintain_order=True)
    return night


def _understand(book: Book, several: bool, faults: Faults) -> _Understood:
    sheets: dict[str, Sheet] = {}
    raw: list[staging.RawCell] = []
    seen: set[str] = set()
    while book.sheets:  # each grid is let go when its sheet is made: together they would take twice the room
        grid = book.sheets.pop(0)
        label = f"{show(grid.name)} ({book.name})" if several else show(grid.name)
        known = clean_name(grid.name)
        if known in seen:
            faults.refuse("DUPLICATE_SHEET_OR_COLUMN", f"there are two sheets named {label}", sheet=label)
        elif known not in workbook_schema.SHEETS:
            raw += unknown_sheet(grid, label, faults)
        elif not (
            known in workbook_schema.IGNORED_WHEN_EMPTY
            and not any(cell != "" for row in grid.rows for cell in row)
        ):
            sheets[known] = make_sheet(grid, label, known, faults)
        seen.add(known)
    tiers = tier_sets(sheets, faults)
    result = _Understood({}, tiers, scheme_of(tiers, faults), raw=raw)
    for known, sheet in sheets.items():
        _sort(result, known, sheet, faults)
    return result


def _sort(result: _Understood, known: str, sheet: Sheet, faults: Faults) -> None:
    wanted = workbook_schema.definition(known)
    if missing_columns(sheet, wanted, faults):
        result.lacking.add(known)
    tiers = (
        [*(c.header for c in result.tiers[known].columns), *result.tiers[known].strange]
        if known in workbook_schema.BASES
        else []
    )
    result.raw += unknown_columns(sheet, [*wanted.columns, *tiers], faults)
    if all(sheet.has(key) for key in wanted.keys):
        rows = sort_rows(sheet, wanted.keys, wanted.constants, faults)
        result.sheets[known] = rows.sheet.settle()
        result.counts[sheet.name] = SheetCount(rows.rows, rows.orphans)
        result.raw += rows.raw
        if not rows.rows and known not in workbook_schema.IGNORED_WHEN_EMPTY:
            what = f"the sheet {sheet.name} has its headers and no rows"
            faults.warn("SHEET_WITHOUT_ROWS", what, sheet=sheet.name)
    else:
        result.sheets[known] = sheet


def _settle_layout(night: staging.Gathered, understood: Sequence[_Understood], faults: Faults) -> None:
    day = night.as_at.date() if night.as_at else None
    schemes = {one.scheme for one in understood if one.scheme}
    layouts = {layout_of(one.scheme, one.tiers, one.sheets, day) for one in understood if one.scheme}
    if len(schemes) > 1:
        faults.refuse(
            "MIXED_TIER_SCHEMES", f"the workbooks follow different schemes: {', '.join(sorted(schemes))}"
        )
    elif len(layouts) > 1:
        names = ", ".join(sorted(str(layout) for layout in layouts))
        faults.refuse("MIXED_LAYOUTS", f"the workbooks are of different layouts: {names}")
    elif layouts:
        night.layout, night.tier_scheme = layouts.pop(), schemes.pop()
    if night.tier_scheme == "t7":
        faults.warn("LEGACY_TIER_SCHEME", f"the tiers are those of the old letters (layout {night.layout})")
    # Workbooks that split the country must each be whole; those that split the sheets, all together.
    if all(workbook_schema.MAIN in one.sheets for one in understood):
        for one in understood:
            check_sheets(night.layout, one.sheets, day, faults)
    else:
        check_sheets(night.layout, {name for one in understood for name in one.sheets}, day, faults)


def _read_sheets(
    night: staging.Gathered, understood: Sequence[_Understood], codes: Codes, faults: Faults, share: float
) -> None:
    tables = [
        tier_sheets.read_tier_sheet(sheet, one.tiers[known], faults)
        for known in workbook_schema.BASES
        for one in understood
        for sheet in _sheets([one], known)
    ]
    whole = [table for table in tables if table.tiers.is_whole]
    for table in whole:
        tier_sheets.check_control_totals(table, faults, share)
    tier_sheets.refuse_doubles_across(
        _sheets(understood, *workbook_schema.BASES, *workbook_schema.REPORTS), faults
    )
    tier_sheets.check_t2a_below_active(whole, faults)
    night.cell = staging.stacked([tier_sheets.counts_of(table) for table in tables], staging.CELL)
    night.count = staging.shaped(night.cell.filter(pl.col("cases") > 0), staging.COUNT)
    night.bases = tuple(dict.fromkeys(table.basis for table in tables))
    night.given = staging.stacked(
        [table.posts.with_columns(basis=pl.lit(table.basis)) for table in tables], staging.GIVEN
    )
    if "active" not in night.bases:  # before July 2019 all cases were counted
        active = night.count.filter(pl.col("basis") == "all").with_columns(basis=pl.lit("active"))
        night.count = pl.concat([night.count, active])
    reports = [read_reports(sheet, faults) for sheet in _sheets(understood, *workbook_schema.REPORTS)]
    night.measure = staging.stacked(
        [*(tier_sheets.measures_of(table) for table in tables), *reports], staging.MEASURE
    )
    _read_rows(night, understood, codes, faults)


def _sheets(understood: Sequence[_Understood], *known: str) -> list[Sheet]:
    """The sheets of some kinds that have every column which reading them needs."""
    return [
        one.sheets[name]
        for name in known
        for one in understood
        if name in one.sheets and name not in one.lacking
    ]


def _read_rows(
    night: staging.Gathered, understood: Sequence[_Understood], codes: Codes, faults: Faults
) -> None:
    scheme = night.tier_scheme or next((one.scheme for one in understood if one.scheme), "pc16")
    flags = [
        case_sheets.read_flags(sheet, scheme, codes, faults)
        for sheet in _sheets(understood, *workbook_schema.FLAG_SHEETS)
    ]
    night.case_flag = staging.stacked(flags, staging.CASE_FLAG)
    contacts = [
        case_sheets.read_contacts(sheet, sheet.known, faults) for sheet in _sheets(understood, "cms", "gs")
    ]
    night.contact = staging.stacked(contacts, staging.CONTACT)
    arms = [case_sheets.read_assessments(sheet, faults) for sheet in _sheets(understood, "arms")]
    night.assessment = case_sheets.number_assessments(staging.stacked(arms, staging.ASSESSMENT), faults)
    night.t2a_case = staging.stacked(
        [case_sheets.read_t2a_cases(sheet, faults) for sheet in _sheets(understood, "t2a_detail")],
        staging.T2A_CASE,
    )
