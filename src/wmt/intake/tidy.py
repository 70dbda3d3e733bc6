"""Door B: tidy tables beside a manifest, gathered into the same form as a workbook's."""

from collections.abc import Iterable, Mapping

import polars as pl

from wmt.intake import staging, tidy_cast, tidy_tables, tier_folder, tier_tables
from wmt.intake.cells import plain_crns
from wmt.intake.contacts import placed
from wmt.intake.faults import FaultPlace, Faults, ReadingStopped
from wmt.intake.manifest import MANIFEST, Bundle, TidyManifest, listed_files, read_manifest, sources_of
from wmt.intake.mentions import mentioned, people_in_rows
from wmt.intake.model import SheetCount
from wmt.intake.read_table import read_typed
from wmt.text import counted

REQUIRED = ("team", "staff")
_POST = ["team_code", "staff_code"]


def gather_tidy(bundle: Bundle, faults: Faults) -> staging.Gathered:
    """All tables of a tidy folder or zip. What is wrong stands in `faults`; tables may then be incomplete."""
    manifest = read_manifest(bundle, faults)
    night = night_of(manifest, MANIFEST, faults)
    night.sources = sources_of(bundle)
    files = listed_files(bundle, manifest, faults)
    check_tables(files, night.complete_cases, faults)
    tables: dict[str, pl.DataFrame] = {}
    for name, (entry, data) in files.items():
        if name in tidy_tables.TABLES:
            table, rows = read_tidy_table(name, data, entry.file, manifest.tier_scheme, faults)
        elif name in tier_tables.TABLES:
            table, rows = tier_folder.read_tier_table(name, data, entry.file, faults)
        else:
            faults.warn("UNKNOWN_SHEET", f"the table {name[:60]} is not known", sheet=name)
            continue
        if rows is not None and rows != entry.rows:
            what = f"the file {entry.file} has {counted(rows, 'row')} and the manifest says {entry.rows}"
            faults.refuse("MANIFEST_ROWS", what, sheet=name, column="rows")
        tables[name] = table
        night.sheets[name] = SheetCount(rows or 0, 0)
    fill(night, tables, faults)
    night.tier_tables = tier_folder.tables_of_night(tables, night.as_at, faults)
    return night


def night_of(manifest: TidyManifest, place: str, faults: Faults) -> staging.Gathered:
    """The night that a manifest tells of, without its tables; `place` is where the manifest stands."""
    night = staging.Gathered(
        main="staff",
        listing=LISTING_RANKS,
        as_at=manifest.as_at,
        layout="tidy",
        tier_scheme=manifest.tier_scheme,
    )
    night.complete_cases = manifest.case_list == "complete"
    night.as_at_place = (place, None, "as_at")
    if manifest.tier_scheme == "t7":
        faults.warn("LEGACY_TIER_SCHEME", "the tiers are those of the old letters")
    return night


def check_tables(files: Iterable[str], complete: bool, faults: Faults) -> None:
    """Refuse a night that lists no table of those that none can do without."""
    needed = [*REQUIRED, "case" if complete else "caseload_count"]
    missing = [name for name in needed if name not in files]
    if missing:
        what = f"the manifest lists no table {', '.join(missing)}"
        faults.refuse("MISSING_SHEETS", what, sheet=missing[0])


def read_tidy_table(
    name: str, data: bytes, file: str, scheme: str, faults: Faults
) -> tuple[pl.DataFrame, int | None]:
    """The rows of one table that keep its rules, and how many rows the file has (None when unreadable)."""
    try:
        read = read_typed(data, file)
    except ReadingStopped as refusal:
        faults.refuse(refusal.code, refusal.what, sheet=name, row=refusal.row, column=refusal.column)
        return tidy_tables.TABLES[name].create_empty(), None
    read = read.filter(~pl.all_horizontal(pl.all().is_null())) if read.width else read
    return kept_rows(name, read, scheme, faults), len(read)


