"""What posts do besides their caseload: reports, help on colleagues' cases, assessments.

Dates are days since 1970 (`on_day`). Ages are kept clear of the edges on which two readers of '30 days' could
differ: a report of the last thirty days is 0 to 29 days old, an older one at least 40.
"""

from datetime import date

import numpy as np
import polars as pl

from wmt.demo import size
from wmt.demo.cases import ACTIVE, CUSTODY

REPORT_SCHEMA = pl.Schema(
    {"report_id": pl.String, "post_no": pl.Int64, "type": pl.String, "state": pl.String, "on_day": pl.Int64}
)
#: (type, state): reports of thirty days per full-time post in a court team and in a field team.
REPORT_RATES = {
    ("sdr", "completed"): (2.2, 0.26),
    ("sdr", "due"): (2.2, 0.26),
    ("fdr", "completed"): (11.5, 0.32),
    ("oral", "completed"): (14.0, 0.06),
    ("parom", "completed"): (0.0, 0.13),
}
ONLY_OFFICERS = ("parom",)
OLDER_REPORTS = 0.05  # reports 40 to 60 days old, for every report of the last thirty days
WINDOW = 30

#: Contact codes since December 2022, how common each is, and its name.
CONTACTS = {
    "CMS40": (12, "Assistance with Assessments"),
    "CMS41": (10, "Assistance with Case Conferencing"),
    "CMS42": (8, "Attending Partnership Meetings"),
    "CMS43": (22, "Case Related Communication"),
    "CMS44": (8, "Completing and Assisting with Referrals"),
    "CMS45": (5, "Court Liaison and Applications to Court"),
    "CMS46": (3, "HDC Assessments and Support"),
    "CMS47": (12, "Home and Prison Visits"),
    "CMS48": (9, "Information and Intelligence Gathering"),
    "CMS49": (2, "ROTL Assessments and Support"),
    "CMS50": (7, "Sentence Plan Intervention Delivery"),
    "CMS51": (2, "Victims Services Liaison"),
    "CMS28": (0.3, "Case Related Communication - Low"),  # a levelled code somebody still uses
}
CONTACTS_A_POST_A_DAY = 0.075
CONTACT_DAYS = 10  # the extract holds contacts up to this old, though they earn for seven days
SHARE_AHEAD = 0.01
SHARE_DOER_UNKNOWN, SHARE_MANAGER_UNKNOWN = 0.010, 0.005
UNKNOWN = -1
FIRST_CONTACT_ID = 2_614_000_000

ASSESSMENTS_A_POST = 0.035  # ARMS of thirty days
OUTCOMES = (("ARMC", "Completed"), ("ARMR", "Reviewed"), ("ARMW", "Withdrawn"))


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - date(1970, 1, 1)).days


def build_reports(seed: int, posts: pl.DataFrame, time_left: size.Ints, day: date) -> pl.DataFrame:
    """Reports of the last and the next thirty days, and some older ones."""
    rng = size.stream(seed, "reports")
    today = day_number(day)
    frames = []
    for (kind, state), rates in REPORT_RATES.items():
        # reports per post. A court post is in a workbook only through its reports: one oral at least.
        number = _poisson(rng, posts, time_left, kind, rates)
        post = np.repeat(
            posts["post_no"].to_numpy(),
            np.where(_court(posts), np.maximum(number, 1), number) if kind == "oral" else number,
        )
        away = rng.integers(0, WINDOW, len(post))
        on_day = today + 1 + np.minimum(away, WINDOW - 2) if state == "due" else today - away
        frames.append(_reports(post, kind, state, on_day))
        if state == "completed":
            older = post[rng.random(len(post)) < OLDER_REPORTS]
            frames.append(_reports(older, kind, state, today - rng.integers(40, 60, len(older))))
    reports = pl.concat(frames).sort("on_day", "post_no", "type", "state")
    numbers = pl.int_range(1, len(reports) + 1)
    return reports.with_columns(report_id="RP" + numbers.cast(pl.String).str.zfill(8)).select(
        REPORT_SCHEMA.names()
    )


def reports_of_a_day(
    rng: size.Rng, posts: pl.DataFrame, time_left: size.Ints, known: pl.DataFrame, today: int
) -> pl.DataFrame:
    """Reports completed today that nobody announced, and reports newly due, as many as will be completed.

    A court post without a report gets an oral one.
    """
    frames = []
    announced = {kind for kind, state in REPORT_RATES if state == "due"}
    for (kind, state), rates in REPORT_RATES.items():
        if kind in announced and state == "completed":
            continue
        a_day = (rates[0] / WINDOW, rates[1] / WINDOW)
        number = _poisson(rng, posts, time_left, kind, a_day)
        if kind == "oral":
            # posts with an oral report well inside the window: a workbook still names them
            recent = known.filter(pl.col("type") == "oral", today - pl.col("on_day") < WINDOW)
            number = np.where(
                _court(posts) & ~posts["post_no"].is_in(recent["post_no"].implode()).to_numpy(),
                np.maximum(number, 1),
                number,
            )
        post = np.repeat(posts["post_no"].to_numpy(), number)
        days = np.full(len(post), today + WINDOW - 1 if state == "due" else today)
        frames.append(_reports(post, kind, state, days))
    new = pl.concat(frames).sort("on_day", "post_no", "type", "state")
    return new.with_columns(report_id=pl.format("RP{}-{}", pl.lit(today), pl.int_range(1, len(new) + 1)))


def _court(posts: pl.DataFrame) -> size.Bools:
    here: size.Bools = (posts["kind"] == "court").to_numpy()
    return here


