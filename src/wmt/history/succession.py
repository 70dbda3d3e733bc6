"""Who goes on under another code: posts that moved with their officer, teams and staff that were renamed.

Plain tables: nothing here reads a folder (`links` does). A link is found only where it is certain, between
one day that has figures and the next: of one staff code exactly one post is gone and exactly one is new; or,
in one team, somebody of the same name, whose former staff code is gone and whose new one was nowhere before
(where names were never known: of the same grade, cases and points). A name that may be nobody's, or that two
posts of the team have on one of the two days, links nobody. A unit above posts goes on where it is
gone, the other is new, and at least half of the posts of each are those of the other. Whatever people say
themselves is a link too ('confirmed').
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from wmt.facts import NOT_KNOWN, table_of
from wmt.history.nobody import may_be_nobody

#: A unit has this code since a day, and had the former one until the day with figures before it.
LINK = table_of(
    {"level": pl.String, "code": pl.String, "former_code": pl.String, "since": pl.Date, "basis": pl.String}
)
#: How a link is known.
SAME_STAFF, SAME_NAME, SAME_FIGURES, SAME_POSTS, CONFIRMED = (
    "same staff code", "same name", "same figures", "same posts", "confirmed",
)  # fmt: skip
#: What is needed of posts on every day.
COLUMNS = (
    "day", "code", "team_code", "pdu_code", "region_code", "staff_code", "name", "grade", "points_x100",
    "cases",
)  # fmt: skip
_ABOVE = ("team", "pdu", "region")
#: Posts whose name is known.
NAMED = pl.col("name").is_not_null() & (pl.col("name") != "")

PostCode = tuple[str, str]


def moved_posts(former: Collection[PostCode], now: Collection[PostCode]) -> dict[PostCode, PostCode]:
    """Posts (team, staff) that are new → the one each staff code had before: one is gone and one is new."""
    gone, new = _by_staff(set(former) - set(now)), _by_staff(set(now) - set(former))
    return {
        posts[0]: gone[staff][0]
        for staff, posts in sorted(new.items())
        if len(posts) == len(gone.get(staff, ())) == 1
    }


def _by_staff(posts: Collection[PostCode]) -> dict[str, list[PostCode]]:
    found: dict[str, list[PostCode]] = defaultdict(list)
    for post in sorted(posts):
        found[post[1]].append(post)
    return found


class Links:
    """All links of a history (columns `LINK`), by day."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame.sort("since", "level", "code")

    @cached_property
    def _moves(self) -> Mapping[str, Mapping[date, Sequence[tuple[str, str]]]]:
        found: dict[str, dict[date, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
        for level, code, former, since, _ in self.frame.iter_rows():
            found[level][since].append((code, former))
        return found

    @cached_property
    def of_persons(self) -> "Links":
        """Those that say who somebody is: equal figures may carry a run, never what is private."""
        return Links(self.frame.filter(pl.col("basis") != SAME_FIGURES))

    def moves(self, level: str) -> Mapping[date, Sequence[tuple[str, str]]]:
        """The links of a level by their day: pairs of a code and the former one."""
        return self._moves.get(level, {})

    @cached_property
    def _formers(self) -> Mapping[tuple[str, str], Sequence[tuple[date, str]]]:
        found: dict[tuple[str, str], list[tuple[date, str]]] = defaultdict(list)
        for level, code, former, since, _ in self.frame.iter_rows():
            found[level, code].append((since, former))
        return found

    @cached_property
    def _laters(self) -> Mapping[tuple[str, str], Sequence[tuple[date, str]]]:
        found: dict[tuple[str, str], list[tuple[date, str]]] = defaultdict(list)
        for level, code, former, since, _ in self.frame.iter_rows():
            found[level, former].append((since, code))
        return found

    def lineage(self, level: str, codes: Iterable[str]) -> set[str]:
        """Codes, and all that those units ever had before."""
        found, ahead = set(), list(codes)
        while ahead:
            code = ahead.pop()
            if code not in found:
                found.add(code)
                ahead += [former for _, former in self._formers.get((level, code), ())]
        return found

    def present_codes(self, level: str) -> Mapping[str, str]:
        """The code that units have now, by every code they had before that is not used again."""
        found: dict[str, str] = {}
        for _, links in sorted(self.moves(level).items()):
            for code, former in links:
                found = {old: code if new == former else new for old, new in found.items()}
                found[former] = code
                found.pop(code, None)
        return found

    def code_on(self, level: str, code: str, day: date) -> str:
        """The code that a unit had on a day; `code` is the one it has later."""
        return self.codes_until(level, code, date.max, day)[-1]

    def codes_until(self, level: str, code: str, on: date, day: date) -> list[str]:
        """The codes of the unit that has a code on one day, one after the other until another day.

        The other day may be earlier. What the same code stood for at other times is somebody else's.
        """
        codes, at = [code], on
        while True:
            if day < on:
                links = [each for each in self._formers.get((level, codes[-1]), ()) if day < each[0] <= at]
            else:
                links = [each for each in self._laters.get((level, codes[-1]), ()) if at < each[0] <= day]
            if not links:
                return codes
            since, code = max(links) if day < on else min(links)
            at = since - timedelta(1) if day < on else since
            codes.append(code)


def formers(links: Links, level: str, day: date, since: date | None = None) -> pl.DataFrame:
    """The links of a level up to a day (columns `LINK`), in the order of their days; later than `since`."""
    wanted = (pl.col("level") == level) & (pl.col("since") <= day)
    if since is not None:
        wanted &= pl.col("since") > since
    return links.frame.filter(wanted)


def found_links(
    posts: pl.DataFrame,
    before: pl.DataFrame,
    known: pl.DataFrame,
    forgotten: Collection[date] = (),
    words: Collection[str] = (),
) -> pl.DataFrame:
    """The links within some days (columns `LINK`), from the posts of each (`COLUMNS`), by code and day.

    `before` are the posts of the last day with figures before them, empty where there is none. `known` are
    links found earlier: one by a name stays, where the names were forgotten since. On days whose names are
    `forgotten` nobody is found by figures: the names had said already who is who. `words` are those of names
    that are nobody's.
    """
    days = pl.concat([before["day"], posts["day"]]).unique().sort()
    ranks = pl.DataFrame({"day": days, "at": range(len(days))}, schema={"day": pl.Date, "at": pl.Int64})
    rows = pl.concat([before.select(COLUMNS), posts.select(COLUMNS)]).join(ranks, on="day").sort("code", "at")
    same = pl.col("code") == pl.col("code").shift()
    follows = pl.col("code") == pl.col("code").shift(-1)
    came = ~(same & (pl.col("at") == pl.col("at").shift() + 1)).fill_null(False)
    went = ~(follows & (pl.col("at") == pl.col("at").shift(-1) - 1)).fill_null(False)
    new = rows.filter(came & (pl.col("at") > 0))
    gone = rows.filter(went & (pl.col("at") < len(days) - 1)).with_columns(at=pl.col("at") + 1)
    if new.is_empty() or gone.is_empty():
        return LINK.to_frame()
    new, gone = (_saying(side, rows, words) for side in (new, gone))
    there = rows.select("at", "staff_code", *(f"{level}_code" for level in _ABOVE))
    pairs = _pairs(new, gone, there, known, forgotten)
    found = pairs.join(ranks.rename({"day": "since"}), on="at")
    changed = found.filter(pl.col("staff_code") != pl.col("former_staff_code"))
    people = changed.select(
        "since", code="staff_code", former_code="former_staff_code", basis="basis", level=pl.lit("person")
    ).unique(["since", "code", "former_code"], keep="first", maintain_order=True)
    one = (pl.len().over("since", "code") == 1) & (pl.len().over("since", "former_code") == 1)
    own = [found.with_columns(level=pl.lit("post")), *[people.filter(one)], *_of_units(found, there)]
    return pl.concat([each.select(LINK.names()).cast(LINK) for each in own]).sort("since", "level", "code")


def _saying(side: pl.DataFrame, rows: pl.DataFrame, words: Collection[str]) -> pl.DataFrame:
    """Whether the name of each post says who it is (`says`): no other post of its team has it that day."""
    folded, keys = pl.col("name").str.to_lowercase().str.strip_chars(), ["day", "team_code", "folded"]
    named = rows.filter(NAMED).with_columns(folded=folded)
    shared = named.group_by(keys).agg(shared=pl.len() > 1).filter("shared")
    found = side.with_columns(folded=folded).join(shared, on=keys, how="left", maintain_order="left")
    unclear = may_be_nobody("name", words) | pl.col("shared").fill_null(False)
    return found.with_columns(says=NAMED & ~unclear.fill_null(True)).drop("folded", "shared")


def _pairs(
    new: pl.DataFrame,
    gone: pl.DataFrame,
    there: pl.DataFrame,
    known: pl.DataFrame,
    forgotten: Collection[date],
) -> pl.DataFrame:
    """New posts with the former one of each, by one rule after the other."""
    real = ~pl.col("staff_code").is_in(["", NOT_KNOWN])
    new, gone = new.filter(real), gone.filter(real)
    found = [_only_ones(new, gone, ["at", "staff_code"], SAME_STAFF)]
    new, gone = _left(new, gone, found[0])
    # a staff code that changed: the former one is nowhere any more, and the new one was nowhere before
    staff = there.select("at", "staff_code").unique()
    new = new.join(staff.with_columns(pl.col("at") + 1), on=["at", "staff_code"], how="anti")
    gone = gone.join(staff, on=["at", "staff_code"], how="anti")
    by_name = _only_ones(new.filter("says"), gone.filter("says"), ["at", "team_code", "name"], SAME_NAME)
    # links that were found by a name which is there no more
    former = known.filter((pl.col("level") == "post") & (pl.col("basis") == SAME_NAME))
    both = former.join(new, left_on=["since", "code"], right_on=["day", "code"], how="inner")
    both = both.join(gone, left_on=["at", "former_code"], right_on=["at", "code"], suffix="_former")
    both = both.filter(pl.col("name").is_null() | pl.col("name_former").is_null())
    both = both.filter(*(says | name.is_null() for says, name in (
        (pl.col("says"), pl.col("name")), (pl.col("says_former"), pl.col("name_former")),
    )))  # fmt: skip
    kept = _paired(both.with_columns(code_former="former_code"), (), SAME_NAME)
    by_name = pl.concat([by_name, kept.join(by_name, on=["at", "code"], how="anti")])
    new, gone = _left(new.filter(~NAMED), gone.filter(~NAMED), by_name)
    figures = ["at", "team_code", "grade", "points_x100", "cases"]
    held = (pl.col("cases") > 0) & ~pl.col("day").is_in(sorted(forgotten))
    return pl.concat(
        [*found, by_name, _only_ones(new.filter(held), gone.filter(held), figures, SAME_FIGURES)]
    )


def _only_ones(new: pl.DataFrame, gone: pl.DataFrame, keys: list[str], basis: str) -> pl.DataFrame:
    """Pairs that agree in some columns, where one alone is new and one alone is gone."""
    alone = [side.filter(pl.len().over(keys) == 1) for side in (new, gone)]
    return _paired(alone[0].join(alone[1], on=keys, how="inner", suffix="_former"), keys, basis)


def _paired(both: pl.DataFrame, keys: Sequence[str], basis: str) -> pl.DataFrame:
    names = ("code", "team_code", "pdu_code", "region_code", "staff_code")
    former = {f"former_{name}": pl.col(name if name in keys else f"{name}_former") for name in names}
    return both.select("at", *names, **former, basis=pl.lit(basis))


def _left(new: pl.DataFrame, gone: pl.DataFrame, found: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    former = found.select("at", code="former_code")
    return new.join(found, on=["at", "code"], how="anti"), gone.join(former, on=["at", "code"], how="anti")


def _of_units(pairs: pl.DataFrame, there: pl.DataFrame) -> list[pl.DataFrame]:
    """Teams, PDUs and regions whose posts go on under another code."""
    found = []
    for level in _ABOVE:
        own, former = f"{level}_code", f"former_{level}_code"
        sizes = there.group_by("at", own).agg(pl.len().cast(pl.Int64).alias("size"))
        moved = (
            pairs.filter((pl.col(own) != pl.col(former)) & (pl.col(own) != "") & (pl.col(former) != ""))
            .group_by("at", "since", own, former)
            .agg(pl.len().cast(pl.Int64).alias("moved"))
        )
        now, before = sizes, sizes.with_columns(pl.col("at") + 1)
        moved = (
            moved.join(now, on=["at", own])
            .join(before.rename({own: former, "size": "size_before"}), on=["at", former])
            .join(now.select("at", pl.col(own).alias(former)), on=["at", former], how="anti")
            .join(before.select("at", own), on=["at", own], how="anti")
            .filter((2 * pl.col("moved") >= pl.col("size")) & (2 * pl.col("moved") >= pl.col("size_before")))
            # two halves are nobody's former code
            .filter((pl.len().over("at", own) == 1) & (pl.len().over("at", former) == 1))
        )
        found.append(
            moved.select("since", code=own, former_code=former, basis=pl.lit(SAME_POSTS), level=pl.lit(level))
        )
    return found
