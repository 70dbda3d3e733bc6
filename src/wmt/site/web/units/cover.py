"""What is said of cover beside the capacity of a post: what it covers, and what others cover for it."""

from wmt.site import tables
from wmt.site.queries import colleagues
from wmt.site.web.units.labels import upper_first
from wmt.site.workload.state import State
from wmt.text import counted

#: How the rule of cover is said beside a figure.
_CREDIT = {"not counted": "not in the figure"}


def sentences(found: colleagues.Colleagues, post: str) -> list[str]:
    """What is to be said beside the capacity of a post: what it covers, and what others cover for it."""
    mine, of_others = found.covered(post), found.covers(post)
    covered = f"{counted(mine, 'case is', 'cases are')} covered by colleagues while they are away."
    said = {upper_first(f"{covers(found.state, of_others)}."): of_others.cases, covered: mine}
    return [words for words, cases in said.items() if cases]


def covers(state: State, found: colleagues.CoverSum) -> str:
    """What somebody covers, beside their capacity: 'covers 6 cases of others: 214.5 points, not in …'."""
    points = counted(tables.exact(found.points_x100).text, "point")
    credit = _CREDIT[str(colleagues.cover_credit(state).value)]
    return f"covers {counted(found.cases, 'case')} of others: {points}, {credit}"
