"""The tidy tables: their columns, and what a row of each must be, as dataframely checks it."""

from collections.abc import Callable, Sequence

import dataframely as dy
import polars as pl

from wmt.facts import GRADES, LOCATIONS
from wmt.text import CRN

FLAGS = tuple("WNUOPISLRB")
STREAMS = ("standard", "t2a", "omic")
BASES = ("all", "active", "t2a", "omic")
MEASURE_BASES = (*BASES, "reports")
REPORT_TYPES = ("sdr", "fdr", "oral", "parom")
STATES = ("completed", "due")
KINDS = ("cms", "gs")
MEASURES = [
    "com_first_16_weeks", "lic_first_16_weeks", "crn_control", "sdr_last_30", "sdr_due_next_30",
    "sdr_conv_last_30", "oral_reports", "parom_comp_last_30", "parom_due_next_30",
]  # fmt: skip
MOST_CASES = 1_000_000
APPOINTMENTS = ("due", "not needed", "not found")
#: Staff codes, and 'TEAM:STAFF', in a list: codes as `wmt.text` has them, less what stands between two.
_STAFF_LIST = "^ ?[!-9<-~]{1,40} ?(; ?[!-9<-~]{1,40} ?){0,99}$"
_POST = "[ -9<-~]{1,40}:[ -9<-~]{1,40}"


def _one_of(words: Sequence[str]) -> Callable[[pl.Expr], pl.Expr]:
    return lambda column: column.is_in(list(words))


def _text() -> dy.String:
    return dy.String(nullable=True)


def _key() -> dy.String:
    return dy.String(nullable=False)


class TeamTable(dy.Schema):
    team_code = dy.String(primary_key=True)
    team_name = _text()
    pdu_code = _text()
    pdu_name = _text()
    ldu_code = _text()
    ldu_name = _text()
    region_code = _text()
    region_name = _text()
    provider = _text()
    is_omic = dy.Bool(nullable=True)
    row = dy.Int64()


class Staff(dy.Schema):
    team_code = dy.String(primary_key=True)
    staff_code = dy.String(primary_key=True)
    grade_code = _text()
    grade = dy.String(nullable=True, check=_one_of(GRADES))
    surname = _text()
    forename = _text()
    is_placeholder = dy.Bool(nullable=True)
    contracted_hours = dy.Decimal(precision=38, scale=6, nullable=True, min=0, max=168)
    row = dy.Int64()

    @dy.rule()
    def hours_to_the_hundredth(cls) -> pl.Expr:  # noqa: N805 - dataframely calls it on the class
        """Hours are kept to the hundredth."""
        micro = (pl.col("contracted_hours") * 1_000_000).cast(pl.Int64)
        return micro.is_null() | (micro % 10_000 == 0)


class Case(dy.Schema):
    """case; tier is checked against the scheme of the manifest elsewhere.

    A person may have a manager in prison and one in the community: one row for each stream.
    """

    case_ref = dy.String(primary_key=True)
    team_code = _text()
    staff_code = _text()
    location = dy.String(nullable=False, check=_one_of(LOCATIONS))
    tier = _key()
    suspended = dy.Bool(nullable=False)
    stream = dy.String(primary_key=True, check=_one_of(STREAMS))
    counted_active = dy.Bool(nullable=True)
    first_16_weeks = dy.Bool(nullable=True)
    event_no = _text()
    allocated_on = dy.Date(nullable=True)
    starts_on = dy.Date(nullable=True)
    ends_on = dy.Date(nullable=True)
    row = dy.Int64()

    @dy.rule()
    def counted_active_given(cls) -> pl.Expr:  # noqa: N805 - dataframely calls it on the class
        """The filter upstream is not known, so an ordinary case must say whether it counts."""
        return pl.col("counted_active").is_not_null() | (pl.col("stream") != "standard")

    @dy.rule()
    def one_row_a_post(cls) -> pl.Expr:  # noqa: N805 - dataframely calls it on the class
        """A post holds a case once, in whatever stream."""
        return pl.len().over("case_ref", "team_code", "staff_code") == 1


