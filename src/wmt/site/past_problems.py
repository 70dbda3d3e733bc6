"""Days of which nothing can be shown, or not yet, said to programs."""

from django.http import HttpResponse

from wmt.days import written
from wmt.site.loads import past_nights
from wmt.site.problems import Problem
from wmt.site.workload.as_of_day import InThePast

RETRY_SECONDS = 2


def past_problem(fault: Exception) -> HttpResponse | None:
    """What is said to programs of a day in the past that cannot be shown; None for another fault."""
    if isinstance(fault, InThePast):
        said, remedy = "Nothing can be changed in the past.", "Send the change without a day."
        return Problem(status=409, code="IN_THE_PAST", message=said, remedy=remedy).answer()
    if isinstance(fault, past_nights.Fetching):
        said = f"The figures of {written(fault.wanted.day)} are being fetched."
        remedy = "Ask again in a few seconds."
        problem = Problem(status=503, code="BEING_FETCHED", message=said, remedy=remedy)
        return problem.answer(Retry_After=str(RETRY_SECONDS))
    if isinstance(fault, past_nights.Ahead):
        said, remedy = "There is no data for that day yet.", "Ask without a day: the figures are of now."
        return Problem(status=404, code="NO_SUCH_NIGHT", message=said, remedy=remedy).answer()
    unknown = _unknown(fault)
    return unknown.answer() if unknown else None


def _unknown(fault: Exception) -> Problem | None:
    """Of a day that has no night; None for another fault."""
    if isinstance(fault, past_nights.ToCome):
        said = f"{written(fault.wanted.day)} is in the future: the latest data is from {written(fault.last)}."
        return _problem("DAY_TO_COME", said, "Ask without a day: the figures are of now.")
    if isinstance(fault, past_nights.TotalsOnly):
        said = f"Of {written(fault.day)} we hold only totals, without details or rules."
        remedy = f"Ask for the days of a unit from {fault.day} to {fault.day}: they have these totals."
        return _problem("TOTALS_ONLY", said, remedy)
    if isinstance(fault, past_nights.NotThere):
        near = [str(day) for day in (fault.before, fault.after) if day is not None]
        said = (
            f"Nothing is known of {written(fault.wanted.day)}, nor of the {fault.days_back} days before it."
        )
        known = f"The nearest days with figures: {' and '.join(near)}." if near else "No data is kept yet."
        return _problem("NO_SUCH_NIGHT", said, known)
    return None


def _problem(code: str, said: str, remedy: str) -> Problem:
    return Problem(status=404, code=code, message=said, remedy=remedy)
