"""Is a night plausible beside another? A plain comparison of two sizes by the policies `plausibility.*`."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from wmt.nights.summary import Summary
from wmt.rules import RuleSet

Kind = Literal[
    "as_at", "shown_ahead", "posts", "cases", "points", "untiered", "unit_posts", "unit_cases",
    "units_gone", "units_new", "sheet_gone", "sheet_rows",
]  # fmt: skip
#: Units that are named one by one; of more, the first.
NAMED = 10
_WHOLE = 10_000


@dataclass(frozen=True)
class Difference:
    """One thing two nights were compared in.

    Points and shares are in hundredths, moments are text as ISO writes them. `limit` is the change that is
    still taken, in hundredths of a per cent, or for units that many; None where every change is too much.
    `beyond` says whether it is a reason to hold the night. `about` is the level of units, `names` which ones.
    """

    kind: Kind
    before: int | str | None
    now: int | str | None
    limit: int | None
    beyond: bool
    about: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What a night was compared with, and in what they differ. `beside` names the nights, in time order."""

    beside: tuple[str, ...] = ()
    differences: tuple[tuple[str, Difference], ...] = ()

    @property
    def is_held(self) -> bool:
        """Whether a person has to decide."""
        return any(difference.beyond for _, difference in self.differences)

    def as_data(self) -> dict[str, Any]:
        """The same as plain data, for JSON."""
        return {
            "beside": list(self.beside),
            "differences": [{"night": night, **asdict(each)} for night, each in self.differences],
        }


def verdict_of(data: Mapping[str, Any]) -> Verdict:
    rows = [dict(row) for row in data.get("differences", ())]
    found = ((row.pop("night"), Difference(**{**row, "names": tuple(row["names"])})) for row in rows)
    return Verdict(tuple(data.get("beside", ())), tuple(found))


def compared(before: Summary, now: Summary, policies: RuleSet, *, older: bool = False) -> list[Difference]:
    """In what two nights differ. With `older`, that the second is the earlier one is a reason to hold it.

    `before` may lie after `now` in time, where a night joins the history. Policies are those of the day.
    """
    limits = _Limits(policies)
    return [
        Difference("as_at", _moment(before.as_at), _moment(now.as_at), None, older),
        *_sizes(before, now, limits),
        *_units(before, now, limits),
        *_regions(before, now, limits),
        *(_sheets(before, now, limits) if before.layout == now.layout else ()),
    ]


def shown_ahead(shown: Summary, now: Summary) -> Difference:
    """That the night shown is of a day that has not come."""
    return Difference("shown_ahead", _moment(shown.as_at), _moment(now.as_at), None, True)


def _moment(as_at: datetime) -> str:
    return as_at.isoformat(timespec="minutes")


@dataclass(frozen=True)
class _Limits:
    policies: RuleSet

    def x100(self, name: str) -> int:
        """A percentage in hundredths."""
        return self.policies[f"plausibility.{name}"].hundredths

    def number(self, name: str) -> int:
        return self.policies[f"plausibility.{name}"].whole


def _moved(before: int, now: int, limit_x100: int, few: int = 0) -> bool:
    """Whether a count moved by more than `few` and by more than a share of what it was."""
    change = abs(now - before)
    return change > few and change * _WHOLE > limit_x100 * abs(before)


def _sizes(before: Summary, now: Summary, limits: _Limits) -> Iterator[Difference]:
    posts, cases, points = (limits.x100(f"{name}_percent") for name in ("posts", "cases", "points"))
    few_posts, few_cases = limits.number("few_posts"), limits.number("few_cases")
    is_beyond = _moved(before.posts, now.posts, posts, few_posts)
    yield Difference("posts", before.posts, now.posts, posts, is_beyond)
    few_moved = abs(now.cases - before.cases) <= few_cases and abs(now.posts - before.posts) <= few_posts
    is_beyond = _moved(before.cases, now.cases, cases, few_cases)
    yield Difference("cases", before.cases, now.cases, cases, is_beyond)
    # below so many posts the few that may always come or go are more than the share that may
    is_small = before.posts <= few_posts * _WHOLE // max(posts, 1)
    # where hardly a post or case moved, points move by single contacts, reports and rules
    is_beyond = not (few_moved and is_small) and _moved(before.points_x100, now.points_x100, points)
    yield Difference("points", before.points_x100, now.points_x100, points, is_beyond)
    untiered = limits.x100("untiered_percent")
    is_beyond = now.untiered_x100 - before.untiered_x100 > untiered and now.untiered > few_cases
    yield Difference("untiered", before.untiered_x100, now.untiered_x100, untiered, is_beyond)


def _units(before: Summary, now: Summary, limits: _Limits) -> Iterator[Difference]:
    for level in ("region", "pdu", "team"):
        was, is_now = before.units[level], now.units[level]
        whole = max(len(was), 1)
        limit = limits.number("regions") if level == "region" else limits.x100(f"{level}s_percent")
        for kind, codes, there in (
            ("units_gone", was.keys() - is_now.keys(), was),
            ("units_new", is_now.keys() - was.keys(), is_now),
        ):
            many = len(codes) if level == "region" else len(codes) * _WHOLE // whole
            are_few = sum(there[code].posts for code in codes) <= limits.number("few_posts") and (
                sum(there[code].cases for code in codes) <= limits.number("few_cases")
            )
            is_beyond = many > limit and (level == "region" or not are_few)
            names = tuple(there[code].name for code in sorted(codes)[:NAMED])
            yield Difference(kind, whole, len(codes), limit, is_beyond, level, names)  # type: ignore[arg-type]


def _regions(before: Summary, now: Summary, limits: _Limits) -> Iterator[Difference]:
    """The regions that both have and one of which moved too far: they are named one by one."""
    limit = limits.x100("region_percent")
    few_posts, few_cases = limits.number("few_posts"), limits.number("few_cases")
    was, is_now = before.units["region"], now.units["region"]
    for code in sorted(was.keys() & is_now.keys()):
        a, b = was[code], is_now[code]
        if _moved(a.posts, b.posts, limit, few_posts):
            yield Difference("unit_posts", a.posts, b.posts, limit, True, "region", (b.name,))
        if _moved(a.cases, b.cases, limit, few_cases):
            yield Difference("unit_cases", a.cases, b.cases, limit, True, "region", (b.name,))


def _sheets(before: Summary, now: Summary, limits: _Limits) -> Iterator[Difference]:
    """The sheets of two nights of one layout: what had rows and has none is always told."""
    limit, few = limits.x100("sheet_percent"), limits.number("few_rows")
    lost = limits.number("sheet_gone_rows")
    for sheet, rows in before.sheets.items():
        left = now.sheets.get(sheet, 0)
        if rows > lost and not left:
            yield Difference("sheet_gone", rows, 0, None, True, sheet)
        elif _moved(rows, left, limit, few):
            yield Difference("sheet_rows", rows, left, limit, True, sheet)
