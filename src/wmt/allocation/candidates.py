"""Everybody in some teams who could hold a case: what they have, what they would have, whether they may.

Nothing is ranked by name and nobody is proposed: the order is who may, then grade, then capacity after.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

import polars as pl

from wmt import ledger
from wmt.allocation.cases import CaseToGive
from wmt.allocation.eligibility import Eligibility, eligibility, training_words
from wmt.allocation.limits import CaseLimits
from wmt.facts import LOCATIONS, SCHEMAS, table_of
from wmt.grades import DUMMY, STAFF_GRADES, TRAINEE
from wmt.ledger.prices import stage_reasons
from wmt.rules import RuleSet

Post = TypeVar("Post")


@dataclass(frozen=True)
class CaseEffect:
    """What one case would make of a post, beside whether its grade may hold it."""

    case: CaseToGive
    eligibility: Eligibility
    holds: bool  # the post holds it already: only a change of tier or type would move its figure
    after: ledger.Moment
    refused: str = ""  # by the limits of a protected post, in words

    @property
    def may_get(self) -> bool:
        """Whether its grade may hold the case and no limit of the post is against it."""
        return self.eligibility.eligible and not self.refused


@dataclass(frozen=True)
class Candidate:
    """A post that could hold cases: its figures now, with each case alone, and with all of them.

    `why_not` says why it is not to be given any case: no available hours, no figures in this data.
    """

    code: str
    name: str | None
    grade: str
    team_code: str
    pdu_code: str
    now: ledger.Moment
    effects: Sequence[CaseEffect]
    together: ledger.Moment
    over_x100: int
    caseload: Mapping[str, int]  # active cases by type
    recent: Mapping[int, int]  # cases allocated in so many days, where the data says when
    why_not: Sequence[str]
    notes: Sequence[str]  # what to know of its figures
    limits: CaseLimits | None = None  # of a protected post
    cases: int = 0  # its active cases now
    gets: int = 0  # how many of the cases it would get that it does not hold
    stage: str | None = None  # of a trainee: the reason of the reduction of the stage, '' where none is known
    training: str = ""  # the same in words; private, as that reason is

    @property
    def eligible(self) -> bool:
        """Whether it may hold all of the cases and has time to be measured against."""
        may = all(effect.may_get for effect in self.effects)
        return not self.why_not and may and not self.refused

    @property
    def refused(self) -> str:
        """Why a protected post is not to get all it would, by their number and points; '' where it may."""
        if self.limits is None or not self.gets:
            return ""
        return self.limits.refusal(self.cases + self.gets, self.together)

    @property
    def words(self) -> list[str]:
        """Why not, or on what condition: each reason once."""
        of_cases = (effect.eligibility.words for effect in self.effects if not effect.holds)
        held = [f"holds {effect.case.ref} already" for effect in self.effects if effect.holds]
        return list(
            dict.fromkeys([*self.why_not, *self.notes, *held, *(words for words in of_cases if words)])
        )

    @property
    def is_over(self) -> bool:
        """Whether it is over the threshold of excessive workload now."""
        return ledger.is_over(*self.now, self.over_x100)

    @property
    def over_with_all(self) -> bool:
        """Whether it would be over that threshold with all of the cases."""
        return ledger.is_over(*self.together, self.over_x100)

    @property
    def has_room(self) -> bool:
        """Whether it may hold all of the cases, holds none of them yet and would not be over with them."""
        return self.eligible and not self.over_with_all and not any(each.holds for each in self.effects)

    @property
    def order(self) -> tuple[Any, ...]:
        """Who may first, then grade, then the capacity after; those without available hours last."""
        points, available = self.together
        share = (0, Fraction(points, available)) if available else (1, Fraction())
        return not self.eligible, STAFF_GRADES.index(self.grade), *share, self.code


#: Cases allocated in so many days up to the day of the data are counted.
RECENT_DAYS = (7, 28)
ALLOCATED = table_of({"team_code": pl.String, "staff_code": pl.String, "allocated_on": pl.Date})


def candidates(
    found: ledger.Ledger,
    cases: Sequence[CaseToGive],
    teams: Collection[str],
    allocated: pl.DataFrame | None = None,
) -> list[Candidate]:
    """Every post of some teams with what the cases would make of it, in the stated order.

    Placeholders, posts of no grade and posts of the OMiC stream cannot be given cases and are left out.
    `allocated` says since when posts hold their cases (columns `ALLOCATED`), where the data does.
    """
    totals = found.totals(["post"]).filter(pl.col("team_code").is_in(list(teams)))
    totals = totals.filter(pl.col("stream") != ledger.OMIC, pl.col("grade") != DUMMY)
    posts = found.facts.post.filter(is_placeholder=0)
    totals = totals.join(posts.select(*_KEYS, "post_no", "unmeasured"), on=_KEYS)
    held = _caseloads(found, totals["post_no"].to_list())
    dated = (ALLOCATED.to_frame() if allocated is None else allocated).drop_nulls("allocated_on")
    recent = lately(((f"{team}:{staff}", day) for team, staff, day in dated.iter_rows()), found.day)
    stages = _stages(found)
    made = (
        candidate_of(
            found.rules, row, cases, held.get(row["post_no"], {}), recent.get(row["code"], {}),
            stage=stages.get(row["post_no"], ""),
        )
        for row in totals.iter_rows(named=True)
    )  # fmt: skip
    return sorted(made, key=lambda each: each.order)


def not_in_data(rules: RuleSet, day: date, cases: Sequence[CaseToGive], grade: str) -> Candidate:
    """A post that the data of a day does not have yet, with the hours that are usual for its grade."""
    keys = {"post_no": 0, "team_no": 0, "team_code": "", "staff_code": ""}
    post = {**keys, "grade": grade, "is_placeholder": 0, "unmeasured": 0}
    frame = pl.DataFrame([{**dict.fromkeys(SCHEMAS["post"]), **post}], SCHEMAS["post"])
    time = ledger.TimeSide(rules).lines(frame, SCHEMAS["reduction"].to_frame(), day)
    row: dict[str, Any] = {"code": "", "name": None, "pdu_code": "", "stream": "", "stale_since": None}
    row |= {**post, "post_no": None, "points_x100": 0, "available_x100": int(time["points_x100"].sum())}
    made = candidate_of(rules, row, cases, {}, {})
    return replace(made, notes=[f"not in this data: hours assumed, those usual for grade {grade}"])


_KEYS = ["team_code", "staff_code"]


def candidate_of(
    rules: RuleSet,
    row: dict[str, Any],
    cases: Sequence[CaseToGive],
    caseload: Mapping[str, int],
    recent: Mapping[int, int],
    limits: CaseLimits | None = None,
    stage: str = "",
) -> Candidate:
    """A post by its row of totals (with `post_no` and `unmeasured`), and what the cases would make of it.

    `limits` are those of a protected post; the row then has its active `cases` too. `stage` of a trainee is
    the reason of its reduction, '' where none is known.
    """
    is_trainee = row["grade"] == TRAINEE
    now = ledger.Moment(row["points_x100"], row["available_x100"])
    held = int(row["cases"]) if limits else 0
    effects = []
    for case in cases:
        holds = case.post_no is not None and case.post_no == row["post_no"]
        more = case.points_x100 - (case.held_x100 if holds else 0)
        may = eligibility(rules, row["grade"], case.location, case.tier, stage if is_trainee else None)
        after = now._replace(points_x100=now.points_x100 + more)
        refused = limits.refusal(held + 1, after, case) if limits and not holds else ""
        effects.append(CaseEffect(case, may, holds, after, refused))
    together = now.points_x100 + sum(each.after.points_x100 - now.points_x100 for each in effects)
    why_not, notes = [], []
    if row["unmeasured"]:
        why_not.append("no figures: its rows were left out and no earlier ones are kept")
    elif row["stale_since"] is not None:
        why_not.append("no figures in this data: its rows were left out of the extract")
        notes.append(f"figures of {row['stale_since']:%-d %B %Y}")
    elif not now.available_x100:
        why_not.append("no available hours")
    if row["stream"] == ledger.COURTS:
        notes.append("has court work only now: with a case it counts in sentence management")
    return Candidate(
        code=row["code"],
        name=row["name"],
        grade=row["grade"],
        team_code=row["team_code"],
        pdu_code=row["pdu_code"],
        now=now,
        effects=effects,
        together=now._replace(points_x100=together),
        over_x100=rules["thresholds.excessive_workload.percent"].hundredths,
        caseload=caseload,
        recent=recent,
        why_not=why_not,
        notes=notes,
        limits=limits,
        cases=held,
        gets=sum(not effect.holds for effect in effects),
        stage=stage if is_trainee else None,
        training=training_words(rules, stage) if is_trainee else "",
    )


def _stages(found: ledger.Ledger) -> dict[int, str]:
    """The stage of training that is in force for posts, by number: the reason of its reduction."""
    cuts, day = found.facts.reduction, pl.lit(found.day)
    of_stage = cuts.filter(pl.col("reason").is_in(list(stage_reasons(found.rules))))
    lasts = pl.col("last_day").is_null() | (pl.col("last_day") >= day)
    in_force = of_stage.filter((pl.col("first_day") <= day) & lasts)
    return dict(in_force.sort("first_day", "reduction_ref").select("post_no", "reason").rows())


def _caseloads(found: ledger.Ledger, post_nos: Sequence[int]) -> dict[int, dict[str, int]]:
    """The active cases of posts by type."""
    cases = found.lines(post_nos).filter(kind="case").group_by("post_no", "location")
    held: dict[int, dict[str, int]] = {}
    for post_no, location, number in cases.agg(pl.col("active_cases").sum()).iter_rows():
        if location in LOCATIONS:
            held.setdefault(post_no, dict.fromkeys(LOCATIONS, 0))[location] = number
    return held


def lately(given: Iterable[tuple[Post, date]], today: date) -> dict[Post, dict[int, int]]:
    """How many cases each post was given in `RECENT_DAYS`, by posts and days: one given today is of day one.

    Posts that were given none have no entry; days that have not come are left out.
    """
    counts: dict[Post, dict[int, int]] = {}
    for post, day in given:
        age = (today - day).days
        if 0 <= age < max(RECENT_DAYS):
            of_post = counts.setdefault(post, dict.fromkeys(RECENT_DAYS, 0))
            for days in RECENT_DAYS:
                of_post[days] += age < days
    return counts
