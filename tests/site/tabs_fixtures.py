"""What tests of tabs share: reading the tables of a page, and the lines of a unit from a night's files."""

import re
from html import unescape
from typing import Any


def table_of(page: str, name: str) -> list[dict[str, str]]:
    """The rows of a table of a page, total row last: words of cells by the words of their headings."""
    block = re.search(rf'id="table-{name}".*?</table>', page, re.S)
    assert block, f"the page has no table {name}"
    head, _, body = block[0].partition("<tbody>")
    heads = [_words(cell) for cell in re.findall(r"<th[^>]*>(.*?)</th>", head, re.S)]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.S)
    cells = [re.findall(r"<(?:td|th)[^>]*>(.*?)</(?:td|th)>", row, re.S) for row in rows]
    return [dict(zip(heads, map(_words, row), strict=True)) for row in cells]


def in_sight(page: str) -> str:
    """A page without its tags: what hidden fields hold, such as random tokens, is not what a page says."""
    return re.sub(r"<[^>]*>", " ", page)


def _words(cell: str) -> str:
    return unescape(
        re.sub(r"<[^>]*>", "", re.sub(r'<span class="wmt-sort__mark".*?</span>', "", cell))
    ).strip()


def number(text: str) -> int:
    """A whole number as pages write it."""
    return int(text.replace(",", "").replace("−", "-"))


def links(page: str) -> list[str]:
    """All addresses a page leads to."""
    return [unescape(href) for href in re.findall(r'href="([^"]+)"', page)]


def lines_of(nation: Any, level: str, code: str, stream: str = "sentence_management") -> Any:
    """The lines of a unit's posts of a stream, or of a post, from the night's own files, with their posts."""
    import polars as pl

    night = nation.night
    posts = night.table("facts/post").join(night.table("facts/team"), on="team_no")
    posts = posts.with_columns(
        nation_code=pl.lit("nation"), post_code=pl.concat_str("team_code", pl.lit(":"), "staff_code")
    )
    here = posts.filter(pl.col(f"{level}_code") == code)
    if level != "post":
        told = night.table("results/totals").filter(level="post", stream=stream)
        here = here.join(told, on=["team_code", "staff_code"], how="semi")
    return night.table("results/lines").join(here.select("post_no", "grade", "post_code"), on="post_no")
