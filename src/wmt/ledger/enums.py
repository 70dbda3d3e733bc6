"""The words lines are written in, and the ledger's own error."""

from enum import StrEnum

from wmt.errors import RefusalError


class LedgerError(RefusalError, ValueError):
    """The ledger cannot be worked out; the message says why and what to do."""


class LineReason(StrEnum):
    """Why a line earns nothing, or why it deserves a second look. Words for people, stable for programs."""

    WARRANT = "on warrant"
    OVERDUE = "overdue termination"
    SUSPENDED_LIFER = "suspended lifer"
    FILTERED = "not active in the extract, reason not supplied"
    DIFFERENCE = "difference not explained by the extract"
    UNCOMMENCED = "requirement not commenced"
    OMIC = "OMiC stream, shown beside the community figure"
    UNTIERED = "untiered"
    SUSPENDED = "supervision suspended"
    ZERO_TIER = "this tier and type earn no points"
    NO_WEIGHTS = "no points are published for this tier scheme"
    SHOWN_ONLY = "shown only, earns no points"
    INSIDE_TIER = "inside the tier points"
    OUTSIDE_WINDOW = "outside the days that count"
    UNPAID_ONLY = "unpaid work only, counted with its case"
    AHEAD = "dated after the extract, earns nothing yet"
    UNKNOWN_CODE = "unknown contact code"
    ZERO_CODE = "this contact earns no points"
    COWORKING = "co-working by a trainee"
    ASSUMED_HOURS = "assumed: the default hours of the grade"
    NO_HOURS = "no hours until somebody enters them"
    CUT = "cut at the contracted hours"


class Cause(StrEnum):
    """Why a figure differs between two moments or two sets of rules. Stable for programs; `words` for people.

    What a cause is depends on the unit: a case that a colleague took over has left its officer, and has not
    left their team.
    """

    NEW_CASE = "new_case"  # was nowhere in the nation before
    ALLOCATED_IN = "allocated_in"  # was held by another post or unit before
    MOVED_OUT = "moved_out"  # is held elsewhere after
    ENDED = "ended"  # is nowhere after
    CASES_IN = "cases_in"  # more of a cell, where the extract counts cases; or listed, where it only counted
    CASES_OUT = "cases_out"
    RETIERED = "retiered"
    SUSPENDED = "supervision_suspended"  # the tier stays and is worth what a suspended one is
    RESUMED = "supervision_resumed"
    CUSTODY_TO_LICENCE = "custody_to_licence"
    RECALLED = "recalled"  # licence to custody
    TYPE_CHANGED = "type_changed"
    ON_WARRANT = "on_warrant"
    BACK_FROM_WARRANT = "back_from_warrant"
    OVERDUE = "overdue"
    NO_LONGER_OVERDUE = "no_longer_overdue"
    COMMENCED = "requirement_commenced"
    NOT_COMMENCED = "requirement_not_commenced"
    STATUS_CHANGED = "status_changed"
    REPORTS = "reports"
    HELP_GIVEN = "help_given"
    HELP_RECEIVED = "help_received"
    HOURS = "hours"
    REDUCTION = "reduction"
    GRADE = "grade"
    STREAM = "stream"  # the post moved between streams, with all its work and time
    RULE = "rule_change"

    @property
    def words(self) -> str:
        """The cause as people say it."""
        return _CAUSE_WORDS.get(self, self.value.replace("_", " "))


_CAUSE_WORDS = {
    Cause.STREAM: "moved to or from another stream",
    Cause.RETIERED: "re-tiered",
    Cause.RESUMED: "supervision no longer suspended",
    Cause.TYPE_CHANGED: "other change of type",
    Cause.NOT_COMMENCED: "requirement not commenced any more",
    Cause.STATUS_CHANGED: "other change of status",
}

#: What a line of contracted hours refers to where its hours are those usual for the grade.
ASSUMED = "assumed"

#: The streams (`ledger.streams` says which one a post is in).
SENTENCE_MANAGEMENT, COURTS, OMIC = STREAMS = ("sentence_management", "courts", "omic")
#: The stream whose figure is the unit's own.
HEADLINE = SENTENCE_MANAGEMENT
STREAM_NAMES = {SENTENCE_MANAGEMENT: "Sentence management", COURTS: "Courts", OMIC: "OMiC"}

LEVELS = ("post", "team", "pdu", "region", "nation")
COMPONENTS = ("community", "licence", "custody", "t2a", "reports", "contacts")
