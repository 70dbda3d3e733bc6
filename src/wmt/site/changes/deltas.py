"""Putting time lines into the figures shown: rows of posts replaced, those above moved by the difference."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models import Q

from wmt import ledger
from wmt.ledger.lines import NOT_ENTERED
from wmt.site.availability.queries import every_reason
from wmt.site.availability.records import Post, PostRecords
from wmt.site.changes.time_lines import grade_of
from wmt.site.figures import line_queries
from wmt.site.workload.models import Cell, Line, Pricing, Unit
from wmt.site.workload.night_rows import CELL_LEVELS
from wmt.site.workload.state import OfLoad, State

_MOVING = (*ledger.MEASURES, *ledger.POST_COUNTS)
_BATCH = 2_000
#: What tells the prices of time lines apart.
_SAME = ("kind", "counted", "reason", "rule", "rule_from")


@dataclass
class _Moves:
    """By how much rows move: units by (level, code, stream, grade or '' for all), cells by pricing too."""

    units: dict[tuple[str, str, str, str], dict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    cells: dict[tuple[str, str, str, str, int], list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0] * (1 + len(ledger.AMOUNTS)))
    )


def put_time(
    state: State,
    units: Sequence[Unit],
    plans: Mapping[Post, PostRecords],
    lines: Mapping[Post, Sequence[Mapping[str, Any]]],
    change: int,
) -> None:
    """Give posts these time lines, and the grade of their plans, in all the figures that show them."""
    if units:
        grades = {
            unit.code: grade_of(unit, plans[unit.team_code, unit.staff_code], state.day) for unit in units
        }
        put = _Put(state, units, plans, grades)
        for unit in units:
            put.post(unit, lines[unit.team_code, unit.staff_code])
        put.write()
        _move_units(state, put.moves.units, change)
        _move_cells(state, put.moves.cells)


@dataclass(frozen=True)
class Exchange:
    """Lines of one post that go and those that come, none of them of time; its stream where that changes."""

    old: list[Line] = field(default_factory=list)
    new: list[Line] = field(default_factory=list)
    stream: str = ""


def put_exchanged(
    state: State,
    units: Sequence[Unit],
    exchanged: Mapping[int, Exchange],
    change: int,
) -> None:
    """Put lines of posts, by their numbers, in place of others that are no time lines."""
    grades = {unit.code: unit.grade for unit in units}
    put = _Put(state, units, {}, grades, whole={number for number, each in exchanged.items() if each.stream})
    for unit in units:
        put.exchange(unit, exchanged[unit.number or 0])
    put.write()
    _move_units(state, put.moves.units, change)
    _move_cells(state, put.moves.cells)


class _Put:
    """The rows of posts being made again: their lines replaced, and what that moves noted.

    `plans` are those of posts that get time lines, `grades` those that posts have then by their codes;
    `whole` are the numbers of posts all whose lines move, as they do with the stream of a post.
    """

    def __init__(
        self,
        state: State,
        units: Sequence[Unit],
        plans: Mapping[Post, PostRecords],
        grades: Mapping[str, str],
        whole: Collection[int] = (),
    ) -> None:
        self.state, self.plans, self.moves = state, plans, _Moves()
        self.grades, self.teams = grades, teams_of(state.of_load)
        self.pricing = line_queries.pricing_of(state)
        self.numbers = _time_numbers(state.of_load)
        self.held = self._held(units, whole)
        self.gone: list[int] = []
        self.made: list[Line] = []
        self.regraded: dict[str, list[int]] = defaultdict(list)
        self.streams: dict[str, str] = {}

    @cached_property
    def reasons(self) -> dict[str, str]:
        return {reason: each.name for reason, each in every_reason().items()}

    def _held(self, units: Sequence[Unit], whole: Collection[int]) -> dict[int, list[Line]]:
        """The time lines the posts have; of those that change their grade or stream, all lines."""
        regraded = [
            unit.number for unit in units if self.grades[unit.code] != unit.grade or unit.number in whole
        ]
        wanted = Q(post_no__in=[unit.number for unit in units], pricing__in=list(self.numbers.values()))
        if regraded:
            wanted |= Q(post_no__in=regraded)
        found: dict[int, list[Line]] = defaultdict(list)
        for line in Line.objects.filter(wanted, load_id=self.state.load_id):
            found[line.post_no].append(line)
        return found

    def post(self, unit: Unit, lines: Sequence[Mapping[str, Any]]) -> None:
        """One post gets these time lines; what it keeps of an earlier night stays. Its row moves with those
        above it."""
        grade, held = self.grades[unit.code], self.held[unit.number or 0]
        old = [line for line in held if is_fresh(unit) and self.pricing[line.pricing].side == "time"]
        kept = [line for line in held if line not in old]
        new = [self._line(unit, grade, line) for line in lines]
        self._note_units(unit, grade, self._moved(unit, old, new))
        for found, sign, of_grade in ((old, -1, unit.grade), (new, 1, grade)):
            self._note_cells(unit, found, sign, of_grade)
        self.gone += [line.pk for line in old]
        self.made += new
        if grade != unit.grade:
            for sign, of_grade in ((-1, unit.grade), (1, grade)):
                self._note_cells(unit, kept, sign, of_grade)
            self.regraded[grade] += [line.pk for line in kept]

    def exchange(self, unit: Unit, lines: Exchange) -> None:
        """Some of a post's lines are replaced; its time lines stay, and say what counts its post is in."""
        held, stream = self.held[unit.number or 0], lines.stream or unit.stream
        time = [line for line in held if self.pricing[line.pricing].side == "time"]
        after = self._moved(unit, time + lines.old, time + lines.new)
        self._note_units(unit, unit.grade, after, stream)
        gone = {line.pk for line in lines.old}
        stay = [] if stream == unit.stream else [line for line in held if line.pk not in gone]
        self._note_cells(unit, stay + lines.old, -1, unit.grade)
        self._note_cells(unit, stay + lines.new, 1, unit.grade, stream)
        self.gone += gone
        self.made += lines.new
        if stream != unit.stream:
            self.streams[unit.code] = stream

    def _line(self, unit: Unit, grade: str, line: Mapping[str, Any]) -> Line:
        made = Line(
            load_id=self.state.load_id,
            post_no=unit.number or 0,
            team_no=self.teams[unit.team_code].number,
            grade=grade,
            pricing=self.numbers[_same(line)],
            ref=line["ref"] or "",
            **{name: line[name] for name in ledger.AMOUNTS},
        )
        if line["kind"] == "reduction":
            plan = self.plans[unit.team_code, unit.staff_code]
            cut = next(cut for cut in plan.reductions if cut.key == line["ref"])
            made.since, made.until = cut.first_day, cut.last_day
            made.about = self.reasons.get(cut.reason, cut.reason)
        return made

    def _moved(self, unit: Unit, old: list[Line], new: list[Line]) -> dict[str, int]:
        """All measures of the post as they will be."""
        was, now = (ledger.measured(self._as_line(line) for line in lines) for lines in (old, new))
        after = {name: getattr(unit, name) for name in ledger.POST_COUNTS}
        after |= {name: getattr(unit, name) + now[name] - was[name] for name in ledger.SHARES}
        if is_fresh(unit):
            # in which counts of posts a post is that has these figures and time lines
            timeless = after["available_x100"] == 0
            is_idle = not (after["points_x100"] or after["cases_all"] or after["omic_cases"])
            is_given = after["contracted_hours_micro"] or any(
                self.pricing[line.pricing].kind == "contracted_hours" and line.ref not in NOT_ENTERED
                for line in new
            )
            over = ledger.is_over(after["points_x100"], after["available_x100"], self.state.over_x100)
            after |= {
                "posts_without_time": int(timeless),
                "idle_posts_without_time": int(timeless and is_idle),
                "unentered_posts_without_time": int(timeless and not is_given),
                "posts_over": int(over),
            }
        return after

    def _as_line(self, line: Line) -> dict[str, Any]:
        return {**vars(self.pricing[line.pricing]), **{name: getattr(line, name) for name in ledger.AMOUNTS}}

    def _note_units(self, unit: Unit, grade: str, after: Mapping[str, int], stream: str = "") -> None:
        was, stream = unit.stream, stream or unit.stream
        own = self.moves.units["post", unit.code, stream, ""]
        above = [(level, getattr(unit, f"{level}_code")) for level in ("team", "pdu", "region")]
        for name in _MOVING:
            before = getattr(unit, name)
            own[name] += after[name] - before
            for level, code in (*above, ("nation", "nation")):
                self.moves.units[level, code, was, ""][name] -= before
                self.moves.units[level, code, stream, ""][name] += after[name]
                self.moves.units[level, code, was, unit.grade][name] -= before
                self.moves.units[level, code, stream, grade][name] += after[name]

    def _note_cells(self, unit: Unit, lines: Iterable[Line], sign: int, grade: str, stream: str = "") -> None:
        codes = {"pdu": unit.pdu_code, "region": unit.region_code, "nation": "nation"}
        for line in lines:
            for level in CELL_LEVELS:
                cell = self.moves.cells[level, codes[level], stream or unit.stream, grade, line.pricing]
                cell[0] += sign
                for place, name in enumerate(ledger.AMOUNTS, 1):
                    cell[place] += sign * getattr(line, name)

    def write(self) -> None:
        """Replace the lines, and give the posts and their lines the grades they have now."""
        _delete(Line, self.gone)
        Line.objects.bulk_create(self.made, batch_size=_BATCH)
        for grade, keys in self.regraded.items():
            _write(Line, ("grade",), [(grade, key) for key in keys])
        units = Unit.objects.filter(load_id=self.state.load_id, level="post", whole=True)
        for code, grade in self.grades.items():
            if self.regraded:
                units.filter(code=code).exclude(grade=grade).update(grade=grade)
        for code, stream in self.streams.items():
            units.filter(code=code).update(stream=stream)


