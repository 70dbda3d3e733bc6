"""The three ways through the site: by mouse, by keyboard alone, and without scripts."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

from how_many import SOAK

MOUSE, KEYBOARD, NO_SCRIPTS = "mouse", "keyboard", "no scripts"
WAYS = (MOUSE, KEYBOARD, NO_SCRIPTS)


@dataclass
class Walker:
    """Somebody who goes through the site in one way. `clicks` counts links and buttons that were used."""

    page: Page
    way: str
    clicks: int = 0

    def use(self, what: Locator) -> None:
        """A link, a button or a box."""
        self.clicks += 1
        if self.way != KEYBOARD:
            what.click()
        else:
            reach(what)
            by_space = what.evaluate("e => e.tagName === 'BUTTON' || e.type === 'checkbox'")
            leads = self.page.expect_navigation() if what.evaluate(_LEADS_ELSEWHERE) else nullcontext()
            with leads:
                self.page.keyboard.press("Space" if by_space else "Enter")
        self.page.wait_for_load_state()

    def link(self, name: str, within: str = "body", *, exact: bool = True) -> None:
        """A link by its words; the first of several."""
        self.use(self.page.locator(within).get_by_role("link", name=name, exact=exact).first)

    def button(self, name: str, within: str = "main") -> None:
        """A button by its words."""
        self.use(self.page.locator(within).get_by_role("button", name=name, exact=True))

    def write(self, field: Locator, words: str) -> None:
        """Words into a field."""
        if self.way == KEYBOARD:
            reach(field)
            field.page.keyboard.press("Control+A")
            field.page.keyboard.type(words)
        else:
            field.fill(words)

    def choose(self, field: Locator, label: str) -> None:
        """An option of a list; by keyboard its first letters are typed."""
        if self.way == KEYBOARD:
            reach(field)
            field.page.keyboard.type(label)
        else:
            field.select_option(label=label)
        assert field.evaluate("e => e.selectedOptions[0].label") == label

    def there(self, path: str) -> None:
        """Where one must be by now."""
        self.page.wait_for_url(lambda url: path in url)


#: Whether another page comes: not for a file, a place on this page, or a part that htmx fetches.
_LEADS_ELSEWHERE = """e => e.tagName === 'BUTTON' ? e.type === 'submit'
  : e.tagName === 'A' && e.pathname + e.search !== location.pathname + location.search
    && !e.closest('[hx-boost]') && !/[.](csv|xlsx|parquet)$/.test(e.pathname)"""
Walk = Callable[..., Walker]


#: How many that may take the focus come after what has it, up to and with the element; 0 when it has it.
#: With `nearer` the focus is put a few stops before the element first, where it is further away.
_STOPS_AWAY = """(e, nearer) => {
  if (e === document.activeElement) return 0;
  const may = 'a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex="-1"])';
  const all = [...document.querySelectorAll(may)]
    .filter(each => each.checkVisibility() && !each.disabled && each.tabIndex >= 0);
  const to = all.indexOf(e) - 4;
  if (nearer && to > all.indexOf(document.activeElement)) all[to].focus();
  const at = all.indexOf(document.activeElement), away = all.indexOf(e) - at;
  return away > 0 ? away : Math.max(1, all.length - at);
}"""


def reach(what: Locator, *, limit: int = 900) -> None:
    """Press Tab until the element has the focus, which must then be seen.

    Every stop of a page has a test of its own; so only the soak presses Tab all the way, else the last stops.
    """
    what.wait_for(state="attached")
    pressed = 0
    while pressed < limit:
        away = what.evaluate(_STOPS_AWAY, pressed == 0 and not SOAK)
        if away == 0:
            assert seen(what.page), f"the focus cannot be seen at: {stop(what.page)}"
            return
        # not all of what may take the focus is a stop, so that one looks again half way
        for _ in range(-(-away // 2)):
            what.page.keyboard.press("Tab")
            pressed += 1
    raise AssertionError(f"Tab never came to {what}; it is at {stop(what.page)}")


def stop(page: Page) -> str:
    """What has the focus, in words."""
    words = "e => `${e.tagName} ${(e.innerText || e.value || e.id || '').trim().slice(0, 60)}`"
    return str(page.evaluate(f"({words})(document.activeElement)"))


#: The focus is on the screen, uncovered, and the element looks different from how it does without focus.
_SEEN = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return true;
  const box = e.getBoundingClientRect();
  const look = of => {
    const s = of && getComputedStyle(of);
    return s ? [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.backgroundColor].join() : '';
  };
  const both = () => [look(e), look(e.nextElementSibling), look(e.parentElement)].join(';');
  const shown = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
  const x = Math.min(Math.max((box.left + box.right) / 2, 1), innerWidth - 1);
  const middle = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  const y = Math.min(Math.max(middle, 1), innerHeight - 1);
  const hit = document.elementFromPoint(x, y);
  const covered = hit && !e.contains(hit) && !hit.contains(e) && hit.closest('.wmt-asat');
  const focused = both();
  e.blur();
  const plain = both();
  e.focus({preventScroll: true});
  return shown && !covered && focused !== plain;
}"""


def seen(page: Page) -> bool:
    """Whether the focus can be seen where it is."""
    return bool(page.evaluate(_SEEN))
