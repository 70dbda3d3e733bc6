"""Known sheets: what each is called, what it must hold, and who belongs on it.

Names here are cleaned ones (`cells.clean_name`); `SHEETS` gives the name as the extract writes it.
"""

from datetime import date
from typing import NamedTuple

SHEETS = {
    name.lower(): name
    for name in (
        "WMT_Extract",
        "WMT_Extract_Filtered",
        "T2A",
        "OMIC_Teams",
        "Court_Reports",
        "Inst_Reports",
        "Flag_Warr_4_N",
        "Flag_Upw",
        "Flag_O_Due",
        "Flag_Priority",
        "WMT_Extract_SA",
        "Suspended_Lifers",
        "CMS",
        "GS",
        "ARMS",
        "T2A_Detail",
    )
}

#: Tier sheets and the basis of their counts, in order of authority.
BASES = {"wmt_extract": "all", "wmt_extract_filtered": "active", "t2a": "t2a", "omic_teams": "omic"}
FLAG_SHEETS = (
    "flag_warr_4_n",
    "flag_upw",
    "flag_o_due",
    "flag_priority",
    "wmt_extract_sa",
    "suspended_lifers",
)
#: The letters that belong to each flag sheet.
LETTERS = {
    "flag_warr_4_n": "WN",
    "flag_upw": "U",
    "flag_o_due": "O",
    "flag_priority": "PI",
    "wmt_extract_sa": "S",
    "suspended_lifers": "L",
}

MAIN = "wmt_extract"
#: Sheets whose officers need not stand on the main one.
LONE = ("court_reports", "inst_reports")
#: Read when there; ignored and never asked for otherwise.
IGNORED_WHEN_EMPTY = ("gs", "arms", "inst_reports")

_REQUIRED_2023 = [
    "wmt_extract", "wmt_extract_filtered", "court_reports", "flag_warr_4_n", "flag_upw", "flag_o_due",
    "flag_priority", "cms", "t2a", "wmt_extract_sa", "suspended_lifers", "t2a_detail", "omic_teams",
]  # fmt: skip
_REQUIRED_2017 = [
    "wmt_extract", "court_reports", "inst_reports", "flag_warr_4_n", "flag_upw", "flag_o_due",
    "flag_priority", "cms", "gs", "arms", "t2a", "wmt_extract_sa",
]  # fmt: skip
REQUIRED = {
    "L2017": _REQUIRED_2017,
    "L2020": [*_REQUIRED_2017, "suspended_lifers"],
    "L2021": [*_REQUIRED_2023, "arms", "inst_reports", "gs"],
    "L2023": _REQUIRED_2023,
    "L2024": _REQUIRED_2023,
}

#: Sheets that joined the extract after its first day; older workbooks are whole without them.
JOINED = {
    "cms": date(2017, 9, 1),
    "gs": date(2017, 9, 1),
    "t2a": date(2017, 9, 1),
    "arms": date(2017, 10, 1),
    "wmt_extract_sa": date(2017, 10, 1),
}

#: Identity columns of tier and report sheets, and the names the facts give them.
IDENTITY = {
    "trust": "provider",
    "region_desc": "region_name",
    "region_code": "region_code",
    "pdu_desc": "pdu_name",
    "pdu_code": "pdu_code",
    "ldu_desc": "ldu_name",
    "ldu_code": "ldu_code",
    "team_desc": "team_name",
    "team_code": "team_code",
    "om_surname": "surname",
    "om_forename": "forename",
    "om_key": "staff_code",
    "om_grade_code": "grade_code",
}
MEASURES = {
    "comin1st16weeks": "com_first_16_weeks",
    "licin1st16weeks": "lic_first_16_weeks",
    "vcrn_count": "crn_control",
}
REPORTS = {
    "court_reports": {
        "sdr_last_30": "sdr_last_30",
        "sdr_due_next_30": "sdr_due_next_30",
        "sdr_conv_last_30": "sdr_conv_last_30",
        "oral_reports": "oral_reports",
    },
    "inst_reports": {"parom_comp_last_30": "parom_comp_last_30", "parom_due_next_30": "parom_due_next_30"},
}

#: Pairs of columns, team and officer, that name a post.
PAIRS = (
    ("team_code", "om_key"),
    ("om_team_key", "om_key"),
    ("contact_team_key", "contact_staff_key"),
    ("assessment_team_key", "assessment_staff_key"),
)
#: Columns of codes, which a number of many digits may have spoiled.
CODES = (*dict.fromkeys(sum(PAIRS, ())), "contact_id", "crn", "case_ref_no")

