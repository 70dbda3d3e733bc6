"""What people send cannot forge an entry of a log, nor move the terminal of whoever reads one."""

import io
import logging
import logging.config
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from wmt.printable import escaped
from wmt.site.security.logs import EscapedFormatter

pytestmark = pytest.mark.one_database

NASTY = "a\r\n2026-01-01 ERROR forged\x1b[2J\x07\u202egnp.exe\u2028\x00\x9b31m"


@given(st.text())
def test_what_is_escaped_is_one_line_that_shows(text: str) -> None:
    found = escaped(text)
    assert len(found.splitlines()) <= 1
    assert not any(ord(each) < 32 or 0x7F <= ord(each) < 0xA0 for each in found)
    assert not set(found) & set("\u202e\u2066\u200b\ufeff")
    if text.isascii() and text.isprintable():
        assert found == text


def test_names_stay_readable() -> None:
    assert escaped("Zoë O’Neill-Łukasiewicz 李") == "Zoë O’Neill-Łukasiewicz 李"
    assert escaped("a\tb\n", keep="\n") == "a\\tb\n"


@pytest.fixture
def written() -> Any:
    """A stream that everything logged comes to, by our own settings of logging."""
    root, stream = logging.getLogger(), io.StringIO()
    kept = root.handlers[:], root.level
    logging.config.dictConfig(settings.LOGGING)
    handler = next(each for each in root.handlers if isinstance(each.formatter, EscapedFormatter))
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers[:], root.level = kept


def test_an_entry_is_a_line(written: io.StringIO) -> None:
    logging.getLogger("wmt.test").warning("sent: %s", NASTY)
    try:
        raise ValueError(NASTY)
    except ValueError:
        logging.getLogger("wmt.test").exception("failed with %s", NASTY)
    lines = written.getvalue().split("\n")
    assert [line for line in lines if not line.startswith("    ") and "wmt.test" not in line] == [""]
    assert not any(each in written.getvalue() for each in "\x1b\x07\u202e\u2028\x00\x9b\r")


@pytest.mark.django_db
def test_an_address_cannot_forge_entries(written: io.StringIO, signed_in: Callable[..., Client]) -> None:
    signed_in("analyst").get("/nowhere/%0a%0d%1b%5b2J/")
    strict = Client(enforce_csrf_checks=True)
    strict.post("/demo/sign-in/%0aforged/", HTTP_REFERER="http://x/\x1b[2J")
    assert written.getvalue()
    assert not any(each in written.getvalue() for each in "\x1b\r")
    assert all("WARNING" in line or "ERROR" in line for line in written.getvalue().strip().split("\n"))
