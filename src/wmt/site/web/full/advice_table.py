"""The advice to courts that there is of a unit, and the way to give some."""

from django.urls import reverse

from wmt.days import moment_words, written
from wmt.site import tables
from wmt.site.advice.given_advice import advice_of
from wmt.site.advice.models import CourtAdvice
from wmt.site.changes.court_advice import may_advise
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


def href(question: UnitRequest, unit: Unit) -> str:
    """Where advice of a unit is given; empty for who may not."""
    may = question.state.as_of is None and may_advise(question.user, unit, question.state)
    return reverse("court-advice-new", args=[unit.level, unit.code]) if may else ""


def table(question: UnitRequest, unit: Unit) -> tables.Table:
    """What was given for the unit, and what stands for those it is in."""
    columns = [
        tables.Column("cannot", "What it cannot take", "words"),
        tables.Column("effect", "What is asked of courts", "words"),
        tables.Column("first", "From", "date"),
        tables.Column("last", "Until", "date"),
        tables.Column("of", "For"),
        tables.Column("state", "State"),
        tables.Column("way", "Notice", "way"),
    ]
    rows = [
        tables.Row({
            "cannot": tables.text(row.cannot),
            "effect": tables.text(row.effect),
            "first": tables.day(row.first_day),
            "last": tables.day(row.last_day),
            "of": tables.text(row.name),
            "state": tables.text(state_words(row, question.state)),
            "way": tables.text("Notice to print", reverse("court-advice", args=[row.pk])),
        })
        for row in advice_of(unit, question.state)
    ]  # fmt: skip
    return tables.Table("advice", "Advice to courts", columns, rows)


def state_words(row: CourtAdvice, state: State) -> str:
    """Whether advice is in force, is to begin, or how it ended; of a day in the past, as it stood then."""
    if row.ended_at is not None and (state.as_of is None or row.ended_at.date() <= state.day):
        return f"ended, {moment_words(row.ended_at)}, by {staff_names.person(row.ended_by)}"
    if row.last_day < state.day:
        return f"over: its last day was {written(row.last_day)}"
    return "in force" if row.first_day <= state.day else "not begun"
