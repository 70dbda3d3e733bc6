"""The figures shown, worked out again from their night and what people entered: live ones must equal them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl
from django.conf import settings

from wmt.allocation.transfers import with_transfers
from wmt.facts import SCHEMAS, Facts
from wmt.facts.enums import MENTIONED
from wmt.ledger import AMOUNTS, MEASURES, POST_COUNTS, Ledger
from wmt.ledger.engine import Engine
from wmt.nights import Night, open_night
from wmt.nights.unit_slice import UnitSlice, part_of
from wmt.site.allocation.queries import kept_by, transfers_since
from wmt.site.availability.queries import every_reason, plans_of
from wmt.site.availability.records import Post, PostRecords
from wmt.site.figures import line_queries
from wmt.site.workload import models, night_rows
from wmt.site.workload.state import State, rules_of

_PRICED = ("side", "kind", "location", "tier", "suspended", "stream", "status", "component", "each_x100",
           "counted", "reason", "rule", "rule_from")  # fmt: skip
_UNIT = ("level", "code", "stream", "grade", "whole", *MEASURES, *POST_COUNTS)
_LINE = ("post_no", "team_no", "grade", "ref", "since", "until", "about", "other_post", "cohorts", *AMOUNTS)
_CELL = ("level", "code", "post_stream", "grade", "lines", *AMOUNTS)


def rows_now(state: State, engine: Engine | None = None) -> night_rows.Rows:
    """Every row of the figures as a load would make them now. Raises NightError where the night is gone."""
    night = open_night(settings.CONFIG.nights / state.night)
    facts, counted = with_transfers(facts_now(night, state, plans_of()), transfers_since(state))
    ledger = Ledger(facts, rules_of(state), former=night.former(), day=state.day, engine=engine)
    names = {reason: each.name for reason, each in every_reason().items()}
    return night_rows.rows_from(
        night, ledger, ledger.lines(), ledger.totals(), names, [*kept_by(state), *counted]
    )


def facts_now(
    night: Night, state: State, plans: Mapping[Post, PostRecords], part: Facts | None = None
) -> Facts:
    """The facts of a night with what people have entered since in place of what they had entered then.

    `part` are the facts of some of its posts, where only those are wanted.
    """
    facts = part or night.facts()
    staff = night_rows.supplied(night)
    day = state.day

    def entered(post: Post) -> tuple[int | None, str | None]:
        plan = plans.get(post, PostRecords())
        hours, grade = plan.hours_on(day), plan.grade_on(day)
        return hours.hours_micro if hours else None, grade.grade if grade else None

    codes = facts.post.select("team_code", "staff_code").rows()
    told = [(*post, *entered(post)) for post in codes]
    shape = {"team_code": pl.String, "staff_code": pl.String, "hours": pl.Int64, "other": pl.String}
    mine = pl.DataFrame(told, shape, orient="row")
    keys = ["team_code", "staff_code"]
    post = facts.post.join(staff, on=keys, how="left", maintain_order="left")
    post = post.join(mine, on=keys, how="left", maintain_order="left")
    entered_ones = pl.when(pl.col("hours").is_not_null()).then(pl.lit("entered"))
    source = entered_ones.when("is_only_mentioned").then(pl.lit(MENTIONED))
    source = source.when(pl.col("supplied_micro").is_not_null()).then(pl.lit("supplied"))
    post = post.with_columns(
        contracted_micro=pl.coalesce("hours", "supplied_micro"),
        hours_source=source.otherwise(None),
        grade=pl.coalesce("other", "supplied_grade", "grade"),
    ).select(SCHEMAS["post"].names())
    # a post without figures of this night has no reductions in its facts: the lines it keeps are an earlier
    # night's, and what stands now is not what they say
    fresh = facts.post.filter(pl.col("stale_since").is_null() & (pl.col("unmeasured") == 0))
    numbers = {(team, staff): number for team, staff, number in fresh.select(*keys, "post_no").rows()}
    cuts = [
        (numbers[post], cut.key, cut.reason, cut.hours_micro, cut.percent_x100, cut.first_day, cut.last_day)
        for post, plan in plans.items()
        if post in numbers
        for cut in plan.reductions
    ]
    reduction = pl.DataFrame(cuts, SCHEMAS["reduction"], orient="row").sort(SCHEMAS["reduction"].names())
    tables = facts.tables() | {"post": post, "reduction": reduction}
    return Facts(as_at=facts.as_at, tier_scheme=facts.tier_scheme, **tables)


def facts_with_given(state: State, shown: Night, facts: Facts) -> Facts:
    """The facts of some posts of the night that is shown, with every case where people put it since."""
    transfers = transfers_since(state)
    code = pl.concat_str("team_code", pl.lit(":"), "staff_code")
    mine = set(facts.post.select(code).to_series())
    others = {post for each in transfers for post in (each.from_post, each.to_post)} - mine
    if not others:
        return with_transfers(facts, transfers)[0]
    whole, _ = with_transfers(part_of(shown, "post", mine | others).facts, transfers)
    numbers = facts.post["post_no"].implode()
    caseload, flag = (
        frame.filter(pl.col("post_no").is_in(numbers)) for frame in (whole.caseload, whole.flag)
    )
    return replace(facts, caseload=caseload, flag=flag)


def facts_shown(state: State, shown: Night, part: UnitSlice) -> Facts:
    """The facts of some posts of the night that is shown, with all that people entered and decided since."""
    codes = part.facts.post.select("team_code", "staff_code").rows()
    return facts_now(shown, state, plans_of(codes), facts_with_given(state, shown, part.facts))


def differences(state: State, engine: Engine | None = None) -> list[str]:
    """What of the figures shown is not as it would be if everything were worked out again. Empty: nothing."""
    rows = rows_now(state, engine)
    prices = {
        row["number"]: tuple(row[name] for name in _PRICED) for row in rows.pricing.iter_rows(named=True)
    }
    shown = {
        number: tuple(getattr(row, name) for name in _PRICED)
        for number, row in line_queries.pricing_of(state).items()
    }
    found = _differing("unit", _of_frame(rows.unit, _UNIT), _of_model(models.Unit, state, _UNIT))
    for model, frame, names in ((models.Line, rows.line, _LINE), (models.Cell, rows.cell, _CELL)):
        again = _of_frame(frame, (*names, "pricing"), lambda number: prices[number])
        there = _of_model(model, state, (*names, "pricing"), lambda number: shown[number])
        found += _differing(model.__name__.lower(), again, there)
    return found


Priced = Callable[[int], Any]


def _of_frame(frame: pl.DataFrame, names: Iterable[str], priced: Priced | None = None) -> Counter[Any]:
    return Counter(_row(row, priced) for row in frame.select(list(names)).iter_rows())


def _of_model(model: Any, state: State, names: Iterable[str], priced: Priced | None = None) -> Counter[Any]:
    rows = model.objects.filter(load_id=state.load_id).values_list(*names)
    return Counter(_row(row, priced) for row in rows.iterator(chunk_size=20_000))


def _row(row: tuple[Any, ...], priced: Priced | None) -> tuple[Any, ...]:
    return row if priced is None else (*row[:-1], priced(row[-1]))


def _differing(what: str, again: Counter[Any], there: Counter[Any]) -> list[str]:
    missing, extra = again - there, there - again
    return [f"{what} is missing: {row}" for row in missing] + [f"{what} is too many: {row}" for row in extra]
