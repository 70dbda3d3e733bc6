"""Which changes of a day are unusual: against the unit's own past, other units, and what is common anyhow."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from wmt.facts import table_of
from wmt.rules import RuleSet
from wmt.unusual import kinds
from wmt.unusual.chance import chance_log10

#: Counts of many nights: `ago` is 0 for the day itself, 1 for the night before it that was counted, …
COUNTED = table_of({"ago": pl.Int64, "day": pl.Date, **dict(kinds.COUNT)})
#: What is known of the units of a night: where each team is, and of every unit capacity and posts near.
TEAM_PLACE = table_of({"team_code": pl.String, "pdu_code": pl.String, "region_code": pl.String})
UNIT_FIGURE = table_of({"level": pl.String, "code": pl.String, "capacity_x100": pl.Int64, "near": pl.Int64})
_SUMS = ("number", "exposure")
_Sums = dict[tuple[str, str], tuple[int, int]]
_BLOCKED = 2  # fewer counts of a team say nothing of its spread
_FEW = 1  # so many events of the common rate weigh as much as the past that is known


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
    def fresh(self) -> pl.DataFrame:
        """The counts of teams and posts that no earlier finding has used up, with the units of each."""
        placed = self.counted.join(
            self.places.with_columns(nation_code=pl.lit("nation")), on="team_code", maintain_order="left"
        )
        for row in self.found_before.iter_rows(named=True):
            level = "team" if row["level"] == "post" else row["level"]
            code = row["team_code"] if row["level"] == "post" else row["code"]
            used = (pl.col("kind") == row["kind"]) & (pl.col(f"{level}_code") == code)
            used &= pl.col("day").is_between(row["first_day"], row["day"])
            placed = placed.filter(~used)
        return placed

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


def find_unusual(looks: Looks) -> pl.DataFrame:
    """What is unusual on a day: columns `UNUSUAL`. A question is about the smallest unit that explains it.

    Teams first; of many teams of a PDU that changed alike the PDU, and so on; a larger unit is looked at
    without what its parts explain. What one post did nearly all of is about that post.
    """
    found: list[pl.DataFrame] = []
    teams = looks.teams
    for level in kinds.LEVELS:
        rows = _of_level(looks, teams, level)
        if level != "team":
            rows = _instead_of_many(looks, rows, found, level)
        found.append(rows)
        for row in rows.iter_rows(named=True):
            used = (pl.col("kind") == row["kind"]) & (pl.col(f"{level}_code") == row["code"])
            teams = teams.filter(~(used & (pl.col("day") >= row["first_day"])))
    whole = pl.concat([kinds.UNUSUAL.to_frame(), *found])
    return _about_posts(looks, whole).sort("kind", "level", "code")


def _of_level(looks: Looks, teams: pl.DataFrame, level: str) -> pl.DataFrame:
    """The units of a level whose counts are unusual, each by the look in which it is most so."""
    best: dict[tuple[str, str], dict[str, Any]] = {}
    for nights in looks.windows:
        for row in _candidates(looks, teams, level, nights):
            key = (row["kind"], row["code"])
            if key not in best or best[key]["one_in"] < row["one_in"]:
                best[key] = row
    return pl.DataFrame(list(best.values()), kinds.UNUSUAL, orient="row")


def _candidates(looks: Looks, teams: pl.DataFrame, level: str, nights: int) -> Iterator[dict[str, Any]]:
    code = f"{level}_code"
    seen = teams.filter(pl.col("ago") < nights)
    if seen.is_empty():
        return
    # of nights that are missing or used up there are fewer than the look has
    now = seen.group_by("kind", code).agg(
        pl.col(_SUMS).sum(),
        pl.col("points_x100").sum(),
        of=pl.col("of").filter(pl.col("ago") == pl.col("ago").min()).sum(),
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
    base = _Base(teams, level, nights, looks.number("base_nights"))
    for row in now.iter_rows(named=True):
        if row["kind"] not in kinds.ASKED:
            continue
        common = known[row["kind"]].least_rate / 100_000
        of = str(kinds.BASE_OF.get(row["kind"], row["kind"]))
        own, others, others_now = base.rates(of, row, common)
        rate = max(common, own, others, others_now)
        mean = rate * row["exposure"]
        if row["number"] <= mean:
            continue
        log10 = chance_log10(row["number"], mean, looks.spreads[row["kind"], nights])
        if log10 <= least:
            yield _told(looks, row, level, (own, others, others_now), mean, log10, base.knows(of, row))


def _told(
    looks: Looks,
    row: dict[str, Any],
    level: str,
    rates: tuple[float, float, float],
    mean: float,
    log10: float,
    known: tuple[bool, bool],
) -> dict[str, Any]:
    own, *others = (round(each * 100_000) for each in rates)
    return {
        **{
            name: row[name]
            for name in ("kind", "code", "number", "of", "first_day", "nights", "points_x100", "teams")
        },
        "level": level,
        "team_code": row["code"] if level == "team" else "",
        "pdu_code": row["pdu"] if level in ("team", "pdu") else "",
        "region_code": row["region"] if level != "nation" else "",
        "day": looks.day,
        "expected_milli": round(mean * 1000),
        "own_rate": own if known[0] else None,
        "others_rate": max(others) if known[1] else None,
        "one_in": min(kinds.MOST_ONE_IN, int(10 ** min(-log10, 15))),
        "posts": 0,
        "capacity_x100": None,
        "near": 0,
    }


class _Base:
    """How often changes are seen at units of a level before a look, and elsewhere before and during it."""

    def __init__(self, teams: pl.DataFrame, level: str, nights: int, base_nights: int) -> None:
        past = teams.filter(pl.col("ago").is_between(nights, nights + base_nights - 1))
        seen = teams.filter(pl.col("ago") < nights)
        #: others are those that are not in the same unit above: they share a manager's or head's decision
        self._above = {"team": "pdu", "pdu": "region", "region": "nation"}.get(level, "nation")
        self._own = _sums(past, f"{level}_code")
        self._past, self._now = (
            (_sums(frame, None), _sums(frame, f"{self._above}_code"), _sums(frame, f"{level}_code"))
            for frame in (past, seen)
        )
        self._level = level

    def rates(self, kind: str, row: dict[str, Any], common: float) -> tuple[float, float, float]:
        """Of the unit before; of others before; of others during the look. A little known: the common."""
        own = self._own.get((kind, row["code"]), (0, 0))
        return (
            _shrunk(own, common),
            _shrunk(self._others(self._past, kind, row), common),
            _shrunk(self._others(self._now, kind, row), common),
        )

    def knows(self, kind: str, row: dict[str, Any]) -> tuple[bool, bool]:
        """Whether anything is known of the unit's own past, and of others."""
        own = self._own.get((kind, row["code"]), (0, 0))[1] > 0
        return own, self._others(self._past, kind, row)[1] + self._others(self._now, kind, row)[1] > 0

    def _others(self, sums: tuple[_Sums, _Sums, _Sums], kind: str, row: dict[str, Any]) -> tuple[int, int]:
        whole, above, own = sums
        all_of = whole.get((kind, ""), (0, 0))
        near = above.get((kind, str(row.get(self._above))), (0, 0))
        rest = (all_of[0] - near[0], all_of[1] - near[1])
        if rest[1] > 0:
            return rest
        itself = own.get((kind, row["code"]), (0, 0))
        return (all_of[0] - itself[0], all_of[1] - itself[1])