def _reports(post: size.Ints, kind: str, state: str, on_day: size.Ints) -> pl.DataFrame:
    return pl.DataFrame({"post_no": post, "on_day": on_day}).with_columns(
        type=pl.lit(kind), state=pl.lit(state), report_id=pl.lit("")
    )


def _poisson(
    rng: size.Rng, posts: pl.DataFrame, time_left: size.Ints, kind: str, rates: tuple[float, float]
) -> size.Ints:
    field = (posts["kind"] == "field").to_numpy() & posts["grade"].is_in(["PO", "PSO"]).to_numpy()
    if kind in ONLY_OFFICERS:
        field &= (posts["grade"] == "PO").to_numpy()
    full_time: size.Floats = time_left / 370_000
    number: size.Ints = rng.poisson(full_time * (_court(posts) * rates[0] + field * rates[1]))
    return number


def contacts_between(
    rng: size.Rng,
    posts: pl.DataFrame,
    cases: pl.DataFrame,
    first_day: int,
    last_day: int,
    number: int,
    first_id: int,
) -> pl.DataFrame:
    """Contacts dated evenly over some days: who helped on whose case. Unknown sides are -1."""
    active = cases.filter(pl.col("status") == 0, pl.col("stream") == 0)
    chosen = active[rng.integers(0, len(active), number)]
    manager = chosen["post_no"].to_numpy()
    shares = np.array([share for share, _ in CONTACTS.values()])
    die = rng.random((2, number))
    doer = _colleagues(rng, posts, manager)
    return pl.DataFrame(
        {
            "contact_id": first_id + np.cumsum(rng.integers(1, 40, number)),
            "case_ref": chosen["case_ref"],
            "on_day": np.sort(rng.integers(first_day, last_day + 1, number)),
            "code": rng.choice(list(CONTACTS), number, p=shares / shares.sum()).tolist(),
            "by_post": np.where(die[0] < SHARE_DOER_UNKNOWN, UNKNOWN, doer),
            "om_post": np.where(die[1] < SHARE_MANAGER_UNKNOWN, UNKNOWN, manager),
        }
    )


def _colleagues(rng: size.Rng, posts: pl.DataFrame, manager: size.Ints) -> size.Ints:
    """Somebody of the same PDU, very rarely the manager. A few trainees have not heard that they must not."""
    unaware = (pl.col("grade") == "TPO") & pl.col("staff_code").str.ends_with("7")
    can = posts.filter(
        pl.col("kind") == "field", pl.col("grade").is_in(["PO", "PSO"]) | unaware, pl.col("hours") > 0
    )
    can = can.sort("pdu_code", "post_no")
    pdus = can["pdu_code"].to_numpy()
    of_manager = posts["pdu_code"].to_numpy()[manager]
    first, last = np.searchsorted(pdus, of_manager), np.searchsorted(pdus, of_manager, side="right")
    pick = first + (rng.random(len(manager)) * (last - first)).astype(np.int64)
    found: size.Ints = can["post_no"].to_numpy()[np.minimum(pick, len(can) - 1)]
    return found


def build_contacts(seed: int, posts: pl.DataFrame, cases: pl.DataFrame, day: date) -> pl.DataFrame:
    """Contacts of the last ten days, with a few dated ahead."""
    rng = size.stream(seed, "contacts")
    today = day_number(day)
    number = round(len(posts) * CONTACTS_A_POST_A_DAY * CONTACT_DAYS)
    contacts = contacts_between(rng, posts, cases, today - CONTACT_DAYS + 1, today, number, FIRST_CONTACT_ID)
    ahead = rng.random(number) < SHARE_AHEAD
    on_day = np.where(ahead, today + rng.integers(1, 4, number), contacts["on_day"].to_numpy())
    return contacts.with_columns(on_day=pl.Series(on_day))


def build_assessments(seed: int, posts: pl.DataFrame, cases: pl.DataFrame, day: date) -> pl.DataFrame:
    """ARMS assessments of the last thirty days: cases of officers in the community or on licence."""
    today = day_number(day)
    number = round(len(posts) * ASSESSMENTS_A_POST)
    return _assessments(
        size.stream(seed, "assessments"), posts, cases, number, (today - WINDOW + 1, today), 1
    )


def build_assessments_of_a_day(
    rng: size.Rng, posts: pl.DataFrame, cases: pl.DataFrame, today: int, first: int
) -> pl.DataFrame:
    """ARMS assessments made today, numbered from `first`."""
    number = max(1, round(len(posts) * ASSESSMENTS_A_POST / WINDOW))
    return _assessments(rng, posts, cases, number, (today, today), first)


def _assessments(
    rng: size.Rng, posts: pl.DataFrame, cases: pl.DataFrame, number: int, days: tuple[int, int], first: int
) -> pl.DataFrame:
    officers = posts.filter(grade="PO")["post_no"]
    eligible = cases.filter(
        pl.col("post_no").is_in(officers.implode()),
        pl.col("location") != CUSTODY,
        pl.col("status") == ACTIVE,
        pl.col("stream") == 0,
    )
    chosen = eligible[np.sort(rng.choice(len(eligible), number, replace=False))]
    assessed = rng.integers(days[0], days[1] + 1, number)
    outcome = rng.choice(len(OUTCOMES), number, p=(0.7, 0.25, 0.05)).tolist()
    return chosen.select("case_ref", "post_no", "location", disposed="starts").with_columns(
        seq=pl.int_range(first, first + number, dtype=pl.Int64),
        assessed=pl.Series(assessed),
        registered=pl.Series(np.minimum(chosen["starts"].to_numpy() + 14, assessed)),
        outcome_code=pl.Series([OUTCOMES[i][0] for i in outcome]),
        outcome_desc=pl.Series([OUTCOMES[i][1] for i in outcome]),
    )