class CaseFlag(dy.Schema):
    case_ref = dy.String(primary_key=True)
    team_code = dy.String(primary_key=True)
    staff_code = dy.String(primary_key=True)
    flag = dy.String(primary_key=True, check=_one_of(FLAGS))
    seq = dy.Int64(primary_key=True)
    location = _text()
    tier = _text()
    suspended = dy.Bool(nullable=True)
    grade_code = _text()
    disposal_code = _text()
    disposal_desc = _text()
    standalone_order = _text()
    in_custody = _text()
    register_code = _text()
    register_desc = _text()
    register_level = _text()
    register_level_desc = _text()
    register_category = _text()
    register_category_desc = _text()
    registered_on = dy.Date(nullable=True)
    review_due_on = dy.Date(nullable=True)
    deregistered_on = dy.Date(nullable=True)
    row = dy.Int64()


class Report(dy.Schema):
    report_id = dy.String(primary_key=True)
    team_code = _key()
    staff_code = _key()
    type = dy.String(nullable=False, check=_one_of(REPORT_TYPES))
    state = dy.String(nullable=False, check=_one_of(STATES))
    on_date = dy.Date(nullable=False)
    row = dy.Int64()


class Contact(dy.Schema):
    """contact; repeated ids are judged later, as in the workbook."""

    contact_id = _key()
    case_ref = _text()
    kind = dy.String(nullable=False, check=_one_of(KINDS))
    contact_date = dy.Date(nullable=False)
    recorded_on = dy.Date(nullable=True)
    type_code = _text()
    type_desc = _text()
    by_team_code = _text()
    by_staff_code = _text()
    by_grade_code = _text()
    by_provider_code = _text()
    om_team_code = _text()
    om_staff_code = _text()
    om_grade_code = _text()
    om_provider_code = _text()
    row = dy.Int64()


class Assessment(dy.Schema):
    seq = dy.Int64(primary_key=True)
    case_ref = _text()
    code = _text()
    desc = _text()
    assessed_on = dy.Date(nullable=True)
    completed_on = dy.Date(nullable=True)
    disposal_or_release_on = dy.Date(nullable=True)
    registered_on = dy.Date(nullable=True)
    sentence_type = dy.String(nullable=False, check=_one_of(LOCATIONS))
    outcome_code = _text()
    outcome_desc = _text()
    assessor_team_code = _key()
    assessor_staff_code = _key()
    assessor_grade_code = _text()
    assessor_provider_code = _text()
    om_team_code = _text()
    om_pdu_code = _text()
    om_provider_code = _text()
    row = dy.Int64()


class T2aCase(dy.Schema):
    """t2a_case"""

    case_ref = dy.String(primary_key=True)
    event_no = dy.String(primary_key=True)
    allocation_date = dy.Date(nullable=True)
    allocation_code = _text()
    allocation_desc = _text()
    order_manager_provider_code = _text()
    order_manager_pdu_code = _text()
    order_manager_team_code = _text()
    order_manager_staff_code = _text()
    order_manager_grade_code = _text()
    offender_manager_provider_code = _text()
    offender_manager_pdu_code = _text()
    offender_manager_team_code = _text()
    offender_manager_staff_code = _text()
    offender_manager_grade_code = _text()
    nsi_code = _text()
    nsi_desc = _text()
    nsi_status = _text()
    nsi_outcome = _text()
    row = dy.Int64()


class CaseloadCount(dy.Schema):
    team_code = dy.String(primary_key=True)
    staff_code = dy.String(primary_key=True)
    basis = dy.String(primary_key=True, check=_one_of(BASES))
    location = dy.String(primary_key=True, check=_one_of(LOCATIONS))
    tier = dy.String(primary_key=True)
    suspended = dy.Bool(primary_key=True)
    cases = dy.Int64(nullable=False, min=0, max=MOST_CASES)
    row = dy.Int64()


