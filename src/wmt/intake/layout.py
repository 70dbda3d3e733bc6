"""Layouts: which of the known workbooks this is, judged by its headers and sheets."""

from collections.abc import Collection, Mapping
from datetime import date

from wmt.days import written
from wmt.intake import headers, workbook_schema
from wmt.intake.faults import Faults
from wmt.intake.sheet import Sheet

LEFT_IN_2023 = ("arms", "inst_reports")
ARMS_LEFT = date(2023, 1, 5)


def tier_sets(sheets: Mapping[str, Sheet], faults: Faults) -> dict[str, headers.TierSet]:
    """The tier columns of each tier sheet. Unknown schemes and sets that are not whole are refused."""
    found = {
        known: headers.tier_set(sheets[known].position) for known in workbook_schema.BASES if known in sheets
    }
    for known, tiers in found.items():
        sheet = sheets[known]
        strange = [sheet.heading(header) or header for header in tiers.strange]
        if not tiers.scheme and not strange:
            what = f"the sheet {sheet.name} has no tier columns"
            faults.refuse("MISSING_COLUMNS", what, sheet=sheet.name, row=1, rows=0)
        elif strange:
            what = f"the sheet {sheet.name} has tier columns of no known scheme: {', '.join(strange[:12])}"
            faults.refuse("UNKNOWN_TIER_SCHEME", what, sheet=sheet.name, row=1, column=strange[0], rows=0)
        if tiers.missing:
            some = ", ".join(tiers.missing[:12])
            what = f"the sheet {sheet.name} lacks {some} and would read as without cases"
            faults.refuse("MISSING_COLUMNS", what, sheet=sheet.name, row=1, column=tiers.missing[0], rows=0)
    sizes = {known: tiers.size for known, tiers in found.items() if tiers.scheme}
    if len(set(sizes.values())) > 1:
        sets = ", ".join(f"{sheets[known].name} {size}" for known, size in sizes.items())
        faults.warn("TIER_SETS_DIFFER", f"the tier sheets have sets of different size: {sets}")
    return found


def scheme_of(found: Mapping[str, headers.TierSet], faults: Faults) -> str | None:
    """The one tier scheme of the tier sheets, None when there is none; several are refused."""
    schemes = {tiers.scheme for tiers in found.values() if tiers.scheme}
    if len(schemes) > 1:
        faults.refuse(
            "MIXED_TIER_SCHEMES", f"the tier sheets follow different schemes: {', '.join(sorted(schemes))}"
        )
        return None
    return schemes.pop() if schemes else None


def layout_of(
    scheme: str | None, found: Mapping[str, headers.TierSet], sheets: Collection[str], day: date | None
) -> str | None:
    """The layout that headers, sheets and date point to; None when the tier scheme is not known."""
    largest = max((tiers.size for tiers in found.values()), default=0)
    if scheme == "t7":
        newer = {"wmt_extract_filtered", "suspended_lifers", "t2a_detail", "omic_teams"} & set(sheets)
        return "L2020" if newer or largest == len(headers.OLD_ELEVEN) else "L2017"
    if scheme != "pc16":
        return None
    if largest == len(headers.THIRTY_THREE):
        return "L2024"
    assert largest == len(headers.SEVENTEEN)
    # ARMS and Inst_Reports left together; GS stayed on for some days, with or without rows
    older = [name for name in LEFT_IN_2023 if name in sheets]
    early = day is not None and day < ARMS_LEFT
    return "L2021" if len(older) == len(LEFT_IN_2023) or (older and early) else "L2023"


def check_sheets(layout: str | None, sheets: Collection[str], day: date | None, faults: Faults) -> None:
    """Refuse a workbook that lacks required sheets of its layout (today's, when it has none)."""
    needed = [
        name
        for name in workbook_schema.REQUIRED[layout or "L2024"]
        if day is None or workbook_schema.JOINED.get(name, day) <= day
    ]
    missing = [workbook_schema.SHEETS[name] for name in needed if name not in sheets]
    if missing:
        faults.refuse(
            "MISSING_SHEETS", f"the workbook lacks the sheets {', '.join(missing)}", sheet=missing[0]
        )
    if layout == "L2023" and day is not None and day < ARMS_LEFT:
        what = f"the workbook of {written(day)} is in the layout of 2023, without ARMS and Inst_Reports"
        faults.warn("LAYOUT_OLDER_THAN_DATE", what)
