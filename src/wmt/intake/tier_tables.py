"""The tables of a folder that tiers are worked out from: their columns, and what a row of each must be."""

import dataframely as dy

from wmt.tiering.tables import NUMBER

_SECTIONS = "accommodation|education|relationships|lifestyle|drugs|alcohol|thinking|attitudes"
_ANSWER = "(?i)^(none|some|significant|yes|no|never|previous|currently|unknown)$"
_PROBLEM = "(?i)^(none|some|significant)$"
_ROSH = "^(very high|high|medium|low|none)$"
_TYPE = "(?i)^(static|dynamic|unknown)$"


def _text() -> dy.String:
    return dy.String(nullable=True)


def _number(most: int, *, nullable: bool = True) -> dy.Decimal:
    return dy.Decimal(NUMBER.precision, NUMBER.scale, nullable=nullable, min=0, max=most)


class TierCaseTable(dy.Schema):
    case_ref = dy.String(primary_key=True)
    as_of = dy.Date(nullable=False)
    gender = _text()
    rsr = _number(9_999)
    ogrs = dy.Int64(nullable=True, min=0, max=100)
    earlier_breach_or_recall = dy.Bool(nullable=True)
    mandate_for_change = dy.Bool(nullable=True)
    latest_release_date = dy.Date(nullable=True)
    has_active_event = dy.Bool(nullable=True)
    sexual_offence_ever = dy.Bool(nullable=True)
    row = dy.Int64()


class RegistrationTable(dy.Schema):
    case_ref = dy.String(nullable=False)
    code = dy.String(nullable=False)
    level = _text()
    category = _text()
    date = dy.Date(nullable=True)
    end_date = dy.Date(nullable=True)
    deleted = dy.Bool(nullable=True)
    row = dy.Int64()


class ConvictionTable(dy.Schema):
    case_ref = dy.String(primary_key=True)
    conviction_no = dy.Int64(primary_key=True)
    sentence_type = _text()
    termination_date = dy.Date(nullable=True)
    row = dy.Int64()


class RequirementTable(dy.Schema):
    case_ref = dy.String(nullable=False)
    conviction_no = dy.Int64(nullable=False)
    main_category = dy.String(nullable=False)
    restrictive = dy.Bool(nullable=True)
    deleted = dy.Bool(nullable=True)
    commenced = dy.Bool(nullable=True)  # no tier depends on it; the data-quality list does
    row = dy.Int64()


class EnforcementTable(dy.Schema):
    case_ref = dy.String(nullable=False)
    outcome = dy.String(nullable=False)
    date = dy.Date(nullable=False)
    row = dy.Int64()


class RiskScoreTable(dy.Schema):
    case_ref = dy.String(nullable=False)
    kind = dy.String(nullable=False, regex="^(rsr|ogrs)$")
    score = _number(9_999, nullable=False)
    date = dy.Date(nullable=True)
    type = dy.String(nullable=True, regex=_TYPE)
    row = dy.Int64()


class OasysTable(dy.Schema):
    """oasys_assessment; several of a case have numbers of their own."""

    case_ref = dy.String(primary_key=True)
    assessment_no = dy.Int64(primary_key=True)
    date = dy.Date(nullable=False)
    status = _text()
    layer = _text()
    san = dy.Bool(nullable=True)
    caring_responsibilities = dy.Bool(nullable=True)
    impulsivity = dy.String(nullable=True, regex=_PROBLEM)
    temper = dy.String(nullable=True, regex=_PROBLEM)
    rosh = dy.String(nullable=True, regex=_ROSH)  # what the assessment says; tiers are made of registrations
    row = dy.Int64()


class NeedTable(dy.Schema):
    """need: one row for each section of an assessment, with a severity, a score or answers."""

    case_ref = dy.String(primary_key=True)
    assessment_no = dy.Int64(primary_key=True)
    section = dy.String(primary_key=True, regex=f"^({_SECTIONS})$")
    severity = dy.String(nullable=True, regex="^(none|standard|severe)$")
    score = dy.Int64(nullable=True, min=0, max=20)
    answer_1 = dy.String(nullable=True, regex=_ANSWER)
    answer_2 = dy.String(nullable=True, regex=_ANSWER)
    answer_3 = dy.String(nullable=True, regex=_ANSWER)
    answer_4 = dy.String(nullable=True, regex=_ANSWER)
    row = dy.Int64()


class PredictorsTable(dy.Schema):
    case_ref = dy.String(nullable=False)
    date = dy.Date(nullable=True)
    arp = _number(100)
    arp_type = dy.String(nullable=True, regex=_TYPE)
    csrp = _number(100)
    csrp_type = dy.String(nullable=True, regex=_TYPE)
    dc_srp = _number(100)
    dc_srp_band = dy.String(nullable=True, regex="(?i)^(very high|high|medium|low|not applicable)$")
    standalone = dy.Bool(nullable=True)
    rescored = dy.Bool(nullable=True)
    row = dy.Int64()


#: Tables by their names in a folder or an extract, in the order of `tiering.named_tables.SHAPE_OF`.
TABLES: dict[str, type[dy.Schema]] = {
    "tier_case": TierCaseTable,
    "registration": RegistrationTable,
    "conviction": ConvictionTable,
    "requirement": RequirementTable,
    "enforcement": EnforcementTable,
    "risk_score": RiskScoreTable,
    "oasys_assessment": OasysTable,
    "need": NeedTable,
    "predictors": PredictorsTable,
}
#: Columns that may be left out although a row needs a value.
DEFAULTS = {
    "requirement": {"conviction_no": 1},
    "conviction": {"conviction_no": 1},
    "oasys_assessment": {"assessment_no": 1},
    "need": {"assessment_no": 1},
}
#: Rows that belong to a row of another table, by these columns.
PARENTS = {
    "requirement": ("conviction", ("case_ref", "conviction_no")),
    "need": ("oasys_assessment", ("case_ref", "assessment_no")),
}