FLAG = {
    "row_type": "flag",
    "case_ref_no": "case_ref",
    "tier_code": "tier_code",
    "team_code": "team_code",
    "om_grade_code": "grade_code",
    "om_key": "staff_code",
    "location": "location",
}
ORDER = {
    "disposal_type_code": "disposal_code",
    "disposal_type_desc": "disposal_desc",
    "standalone_order": "standalone_order",
}
REGISTER = {
    "in_custody": "in_custody",
    "register_code": "register_code",
    "register_description": "register_desc",
    "register_level": "register_level",
    "register_level_description": "register_level_desc",
    "register_category": "register_category",
    "register_category_description": "register_category_desc",
    "registration_date": "registered_on",
    "next_review_date": "review_due_on",
    "deregistration_date": "deregistered_on",
}
CMS = {
    "contact_id": "contact_id",
    "crn": "case_ref",
    "contact_date": "contact_date",
    "contact_type_code": "type_code",
    "contact_type_desc": "type_desc",
    "contact_staff_name": "by_name",
    "contact_staff_key": "by_staff_code",
    "contact_staff_grade": "by_grade_code",
    "contact_team_key": "by_team_code",
    "contact_provider_code": "by_provider_code",
    "om_name": "om_name",
    "om_key": "om_staff_code",
    "om_grade": "om_grade_code",
    "om_team_key": "om_team_code",
    "om_provider_code": "om_provider_code",
}
_DOER = ("contact_staff", "contact_team", "contact_provider")
GS = {header: name for header, name in CMS.items() if not header.startswith(_DOER)}
ARMS = {
    "crn": "case_ref",
    "assessment_code": "code",
    "assessment_desc": "desc",
    "assessment_date": "assessed_on",
    "completed_date": "completed_on",
    "disposal_or_release_date": "disposal_or_release_on",
    "so_registration_date": "registered_on",
    "sentence_type": "sentence_type",
    "asmnt_outcome_cd": "outcome_code",
    "asmnt_outcome_desc": "outcome_desc",
    "assessment_staff_name": "assessor_name",
    "assessment_team_key": "assessor_team_code",
    "assessment_staff_key": "assessor_staff_code",
    "assessment_staff_grade": "assessor_grade_code",
    "assessment_provider_code": "assessor_provider_code",
}
T2A_DETAIL = {
    "crn": "case_ref",
    "event_no": "event_no",
    "allocation_date": "allocation_date",
    "allocation_cd": "allocation_code",
    "allocation_desc": "allocation_desc",
    "allocation_reason": "allocation_desc",
    "provider_code_order_manager": "order_manager_provider_code",
    "pdu_order_manager": "order_manager_pdu_name",
    "cluster_order_manager": "order_manager_pdu_name",
    "pdu_cd_order_manager": "order_manager_pdu_code",
    "cluster_cd_order_manager": "order_manager_pdu_code",
    "team_order_manager": "order_manager_team_name",
    "team_cd_order_manager": "order_manager_team_code",
    "staff_name_order_manager": "order_manager_name",
    "staff_cd_order_manager": "order_manager_staff_code",
    "nsi_cd": "nsi_code",
    "nsi_desc": "nsi_desc",
    "birth_date": "birth_date",
    "age": "age",
    "nsi_status_cd": "nsi_status",
    "nsi_status_desc": "nsi_status_desc",
    "nsi_outcome_cd": "nsi_outcome",
    "nsi_outcome_desc": "nsi_outcome_desc",
    "staff_name_offender_manager": "offender_manager_name",
    "staff_cd_offender_manager": "offender_manager_staff_code",
    "staff_grade_cd_offender_manager": "offender_manager_grade_code",
    "provider_cd_offender_manager": "offender_manager_provider_code",
    "pdu_cd_offender_manager": "offender_manager_pdu_code",
    "cluster_cd_offender_manager": "offender_manager_pdu_code",
    "team_cd_offender_manager": "offender_manager_team_code",
}


class Definition(NamedTuple):
    """A sheet's known columns, those without which it is refused, its keys and what says nothing of a row.

    Of required columns written as 'this|that' one is enough.
    """

    columns: dict[str, str]
    required: tuple[str, ...]
    keys: tuple[str, ...]
    constants: frozenset[str]


_OFFICER = ("team_code", "om_key")
_STAMPED = frozenset({"trust", "datestamp"})
_FLAGGED = frozenset({"row_type", "location"})


def definition(sheet: str) -> Definition:
    """What is known of a sheet (cleaned name). Tier columns are not in it: `headers` finds them."""
    if sheet in BASES:
        columns = IDENTITY | MEASURES | {"datestamp": "as_at"}
        required = (*_OFFICER, "om_grade_code", "region_code", "pdu_code|ldu_code")
        return Definition(columns, required, _OFFICER, _STAMPED)
    if sheet in REPORTS:
        more = {"datestamp": "as_at", "om_team_staff_grade": "", "om_name": "name"}
        columns = IDENTITY | REPORTS[sheet] | more
        earning = [
            header for header in REPORTS[sheet] if not header.endswith("next_30") and header != "oral_reports"
        ]
        return Definition(columns, (*_OFFICER, *earning), _OFFICER, _STAMPED)
    if sheet in FLAG_SHEETS:
        extra = ORDER if sheet == "wmt_extract_sa" else REGISTER if sheet == "suspended_lifers" else {}
        lettered = () if sheet == "wmt_extract_sa" else ("row_type",)
        keys = (*_OFFICER, "case_ref_no")
        return Definition(FLAG | extra, (*keys, *lettered, "tier_code", "location"), keys, _FLAGGED)
    return _OTHERS[sheet]


_OTHERS = {
    "cms": Definition(
        CMS,
        (
            "contact_id",
            "contact_date",
            "contact_type_code",
            "contact_staff_key",
            "contact_team_key",
            "om_key",
            "om_team_key",
        ),
        ("contact_id",),
        frozenset(),
    ),
    "gs": Definition(GS, ("contact_id",), ("contact_id",), frozenset()),
    "arms": Definition(
        ARMS,
        ("assessment_staff_key", "assessment_team_key", "sentence_type"),
        ("assessment_team_key", "assessment_staff_key"),
        frozenset(),
    ),
    "t2a_detail": Definition(T2A_DETAIL, ("crn", "event_no"), ("crn", "event_no"), frozenset()),
}


_WORDS = {"om": "OM", "id": "ID", "pdu": "PDU", "ldu": "LDU", "sdr": "SDR", "crn": "CRN"}


def official(header: str) -> str:
    """A cleaned header as the extract usually writes it: om_key → OM_Key."""
    return "_".join(_WORDS.get(word, word.capitalize()) for word in header.split("_"))
