"""What is coming for a post: from each day on its hours, and its capacity if the work stays."""

from dataclasses import replace
from datetime import date, timedelta

from wmt.site import tables
from wmt.site.availability.labels import hours_words
from wmt.site.availability.records import PostRecords
from wmt.site.changes import impact
from wmt.site.web.availability.ending_soon import reason_name
from wmt.site.web.availability.post_request import PostRequest

#: So many days ahead are worked out; whoever enters more sees the first.
_DAYS = 20


def coming(place: PostRequest) -> tables.Table:
    """A row for today and for each later day on which something begins or has ended."""
    moments = [
        each for each in impact.timeline(place.state, place.unit, place.plan) if each.day >= place.state.day
    ]
    columns = [
        tables.Column("day", "From", "date"),
        tables.Column("what", "What changes"),
        tables.Column("grade", "Grade"),
        tables.Column("contracted", "Contracted hours", "hours"),
        tables.Column("reduced", "Hours off", "hours"),
        tables.Column("available", "Available points", "points"),
        tables.Column("capacity", "Capacity", "percent"),
    ]
    rows = [_row(place, each) for each in moments[:_DAYS]]
    notes = ["Capacity on later dates uses today’s points."]
    if len(moments) > _DAYS:
        notes.append(f"The first {_DAYS} of {len(moments)} days are listed.")
    empty = "This post has earlier figures or none, so we cannot show what will change."
    return tables.Table("coming", "Future changes", columns, rows, notes=notes if rows else (), empty=empty)


def _row(place: PostRequest, moment: impact.PostMoment) -> tables.Row:
    figures, is_today = moment.figures, moment.day == place.state.day
    words = "as it is now" if is_today else _changes(place, place.shown_plan, moment.day)
    return tables.Row(
        {
            "day": tables.day(moment.day, "today" if is_today else ""),
            "what": tables.text(words),
            "grade": tables.text(moment.grade),
            "contracted": tables.hours(figures.contracted_hours_micro),
            "reduced": _reduced(figures),
            "available": tables.points(figures.available_x100),
            "capacity": tables.percent(figures.points_x100, figures.available_x100, place.state.over_x100),
        }
    )


def _reduced(figures: impact.UnitFigures) -> tables.Value:
    """The hours off as entered; where they are more than the contract, that they are cut there."""
    found = tables.hours(figures.reduction_hours_micro)
    if figures.reduction_hours_micro <= figures.contracted_hours_micro:
        return found
    return replace(found, note=f"cut at {hours_words(figures.contracted_hours_micro)}")


def _changes(place: PostRequest, plan: PostRecords, day: date) -> str:
    """What begins on a day, and what ended with the day before."""
    ended = day - timedelta(1)
    found = [
        f"{reason_name(cut.reason, place.names)} has ended"
        for cut in plan.reductions
        if cut.last_day == ended
    ]
    found += [f"grade {each.grade} has ended" for each in plan.grades if each.last_day == ended]
    found += [f"{hours_words(each.hours_micro)} a week" for each in plan.hours if each.first_day == day]
    found += [f"grade {each.grade}" for each in plan.grades if each.first_day == day]
    found += [
        f"{reason_name(cut.reason, place.names)} begins" for cut in plan.reductions if cut.first_day == day
    ]
    return "; ".join(found)
