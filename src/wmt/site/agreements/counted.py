"""Figures that people counted for agreements: which ones are asked for, and which hold on a day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Q, QuerySet
from django.http import Http404

from wmt.agreements import expressions
from wmt.agreements.pack import Agreement
from wmt.site.agreements import in_force
from wmt.site.agreements.models import CountedFigure
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: The levels of units, the highest first.
_LEVELS = ("nation", "region", "pdu", "team", "post")


class UnknownCount(Http404):
    """There is no such count."""


@dataclass(frozen=True)
class AskedFigure:
    """A figure that agreements of a unit ask people to count: what it is, and at which levels of units."""

    name: str
    words: str
    levels: Sequence[str]  # the highest first


def find(number: int) -> CountedFigure:
    """A count by its number. Raises UnknownCount."""
    found = CountedFigure.objects.filter(pk=number).first()
    if found is None:
        raise UnknownCount(f"there is no count {number}")
    return found


def asked(unit: Unit, state: State) -> dict[str, AskedFigure]:
    """What the agreements of a unit, in force, in shadow or to begin, ask people to count, by its name."""
    return asked_by(in_force.pack_of(row) for row in in_force.open_on(unit, state))


def asked_by(packs: Iterable[Agreement]) -> dict[str, AskedFigure]:
    """The same of some agreements. Where two use one name, the words are those of the first."""
    words: dict[str, str] = {}
    levels = defaultdict[str, set[str]](set)
    for pack in packs:
        for name, measure in used_by(pack):
            words.setdefault(name, pack.collects[name])
            levels[name].add(measure)
    return {
        name: AskedFigure(name, words[name], [level for level in _LEVELS if level in levels[name]])
        for name in words
    }


def used_by(pack: Agreement) -> list[tuple[str, str]]:
    """Which figures that people count a pack measures, and at which level."""
    return [
        (name.name, measure.covers.level)
        for measure in pack.measures.values()
        for name in expressions.names(measure.expression)
        if name.name in pack.collects
    ]


def of_units(state: State, level: str, codes: Collection[str]) -> Mapping[str, Mapping[str, CountedFigure]]:
    """The counts that hold for units of a level on the day of the figures, by code and figure."""
    found: dict[str, dict[str, CountedFigure]] = defaultdict(dict)
    wanted = set(codes)
    for row in _standing(state, level, wanted).order_by("counted_on", "pk"):
        for code in in_force.codes_on(row, state):
            if code in wanted:
                found[code][row.figure] = row
                break
    return found


def numbers(held: Mapping[str, CountedFigure]) -> dict[str, list[Fraction]]:
    """The numbers of counts, by figure, as an agreement measures them."""
    return {figure: [Fraction(value) for value in row.values] for figure, row in held.items()}


def _standing(state: State, level: str, codes: Collection[str]) -> QuerySet[CountedFigure]:
    """Counts of the day or before that stand; of a day in the past, those that stood when it ended."""
    rows = CountedFigure.objects.filter(level=level, counted_on__lte=state.day)
    if state.as_of is None:
        return rows.filter(code__in=codes, withdrawn_at__isnull=True)
    former = in_force.formerly(CountedFigure, [(level, code) for code in codes], state)
    over = in_force.end_of(state.day)
    stood = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=over)
    return rows.filter(Q(code__in=codes) | Q(pk__in=former), stood, recorded_at__lt=over)
