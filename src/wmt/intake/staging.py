"""Gathered: what either door hands to the assembling, in one form with text keys."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from wmt.facts import LOCATIONS, TIERS
from wmt.intake import model

_KEYS = {"team_code": pl.String(), "staff_code": pl.String()}
POST_KEYS = pl.Schema(_KEYS)
_PLACE = {"sheet": pl.String(), "row": pl.Int64()}

#: One row per mention of a post. `rank` orders the sheets by authority, 0 the highest. `grade` is given
#: only by tidy input; `is_placeholder` is null where the input does not say.
PERSON = pl.Schema(
    {
        "rank": pl.Int64(),
        **_PLACE,
        **_KEYS,
        "grade_code": pl.String(),
        "grade": pl.String(),
        "surname": pl.String(),
        "forename": pl.String(),
        "is_placeholder": pl.Boolean(),
        "contracted_micro": pl.Int64(),
    }
)
#: One row per mention of a team with its place in the organisation.
TEAM = pl.Schema(
    {
        "rank": pl.Int64(),
        **_PLACE,
        "team_code": pl.String(),
        "team_name": pl.String(),
        "pdu_code": pl.String(),
        "pdu_name": pl.String(),
        "ldu_code": pl.String(),
        "ldu_name": pl.String(),
        "region_code": pl.String(),
        "region_name": pl.String(),
        "provider": pl.String(),
        "is_omic": pl.Boolean(),
    }
)
COUNT = pl.Schema(
    {
        **_KEYS,
        "basis": pl.String(),
        "location": pl.String(),
        "tier": pl.String(),
        "suspended": pl.Boolean(),
        "cases": pl.Int64(),
    }
)
#: The same as the sheets have it, zeros among them: a national night has 1.6 million, so words are numbered.
CELL = pl.Schema(
    {
        **_KEYS,
        "basis": pl.Enum(["all", "active", "t2a", "omic"]),
        "location": pl.Enum(LOCATIONS),
        "tier": pl.Enum(sorted({tier for tiers in TIERS.values() for tier in tiers})),
        "suspended": pl.Boolean(),
        "cases": pl.Int64(),
    }
)
#: The posts for which the input gives counts of a basis, zeros among them.
GIVEN = pl.Schema({**_KEYS, "basis": pl.String()})
MEASURE = pl.Schema({**_KEYS, "basis": pl.String(), "measure": pl.String(), "value": pl.Int64()})
#: A row is one case; or, where it has no `case_ref`, as many as `cases` says, counted where they are kept.
CASE = pl.Schema(
    {
        "case_ref": pl.String(),
        **_KEYS,
        "location": pl.String(),
        "tier": pl.String(),
        "suspended": pl.Boolean(),
        "stream": pl.String(),
        "counted_active": pl.Boolean(),
        "first_16_weeks": pl.Boolean(),
        "event_no": pl.String(),
        "allocated_on": pl.Date(),
        "starts_on": pl.Date(),
        "ends_on": pl.Date(),
        "cases": pl.Int64(),
        **_PLACE,
    }
)
#: Location and tier are null where the input's are of no known meaning.
CASE_FLAG = pl.Schema(
    {
        "case_ref": pl.String(),
        **_KEYS,
        "flag": pl.String(),
        "seq": pl.Int64(),
        "location": pl.String(),
        "tier": pl.String(),
        "suspended": pl.Boolean(),
        "grade_code": pl.String(),
        "disposal_code": pl.String(),
        "disposal_desc": pl.String(),
        "standalone_order": pl.String(),
        "in_custody": pl.String(),
        "register_code": pl.String(),
        "register_desc": pl.String(),
        "register_level": pl.String(),
        "register_level_desc": pl.String(),
        "register_category": pl.String(),
        "register_category_desc": pl.String(),
        "registered_on": pl.Date(),
        "review_due_on": pl.Date(),
        "deregistered_on": pl.Date(),
        **_PLACE,
    }
)
REPORT = pl.Schema(
    {
        "report_id": pl.String(),
        **_KEYS,
        "type": pl.String(),
        "state": pl.String(),
        "on_date": pl.Date(),
        **_PLACE,
    }
)
CONTACT = pl.Schema(
    {
        "contact_id": pl.String(),
        "case_ref": pl.String(),
        "kind": pl.String(),
        "contact_date": pl.Date(),
        "recorded_on": pl.Date(),
        "type_code": pl.String(),
        "type_desc": pl.String(),
        "by_team_code": pl.String(),
        "by_staff_code": pl.String(),
        "by_grade_code": pl.String(),
        "by_provider_code": pl.String(),
        "by_name": pl.String(),
        "om_team_code": pl.String(),
        "om_staff_code": pl.String(),
        "om_grade_code": pl.String(),
        "om_provider_code": pl.String(),
        "om_name": pl.String(),
        **_PLACE,
    }
)
ASSESSMENT = pl.Schema(
    {
        "seq": pl.Int64(),
        "case_ref": pl.String(),
        "code": pl.String(),
        "desc": pl.String(),
        "assessed_on": pl.Date(),
        "completed_on": pl.Date(),
        "disposal_or_release_on": pl.Date(),
        "registered_on": pl.Date(),
        "sentence_type": pl.String(),
        "outcome_code": pl.String(),
        "outcome_desc": pl.String(),
        "assessor_team_code": pl.String(),
        "assessor_staff_code": pl.String(),
        "assessor_grade_code": pl.String(),
        "assessor_provider_code": pl.String(),
        "assessor_name": pl.String(),
        "om_team_code": pl.String(),
        "om_pdu_code": pl.String(),
        "om_provider_code": pl.String(),
        **_PLACE,
    }
)
T2A_CASE = pl.Schema(
    {
        "case_ref": pl.String(),
        "event_no": pl.String(),
        "allocation_date": pl.Date(),
        "allocation_code": pl.String(),
        "allocation_desc": pl.String(),
        "order_manager_provider_code": pl.String(),
        "order_manager_pdu_code": pl.String(),
        "order_manager_pdu_name": pl.String(),
        "order_manager_team_code": pl.String(),
        "order_manager_team_name": pl.String(),
        "order_manager_staff_code": pl.String(),
        "order_manager_grade_code": pl.String(),
        "order_manager_name": pl.String(),
        "offender_manager_provider_code": pl.String(),
        "offender_manager_pdu_code": pl.String(),
        "offender_manager_team_code": pl.String(),
        "offender_manager_staff_code": pl.String(),
        "offender_manager_grade_code": pl.String(),
        "offender_manager_name": pl.String(),
        "nsi_code": pl.String(),
        "nsi_desc": pl.String(),
        "nsi_status": pl.String(),
        "nsi_status_desc": pl.String(),
        "nsi_outcome": pl.String(),
        "nsi_outcome_desc": pl.String(),
        "birth_date": pl.String(),
        "age": pl.String(),
        **_PLACE,
    }
)
WAITING_CASE = pl.Schema(
    {
        "case_ref": pl.String(),
        "event_no": pl.Int64(),
        "team_code": pl.String(),
        "location": pl.String(),
        "tier": pl.String(),
        "no_tier_why": pl.String(),
        "is_t2a": pl.Boolean(),
        "sentence_on": pl.Date(),
        "order_length": pl.String(),
        "handover_on": pl.Date(),
        "appointment": pl.String(),
        "appointment_on": pl.Date(),
        "appointment_with": pl.String(),
        "court": pl.String(),
        "requirements": pl.String(),
        "previous_posts": pl.String(),
        "arrived_on": pl.Date(),
        "excluded": pl.String(),
        "restricted": pl.String(),
        **_PLACE,
    }
)
#: Marks of cases, whether or not the night lists them.
CASE_COHORT = pl.Schema(
    {
        "case_ref": pl.String(),
        "cohort": pl.String(),
        "first_day": pl.Date(),
        "last_day": pl.Date(),
        **_PLACE,
    }
)
RAW_CELL = pl.Schema(
    {
        "sheet": pl.String(),
        "row": pl.Int64(),
        "column": pl.String(),
        "type": pl.String(),
        "value": pl.String(),
    }
)
RawCell = tuple[str, int, str, str, str]


def shaped(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """The frame with exactly the columns of the schema: absent ones null, types as stated."""
    have = frame.schema
    return frame.select(
        pl.col(name).cast(kind) if name in have else pl.lit(None, dtype=kind).alias(name)
        for name, kind in schema.items()
    )


def stacked(frames: list[pl.DataFrame], schema: pl.Schema) -> pl.DataFrame:
    """The frames one under the other in the shape of the schema; an empty one when there are none."""
    return pl.concat([pl.DataFrame(schema=schema), *(shaped(frame, schema) for frame in frames)])


@dataclass
class Gathered:
    """All tables of one night from one door.

    `main` is the sheet or table on which posts should stand (rank 0);
    `lone` are the ranks whose posts need not; `listing` those that list officers or their reports;
    `complete_cases` says that `case` lists every case;
    `standing` are the posts whose totals of all and of active cases the input gives;
    `bases` are the bases of which it gives counts, `given` the posts it gives them for;
    `as_at_place` is where its moment stands: sheet, row, column; `waiting_case` is None where the input does
    not say what waits; `tier_tables` are those that tiers are worked out from, where it has them.
    """

    main: str
    lone: tuple[int, ...] = ()
    listing: tuple[int, ...] = ()
    as_at: datetime | None = None
    as_at_place: tuple[str, int | None, str | None] | None = None
    layout: str | None = None
    tier_scheme: str | None = None
    complete_cases: bool = False
    bases: tuple[str, ...] = ()
    sheets: dict[str, model.SheetCount] = field(default_factory=dict)
    sources: list[model.InputFile] = field(default_factory=list)
    raw: list[RawCell] = field(default_factory=list)
    standing: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=POST_KEYS))
    given: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=GIVEN))
    person: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PERSON))
    team: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=TEAM))
    count: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COUNT))
    measure: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MEASURE))
    cell: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CELL))
    case: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CASE))
    case_flag: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CASE_FLAG))
    report: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REPORT))
    contact: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CONTACT))
    assessment: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ASSESSMENT))
    t2a_case: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=T2A_CASE))
    case_cohort: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CASE_COHORT))
    waiting_case: pl.DataFrame | None = None
    tier_tables: dict[str, pl.DataFrame] = field(default_factory=dict)


def post_frame(posts: Iterable[model.Post]) -> pl.DataFrame:
    """Posts as a table of their two keys."""
    return pl.DataFrame(list(posts), schema=POST_KEYS, orient="row")
