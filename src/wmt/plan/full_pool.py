"""Lines → pools: what the lines of a unit say of the work of each kind and of the time of each grade.

Sums of lines and nothing else, so that work of a pool and what stays with its author add up to the points of
the unit. Only sentence management counts: posts of courts and of OMiC hold no cases that others could take.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import polars as pl

from wmt import ledger
from wmt.allocation.cases import MOVES
from wmt.allocation.eligibility import eligibility, judging, may_hold
from wmt.facts import table_of
from wmt.grades import DUMMY, STAFF_GRADES
from wmt.plan.full import GradeTime, KindDemand, Pool, PostTime
from wmt.rules import DatedValue, RuleSet, load

#: Cases whose tier belongs to no kind: those without a tier. Told only where they have points.
OTHER = "other"
#: The kind of high-risk cases, as the rules name it.
HIGH = "high"


class LineSum(NamedTuple):
    """Lines of posts of one grade that are alike, summed. Points in hundredths, cases as they count."""

    grade: str
    side: str
    kind: str
    location: str
    tier: str
    suspended: bool
    points_x100: int
    active_cases: int


@dataclass(frozen=True)
class FullRules:
    """The dated rules of 'full': both ceilings in hundredths of a per cent, days in a row, kinds by tier."""

    ruleset: RuleSet

    def rule(self, path: str) -> DatedValue:
        """A rule; of nights saved before there was one, the value of their day."""
        return self.ruleset.get(path) or self.of_day[path]

    @cached_property
    def of_day(self) -> RuleSet:
        """The rules of the same day as the program has them now."""
        return load().at(self.ruleset.day)

    @property
    def ceiling_x100(self) -> int:
        return self.rule("full.ceiling_percent").hundredths

    @property
    def over_x100(self) -> int:
        return self.rule("full.over_percent").hundredths

    @property
    def days(self) -> int:
        return self.rule("full.days").hundredths // 100

    @property
    def inflow_days(self) -> int:
        return self.rule("full.inflow_days").hundredths // 100

    @cached_property
    def kinds(self) -> Mapping[str, DatedValue]:
        """The tiers of each kind by its name, in the order of the rules."""
        return self.ruleset.under("full_kinds") or self.of_day.under("full_kinds")

    def kind_of(self, location: str, tier: str) -> tuple[str, frozenset[str]]:
        """What kind a case of a type and tier is of, and the grades that may hold it."""
        found = self._kinds.get((location, tier))
        if found is None:
            kind = next((kind for kind, tiers in self.kinds.items() if may_hold(tiers, tier)), OTHER)
            able = (
                grade for grade in STAFF_GRADES if eligibility(self.ruleset, grade, location, tier).eligible
            )
            found = self._kinds[location, tier] = kind, frozenset(able)
        return found

    @cached_property
    def _kinds(self) -> dict[tuple[str, str], tuple[str, frozenset[str]]]:
        return {}

    @cached_property
    def holding(self) -> frozenset[str]:
        """The grades that may hold cases of any kind."""
        return frozenset[str]().union(*(self.grades_of(kind) for kind in self.kinds))

    @property
    def key(self) -> str:
        """What tells rules that call and share cases alike from others."""
        told = [
            *self.kinds.values(),
            *(
                value
                for grade in STAFF_GRADES
                for value in judging(self.ruleset).under(f"eligibility.{grade}").values()
            ),
        ]
        return " ".join(f"{each.path}={each.value}" for each in told)

    def grades_of(self, kind: str) -> frozenset[str]:
        """The grades that may hold any case of a kind in the community, for a unit that has none of it."""
        tiers = [each for each in str(self.kinds[kind].value).split() if each != "x0"]
        return frozenset.intersection(*(self.kind_of("community", tier)[1] for tier in tiers))


@dataclass
class UnitSums:
    """The sums of a unit: cases by kind and who may hold them, time and other work by grade."""

    cases_x100: dict[tuple[str, frozenset[str]], int] = field(default_factory=lambda: defaultdict(int))
    #: points and number of the active cases of each kind whose supervision is not suspended
    counted: dict[str, tuple[int, int]] = field(default_factory=dict)
    available_x100: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    fixed_x100: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def is_empty(self) -> bool:
        """Whether there is no line at all: a unit without posts in sentence management, such as a court's."""
        return not (self.cases_x100 or self.available_x100 or self.fixed_x100)

    def add(
        self, what: str, grade: str, kind: tuple[str, frozenset[str]], x100: int, counted: tuple[int, int]
    ) -> None:
        """Take in a sum of lines: 'time', 'fixed', or 'cases' of a kind and of who may hold them."""
        if what == "time":
            self.available_x100[grade] += x100
        elif what == "fixed":
            self.fixed_x100[grade] += x100
        else:
            self.cases_x100[kind] += x100
            points, number = self.counted.get(kind[0], (0, 0))
            self.counted[kind[0]] = points + counted[0], number + counted[1]

    def means(self) -> dict[str, Fraction]:
        """The average case of each kind that there is one of."""
        return {
            kind: Fraction(points, number)
            for kind, (points, number) in self.counted.items()
            if number > 0 < points
        }


