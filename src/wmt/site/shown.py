"""Which figures a request sees: those of now, or of the day in the past that its address names.

Pages, the API and files ask here and nowhere else. Asking writes nothing; only a past night whose rows are
not in the database yet is noted, and fetched by a job where that takes more than a moment.
"""

from typing import Any

from django.http import HttpRequest

from wmt.site.loads import jobs, past_nights
from wmt.site.workload import as_of_day, state

_UNASKED: Any = object()


def shown_state() -> state.State:
    """The figures that are asked for. Raises NoDataYet and, of a day in the past, what `past_nights.state_of`
    raises."""
    wanted = as_of_day.asked()
    if wanted is None:
        return state.current_state()
    try:
        return past_nights.state_of(wanted)
    except past_nights.Fetching as fault:
        if fault.needs_job:
            jobs.ask_for_past(fault.past)
        raise


def state_of(request: HttpRequest) -> state.State | None:
    """Which figures are shown, or None where none are loaded yet. Asked for once in a request."""
    found: state.State | None = getattr(request, "_wmt_state", _UNASKED)
    if found is _UNASKED:
        try:
            found = shown_state()
        except state.NoDataYet:
            found = None
        request._wmt_state = found  # type: ignore[attr-defined]
    return found


def state_anew(request: HttpRequest) -> state.State:
    """As `needed_state`, with what somebody else did since this request began."""
    request.__dict__.pop("_wmt_state", None)
    return needed_state(request)


def needed_state(request: HttpRequest) -> state.State:
    """Which figures are shown. Raises NoDataYet, which has a page of its own."""
    found = state_of(request)
    if found is None:
        raise state.NoDataYet
    return found
