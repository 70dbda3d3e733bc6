"""The work of a practitioner that is due to end: planned ends of cases, reports that stop counting."""

from datetime import timedelta

from wmt.site import tables
from wmt.site.accounts import visibility
from wmt.site.changes.weeks_ahead import WEEKS
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.queries.work_leaving import WorkGone, leaving_of
from wmt.site.web.units import labels


def table_of(question: UnitRequest) -> tables.Table | None:
    """Cases that are planned to end and reports that stop counting in the next 12 weeks, with the figure
    then; None for who may not read the cases of the post."""
    state, post = question.state, question.unit
    if not visibility.cases(question.user, state).covers(post):
        return None
    found = leaving_of(state, post, question.user, state.day + timedelta(weeks=WEEKS))
    columns = [
        tables.Column("day", "From", "date"),
        tables.Column("what", "What ends"),
        tables.Column("ref", "Reference", "code"),
        tables.Column("points", "Its points", "points"),
        tables.Column("left", "Points then", "points"),
        tables.Column("available", "Available points then", "points"),
        tables.Column("capacity", "Capacity then", "percent"),
    ]
    notes = ["If nothing else changes: new work, and what ends early or late, is not in it."]
    if not found.knows_ends:
        notes.append("This data has no planned ends of cases.")
    if found.withheld:
        notes.append("Cases that you may not read are left out, and their points stay.")
    empty = " ".join([f"Nothing is known to end in the next {WEEKS} weeks.", *notes[1:]])
    rows = [_row(question, each) for each in found.gone]
    return tables.Table(
        "leaving", "Work that is due to end", columns, rows, notes=notes if rows else (), empty=empty
    )


def _row(question: UnitRequest, gone: WorkGone) -> tables.Row:
    is_report = gone.by.kind == "report"
    what = "report stops counting" if is_report else "case planned to end"
    ref = gone.line.ref if not is_report or gone.line.ref != gone.by.rule.rpartition(".")[2] else ""
    return tables.Row(
        {
            "day": tables.day(gone.day),
            "what": tables.text(f"{labels.what(gone.by)}: {what}"),
            "ref": tables.text(ref or "–"),
            "points": tables.exact(gone.points_x100),
            "left": tables.points(gone.left_x100),
            "available": tables.points(gone.available_x100),
            "capacity": tables.capacity(
                gone.left_x100, gone.available_x100, question.state.over_x100, question.unit.stream
            ),
        }
    )
