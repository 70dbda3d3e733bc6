"""Which changes of a day are unusual: against the unit's own past, other units, and what is common anyhow."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from wmt.facts import table_of
from wmt.rules import RuleSet
from wmt.unusual import base, kinds
from wmt.unusual.chance import chance_log10

#: Counts of many nights: `ago` is 0 for the day itself, 1 for the night before it that was counted, …
COUNTED = table_of({"ago": pl.Int64, "day": pl.Date, **dict(kinds.COUNT)})
#: What is known of the units of a night: where each team is, and of every unit capacity and posts near.
TEAM_PLACE = table_of({"team_code": pl.String, "pdu_code": pl.String, "region_code": pl.String})
UNIT_FIGURE = table_of({"level": pl.String, "code": pl.String, "capacity_x100": pl.Int64, "near": pl.Int64})
_SUMS = ("number", "exposure")
#: What a count of a team is known by.
_COUNT_KEY = ("kind", "team_code", "ago")
_BLOCKED = 2  # fewer counts of a team say nothing of its spread


@dataclass(frozen=True)
class Looks:
    """What is looked at on a day: the counts of nights (`COUNTED`), where teams are, figures, and the rules.

    `found_before` (`UNUSUAL`) is what was found on earlier days: its nights are not counted again, and are no
    base for others.
    """

    day: date
    counted: pl.DataFrame
    places: pl.DataFrame
    figures: pl.DataFrame
    found_before: pl.DataFrame
    rules: RuleSet

    def number(self, name: str) -> int:
        return self.rules[f"unusual.{name}"].whole

    @cached_property
    def windows(self) -> tuple[int, ...]:
        return tuple(self.number(f"{name}_nights") for name in ("short", "middle", "long"))

    @cached_property
    def placed(self) -> pl.DataFrame:
        """The counts with the units of each team."""
        return self.counted.join(
            self.places.with_columns(nation_code=pl.lit("nation")), on="team_code", maintain_order="left"
        )

    @cached_property
    def fresh(self) -> pl.DataFrame:
        """The counts of teams and posts that no earlier finding has used up, with the units of each."""
        placed = self.placed
        for row in self.found_before.iter_rows(named=True):
            level = "team" if row["level"] == "post" else row["level"]
            code = row["team_code"] if row["level"] == "post" else row["code"]
            used = (pl.col("kind") == row["kind"]) & (pl.col(f"{level}_code") == code)
            used &= pl.col("day").is_between(row["first_day"], row["day"])
            placed = placed.filter(~used)
        return placed

    @cached_property
    def known_figures(self) -> dict[tuple[str, str], tuple[int | None, int]]:
        """Capacity and posts near of each unit, by level and code."""
        return {(level, code): (capacity, near) for level, code, capacity, near in self.figures.iter_rows()}

    @cached_property
    def teams(self) -> pl.DataFrame:
        return self.fresh.filter(pl.col("staff_code").is_null())

    @cached_property
    def spreads(self) -> dict[tuple[str, int], float]:
        """How much wider counts of teams spread than independent events, by kind and nights of a look.

        From the nights before the longest look, each team beside its own rate; the usual spread where too
        few counts are known.
        """
        usual, most = (float(self.number(f"{name}_spread")) for name in ("usual", "most"))
        found = {(kind.value, nights): usual for kind in kinds.ASKED for nights in self.windows}
        past = self.teams.filter(pl.col("ago") >= self.windows[-1])
        for nights in self.windows:
            blocks = past.group_by("kind", "team_code", pl.col("ago") // nights).agg(pl.col(_SUMS).sum())
            own = ["kind", "team_code"]
            rate = pl.col("number").sum().over(own) / pl.col("exposure").sum().over(own)
            blocks = blocks.with_columns(mean=rate * pl.col("exposure"), of_team=pl.len().over(own))
            blocks = blocks.filter(pl.col("of_team") >= _BLOCKED, pl.col("mean") > 0)
            apart = ((pl.col("number") - pl.col("mean")) ** 2).sum() * (
                pl.col("of_team") / (pl.col("of_team") - 1)
            ).mean()
            for kind, spread, number in (
                blocks.group_by("kind").agg(apart / pl.col("mean").sum(), pl.len()).iter_rows()
            ):
                if number >= self.number("least_blocks") and (kind, nights) in found:
                    found[kind, nights] = min(most, max(spread, 1.5))
        return found


@dataclass(frozen=True)
class _Finding:
    """What is unusual at a unit (a row of `UNUSUAL`), and the counts of teams that it is made of."""

    row: dict[str, Any]
    made_of: pl.DataFrame

    def at(self, level: str) -> tuple[str, str]:
        """Its kind, and the unit of a level that it lies in."""
        return self.row["kind"], "nation" if level == "nation" else self.row[f"{level}_code"]


def find_unusual(looks: Looks) -> pl.DataFrame:
    """What is unusual on a day: columns `UNUSUAL`. A question is about the smallest unit that explains it.

    Teams first; of many teams of a PDU that changed alike the PDU, and so on; a larger unit is looked at
    without what its parts explain. What one post did nearly all of is about that post.
    """
    found: list[_Finding] = []
    parts: list[_Finding] = []
    teams = looks.teams
    for level in kinds.LEVELS:
        here = _of_level(looks, teams, level)
        together = _instead_of_many(looks, parts, found, level)
        keys = {each.at(level) for each in together}
        found += [each for each in parts if each.at(level) not in keys]
        parts = [*(each for each in here if each.at(level) not in keys), *together]
        for each in parts:
            used = (pl.col("kind") == each.row["kind"]) & (pl.col(f"{level}_code") == each.row["code"])
            teams = teams.filter(~(used & (pl.col("day") >= each.row["first_day"])))
    rows = [_with_posts(looks, each) for each in (*found, *parts)]
    whole = pl.DataFrame(rows, kinds.UNUSUAL, orient="row")
    # one post can be what is unusual at its team, and on other nights at its PDU: asked once, of the nearest
    once = whole.unique(("kind", "level", "code"), keep="first", maintain_order=True)
    return once.sort("kind", "level", "code")


def _of_level(looks: Looks, teams: pl.DataFrame, level: str) -> list[_Finding]:
    """The units of a level whose counts are unusual, each by the look in which it is most so."""
    best: dict[tuple[str, str], dict[str, Any]] = {}
    for nights in looks.windows:
        for row in _candidates(looks, teams, level, nights):
            key = (row["kind"], row["code"])
            if key not in best or best[key]["one_in"] < row["one_in"]:
                best[key] = row
    found = []
    for (kind, code), row in best.items():
        made_of = teams.filter(
            pl.col("kind") == kind, pl.col(f"{level}_code") == code, pl.col("day") >= row["first_day"]
        )
        found.append(_Finding(row | {"of": _counted_among(looks, made_of, kind)}, made_of))
    return found


def _counted_among(looks: Looks, made_of: pl.DataFrame, kind: str) -> int:
    """How many it could have happened to: all that came in these nights, or those there on the last."""
    if kind in kinds.THAT_CAME:
        return int(made_of["of"].sum())
    # with the last night also of teams of which another finding has used it up
    there = looks.placed.filter(pl.col("staff_code").is_null(), pl.col("kind") == kind)
    there = there.join(made_of, on="team_code", how="semi")
    return int(there.filter(pl.col("ago") == pl.col("ago").min())["of"].sum())


def _candidates(looks: Looks, teams: pl.DataFrame, level: str, nights: int) -> Iterator[dict[str, Any]]:
    code = f"{level}_code"
    seen = teams.filter(pl.col("ago") < nights)
    if seen.is_empty():
        return
    # of nights that are missing or used up there are fewer than the look has
    now = seen.group_by("kind", code).agg(
        pl.col(_SUMS).sum(),
        pl.col("points_x100").sum(),
        teams=pl.col("team_code").filter(pl.col("number") > 0).n_unique().cast(pl.Int64),
        first_day=pl.col("day").min(),
        nights=pl.col("day").n_unique().cast(pl.Int64),
        pdu=pl.col("pdu_code").first(),
        region=pl.col("region_code").first(),
    )
    now = now.filter(pl.col("number") >= looks.number("least_number"), pl.col("exposure") > 0)
    if now.is_empty():
        return
    yield from _judged(looks, teams, now.rename({code: "code"}), level, nights)


def _judged(
    looks: Looks, teams: pl.DataFrame, now: pl.DataFrame, level: str, nights: int
) -> Iterator[dict[str, Any]]:
    known = kinds.change_rules(looks.rules)
    least = -math.log10(looks.number("one_in"))
    past = base.Base(teams, level, nights, looks.number("base_nights"))
    for row in now.iter_rows(named=True):
        if row["kind"] not in kinds.ASKED:
            continue
        seen = past.seen(str(kinds.BASE_OF.get(row["kind"], row["kind"])), row)
        rate = seen.to_expect(known[row["kind"]].least_rate / 100_000)
        mean = rate * row["exposure"]
        if row["number"] <= mean:
            continue
        log10 = chance_log10(row["number"], mean, looks.spreads[row["kind"], nights])
        if log10 <= least:
            yield _told(looks, row, level, seen, rate, log10)


def _told(
    looks: Looks, row: dict[str, Any], level: str, seen: base.SeenBefore, rate: float, log10: float
) -> dict[str, Any]:
    same = ("kind", "code", "number", "first_day", "nights", "points_x100", "teams")
    return {
        **{name: row[name] for name in same},
        "level": level,
        "judged": level,
        "team_code": row["code"] if level == "team" else "",
        "pdu_code": row["pdu"] if level in ("team", "pdu") else "",
        "region_code": row["region"] if level != "nation" else "",
        "day": looks.day,
        "expected_milli": round(rate * row["exposure"] * 1000),
        "expected_rate": round(rate * 100_000),
        "own_rate": seen.own_rate,
        "others_rate": seen.others_rate,
        "one_in": min(kinds.MOST_ONE_IN, int(10 ** min(-log10, 15))),
        "posts": 0,
        "capacity_x100": None,
        "near": 0,
    }


def _instead_of_many(
    looks: Looks, parts: list[_Finding], found: list[_Finding], level: str
) -> list[_Finding]:
    """Units of which many parts were found alike and which are unusual as a whole: it is about the unit.

    One look for the whole of it, without what was `found` of parts that stay by themselves.
    """
    if not parts:
        return []
    part = kinds.LEVELS[kinds.LEVELS.index(level) - 1]
    places = looks.places.with_columns(nation_code=pl.lit("nation"))
    all_parts = dict(places.group_by(f"{level}_code").agg(pl.col(f"{part}_code").n_unique()).iter_rows())
    alike = Counter(each.at(level) for each in parts)
    percent = looks.number("many_percent")
    many = {
        key
        for key, number in alike.items()
        if number > 1 and number * 100 >= percent * all_parts.get(key[1], math.inf)
    }
    if not many:
        return []
    teams = looks.teams
    for each in (*found, *(each for each in parts if each.at(level) not in many)):
        teams = teams.join(each.made_of, on=_COUNT_KEY, how="anti", maintain_order="left")
    return [each for each in _of_level(looks, teams, level) if each.at(level) in many]


def _with_posts(looks: Looks, found: _Finding) -> dict[str, Any]:
    """With how many posts it is of, capacity and posts near; about one post where that did nearly all.

    At every level: who can be known from a question is not everybody's to read.
    """
    row = dict(found.row)
    posts = looks.fresh.filter(pl.col("staff_code").is_not_null(), pl.col("number") > 0)
    own = (
        posts.join(found.made_of, on=_COUNT_KEY, how="semi")
        .group_by("team_code", "staff_code", "pdu_code", "region_code")
        .agg(pl.col("number", "points_x100").sum())
        .sort("number", "team_code", "staff_code", descending=True)
    )
    row["posts"] = own.height
    if own.height:
        first = own.row(0, named=True)
        if first["number"] * 100 >= looks.number("one_post_percent") * row["number"]:
            staff = first.pop("staff_code")
            row |= first | {"level": "post", "code": f"{first['team_code']}:{staff}", "posts": 1, "teams": 1}
    row["capacity_x100"], row["near"] = looks.known_figures.get((row["level"], row["code"]), (None, 0))
    return row
