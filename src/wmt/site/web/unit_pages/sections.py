"""The navigation of a unit: six sections at most, each with its pages one level below."""

from collections.abc import Callable
from dataclasses import dataclass

from wmt.site.queries.unit_tabs import TABS
from wmt.site.web.agreements import tab as agreements
from wmt.site.web.allocation import candidates, matrix
from wmt.site.web.allocation import listing as allocations
from wmt.site.web.allocation import waiting_list as waiting
from wmt.site.web.availability import weeks_ahead
from wmt.site.web.challenges import tab as challenges
from wmt.site.web.duties import register
from wmt.site.web.exports import listing
from wmt.site.web.extra_work import tab as extra_work
from wmt.site.web.full import unit_full
from wmt.site.web.plans import leavers
from wmt.site.web.plans import listing as plans
from wmt.site.web.priorities import tab as priorities
from wmt.site.web.resharing import tab as reshare
from wmt.site.web.staffing import caseload_forecast, trainees, unit_scenario, unit_staffing
from wmt.site.web.time import over_time, reduction_archive, why
from wmt.site.web.units import (
    caseload,
    contacts,
    court,
    data_quality,
    hours,
    omic,
    overview,
    per_fte,
    reports,
    working,
)
from wmt.site.web.unusual import tab as unusual
from wmt.site.workload.models import Unit

#: The tabs in the order of the report; the API asks for their tables by the same names.
TABS.update(
    {
        "": overview,
        "over-time": over_time,
        "why": why,
        "caseload": caseload,
        "per-fte": per_fte,
        "full": unit_full,
        "staffing": unit_staffing,
        "scenario": unit_scenario,
        "trainees": trainees,
        "forecast": caseload_forecast,
        "priority": priorities,
        "agreements": agreements,
        "extra": extra_work,
        "working": working,
        "duties": register,
        "leavers": leavers,
        "plans": plans,
        "reshare": reshare,
        "hours": hours,
        "reports": reports,
        "help": contacts,
        "omic": omic,
        "court": court,
        "data-quality": data_quality,
        "unusual": unusual,
        "challenges": challenges,
        "downloads": listing,
        "archive": reduction_archive,
        "ahead": weeks_ahead,
        "candidates": candidates,
        "matrix": matrix,
        "waiting": waiting,
        "allocations": allocations,
    }
)
#: The sections by their titles, and the tabs (as in addresses) in each. A section opens on its first page.
SECTIONS: dict[str, tuple[str, ...]] = {
    "Workload": (
        "",
        "per-fte",
        "full",
        "staffing",
        "scenario",
        "trainees",
        "forecast",
        "priority",
        "agreements",
        "extra",
        "downloads",
    ),
    "Cases": (
        "caseload",
        "waiting",
        "matrix",
        "candidates",
        "allocations",
        "reports",
        "help",
        "omic",
        "court",
        "data-quality",
        "unusual",
    ),
    "Changes over time": ("over-time", "why"),
    "Hours and reductions": ("hours", "ahead", "archive"),
    "Actions": ("duties", "leavers", "reshare", "plans"),
    "Calculation and rules": ("working", "challenges"),
}


@dataclass(frozen=True)
class Link:
    """A link of a navigation. `within`: the page that is shown is not this one but one below it."""

    text: str
    href: str
    current: bool = False
    within: bool = False


def sections(unit: Unit, tab: str, url: Callable[[str], str]) -> list[Link]:
    """The sections that have anything to see for a unit; `url` is the address of a tab."""
    found = []
    for title, names in SECTIONS.items():
        pages = _pages(unit, names, tab)
        if pages:
            is_here = tab in pages
            found.append(Link(title, url(pages[0]), is_here and len(pages) == 1, is_here and len(pages) > 1))
    return found


def pages(unit: Unit, tab: str, url: Callable[[str], str]) -> list[Link]:
    """The pages of the section that a tab is in; none where it is the only one."""
    names = next((names for names in SECTIONS.values() if tab in names), ())
    found = _pages(unit, names, tab)
    return [Link(TABS[name].TITLE, url(name), name == tab) for name in found] if len(found) > 1 else []


def section_of(tab: str) -> str:
    return next((title for title, names in SECTIONS.items() if tab in names), "")


def _pages(unit: Unit, names: tuple[str, ...], tab: str) -> list[str]:
    # a page that one is on is in its section, whether there is anything to see or not
    return [name for name in names if name == tab or TABS[name].applies(unit)]
