"""The effect of changes in words and tables: capacity before and after, of the post and of its team."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from wmt.ledger import shown_capacity
from wmt.site import tables
from wmt.site.availability import labels, records
from wmt.site.availability.allowances import gap_warnings
from wmt.site.changes.actions import Preview
from wmt.site.changes.impact import Effect, UnitFigures
from wmt.site.web.availability.post_request import PostRequest, contracted_of
from wmt.site.workload.state import State


@dataclass(frozen=True)
class EffectRows:
    """One unit's figures: title, and rows of what, before and after."""

    title: str
    rows: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class DayEffect:
    """What moves on a day: the post, then its team."""

    when: str
    moved: Sequence[EffectRows]


@dataclass(frozen=True)
class EffectPanel:
    """What a form shows before anything is saved: the effect day by day, or what stands in its way."""

    days: Sequence[DayEffect] = ()
    entered: Sequence[str] = ()
    warnings: Sequence[str] = ()
    missing: Sequence[str] = field(default_factory=tuple)
    notes: Sequence[str] = ()
    is_late: bool = False  # something counts from a day before today, which keeps the figures it had
    shown: Sequence[str] = ()


def panel(place: PostRequest, preview: "Preview") -> EffectPanel:
    """The effect of changes that were checked, or what stands in their way."""
    checked = preview.checked
    wrong = [*checked.conflicts, *checked.faults]
    if wrong:
        shown = [record for fault in wrong for record in fault.shown]
        return EffectPanel(missing=[fault.message for fault in wrong], shown=shown)
    before, after = (
        plans.get(place.post, records.PostRecords()) for plans in (checked.before, checked.after)
    )
    return EffectPanel(
        days=days_of(preview.effects, place.state),
        entered=[said(entry, after, place) for entry in checked.entries if entry is not None],
        warnings=[fault.said for fault in checked.warnings] + new_gaps(before, after, place),
        notes=points_notes(preview.effects),
        is_late=any(entry is not None and entry.first_day < place.state.day for entry in checked.entries),
    )


def points_notes(effects: "Sequence[Effect]") -> list[str]:
    """Why points move, where they do: a change of hours moves no other work."""
    if all(effect.before.points_x100 == effect.after.points_x100 for effect in effects):
        return []
    return [
        "Case management support (CMS) that a trainee gives on a PQiP stage scores no points, and takes none "
        "from the colleague. So points change too, for everyone with such a contact in the last 7 days."
    ]


def new_gaps(before: records.PostRecords, after: records.PostRecords, place: PostRequest) -> list[str]:
    """Gaps between the stages of a trainee that were not there before."""
    former, later = (gap_warnings(plan, place.reasons, place.route.stages) for plan in (before, after))
    return [gap for gap in later if gap not in former]


def said(entry: records.Entry, plan: records.PostRecords, place: PostRequest) -> str:
    """A record in one sentence; of a reduction also its amount in the other unit."""
    words = labels.entry_words(entry, place.names)
    if isinstance(entry, records.ReductionRecord):
        words += f" ({other_unit(entry, contracted_of(entry, plan, place))})"
    return words


def other_unit(cut: records.ReductionRecord, contracted_micro: int) -> str:
    """What it is in the unit it was not entered in."""
    if cut.hours_micro is None:
        return (
            f"{labels.hours_words(cut.taken_off(contracted_micro))} of {labels.hours_words(contracted_micro)}"
        )
    if contracted_micro == 0:
        return "there are no contracted hours"
    share, rest = divmod(cut.hours_micro * 10_000, contracted_micro)
    nearly = "about " if rest else ""
    return f"{nearly}{labels.percent_words(share)} of {labels.hours_words(contracted_micro)}"


def days_of(effects: "Sequence[Effect]", state: State) -> list[DayEffect]:
    """Effects by the day that the figures before and after are of."""
    days = []
    for day, found in groupby(effects, key=lambda effect: effect.day):
        moved = []
        for effect in found:
            before, after = effect.before, effect.after
            rows = [
                ("Capacity", _capacity(before), _capacity(after)),
                ("Available points", _points(before), _points(after)),
            ]
            if before.points_x100 != after.points_x100:
                was, now = (tables.points(each.points_x100).text for each in (before, after))
                rows.insert(1, ("Points", was, now))
            if effect.level != "team":
                contracted = _hours(before.contracted_hours_micro), _hours(after.contracted_hours_micro)
                reduced = _hours(before.reduction_hours_micro), _hours(after.reduction_hours_micro)
                rows += [("Contracted hours a week", *contracted), ("Reductions, hours a week", *reduced)]
            name = f"Team {effect.name}" if effect.level == "team" else effect.name
            moved.append(EffectRows(name, rows))
        when = f"Today, {labels.day_words(day)}" if day <= state.day else f"From {labels.day_words(day)}"
        days.append(DayEffect(when, moved))
    return days


def _points(figures: "UnitFigures") -> str:
    return tables.points(figures.available_x100).text


def _hours(hours_micro: int) -> str:
    return tables.hours(hours_micro).text


def _capacity(figures: "UnitFigures") -> str:
    return shown_capacity(figures.points_x100, figures.available_x100)


def saved_words(effects: "Sequence[Effect]", state: State) -> str:
    """What to say when changes are saved: the new capacity of each unit, beside what it was.

    Of several days the first is told; the page that follows lists them all.
    """
    if not effects:
        return "Saved. No capacity changes from today."
    first = effects[0].day
    moved = [effect for effect in effects if effect.day == first]
    if all(_capacity(effect.before) == _capacity(effect.after) for effect in moved):
        return "Saved. Capacity is still the same."
    later = first > state.day
    told = []
    for effect in moved:
        name = f"the team {effect.name}" if effect.level == "team" else effect.name
        before, after = _capacity(effect.before), _capacity(effect.after)
        was = f"was {before}" if effect.before.available_x100 else f"before: {before}"
        if before == after:
            told.append(f"the capacity of {name} is still {after}")
        elif effect.after.available_x100 == 0:
            told.append(f"{name} has {after} ({was})")
        else:
            told.append(f"the capacity of {name} is {'' if later else 'now '}{after} ({was})")
    lead = f"from {labels.day_words(first)} " if later else ""
    more = " It changes again later: see ‘Future changes’." if effects[-1].day > first else ""
    words = lead + "; ".join(told)
    return f"Saved. {(words[0].upper() + words[1:])}.{more}"
