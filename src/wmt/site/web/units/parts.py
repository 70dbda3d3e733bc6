"""What the points of a unit are of: the parts of the figure, which add up to it."""

from wmt.ledger import COMPONENTS
from wmt.site.web.tables import Value
from wmt.site.web.units import counting, words
from wmt.site.web.units.measures import MEASURES, shown_exactly
from wmt.site.web.units.question import Question


def parts(question: Question) -> list[tuple[str, Value]]:
    """The parts by their names, each with the way to its lines."""
    unit, subject = question.unit, question.subject
    found = []
    for name in COMPONENTS:
        measure = MEASURES[name]
        href = counting.lines_url(question, unit, name)
        found.append((words.PARTS[name], shown_exactly(measure, getattr(subject, measure.field), href)))
    return found
