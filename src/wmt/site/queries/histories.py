"""The history as far as somebody may read it. Whoever asks says for whom, or of which unit."""

from typing import Any

from django.conf import settings

from wmt import history
from wmt.site.accounts.access import scope
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


def history_for(user: Any, state: State) -> history.History:
    """The daily figures of the units that a person may read: of all, or of the regions in their reach.

    Raises HistoryError in words where the history is damaged.
    """
    narrowed, past = scope(user, state), _opened()
    return past if narrowed is None else past.of_regions(narrowed.regions)


def history_of(unit: Unit) -> history.History:  # noqa: ARG001 - who has a unit has found it for the person who asks
    """The daily figures for the pages of one unit, which was found for whoever asks (`figures.units`).

    Its own past is whole, wherever it was then: a run goes on when a team comes to another region. Raises
    HistoryError in words where the history is damaged.
    """
    return _opened()


def history_for_nobody() -> history.History:
    """The daily figures of all units for a process that gets ready: nothing of them is shown.

    Raises HistoryError in words where the history is damaged.
    """
    return _opened()


def _opened() -> history.History:
    try:
        return history.open_history(settings.CONFIG.nights)
    except history.HistoryError as error:
        raise history.HistoryError(settings.CONFIG.without_paths(str(error))) from error
