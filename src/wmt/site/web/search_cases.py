"""Cases by CRN: the whole of it, its beginning, or any part of four signs and more."""

from collections.abc import Iterable
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

from wmt.site import tables
from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.access import scope
from wmt.site.audit.reads import note_read
from wmt.site.figures import line_queries, units
from wmt.site.links import unit_url
from wmt.site.web.units import cohort_column, labels
from wmt.site.workload.models import Line
from wmt.site.workload.state import OfLoad, State
from wmt.text import plain_marks

#: Parts shorter than this are only looked for at the beginning: they are in too many references.
FEWEST_INSIDE = 4
#: So many posts are named in a question to the database; of more, all lines are read and sorted here.
_NAMED = 500
_CAPITALS = str.maketrans(ascii_lowercase, ascii_uppercase)


def matches(state: State, user: Any, asked: str) -> list[str]:
    """The references that fit, of cases the user may see: the exact one, then beginnings, then parts.

    Cases outside their reach are not looked at, so that nothing tells whether there is one.
    """
    typed = _typed(asked)
    wanted = typed.translate(_CAPITALS)
    reach = visibility.cases(user, state)
    seen = None
    if not reach.everywhere or scope(user, state) is not None:
        posts = reach.among(units.seen(state, user, "post"))
        seen = [number for number in posts.order_by().values_list("number", flat=True) if number is not None]
    here = _lines(state, [typed, wanted]) if seen is None else _lines(state, [typed, wanted], seen)
    refs = sorted(set(here.values_list("ref", flat=True)))
    if not refs and any(sign.isdigit() for sign in wanted):  # a name has none: then only the whole counts
        refs = _parts(references(state) if seen is None else _references_of(state, seen), wanted)
    hidden = limited_access.hidden_from(user)
    return [ref for ref in refs if ref.upper() not in hidden]


def _parts(references: "References", wanted: str) -> list[str]:
    """The references that hold a part, those that begin with it first."""
    haystack = references.capitals
    inside = wanted if len(wanted) >= FEWEST_INSIDE else f"\n{wanted}"
    found: dict[str, None] = {}
    place = haystack.find(inside)
    while place >= 0:
        first = haystack.rfind("\n", 0, place + 1) + 1
        end = haystack.index("\n", place + 1)
        found[references.written[first:end]] = None
        place = haystack.find(inside, end)
    return sorted(found, key=lambda ref: (rank(ref, wanted), ref))


def rank(ref: str, asked: str) -> int:
    """How well a reference fits: 0 when it is the one, 1 when it begins so, 3 when it holds it."""
    wanted, found = _typed(asked).translate(_CAPITALS), ref.translate(_CAPITALS)
    return 0 if found == wanted else 1 if found.startswith(wanted) else 3


def _typed(asked: str) -> str:
    """What was typed, as references are written: without blanks, and with a keyboard's dashes."""
    return plain_marks(asked).replace(" ", "")


class References(NamedTuple):
    """All references of cases, each on a line of its own, with a line end before and after: as they are
    written and, sign for sign, in capitals.
    """

    written: str
    capitals: str


def references(state: State) -> References:
    """All references of cases of the load that is shown."""
    return _references(state.of_load)


@lru_cache(maxsize=2)
def _references(of_load: OfLoad) -> References:
    """All references of cases of a load.

    No database looks for a part inside a quarter of a million references in a few milliseconds; one text
    of two million signs is read through in one. It is made once for each load and process.
    """
    cases = [number for number, row in line_queries.priced(of_load).items() if row.kind == "case"]
    lines = Line.objects.filter(load_id=of_load[0], pricing__in=cases)
    return _text(lines.exclude(ref="").values_list("ref", flat=True))


def _references_of(state: State, posts: list[int]) -> References:
    lines = _held(_of_cases(state), posts).exclude(ref="")
    if len(posts) <= _NAMED:
        return _text(lines.values_list("ref", flat=True))
    wanted = set(posts)
    return _text(ref for ref, post in lines.values_list("ref", "post_no") if post in wanted)


def _text(refs: Iterable[str]) -> References:
    written = "\n" + "".join(f"{ref}\n" for ref in sorted(set(refs)))
    return References(written, written.translate(_CAPITALS))


def _of_cases(state: State) -> Any:
    return Line.objects.filter(load_id=state.load_id, pricing__in=line_queries.of_kind(state, "case"))


def _held(lines: Any, posts: list[int]) -> Any:
    return lines.filter(post_no__in=posts) if len(posts) <= _NAMED else lines


def _lines(state: State, refs: list[str], posts: list[int] | None = None) -> Any:
    """The lines of cases with these references, at these posts only."""
    lines = _of_cases(state).filter(ref__in=refs)
    if posts is None or len(posts) <= _NAMED:
        return lines if posts is None else _held(lines, posts)
    wanted = set(posts)
    return lines.filter(pk__in=[pk for pk, post in lines.values_list("pk", "post_no") if post in wanted])


def table(state: State, user: Any, refs: list[str]) -> tables.Table:
    """Who holds the cases with these references: a row for each post."""
    pricing = line_queries.pricing_of(state)
    lines = list(_lines(state, refs))
    posts = {
        post.number: post
        for post in visibility.cases(user, state).among(
            units.seen(state, user, "post").filter(number__in={line.post_no for line in lines})
        )
    }
    for post in posts.values():
        note_read(user, post)
    places = {ref: place for place, ref in enumerate(refs)}
    lines = sorted((line for line in lines if line.post_no in posts), key=lambda line: places[line.ref])
    rows = []
    for line in lines:
        priced, post = pricing[line.pricing], posts[line.post_no]
        at_line = unit_url("post", post.code, "working", figure="points", of=str(priced.number))
        values = {
            "crn": tables.text(line.ref, at_line),
            "holder": tables.text(post.name, unit_url("post", post.code)),
            "team": tables.text(post.team_code, unit_url("team", post.team_code)),
            "what": tables.text(labels.what(priced)),
            "cohorts": cohort_column.value(state, line),
            "points": tables.exact(line.points_x100, at_line),
            "why": tables.text(priced.reason),
        }
        rows.append(tables.Row(values, "post", post.code))
    columns = [
        tables.Column("crn", "CRN", "code"),
        tables.Column("holder", "Held by"),
        tables.Column("team", "Team code", "code"),
        tables.Column("what", "Case"),
        *([cohort_column.COLUMN] if cohort_column.is_used(lines, in_full=False) else []),
        tables.Column("points", "Points", "points"),
        tables.Column("why", "Notes"),
    ]
    return tables.Table("cases", "Cases", columns, rows)