def sums_of(rules: FullRules, lines: Iterable[LineSum]) -> UnitSums:
    """The sums of a unit's lines of sentence management."""
    found = UnitSums()
    for each in lines:
        what = "time" if each.side == "time" else "cases" if each.kind in MOVES else "fixed"
        kind = rules.kind_of(each.location, each.tier) if what == "cases" else ("", frozenset[str]())
        # what a case earns that is not active, such as a warrant's, is no part of an average case
        counts = not each.suspended and (each.kind != "case" or each.active_cases)
        counted = (each.points_x100, each.active_cases) if counts else (0, 0)
        found.add(what, each.grade, kind, each.points_x100, counted)
    return found


def pool_of(rules: FullRules, sums: UnitSums, means: Mapping[str, Fraction]) -> Pool:
    """The pool of a unit. `means` are average cases of a larger unit, for kinds that this one has none of.

    Kinds that nobody has a case with points of are left out: what one would be is not known. So are all kinds
    where no post is in sentence management: nobody there could be full, or have room.
    """
    own = {} if sums.is_empty else {**means, **sums.means()}
    demands = []
    for kind in [*rules.kinds, OTHER]:
        if kind in own:
            entries = {able: points for (name, able), points in sums.cases_x100.items() if name == kind}
            entries = {able: points for able, points in entries.items() if points}
            if kind != OTHER:
                entries = entries or {rules.grades_of(kind): 0}
            demands += [
                KindDemand(kind, able, points, own[kind])
                for able, points in sorted(entries.items(), key=lambda each: sorted(each[0]))
            ]
    able = frozenset().union(*(each.eligible for each in demands))
    grades = {
        grade: GradeTime(sums.available_x100.get(grade, 0), sums.fixed_x100.get(grade, 0))
        for grade in STAFF_GRADES
        if grade in able and (grade in sums.available_x100 or grade in sums.fixed_x100)
    }
    return Pool(demands, grades)


#: The sums of a night by team, small enough to be kept: `able` are the grades that may hold the cases of a
#: row, one after the other; `counted_*` are those of cases whose supervision is not suspended.
TEAM_SUMS = table_of(
    {
        "team_code": pl.String,
        "pdu_code": pl.String,
        "region_code": pl.String,
        "nation_code": pl.String,
        "what": pl.String,  # 'time', 'fixed' or 'cases'
        "grade": pl.String,
        "kind": pl.String,
        "able": pl.String,
        "points_x100": pl.Int64,
        "counted_x100": pl.Int64,
        "counted_cases": pl.Int64,
    }
)
_UNITS = [name for name in TEAM_SUMS.names() if name.endswith("_code")]


def posts_in_stream(totals: pl.DataFrame, post: pl.DataFrame) -> pl.DataFrame:
    """The posts of sentence management with their units, from totals and the posts of the facts.

    `fit` is whether a post could be given cases: placeholders, who has no figures of this night and who has
    no available time could not.
    """
    keys = ["team_code", "staff_code"]
    posts = totals.filter(level="post", stream=ledger.HEADLINE)
    posts = posts.join(post.select(*keys, "post_no", "is_placeholder", "unmeasured"), on=keys)
    fresh = (pl.col("is_placeholder") == 0) & (pl.col("unmeasured") == 0) & pl.col("stale_since").is_null()
    fit = fresh & (pl.col("available_x100") > 0) & (pl.col("grade") != DUMMY)
    return posts.with_columns(fit=fit, nation_code=pl.lit("nation"))


