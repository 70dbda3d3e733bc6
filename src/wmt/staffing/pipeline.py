"""Trainees on their way to be officers: monthly cohorts, people conserved, never smoothed.

In each month trainees withdraw, those whose route ends qualify, and then officers leave or are promoted while
the qualified who take up a post, returners and external recruits join. Cohorts stay apart, because trainees
qualify in lumps and a planner has to see them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from wmt.rules import RuleSet
from wmt.staffing.rates import StaffingError

_YEAR = 12
#: The most months that are looked ahead: fifty years of them say nothing.
LONGEST = 600
#: More people than any service has.
MOST_PEOPLE = 1_000_000


@dataclass(frozen=True)
class TrainingRoute:
    """A route of training: its months, the share of starters on it, and of those who never finish it."""

    months: int
    share: float
    withdrawal: float

    @property
    def staying(self) -> float:
        """The share of trainees who are still there a month later."""
        return float((1 - self.withdrawal) ** (1 / self.months))


@dataclass(frozen=True)
class Levers:
    """What moves the pipeline. Rates are shares a year, numbers people a year."""

    intake: float
    routes: Sequence[TrainingRoute]
    leaving: float
    promotion: float = 0.0
    take_up: float = 1.0
    returners: float = 0.0
    external: float = 0.0
    months_between_intakes: int = 6
    newly_qualified_months: int = 9
    newly_qualified_share: float = 0.2  # of their time that newly qualified officers are spared
    mentor_share: float = 0.05  # of an officer's time that a trainee takes
    #: (months of training until which, share of their time for cases), in order; the last to the end
    stages: Sequence[tuple[int, float]] = ((6, 0.2), (12, 0.4), (LONGEST, 0.6))

    def __post_init__(self) -> None:
        """Raises StaffingError for what no pipeline can be."""
        if abs(sum(route.share for route in self.routes) - 1) > 1e-9:
            raise StaffingError(
                "the shares of the trainee routes do not make 100%; change them so that they do"
            )
        rates = {"leaving": self.leaving, "promotion": self.promotion, "take-up": self.take_up}
        for name, rate in rates.items():
            if not 0 <= rate <= 1:
                raise StaffingError(f"{name} of {rate * 100:g}% a year cannot be; give 0 to 100")
        if self.leaving + self.promotion > 1:
            raise StaffingError("leaving and promotion are more than 100% a year together; give less")
        if any(not 0 <= route.withdrawal < 1 for route in self.routes):
            raise StaffingError("withdrawal must be from 0 up to, and below, 100%")
        if any(route.months < 1 for route in self.routes):
            raise StaffingError("a trainee route takes at least a month")
        for people in (self.intake, self.returners, self.external):
            check_people(people)
        if not 1 <= self.months_between_intakes <= _YEAR:
            raise StaffingError("intakes are from 1 to 12 months apart")


def check_people(number: float) -> None:
    """Raises StaffingError for what is no number of people."""
    if not 0 <= number <= MOST_PEOPLE:  # nor is what is no number at all
        raise StaffingError(
            f"{number:g} people: a number of people cannot be below 0 or above {MOST_PEOPLE:,}"
        )


@dataclass
class Cohort:
    """Those who started together on one route, in the month `start`: 0 is now, earlier is below 0."""

    start: int
    route: TrainingRoute
    starters: float
    training: float = field(init=False)
    withdrawn: float = 0.0
    qualified: float = 0.0

    def __post_init__(self) -> None:
        self.training = self.starters

    def step(self, month: int) -> float:
        """One month on: some withdraw, and at the end of the route the others qualify. Those who qualify."""
        if self.training:
            left = self.training * (1 - self.route.staying)
            self.training, self.withdrawn = self.training - left, self.withdrawn + left
        if month - self.start == self.route.months:
            self.qualified, self.training = self.training, 0.0
            return self.qualified
        return 0.0


@dataclass(frozen=True)
class MonthEnd:
    """The end of a month. People, but for the full-time equivalents, which say so."""

    month: int
    officers: float
    newly_qualified: float
    officer_equivalents: float  # FTE of officers after what newly qualified are spared
    in_training: float
    trainee_equivalents: float  # FTE of trainees beside their training
    mentor_equivalents: float  # FTE of officers that mentoring takes
    qualified: float
    withdrew: float
    left: float
    promoted: float
    joined: float  # from training, returning and from outside

    @property
    def equivalents(self) -> float:
        """FTE for cases of officers and trainees together, less mentoring."""
        return self.officer_equivalents + self.trainee_equivalents - self.mentor_equivalents


def planned_cohorts(levers: Levers, first: int, last: int) -> list[Cohort]:
    """Cohorts that start in months `first` to `last`, as many people a year as the levers say."""
    step = levers.months_between_intakes
    return [
        Cohort(start, route, levers.intake * step / _YEAR * route.share)
        for start in range(first, last + 1, step)
        for route in levers.routes
    ]


def project(levers: Levers, officers: float, months: int) -> list[MonthEnd]:
    """Month ends from now (month 0) on, with an intake now and the same ones before: all who are in training
    now, or newly qualified.

    Raises StaffingError where `officers` or `months` cannot be.
    """
    check_people(officers)
    if not 1 <= months <= LONGEST:
        raise StaffingError(f"{months} months: look from 1 to {LONGEST} months ahead")
    step = levers.months_between_intakes
    past = max(route.months for route in levers.routes) + levers.newly_qualified_months
    cohorts = planned_cohorts(levers, -(-past // step) * -step, months)
    return list(follow(levers, cohorts, officers, months))


def follow(levers: Levers, cohorts: Sequence[Cohort], officers: float, months: int) -> Iterator[MonthEnd]:
    """Month ends of cohorts that are known, which are used up. Those of the past are brought to now first.

    Who qualified before now is among `officers` already.
    """
    staying = (1 - levers.leaving) ** (1 / _YEAR)
    unpromoted = (1 - levers.promotion) ** (1 / _YEAR)
    joined_lately: dict[int, float] = {}
    for month in range(min((cohort.start for cohort in cohorts), default=0) + 1, 1):
        joined_lately[month] = (
            sum(each.step(month) for each in cohorts if each.start < month) * levers.take_up
        )
    yield _end(levers, 0, officers, cohorts, joined_lately)
    for month in range(1, months + 1):
        gone = sum(each.withdrawn for each in cohorts)
        qualified = sum(each.step(month) for each in cohorts if each.start < month)
        withdrew = sum(each.withdrawn for each in cohorts) - gone
        left, promoted = officers * (1 - staying), officers * (1 - unpromoted)
        joined_lately[month] = qualified * levers.take_up
        joined = joined_lately[month] + (levers.returners + levers.external) / _YEAR
        officers = officers - left - promoted + joined
        flows = {
            "qualified": qualified,
            "withdrew": withdrew,
            "left": left,
            "promoted": promoted,
            "joined": joined,
        }
        yield replace(_end(levers, month, officers, cohorts, joined_lately), **flows)


def _end(
    levers: Levers, month: int, officers: float, cohorts: Sequence[Cohort], joined: Mapping[int, float]
) -> MonthEnd:
    """A month end without its flows."""
    since = month - levers.newly_qualified_months
    newly = min(sum(people for when, people in joined.items() if since < when <= month), officers)
    started = [each for each in cohorts if each.start <= month]
    training = sum(each.training for each in started)
    return MonthEnd(
        month=month,
        officers=officers,
        newly_qualified=newly,
        officer_equivalents=officers - newly * levers.newly_qualified_share,
        in_training=training,
        trainee_equivalents=sum(
            each.training * _share_for_cases(levers, month - each.start) for each in started
        ),
        mentor_equivalents=training * levers.mentor_share,
        qualified=0.0,
        withdrew=0.0,
        left=0.0,
        promoted=0.0,
        joined=0.0,
    )


def _share_for_cases(levers: Levers, age: int) -> float:
    """The share of a trainee's time that is for cases after so many months of training."""
    return next((share for until, share in levers.stages if age < until), levers.stages[-1][1])


