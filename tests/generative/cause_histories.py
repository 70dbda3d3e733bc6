"""Random histories of posts: what may happen to one in a night, and which cause each such event is."""

import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from worlds import World

TIERS = [letter + number for letter in "ABCD" for number in "321"]
GRADES = ("PO", "PSO", "TPO")
CODES = ("CMS01", "CMS28", "CMS43", "CMS47")
FIRST = datetime(2022, 12, 30, 18, 30)  # the rules change between the nights that follow


@dataclass
class Case:
    """One case, as the extract lists it."""

    location: str
    tier: str
    status: str = "active"
    suspended: bool = False


@dataclass
class Post:
    """One post and all it has. Hours are whole; None where nobody entered them."""

    grade: str = "PO"
    hours: int | None = 37
    cases: dict[str, Case] = field(default_factory=dict)
    reports: dict[str, int] = field(default_factory=dict)  # its id, and the night it was made
    reductions: dict[str, tuple[str, int]] = field(default_factory=dict)  # 'hours' or 'percent', and how many


@dataclass
class Nation:
    """Posts by 'TEAM:STAFF', four to a team, and the contacts between them."""

    posts: dict[str, Post]
    contacts: list[tuple[str, str, str, int]] = field(default_factory=list)  # code, by, om, night
    night: int = 0
    made: int = 0
    prisons: set[str] = field(default_factory=set)  # teams of OMiC

    def new(self) -> str:
        """A reference nobody has had."""
        self.made += 1
        return f"X{self.made:06d}"

    def copy(self) -> "Nation":
        """The same nation, apart."""
        return deepcopy(self)

    def world(self) -> World:
        """The facts of tonight, in the making."""
        world = World(FIRST + timedelta(days=self.night))
        for name, post in self.posts.items():
            world.post(name, post.grade, None if post.hours is None else str(post.hours))
        for name, post in self.posts.items():
            for ref, case in post.cases.items():
                world.cases(
                    name, case.location, case.tier, status=case.status, suspended=case.suspended, ref=ref
                )
            for ref, night in post.reports.items():
                world.report(name, "sdr", age_days=self.night - night)
                world.rows["report"][-1]["report_ref"] = ref
            for ref, (unit, much) in post.reductions.items():
                world.reduction(name, **{unit: str(much)}, first_day=FIRST.date() - timedelta(days=60))
                world.rows["reduction"][-1]["reduction_ref"] = ref
        for team in sorted(self.prisons):
            world.omic_team(team)
        for number, (code, by, om, night) in enumerate(self.contacts):
            world.contact(code, by=by, om=om, age_days=self.night - night)
            world.rows["contact"][-1]["contact_ref"] = f"K{number:05d}"
        return world


def nation(dice: random.Random, posts: int) -> Nation:
    """A nation where every post has something of every kind."""
    names = [f"{'NW'[n % 2]}{n // 8 % 10}{n // 4:03d}:S{n % 4}" for n in range(posts)]
    found = Nation({name: Post(grade=dice.choice(GRADES[:2])) for name in names})
    for post in found.posts.values():
        for location in ("community", "community", "licence", "custody"):
            post.cases[found.new()] = Case(location, dice.choice(TIERS))
        for status in ("warrant", "overdue", "uncommenced", "suspended_lifer"):
            post.cases[found.new()] = Case("licence", dice.choice(TIERS), status)
        post.cases[found.new()] = Case("licence", dice.choice(TIERS), suspended=True)
        post.reductions = {found.new(): ("hours", 3), found.new(): ("percent", 10)}
        post.reports[found.new()] = -3
    return found


def _some_case(post: Post, dice: random.Random, status: str = "active", **wanted: str) -> Case | None:
    fits = [
        case
        for case in post.cases.values()
        if case.status == status and all(getattr(case, name) == value for name, value in wanted.items())
    ]
    return dice.choice(fits) if fits else None


Event = Callable[[Nation, str, random.Random], object]


def _allocate(nation: Nation, name: str, dice: random.Random) -> object:
    case = Case(dice.choice(["community", "licence", "custody"]), dice.choice(TIERS))
    nation.posts[name].cases[nation.new()] = case
    return case


def _end(nation: Nation, name: str, dice: random.Random) -> object:
    cases = nation.posts[name].cases
    return cases.pop(dice.choice(sorted(cases))) if cases else None


def _hand(nation: Nation, giver: str, taker: str, dice: random.Random) -> object:
    cases = nation.posts[giver].cases
    if not cases:
        return None
    ref = dice.choice(sorted(cases))
    nation.posts[taker].cases[ref] = cases.pop(ref)
    return ref


def _other(nation: Nation, name: str, dice: random.Random) -> str:
    return dice.choice([other for other in nation.posts if other != name])


def _to(before: str, after: str, **places: str) -> Event:
    """A change of status, of cases in some place."""

    def event(nation: Nation, name: str, dice: random.Random) -> object:
        case = _some_case(nation.posts[name], dice, before, **places)
        if case:
            case.status = after
        return case

    return event


