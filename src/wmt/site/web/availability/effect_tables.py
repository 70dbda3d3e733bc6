"""What changes of many posts come to: figures before and after in a table, and words when it is saved."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from wmt.ledger import shown_capacity
from wmt.site import tables
from wmt.site.availability.change_requests import Change, ChangeFault
from wmt.site.availability.labels import day_words
from wmt.site.web.availability.effect_panel import points_notes
from wmt.site.workload.state import State

if TYPE_CHECKING:
    from wmt.site.changes.actions import Saved
    from wmt.site.changes.impact import Effect, UnitFigures


#: Of more teams the message says nothing: their pages do.
_TOLD = 5


def place_of(fault: ChangeFault, changes: Sequence[Change]) -> int | None:
    """The change that a fault is told at: its own, or of several of a post the first that takes hours off."""
    if fault.index is not None:
        return fault.index
    its = [at for at, change in enumerate(changes) if change.post == fault.post]
    cuts = [at for at in its if changes[at].kind == "reduction" and not changes[at].withdraw]
    return next(iter([*cuts, *its]), None)


def digest(changes: Sequence[Change], effects: "Sequence[Effect]") -> str:
    """What was shown, in short: saving means just that, and anything else is shown first."""
    return sha256(repr((list(changes), list(effects))).encode()).hexdigest()


def effect_table(effects: "Sequence[Effect]", state: State) -> tables.Table:
    """Every post and team that changes move: before and after, on the first day they do."""
    notes = points_notes(effects)
    columns = [
        tables.Column("name", "Who"),
        tables.Column("capacity", "Capacity before", "percent"),
        tables.Column("capacity_after", "Capacity after", "percent"),
        *(
            [
                tables.Column("points", "Points before", "points"),
                tables.Column("points_after", "Points after", "points"),
            ]
            if notes
            else []
        ),
        tables.Column("available", "Available points before", "points"),
        tables.Column("available_after", "Available points after", "points"),
        tables.Column("contracted", "Contracted hours before", "hours"),
        tables.Column("contracted_after", "Contracted hours after", "hours"),
        tables.Column("reduction", "Reductions before", "hours"),
        tables.Column("reduction_after", "Reductions after", "hours"),
        tables.Column("day", "From", "date"),
    ]
    rows = [_row(effect, state) for effect in turns(effects)]
    return tables.Table(
        "effect",
        "Preview",
        columns,
        rows,
        notes=notes,
        empty="No figures change from today: these changes are for past dates.",
    )


def turns(effects: "Sequence[Effect]") -> "list[Effect]":
    """The effects without those that say of a later day what was said of the day before."""
    said: dict[tuple[str, str], tuple[UnitFigures, UnitFigures]] = {}
    found = []
    for effect in effects:
        its, now = (effect.level, effect.code), (effect.before, effect.after)
        if said.get(its) != now:
            found.append(effect)
        said[its] = now
    return found


def _row(effect: "Effect", state: State) -> tables.Row:
    is_today = effect.day <= state.day
    notes = ["team"] if effect.level == "team" else []
    notes += [] if is_today else [f"from {effect.day:%-d %b %Y}"]
    values = {
        "name": tables.text(effect.name, note=", ".join(notes)),
        "day": tables.day(effect.day, "today" if is_today else ""),
        **_figures(effect.before, state, ""),
        **_figures(effect.after, state, "_after"),
    }
    return tables.Row(values, effect.level, effect.code)


def _figures(figures: "UnitFigures", state: State, ending: str) -> dict[str, tables.Value]:
    found = {
        "capacity": tables.percent(figures.points_x100, figures.available_x100, state.over_x100),
        "points": tables.points(figures.points_x100),
        "available": tables.points(figures.available_x100),
        "contracted": tables.hours(figures.contracted_hours_micro),
        "reduction": tables.hours(figures.reduction_hours_micro),
    }
    return {f"{key}{ending}": value for key, value in found.items()}


def words_of(saved: "Saved", state: State) -> str:
    """What to say when many changes are saved: how many, and what became of each team."""
    number = len(saved.entries)
    done = f"{number} {'change is' if number == 1 else 'changes are'} saved."
    teams: dict[str, Effect] = {}
    for effect in saved.effects:
        if effect.level == "team":
            teams.setdefault(effect.code, effect)
    return " ".join([done, *(_sentence(effect, state) for effect in list(teams.values())[:_TOLD])])


def _sentence(effect: "Effect", state: State) -> str:
    before, after = (
        shown_capacity(each.points_x100, each.available_x100) for each in (effect.before, effect.after)
    )
    if before == after:
        return f"Capacity of {effect.name} stays {after}."
    if effect.day > state.day:
        return f"From {day_words(effect.day)} on, capacity of {effect.name} is {after} (otherwise {before})."
    return f"Capacity of {effect.name} is now {after} (before: {before})."
