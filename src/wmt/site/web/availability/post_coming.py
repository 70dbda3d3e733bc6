"""What is coming for a post: from each day on its hours, and its capacity if the work stays."""

from dataclasses import replace
from datetime import timedelta

from wmt.site import tables
from wmt.site.availability.labels import hours_words
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
    # one line on the sheet for supervision, which is one page
    notes = ["Later capacity uses today’s points: work that is due to end stays in it."]
    if len(moments) > _DAYS:
        notes.append(f"The first {_DAYS} of {len(moments)} days are listed.")
    empty = "This post has earlier figures or none, so we cannot show what will change."
    return tables.Table("coming", "Future changes", columns, rows, notes=notes if rows else (), empty=empty)


def _row(place: PostRequest, moment: impact.PostMoment) -> tables.Row:
    figures, is_today = moment.figures, moment.day == place.state.day
    said = ["as it is now"]
    if not is_today:
        # what begins on a day, and what ended with the day before
        plan, names, day, ended = place.shown_plan, place.names, moment.day, moment.day - timedelta(1)
        said = [f"{reason_name(c.reason, names)} has ended" for c in plan.reductions if c.last_day == ended]
        said += [f"grade {each.grade} has ended" for each in plan.grades if each.last_day == ended]
        said += [f"{hours_words(each.hours_micro)} a week" for each in plan.hours if each.first_day == day]
        said += [f"grade {each.grade}" for each in plan.grades if each.first_day == day]
        said += [f"{reason_name(c.reason, names)} begins" for c in plan.reductions if c.first_day == day]
    # the hours off as entered; where they are more than the contract, that they are cut there
    found = tables.hours(figures.reduction_hours_micro)
    if figures.reduction_hours_micro <= figures.contracted_hours_micro:
        reduced = found
    else:
        reduced = replace(found, note=f"cut at {hours_words(figures.contracted_hours_micro)}")
    return tables.Row(
        {
            "day": tables.day(moment.day, "today" if is_today else ""),
            "what": tables.text("; ".join(said)),
            "grade": tables.text(moment.grade),
            "contracted": tables.hours(figures.contracted_hours_micro),
            "reduced": reduced,
            "available": tables.points(figures.available_x100),
            "capacity": tables.percent(figures.points_x100, figures.available_x100, place.state.over_x100),
        }
    )