def _sums(frame: pl.DataFrame, column: str | None) -> _Sums:
    by = ["kind", *([column] if column else [])]
    rows = frame.group_by(by).agg(pl.col(_SUMS).sum()).iter_rows()
    return {(row[0], row[1] if column else ""): (row[-2], row[-1]) for row in rows}


def _shrunk(sums: tuple[int, int], common: float) -> float:
    """A rate of which little is known is taken for the common one."""
    number, exposure = sums
    return (number + _FEW) / (exposure + _FEW / common)


def _instead_of_many(looks: Looks, rows: pl.DataFrame, found: list[pl.DataFrame], level: str) -> pl.DataFrame:
    """What is found of a level, and units of which many parts were found alike: then it is about the unit."""
    parts, code = found[-1], f"{level}_code"
    if parts.is_empty():
        return rows
    part = kinds.LEVELS[kinds.LEVELS.index(level) - 1]
    placed = parts.with_columns(nation_code=pl.lit("nation"))
    there = (
        looks.places.with_columns(nation_code=pl.lit("nation"))
        .select(code, f"{part}_code")
        .unique()
        .group_by(code)
        .agg(all_parts=pl.len())
    )
    many = (
        placed.group_by("kind", code)
        .agg(some=pl.len())
        .join(there, on=code)
        .filter(
            pl.col("some") > 1, pl.col("some") * 100 >= looks.number("many_percent") * pl.col("all_parts")
        )
    )
    merged = placed.join(many, on=["kind", code])
    if merged.is_empty():
        return rows
    found[-1] = parts.join(merged, on=["kind", "code"], how="anti", maintain_order="left")
    units = [_merged(group, level, str(key[1])) for key, group in merged.group_by("kind", code)]
    together = pl.DataFrame(units, kinds.UNUSUAL, orient="row")
    return pl.concat([rows.join(together, on=["kind", "code"], how="anti", maintain_order="left"), together])


def _merged(parts: pl.DataFrame, level: str, code: str) -> dict[str, Any]:
    """One finding of several: sums, with the rates and the chance of the most unusual."""
    row = parts.sort("one_in", descending=True).row(0, named=True)
    sums = {name: parts[name].sum() for name in ("number", "of", "expected_milli", "points_x100", "teams")}
    above = {"pdu": ("region_code",), "region": (), "nation": ()}[level]
    return {
        **{name: row[name] for name in kinds.UNUSUAL},
        **sums,
        "level": level,
        "code": code,
        "team_code": "",
        "pdu_code": code if level == "pdu" else "",
        "region_code": row["region_code"] if above else code if level == "region" else "",
        "first_day": parts["first_day"].min(),
        "nights": parts["nights"].max(),
    }


def _about_posts(looks: Looks, found: pl.DataFrame) -> pl.DataFrame:
    """With how many posts each is of, capacity and posts near; about one post where that did nearly all."""
    posts = looks.fresh.filter(pl.col("staff_code").is_not_null(), pl.col("number") > 0)
    known = {(level, code): rest for level, code, *rest in looks.figures.iter_rows()}
    rows = []
    for row in found.iter_rows(named=True):
        own = posts.filter(
            pl.col("kind") == row["kind"], pl.col(f"{row['level']}_code") == row["code"],
            pl.col("day") >= row["first_day"],
        ).group_by("team_code", "staff_code").agg(pl.col("number", "points_x100").sum())  # fmt: skip
        row["posts"] = own.height
        if row["level"] == "team" and own.height:
            team, staff, number, points = own.sort("number", "staff_code", descending=True).row(0)
            if number * 100 >= looks.number("one_post_percent") * row["number"]:
                row |= {"level": "post", "code": f"{team}:{staff}", "number": number, "points_x100": points}
                row["posts"] = 1
        row["capacity_x100"], row["near"] = known.get((row["level"], row["code"]), (None, 0))
        rows.append(row)
    return pl.DataFrame(rows, kinds.UNUSUAL, orient="row")
