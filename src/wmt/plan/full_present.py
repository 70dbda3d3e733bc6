"""'Full' as plain data: what the command line, the API and files give. Points are decimal numbers."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil
from typing import Any

from wmt.ledger import arithmetic
from wmt.plan import full, full_ahead, full_history, full_odds, full_runs, full_state, full_words


def present(
    state: full_state.FullState,
    day: date,
    outlook: full_history.FullOutlook | None,
    reliefs: Sequence[full_state.Relief],
) -> dict[str, Any]:
    """All that is told of a unit, estimates under 'estimate'. `outlook` None: no days before are known."""
    return {
        "word": state.word,
        "day": day,
        "ceiling_percent": arithmetic.decimal(state.rules.ceiling_x100),
        "over_full_percent": arithmetic.decimal(state.rules.over_x100),
        "days_in_a_row": state.rules.days,
        "grades": {
            grade: {
                "available": arithmetic.decimal(time.available_x100),
                "stays_with_author": arithmetic.decimal(time.fixed_x100),
            }
            for grade, time in state.pool.grades.items()
        },
        "notes": notes_of(state),
        "kinds": [_kind(each, state, outlook) for each in state.kinds],
        "what_would_free_most": [
            {
                "what": each.what,
                "of": each.subject,
                "points": arithmetic.decimal(each.points_x100),
                "spare": {kind: arithmetic.decimal(x100) for kind, x100 in each.spare_x100.items()},
            }
            for each in reliefs
        ],
    }


def notes_of(state: full_state.FullState) -> list[str]:
    """What has to be known beside the figures, in sentences."""
    return [
        full_words.overdrawn_words(grade, f"{arithmetic.decimal(x100):,f}")
        for grade, x100 in state.overdrawn_x100.items()
    ]


def _kind(
    each: full_state.KindState,
    state: full_state.FullState,
    outlook: full_history.FullOutlook | None,
) -> dict[str, Any]:
    run = outlook.runs[each.kind] if outlook else None
    return {
        "kind": each.kind,
        "tiers": str(state.rules.kinds[each.kind].value) if each.kind in state.rules.kinds else "",
        "word": each.word,
        "over_full": each.is_over_full,
        "eligible": [grade for grade in state.pool.grades if grade in each.able],
        "points": arithmetic.decimal(each.points_x100),
        "average_case": arithmetic.decimal(arithmetic.divide_half_up(*each.case_x100.as_integer_ratio())),
        "spare": arithmetic.decimal(each.best.spare_x100),
        "cases_with_the_best_re_sharing": each.best.cases,
        "cases_without_moving_anybody": each.alone.cases,
        "posts_without_moving_anybody": each.alone.posts,
        "binding_grades": list(each.best.binding.grades),
        "sets_of_grades": [set_of(one) for one in each.best.sets],
        "at_over_full": {
            "spare": arithmetic.decimal(each.best_over.spare_x100),
            "cases_with_the_best_re_sharing": each.best_over.cases,
            "cases_without_moving_anybody": each.alone_over.cases,
            "binding_grades": list(each.best_over.binding.grades),
        },
        "run": _run(run, outlook.past) if run and outlook else None,
        "estimate": _ahead(outlook.ahead[each.kind], outlook.day) if outlook else None,
    }


def set_of(one: full.GradeSet) -> dict[str, Any]:
    """A set of grades with the sum that its slack is."""
    return {
        "grades": list(one.grades),
        "kinds": list(one.kinds),
        "time_up_to_the_ceiling": arithmetic.decimal(one.time_x100),
        "stays_with_author": arithmetic.decimal(one.fixed_x100),
        "cases": arithmetic.decimal(one.demand_x100),
        "slack": arithmetic.decimal(one.slack_x100),
    }


def _run(run: full_runs.FullRun, past: full_history.FullPast) -> dict[str, Any]:
    return {
        "days": run.length,
        "since": run.since,
        "since_may_be_earlier": run.since is not None and past.reaches_back_to(run.since),
        "full_since": run.full_since,
        "full_on": run.full_on,
        "days_by_totals_alone": run.of_totals,
    }


def _ahead(ahead: full_ahead.FullAhead, day: date) -> dict[str, Any]:
    rate, days = ahead.rate, ahead.days
    # calendars end, and nobody asks about a century
    told = days if days is not None and days <= full_odds.LONGEST else None
    return {
        "days_to_full": None if days is None else round(days, 1),
        "full_on": None if told is None else day + timedelta(ceil(told)),
        "may_be_sooner": not ahead.complete,
        "grades": list(ahead.grades),
        "net_inflow_a_day": None if rate is None else round(rate.points_a_day, 2),
        "net_inflow_from": None if rate is None else rate.first,
        "net_inflow_to": None if rate is None else rate.last,
        "odds_within_days": {str(days): round(share, 4) for days, share in ahead.odds.items()},
        "median_days": None if ahead.median is None else round(ahead.median, 1),
        "interval_days": [None if days is None else round(days, 1) for days in ahead.interval],
    }
