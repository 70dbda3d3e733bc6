"""What the points of a unit are of: the parts of the figure, which add up to it."""

from wmt.ledger import COMPONENTS
from wmt.site.queries import measures
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.tables import Value
from wmt.site.web.units import labels, line_tables


def parts(question: UnitRequest) -> list[tuple[str, Value]]:
    """The parts by their names, each with the way to its lines."""
    unit, subject = question.unit, question.subject
    found = []
    for name in COMPONENTS:
        measure = measures.MEASURES[name]
        href = line_tables.lines_url(question, unit, name)
        found.append(
            (labels.PARTS[name], measures.shown_exactly(measure, getattr(subject, measure.field), href))
        )
    return found
