"""What was said to be wrong at a unit: how many are open, how soon they are answered, and each of them."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from wmt.ledger import OMIC
from wmt.site import tables
from wmt.site.audit.reads import note_read
from wmt.site.challenges import register
from wmt.site.challenges.models import Challenge
from wmt.site.changes.challenges import may_ask
from wmt.site.duties import workdays
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.challenges import labels
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted

TITLE = "Challenged figures"
TEMPLATE = "challenges/tab.jinja"


def applies(unit: Unit) -> bool:
    """Everywhere but in OMiC, which has no figure; every post."""
    return unit.level == "post" or unit.stream != OMIC


def content(question: UnitRequest) -> dict[str, Any]:
    """The register: open ones first."""
    unit, state = question.unit, question.state
    found = register.of_unit(question.user, state, unit)
    if found:
        note_read(question.user, unit)
    ordered = [*(row for row in found if row.is_open), *(row for row in found if not row.is_open)]
    took = register.took(found, workdays.between)
    whole = None if question.is_post else register.counts(state, unit)
    return {
        "counts": whole,
        "some_withheld": any(row.is_withheld for row in found)
        or (whole is not None and len(found) < whole.open + whole.closed),
        "took": f"{len(took):,} of those below are answered, half of them within "
        f"{counted(took[(len(took) - 1) // 2], 'working day')}."
        if took
        else "",
        "new_href": reverse("challenge-new", args=[unit.code])
        if question.is_post and may_ask(unit, state)
        else "",
        "is_post": question.is_post,
        "about": labels.ABOUT,
        "tables": {"challenges": table(state, ordered, unit)},
    }


def table(state: State, found: Sequence[Challenge], unit: Unit) -> tables.Table:
    """Challenges one by one, with what changed since of what they are about."""
    columns = [
        tables.Column("what", "What is wrong"),
        *([] if unit.level == "post" else [tables.Column("post", "Whose")]),
        tables.Column("asked", "Said on", "date"),
        tables.Column("due", "Answer due", "date"),
        tables.Column("state", "State"),
        tables.Column("then", "Points of it then", "points"),
        tables.Column("now", "Points of it now", "points"),
        tables.Column("change", "Change", "points"),
    ]
    codes = {row.post for row in found}
    posts = {post.code: post for post in units.of_level(state, "post").filter(code__in=codes)}
    facts = register.facts_on(state)
    rows = [tables.Row(_values(row, state, posts, facts, columns)) for row in found]
    return tables.Table(
        "challenges", "Challenged figures", columns, rows, empty="No figure is challenged here."
    )


def _values(
    row: Challenge,
    state: State,
    posts: dict[str, Unit],
    facts: dict[str, register.FactRule],
    columns: Sequence[tables.Column],
) -> dict[str, tables.Value]:
    post = posts.get(row.post)
    now = register.line_now_x100(state, row, post)
    known = now is not None and row.line_x100 is not None
    values = {
        "what": tables.text(facts[row.fact].name, reverse("challenge", args=[row.pk])),
        "post": tables.text(
            staff_names.shown(post.name, post.code) if post else row.post,
            unit_url("post", post.code, "challenges") if post else "",
        ),
        "asked": tables.day(timezone.localdate(row.asked_at)),
        "due": tables.day(row.due),
        "state": tables.text(labels.state_words(row, state)),
        "then": tables.exact(row.line_x100),
        "now": tables.exact(now),
        "change": tables.exact((now or 0) - (row.line_x100 or 0) if known else None),
    }
    return {column.key: values[column.key] for column in columns}