class TeamOfLoad(NamedTuple):
    """What the figures of a load say of a team and no change moves."""

    number: int
    is_omic: bool


@lru_cache(maxsize=2)
def teams_of(of_load: OfLoad) -> dict[str, TeamOfLoad]:
    """The teams of a load by their codes. Kept: like prices, they stay."""
    rows = Unit.objects.filter(load_id=of_load[0], level="team", whole=True)
    return {
        code: TeamOfLoad(number or 0, bool(is_omic))
        for code, number, is_omic in rows.values_list("code", "number", "is_omic")
    }


def is_fresh(unit: Unit) -> bool:
    """Whether a post was measured with this load; others have no figures, or those of an earlier night."""
    return unit.stale_since is None and not unit.unmeasured_posts


def _same(line: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(bool(line[name]) if name == "counted" else line[name] or "" for name in _SAME)


@lru_cache(maxsize=2)
def _time_numbers(of_load: OfLoad) -> dict[tuple[Any, ...], int]:
    rows = Pricing.objects.filter(load_id=of_load[0], side="time")
    return {_same({name: getattr(row, name) for name in _SAME}): row.number for row in rows}


def _move_units(state: State, moves: Mapping[Any, Mapping[str, int]], change: int) -> None:
    moved = {key: amounts for key, amounts in moves.items() if any(amounts.values())}
    rows = {
        (row.level, row.code, row.stream, "" if row.level == "post" else row.grade): row
        for row in Unit.objects.filter(_named(moved), load_id=state.load_id)
    }
    names = sorted({name for amounts in moved.values() for name, by in amounts.items() if by})
    written, made, gone = [], [], []
    for (level, code, stream, grade), amounts in moved.items():
        row = rows.get((level, code, stream, grade))
        if row is None:
            made.append(_part_of(rows[level, code, ledger.HEADLINE, ""], stream, grade, amounts, change))
            continue
        for name in names:
            setattr(row, name, getattr(row, name) + amounts.get(name, 0))
        if row.posts == 0 and level != "post" and (grade or stream != ledger.HEADLINE):
            gone.append(row.pk)
        else:
            written.append((*(getattr(row, name) for name in names), change, row.pk))
    _delete(Unit, gone)
    _write(Unit, (*names, "touched"), written)
    Unit.objects.bulk_create(made, batch_size=_BATCH)


def _part_of(unit: Unit, stream: str, grade: str, amounts: Mapping[str, int], change: int) -> Unit:
    """The row of a stream, or of a grade in it, that a unit had no post of until now."""
    same = {
        each.attname: getattr(unit, each.attname)
        for each in Unit._meta.concrete_fields
        if each.name not in ("id", "stream", "grade", "whole", "stale_since", "touched", *_MOVING)
    }
    return Unit(**same, **dict(amounts), stream=stream, grade=grade, whole=False, touched=change)


def _named(keys: Iterable[Sequence[Any]]) -> Q:
    """The rows of the levels and codes that keys begin with."""
    codes: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        codes[key[0]].add(key[1])
    wanted = Q(pk__in=())
    for level, found in codes.items():
        wanted |= Q(level=level, code__in=found)
    return wanted


def _move_cells(state: State, moves: Mapping[tuple[str, str, str, str, int], list[int]]) -> None:
    moved = {key: amounts for key, amounts in moves.items() if any(amounts)}
    if not moved:
        return
    fields = ("lines", *ledger.AMOUNTS)
    cells = Cell.objects.filter(_named(moved), load_id=state.load_id, pricing__in={key[-1] for key in moved})
    rows = {(row.level, row.code, row.post_stream, row.grade, row.pricing): row for row in cells}
    written, made, gone = [], [], []
    for key, amounts in moved.items():
        row = rows.get(key)
        if row is None:
            level, code, stream, grade, pricing = key
            made.append(
                Cell(
                    load_id=state.load_id, level=level, code=code, post_stream=stream, grade=grade,
                    pricing=pricing,
                    **dict(zip(fields, amounts, strict=True)),
                )
            )  # fmt: skip
            continue
        now = [getattr(row, name) + by for name, by in zip(fields, amounts, strict=True)]
        if now[0]:
            written.append((*now, row.pk))
        else:
            gone.append(row.pk)
    _delete(Cell, gone)
    _write(Cell, fields, written)
    Cell.objects.bulk_create(made, batch_size=_BATCH)


def _write(model: type[models.Model], names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write some columns of rows by their keys, which stand last in each row."""
    if rows:
        sets = ", ".join(f'"{name}" = %s' for name in names)
        with connection.cursor() as cursor:
            cursor.executemany(f'UPDATE "{model._meta.db_table}" SET {sets} WHERE id = %s', rows)


def _delete(model: type[models.Model], keys: Sequence[int]) -> None:
    for start in range(0, len(keys), _BATCH):
        model._default_manager.filter(pk__in=keys[start : start + _BATCH])._raw_delete(using="default")


def touch(state: State, posts: Iterable[Post], change: int) -> None:
    """Say of posts and their teams that something about them changed, though no figure of today may have."""
    posts = list(posts)
    for start in range(0, len(posts), _BATCH):
        some = posts[start : start + _BATCH]
        named = _named([*(("post", ":".join(post)) for post in some), *(("team", team) for team, _ in some)])
        Unit.objects.filter(named, load_id=state.load_id).update(touched=change)
