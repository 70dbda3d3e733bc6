"""After an update of the program: figures whose tables got new columns are made again from their night."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from wmt.nights import NightBusyError
from wmt.site.loads.load_request import LoadRequest
from wmt.site.loads.loading import ask, show_again
from wmt.site.workload import swap
from wmt.site.workload.models import FIGURES, Load, Past

_TABLES = {model._meta.model_name for model in FIGURES}


class UnmadeFigures:
    """The note in the home that figures are to be made anew: what is cut short is left to the next start."""

    def __init__(self) -> None:
        self._path: Path = settings.CONFIG.home / ".make-figures-anew"

    def note(self) -> None:
        """From now on, until `strike`."""
        self._path.touch(mode=0o600)

    def are_noted(self) -> bool:
        """Whether they are to be made anew."""
        return self._path.exists()

    def strike(self) -> None:
        """They were made, or somebody was told how to."""
        self._path.unlink(missing_ok=True)


def changes_figures(steps: Iterable[tuple[Any, bool]]) -> bool:
    """Whether steps of migrations change the tables of figures: what is new is 0 until a load fills it."""
    return any(
        str(getattr(operation, "model_name", "")).lower() in _TABLES
        for migration, _ in steps
        if migration.app_label == "workload"
        for operation in migration.operations
    )


def make_figures_anew(say: Callable[[str], None]) -> None:
    """Show the night that is shown again, by the program as it is now. What goes wrong is said, no more.

    The rows of past days go: they are fetched again when somebody asks.
    """
    Past.objects.all().delete()  # they lack what is new too; whoever asks for their days has them fetched
    current = swap.shown()
    if current is None:
        return
    say("making the figures anew from their data")
    load = ask(wish=LoadRequest(paths=[]), who="the update", names=[f"night {current.night}"])
    try:
        show_again(settings.CONFIG.nights / current.night, load)
    except (NightBusyError, OSError) as fault:
        say(f"the figures could not be made anew: {fault}. Do it with `wmt show-night {current.night}`")
        return
    if load.state == Load.State.FAILED:
        say(f"{load.message} Do it with `wmt show-night {current.night}`")
