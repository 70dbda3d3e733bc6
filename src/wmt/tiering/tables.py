"""The tables that cases are tiered from, whichever way they came in: their columns and their types.

`case_no` numbers the cases from 0 and joins the tables. Texts are as they were written: codes are compared in
capitals, but for categories of MAPPA. Words that stand for numbers have been turned into numbers already.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

NUMBER = pl.Decimal(38, 6)


def _schema(columns: dict[str, Any]) -> pl.Schema:
    return pl.Schema(columns)


#: One row for each case. `gives_…` say whether such a list was given at all: an empty one says there is none.
CASE = _schema(
    {
        "case_no": pl.Int64,
        "crn": pl.String,
        "as_of": pl.Date,
        "gender": pl.String,
        "rsr": NUMBER,
        "ogrs": pl.Int64,
        "earlier_breach_or_recall": pl.Boolean,
        "mandate_for_change": pl.Boolean,  # where it is said in place of convictions
        "latest_release_date": pl.Date,
        "has_active_event": pl.Boolean,
        "sexual_offence_ever": pl.Boolean,
        "gives_registrations": pl.Boolean,
        "gives_convictions": pl.Boolean,
        "gives_enforcement": pl.Boolean,
    }
)
REGISTRATION = _schema(
    {
        "case_no": pl.Int64,
        "code": pl.String,
        "level": pl.String,
        "category": pl.String,
        "date": pl.Date,
        "end_date": pl.Date,
        "deleted": pl.Boolean,
    }
)
CONVICTION = _schema(
    {
        "case_no": pl.Int64,
        "conviction_no": pl.Int64,
        "sentence_type": pl.String,
        "termination_date": pl.Date,
    }
)
REQUIREMENT = _schema(
    {
        "case_no": pl.Int64,
        "conviction_no": pl.Int64,
        "main_category": pl.String,
        "restrictive": pl.Boolean,
        "deleted": pl.Boolean,
    }
)
ENFORCEMENT = _schema({"case_no": pl.Int64, "outcome": pl.String, "date": pl.Date})
#: RSR and OGRS where a case has a history of them. `type` is static or dynamic, of an RSR score.
RISK_SCORE = _schema(
    {"case_no": pl.Int64, "kind": pl.String, "score": NUMBER, "date": pl.Date, "type": pl.String}
)
#: `impulsivity` and `temper`: none, some or significant.
ASSESSMENT = _schema(
    {
        "case_no": pl.Int64,
        "assessment_no": pl.Int64,
        "date": pl.Date,
        "status": pl.String,
        "layer": pl.String,
        "san": pl.Boolean,
        "caring_responsibilities": pl.Boolean,
        "impulsivity": pl.String,
        "temper": pl.String,
    }
)
#: `section_no` is the place of a section in `tiering_needs`; it has a severity (0 to 2) or a score.
#: `needs.scored` makes such rows of words and answers.
NEED = _schema(
    {
        "case_no": pl.Int64,
        "assessment_no": pl.Int64,
        "section_no": pl.Int64,
        "severity": pl.Int64,
        "score": pl.Int64,
    }
)
#: `arp_type`, `csrp_type`: static or dynamic. `dc_srp_band`: very high, high, medium, low, not applicable.
PREDICTORS = _schema(
    {
        "case_no": pl.Int64,
        "date": pl.Date,
        "arp": NUMBER,
        "arp_type": pl.String,
        "csrp": NUMBER,
        "csrp_type": pl.String,
        "dc_srp": NUMBER,
        "dc_srp_band": pl.String,
        "standalone": pl.Boolean,
        "rescored": pl.Boolean,
    }
)


@dataclass(frozen=True)
class TierInput:
    """The tables of some cases; only `case` must have rows."""

    case: pl.DataFrame
    registration: pl.DataFrame = field(default_factory=REGISTRATION.to_frame)
    conviction: pl.DataFrame = field(default_factory=CONVICTION.to_frame)
    requirement: pl.DataFrame = field(default_factory=REQUIREMENT.to_frame)
    enforcement: pl.DataFrame = field(default_factory=ENFORCEMENT.to_frame)
    risk_score: pl.DataFrame = field(default_factory=RISK_SCORE.to_frame)
    assessment: pl.DataFrame = field(default_factory=ASSESSMENT.to_frame)
    need: pl.DataFrame = field(default_factory=NEED.to_frame)
    predictors: pl.DataFrame = field(default_factory=PREDICTORS.to_frame)

    def of(self, cases: pl.DataFrame) -> "TierInput":
        """The tables of some of the cases, each with the day that its case is meant as of.

        Needs and requirements are found by their assessments and convictions, and stay as they are.
        """
        if cases["as_of"].n_unique() == 1 and len(cases) == len(self.case):
            day = pl.lit(cases["as_of"][0]).alias("as_of")
            return replace(self, **{name: getattr(self, name).with_columns(day) for name in _DATED})
        days = cases.select("case_no", "as_of")
        dated = {name: getattr(self, name).join(days, on="case_no") for name in _DATED}
        return replace(self, case=cases, **dated)


_DATED = ("registration", "conviction", "enforcement", "risk_score", "assessment", "predictors")
#: Every table by its name, in the order of a case.
SHAPES = {
    "case": CASE,
    "registration": REGISTRATION,
    "conviction": CONVICTION,
    "requirement": REQUIREMENT,
    "enforcement": ENFORCEMENT,
    "risk_score": RISK_SCORE,
    "assessment": ASSESSMENT,
    "need": NEED,
    "predictors": PREDICTORS,
}
