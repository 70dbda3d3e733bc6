"""The closed lists of words used in facts, and the unit of hours."""

from decimal import Decimal

STREAMS = ("standard", "t2a", "omic")
LOCATIONS = ("community", "custody", "licence")
UNKNOWN_LOCATION = "unknown"

#: Tiers of each scheme, from most to least demand; '0' is untiered.
TIERS: dict[str, tuple[str, ...]] = {
    "pc16": ("0", *(letter + number for letter in "ABCD" for number in "3210")),
    "t7": ("0", "A", "B1", "B2", "C1", "C2", "D1", "D2", "E", "F", "G"),
    "ag7": ("0", *"ABCDEFG"),
}

#: Why a case counts as active, or why it does not. 'difference' is what the totals of an extract hold
#: beyond its active cases and its listed inactive ones; its number of cases may be negative.
STATUSES = ("active", "warrant", "overdue", "suspended_lifer", "filtered", "difference")

#: Statuses that came later. Kinds of a case are numbered with the first ones, so that the numbers in nights
#: that were saved before go on meaning what they meant; those of a status here come after all others.
LATER_STATUSES = ("uncommenced",)

REPORTS = ("sdr", "fdr", "parom", "arms_community", "arms_licence", "sdr_due", "parom_due", "oral")

#: Team and staff code of the post that takes the side of a contact nobody could be named for.
NOT_KNOWN = "NOT-KNOWN"

#: Where the 0 hours of a post come from that no list of officers has: nowhere, until somebody enters hours.
MENTIONED = "none"

MICRO = 1_000_000


def micro_hours(hours: Decimal) -> int:
    """Hours as whole millionths, exactly: 5% of 18.5 h is 0.925 h, which hundredths cannot hold.

    Raises ValueError when the hours have more than six decimals.
    """
    scaled = hours * MICRO
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{hours} hours has more than six decimals")
    return int(scaled)
