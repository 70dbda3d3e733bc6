"""What changed between a night and the one before it, by team and post: counts, and what was exposed to it.

Cases are followed by their references over all posts. Posts that keep an earlier night's figures on either
side, cases that are only counted, and cases under OMiC are left out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import polars as pl

from wmt.data_quality.held_cases import fresh_posts
from wmt.facts import NOT_KNOWN, Facts, kind_table
from wmt.ledger import OMIC
from wmt.ledger.prices import price
from wmt.rules import RuleSet
from wmt.tiering.case_facts import case_facts
from wmt.tiering.named_tables import MAIN, tier_input
from wmt.tiering.rulebook import rulebooks
from wmt.unusual.kinds import COUNT, THAT_CAME, ChangeKind

#: Letters of tiers whose cases are of high risk.
HIGH = ("A", "B")
_REGISTRATION = "registration"
_POST = ("team_code", "staff_code")
#: Ranks of RoSH: 1 is very high, 2 high.
_HIGH_ROSH = 2
_HIGH_MAPPA = 2


@dataclass(frozen=True)
class NightSide:
    """One of two nights: its facts, the input tables `contact`, `tier_case` and `registration` as far as it
    has them, its rules, the lines of its contacts, and the totals of its posts (`TOTAL`)."""

    facts: Facts
    inputs: Mapping[str, pl.DataFrame]
    rules: RuleSet
    lines: pl.DataFrame
    posts: pl.DataFrame

    @cached_property
    def fresh(self) -> pl.DataFrame:
        """Posts with figures of this night: post_no, the two codes, is_placeholder."""
        return fresh_posts(self.facts).select("post_no", *_POST, "is_placeholder")

    @cached_property
    def cases(self) -> pl.DataFrame:
        """One row for each case by reference, the active one first where there are several."""
        kinds = kind_table(self.facts.tier_scheme).filter(
            pl.col("stream") != OMIC, pl.col("status") != "difference"
        )
        held = self.facts.caseload.filter(pl.col("cases") > 0, pl.col("case_ref").is_not_null())
        held = held.join(kinds, on="kind_no").join(self.fresh, on="post_no")
        ordered = held.with_columns(active=pl.col("status") == "active").sort(
            "case_ref", "active", *_POST, descending=[False, True, False, False]
        )
        return ordered.unique("case_ref", keep="first", maintain_order=True)

    @cached_property
    def risks(self) -> pl.DataFrame | None:
        """case_ref and `high`: of high risk or MAPPA level 2 or 3; None where no registrations were given."""
        if MAIN not in self.inputs or _REGISTRATION not in self.inputs or self.inputs[MAIN].is_empty():
            return None
        tables = tier_input({name: self.inputs[name] for name in (MAIN, _REGISTRATION)})
        found = []
        for book, days in rulebooks(tables.case["as_of"]).items():
            of_book = tables.of(tables.case.filter(pl.col("as_of").is_in(days)))
            facts = case_facts(of_book, book)
            high = pl.col("rosh").is_between(1, _HIGH_ROSH) | (pl.col("mappa_level") >= _HIGH_MAPPA)
            found.append(facts.select(case_ref="crn", high=high))
        return pl.concat(found).unique("case_ref", keep="first", maintain_order=True)


def counts_of(
    before: NightSide, after: NightSide, near: Collection[tuple[str, str]], days: int
) -> pl.DataFrame:
    """What changed from one night to the next, `days` days later: columns `COUNT`, by kind, team and post.

    `near` are the posts (team and staff code) whose days in a row over the threshold were nearly full on the
    night before. Nothing is counted where the two nights have other tiers. Points are by the later rules.
    """
    if before.facts.tier_scheme != after.facts.tier_scheme:
        return COUNT.to_frame()
    counter = _Counter(days)
    cases = _Cases(before, after)
    _count_tiers(counter, cases)
    _count_statuses(counter, cases)
    _count_arrivals(counter, cases, after)
    _count_risks(counter, cases, before, after)
    _count_contacts(counter, before, after)
    if before.rules.key == after.rules.key:  # else everybody's available time may be another
        _count_time(counter, before, after, near)
    return counter.counted()


def cases_changed(before: NightSide, after: NightSide, kind: str) -> pl.DataFrame:
    """The cases that changed in one way (of `OF_CASES`) from one night to the next: case_ref, team_code,
    staff_code, was and now in words, points_x100."""
    counter = _Counter(1)
    if before.facts.tier_scheme == after.facts.tier_scheme:
        cases = _Cases(before, after)
        _count_tiers(counter, cases)
        _count_statuses(counter, cases)
    return counter.rows.get(kind, _Cases.NONE)


class _Counter:
    """Changes of all kinds with what was exposed to them."""

    def __init__(self, days: int) -> None:
        self.days = days
        self.found: list[pl.DataFrame] = []
        self.rows: dict[str, pl.DataFrame] = {}

    def add(self, kind: ChangeKind, happened: pl.DataFrame, exposed: pl.DataFrame) -> None:
        """Changes (team_code, staff_code, points_x100) and what they could have happened to (team_code).

        What can happen to each on any day comes more often in a longer gap; other kinds do not.
        """
        self.rows[kind.value] = happened
        amounts = {"number": pl.len().cast(pl.Int64), "points_x100": pl.col("points_x100").sum()}
        of = exposed.group_by("team_code").agg(of=pl.len().cast(pl.Int64))
        teams = (
            happened.group_by("team_code").agg(**amounts).join(of, on="team_code", how="full", coalesce=True)
        )
        posts = happened.group_by(*_POST).agg(**amounts)
        for rows in (teams, posts):
            have = rows.columns
            self.found.append(
                rows.select(
                    pl.lit(kind.value).alias("kind"),
                    "team_code",
                    "staff_code" if "staff_code" in have else pl.lit(None, pl.String).alias("staff_code"),
                    pl.col("number").fill_null(0),
                    (pl.col("of").fill_null(0) if "of" in have else pl.lit(0, pl.Int64)).alias("of"),
                    exposure=(pl.col("of").fill_null(0) if "of" in have else pl.lit(0, pl.Int64))
                    * (1 if kind in THAT_CAME else self.days),
                    points_x100=pl.col("points_x100").fill_null(0),
                ).cast(COUNT)
            )

    def counted(self) -> pl.DataFrame:
        found = pl.concat([COUNT.to_frame(), *self.found])
        return found.filter((pl.col("number") > 0) | (pl.col("of") > 0)).sort(
            "kind", *_POST, nulls_last=False
        )


@dataclass(frozen=True)
class _Cases:
    """The cases of two nights side by side."""

    before: NightSide
    after: NightSide
    NONE: ClassVar[pl.DataFrame] = pl.DataFrame(
        schema=dict.fromkeys(("case_ref", *_POST, "was", "now"), pl.String) | {"points_x100": pl.Int64}
    )

    @cached_property
    def both(self) -> pl.DataFrame:
        """Every case of either night, as `…_was` and as it is, and its worth by the later rules."""
        words = (
            "stream",
            "location",
            "tier",
            "suspended",
            "status",
            "active",
            "kind_no",
            *_POST,
            "is_placeholder",
        )
        sides = [self._known(side).select("case_ref", *words) for side in (self.before, self.after)]
        was = sides[0].rename({name: f"{name}_was" for name in words})
        both = was.join(sides[1], on="case_ref", how="full", coalesce=True)
        worth = self.prices.select("kind_no", "points_x100")
        both = both.join(worth, on="kind_no", how="left").join(
            worth.rename({"kind_no": "kind_no_was", "points_x100": "points_was_x100"}),
            on="kind_no_was",
            how="left",
        )
        return both.with_columns(
            pl.col("points_x100", "points_was_x100").fill_null(0),
            pl.col("active", "active_was").fill_null(False),
        )

    def _known(self, side: NightSide) -> pl.DataFrame:
        """Without cases of posts that have no figures of their own on either night."""
        frames = [
            each.facts.post.join(each.fresh, on="post_no", how="anti").select(_POST)
            for each in (self.before, self.after)
        ]
        return side.cases.join(pl.concat(frames), on=_POST, how="anti", maintain_order="left")

    @cached_property
    def prices(self) -> pl.DataFrame:
        facts = self.after.facts
        return price(self.after.rules, facts.tier_scheme, facts.day).tables["price"]

    @cached_property
    def stayed(self) -> pl.DataFrame:
        """Cases that are active on both nights, at the post that has them now."""
        return self.both.filter("active", "active_was")

    def change(self, frame: pl.DataFrame, change: pl.Expr, end: str = "") -> pl.DataFrame:
        """What happened to cases, at the post that has them now, or (`_was`) had them; with their words."""
        return frame.select(
            "case_ref",
            *(pl.col(f"{name}{end}").alias(name) for name in _POST),
            was=_words("_was"),
            now=_words(""),
            points_x100=change,
        )


def _words(end: str) -> pl.Expr:
    """A case in words, such as 'community B2, suspended'; empty where there is none."""
    tier = pl.when(pl.col(f"tier{end}") == "0").then(pl.lit("no tier")).otherwise(f"tier{end}")
    suspended = pl.when(pl.col(f"suspended{end}") == 1).then(pl.lit(", suspended")).otherwise(pl.lit(""))
    status = (
        pl.when(pl.col(f"active{end}"))
        .then(pl.lit(""))
        .otherwise(pl.concat_str(pl.lit(", "), pl.col(f"status{end}").str.replace_all("_", " ")))
    )
    return pl.concat_str(f"location{end}", pl.lit(" "), tier, suspended, status).fill_null("")


def _count_tiers(counter: _Counter, cases: _Cases) -> None:
    """Tiers that changed while a case was active, and what that alone changed of its points."""
    tiered = cases.stayed.filter(pl.col("tier") != "0", pl.col("tier_was") != "0")
    of_tier = cases.prices.select(
        "stream", "location", "suspended", "status", tier_was="tier", as_was_x100="points_x100"
    )
    words = ["stream", "location", "suspended", "status", "tier_was"]
    moved = tiered.filter(pl.col("tier") != pl.col("tier_was")).join(of_tier, on=words, how="left")
    change = pl.col("points_x100") - pl.col("as_was_x100")
    counter.add(ChangeKind.TIER_DOWN, cases.change(moved.filter(change < 0), change), tiered)
    counter.add(ChangeKind.TIER_UP, cases.change(moved.filter(change > 0), change), tiered)
    if cases.after.facts.tier_scheme != "pc16":
        return  # no other scheme has such letters
    was_high, is_high = (pl.col(name).str.slice(0, 1).is_in(HIGH) for name in ("tier_was", "tier"))
    left, came = moved.filter(was_high & ~is_high), moved.filter(~was_high & is_high)
    counter.add(ChangeKind.HIGH_TIER_DOWN, cases.change(left, change), tiered.filter(was_high))
    counter.add(ChangeKind.HIGH_TIER_UP, cases.change(came, change), tiered.filter(~was_high))


def _count_statuses(counter: _Counter, cases: _Cases) -> None:
    """Suspensions, and cases that are active no more or have become so; a move between posts is neither."""
    change = pl.col("points_x100") - pl.col("points_was_x100")
    free, held = (cases.stayed.filter(pl.col("suspended_was") == each) for each in (0, 1))
    counter.add(ChangeKind.SUSPENDED, cases.change(free.filter(pl.col("suspended") == 1), change), free)
    counter.add(
        ChangeKind.SUSPENSION_ENDED, cases.change(held.filter(pl.col("suspended") == 0), change), held
    )
    was = cases.both.filter("active_was")
    ended = cases.change(was.filter(~pl.col("active")), change, "_was")
    exposed = was.select(team_code="team_code_was")
    counter.add(ChangeKind.ENDED, ended, exposed)
    counter.add(
        ChangeKind.BEGUN, cases.change(cases.both.filter("active", ~pl.col("active_was")), change), exposed
    )


def _count_arrivals(counter: _Counter, cases: _Cases, after: NightSide) -> None:
    """Cases that came to somebody, and of them those at posts without available time."""
    here, there = (pl.concat_str(f"team_code{end}", pl.lit(":"), f"staff_code{end}") for end in ("", "_was"))
    came = cases.both.filter(
        "active", pl.col("is_placeholder") == 0, ~pl.col("active_was") | (here != there).fill_null(True)
    )
    idle = after.posts.filter(pl.col("available_x100") <= 0).select(_POST)
    without = came.join(idle, on=_POST, how="semi", maintain_order="left")
    counter.add(ChangeKind.WITHOUT_TIME, cases.change(without, pl.col("points_x100")), came)


def _count_risks(counter: _Counter, cases: _Cases, before: NightSide, after: NightSide) -> None:
    """Cases whose registrations say another risk than the night before, where both nights have them."""
    if before.risks is None or after.risks is None:
        return
    known = cases.stayed.join(before.risks.rename({"high": "was_high"}), on="case_ref")
    known = known.join(after.risks.rename({"high": "is_high"}), on="case_ref")
    change = pl.col("points_x100") - pl.col("points_was_x100")
    high, other = known.filter("was_high"), known.filter(~pl.col("was_high"))
    counter.add(ChangeKind.RISK_DOWN, cases.change(high.filter(~pl.col("is_high")), change), high)
    counter.add(ChangeKind.RISK_UP, cases.change(other.filter("is_high"), change), other)


def _count_contacts(counter: _Counter, before: NightSide, after: NightSide) -> None:
    """Contacts on colleagues' cases that are new, at either side: recorded late, and claimed both ways."""
    posts = after.facts.post.filter(pl.col("staff_code") != NOT_KNOWN).select("post_no", *_POST)
    known = after.facts.contact.filter(pl.col("by_post_no") != pl.col("om_post_no"))
    new = known.join(before.facts.contact, on="contact_ref", how="anti")
    lines = after.lines.select("post_no", contact_ref="ref", points_x100="points_x100")
    sides = {}
    for side in ("by", "om"):
        placed = new.join(posts, left_on=f"{side}_post_no", right_on="post_no")
        placed = placed.join(
            lines, left_on=["contact_ref", f"{side}_post_no"], right_on=["contact_ref", "post_no"], how="left"
        )
        sides[side] = placed.with_columns(pl.col("points_x100").fill_null(0))
    pairs = known.select(by_post_no="om_post_no", om_post_no="by_post_no").unique()
    mutual = sides["by"].join(pairs, on=["by_post_no", "om_post_no"], how="semi")
    counter.add(ChangeKind.BOTH_WAYS, mutual.select(*_POST, "points_x100"), sides["by"])
    table = after.inputs.get("contact")
    if table is None or "recorded_on" not in table.columns:
        return
    taken = (pl.col("recorded_on") - pl.col("contact_date")).dt.total_days()
    late = (
        table.filter(taken > after.rules["data_quality.late_days"].whole)
        .select(contact_ref="contact_id")
        .unique()
    )
    dated = table.filter(taken.is_not_null()).select(contact_ref="contact_id").unique()
    for kind, side in ((ChangeKind.LATE_RAISES, "by"), (ChangeKind.LATE_LOWERS, "om")):
        exposed = sides[side].join(dated, on="contact_ref", how="semi")
        happened = exposed.join(late, on="contact_ref", how="semi").filter(pl.col("points_x100") != 0)
        counter.add(kind, happened.select(*_POST, "points_x100"), exposed)


def _count_time(
    counter: _Counter, before: NightSide, after: NightSide, near: Collection[tuple[str, str]]
) -> None:
    """Posts whose available points are others than the night before, those near four weeks over apart."""
    was = before.posts.select(*_POST, was_x100="available_x100").join(before.fresh, on=_POST, how="semi")
    now = after.posts.select(*_POST, "available_x100").join(after.fresh, on=_POST, how="semi")
    both = was.join(now, on=_POST, maintain_order="left")
    both = both.filter((pl.col("was_x100") > 0) | (pl.col("available_x100") > 0))
    nearly = pl.DataFrame(list(near), dict.fromkeys(_POST, pl.String), orient="row")
    change = pl.col("available_x100") - pl.col("was_x100")
    apart = (
        ("semi", ChangeKind.TIME_LESS_NEAR, ChangeKind.TIME_MORE_NEAR),
        ("anti", ChangeKind.TIME_LESS, ChangeKind.TIME_MORE),
    )
    for how, less, more in apart:
        posts = both.join(nearly, on=_POST, how=how, maintain_order="left")  # type: ignore[arg-type]
        for kind, happened in ((less, change < 0), (more, change > 0)):
            counter.add(kind, posts.filter(happened).select(*_POST, points_x100=change), posts)
