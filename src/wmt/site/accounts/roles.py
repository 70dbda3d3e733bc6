"""Roles as code: what each may do. Where and for how long is in the grants."""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What a role can allow. Reading figures is open to everyone who may sign in."""

    EXPORT = "export tables"
    LOAD = "load extracts"
    READ_LOADS = "read import reports"
    READ_AUDIT = "read the audit events"
    MANAGE_USERS = "manage users and roles"
    EDIT_AVAILABILITY = "enter hours and reductions"
    READ_RECORDS = "read the notes and the history of hours and reductions"
    MANAGE_REASONS = "change the reasons for reductions"
    ALLOCATE_CASES = "allocate cases"
    HANDLE_DUTIES = "manage excessive workload actions and requests"
    READ_DUTIES = "read what was said on excessive workload actions and requests"
    SET_PRIORITIES = "set the priority level of a PDU"
    SET_ALARMS = "choose the alarm level of a team or PDU"
    SET_AGREEMENTS = "switch local agreements of a unit on and off"
    ENTER_COUNTS = "enter figures that people count for local agreements"
    ADVISE_COURTS = "advise courts of what a full unit cannot take"
    ENTER_ESTABLISHMENT = "enter targets, agency staff, fixed terms and vacancies of a unit"
    ENTER_INITIATIVES = "enter initiatives and withdraw them"
    PROPOSE_RULES = "propose a change of rules"
    APPROVE_RULES = "approve a change of rules"
    READ_CASE_FILES = "download case references for a whole region or England and Wales"

    @property
    def reads(self) -> bool:
        """Whether it only reads: that is allowed of a day in the past too."""
        return self.name == "EXPORT" or self.name.startswith("READ_")


@dataclass(frozen=True)
class Role:
    """A role: its title, what it allows, the level whose page is its home, and where it can be held."""

    title: str
    home: str
    allows: frozenset[Action]
    levels: tuple[str, ...]


_EVERYONE = frozenset({Action.EXPORT})
_LINE_MANAGER = _EVERYONE | {
    Action.EDIT_AVAILABILITY,
    Action.READ_RECORDS,
    Action.ALLOCATE_CASES,
    Action.HANDLE_DUTIES,
    Action.READ_DUTIES,
    Action.SET_ALARMS,
    Action.ENTER_COUNTS,
}
_READS = _EVERYONE | {Action.READ_LOADS}

#: From the nearest to the work to the furthest from it: the last one a person holds is their highest.
#: What is decided for a whole PDU.
_OF_HEADS = frozenset(
    {
        Action.SET_PRIORITIES,
        Action.SET_AGREEMENTS,
        Action.ADVISE_COURTS,
        Action.ENTER_INITIATIVES,
        Action.ENTER_ESTABLISHMENT,
    }
)
ROLES: dict[str, Role] = {
    "practitioner": Role("Practitioner", "post", _EVERYONE, ("team",)),
    "manager": Role("Manager (senior probation officer)", "team", _LINE_MANAGER, ("team", "pdu")),
    "head": Role("Head of PDU", "pdu", _LINE_MANAGER | _OF_HEADS, ("pdu",)),
    "analyst": Role(
        "Performance and quality analyst",
        "nation",
        _EVERYONE
        | {
            Action.READ_LOADS,
            Action.READ_CASE_FILES,
            Action.ENTER_INITIATIVES,
            Action.ENTER_ESTABLISHMENT,
            Action.PROPOSE_RULES,
        },
        ("nation", "region", "pdu"),
    ),
    "support": Role(
        "Application support",
        "nation",
        _READS | {Action.READ_AUDIT, Action.READ_RECORDS, Action.READ_DUTIES},
        ("nation",),
    ),
    "administrator": Role("Administrator", "nation", frozenset(Action), ("nation",)),
}


def placed(level: str, code: str) -> str:
    """A unit in a sentence, by its code: 'PDU N039H92', 'team N030AM'."""
    if level == "nation":
        return "England and Wales"
    return f"{level.upper() if level == 'pdu' else level} {code}".strip()
