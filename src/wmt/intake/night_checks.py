"""What makes the input of a night no night at all: dated ahead of time, or empty. And what only the whole of
it says of cases that wait and of cohorts."""

from datetime import date

import polars as pl

from wmt.facts.cohorts import in_force
from wmt.intake.codes import Codes
from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.staging import Gathered


def refuse_ahead(night: Gathered, last_day: date | None, faults: Faults) -> None:
    """Refuse an extract of a day that has not come."""
    if night.as_at is None or last_day is None or night.as_at.date() <= last_day:
        return
    sheet, row, column = night.as_at_place or (night.main, None, None)
    what = (
        f"the extract is dated {night.as_at:%-d %B %Y}, and the last day it may be of is {last_day:%-d %B %Y}"
    )
    faults.refuse("AS_AT_AHEAD", what, sheet=sheet, row=row, column=column)


def refuse_empty(night: Gathered, faults: Faults) -> bool:
    """Refuse an extract without officers, or without one active case; where nothing worse is known yet.

    Returns whether it was: there is nothing to put together then.
    """
    # the rows were read if all that is refused names posts, or is what emptiness itself brings about
    refusing = [fault for fault in faults.items if fault.severity == "refuse"]
    is_read = all(fault.posts or fault.code == "T2A_NOT_BELOW_ACTIVE" for fault in refusing)
    if night.tier_scheme is None or night.as_at is None or not is_read:
        return False
    if night.person.is_empty() or (night.standing.is_empty() and not night.complete_cases):
        faults.refuse("NO_ROWS", f"{night.main} has no row of an officer", sheet=night.main)
        return True
    counted = night.count.filter((pl.col("basis") != "all") & (pl.col("cases") > 0))
    if counted.is_empty() and night.case.is_empty():
        faults.refuse("NO_ACTIVE_CASES", "no officer has an active case", sheet=night.main)
        return True
    return False


def refuse_waiting(night: Gathered, faults: Faults) -> None:
    """Refuse waiting cases of a team that the night does not have, or of days that had not come by it."""
    if night.waiting_case is None or night.as_at is None:
        return
    is_team = pl.col("team_code").is_in(night.person["team_code"].unique().implode())
    strange = night.waiting_case.filter(~is_team)
    hits = [
        FaultPlace(
            row["row"], "team_code", f"waiting_case row {row['row']}: no officer of {row['team_code']}"
        )
        for row in strange.iter_rows(named=True)
    ]
    faults.refuse_each("WAITING_TEAM_UNKNOWN", "waiting_case", hits)
    for column in ("arrived_on", "sentence_on"):
        ahead = night.waiting_case.filter(pl.col(column) > night.as_at.date())
        hits = [
            FaultPlace(row["row"], column, f"waiting_case row {row['row']}: {column} is {row[column]}")
            for row in ahead.iter_rows(named=True)
        ]
        faults.refuse_each("WAITING_DAY_AHEAD", "waiting_case", hits)


def refuse_cohorts(night: Gathered, codes: Codes, faults: Faults) -> None:
    """Refuse marks of a cohort that the rules do not name; say which marks of the day no case has."""
    known = pl.col("cohort").is_in(list(codes.cohorts))
    hits = [
        FaultPlace(
            row,
            "cohort",
            f"case_cohort row {row}: no cohort '{cohort[:40]}'; there are {', '.join(codes.cohorts)}",
        )
        for row, cohort in night.case_cohort.filter(~known).select("row", "cohort").iter_rows()
    ]
    faults.refuse_each("COHORT_UNKNOWN", "case_cohort", hits)
    if night.as_at is None or not night.complete_cases:
        return
    now = in_force(night.case_cohort, night.as_at.date())
    alone = now.join(night.case, on="case_ref", how="anti", maintain_order="left")
    places = [FaultPlace(row, "case_ref", "") for row in alone["row"]]
    faults.warn_once(
        "COHORT_WITHOUT_CASE", "case_cohort", places, "{n} marks are of cases that are not in the table case"
    )
