"""Posts: people in teams, their grades as written in the source, and their contracted hours."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from wmt.demo.made_up_names import codes, people
from wmt.demo.organisation import team_sizes
from wmt.demo.size import FULL_TIME, Ints, Rng, Size, stream

#: Which grade a post of a special team has. Field teams share what the head count leaves.
SPECIAL_GRADES = {
    "omic": {"PO": 0.75, "PSO": 0.15, "SPO": 0.10},
    "court": {"PSO": 0.75, "PO": 0.20, "SPO": 0.05},
    "unpaid": {"PSO": 1.0},
}
#: Raw grade codes of one grade and how often each is written. Most mean what they look like; some do not
#: (a raw 'PSO' is a probation officer, 'NPQF' is a trainee to the eye and a dummy to the table).
RAW_GRADES: Mapping[str, Mapping[str, float]] = {
    "PO": {"NPSM": 78, "PSM": 9, "NPSO": 4, "NPSN": 4, "CRCM": 3, "M": 1.5, "PSO": 0.5},
    "PSO": {"NPSQ": 74, "PSQ": 15, "CRCQ": 7, "PS4": 2, "Q": 1.5, "CRC1": 0.5},
    "TPO": {"NPSP": 60, "CRC - PQF": 15, "NPS - PQF": 10, "PSP": 10, "CPQF": 3, "NPS–PQF": 2},
    "SPO": {"NPSC": 80, "PSC": 14, "NPSB": 3, "PSA": 2, "C": 1},
    "DMY": {" ": 55, "NPSA": 10, "OG03": 10, "NPS1": 10, "NPQF": 10, "XPQ7": 5},
}
#: Contracted hours in hundredths and how common they are: three officers in four are full-time.
CONTRACTS = {3700: 75, 2960: 7, 2220: 5, 1850: 4, 3000: 3, 2590: 2, 3330: 1.5, 1480: 1, 3750: 1, 3900: 0.5}
SHARE_FULL_TIME_TRAINEES = 0.95
SHARE_OF_SPOS_WITH_CASES = 0.05
SHARE_IN_TWO_TEAMS = 0.015
PLACEHOLDERS = (("Staff", "Unallocated"), ("Inactive", "Inactive"))
SHARE_OF_DUMMIES_THAT_ARE_PLACEHOLDERS = 0.7


def build_posts(seed: int, size: Size, teams: pl.DataFrame) -> pl.DataFrame:
    """One row per post, sorted by team and staff code. `hours` are hundredths; 0 where nobody entered any."""
    rng = stream(seed, "posts")
    team_no = np.repeat(np.arange(len(teams)), team_sizes(rng, len(teams), size.posts))
    kinds = teams["kind"].to_numpy()[team_no]
    grades = _grades(rng, size, kinds)
    placeholder = (grades == "DMY") & (rng.random(size.posts) < SHARE_OF_DUMMIES_THAT_ARE_PLACEHOLDERS)
    surnames, forenames = people(rng, size.posts)
    posts = teams.select("team_no", "team_code", "region_code", "pdu_code", "kind", "demand")[team_no]
    staff_codes = codes(rng, size.posts, 4)
    raw = np.full(size.posts, " ", dtype="U10")
    for grade, mix in RAW_GRADES.items():
        here = (grades == grade) & ~placeholder
        shares = np.array(list(mix.values()))
        raw[here] = rng.choice(list(mix), size=int(here.sum()), p=shares / shares.sum())
    posts = posts.with_columns(
        staff_code=posts["region_code"] + pl.Series(staff_codes),
        grade=pl.Series(grades.tolist()),
        grade_code=pl.Series([str(code) for code in raw]),
        surname=pl.Series(surnames),
        forename=pl.Series(forenames),
        is_placeholder=pl.Series(placeholder),
        hours=pl.Series(_hours(rng, grades)),
    )
    posts = _in_two_teams(rng, posts)
    which = pl.col("staff_code").str.slice(-1).is_in(list("02468ACEGHKMPRTW"))
    for column, unallocated, inactive in zip(("surname", "forename"), *PLACEHOLDERS, strict=True):
        name = pl.when(which).then(pl.lit(unallocated)).otherwise(pl.lit(inactive))
        posts = posts.with_columns(
            pl.when("is_placeholder").then(name).otherwise(pl.col(column)).alias(column)
        )
    return posts.sort("team_code", "staff_code").with_row_index("post_no").cast({"post_no": pl.Int64})


def _grades(rng: Rng, size: Size, kinds: np.ndarray) -> np.ndarray:
    """A grade for every post: the head count exactly, special teams first."""
    left = size.headcount()
    grades = np.full(size.posts, "", dtype="U3")
    for kind, mix in SPECIAL_GRADES.items():
        for post in np.flatnonzero(kinds == kind).tolist():
            wanted = str(rng.choice(list(mix), p=list(mix.values())))
            grade = wanted if left[wanted] else max(left, key=lambda g: left[g])
            grades[post], left[grade] = grade, left[grade] - 1
    deck = np.repeat(list(left), list(left.values()))
    grades[grades == ""] = rng.permutation(deck)
    return grades


def _hours(rng: Rng, grades: np.ndarray) -> Ints:
    shares = np.array(list(CONTRACTS.values()))
    hours: Ints = rng.choice(np.array(list(CONTRACTS)), size=len(grades), p=shares / shares.sum())
    trainee_full_time = (grades == "TPO") & (rng.random(len(grades)) < SHARE_FULL_TIME_TRAINEES)
    holds_cases = rng.random(len(grades)) < SHARE_OF_SPOS_WITH_CASES
    hours[trainee_full_time] = FULL_TIME
    hours[(grades == "DMY") | ((grades == "SPO") & ~holds_cases)] = 0
    return hours


def _in_two_teams(rng: Rng, posts: pl.DataFrame) -> pl.DataFrame:
    """Some people hold two posts: two of one grade and PDU become one person's, hours split 60 : 40."""
    numbered = posts.with_row_index("at").filter(pl.col("grade").is_in(["PO", "PSO"]), kind="field")
    groups = numbered.group_by("pdu_code", "grade", maintain_order=True).agg("at", "team_no")
    pairs = []
    for at, team_no in zip(groups["at"].to_list(), groups["team_no"].to_list(), strict=True):
        pairs += [
            (a, b)
            for a, b, here, there in zip(
                at[::2], at[1::2][::-1], team_no[::2], team_no[1::2][::-1], strict=False
            )
            if here != there and a != b
        ]
    wanted = max(1, round(len(posts) * SHARE_IN_TWO_TEAMS))
    chosen = [pairs[i] for i in rng.permutation(len(pairs))[:wanted].tolist()]
    source = np.arange(len(posts))
    hours = posts["hours"].to_numpy().copy()
    for first, second in chosen:
        source[second] = first
        hours[first], hours[second] = 2220, 1480
    personal = ["staff_code", "surname", "forename", "grade_code"]
    shared = posts.select(personal)[source]
    return posts.with_columns(shared.get_columns()).with_columns(hours=pl.Series(hours))