def months_until(levers: Levers, officers: float, wanted: float, most: int = 180) -> int | None:
    """Months until there are so many officers; None where that is not within `most` months."""
    ends = project(levers, officers, most)
    return next((end.month for end in ends if end.officers >= wanted), None)


def long_run(levers: Levers) -> float | None:
    """The number of officers at which joiners and leavers are equal; None where nobody ever leaves."""
    monthly = 2 - (1 - levers.leaving) ** (1 / _YEAR) - (1 - levers.promotion) ** (1 / _YEAR)
    return joiners_a_year(levers) / _YEAR / monthly if monthly else None


def joiners_a_year(levers: Levers) -> float:
    """Officers who join in a usual year: the qualified who take up a post, returners, external recruits."""
    return qualify_a_year(levers) * levers.take_up + levers.returners + levers.external


def qualify_a_year(levers: Levers) -> float:
    """How many of a year's intake qualify."""
    return sum(levers.intake * route.share * (1 - route.withdrawal) for route in levers.routes)


def starters_to_stand_still(levers: Levers, officers: float) -> float | None:
    """Starters a year that only replace who leaves or is promoted; None where nobody ever qualifies."""
    share = sum(route.share * (1 - route.withdrawal) for route in levers.routes) * levers.take_up
    gone = officers * (levers.leaving + levers.promotion) - levers.returners - levers.external
    return max(gone, 0.0) / share if share else None


def levers_of(ruleset: RuleSet) -> Levers:
    """The levers as the rules of a day have them; shares of a year from percentages."""

    def share(path: str) -> float:
        return float(Fraction(ruleset[path].hundredths, 10_000))

    def number(path: str) -> float:
        return float(Fraction(ruleset[path].hundredths, 100))

    short = share("staffing.pipeline.shortest_route_percent")
    months = ruleset["pqip_route_months.shortest"].whole, ruleset["pqip_route_months.longest"].whole
    withdrawal = (
        share("staffing.pipeline.withdrawal_shortest_percent"),
        share("staffing.pipeline.withdrawal_longest_percent"),
    )
    free = [1 - share(f"reduction_reasons.{reason}.allowance_percent") for reason in ("12", "13", "14")]
    return Levers(
        intake=number("staffing.pipeline.intake"),
        routes=(
            TrainingRoute(months[0], short, withdrawal[0]),
            TrainingRoute(months[1], 1 - short, withdrawal[1]),
        ),
        leaving=share("staffing.pipeline.leaving_percent"),
        promotion=share("staffing.pipeline.promotion_percent"),
        take_up=share("staffing.pipeline.take_up_percent"),
        returners=number("staffing.pipeline.returners"),
        external=number("staffing.pipeline.external"),
        months_between_intakes=ruleset["staffing.pipeline.months_between_intakes"].whole,
        newly_qualified_months=ruleset["staffing.pipeline.newly_qualified_months"].whole,
        newly_qualified_share=share("reduction_reasons.15.allowance_percent"),
        mentor_share=share("staffing.mentor_percent"),
        stages=((6, free[0]), (12, free[1]), (LONGEST, free[2])),
    )