def kept_rows(
    name: str, read: pl.DataFrame, scheme: str, faults: Faults, keys: tuple[str, ...] = ()
) -> pl.DataFrame:
    """Those rows of a table, as it was read, that keep its rules; the others are refused, each by its number
    or, where rows have none, by these columns."""
    schema = tidy_tables.TABLES[name]
    _check_columns(name, read.columns, faults)
    draft = tidy_cast.cast_table(name, tidy_cast.without_no_date(read, schema), schema, tidy_cast.cast_tidy)
    draft.keys = keys
    tidy_cast.refuse_cells(draft, faults)
    draft.frame = plain_crns(tidy_cast.fill_defaults(draft.frame, tidy_tables.DEFAULTS.get(name, {})))
    tidy_cast.plain_words(draft, scheme, faults)
    # the rows that keep every rule of the table; each of the others is refused, confined to its posts
    good, broken = draft.broken(tidy_tables.TABLES[draft.name])
    found: dict[str, list[FaultPlace]] = {}
    for row, column, kind in broken:
        _collect(draft, row, column, kind, found)
    for code, hits in found.items():
        faults.refuse_each(code, draft.name, sorted(hits, key=lambda hit: hit.row or 0))
    return good


def _check_columns(name: str, columns: list[str], faults: Faults) -> None:
    needed = [
        column
        for column, definition in tidy_tables.TABLES[name].columns().items()
        if not definition.nullable and column != "row" and column not in tidy_tables.DEFAULTS.get(name, {})
    ]
    needed += tidy_tables.ASKED.get(name, ())
    for column in dict.fromkeys(needed):
        if not set(column.split("|")) & set(columns):
            what = f"the table {name} has no column {column.replace('|', ' or ')}"
            faults.refuse("MISSING_COLUMNS", what, sheet=name, row=1, column=column.split("|")[0])
    strange = [
        column for column in columns if column not in tidy_tables.TABLES[name].columns() or column == "row"
    ]
    if strange:
        what = f"the table {name} has unrecognised columns: {', '.join(strange[:10])}"
        faults.warn("UNKNOWN_COLUMN", what, sheet=name, row=1, column=strange[0])


def _collect(
    draft: tidy_cast.Draft, row: int, rule: str, kind: str, found: dict[str, list[FaultPlace]]
) -> None:
    code, column, what = "BAD_COUNT" if rule in ("cases", "value") else "BAD_VALUE", rule, ""
    if rule in ("primary_key", "one_row_a_post"):
        code, what = "DUPLICATE_KEY", "a second row of the same key"
        column = tidy_tables.TABLES[draft.name].primary_key()[0]
    elif rule == "hours_to_the_hundredth":
        column, what = "contracted_hours", "contracted_hours has more than two decimals"
    elif rule == "last_day_not_before":
        column, what = "last_day", "last_day is before first_day"
    elif rule == "appointment_is_due":
        column, what = "appointment", "appointment is not due, and has a day or says with whom it is"
    elif rule.endswith("_given") or kind == "nullability":
        code, column = "MISSING_VALUE", rule.removesuffix("_given")
        what = f"{column} is empty"
    if (row - 2, column) in draft.bad:  # named already, and null since then
        return
    what = what or f"{column} cannot be '{str(draft.frame[column][row - 2])[:60]}'"
    hit = FaultPlace(draft.row(row - 2), column, f"{draft.at(row - 2)}: {what}", draft.posts(row - 2))
    found.setdefault(code, []).append(hit)


