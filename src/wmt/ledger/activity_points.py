"""What part of the points of cases is for which activity: the points of a tier, shared by its hours."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

from wmt.rules import RuleSet, activities


def points_by_activity(cases: Iterable[tuple[str, str, int]], rules: RuleSet) -> dict[str, Fraction]:
    """The points of cases by the id of the activity they are for, in hundredths, in the order of the rules.

    `cases` are type, tier and points in hundredths. Those whose hours nobody published are for no activity.
    """
    of_tier: dict[tuple[str, str], int] = defaultdict(int)
    for case_type, tier, points_x100 in cases:
        of_tier[case_type, tier] += points_x100
    ids = (*activities.library(rules), activities.RESPONSIVE, activities.REMAINDER)
    found = dict.fromkeys(ids, Fraction(0))
    for (case_type, tier), points_x100 in of_tier.items():
        hours = activities.tier_activities(rules, case_type, tier)
        for line in hours.lines if hours else ():
            found[line.id] += points_x100 * line.annual_hours / hours.annual_hours  # type: ignore[union-attr]
    return {activity: points for activity, points in found.items() if points}
