"""What reading answered, in short: the codes that refuse, the texts of warnings, the facts."""

from intake_books import OAK
from intake_tidy import Row, Tidy, ordinary_tidy, post_of

from wmt.facts import Facts, kinds
from wmt.intake import Import


def key_of(name: str) -> tuple[str, str]:
    """TEAM:STAFF as a pair."""
    team_code, staff_code = name.split(":")
    return team_code, staff_code


def refused(result: Import) -> list[str]:
    """The codes that stop the load."""
    return [fault.code for fault in result.faults if fault.severity == "refuse"]


def warned(result: Import, code: str) -> list[str]:
    """The texts of the warnings of one code."""
    return [f.message for f in result.faults if f.severity == "warn" and f.code == code]


def facts_of(result: Import) -> Facts:
    """The facts of an input that must have been accepted."""
    assert result.facts is not None, [fault.message for fault in result.faults]
    return result.facts


def counted(*cells: Row) -> Tidy:
    """A tidy input of counts, one for each row given; the post is OAK unless they say otherwise."""
    tidy = ordinary_tidy()
    tidy.case_list = "none"
    del tidy.tables["case"], tidy.tables["case_flag"]
    usual = {**post_of(OAK), "location": "custody", "tier": "D2", "suspended": False}
    tidy.tables["caseload_count"] = [{**usual, **more} for more in cells]
    return tidy


def statuses(facts: Facts) -> dict[str, int]:
    """Cases by status."""
    names = {kind.kind_no: kind.status for kind in kinds(facts.tier_scheme)}
    found: dict[str, int] = {}
    for row in facts.caseload.iter_rows(named=True):
        found[names[row["kind_no"]]] = found.get(names[row["kind_no"]], 0) + row["cases"]
    return found


def listed() -> list[Row]:
    """The cases of the ordinary workbook."""
    return ordinary_tidy().tables["case"]