def fill(night: staging.Gathered, tables: Mapping[str, pl.DataFrame], faults: Faults) -> None:
    """Put the tables into the night, and gather who is mentioned where."""

    def table(name: str, shape: pl.Schema) -> pl.DataFrame:
        found = tables.get(name, tidy_tables.TABLES[name].create_empty())
        return staging.shaped(found.with_columns(sheet=pl.lit(name)), shape)

    night.count, night.measure = table("caseload_count", staging.COUNT), table("measure", staging.MEASURE)
    night.given = staging.shaped(night.count, staging.GIVEN).unique(maintain_order=True)
    night.bases = tuple(night.given["basis"].unique(maintain_order=True))
    cases = table("case", staging.CASE).with_columns(pl.col("cases").fill_null(1))
    night.case = with_posts(night, cases, faults)
    night.case_flag, night.report = table("case_flag", staging.CASE_FLAG), table("report", staging.REPORT)
    night.contact = placed(table("contact", staging.CONTACT), faults)
    night.assessment = table("assessment", staging.ASSESSMENT)
    night.t2a_case = table("t2a_case", staging.T2A_CASE)
    night.case_cohort = table("case_cohort", staging.CASE_COHORT).with_columns(
        pl.col("cohort").str.to_lowercase()
    )
    night.waiting_case = table("waiting_case", staging.WAITING_CASE) if "waiting_case" in tables else None
    night.team = table("team", staging.TEAM).with_columns(
        rank=pl.lit(0, dtype=pl.Int64),
        pdu_code=pl.coalesce("pdu_code", "ldu_code"),
        pdu_name=pl.when(pl.col("pdu_code").is_null()).then("ldu_name").otherwise("pdu_name"),
    )
    staff = tables.get("staff", tidy_tables.Staff.create_empty())
    micro = (pl.col("contracted_hours") * 1_000_000).cast(pl.Int64)
    listed = staff.with_columns(rank=pl.lit(0, dtype=pl.Int64), sheet=pl.lit("staff"), contracted_micro=micro)
    # tables whose rows name a post and say nothing else of it
    keyed = {
        "caseload_count": night.count,
        "measure": night.measure,
        "case": night.case,
        "report": night.report,
    }
    rows = [
        mentioned(frame.with_columns(sheet=pl.lit(name)), rank)
        for rank, (name, frame) in enumerate(keyed.items(), start=1)
    ]
    night.person = staging.stacked([listed, *rows, *people_in_rows(night)], staging.PERSON)
    if "measure" not in tables and night.complete_cases:
        night.measure = _first_weeks(night.case)
    totals = [
        frame.filter(pl.col("basis").is_in(["all", "active"])).select(_POST)
        for frame in (night.count, night.measure)
    ]
    night.standing = pl.concat(totals).unique(maintain_order=True)
    if not night.complete_cases and "case" in tables:
        number = counted(len(tables["case"]), "case")
        what = f"the manifest says case_list none, and the table of {number} is not counted"
        faults.warn("CASES_NOT_USED", what, sheet="case")
    if not night.complete_cases and "all" in night.bases and "active" not in night.bases:
        what = "the counts are of all cases only, and no post would seem to have active ones"
        faults.refuse("NO_ACTIVE_COUNTS", what, sheet="caseload_count", column="basis")


def with_posts(night: staging.Gathered, cases: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    """The cases that a post holds; the others are orphans, reported and never counted."""
    orphan = pl.any_horizontal(pl.col(*_POST).is_null())
    hits = [FaultPlace(row, None, "") for row in cases.filter(orphan)["row"]]
    faults.warn_once("ORPHAN_ROW", "case", hits, "{n} cases name no post")
    if hits:
        night.sheets["case"] = SheetCount(night.sheets["case"].rows, len(hits))
    return cases.filter(~orphan)


#: The ranks of staff and of `_keyed` that list officers or their reports, as the sheets of a workbook do;
#: single cases only mention who holds them.
LISTING_RANKS = (0, 1, 2, 4)


def _first_weeks(cases: pl.DataFrame) -> pl.DataFrame:
    """MEASURE rows of first 16 weeks as the cases give them."""
    names = {"community": "com_first_16_weeks", "licence": "lic_first_16_weeks"}
    new = cases.filter(
        pl.col("first_16_weeks"), pl.col("stream") == "standard", pl.col("location").is_in(list(names))
    )
    both = [
        frame.group_by(*_POST, measure=pl.col("location").replace_strict(names, return_dtype=pl.String))
        .agg(value=pl.col("cases").sum())
        .with_columns(basis=pl.lit(basis))
        for basis, frame in (("all", new), ("active", new.filter("counted_active")))
    ]
    return staging.stacked(both, staging.MEASURE)
