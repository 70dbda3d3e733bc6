"""Many extracts of days gone by, loaded one after the other into the history: what is shown stays as it is.

Each is a load of its own, with its row and its night. What every load does for the days together, the history
and the runs over the threshold, is done once, when the last of them is in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from wmt.history import compact
from wmt.nights import Night
from wmt.nights.lock import loading
from wmt.site.duties import scheduled
from wmt.site.loads import withdrawal
from wmt.site.loads.load_request import LoadRequest, Progress
from wmt.site.loads.loading import ExtractRun, ask
from wmt.site.workload.models import Load
from wmt.site.workload.state import NoDataYet, current_state


@dataclass
class Earlier(ExtractRun):
    """A load among several of earlier days."""

    def keep_history(self, night: Night) -> None:
        """Left to whoever loads them all."""

    def _is_history(self, current: Load | None) -> bool:  # noqa: ARG002
        return True

    def judge(self) -> None:
        """Left to whoever loads them all."""


def load_earlier(extracts: Sequence[Path], who: str, progress: Progress) -> list[Load]:
    """Load folders that hold `tidy` and `people`, in their order, up to the first that is not taken.

    Raises as `perform` does.
    """
    done: list[Load] = []
    for number, extract in enumerate(extracts):
        people = extract / "people"
        wish = LoadRequest(
            paths=[str(extract / "tidy")], people=str(people) if people.is_dir() else None, history=True
        )
        load = ask(wish=wish, who=who, names=[extract.name])
        progress(f"loading {extract.name}", number / len(extracts))
        run = Earlier(load, None, withdrawal.finish)
        run.whole(f"loading {extract.name}", run.take)
        done.append(load)
        if load.state not in (Load.State.LOADED, Load.State.UNCHANGED):
            break
    progress("keeping the figures of the days", 0.99)
    with loading(settings.CONFIG.home, "keeping the figures of the days"):
        compact(settings.CONFIG.nights)
        judge()
    return done


def judge() -> None:
    try:
        state = current_state()
    except NoDataYet:
        return
    read = scheduled.read_runs()
    with transaction.atomic():
        scheduled.after_load(state, read)
