"""What every page and every state must keep: axe's rules, and nothing that scrolls sideways."""

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from how_many import SOAK

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


#: A page as axe sees it: the room there is, and its elements without what their words and addresses say.
#: Of the rows and items that are made alike, all but the first are marked.
_LOOK = """() => {
  const said = new Set('href action value title content nonce src d points style'.split(' '));
  const told = a => said.has(a.name) ? a.name : `${a.name}=${a.value.replace(/[0-9A-F]{6,}|[0-9]+/g, '0')}`;
  const kept = e => [...e.attributes].filter(a => !/^(hx|data)-/.test(a.name)).map(told).join(' ');
  const look = node => {
    if (node.nodeType === Node.TEXT_NODE) return node.data.trim() ? 'words' : '';
    if (node.nodeType !== Node.ELEMENT_NODE) return '';
    const own = `${node.tagName} ${kept(node)}${node.checkVisibility() ? '' : ' hidden'}`;
    const within = [];
    for (const each of node.childNodes) {
      const it = look(each);
      if (within.includes(it) && /^<(TR|LI) /.test(it)) each.setAttribute('data-alike', '');
      else within.push(it);
    }
    return `<${own}>${within.join('')}</>`;
  };
  const room = [innerWidth, innerHeight, devicePixelRatio, matchMedia('print').matches,
    matchMedia('(prefers-contrast: more)').matches, matchMedia('(forced-colors: active)').matches];
  return room.join(' ') + look(document.documentElement);
}"""


@dataclass
class Clean:
    """What axe found nothing wrong with: a file for each, in a folder of all workers of a run.

    The same page of another person, or of the same in another way, need not be looked at again. Without a
    folder, as in the soak, every page is looked at.
    """

    folder: Path | None = None

    def knows(self, look: str) -> bool:
        """Whether a page that looks so was found clean."""
        return self.folder is not None and (self.folder / look).exists()

    def add(self, look: str) -> None:
        """A page that looks so is clean."""
        if self.folder is not None:
            (self.folder / look).touch()


clean = Clean()


def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page as it is now, by WCAG 2.2 A and AA and best practice.

    Axe is a script: where the window runs none it would be waited for for ever, so there it finds nothing.
    """
    if not page.evaluate("() => typeof htmx !== 'undefined'"):
        return []
    look = sha256(page.evaluate(_LOOK).encode()).hexdigest()
    if clean.knows(look):
        return []
    page.evaluate(AXE_SCRIPT)
    of = "document" if SOAK else "{exclude: [['[data-alike]']]}"
    found: Any = page.evaluate(f"axe.run({of}, {_OPTIONS})")
    if not found["violations"]:
        clean.add(look)
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
