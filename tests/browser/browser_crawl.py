"""Finding the pages of the site by its own links: one of every kind of page."""

import re
from collections import deque
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from browser_people import links
from playwright.sync_api import Page

#: What is not a page: files, signing out, and what only makes sense with a form.
_NOT_PAGES = re.compile(
    r"\.(csv|xlsx|parquet|zip|svg|png|json|yaml)($|\?)|^/accounts/logout|^/static/|/pack\.xlsx"
)


def kind_of(href: str) -> str:
    """What two addresses of the same kind of page have in common: level, tab, what is asked for."""
    parts = urlsplit(href)
    path = re.sub(r"^/(region|pdu|team|post)/[^/]+/", r"/\1/*/", parts.path)
    path = re.sub(r"^/on/[^/]+/.*", "/on/*", path)  # the past has the same pages
    path = re.sub(r"^/rules/(value|tiers|what-if)/.+", r"/rules/\1/*", path)
    path = re.sub(
        r"^/(advice/new/\w+|(?:agreements|alarm|establishment)/\w+|odds|priority)/[^/]+/", r"/\1/*/", path
    )
    path = re.sub(r"^/(challenges/new|cover|allocate/several)/[^/]+/", r"/\1/*/", path)
    path = re.sub(r"^/rules/(proposals/table|effect/\w+)/[^/]+/", r"/rules/\1/*/", path)
    path = re.sub(r"^/post/\*/(hours|reductions|grade)/(?!new/|history/)[^/]+/", r"/post/*/\1/*/", path)
    path = re.sub(r"^/agreement/\d+/answer/.+", "/agreement/*/answer/*", path)
    path = re.sub(r"/\d+/", "/*/", path)
    asked = parse_qs(parts.query)
    if path.endswith("/working/") and "of" in asked:
        return f"{path}?of"
    told = [name for name in ("sort", "page", "check", "code") if name in asked]
    return f"?{told[0]}" if told else path


def crawl(page: Page, *, start: str = "/", limit: int = 340) -> Iterator[str]:
    """Visit one page of every kind that can be reached from the start, nearest first. The kind of each.

    The page is on it when its kind is given. A post's lines are another kind than a team's, and so on.
    """
    waiting, known = deque([start]), {kind_of(start)}
    for _ in range(limit):
        if not waiting:
            return
        href = waiting.popleft()
        page.goto(href)
        further_on = links(page)  # before whoever looks at the page changes it
        yield kind_of(href)
        for further, _words in further_on:
            if kind_of(further) not in known and not _NOT_PAGES.search(further):
                known.add(kind_of(further))
                waiting.append(further)
    raise AssertionError(f"there are more than {limit} kinds of pages: {sorted(known)}")
