"""References of cases in tables: shown, withheld, or never there because the extract only counts."""

from collections.abc import Iterable

from wmt.site import tables
from wmt.site.accounts.visibility import REASONS_WITHHELD, cases_withheld
from wmt.site.figures.withheld import is_reduction
from wmt.site.workload.models import Line

WITHHELD = "withheld"


def reference(line: Line, href: str = "") -> tables.Value:
    if line.ref:
        return tables.text(line.ref, href)
    return tables.Value("", WITHHELD if line.withheld else "counts only", href)


def notes(lines: Iterable[Line]) -> list[str]:
    """What has to be said under a table of lines, some of which may be withheld."""
    kinds = {is_reduction(line) for line in lines if line.withheld}
    return [cases_withheld()] * (False in kinds) + [REASONS_WITHHELD] * (True in kinds)
