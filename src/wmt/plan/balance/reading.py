"""A problem from the lines of a night: which posts share, which of their cases may move, what each earns.

A line of a case earns the same wherever it is held (ADR 36), so figures after a move are sums of the same
lines. What cannot move stays with who has it and counts in their points: reports, contacts, cases that earn
nothing, are held by several posts, or are under OMiC.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from wmt import ledger
from wmt.allocation.cases import case_words
from wmt.allocation.transfers import kind_text
from wmt.grades import DUMMY
from wmt.plan.balance.movable import HELD_CASE, held_cases
from wmt.plan.balance.problem import (
    GOALS,
    WAITING,
    CaseBundle,
    Goal,
    Limits,
    ProblemError,
    SharingPost,
    SharingProblem,
    problem,
)
from wmt.plan.full_pool import HIGH, FullRules


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What a manager keeps as it is, by the codes of posts ('TEAM:STAFF') and references of cases.

    `locked` posts neither give nor receive, `protected` ones do not receive. `still` cases do not move;
    `apart` are (case or giving post, receiving post) that must not be. Cases held for less than
    `held_weeks`, or that end within `ends_weeks`, stay. What posts that are `leaving` hold waits, and they
    get nothing. `together` are cases that move as one or not at all.
    """

    locked: Collection[str] = ()
    protected: Collection[str] = ()
    still: Collection[str] = ()
    apart: Collection[tuple[str, str]] = ()
    together: Sequence[Collection[str]] = ()
    leaving: Collection[str] = ()
    held_weeks: int = 0
    ends_weeks: int = 0


@dataclass(frozen=True)
class Sharing:
    """The posts of some teams and what may move among them. `stay` counts cases that may not, by why; `held`
    are all cases that were looked at, columns `movable.HELD_CASE`."""

    posts: list[SharingPost]
    bundles: list[CaseBundle]
    stay: Mapping[str, int]
    held: pl.DataFrame = field(default_factory=HELD_CASE.to_frame, compare=False, repr=False)

    def of_problem(self, limits: Limits, goals: Sequence[Goal] = GOALS) -> SharingProblem:
        """What is asked of them."""
        return problem(self.posts, self.bundles, limits, goals)


def sharing(
    found: ledger.Ledger,
    teams: Collection[str],
    kept: Kept,
    dated: pl.DataFrame | None = None,
    *,
    waiting: bool = False,
    lenient: bool = False,
    unpriced: bool = False,
    of: Collection[str] | None = None,
) -> Sharing:
    """Who shares, and what. `dated` has the columns `movable.DATED_CASE`, where the data says. Cases that
    earn nothing are among them only where they are wanted (`unpriced`). With `of` only what these posts hold
    is read: who else holds how many high-risk cases is not known then.

    Posts of sentence management share; placeholders do not: what they hold waits. Raises ProblemError where
    something kept names no post or case among them; `lenient` passes over it, for what was kept of earlier
    data.
    """
    posts = _posts(found, teams, kept)
    if not lenient:
        _check_posts(posts, kept)
    if posts.is_empty():
        raise ProblemError("these teams have no post of sentence management, so there is nothing to share")
    coded = dict(posts.select("post_no", "code").rows())
    holders = {number: WAITING if code in kept.leaving else code for number, code in coded.items()}
    posts = posts.filter(~pl.col("code").is_in(list(kept.leaving)))
    if waiting:
        nobody = found.facts.post.filter(pl.col("team_code").is_in(list(teams)), is_placeholder=1)
        holders |= dict.fromkeys(nobody["post_no"].to_list(), WAITING)
    if of is not None:
        holders = {number: code for number, code in holders.items() if code in of}
    lines = found.lines(sorted(holders))
    rules = FullRules(found.rules)
    tiers = lines["tier"].drop_nulls().unique().to_list()
    of_risk = pl.col("tier").is_in([each for each in tiers if rules.kind_of("community", each)[0] == HIGH])
    own = pl.col("stream") != ledger.OMIC
    risky = lines.filter(of_risk, own, kind="case").group_by("post_no").agg(pl.col("active_cases").sum())
    high = dict(risky.rows())
    who = [
        SharingPost(
            **{name: row[name] for name in ("code", "name", "pdu_code", "grade")},
            points_x100=row["points_x100"],
            available_x100=row["available_x100"],
            high=high.get(row["post_no"], 0),
            gives=row["shares"],
            receives=row["shares"] and row["code"] not in kept.protected,
        )
        for row in posts.iter_rows(named=True)
    ]
    held = held_cases(found, lines, dated)
    cases = [
        {**row, "holder": holders[row["post_no"]]}
        for row in held.iter_rows(named=True)
        if unpriced or row["points_x100"]
    ]
    if not lenient:
        _check_cases({row["ref"] for row in cases}, kept, set(holders.values()))
    return replace(_bundled(who, cases, kept, rules, found.day), held=held)


