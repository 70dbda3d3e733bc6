"""An answer as tables: how far each goal is reached, everybody before and after, and every move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from wmt import ledger
from wmt.plan.balance.problem import GOAL_WORDS, Goal, Limits
from wmt.site import tables
from wmt.site.accounts import limited_access, visibility
from wmt.site.audit.reads import note_read
from wmt.site.links import unit_url
from wmt.site.queries.resharing import posts_of
from wmt.site.web.charts.dots import DotPair, dots
from wmt.site.web.charts.figure import Chart
from wmt.site.web.units import cohort_column
from wmt.site.web.units.labels import upper_first
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted

#: So many moves can be chosen among on one page; of more there are only the tables.
MOST_TICKED = 200
#: So many people are drawn; the table has them all.
MOST_DRAWN = 60
_OF_POINTS = (Goal.POINTS_OVER, Goal.SPREAD)
#: What the solver says of why, as pages say it.
_WHY = {
    "giver is over the threshold": "gives: over the threshold",
    "giver is above the average": "gives: above average",
    "giver makes room for another": "gives: makes room for another case",
    "receiver gives more than this up": "gets: gives up more than this",
    "receiver is below the average": "gets: below average",
    "receiver has room": "gets: has room",
}
_CHANGES = {
    "locked posts share": "the people you keep as they are give and get cases, too",
    "cases that are kept may move": "the cases you keep may move",
    "forbidden moves are allowed": "the moves you ruled out are allowed",
    "protected posts may receive": "people who are protected get cases, too",
    "cases may move however long they are held and whenever they end": "cases may move however long they are "
    "held and whenever they end",
}


@dataclass(frozen=True)
class ShownAnswer:
    """An answer as plain data (`resharing_answer`), for whoever reads it.

    `names_cases`: whether the reader may read the cases of all of the unit. Who may not sees figures and
    numbers of moves, and no case.
    """

    answer: Mapping[str, Any]
    state: State
    reader: Any
    unit: Unit

    @cached_property
    def posts(self) -> dict[str, Unit]:
        """The posts of the unit that the reader sees, by their codes."""
        return {post.code: post for post in posts_of(self.state, self.reader, self.unit)}

    @cached_property
    def barred(self) -> set[str]:
        """Those to whom the reader may not allocate, by code; nobody where they may allocate nowhere."""
        may = visibility.allocates_to(self.reader, self.state)
        if may is None:
            return set()
        return {code for code, post in self.posts.items() if not may((post.team_code, post.staff_code))}

    def _named(self, code: str, grade: str) -> tables.Value:
        return name_of(self.posts, code, grade)

    def _receiver(self, code: str, grade: str) -> tables.Value:
        """Somebody who gets cases, by name; whether the reader cannot allocate to them is said."""
        named = name_of(self.posts, code, grade)
        return replace(named, note=f"{named.note}; {visibility.NOT_BY_YOU}") if code in self.barred else named

    @cached_property
    def names_cases(self) -> bool:
        """Whether cases are named; it is written down that they were read."""
        found = visibility.cases_in_bulk(self.reader, self.state, self.unit).covers(self.unit)
        if found and self.answer["moves"]:
            note_read(self.reader, self.unit)
        return found

    def told(self, *, ticks: bool = False) -> dict[str, tables.Table]:
        """Everything that is told, by name."""
        found = {"goals": self._goals(), "people": self._people(ticks=ticks)}
        if self.names_cases:
            found["moves"] = cohort_column.with_cohorts(self._moves(ticks=ticks), self.reader, self.state)
        if self.answer.get("would_help"):
            found["help"] = self._help()
        return found

    @property
    def chart(self) -> Chart | None:
        """Everybody who gives or gets, before and after, who has most now first."""
        names = {code: staff_names.shown(post.name, code) for code, post in self.posts.items()}
        over_x100 = self.answer["over_x100"]
        over = f"{tables.exact(over_x100).text}%"
        touched = [post for post in self.answer["posts"] if post["available_x100"]]
        touched = [post for post in touched if post["gives"] or post["gets"]]
        pairs = [_pair(post, names.get(post["code"]) or post["code"], over_x100) for post in touched]
        pairs = sorted(pairs, key=lambda pair: (-pair.before_x100, pair.label))[:MOST_DRAWN]
        more = len(touched) - len(pairs)
        rest = f"; {more} more are in the table" if more else ""
        people, still = counted(len(pairs), "person", "people"), sum(pair.over for pair in pairs)
        summary = f"{people} who give or get cases{rest}; {still} over {over} after."
        return dots("Who gives and gets, before and after", summary, pairs, over_x100, over)

    def _goals(self) -> tables.Table:
        columns = [
            tables.Column("goal", "In this order"),
            tables.Column("before", "Now", "points"),
            tables.Column("after", "After these moves", "points"),
            tables.Column("said", "How good is this?", "words"),
        ]
        rows = []
        for each in self.answer["goals"]:
            shown = tables.points if each["goal"] in _OF_POINTS else tables.count
            values = {
                "goal": tables.text(upper_first(GOAL_WORDS[Goal(each["goal"])])),
                "before": shown(each["before"]),
                "after": shown(each["after"]),
                "said": tables.text(_verdict(each)),
            }
            if each["goal"] == Goal.WAITING and not each["before"]:  # 0 would say that no case waits
                nothing = tables.Value(None, "–")
                words = tables.text("Cases that nobody holds are not part of this answer")
                values |= {"before": nothing, "after": nothing, "said": words}
            rows.append(tables.Row(values))
        return tables.Table("goals", "Before and after", columns, rows, notes=self._step_notes())

    def _step_notes(self) -> list[str]:
        """In what steps points count; two answers within one step are alike."""
        found = {each.get("step", 1) for each in self.answer["goals"] if each["goal"] in _OF_POINTS} - {1}
        share = tables.exact(self.answer.get("step_x100", Limits.step_x100)).text
        points = "percentage point" if share == "1" else "percentage points"
        return [
            f"Points count in steps of {tables.exact(step).text}, which is {share} {points} of all available "
            "points: to gain less than that, no case is moved. So one that is proved best may have more "
            "points than another, by less than a step."
            for step in sorted(found)
        ]

    def _people(self, *, ticks: bool) -> tables.Table:
        columns = [
            *([tables.Column("person", "Keep as is", "way")] if ticks else []),
            tables.Column("name", "Who"),
            tables.Column("now", "Capacity now", "percent"),
            tables.Column("then", "After", "percent"),
            tables.Column("gives", "Gives", "count"),
            tables.Column("gets", "Gets", "count"),
            tables.Column("points_now", "Points now", "points"),
            tables.Column("points", "Points after", "points"),
            tables.Column("high_now", "High-risk cases now", "count"),
            tables.Column("high", "High-risk cases after", "count"),
        ]
        over, rows = self.answer["over_x100"], []
        for each in self.answer["posts"]:
            available = each["available_x100"]
            values = {
                "name": (self._receiver if each["gets"] else self._named)(each["code"], each["grade"]),
                "now": tables.percent(each["before_x100"], available, over),
                "then": tables.percent(each["after_x100"], available, over),
                "gives": tables.count(each["gives"]),
                "gets": tables.count(each["gets"]),
                "points_now": tables.points(each["before_x100"]),
                "points": tables.points(each["after_x100"]),
                "high_now": tables.count(each["high_before"]),
                "high": tables.count(each["high_after"]),
            }
            if ticks:
                label = f"Keep {values['name'].text} as they are"
                values["person"] = tables.Value(each["code"], label, tone="tick")
            rows.append(tables.Row(values, "post", each["code"]))
        return tables.Table("people", "Everybody, before and after", columns, rows)

    def _moves(self, *, ticks: bool) -> tables.Table:
        columns = [
            *(
                [
                    tables.Column("keep", "Keep this move", "way"),
                    tables.Column("never", "Rule it out", "way"),
                    tables.Column("stays", "Case stays", "way"),
                ]
                if ticks
                else []
            ),
            tables.Column("crn", "CRN", "code"),
            tables.Column("what", "Case"),
            tables.Column("points", "Points", "points"),
            tables.Column("giver", "From"),
            tables.Column("giver_now", "From: before this move", "percent"),
            tables.Column("giver_then", "From: after it", "percent"),
            tables.Column("receiver", "To"),
            tables.Column("receiver_now", "To: before this move", "percent"),
            tables.Column("receiver_then", "To: after it", "percent"),
            tables.Column("why", "Why", "words"),
        ]
        hidden, needs = limited_access.hidden_from(self.reader), self.answer.get("needs", {})
        rows = []
        for number, move in enumerate(self.answer["moves"]):
            refs = [limited_access.HIDDEN if ref.upper() in hidden else ref for ref in move["refs"]]
            values = {
                "crn": tables.text(", ".join(refs) or f"{move['number']} of these"),
                "what": tables.text(upper_first(move["what"])),
                "points": tables.exact(move["points_x100"]),
                "why": tables.text(_why(move)),
            }
            for side in ("giver", "receiver"):
                values |= self._side(move, side)
            if ticks:
                values |= _ticks(number, move, values["crn"].text)
            rows.append(tables.Row(values))
        return tables.Table(
            "moves", "Moves, in the order in which they were worked out", columns, rows,
            empty="No case moves: nothing that is allowed makes this better.",
            notes=[f"A {of} who gets a case needs {words}." for of, words in needs.items()],
        )  # fmt: skip

    @cached_property
    def _figures(self) -> dict[str, Mapping[str, Any]]:
        """What the answer says of each post, by its code."""
        return {post["code"]: post for post in self.answer["posts"]}

    def _side(self, move: Mapping[str, Any], side: str) -> dict[str, tables.Value]:
        if not move[side]:
            nothing = tables.Value(None)
            words = "Waiting, or held by who leaves" if self.answer.get("leavers") else "Nobody holds it"
            return {side: tables.text(words), f"{side}_now": nothing, f"{side}_then": nothing}
        post = self._figures[move[side]]
        before, after = move[f"{side}_x100"]
        over, available = self.answer["over_x100"], post["available_x100"]
        return {
            side: (self._receiver if side == "receiver" else self._named)(move[side], post["grade"]),
            f"{side}_now": tables.percent(before, available, over),
            f"{side}_then": tables.percent(after, available, over),
        }

    def _help(self) -> tables.Table:
        columns = [
            tables.Column("what", "If this were so", "words"),
            tables.Column("over", "People over the threshold", "count"),
            tables.Column("points", "Points over the threshold", "points"),
        ]
        rows = [
            tables.Row(
                {
                    "what": tables.text(upper_first(_CHANGES.get(each["words"], each["words"]))),
                    "over": tables.count(each["over"]),
                    "points": tables.points(each["points_over_x100"]),
                }
            )
            for each in self.answer["would_help"]["changes"]
        ]
        others = "; ".join(_CHANGES.get(each, each) for each in self.answer["would_help"]["others"])
        notes = [f"Tried, and not found to help: {others}."] if others else []
        return tables.Table("help", "What would help, each by itself", columns, rows, notes=notes)


def _pair(post: Mapping[str, Any], label: str, over_x100: int) -> DotPair:
    available = post["available_x100"]
    both = [ledger.Moment(post[name], available) for name in ("before_x100", "after_x100")]
    before, after = (ledger.capacity_x100(*moment) or 0 for moment in both)
    words = f"{label}: {ledger.shown_capacity(*both[0])} now, {ledger.shown_capacity(*both[1])} after"
    return DotPair(label, before, after, ledger.is_over(*both[1], over_x100), words)


def name_of(posts: Mapping[str, Unit], code: str, grade: str) -> tables.Value:
    """A person by their name, with their page; by the code of the post where the figures have it no more."""
    post = posts.get(code)
    if post is None:
        return tables.text(code, note=grade)
    return tables.text(
        staff_names.shown(post.name, code), unit_url("post", code), f"{grade}, {post.team_code}"
    )


def _ticks(number: int, move: Mapping[str, Any], crn: str) -> dict[str, tables.Value]:
    """How a move is kept, ruled out or its case kept; counted cases have no names to do it by."""
    if not move["refs"] or move["why"] == "you keep this move":
        return {name: tables.text("") for name in ("keep", "never", "stays")}
    words = {"keep": "Keep the move of", "never": "Rule out the move of", "stays": "Do not move"}
    return {name: tables.Value(str(number), f"{said} {crn}", tone="tick") for name, said in words.items()}


def _why(move: Mapping[str, Any]) -> str:
    said = "; ".join(_WHY.get(part, part) for part in move["why"].split("; "))
    return upper_first(said)


def _verdict(goal: Mapping[str, Any]) -> str:
    if goal["proved"]:
        step = goal.get("step", 1)
        within = f", counted in steps of {tables.exact(step).text}" if step > 1 else ""
        return f"Proved best{within}"
    if not goal["least"]:
        return "Not proved"
    return f"Within {tables.exact(goal['gap_x100']).text}% of the best possible"


def sentences(answer: Mapping[str, Any]) -> list[str]:
    """What the answer comes to, in a few sentences without names."""
    over, timed = answer["over_x100"], [post for post in answer["posts"] if post["available_x100"]]
    now, then = (_people_words(timed, name, over) for name in ("before_x100", "after_x100"))
    moved = sum(move["number"] for move in answer["moves"])
    found = [f"{counted(moved, 'case')} would move. Now {now}; after, {then}."]
    points, available = (sum(post[name] for post in timed) for name in ("after_x100", "available_x100"))
    if ledger.is_over(points, available, over):
        found.append(
            f"All of them together are at {ledger.shown_capacity(points, available)} then, so no sharing "
            f"brings everybody to {tables.exact(over).text}%."
        )
    if left := answer.get("leavers"):
        found.append(
            f"{counted(len(left), 'person leaves', 'people leave')}: their cases are given out as cases that "
            "nobody holds."
        )
    stay = answer["stay"].items()
    if stay:
        kept = "; ".join(f"{number:,} {why}" for why, number in stay)
        found.append(f"{counted(answer['may_move'], 'case')} could move. These stay where they are: {kept}.")
    if lost := answer.get("not_kept"):
        found.append(f"{counted(lost, 'move')} that you keep cannot be made any more.")
    if answer["protected"]:
        are = "is protected and gets" if answer["protected"] == 1 else "are protected and get"
        found.append(f"{counted(answer['protected'], 'person', 'people')} here {are} no cases.")
    return found


def _people_words(posts: Sequence[Mapping[str, Any]], name: str, over_x100: int) -> str:
    """How many are over the threshold, and from which to which capacity people are."""
    over = sum(ledger.is_over(post[name], post["available_x100"], over_x100) for post in posts)
    by_share = sorted(posts, key=lambda post: ledger.capacity_x100(post[name], post["available_x100"]) or 0)
    ends = [
        ledger.shown_capacity(post[name], post["available_x100"]) for post in (*by_share[:1], *by_share[-1:])
    ]
    words = f"{counted(over, 'person is', 'people are')} over {tables.exact(over_x100).text}%"
    return f"{words}, and capacities go from {ends[0]} to {ends[1]}" if ends else words
