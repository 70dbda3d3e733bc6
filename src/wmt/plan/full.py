"""Whether a unit is full: what its posts can still take of each kind of case with the best re-sharing.

A unit is full for a kind when one more average case of it would take the posts that may hold it over the
ceiling, however cases were shared among them. By Gale's condition this needs no solver: for every set of
grades, what the kinds that only these may hold add up to is held against what these grades can take.
Points are whole hundredths.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

Grades = frozenset[str]


@dataclass(frozen=True)
class KindDemand:
    """The cases of a kind in a unit, whoever holds them, all of which the same grades may hold.

    `case_x100` is the average case. A kind whose tiers different grades may hold has an entry for each.
    """

    kind: str
    eligible: Grades
    points_x100: int
    case_x100: Fraction


@dataclass(frozen=True)
class GradeTime:
    """What the posts of a grade have available, and the work that stays with its author, such as reports."""

    available_x100: int
    fixed_x100: int


@dataclass(frozen=True)
class Pool:
    """All cases of a unit, and the time of each grade that has posts in it."""

    demands: Sequence[KindDemand]
    grades: Mapping[str, GradeTime]

    def with_time(self, grade: str, more_x100: int) -> "Pool":
        """The same where a grade has so much more, or less, available."""
        had = self.grades.get(grade, GradeTime(0, 0))
        now = replace(had, available_x100=had.available_x100 + more_x100)
        return replace(self, grades={**self.grades, grade: now})

    def without_cases(self, kind: str, x100: int) -> "Pool":
        """The same with so much less of a kind, or as little as its largest entry has."""
        most = max((each for each in self.demands if each.kind == kind), key=lambda each: each.points_x100)
        changed = replace(most, points_x100=most.points_x100 - min(x100, most.points_x100))
        return replace(self, demands=[changed if each is most else each for each in self.demands])


@dataclass(frozen=True)
class GradeSet:
    """A set of grades against the kinds that nobody else may hold: `slack_x100` is what is left of it."""

    grades: tuple[str, ...]
    kinds: tuple[str, ...]
    time_x100: int  # available up to the ceiling
    fixed_x100: int
    demand_x100: int

    @property
    def slack_x100(self) -> int:
        """What these grades could still take of these kinds; below zero where they have too much."""
        return self.time_x100 - self.fixed_x100 - self.demand_x100


def grade_sets(pool: Pool, ceiling_x100: int) -> list[GradeSet]:
    """Every set of grades that some kinds have to themselves, the smallest first.

    `ceiling_x100` is a share of available points in hundredths of a per cent; of a grade, it is cut to whole
    hundredths of points. A kind that no grade here may hold has the empty set.
    """
    order = list(pool.grades)
    able = {each: each.eligible & pool.grades.keys() for each in pool.demands}
    found = []
    for size in range(len(order) + 1):
        for chosen in combinations(order, size):
            inside = [each for each in pool.demands if able[each] <= set(chosen)]
            # grades that none of these kinds needs say nothing: a smaller set does
            if inside and frozenset().union(*(able[each] for each in inside)) == set(chosen):
                time = sum(pool.grades[grade].available_x100 * ceiling_x100 // 10_000 for grade in chosen)
                found.append(
                    GradeSet(
                        chosen,
                        tuple(dict.fromkeys(each.kind for each in inside)),
                        time,
                        sum(pool.grades[grade].fixed_x100 for grade in chosen),
                        sum(each.points_x100 for each in inside),
                    )
                )
    return found


@dataclass(frozen=True)
class KindRoom:
    """What a unit can still take of a kind with the best re-sharing, and the set of grades that binds.

    `sets` are all sets of grades that a case of the kind would fall on.
    """

    kind: str
    case_x100: Fraction
    binding: GradeSet
    sets: Sequence[GradeSet]

    @property
    def spare_x100(self) -> int:
        """The points that can still be taken; below zero where there is too much already."""
        return self.binding.slack_x100

    @property
    def cases(self) -> int:
        """How many average cases these points are; none where there is too much already."""
        return max(0, self.spare_x100) // self.case_x100 if self.case_x100 else 0

    @property
    def is_full(self) -> bool:
        """Whether one more average case would be over the ceiling."""
        return self.spare_x100 < self.case_x100


def rooms(pool: Pool, ceiling_x100: int) -> list[KindRoom]:
    """The room for each kind, in the order of the pool. Of equal sets of grades the smallest binds.

    A case of a kind may be any of those there are: where its tiers are not all for the same grades, the ones
    that are hardest to place decide.
    """
    sets, found = grade_sets(pool, ceiling_x100), []
    for kind in dict.fromkeys(each.kind for each in pool.demands):
        entries = [each for each in pool.demands if each.kind == kind]
        entries = [each for each in entries if each.points_x100] or entries
        falls = [
            each
            for each in sets
            if any(one.eligible & pool.grades.keys() <= set(each.grades) for one in entries)
        ]
        binding = min(falls, key=lambda each: each.slack_x100)
        found.append(KindRoom(kind, entries[0].case_x100, binding, falls))
    return found


@dataclass(frozen=True)
class PostTime:
    """A post by its grade, points and available points. Whoever may be given no case is not among them."""

    grade: str
    points_x100: int
    available_x100: int


def unmoved(posts: Sequence[PostTime], eligible: Grades, case_x100: Fraction, ceiling_x100: int) -> "Unmoved":
    """How many average cases posts could take without anybody giving one away, and how many posts could."""
    points, parts = case_x100.as_integer_ratio()
    taken = [
        # in whole numbers: a fraction for every post of a nation takes a second
        max(0, post.available_x100 * ceiling_x100 // 10_000 - post.points_x100) * parts // points
        for post in posts
        if post.grade in eligible and case_x100
    ]
    return Unmoved(sum(taken), sum(1 for cases in taken if cases))


@dataclass(frozen=True)
class Unmoved:
    """Cases that could be taken with nobody giving one away, and by how many posts."""

    cases: int
    posts: int
