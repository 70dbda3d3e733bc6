"""The navigation of a unit: six sections at most, each with its pages one level below."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wmt.site.links import unit_url
from wmt.site.workload.models import Unit

#: The sections by their titles, and the tabs (as in addresses) in each. A section opens on its first page.
SECTIONS: dict[str, tuple[str, ...]] = {
    "Workload": ("", "per-fte", "downloads"),
    "Cases": ("caseload", "reports", "help", "omic", "court"),
    "Changes over time": ("over-time", "why"),
    "Hours and reductions": ("hours", "ahead", "archive"),
    "Actions": ("duties",),
    "Calculation and rules": ("working",),
}


@dataclass(frozen=True)
class Link:
    """A link of a navigation. `within`: the page that is shown is not this one but one below it."""

    text: str
    href: str
    current: bool = False
    within: bool = False


def sections(
    unit: Unit, tab: str, tabs: Mapping[str, Any], url: Callable[[str], str] | None = None
) -> list[Link]:
    href = url or (lambda name: unit_url(unit.level, unit.code, name))
    found = []
    for title, names in SECTIONS.items():
        pages = _pages(unit, names, tab, tabs)
        if pages:
            is_here = tab in pages
            found.append(Link(title, href(pages[0]), is_here and len(pages) == 1, is_here and len(pages) > 1))
    return found


def pages(
    unit: Unit, tab: str, tabs: Mapping[str, Any], url: Callable[[str], str] | None = None
) -> list[Link]:
    """The pages of the section that a tab is in; none where it is the only one."""
    href = url or (lambda name: unit_url(unit.level, unit.code, name))
    names = next((names for names in SECTIONS.values() if tab in names), ())
    found = _pages(unit, names, tab, tabs)
    return [Link(tabs[name].TITLE, href(name), name == tab) for name in found] if len(found) > 1 else []


def section_of(tab: str) -> str:
    return next((title for title, names in SECTIONS.items() if tab in names), "")


def _pages(unit: Unit, names: tuple[str, ...], tab: str, tabs: Mapping[str, Any]) -> list[str]:
    # a page that one is on is in its section, whether there is anything to see or not
    return [name for name in names if name == tab or tabs[name].applies(unit)]
