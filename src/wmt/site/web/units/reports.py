"""Reports."""

from typing import Any

from wmt.site.web.units.question import Question
from wmt.site.workload.models import Unit

TITLE = "Reports"
TEMPLATE = "unit/reports.jinja"


def applies(unit: Unit) -> bool:  # noqa: ARG001
    """Whether there is anything to see."""
    return False


def content(question: Question) -> dict[str, Any]:  # noqa: ARG001
    """The tab."""
    return {"tables": {}}