def team_sums(rules: FullRules, lines: pl.DataFrame, posts: pl.DataFrame) -> pl.DataFrame:
    """Lines of a night (`ledger.NAMED_LINE`) of the posts in sentence management, summed as `TEAM_SUMS`."""
    found = lines.join(posts.select("post_no", "grade", *_UNITS[1:]), on="post_no")
    is_case = pl.col("kind").is_in(MOVES) & (pl.col("side") == "work")
    what = pl.when(pl.col("side") == "time").then(pl.lit("time")).when(is_case).then(pl.lit("cases"))
    counts = (pl.col("suspended").fill_null(0) == 0) & (
        (pl.col("kind") != "case") | (pl.col("active_cases") != 0)
    )
    grouped = found.group_by(
        *_UNITS, "grade", pl.col("location", "tier").fill_null(""), what=what.otherwise(pl.lit("fixed"))
    ).agg(
        pl.col("points_x100").sum(),
        counted_x100=pl.col("points_x100").filter(counts).sum(),
        counted_cases=pl.col("active_cases").filter(counts).sum(),
    )
    types = grouped.filter(what="cases").select("location", "tier").unique().rows()
    named = [(*each, kind, " ".join(sorted(able))) for each in types for kind, able in [rules.kind_of(*each)]]
    kinds = pl.DataFrame(named, ["location", "tier", "kind", "able"], orient="row") if named else None
    if kinds is None:
        grouped = grouped.with_columns(kind=pl.lit(None, pl.String), able=pl.lit(None, pl.String))
    else:
        grouped = grouped.join(kinds, on=["location", "tier"], how="left")
    summed = grouped.with_columns(
        pl.when(what="cases").then(pl.col("kind", "able")).fill_null(""),
        grade=pl.when(what="cases").then(pl.lit("")).otherwise("grade"),
    )
    keys = [name for name, dtype in TEAM_SUMS.items() if dtype == pl.String]
    amounts = [name for name in TEAM_SUMS.names() if name not in keys]
    return (
        summed.group_by(keys).agg(pl.col(amounts).sum()).select(TEAM_SUMS.names()).cast(TEAM_SUMS).sort(keys)
    )


def unit_sums(sums: pl.DataFrame, level: str) -> dict[str, UnitSums]:
    """The sums of every unit of a level by its code, from those of teams."""
    keys = [f"{level}_code", "what", "grade", "kind", "able"]
    amounts = [name for name, dtype in TEAM_SUMS.items() if dtype == pl.Int64]
    units: dict[str, UnitSums] = defaultdict(UnitSums)
    for code, what, grade, kind, able, points, *counts in (
        sums.group_by(keys).agg(pl.col(amounts).sum()).select(*keys, *amounts).sort(keys).iter_rows()
    ):
        units[code].add(what, grade, (kind, frozenset(able.split())), points, (counts[0], counts[1]))
    return units


def fit_posts(posts: pl.DataFrame, level: str) -> dict[str, list[PostTime]]:
    """The posts that could be given cases, by the code of their unit of a level."""
    units: dict[str, list[PostTime]] = defaultdict(list)
    fit = posts.filter("fit").select(f"{level}_code", "grade", "points_x100", "available_x100")
    for unit, *row in fit.iter_rows():
        units[unit].append(PostTime(*row))
    return units


def largest_reductions(lines: pl.DataFrame, posts: pl.DataFrame) -> dict[str, int]:
    """The most that all reductions of one post take, by grade and in hundredths of points."""
    keys = posts.filter("fit").select("post_no", "grade")
    found = lines.filter(kind="reduction").join(keys, on="post_no")
    of_posts = found.group_by("post_no", "grade").agg(less=-pl.col("points_x100").sum())
    largest = of_posts.group_by("grade").agg(pl.col("less").max())
    return {grade: x100 for grade, x100 in largest.sort("grade").iter_rows() if x100 > 0}
