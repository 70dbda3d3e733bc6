"""Search: people, teams, PDUs and regions by part of a name or code, and cases by CRN, those that wait too.

What was searched for is written down nowhere: it may be the name or the number of a person.
"""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wmt.site import tables
from wmt.site.shown import needed_state
from wmt.site.web import search_cases, search_units, search_waiting
from wmt.site.workload.state import State

ROWS_A_PAGE = 20
MOST_SIGNS = 200
FEWEST_SIGNS = 2


@dataclass(frozen=True)
class ResultGroup:
    """One kind of thing that was found: a screen of it, the way to all, and whether a code was hit."""

    name: str
    total: int
    table: tables.Table
    more: str
    is_exact: bool

    @property
    def title(self) -> str:
        """What was found, and how many."""
        return self.table.caption


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The page: a field, and what fits what was typed into it. Raises NoDataYet."""
    state = needed_state(request)
    asked = cleaned(request.GET.get("q", ""))
    long_enough = len(asked) >= FEWEST_SIGNS
    groups = found(request, state, asked) if long_enough else []
    wanted = request.GET.get("show", "")
    shown = [group for group in groups if group.name == wanted] or groups
    context = {
        "asked": asked,
        "too_short": bool(asked) and not long_enough,
        "groups": shown,
        "total": sum(group.total for group in groups),
        "all_groups": tables.changed(request.GET, show="", page="") if shown != groups else "",
        "was_cut": len(request.GET.get("q", "")) > MOST_SIGNS,
    }
    return render(request, "search.jinja", context)


def cleaned(text: str) -> str:
    """What was typed, as far as it is looked for: on one line, without odd signs, not endless."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text[:MOST_SIGNS])
    return " ".join(printable.split())


def found(request: HttpRequest, state: State, asked: str) -> list[ResultGroup]:
    """All groups in which something fits: first where a code was hit exactly, then people before units."""
    by_level = search_units.matches(state, request.user, asked)
    groups = []
    for level, (name, title) in search_units.GROUPS.items():
        if hits := by_level.get(level, []):
            screen = _Screen.of(request, name, len(hits))
            table = search_units.table(state, level, name, hits[screen.rows])
            groups.append(screen.group(table, title, is_exact=hits[0].rank == 0))
    if refs := search_cases.matches(state, request.user, asked):
        screen = _Screen.of(request, "cases", len(refs))
        table = search_cases.table(state, request.user, refs[screen.rows])
        groups.append(screen.group(table, "Cases", is_exact=search_cases.rank(refs[0], asked) == 0))
    if rows := search_waiting.matches(state, request.user, asked):
        screen = _Screen.of(request, "waiting", len(rows))
        table = search_waiting.table(request.user, rows[screen.rows])
        is_exact = search_cases.rank(rows[0].ref, asked) == 0
        groups.append(screen.group(table, "Recorded waiting cases", is_exact=is_exact))
    return sorted(groups, key=lambda group: not group.is_exact)


@dataclass(frozen=True)
class _Screen:
    """The rows of a group that a page shows, the pager when it shows only that group, and the way there."""

    name: str
    total: int
    rows: slice
    pager: tables.Pager | None
    more: str

    @classmethod
    def of(cls, request: HttpRequest, name: str, total: int) -> "_Screen":
        query = request.GET
        if query.get("show") != name:
            more = tables.changed(query, show=name, page="") if total > ROWS_A_PAGE else ""
            return cls(name, total, slice(0, ROWS_A_PAGE), None, more)
        pages = -(-total // ROWS_A_PAGE)
        # the number of a page, from 1; whatever makes no sense is the first
        asked = query.get("page", "")
        page = min(max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1, pages)
        first = (page - 1) * ROWS_A_PAGE
        last = min(first + ROWS_A_PAGE, total)
        before = tables.changed(query, page=str(page - 1)) if page > 1 else ""
        after = tables.changed(query, page=str(page + 1)) if page < pages else ""
        pager = tables.Pager(page, pages, first + 1, last, total, before, after) if pages > 1 else None
        return cls(name, total, slice(first, last), pager, "")

    def group(self, table: tables.Table, title: str, *, is_exact: bool) -> ResultGroup:
        counted = f"{title} ({tables.count(self.total).text})"
        return ResultGroup(
            self.name, self.total, replace(table, caption=counted, pager=self.pager), self.more, is_exact
        )
