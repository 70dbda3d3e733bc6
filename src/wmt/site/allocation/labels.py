"""Words of allocations: why a case is given to somebody, by nDelius's names, or of another tier."""

#: A case that nobody held. It is not on offer when a case goes from one practitioner to another.
INITIAL = "initial_allocation"
#: The reasons of the allocation service of HMPPS, by its own codes in small letters.
REASONS: dict[str, str] = {
    INITIAL: "First allocation",
    "allocated_to_responsible_officer": "Allocated to the responsible officer",
    "caseload_adjustment": "Caseload adjustment",
    "change_in_tier_or_risk": "Change in tier or risk",
    "change_of_address": "Change of address",
    "officer_left": "Officer left",
    "probation_reset": "Probation Reset",
    "risk_to_staff": "Risk to staff",
    "transfer_in": "Transfer in",
    "other": "Other",
}


#: Why a case is of another tier or type.
KIND_REASONS: dict[str, str] = {
    "assessed_again": "Tier assessed again",
    "released": "Released on licence",
    "recalled": "Recalled to custody",
    "supervision_suspended": "Active supervision suspended, or taken up again",
    "new_sentence": "New sentence or order",
    "corrected": "The data had it wrong",
    "other": "Other",
}


def reasons_of(*, waiting: bool) -> dict[str, str]:
    """The reasons on offer for a case that waits, or that somebody holds."""
    return {code: name for code, name in REASONS.items() if (code == INITIAL) == waiting}
