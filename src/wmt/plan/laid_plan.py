"""A plan as far as it is laid: facts with the steps done so far, and what could not be done."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from wmt.facts import Facts
from wmt.grades import DUMMY
from wmt.plan import facts_changed
from wmt.rules import Overlay

#: Where cases wait in a team that has no placeholder yet.
WAITS = "WAITING"


class StepOutcome(NamedTuple):
    """What became of a step: its number from 1, what it does in words, and what could not be done."""

    number: int
    words: str
    missing: Sequence[str]
    done: bool  # anything of it


@dataclass(frozen=True)
class Naming:
    """How words about a plan name cases and posts, and the cases it may not use (as if nobody held them)."""

    case: Callable[[str], str] = str
    post: Callable[[str], str] = str
    hidden: Container[str] = ()
    is_owner: bool = True  # whether what a step holds that cannot be read may be said
    nobody: str = "nobody holds {} in this data"


#: Everything by its reference or code.
PLAIN = Naming()


@dataclass
class LaidPlan:
    """A night's facts with the steps done so far, the rules laid over, and the posts that were touched."""

    facts: Facts
    naming: Naming = PLAIN
    overlays: list[Overlay] = field(default_factory=list)
    #: The priority level of PDUs, by code, where a step sets one.
    levels: dict[str, str] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)  # of the step that is being done
    done: bool = False
    day: date | None = None  # on which it is done; None: that of the facts
    #: The facts, and how many overlays lie over the rules, after each step.
    stages: list[tuple[Facts, int]] = field(default_factory=list)

    #: The posts as they were last read (`posts`), and the table they were read from.
    _read: tuple[pl.DataFrame | None, dict[str, tuple[int, bool]]] = field(default=(None, {}), repr=False)

    @property
    def posts(self) -> dict[str, tuple[int, bool]]:
        """The number of each post by its code, and whether it has figures of this night."""
        table = self.facts.post
        if self._read[0] is not table:
            columns = ("team_code", "staff_code", "post_no", "unmeasured", "stale_since")
            rows = zip(*(table[name].to_list() for name in columns), strict=True)
            found = {f"{team}:{staff}": (no, not bad and old is None) for team, staff, no, bad, old in rows}
            self._read = table, found
        return self._read[1]

    def post(self, code: str) -> int | None:
        """The number of a post that has figures of this night; None, and said, where there is none."""
        if code not in self.posts:
            self.missing.append(f"there is no post {code}")
            return None
        number, has_figures = self.posts[code]
        if not has_figures:
            self.missing.append(f"{self.naming.post(code)} has no figures in this data")
            return None
        return number

    def team(self, code: str) -> int | None:
        """The number of a team; None, and said, where there is none."""
        found = self.facts.team.filter(team_code=code)
        if found.is_empty():
            self.missing.append(f"there is no team {code}")
            return None
        return int(found["team_no"][0])

    def move(self, rows: Sequence[facts_changed.CaseRow], to: Sequence[tuple[str, int]]) -> None:
        """Cases to posts (code, number) in turn."""
        given, left = [], list(rows)
        turn = 0
        while left:
            row, (_, post_no) = left.pop(0), to[turn % len(to)]
            # counted cases are dealt singly too, and cases listed by their references are one each
            one = row._replace(cases=1) if len(to) > 1 else row
            given.append((one, post_no, row.kind_no))
            if rest := row.cases - one.cases:
                left.insert(0, row._replace(cases=rest))
            turn += 1
        self.put(rows, given, (code for code, _ in to[: max(turn, 1)]))

    def put(
        self,
        taken: Sequence[facts_changed.CaseRow],
        given: Sequence[tuple[facts_changed.CaseRow, int, int]],
        to: Iterable[str] = (),
    ) -> None:
        """Cases taken from where they are, and put as (case, post number, kind number) says."""
        if not taken and not given:
            return
        holders = {number: code for code, (number, _) in self.posts.items()}
        self.facts = facts_changed.with_cases(self.facts, taken, given)
        self.touched.update(holders[row.post_no] for row in taken)
        self.touched.update(to)
        self.done = True

    def change(self, code: str, **values: Any) -> None:
        """Other values of a post that is there."""
        if (number := self.post(code)) is not None:
            self.facts = facts_changed.with_post_changed(self.facts, number, values)
            self.touched.add(code)
            self.done = True

    def waiting_post(self, team_code: str, team_no: int) -> tuple[str, int]:
        """The placeholder at which cases of a team wait; made where the team has none of this night: at one
        that keeps earlier figures they would count nowhere."""
        there = self.facts.post.filter(pl.col("stale_since").is_null())
        mine = there.filter(team_code=team_code, is_placeholder=1, unmeasured=0)
        if mine.is_empty():
            row = new_post(team_code, team_no, WAITS, DUMMY, 0) | {"is_placeholder": 1}
            self.facts = facts_changed.with_posts_added(self.facts, [row])
            mine = self.facts.post.filter(team_code=team_code, staff_code=WAITS)
        staff, number = mine.sort("staff_code").select("staff_code", "post_no").row(0)
        return f"{team_code}:{staff}", int(number)


def new_post(team: str, team_no: int, staff: str, grade: str, micro: int | None) -> dict[str, Any]:
    """A row of `POST` without its number: somebody whom only a plan has."""
    return {
        "team_no": team_no, "team_code": team, "staff_code": staff, "name": f"{staff} (plan)",
        "grade_code": None, "grade": grade, "contracted_micro": micro,
        "hours_source": None if micro is None else "entered", "is_placeholder": 0, "stale_since": None,
        "unmeasured": 0,
    }  # fmt: skip
