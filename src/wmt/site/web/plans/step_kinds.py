"""The kinds of step that people choose from: titles, the fields of their forms, and the words of these."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StepKind:
    """A kind of step as people choose it: what the file calls it, its title, and the fields of its form."""

    do: str
    title: str
    fields: tuple[str, ...]


KINDS = {
    "move-cases": StepKind("move", "Move cases by CRN", ("cases", "to", "others")),
    "move-number": StepKind("move", "Move a number of cases", ("number", "kind", "from", "to")),
    "spread": StepKind(
        "move", "Spread a number of cases over several people", ("number", "kind", "from", "receivers")
    ),
    "arrive": StepKind("arrive", "New cases come", ("kind", "place", "number", "a_week", "weeks")),
    "end": StepKind("end", "Cases end", ("number", "kind", "from")),
    "become": StepKind("become", "Change the tier or type of cases", ("cases", "becomes")),
    "hours": StepKind("hours", "Change contracted hours", ("post", "hours")),
    "reduce": StepKind("reduce", "Add a reduction", ("post", "hours", "percent")),
    "end-reductions": StepKind("end_reductions", "End all reductions of somebody", ("post",)),
    "leave": StepKind("leave", "Somebody leaves", ("post", "to", "others")),
    "start": StepKind("start", "Somebody starts", ("team", "grade", "posts", "hours")),
    "grade": StepKind("grade", "Change a grade", ("post", "grade")),
    "points": StepKind("rules", "Change what cases earn", ("letter", "location", "change")),
    "demand": StepKind("demand", "Change demand", ("lever", "low", "high")),
    "priority": StepKind("priority", "Set the priority level of a PDU", ("pdu", "level")),
}
#: Fields that a kind of step can do without.
OPTIONAL = {
    ("leave", "to"),
    ("leave", "others"),
    ("move-cases", "others"),
    ("start", "hours"),
    ("demand", "high"),
} | {
    (kind, name)
    for kind, names in (("arrive", ("number", "a_week", "weeks")), ("reduce", ("hours", "percent")))
    for name in names
}
LABELS = {
    "cases": "CRNs",
    "number": "How many cases",
    "kind": "Type and tier",
    "from": "Held by",
    "to": "Who gets them",
    "place": "Who gets them",
    "receivers": "Who gets them, in turn",
    "others": "And others, in turn (optional)",
    "letter": "Tiers",
    "location": "Type of case",
    "change": "By how many per cent",
    "becomes": "What they become",
    "post": "Who",
    "hours": "Hours a week",
    "percent": "Or a share of contracted hours",
    "a_week": "Or how many a week",
    "weeks": "For how many weeks",
    "team": "Team",
    "grade": "Grade",
    "posts": "How many people",
    "pdu": "PDU",
    "level": "Level",
    "lever": "What would be different",
    "low": "Number, or the lower end of a range",
    "high": "Upper end of the range (optional)",
}
#: Said where people are typed, because there are too many to tick.
TYPED = " Enter the codes of their posts (TEAM:STAFF), with commas or spaces between them."
_LEFT_CASES = (
    "Leave this as it is if the cases are to wait in the team as unallocated cases. ‘Re-share cases’ and "
    "‘Room for more cases’ show where they fit."
)
HINTS = {
    "cases": "One or more, with commas or spaces between them.",
    "place": "In a team, they wait there as unallocated cases.",
    "receivers": "Each gets the next case, until all are given.",
    "others": "Whoever is chosen above gets the first case, and each of these the next one in turn.",
    "level": "Business as usual stays as it is. The plan shows the responsive figure beside it.",
    "change": "For example, 10 for 10% more points, or -5 for 5% fewer. Points are rounded to hundredths.",
    "lever": "For changes that need more than a number, use ‘Demand and scenarios’ on the page of a unit.",
    "low": "For example, 5 for 5% more starts, or -5 for 5% fewer.",
    ("leave", "to"): _LEFT_CASES,
    ("start", "hours"): "Leave blank for the usual hours of the grade.",
    ("start", "posts"): "For example, 1.",
}
