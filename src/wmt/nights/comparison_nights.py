"""Which nights a new one is compared with: the one shown, or its neighbours in time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from wmt.nights import plausibility
from wmt.nights.folder import Night
from wmt.nights.summary import Summary, summary_of_night
from wmt.rules import RuleSet


@dataclass(frozen=True)
class ComparisonRequest:
    """What is shown, the last day a night may be of, and what the new night was asked to be."""

    shown: Summary | None
    last_day: date | None
    history: bool
    correction: bool

    def is_ahead(self, summary: Summary) -> bool:
        """Whether a night is of a day that has not come."""
        return self.last_day is not None and summary.as_at.date() > self.last_day


def weigh(
    now: Summary, saved: Sequence[Night], wanted: ComparisonRequest, policies: RuleSet
) -> plausibility.Verdict:
    """Compare a night with the one that is shown; one that is not later than it, with its neighbours.

    `saved` are the nights there are, in time order; the latest counts as shown where `wanted` names none.
    Raises NightError where a neighbour is damaged. The first night of all has nothing to be compared with.
    """
    latest = {night.manifest.as_at: night for night in saved}  # of one moment the last correction
    shown = wanted.shown or (summary_of_night(list(latest.values())[-1]) if latest else None)
    if shown is None:
        return plausibility.Verdict()
    if wanted.is_ahead(shown):
        return _beside_ahead(now, shown, latest.values(), wanted, policies)
    if now.as_at > shown.as_at:
        return _verdict([(shown, plausibility.compared(shown, now, policies))])
    if now.as_at == shown.as_at and wanted.correction:
        return _verdict([(shown, plausibility.compared(shown, now, policies))])
    is_unasked = not (wanted.history or wanted.correction)
    # the nearest night until a moment and the nearest after it, the shown one among them
    nights = latest.values()
    before = [night for night in nights if night.manifest.as_at <= now.as_at][-1:]
    after = [night for night in nights if night.manifest.as_at > now.as_at][:1]
    found = [shown if night.name == shown.name else summary_of_night(night) for night in (*before, *after)]
    beside = found if after or shown in found else [*found, shown]
    return _verdict(
        [
            (each, plausibility.compared(each, now, policies, older=is_unasked and each.as_at > now.as_at))
            for each in beside
        ]
    )


def _beside_ahead(
    now: Summary, shown: Summary, nights: Collection[Night], wanted: ComparisonRequest, policies: RuleSet
) -> plausibility.Verdict:
    """The night shown cannot be true: the new one is compared with the last that can be, and always held."""
    true = [night for night in nights if night.manifest.as_at.date() <= (wanted.last_day or date.max)]
    found: list[tuple[Summary, list[plausibility.Difference]]] = [
        (shown, [plausibility.shown_ahead(shown, now)])
    ]
    if true:
        last = summary_of_night(true[-1])
        older = last.as_at > now.as_at and not (wanted.history or wanted.correction)
        found.insert(0, (last, plausibility.compared(last, now, policies, older=older)))
    return _verdict(found)


def _verdict(found: Sequence[tuple[Summary, Sequence[plausibility.Difference]]]) -> plausibility.Verdict:
    names = tuple(dict.fromkeys(summary.name for summary, _ in found))
    return plausibility.Verdict(
        names, tuple((summary.name, each) for summary, all_of in found for each in all_of)
    )
