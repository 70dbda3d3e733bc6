"""Posts without available hours: with work, without work; and those of either with no hours entered."""

from typing import Any
from urllib.parse import urlencode

from wmt.site import tables
from wmt.site.accounts.access import may
from wmt.site.accounts.roles import Action
from wmt.site.links import unit_url
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import line_tables
from wmt.site.workload.models import Unit

#: The column of how many of them a unit has, where units are listed that have some.
KEY = "of_band"
BANDS = {
    "busy": "Posts with no available hours that hold work",
    "idle": "Posts with no available hours that hold no work",
    "unentered": "Posts with no contracted hours entered",
}
_KINDS = {
    "busy": ("hold work", "holds work"),
    "idle": ("hold no work", "holds no work"),
    "unentered": ("have no contracted hours entered", "has no contracted hours entered"),
}


def number(unit: Unit, band: str) -> int:
    """How many posts of a unit, or whether a post, is of one of these kinds."""
    match band:
        case "busy":
            return unit.posts_without_time - unit.idle_posts_without_time
        case "idle":
            return unit.idle_posts_without_time
    return unit.unentered_posts_without_time


def is_asked(question: UnitRequest) -> bool:
    """Whether the units that have such posts are listed, and not the posts themselves."""
    return question.band in BANDS and question.level != "post"


def kept(question: UnitRequest) -> dict[str, str]:
    """What the address of a unit below gets: the list of its posts of the kind that was asked for."""
    return {"list": "post", "band": question.band} if is_asked(question) else {}


def columns(question: UnitRequest) -> list[tables.Column]:
    return [tables.Column(KEY, BANDS[question.band], "count")] if is_asked(question) else []


def values(question: UnitRequest, unit: Unit) -> dict[str, tables.Value]:
    """The number, with the way to the posts."""
    if not is_asked(question):
        return {}
    href = "" if question.in_full else line_tables.child_url(question, unit, "", **kept(question))
    return {KEY: tables.count(number(unit, question.band), href)}


def said(question: UnitRequest) -> dict[str, Any] | None:
    """How many there are under a unit, the way to each kind, and to a file of all of them."""
    unit = question.subject
    if question.is_post or not unit.posts_without_time:
        return None
    many, apart = unit.posts_without_time, {band: number(unit, band) for band in _KINDS}
    posts = (
        "1 post has no available hours: its"
        if many == 1
        else f"{many:,} posts have no available hours: their"
    )
    exports = may(question.user, Action.EXPORT)
    links = {
        band: (f"{found:,} {_KINDS[band][found == 1]}", _listed(question, band) if found else "")
        for band, found in apart.items()
    }
    return {
        "words": f"{posts} contracted hours are 0, or reductions take them all. Any points still count here.",
        "work": [links["busy"], links["idle"]],
        "unentered": links["unentered"],
        "files": [(_KINDS[band][0], _file(question, band)) for band, found in apart.items() if found]
        if exports
        else [],
    }


def _listed(question: UnitRequest, band: str) -> str:
    """The posts themselves; of the nation, where they are too many for a page, its regions that have some."""
    level = "post" if "post" in question.levels else question.levels[0]
    return f"{unit_url(*_of(question), **_narrowed(question, level, band))}#table-overview"


def _file(question: UnitRequest, band: str) -> str:
    query = {key: value for key, value in _narrowed(question, "post", band).items() if value}
    return f"{unit_url(*_of(question))}overview.csv?{urlencode({**query, 'bom': '1'})}"


def _of(question: UnitRequest) -> tuple[str, str]:
    return question.unit.level, question.unit.code


def _narrowed(question: UnitRequest, level: str, band: str) -> dict[str, str]:
    return {"list": level, "band": band, "grade": question.grade, "stream": question.stream}