class MeasureTable(dy.Schema):
    team_code = dy.String(primary_key=True)
    staff_code = dy.String(primary_key=True)
    basis = dy.String(primary_key=True, check=_one_of(MEASURE_BASES))
    measure = dy.String(primary_key=True, check=_one_of(MEASURES))
    value = dy.Int64(nullable=False, min=0, max=MOST_CASES)
    row = dy.Int64()


class WaitingCaseTable(dy.Schema):
    """waiting_case: cases that nobody holds yet, as a form for them says it (`site.changes.waiting_details`).

    The team and the days are checked against the night elsewhere. Lists have `;` between what they list.
    """

    case_ref = dy.String(primary_key=True, regex=f"^{CRN}$")
    event_no = dy.Int64(primary_key=True, min=1, max=999)
    team_code = _key()
    location = dy.String(nullable=False, check=_one_of(LOCATIONS))
    tier = _text()
    no_tier_why = dy.String(nullable=True, max_length=200)
    is_t2a = dy.Bool(nullable=False)
    sentence_on = dy.Date(nullable=True)
    order_length = dy.String(nullable=True, max_length=80)
    handover_on = dy.Date(nullable=True)
    appointment = dy.String(nullable=True, check=_one_of(APPOINTMENTS))
    appointment_on = dy.Date(nullable=True)
    appointment_with = dy.String(nullable=True, max_length=160)
    court = dy.String(nullable=True, max_length=160)
    requirements = dy.String(nullable=True, regex=r"^[^;]{1,160}(;[^;]{1,160}){0,29}$")
    previous_posts = dy.String(nullable=True, regex=f"^{_POST}(;{_POST}){{0,29}}$")
    arrived_on = dy.Date(nullable=True)
    excluded = dy.String(nullable=True, regex=_STAFF_LIST)
    restricted = dy.String(nullable=True, regex=_STAFF_LIST)
    row = dy.Int64()

    @dy.rule()
    def appointment_on_given(cls) -> pl.Expr:  # noqa: N805 - dataframely calls it on the class
        """An appointment that is due has a day."""
        return (pl.col("appointment") != "due").fill_null(True) | pl.col("appointment_on").is_not_null()

    @dy.rule()
    def appointment_is_due(cls) -> pl.Expr:  # noqa: N805 - dataframely calls it on the class
        """Only one that is due has a day and somebody it is with."""
        no_more = pl.col("appointment_on").is_null() & pl.col("appointment_with").is_null()
        return (pl.col("appointment") == "due").fill_null(False) | no_more


class CaseCohortTable(dy.Schema):
    """case_cohort: marks of cases; cohorts are checked against the rules of the night elsewhere."""

    case_ref = dy.String(primary_key=True)
    cohort = dy.String(primary_key=True)
    first_day = dy.Date(primary_key=True)
    last_day = dy.Date(nullable=True)
    row = dy.Int64()

    @dy.rule()
    def last_day_not_before(cls) -> pl.Expr:  # noqa: N805 - dataframely calls it on the class
        """Both days count."""
        return pl.col("last_day").is_null() | (pl.col("last_day") >= pl.col("first_day"))


TABLES: dict[str, type[dy.Schema]] = {
    "team": TeamTable,
    "staff": Staff,
    "case": Case,
    "case_flag": CaseFlag,
    "report": Report,
    "contact": Contact,
    "assessment": Assessment,
    "t2a_case": T2aCase,
    "caseload_count": CaseloadCount,
    "measure": MeasureTable,
    "waiting_case": WaitingCaseTable,
    "case_cohort": CaseCohortTable,
}
#: Columns that must be there, beyond those a row cannot do without: silence would read as a value.
ASKED = {
    "staff": ("grade_code|grade",),
    "case": ("team_code", "staff_code", "counted_active"),
    "contact": ("case_ref", "type_code", "by_team_code", "by_staff_code", "om_team_code", "om_staff_code"),
}
#: Columns that may be left out although a row needs a value: what stands in for it.
DEFAULTS: dict[str, dict[str, object]] = {
    "case": {"suspended": False, "stream": "standard"},
    "caseload_count": {"suspended": False},
    "case_flag": {"seq": 1, "suspended": False},
    "waiting_case": {"event_no": 1, "is_t2a": False},
}
