"""Pages of a unit's part in a stream lead on within the stream: links, forms, tables and files alike."""

# ruff: noqa: F811 - fixtures come by import, and some need only be there
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from tabs_fixtures import links
from time_fixtures import Two, _loaded_two, two  # noqa: F401

from wmt.ledger import COURTS, OMIC
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
TABS = ("", "over-time", "why", "caseload", "per-fte", "working", "reports", "help", "downloads", "archive")
#: What is of the unit whatever its stream: a report holds all its streams; the way to the headline is meant.
WHOLE = ("/pack/", "/month/", "/plans/")


def main_of(page: str) -> str:
    """A page without the table that sets the streams side by side, each in its own."""
    main = page.partition("<main")[2].partition("</main>")[0]
    return re.sub(r'<div class="wmt-table-block" id="table-streams">.*?</table>', "", main, flags=re.DOTALL)


def leads_out(page: str, own: str, stream: str) -> list[str]:
    """Links of a page to the same unit that leave the stream, and forms that would."""
    found = []
    for href in map(unescape, links(main_of(page))):
        path, query = urlsplit(href).path, parse_qs(urlsplit(href).query)
        to_own = path.startswith(own) or (not path and query)
        kept = query.get("stream") == [stream] or path.endswith(WHOLE)
        if to_own and not kept and (path, query) != (own, {}):
            found.append(href)
    for form in re.findall(r'<form class="wmt-filters".*?</form>', page, re.DOTALL):
        if f'name="stream" value="{stream}"' not in form:
            found.append(form[:120])
    return found


@pytest.mark.both_databases
@pytest.mark.parametrize("stream", [COURTS, OMIC])
def test_nothing_on_a_page_of_a_stream_leaves_it(two: Two, signed_in: SignIn, stream: str) -> None:
    unit = Unit.objects.filter(load=two.load, level="team", stream=stream, grade="").order_by("-posts")[0]
    own, client = unit_url("team", unit.code), signed_in("manager", "team", unit.code)
    seen = 0
    for tab in TABS:
        answer = client.get(unit_url("team", unit.code, tab, stream=stream))
        assert answer.status_code == 200, tab
        assert leads_out(answer.text, own, stream) == [], tab
        seen += answer.text.count(f"stream={stream}")
    assert seen > 50