def _place(before: str, after: str) -> Event:
    def event(nation: Nation, name: str, dice: random.Random) -> object:
        case = _some_case(nation.posts[name], dice, location=before)
        if case:
            case.location = after
        return case

    return event


def _retier(nation: Nation, name: str, dice: random.Random) -> object:
    case = _some_case(nation.posts[name], dice)
    if case:
        case.tier = dice.choice([tier for tier in TIERS if tier != case.tier])
    return case


def _suspension(before: bool) -> Event:
    """Supervision of a case suspended, or no longer."""

    def event(nation: Nation, name: str, dice: random.Random) -> object:
        cases = [case for case in nation.posts[name].cases.values() if case.suspended is before]
        if not cases:
            return None
        case = dice.choice(cases)
        case.suspended = not before
        return case

    return event


def _report(nation: Nation, name: str, _dice: random.Random) -> object:
    nation.posts[name].reports[nation.new()] = nation.night
    return name


def _help(nation: Nation, name: str, dice: random.Random) -> object:
    nation.contacts.append((dice.choice(CODES), name, _other(nation, name, dice), nation.night))
    return name


def _be_helped(nation: Nation, name: str, dice: random.Random) -> object:
    nation.contacts.append((dice.choice(CODES), _other(nation, name, dice), name, nation.night))
    return name


def _hours(nation: Nation, name: str, dice: random.Random) -> object:
    post = nation.posts[name]
    post.hours = dice.choice([hours for hours in (20, 24, 30, 33, 37) if hours != post.hours])
    return post.hours


def _reduction(nation: Nation, name: str, dice: random.Random) -> object:
    reductions = nation.posts[name].reductions
    if len(reductions) > 3 and dice.random() < 1 / 2:
        return reductions.pop(dice.choice(sorted(reductions)))
    reductions[nation.new()] = (dice.choice(["hours", "percent"]), dice.randint(2, 6))
    return reductions


def _grade(nation: Nation, name: str, dice: random.Random) -> object:
    post = nation.posts[name]
    post.grade = dice.choice([grade for grade in GRADES[:3] if grade != post.grade])
    return post.grade


def _take(nation: Nation, name: str, dice: random.Random) -> object:
    return _hand(nation, _other(nation, name, dice), name, dice)


def _give(nation: Nation, name: str, dice: random.Random) -> object:
    return _hand(nation, name, _other(nation, name, dice), dice)


#: What may happen to a post, and the cause it is when nothing else does.
EVENTS: dict[str, tuple[Event, str]] = {
    "allocate": (_allocate, "new_case"),
    "take": (_take, "allocated_in"),
    "give": (_give, "moved_out"),
    "end": (_end, "ended"),
    "retier": (_retier, "retiered"),
    "suspend": (_suspension(False), "supervision_suspended"),
    "take up again": (_suspension(True), "supervision_resumed"),
    "release": (_place("custody", "licence"), "custody_to_licence"),
    "recall": (_place("licence", "custody"), "recalled"),
    "to community": (_place("licence", "community"), "type_changed"),
    "warrant": (_to("active", "warrant"), "on_warrant"),
    "warrant ended": (_to("warrant", "active"), "back_from_warrant"),
    "overdue": (_to("active", "overdue"), "overdue"),
    "closed in time": (_to("overdue", "active"), "no_longer_overdue"),
    "commenced": (_to("uncommenced", "active"), "requirement_commenced"),
    "not commenced": (_to("active", "uncommenced"), "requirement_not_commenced"),
    "lifer seen again": (_to("suspended_lifer", "active"), "status_changed"),
    "report": (_report, "reports"),
    "help given": (_help, "help_given"),
    "help received": (_be_helped, "help_received"),
    "hours": (_hours, "hours"),
    "reduction": (_reduction, "reduction"),
    "grade": (_grade, "grade"),
}


def _only_reports(nation: Nation, name: str, _dice: random.Random) -> None:
    """A post that holds no case and writes reports: it is in the stream of courts until it gets one."""
    nation.posts[name].cases.clear()
    nation.posts[name].reports[nation.new()] = nation.night


def _to_prison(nation: Nation, name: str, _dice: random.Random) -> None:
    """A post of an OMiC team without a case in the community: OMiC until it gets one."""
    nation.prisons.add(name.partition(":")[0])
    post = nation.posts[name]
    post.cases = {ref: case for ref, case in post.cases.items() if case.location == "custody"}


#: What takes a post to another stream at the end of a night; the first case of the next one takes it back.
MOVES = (_only_reports, _to_prison)


def live(nation: Nation, dice: random.Random, events: int) -> None:
    """So many events for every post tonight, whatever they are; some end the night in another stream."""
    for name in nation.posts:
        for _ in range(events):
            EVENTS[dice.choice(list(EVENTS))][0](nation, name, dice)
    for name in nation.posts:
        if dice.random() < 1 / 12:
            dice.choice(MOVES)(nation, name, dice)
