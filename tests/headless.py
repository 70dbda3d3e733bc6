"""The browser of all tests: Debian's Chromium, without a window."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

#: The build without a desktop's windows takes a quarter of the processor's time; the other one will do.
_PROGRAMS = ("chromium-headless-shell", "chromium")
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
)  # fmt: skip


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser that runs until the block ends; an event loop does too, to which Django's own tests object.

    Raises FileNotFoundError where the machine has none.
    """
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise FileNotFoundError("no Chromium on this machine: `make browser` says how to get one")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        yield started
        started.close()
