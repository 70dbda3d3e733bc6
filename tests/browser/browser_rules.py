"""What every page and every state must keep: axe's rules, and nothing that scrolls sideways."""

import json
import os
import re
from hashlib import sha256
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
_OPTIONS = json.dumps({"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": _TAGS}})
#: Parts that reach beyond the page, unless they stand in a region that scrolls by itself.
_SIDEWAYS = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const apart = e => e.closest('.wmt-scroll') || e.closest('.govuk-visually-hidden');
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > room + 1 && !apart(e)).slice(0, 5)
    .map(e => `${e.tagName}.${e.className} ${(e.innerText || '').slice(0, 60)}`).concat(`wider than ${room}`);
}"""
#: Rows of one table are made by one macro: a few stand for a hundred. The soak looks at every one.
_FEW = "() => document.querySelectorAll('tbody tr:nth-child(n + 9)').forEach(row => row.remove())"


#: What is another in every answer, and changes nothing that axe looks at.
_OF_ONCE = re.compile(r'csrf[^>]*value="[^"]*"|value="[^"]*"[^>]*csrf|X-CSRFToken[^}]*|nonce="[^"]*"', re.I)
_SHOWN = """() => [innerWidth, innerHeight, devicePixelRatio, matchMedia('print').matches,
  document.documentElement.outerHTML].join(' ')"""
_CLEAN: set[str] = set()


def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page as it is now, by WCAG 2.2 A and AA and best practice.

    Axe is a script: where the window runs none it would be waited for for ever, so there it finds nothing.
    """
    if not page.evaluate("() => typeof htmx !== 'undefined'"):
        return []
    if not os.environ.get("WMT_SOAK"):
        page.evaluate(_FEW)
    # another person, or the same in another way, sees the same page word for word
    seen = sha256(_OF_ONCE.sub("", page.evaluate(_SHOWN)).encode()).hexdigest()
    if seen in _CLEAN:
        return []
    page.evaluate(AXE_SCRIPT)
    found: Any = page.evaluate(f"axe.run({_OPTIONS})")
    if not found["violations"]:
        _CLEAN.add(seen)
    return [
        f"{fault['id']}: {node['target']} {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for fault in found["violations"]
        for node in fault["nodes"][:3]
    ]


def sideways(page: Page) -> list[str]:
    """What makes the page scroll sideways; empty where it does not."""
    page.wait_for_load_state()  # a page on its way has nothing to measure yet
    return list(page.evaluate(_SIDEWAYS))


def faults_of(page: Page, *, axe: bool = True) -> list[str]:
    """All that is wrong with a page as it is shown now, each with the address."""
    where = f"{page.url} at {page.viewport_size['width'] if page.viewport_size else '?'} px"
    found = [f"scrolls sideways: {what}" for what in sideways(page)]
    if not re.search(r"\S+ – Workload Measurement Tool$", page.title()):
        found.append(f"its title is {page.title()!r}")
    return [f"{where}: {what}" for what in [*found, *(violations(page) if axe else [])]]
