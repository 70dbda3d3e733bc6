"""The people of a team's form as the page shows them: what counts today, and the fields of each."""

from dataclasses import dataclass

from wmt.ledger import shown_capacity
from wmt.site.availability import labels
from wmt.site.links import unit_url
from wmt.site.web.availability import team_form
from wmt.site.workload.state import State


@dataclass(frozen=True)
class Item:
    """A reduction of the form: its words and its two fields."""

    title: str
    since: str
    unit: str
    last: str
    amount: str


@dataclass(frozen=True)
class PersonRow:
    """A person of the form. `facts` is what counts today; the rest are names of fields."""

    name: str
    href: str
    mark: str
    facts: str
    hours: str
    start: str
    items: list[Item]
    new: dict[str, str]
    is_open: bool


def rows_of(form: team_form.TeamForm, state: State) -> list[PersonRow]:
    """Everybody on the form, in its order."""
    found = []
    for person in form.people:
        post = person.post
        source = labels.source_of(post, person.plan, state.day)
        said = [post.grade, f"{labels.hours_words(post.contracted_hours_micro)} ({source})"]
        if post.reduction_hours_micro:
            said.append(f"{labels.hours_words(post.reduction_hours_micro)} off")
        capacity = shown_capacity(post.points_x100, post.available_x100)
        said.append(f"capacity {capacity}" if post.available_x100 else capacity)
        coming = [each for each in person.plan.hours if each.first_day > state.day]
        said += [
            f"{labels.hours_words(each.hours_micro)} from {labels.day_words(each.first_day)}"
            for each in coming
        ]
        items = []
        for standing in person.reductions:
            first = standing.cut.first_day
            since = f"{'from' if first > state.day else 'since'} {labels.day_words(first)}"
            items.append(Item(standing.title, since, standing.unit, standing.last, standing.amount))
        found.append(
            PersonRow(
                name=post.name,
                href=unit_url("post", post.code, "hours"),
                mark=person.mark,
                facts=" · ".join(word for word in said if word),
                hours=person.hours,
                start=person.start,
                items=items,
                new={part: person.new(part) for part in ("reason", "amount", "unit", "first", "last")},
                is_open=form.has_new(person),
            )
        )
    return found
