"""One officer of the nation whose figures are worth explaining line by line.

A full-time probation officer in a field team: people in the community, on licence, in custody and from
youth services; one untiered, one whose supervision is suspended, one on warrant and one overdue; a court
report, help given and help received, one contact too old to count; and an allowance as a lead.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl

from wmt.demo import leave
from wmt.demo.cases import ACTIVE, COMMUNITY, CUSTODY, LICENCE, OVERDUE, WARRANT
from wmt.demo.size import FULL_TIME
from wmt.demo.work import REPORT_SCHEMA, day_number
from wmt.facts import TIERS

#: The officer's first active cases: location, tier, suspended, stream (0 standard, 1 T2A).
FIRST_CASES = (
    (COMMUNITY, "C2", False, 1),
    (COMMUNITY, "0", False, 0),
    (LICENCE, "C2", True, 0),
    (COMMUNITY, "A3", False, 0),
    (COMMUNITY, "B2", False, 0),
    (LICENCE, "B1", False, 0),
    (CUSTODY, "B2", False, 0),
    (CUSTODY, "C1", False, 0),
)
SUSPENDED_LINE = "a licence case whose supervision is suspended"
TO_SEE = (
    "a T2A case priced by its own table", "an untiered case that scores 0 points until it has a tier",
    SUSPENDED_LINE, "two inactive cases: one on warrant, one overdue for termination",
    "a standard delivery report twelve days old",
    "a standard delivery report due tomorrow, shown and not counted",
    "a home visit for a colleague six days ago, which still counts",
    "an HDC assessment by a colleague today, which is taken off",
    "a communication by a colleague seven days ago, which no longer counts",
    "5% of the week as single point of contact",
)  # fmt: skip
MIN_CASES, MAX_CASES = 30, 40
FIRST_CONTACT_ID = 2_600_000_001


@dataclass(frozen=True)
class Story:
    """Which post to look at, and what is to be seen there."""

    post_no: int
    title: str
    points_to: tuple[str, ...]


class StoryTables(NamedTuple):
    story: Story
    reductions: pl.DataFrame
    cases: pl.DataFrame
    reports: pl.DataFrame
    contacts: pl.DataFrame


def tell_story(
    posts: pl.DataFrame,
    reductions: pl.DataFrame,
    cases: pl.DataFrame,
    reports: pl.DataFrame,
    contacts: pl.DataFrame,
    day: date,
    *,
    suspended_tiers: bool = True,
    spared: int | None = None,
) -> StoryTables:
    """Choose the officer, not the one who is spared, and set their cases, report, contacts and allowance.

    Others stay as they are.
    """
    able = posts if spared is None else posts.filter(pl.col("post_no") != spared)
    post = _choose(able, reductions, cases, reports, day)
    today = day_number(day)
    cases = _with_cases(cases, post, today, suspended_tiers)
    own = [
        ("RP90000001", post, "sdr", "completed", today - 12),
        ("RP90000002", post, "sdr", "due", today + 1),
    ]
    reports = pl.concat([reports, pl.DataFrame(own, schema=REPORT_SCHEMA, orient="row")])
    contacts = pl.concat([_contacts(posts, cases, post, today), contacts])
    row = leave.reduction_row(
        post, "26", 0, 5, day - timedelta(days=200), None, False, "Lead for domestic abuse"
    )
    reductions = pl.concat(
        [reductions, pl.DataFrame([{**row, "reduction_id": "R9000001"}], schema=leave.REDUCTION_SCHEMA)]
    )
    seen = [line for line in TO_SEE if suspended_tiers or line != SUSPENDED_LINE]
    told = Story(post, "A full-time probation officer with a bit of everything", tuple(seen))
    return StoryTables(told, reductions, cases, reports, contacts)


def _choose(
    posts: pl.DataFrame, reductions: pl.DataFrame, cases: pl.DataFrame, reports: pl.DataFrame, day: date
) -> int:
    """The first officer with a believable caseload, two inactive cases and nothing else going on."""
    counts = cases.group_by("post_no").agg(
        active=(pl.col("status") == ACTIVE).sum(), inactive=(pl.col("status") != ACTIVE).sum()
    )
    busy = pl.concat([leave.in_force(reductions, day)["post_no"], reports["post_no"]])
    single = posts["staff_code"].is_unique()
    found = posts.filter(single).join(counts, on="post_no", how="left", maintain_order="left")
    found = found.filter(pl.col("grade") == "PO", pl.col("kind") == "field", pl.col("hours") == FULL_TIME)
    quiet = found.filter(
        ~pl.col("post_no").is_in(busy.implode()), pl.col("active").is_between(MIN_CASES, MAX_CASES)
    )
    best = quiet.filter(pl.col("inactive") == 2)
    for candidates in (best, quiet.filter(pl.col("inactive") > 1), found.filter(pl.col("inactive") > 1)):
        if len(candidates):
            return int(candidates["post_no"][0])
    raise ValueError("no officer of this nation can carry the story")


def _with_cases(cases: pl.DataFrame, post: int, today: int, suspended_tiers: bool) -> pl.DataFrame:
    mine = (cases["post_no"] == post).to_numpy()
    active = np.flatnonzero(mine & (cases["status"] == ACTIVE).to_numpy())[: len(FIRST_CASES)]
    inactive = np.flatnonzero(mine & (cases["status"] != ACTIVE).to_numpy())[:2]
    columns = {name: cases[name].to_numpy().copy() for name in cases.columns if name != "case_ref"}
    for row, (location, tier, suspended, stream) in zip(active.tolist(), FIRST_CASES, strict=False):
        columns["location"][row], columns["tier"][row] = location, TIERS["pc16"].index(tier)
        columns["suspended"][row], columns["stream"][row] = suspended and suspended_tiers, stream
        columns["unpaid_work"][row], columns["standalone"][row], columns["priority"][row] = False, False, ""
    for row, status in zip(inactive.tolist(), (WARRANT, OVERDUE), strict=False):
        columns["status"][row], columns["location"][row], columns["standalone"][row] = (
            status,
            COMMUNITY,
            False,
        )
    columns["ends"][inactive[1]] = today - 9
    return cases.with_columns(pl.Series(name, values, cases.schema[name]) for name, values in columns.items())


def _contacts(posts: pl.DataFrame, cases: pl.DataFrame, post: int, today: int) -> pl.DataFrame:
    """A visit for a colleague (six days old), a colleague's assessment today, and one seven days old."""
    pdu = posts["pdu_code"][post]
    near = posts.filter(pl.col("pdu_code") == pdu, pl.col("kind") == "field", pl.col("post_no") != post)
    active = cases.filter(pl.col("status") == ACTIVE, pl.col("stream") == 0)
    theirs = active.filter(pl.col("post_no").is_in(near["post_no"].implode()))
    if theirs.is_empty():
        theirs = active.filter(pl.col("post_no") != post)
    colleague = int(theirs["post_no"][0])
    mine = active.filter(post_no=post)["case_ref"].to_list()
    rows = [
        (FIRST_CONTACT_ID, theirs["case_ref"][0], today - 6, "CMS47", post, colleague),
        (FIRST_CONTACT_ID + 1, mine[5], today, "CMS46", colleague, post),
        (FIRST_CONTACT_ID + 2, mine[6], today - 7, "CMS43", colleague, post),
    ]
    columns = ["contact_id", "case_ref", "on_day", "code", "by_post", "om_post"]
    return pl.DataFrame(rows, schema=columns, orient="row")
