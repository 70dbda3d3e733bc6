"""Several cases over several people: a suggestion by a rule that anybody can follow, for a manager to change.

Cases that the fewest people may hold come first, then those that earn most. Each goes to somebody who may
hold it, is not protected from it and stays at or under the threshold with it: to who held it before, or else
to who has the lowest capacity then; those who may hold it on a condition (trainees with a mentor) last. Every
case moves once. What nobody can take by this rule stays unanswered, with the reason: the tool does not choose
who is to be overloaded.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from wmt.allocation.candidates import Candidate, CaseEffect
from wmt.allocation.cases import CaseToGive
from wmt.grades import STAFF_GRADES

#: Why somebody is suggested, where nothing more is to be said of it.
LOWEST = "lowest capacity with it"


@dataclass(frozen=True)
class SpreadSuggestion:
    """To whom a case could go, by the code of a post, and why; '' where nobody can take it."""

    case: CaseToGive
    to: str
    why: str


def suggestions(
    cases: Sequence[CaseToGive],
    people: Sequence[Candidate],
    held_before: Mapping[str, Collection[str]],
) -> list[SpreadSuggestion]:
    """One for each case, in the order they came. `held_before` are the posts that held a case, by reference.

    The candidates have an effect for each of the cases, in the same order.
    """
    may = [[each.code for each in people if _may_hold(each, place)] for place in range(len(cases))]
    standing = {each.code: with_cases(each, ()) for each in people}
    found: dict[int, SpreadSuggestion] = {}
    for place in sorted(
        range(len(cases)), key=lambda at: (len(may[at]), -cases[at].points_x100, cases[at].ref or "")
    ):
        then = (with_cases(standing[code], [standing[code].effects[place]]) for code in may[place])
        room = [each for each in then if not (each.over_with_all or each.refused)]
        knows = [each for each in room if each.code in held_before.get(cases[place].ref or "", ())]
        if room:
            best = min(knows or room, key=lambda each: _order(each, each.effects[place]))
            standing[best.code] = best
            why = "held it before" if knows else LOWEST
            found[place] = SpreadSuggestion(cases[place], best.code, why)
        else:
            found[place] = SpreadSuggestion(
                cases[place], "", _nobody(people, place, any_may=bool(may[place]))
            )
    return [found[place] for place in range(len(cases))]


def with_cases(one: Candidate, effects: Iterable[CaseEffect]) -> Candidate:
    """Somebody with some of the cases: beside those they have been given, or with none of them yet."""
    effects = list(effects)
    points_x100 = one.together.points_x100 if effects else one.now.points_x100
    points_x100 += sum(each.after.points_x100 - one.now.points_x100 for each in effects)
    gets = one.gets + len(effects) if effects else 0
    return replace(one, together=one.together._replace(points_x100=points_x100), gets=gets)


def _may_hold(one: Candidate, place: int) -> bool:
    effect = one.effects[place]
    return not one.why_not and not effect.holds and effect.may_get


def _order(one: Candidate, effect: CaseEffect) -> tuple[bool, Fraction, int, str]:
    """Without a condition first, then by capacity, grade and code."""
    share = Fraction(one.together.points_x100, one.together.available_x100)
    return bool(effect.eligibility.words), share, STAFF_GRADES.index(one.grade), one.code


def _nobody(people: Sequence[Candidate], place: int, *, any_may: bool) -> str:
    if any_may:
        return "nobody chosen who may hold it has room for it"
    reasons = []
    for each in people:
        effect = each.effects[place]
        if not _may_hold(each, place):
            of_grade = "" if effect.eligibility.eligible else effect.eligibility.words
            reasons += [words for words in (*each.why_not, of_grade, effect.refused) if words]
    return f"nobody chosen may hold it: {'; '.join(dict.fromkeys(reasons)) or 'nobody is chosen'}"
