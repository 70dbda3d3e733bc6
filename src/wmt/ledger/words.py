"""The words lines are written in, and the ledger's own error."""

from enum import StrEnum


class LedgerError(ValueError):
    """The ledger cannot be worked out; the message says why and what to do."""


class Reason(StrEnum):
    """Why a line earns nothing, or why it deserves a second look. Words for people, stable for programs."""

    WARRANT = "on warrant"
    OVERDUE = "overdue termination"
    SUSPENDED_LIFER = "suspended lifer"
    FILTERED = "not active in the extract, reason not supplied"
    DIFFERENCE = "difference not explained by the extract"
    OMIC = "OMiC stream, shown beside the community figure"
    UNTIERED = "untiered"
    SUSPENDED = "supervision suspended"
    ZERO_TIER = "this tier and type earn no points"
    NO_WEIGHTS = "no points are published for this tier scheme"
    SHOWN_ONLY = "shown only, earns no points"
    INSIDE_TIER = "inside the tier points"
    OUTSIDE_WINDOW = "outside the days that count"
    AHEAD = "dated after the extract, earns nothing yet"
    UNKNOWN_CODE = "unknown contact code"
    ZERO_CODE = "this contact earns no points"
    ASSUMED_HOURS = "assumed: the default hours of the grade"
    CUT = "cut at the contracted hours"


class Cause(StrEnum):
    """Why a figure differs between two moments or two sets of rules."""

    CASE_IN = "case in"
    CASE_OUT = "case out"
    TIER = "tier"
    LOCATION = "location"
    STATUS = "status"
    REPORT = "report"
    CONTACT = "contact"
    HOURS = "hours"
    REDUCTION = "reduction"
    RULE = "rule"


LEVELS = ("post", "team", "pdu", "region", "nation")
COMPONENTS = ("community", "licence", "custody", "t2a", "reports", "contacts")
