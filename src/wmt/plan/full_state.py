"""What a unit's figures of one day say of room for cases: by kind, both counts, and what would free most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from wmt.grades import TRAINEE
from wmt.plan import full, full_pool

OFFICER = "PO"
HAS_ROOM, UNEVEN, FULL, NOT_KNOWN = "has room", "full but uneven", "full", "not known"


@dataclass(frozen=True)
class KindState:
    """A kind of case in a unit: room with the best re-sharing and without moving anybody, at both ceilings.

    `points_x100` and `cases` are what there is of the kind, `able` the grades that may hold any of it.
    """

    kind: str
    able: frozenset[str]
    points_x100: int
    case_x100: Fraction
    best: full.KindRoom
    alone: full.Unmoved
    best_over: full.KindRoom
    alone_over: full.Unmoved

    @property
    def word(self) -> str:
        """The unit today; uneven where single posts have room that others have used up."""
        if not self.best.is_full:
            return HAS_ROOM
        return UNEVEN if self.alone.cases else FULL

    @property
    def is_over_full(self) -> bool:
        """Whether the same is true at the higher ceiling."""
        return self.best_over.is_full


@dataclass(frozen=True)
class FullState:
    """A unit on a day: its pool and the state of each kind. Kinds without points anywhere are not there.

    `trainees` is how many posts of trainees could be given cases.
    """

    rules: full_pool.FullRules
    pool: full.Pool
    kinds: Sequence[KindState]
    trainees: int

    @property
    def word(self) -> str:
        """The unit in a word: full where it is for all kinds; with room where it has some for any.

        Not known where it has no kinds: no posts in sentence management, or tiers that have no points.
        """
        words = {each.word for each in self.kinds}
        return next((word for word in (HAS_ROOM, UNEVEN, FULL) if word in words), NOT_KNOWN)

    @property
    def overdrawn_x100(self) -> dict[str, int]:
        """By how much the work that stays with its authors is more than a grade's time up to the ceiling.

        The sums hold it against every set of grades with this one in it, though nobody can take it over.
        """
        ceiling = self.rules.ceiling_x100
        short = {
            grade: time.fixed_x100 - time.available_x100 * ceiling // 10_000
            for grade, time in self.pool.grades.items()
        }
        return {grade: x100 for grade, x100 in short.items() if x100 > 0}

    @property
    def is_over_full(self) -> bool:
        """Whether no kind has room at the higher ceiling either."""
        return bool(self.kinds) and all(each.is_over_full for each in self.kinds)


def state_of(
    rules: full_pool.FullRules,
    sums: full_pool.UnitSums,
    posts: Sequence[full.PostTime],
    means: Mapping[str, Fraction],
) -> FullState:
    """The state of a unit by the rules of its day. `means` as `full_pool.pool_of` takes them."""
    pool = full_pool.pool_of(rules, sums, means)
    ceilings = rules.ceiling_x100, rules.over_x100
    best, over = (full.rooms(pool, ceiling) for ceiling in ceilings)
    kinds = []
    for room, room_over in zip(best, over, strict=True):
        entries = [each for each in pool.demands if each.kind == room.kind]
        able = frozenset.intersection(*(each.eligible for each in entries))
        alone = [full.unmoved(posts, able, room.case_x100, ceiling) for ceiling in ceilings]
        points = sum(each.points_x100 for each in entries)
        kinds.append(KindState(room.kind, able, points, room.case_x100, room, alone[0], room_over, alone[1]))
    return FullState(rules, pool, kinds, sum(post.grade == TRAINEE for post in posts))


@dataclass(frozen=True)
class Relief:
    """Something that would free room: what it is, in points, and what each kind could then take.

    `what`: 'officer' (one more of a grade, full time), 'qualifies' (a trainee becomes an officer),
    'reduction' (those of one post end), 'cases' (ten average cases of a kind go to another unit).
    """

    what: str
    subject: str  # the grade, or the kind of case
    points_x100: int
    spare_x100: Mapping[str, int]


#: So many cases of a kind are taken to go elsewhere.
CASES_AWAY = 10
#: Of larger units nobody asks what the reductions of one post take.
REDUCTION_LEVELS = ("team", "pdu")


def reliefs(state: FullState, reductions: Mapping[str, int]) -> list[Relief]:
    """What would free most, by the points that it frees for the kind that has least; the most first.

    `reductions`: the most that reductions of one post take, by grade and in hundredths of points.
    """
    if not state.kinds:
        return []
    pool, changed = state.pool, []
    for grade in pool.grades:
        if grade != TRAINEE:  # how much of the week a new one would have depends on the stage
            changed.append(("officer", grade, _full_time(state.rules, grade)))
        if reductions.get(grade):
            changed.append(("reduction", grade, reductions[grade]))
    found = [(what, grade, x100, pool.with_time(grade, x100)) for what, grade, x100 in changed]
    found += _qualifying(state)
    for kind in state.kinds:
        away = min(int(CASES_AWAY * kind.case_x100), kind.points_x100)
        if away > 0:
            found.append(("cases", kind.kind, away, pool.without_cases(kind.kind, away)))
    ceiling = state.rules.ceiling_x100
    made = [
        Relief(what, subject, points, {each.kind: each.spare_x100 for each in full.rooms(other, ceiling)})
        for what, subject, points, other in found
    ]
    least = min(state.kinds, key=lambda each: each.best.spare_x100).kind
    return sorted(
        made, key=lambda each: (-each.spare_x100[least], -each.points_x100, each.what, each.subject)
    )


def _qualifying(state: FullState) -> list[tuple[str, str, int, full.Pool]]:
    """A trainee who becomes an officer: the mean of the trainees' time goes, a new officer's comes."""
    # nor where trainees may hold no case that there is: their time is none of the pool's
    if not state.trainees or TRAINEE not in state.pool.grades:
        return []
    had = state.pool.grades[TRAINEE].available_x100 // state.trainees
    reason = state.rules.rule("reduction_reason_for.newly_qualified").value
    less_x100 = state.rules.rule(f"reduction_reasons.{reason}.allowance_percent").hundredths
    has = _full_time(state.rules, OFFICER) * (10_000 - less_x100) // 10_000
    changed = state.pool.with_time(TRAINEE, -had).with_time(OFFICER, has)
    return [("qualifies", TRAINEE, has - had, changed)]


def _full_time(rules: full_pool.FullRules, grade: str) -> int:
    return rules.rule(f"nominal_target.{grade}").hundredths
