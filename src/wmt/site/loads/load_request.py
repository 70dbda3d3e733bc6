"""What somebody wants to be loaded, and how: kept with the load until it is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from wmt import rules
from wmt.intake.limits import all_limits
from wmt.nights import Order
from wmt.site.loads import held
from wmt.site.policies import policies

Progress = Callable[[str, float], None]


@dataclass(frozen=True, kw_only=True)
class LoadRequest:
    """What is to be loaded, and how: files or folders by their full paths. Goes into `Load.order`."""

    paths: Sequence[str]
    people: str | None = None
    set_aside: bool = False
    names: bool = True
    correction: bool = False
    rules_date: str | None = None
    overlays: Sequence[str] = ()
    #: a night older than the one shown joins the history
    history: bool = False

    def order(self, people: Path | None, progress: Progress) -> Order:
        """The same for the room of nights, with what people entered."""
        return Order(
            paths=[Path(path) for path in self.paths],
            people=people,
            people_apart=True,
            set_aside=self.set_aside,
            names=self.names,
            correction=self.correction,
            rules_date=date.fromisoformat(self.rules_date) if self.rules_date else None,
            overlays=self.laid(),
            history=self.history,
            last_day=held.last_day(),
            policies=policies,
            limits=all_limits(policies()) if settings.READ_APART else None,
            progress=progress,
        )

    def laid(self) -> Sequence[rules.Overlay]:
        """The overlays, read from their files. Raises RulesError."""
        return [rules.load_overlay(Path(path), rules.load()) for path in self.overlays]
