"""The ledger alone, warm, against bare NumPy, under many rule sets and with ten times the cases."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from bench.timing import median_ms, once
from wmt import rules
from wmt.facts import Facts
from wmt.intake import read
from wmt.ledger import PRICING, Ledger
from wmt.ledger.level_prices import difference_x100, prices_beside
from wmt.ledger.prices import price
from wmt.plan import full_pool, full_state
from wmt.rules import priorities, what_if


class LedgerTimes(NamedTuple):
    """Milliseconds, but for the seconds of the twenty rule sets."""

    posts: float
    all_levels: float
    numpy_text: float
    numpy_codes: float
    twenty_rule_sets_s: float
    tenfold: float
    full: float
    one_more_rule_set: float
    responsive: float


def facts_of(night: Path) -> Facts:
    """The facts of the national night, by the tidy door."""
    facts = read([night / "tidy"], people=night / "people").facts
    assert facts is not None
    return facts


def ledgers(night: Path, facts: Facts) -> LedgerTimes:
    """All timings of the ledger in one run."""
    ruleset = rules.load().at(facts.day)
    ledger = Ledger(facts, ruleset)
    many = pl.concat([facts.caseload] * 10)
    tenfold = Ledger(replace(facts, caseload=many), ruleset)
    return LedgerTimes(
        posts=median_ms(lambda: ledger.totals(["post"])),
        all_levels=median_ms(ledger.totals),
        numpy_text=median_ms(_numpy_from_text(night, facts, ruleset), 3),
        numpy_codes=median_ms(_numpy_from_codes(facts, ruleset)),
        twenty_rule_sets_s=once(lambda: _twenty(ledger, facts)),
        tenfold=median_ms(tenfold.totals, 5),
        full=median_ms(_every_pdu_full(ledger, facts), 5),
        one_more_rule_set=median_ms(_one_more(ledger, ruleset), 5),
        responsive=median_ms(_responsive(ledger, facts, ruleset), 5),
    )


def _at_amber(ruleset: rules.RuleSet) -> rules.RuleSet:
    """The rules at amber with a matrix that moves every tier, made anew each time."""
    half = what_if.lay(ruleset, {"priority_factors.amber.planned_contact": Decimal("0.5")})
    priorities.at_level.cache_clear()
    return priorities.at_level(half, "amber")


def _one_more(ledger: Ledger, ruleset: rules.RuleSet):  # type: ignore[no-untyped-def]
    """One more rule set: everything repriced, and summed at all levels."""

    def work() -> None:
        ledger.reprice(_at_amber(ruleset))
        ledger.totals()
        ledger.reprice(ruleset)

    return work


def _responsive(ledger: Ledger, facts: Facts, ruleset: rules.RuleSet):  # type: ignore[no-untyped-def]
    """The responsive figure of every team at amber: lines that are there, each at its other price."""
    ledger.reprice(ruleset)
    lines = ledger.lines().filter(pl.col("side") == "work")

    def work() -> int:
        prices = prices_beside(ruleset, _at_amber(ruleset), facts.tier_scheme, facts.day)
        sums = lines.group_by("team_code", *PRICING).agg(pl.col("quantity_micro").sum())
        rows = sums.iter_rows(named=True)
        return difference_x100((prices.difference_x100(row), row["quantity_micro"]) for row in rows)

    return work


def _every_pdu_full(ledger: Ledger, facts: Facts):  # type: ignore[no-untyped-def]
    """Whether each PDU is full, from lines that are there, at both ceilings and by both counts."""
    lines, totals = ledger.lines(), ledger.totals(["post"])

    def work() -> None:
        posts, rules = full_pool.posts_in_stream(totals, facts.post), full_pool.FullRules(ledger.rules)
        sums = full_pool.team_sums(rules, lines, posts)
        means = full_pool.unit_sums(sums, "nation")["nation"].means()
        fit = full_pool.fit_posts(posts, "pdu")
        for code, each in full_pool.unit_sums(sums, "pdu").items():
            full_state.state_of(rules, each, fit.get(code, []), means)

    return work


def _twenty(ledger: Ledger, facts: Facts) -> None:
    for number in range(20):
        value = Decimal(100 + number)
        overlay = rules.Overlay("what if", "bench", (("tier_points.pc16.community.A3", facts.day, value),))
        ledger.reprice(rules.load().at(facts.day - timedelta(days=number), [overlay]))
        ledger.totals(["post"])
    ledger.reprice(rules.load().at(facts.day))


def _numpy_from_codes(facts: Facts, ruleset: rules.RuleSet):  # type: ignore[no-untyped-def]
    """Bare lookup and sum when somebody else has turned every case into two numbers already."""
    points = price(ruleset, facts.tier_scheme, facts.day).tables["price"]["points_x100"].to_numpy()
    post, kind = facts.caseload["post_no"].to_numpy(), facts.caseload["kind_no"].to_numpy()
    cases = facts.caseload["cases"].to_numpy()
    return lambda: np.bincount(post, weights=points[kind] * cases, minlength=len(facts.post))


def _numpy_from_text(night: Path, facts: Facts, ruleset: rules.RuleSet):  # type: ignore[no-untyped-def]
    """Bare lookup and sum from the case table as it stands: text codes looked up, points summed by post."""
    case = pl.read_parquet(night / "tidy" / "case.parquet").filter("counted_active")
    posts = (facts.post["team_code"] + facts.post["staff_code"]).to_numpy().astype("U16")
    order = np.argsort(posts)
    names = [f"tier_points.pc16.{where}" for where in ("community", "custody", "licence")]
    table = {f"{path}.{tier}": value for path in names for tier, value in ruleset.under(path).items()}
    keys = np.array(sorted(path.removeprefix("tier_points.pc16.") for path in table), dtype="U16")
    worth = np.array([table[f"tier_points.pc16.{key}"].hundredths for key in keys])
    post_text = (case["team_code"] + case["staff_code"]).to_numpy().astype("U16")
    suffix = pl.when(pl.col("suspended")).then(pl.lit("S")).otherwise(pl.lit(""))
    kind = case.select(pl.concat_str("location", pl.lit("."), "tier", suffix)).to_series()
    kind_text = kind.to_numpy().astype("U16")

    def work() -> object:
        post = order[np.searchsorted(posts, post_text, sorter=order)]
        return np.bincount(post, weights=worth[np.searchsorted(keys, kind_text)], minlength=len(posts))

    return work
