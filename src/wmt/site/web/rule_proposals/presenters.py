"""What the pages of proposals show, as plain data."""

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils import timezone

from wmt.days import written
from wmt.rules import amendments
from wmt.site import tables
from wmt.site.clock import calendar_day
from wmt.site.rule_proposals import in_force
from wmt.site.rule_proposals.models import RuleProposal
from wmt.site.rule_proposals.reading import standing
from wmt.site.web.rules import labels
from wmt.site.workload.day_format import moment_words
from wmt.site.workload.staff_names import person

#: What somebody reads who may not read who it was.
_PROPOSER, _DECIDER = "a performance and quality analyst or administrator", "an administrator"


def is_ahead(row: RuleProposal) -> bool:
    """Whether its first day has not come."""
    return row.first_day > calendar_day()


def listing(rows: Iterable[RuleProposal], *, names: bool) -> tables.Table:
    """Proposals with their states, the last first."""
    columns = [
        tables.Column("number", "Number", "count"),
        tables.Column("name", "Change"),
        tables.Column("state", "State"),
        tables.Column("first", "From", "date"),
        tables.Column("values", "Values", "count"),
        tables.Column("source", "Source", "words"),
        *([tables.Column("by", "Proposed by"), tables.Column("decided", "Decided by")] if names else []),
    ]
    made = [
        tables.Row(
            {
                "number": tables.count(row.pk),
                "name": tables.text(row.name, reverse("rule-proposal", args=[row.pk])),
                "state": tables.text(standing(row, calendar_day())),
                "first": tables.day(row.first_day),
                "values": tables.count(len(row.overlay.entries)),
                "source": tables.text(row.overlay.reference),
                "by": tables.text(person(row.proposer)),
                "decided": tables.text(person(row.decider)),
            }
        )
        for row in rows
    ]
    empty = "Nobody has proposed a change yet. All rules are those that come with the program."
    return tables.Table("proposals", "Proposed changes of rules", columns, made, empty=empty)


def about(row: RuleProposal, *, names: bool) -> Sequence[tuple[str, str]]:
    """What is said of a proposal, in pairs."""
    overlay, asked = row.overlay, row.overlay.consultation
    day = f" on {written(asked.day)}" if asked.day else ""
    letter = f", letter {asked.letter}" if asked.letter else ""
    consulted = f"{asked.body}{day}{letter}" if asked.body or day or letter else ""
    decided = ""
    if row.decided_at is not None:
        by = person(row.decider) if names else _DECIDER
        decided = f"{by}, {moment_words(timezone.localtime(row.decided_at))}"
    pairs = (
        ("State", standing(row, calendar_day())),
        ("From", written(row.first_day)),
        ("Source", overlay.reference or "not yet given"),
        ("Reason", overlay.reason or "not yet given"),
        ("Effect", overlay.effect),
        (
            "Consultation",
            consulted or (f"Nobody: {row.not_consulted}" if row.not_consulted else "not yet given"),
        ),
        ("Proposed by", person(row.proposer) if names else _PROPOSER),
        ("Decided by", decided),
    )
    return [(name, said) for name, said in pairs if said]


def values_table(row: RuleProposal) -> tables.Table:
    """The values that are proposed, beside those that were in force without them."""
    tree = in_force.tree_before(row)
    columns = [
        tables.Column("rule", "Rule"),
        tables.Column("from", "From", "date"),
        tables.Column("before", "Until then"),
        tables.Column("after", "Proposed"),
        tables.Column("difference", "Difference", "number"),
        tables.Column("unit", "Unit"),
        tables.Column("path", "Name in the rules", "code"),
    ]
    made = []
    for path, day, value in row.overlay.entries:
        parameter = tree.parameters.get(path)
        said = (parameter.at(day) or parameter.values[0]) if parameter else None
        own = [(since, each) for at, since, each in row.overlay.entries if at == path]
        is_there, now = amendments.until(parameter, own, day) if parameter else (False, None)
        change = labels.difference(labels.as_number(now), labels.as_number(value))
        made.append(
            tables.Row(
                {
                    "rule": tables.text(said.description if said else path, reverse("rule", args=[path])),
                    "from": tables.day(day),
                    "before": tables.text(labels.worth(now) if is_there else "not in force"),
                    "after": tables.text(labels.worth(value)),
                    "difference": tables.Value(change, labels.signed(change)),
                    "unit": tables.text(parameter.unit if parameter else ""),
                    "path": tables.text(path),
                }
            )
        )
    return tables.Table("values", "Values that are proposed", columns, made)


def steps_table(row: RuleProposal, *, names: bool) -> tables.Table:
    """What was done to a proposal, the first first."""
    columns = [
        tables.Column("at", "When"),
        tables.Column("did", "What"),
        # why somebody declined is said to who proposed, and not to everybody
        *([tables.Column("who", "Who"), tables.Column("why", "Why", "words")] if names else []),
    ]
    made = [
        tables.Row(
            {
                "at": tables.text(moment_words(timezone.localtime(step.at))),
                "did": tables.text(step.did.capitalize()),
                "who": tables.text(person(step.who)),
                "why": tables.text(step.why),
            }
        )
        for step in row.steps.order_by("pk")
    ]
    return tables.Table("steps", "History", columns, made)


def lost(row: RuleProposal) -> Sequence[str]:
    """Rules of an approved proposal that the program no longer has, so that they are not in force."""
    return in_force.unfit(row) if row.was_approved else []
