"""The addresses of units and of the lines behind a figure."""

from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

from django.urls import get_script_prefix, register_converter, reverse

from wmt.ledger import HEADLINE

NATION = "nation"


class CodeConverter:
    """A unit's code in an address. A slash, which would end the segment, is written '~s'."""

    regex = "[^/]{1,600}"  # a post's is its team's and its own; one that is longer has no page

    def to_python(self, value: str) -> str:
        if "\0" in value:
            raise ValueError("no database keeps such a code")  # so there is no such page
        return value.replace("~s", "/").replace("~t", "~")

    def to_url(self, value: str) -> str:
        return value.replace("~", "~t").replace("/", "~s")


# here, so that whoever makes an address has it, in whatever order modules are asked for
register_converter(CodeConverter, "code")


class LevelConverter:
    regex = "region|pdu|team|post"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(LevelConverter, "level")


def unit_url(level: str, code: str, tab: str = "", **query: str) -> str:
    """The address of a unit's page, of one of its tabs, with a query."""
    found = _address(get_script_prefix(), level, code, tab)
    wanted = {name: value for name, value in query.items() if value}
    return f"{found}?{urlencode(wanted)}" if wanted else found


@lru_cache(maxsize=60_000)
def _address(_prefix: str, level: str, code: str, tab: str) -> str:
    """A row of a table leads to the same unit eight times, and a page of units to a hundred of them."""
    if level == NATION:
        return reverse("nation-tab", args=[tab]) if tab else reverse("nation")
    return reverse("unit-tab", args=[level, code, tab]) if tab else reverse("unit", args=[level, code])


def stream_of(level: str, stream: str) -> str:
    """The stream as an address has it: a post has one only, and the headline goes without saying."""
    return "" if level == "post" or stream == HEADLINE else stream


def working_url(level: str, code: str, figure: str) -> str:
    """The address of the lines behind a figure."""
    return unit_url(level, code, "working", figure=figure)


def on_day(url: str, day: date) -> str:
    """The address of a page as it stood on a day."""
    return f"/on/{day:%Y-%m-%d}/{url.removeprefix(get_script_prefix())}"
