"""How the allocation screens are told of people, cases and figures: their names of fields, our facts."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from wmt.ledger import Moment
from wmt.ledger.arithmetic import divide_half_up
from wmt.site.api.schemas import number
from wmt.site.availability.staff_details import StaffName
from wmt.site.workload.models import Pricing, Unit

#: What they call our grade.
_GRADES = {"TPO": "PQiP"}
_TYPES = {"community": "COMMUNITY", "custody": "CUSTODY", "licence": "LICENSE"}
UNTIERED = "UNTIERED"
#: The letters whose cases they count apart; S: supervision is suspended.
LETTERS = ("A", "B", "C", "D", "AS", "BS", "CS", "DS")
NOT_HELD = "Name not held"


def grade(ours: str) -> str:
    return _GRADES.get(ours, ours)


def our_grades(theirs: Collection[str]) -> set[str]:
    """The grades that they ask for, as ours."""
    back = {name.upper(): ours for ours, name in _GRADES.items()}
    return {back.get(each.upper(), each.upper()) for each in theirs}


def percent(moment: Moment) -> int | float:
    """Capacity in per cent with one decimal; 0 where there is no available time, which they cannot say."""
    if not moment.available_x100:
        return 0
    return number(Decimal(divide_half_up(moment.points_x100 * 1_000, moment.available_x100)).scaleb(-1))


def exact(value: Decimal | None) -> int | float:
    return 0 if value is None else number(value)


def tier(case_tier: str, *, suspended: bool) -> str:
    return UNTIERED if case_tier == "0" else f"{case_tier}{'S' * suspended}"


def case_type(location: str) -> str:
    return _TYPES.get(location, "UNKNOWN")


def tier_of(pricing: Pricing) -> str:
    return tier(pricing.tier, suspended=pricing.suspended)


def person() -> dict[str, str]:
    """The name of a person on probation: our data has none."""
    return {"forename": "", "middleName": "", "surname": "", "combinedName": NOT_HELD}


def name(called: StaffName) -> dict[str, str]:
    return {
        "forename": called.forename, "middleName": called.middle_name, "surname": called.surname,
        "combinedName": called.whole,
    }  # fmt: skip


def staff(post: Unit, called: StaffName) -> dict[str, Any]:
    """A practitioner, with an email address where one is known."""
    found = {"code": post.staff_code, "name": name(called), "grade": grade(post.grade)}
    return found | ({"email": called.email} if called.email else {})


def letters(kinds: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Active cases by tier letter, of all types."""
    found = dict.fromkeys((*LETTERS, "untiered"), 0)
    for (_, letter), cases in kinds.items():
        if letter in found:
            found[letter] += cases
    return {letter.lower(): cases for letter, cases in found.items()}


def listed(values: Sequence[str]) -> list[str]:
    """What they send several times, or once with commas."""
    return list(dict.fromkeys(part.strip() for value in values for part in value.split(",") if part.strip()))