def _posts(found: ledger.Ledger, teams: Collection[str], kept: Kept) -> pl.DataFrame:
    """The posts that share, with `shares`: whether anything of theirs may move."""
    totals = found.totals(["post"]).filter(pl.col("team_code").is_in(list(teams)))
    totals = totals.filter(pl.col("grade") != DUMMY, stream=ledger.SENTENCE_MANAGEMENT)
    posts = found.facts.post.filter(is_placeholder=0)
    keys = ["team_code", "staff_code"]
    totals = totals.join(posts.select(*keys, "post_no", "unmeasured"), on=keys)
    fresh = pl.col("stale_since").is_null() & (pl.col("unmeasured") == 0)
    return totals.with_columns(shares=fresh & ~pl.col("code").is_in(list(kept.locked)))


def _check_posts(posts: pl.DataFrame, kept: Kept) -> None:
    named = [*kept.locked, *kept.protected, *(to for _, to in kept.apart)]
    if strangers := sorted(set(named) - set(posts["code"])):
        raise ProblemError(f"{strangers[0]} is no post of sentence management among those that share")


def _check_cases(refs: Collection[str | None], kept: Kept, posts: Collection[str]) -> None:
    wanted = {*kept.still, *(ref for group in kept.together for ref in group)}
    wanted |= {what for what, _ in kept.apart if what not in posts}
    if strangers := sorted(wanted - set(refs)):
        raise ProblemError(f"{strangers[0]} is no case that the posts which share hold")
    grouped = Counter(ref for group in kept.together for ref in set(group))
    if twice := sorted(ref for ref, number in grouped.items() if number > 1):
        raise ProblemError(f"{twice[0]} is to be kept together with two groups; name all of them as one")


def _bundled(
    posts: list[SharingPost], cases: list[dict[str, Any]], kept: Kept, rules: FullRules, day: date
) -> Sharing:
    group_of = {ref: number for number, group in enumerate(kept.together) for ref in group}
    stay: Counter[str] = Counter()
    groups: dict[int, list[dict[str, Any]]] = {}
    bundles: list[CaseBundle] = []
    for row in cases:
        if row["ref"] in group_of:
            groups.setdefault(group_of[row["ref"]], []).append(row)
        elif why := _stays(row, kept, day):
            stay[why] += row["number"]
        else:
            bundles.append(_bundle([row], kept, rules))
    for number, rows in groups.items():
        apart = len(rows) < len(set(kept.together[number])) or len({row["holder"] for row in rows}) > 1
        if apart or any(_stays(row, kept, day) for row in rows):
            stay["with cases that stay"] += len(rows)
        else:
            bundles.append(_bundle(rows, kept, rules))
    return Sharing(posts, bundles, stay)


def _stays(row: Mapping[str, Any], kept: Kept, day: date) -> str:
    """Why a case may not move; '' where it may."""
    since, ends = row["allocated_on"], row["ends_on"]
    if not row["alone"]:
        return "held by several posts"
    if row["ref"] in kept.still:
        return "kept where they are"
    if row["holder"] == WAITING:
        return ""
    if kept.held_weeks and since is not None and since > day - timedelta(weeks=kept.held_weeks):
        return f"held for less than {kept.held_weeks} weeks"
    if kept.ends_weeks and ends is not None and ends <= day + timedelta(weeks=kept.ends_weeks):
        return f"end within {kept.ends_weeks} weeks"
    return ""


def _bundle(rows: list[dict[str, Any]], kept: Kept, rules: FullRules) -> CaseBundle:
    refs = tuple(sorted(row["ref"] for row in rows if row["ref"]))
    kinds = [rules.kind_of(row["location"], row["tier"]) for row in rows]
    words = [words_of(row) for row in rows]
    apart = {to for what, to in kept.apart if what in (*refs, rows[0]["holder"])}
    return CaseBundle(
        holder=rows[0]["holder"],
        what=" and ".join(sorted(words)),
        points_x100=sum(row["points_x100"] for row in rows),
        grades=frozenset.intersection(*(able for _, able in kinds)),
        refs=refs,
        cases=len(rows),
        high=sum(kind == HIGH for kind, _ in kinds),
        tier=rows[0]["tier"] if len(rows) == 1 else "",
        kind=kind_of(rows[0]) if len(rows) == 1 else "",
        not_to=frozenset(apart),
        since=max((row["allocated_on"] for row in rows if row["allocated_on"]), default=None),
        number=rows[0]["number"],
    )


def words_of(row: Mapping[str, Any]) -> str:
    """A row of `HELD_CASE` in words."""
    return case_words(row["location"], row["tier"], row["stream"], suspended=bool(row["suspended"]))


def kind_of(row: Mapping[str, Any]) -> str:
    """The kind of a row of `HELD_CASE`, as a plan describes it."""
    return kind_text(row["location"], row["tier"], bool(row["suspended"]), row["stream"])
